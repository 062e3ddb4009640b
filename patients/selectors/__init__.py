"""Reads of the pages about subjects, one module per noun."""

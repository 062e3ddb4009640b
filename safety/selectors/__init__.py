"""Reads of the safety log; each starts from what the user may see."""

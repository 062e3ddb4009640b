"""Dermatology Life Quality Index."""

"""Tumour markers (CDASH LB)."""

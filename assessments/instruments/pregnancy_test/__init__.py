"""Pregnancy test of a visit (CDASH LB)."""

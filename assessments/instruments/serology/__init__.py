"""Infection serology (CDASH LB)."""

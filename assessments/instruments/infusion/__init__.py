"""Infusion of the cell product (CDASH EC)."""

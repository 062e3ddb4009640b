"""Methotrexate, taken at a visit (CDASH EC)."""

"""End of study (CDASH DS)."""

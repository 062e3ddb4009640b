"""End of treatment (CDASH DS)."""

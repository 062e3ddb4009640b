"""Demographics (CDASH DM)."""

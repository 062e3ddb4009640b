"""Physical examination (CDASH PE)."""

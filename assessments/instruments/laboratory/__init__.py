"""Laboratory values (CDASH LB)."""

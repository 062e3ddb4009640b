"""History of the psoriasis (CDASH MH)."""

"""Treatment before the trial, and other trials (CDASH CM)."""

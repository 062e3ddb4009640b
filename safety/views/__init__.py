"""Pages of the safety log."""

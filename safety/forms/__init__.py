"""Forms of the safety log."""

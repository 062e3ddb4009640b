"""Laboratory values: what is measured, in which units, and within which limits it is normal."""

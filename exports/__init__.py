"""The trial's data for those who analyse them."""

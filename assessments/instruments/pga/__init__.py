"""Static physician's global assessment."""

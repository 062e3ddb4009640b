"""Pages of the casebook and of single forms, one module per kind of page."""

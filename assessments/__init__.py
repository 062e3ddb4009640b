"""The casebook: the form engine and the instruments."""

"""Words of the instruments for pages of any floor."""

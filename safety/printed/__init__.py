"""Reports on paper. The layout and the names of the boxes stand in the templates (.typ), what is in them here."""

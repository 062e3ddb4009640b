"""Pages about subjects, one module per noun."""

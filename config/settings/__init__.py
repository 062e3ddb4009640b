"""One module per way of running: production, demo, test; `base` holds what they share."""

"""Self-rating Depression Scale (Zung)."""

"""Self-rating Anxiety Scale (Zung)."""

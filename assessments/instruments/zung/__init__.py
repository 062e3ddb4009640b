"""What the two self-rating scales of Zung have in common; no instrument of its own."""

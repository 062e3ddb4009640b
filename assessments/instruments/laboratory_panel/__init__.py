"""What the forms of a laboratory report have in common; no instrument of its own."""

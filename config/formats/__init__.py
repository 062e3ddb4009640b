"""How dates are written: the same in every language."""

"""One folder per instrument: `model.py` (typed columns) and `spec.py` (the declaration)."""

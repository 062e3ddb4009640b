"""The safety log: adverse events of the subjects of a trial, from first entry to outcome."""

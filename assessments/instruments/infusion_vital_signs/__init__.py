"""Vital signs at time points around an infusion."""

"""The demonstration: everything on one machine, with invented subjects."""

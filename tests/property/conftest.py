"""Hypothesis, made repeatable: the same examples on every run, and no deadline that a busy machine could miss."""

from hypothesis import settings

settings.register_profile("repeatable", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("repeatable")

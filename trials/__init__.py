"""Trials, their protocol versions and sites, and who works where in which role."""

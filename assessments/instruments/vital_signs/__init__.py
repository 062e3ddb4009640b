"""Vital signs (CDASH VS)."""

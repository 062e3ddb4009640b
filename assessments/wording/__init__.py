"""Wording of licensed questionnaires: loaded by the site that holds the licence, never shipped."""

"""Scores of the clinical instruments: what an examiner ticks goes in, the published score comes out."""

"""Itch on a visual analogue scale."""

"""Affected body surface area."""

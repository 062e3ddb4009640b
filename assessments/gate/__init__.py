"""The gate before an infusion: what must hold, two persons who looked, and what they decided."""

"""T-cell subsets and cytokines (CDASH LB)."""

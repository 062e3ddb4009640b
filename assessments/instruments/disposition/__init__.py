"""What the ends of treatment and of the study have in common (CDASH DS); no instrument of its own."""

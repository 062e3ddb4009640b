"""Safety of the subjects: judging an event, reporting it in time, and counting events."""

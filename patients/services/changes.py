"""What the rest of the house is told of a change of the record."""

from notifications.queue import soon


def reminders_may_change() -> None:
    """A visit, a consent or a decision on eligibility has changed: reminders follow within seconds of the commit.

    When the task queue is away the next sweep finds the change; the one who records it notices nothing.
    """
    soon("patients.tasks.sweep_again")

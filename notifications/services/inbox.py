"""Reading the inbox."""

from django.utils import timezone

from accounts.models import User
from notifications.models import Reminder
from notifications.selectors import unread


def mark_read(reminder: Reminder) -> None:
    """The recipient has seen it; the first time counts."""
    if reminder.read_at is None:
        reminder.read_at = timezone.now()
        reminder.save(update_fields=["read_at"])


def mark_all_read(user: User, *, up_to: int) -> int:
    """The user has seen all up to the reminder with this primary key, the newest on the page; returns how many."""
    return unread(user).filter(pk__lte=up_to).update(read_at=timezone.now())

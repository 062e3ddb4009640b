"""Reminders, the mails that carry them, and what people do not want by mail."""

from notifications.models.choices import SAFETY, MutedKind
from notifications.models.mail import Mail
from notifications.models.reminder import Reminder
from notifications.models.run import LastRun

__all__ = ["SAFETY", "LastRun", "Mail", "MutedKind", "Reminder"]

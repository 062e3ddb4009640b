"""Telling people: sweeps that keep reminders as the record is, mails that carry them, and what people choose."""

from notifications.services.choices import mute
from notifications.services.inbox import mark_all_read, mark_read
from notifications.services.mails import MAX_ATTEMPTS, deliver_waiting, gather_mails, send_mails, try_again
from notifications.services.runs import MAILS, TICK, record_run
from notifications.services.sweeping import Expected, Outcome, sweep
from notifications.services.telling import Told, settle, tell

__all__ = [
    "MAILS",
    "MAX_ATTEMPTS",
    "TICK",
    "Expected",
    "Outcome",
    "Told",
    "deliver_waiting",
    "gather_mails",
    "mark_all_read",
    "mark_read",
    "mute",
    "record_run",
    "send_mails",
    "settle",
    "sweep",
    "tell",
    "try_again",
]

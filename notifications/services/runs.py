"""When background work last ran to its end."""

from datetime import datetime

from notifications.models import LastRun

TICK = "beat"
"""The run that does nothing else but say that beat, queue and worker are alive."""
MAILS = "mails"


def record_run(name: str, now: datetime, *, told: int = 0, withdrawn: int = 0) -> None:
    """The run of this name looked at the record at this moment and has come to its end."""
    LastRun.objects.update_or_create(name=name, defaults={"ran_at": now, "told": told, "withdrawn": withdrawn})

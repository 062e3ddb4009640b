"""What the page of background work shows."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_celery_results.models import TaskResult

from notifications.kinds import KINDS
from notifications.models import LastRun, Mail, Reminder
from notifications.queue import waiting
from notifications.selectors import last_runs, mails_of
from notifications.services import MAILS, MAX_ATTEMPTS, TICK
from trials.models import Trial

SHOWN = 20
_FAILED = ("FAILURE", "RETRY")
PATIENCE = 3
"""A run is overdue when this many of its turns have passed without it."""
_OTHER_RUNS = {TICK: _("Sign of life of scheduler, queue and worker"), MAILS: _("Mails")}


@dataclass(frozen=True)
class Run:
    """One piece of background work: how often it is due, when it last ran, and what it found."""

    label: str | Promise
    every: timedelta
    last: LastRun | None
    state: str


@dataclass(frozen=True)
class Task:
    """What became of one task; `error` is the first line of what it failed with."""

    name: str
    status: str
    at: datetime
    error: str


@dataclass(frozen=True)
class WaitingMail:
    """A mail that has not gone out."""

    mail: Mail
    state: str
    error: str


def page(trial: Trial) -> dict[str, Any]:
    """Queue and runs are those of the whole installation; mails are those to people of the trial."""
    now = timezone.now()
    failed = TaskResult.objects.filter(status__in=_FAILED)
    mails = mails_of(trial)
    return {
        "now": now,
        "queue": waiting(),
        "runs": _runs(now),
        "failures": [_task(row) for row in failed.order_by("-date_done")[:SHOWN]],
        "tasks": [_task(row) for row in TaskResult.objects.order_by("-date_done")[:SHOWN]],
        "mails": [_waiting_mail(mail) for mail in mails.filter(sent_at=None).order_by("-attempts", "pk")[:SHOWN]],
        "mails_waiting": mails.filter(sent_at=None).count(),
        "mails_sent": mails.filter(sent_at__gt=now - timedelta(days=1)).count(),
    }


def _runs(now: datetime) -> list[Run]:
    last = last_runs()
    found = []
    schedule: dict[str, dict[str, Any]] = settings.CELERY_BEAT_SCHEDULE
    for name, entry in schedule.items():
        every = timedelta(seconds=entry["schedule"])
        ran = last.get(name)
        is_overdue = ran is None or now - ran.ran_at > PATIENCE * every
        found.append(Run(label_of(name), every, ran, "overdue" if is_overdue else "alive"))
    return found


def label_of(name: str) -> str | Promise:
    """What the run of this name in the schedule is called; a run without a label raises KeyError."""
    return KINDS[name].label if name in KINDS else _OTHER_RUNS[name]


def _task(row: Any) -> Task:
    error = _failure(row.result or "") if row.status in _FAILED else ""
    return Task(row.task_name or row.task_id, row.status, row.date_done, error)


def _failure(result: str) -> str:
    try:
        kept = json.loads(result)
        said = kept["exc_message"]
        message = " ".join(map(str, said)) if isinstance(said, list) else str(said)
        return _first_line(f"{kept['exc_type']}: {message}")
    except (ValueError, TypeError, KeyError):  # kept by another version of the queue, or not as an exception
        return _first_line(result)


def _waiting_mail(mail: Mail) -> WaitingMail:
    state = "given_up" if mail.attempts >= MAX_ATTEMPTS else "failed" if mail.last_error else "waiting"
    return WaitingMail(mail, state, _first_line(mail.last_error))


def _first_line(text: str) -> str:
    # The database quotes values of a row from the second line on.
    return text.replace("\\n", "\n").partition("\n")[0][:300]


def examples(trial: Trial) -> list[Reminder]:
    """One reminder of every kind and stage with invented facts, none of them stored; the second one is late."""
    site = trial.sites.order_by("code").first()
    found = [
        Reminder(kind=kind.code, stage=stage, facts=dict(kind.example), trial=trial, site=site)
        for kind in KINDS.values()
        for stage in kind.stages
    ]
    for number, reminder in enumerate(found):
        reminder.pk, reminder.is_late = number, number == 1
    return found

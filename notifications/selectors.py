"""Reads of the inbox; a person reads the own reminders only, of trials in which the person has a role."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from accounts.models import User
from notifications.kinds import KINDS
from notifications.models import LastRun, Mail, MutedKind, Reminder
from trials.models import Delegation, Trial
from trials.selectors import trials_for


def known() -> QuerySet[Reminder]:
    """Reminders of the kinds this process can put into words; a newer one beside it may have told of others."""
    return Reminder.objects.filter(kind__in=KINDS)


def standing(now: datetime) -> QuerySet[Reminder]:
    """What holds and was told to people who have a role in its trial at this moment."""
    role = Delegation.objects.in_force(now).filter(user=OuterRef("recipient"), trial=OuterRef("trial"))
    return known().filter(Exists(role), withdrawn_at=None)


def told_to(user: User) -> QuerySet[Reminder]:
    """All that the user was told, also what was withdrawn since, with trial and site."""
    return known().filter(recipient=user, trial__in=trials_for(user)).select_related("trial", "site")


def inbox(user: User) -> QuerySet[Reminder]:
    """What holds now and the user was told, newest first."""
    return told_to(user).filter(withdrawn_at=None)


def unread(user: User) -> QuerySet[Reminder]:
    """What the user has not opened yet."""
    return inbox(user).filter(read_at=None)


def with_unread(trials: QuerySet[Trial], user: User) -> QuerySet[Any]:
    """The trials, each with how many reminders of it the user has not opened yet (`unread`)."""
    mine = known().filter(recipient=user, withdrawn_at=None, read_at=None, trial=OuterRef("pk"))
    count = mine.order_by().values("trial").annotate(n=Count("pk")).values("n")
    return trials.annotate(unread=Coalesce(Subquery(count, output_field=IntegerField()), 0))


def mails_of(trial: Trial) -> QuerySet[Mail]:
    """Mails to those who have or had a role in the trial, newest first; what they say is not for administrators."""
    people = Delegation.objects.filter(trial=trial, user=OuterRef("recipient"))
    return Mail.objects.filter(Exists(people)).select_related("recipient").defer("text", "subject")


def muted_by(user: User) -> set[str]:
    """Codes of the kinds that the user does not want by mail."""
    return set(MutedKind.objects.filter(user=user).values_list("kind", flat=True))


def last_runs() -> dict[str, LastRun]:
    """When each piece of background work last ran, by its name."""
    return {run.name: run for run in LastRun.objects.all()}

"""Protocol deviations: noticed from the record, reported and completed by people."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from audit.context import acting, stated
from clinical.deviations import DeviationKind, Expected
from patients.deviation_facts import expected_of
from patients.models import Deviation, DeviationCategory, DeviationStatus, Subject, Visit
from patients.policies import may_receive_data, not_in_the_future
from patients.services.locks import locked_subject

CAUSE_GONE = gettext_noop("The record was corrected; this does not follow from it any more.")
"""Why a draft became void by itself; what people declare to be no deviation has their own words."""

NOTICED = "Noticed from the record"

_CATEGORIES = {
    DeviationKind.VISIT_OUTSIDE_WINDOW: DeviationCategory.VISIT,
    DeviationKind.TREATMENT_OFF_SCHEDULE: DeviationCategory.TREATMENT,
    DeviationKind.VISIT_MISSED: DeviationCategory.VISIT,
    DeviationKind.TREATMENT_MISSED: DeviationCategory.TREATMENT,
    DeviationKind.VISIT_BY_PHONE: DeviationCategory.VISIT,
    DeviationKind.VISIT_WITHOUT_CONSENT: DeviationCategory.CONSENT,
    DeviationKind.TREATED_NOT_ELIGIBLE: DeviationCategory.ELIGIBILITY,
}
_ABOUT_TIMING = frozenset({DeviationKind.VISIT_OUTSIDE_WINDOW, DeviationKind.TREATMENT_OFF_SCHEDULE})
"""A visit on a wrong day is one deviation, which concerns the treatment as soon as one is recorded there."""


class DeviationConflict(Exception):
    """Somebody else has saved the deviation since it was opened; `stored` is what the database holds now."""

    def __init__(self, stored: Deviation) -> None:
        super().__init__(_("Somebody else has saved this deviation since you opened it."))
        self.stored = stored


def cause_of(kind: str, visit_pk: int | None) -> tuple[str, int | None]:
    """What makes two deviations of a subject the same one."""
    return ("timing" if kind in _ABOUT_TIMING else str(kind), visit_pk)


def notice_deviations(*, subject: Subject, by: User) -> None:
    """Draft what follows from the record and is not known yet, bring drafts up to date, void those without a cause.

    Complete deviations stay as people wrote them, and what somebody declared to be no deviation stays so until its
    facts change. `subject` is as it is stored, and locked by the caller. At most seven statements.
    """
    expected = {cause_of(each.kind, each.key): each for each in expected_of(subject)}
    stored = list(subject.deviations.all())
    changed = []
    for deviation in stored:
        if not deviation.kind or deviation.status == DeviationStatus.VOID:
            continue
        cause = expected.pop(cause_of(deviation.kind, deviation.visit_id), None)
        if deviation.status == DeviationStatus.DRAFT and _follows(deviation, cause):
            deviation.row_version += 1
            changed.append(deviation)
    new = [each for cause, each in expected.items() if not _is_declared_none(each, cause, stored)]
    if not new and not changed:
        return
    with acting(by=by, reason=NOTICED):
        _draft(new, subject=subject, after=max((deviation.number for deviation in stored), default=0), by=by)
        if changed:
            fields = ["kind", "category", "occurred_on", "days_off", "status", "void_reason", "row_version"]
            Deviation.objects.bulk_update(changed, fields)


def _follows(draft: Deviation, cause: Expected[int] | None) -> bool:
    """Make a draft follow its cause; false when it did so already."""
    if cause is None:
        draft.status, draft.void_reason = DeviationStatus.VOID, CAUSE_GONE
        return True
    if (draft.kind, draft.occurred_on, draft.days_off) == (cause.kind.value, cause.occurred_on, cause.days_off):
        return False
    if draft.kind != cause.kind.value:
        draft.kind, draft.category = cause.kind.value, _CATEGORIES[cause.kind]
    draft.occurred_on, draft.days_off = cause.occurred_on, cause.days_off
    return True


def _is_declared_none(each: Expected[int], cause: tuple[str, int | None], stored: Iterable[Deviation]) -> bool:
    """Whether somebody has declared just this to be no deviation."""
    return any(
        deviation.status == DeviationStatus.VOID
        and deviation.void_reason != CAUSE_GONE
        and cause_of(deviation.kind, deviation.visit_id) == cause
        and (deviation.kind, deviation.occurred_on, deviation.days_off)
        == (each.kind.value, each.occurred_on, each.days_off)
        for deviation in stored
    )


def _draft(new: list[Expected[int]], *, subject: Subject, after: int, by: User) -> None:
    if new:
        Deviation.objects.bulk_create(
            Deviation(
                subject_id=subject.pk,
                visit_id=each.key,
                number=number,
                kind=each.kind.value,
                category=_CATEGORIES[each.kind],
                occurred_on=each.occurred_on,
                days_off=each.days_off,
                recorded_by=by,
            )
            for number, each in enumerate(new, start=after + 1)
        )


@transaction.atomic
def report_deviation(
    *,
    subject: Subject,
    occurred_on: date,
    category: str,
    description: str,
    by: User,
    visit: Visit | None = None,
    severity: str = "",
    cause: str = "",
    action: str = "",
) -> Deviation:
    """A deviation that somebody saw, with the subject's next number; a draft while something is left to say.

    Raises ValidationError by field for a day in the future, an unknown category or severity, an empty description, or
    a visit of another subject; NotAllowedNow once the use of the data is withdrawn. A day before consent is possible:
    procedures before consent are deviations.
    """
    subject = locked_subject(subject.pk)
    may_receive_data(subject)
    deviation = Deviation(subject=subject, visit=visit, recorded_by=by)
    deviation.number = (subject.deviations.order_by("number").values_list("number", flat=True).last() or 0) + 1
    if visit is not None and visit.subject_id != subject.pk:
        raise ValidationError({"visit": _("Choose a visit of this subject.")})
    _describe(
        deviation,
        category=category,
        severity=severity,
        description=description,
        cause=cause,
        action=action,
        occurred_on=occurred_on,
    )
    is_whole = all((deviation.severity, deviation.cause, deviation.action))
    deviation.status = DeviationStatus.COMPLETE if is_whole else DeviationStatus.DRAFT
    with acting(by=by):
        deviation.save(force_insert=True)
    return deviation


@transaction.atomic
def complete_deviation(
    *,
    deviation: Deviation,
    category: str,
    severity: str,
    description: str,
    cause: str,
    action: str,
    expected_version: int,
    by: User,
    occurred_on: date | None = None,
    reason: str = "",
) -> Deviation:
    """Say all that is to be said; the deviation is complete then, also one that had been declared to be none.

    `occurred_on` None leaves the day as it is; that of a noticed deviation follows from the record. Raises
    DeviationConflict when the stored version is another one, ValidationError by field for an empty or impossible value
    and for a change without a reason of what was no draft any more, NotAllowedNow once the use of the data is
    withdrawn.
    """
    deviation = _locked(deviation, expected_version)
    was_draft = deviation.status == DeviationStatus.DRAFT
    needed = {"severity": severity, "cause": cause, "action": action}
    empty = [name for name, text in needed.items() if not text.strip()]
    if empty:
        raise ValidationError(dict.fromkeys(empty, _("Say this too; the deviation is complete then.")))
    if deviation.kind and occurred_on not in (None, deviation.occurred_on):
        raise ValidationError({"occurred_on": _("This day follows from the record; correct it there.")})
    if deviation.status == DeviationStatus.VOID:
        _refuse_second(deviation)
    _describe(
        deviation,
        category=category,
        severity=severity,
        description=description,
        cause=cause,
        action=action,
        occurred_on=occurred_on or deviation.occurred_on,
    )
    deviation.status, deviation.void_reason = DeviationStatus.COMPLETE, ""
    return _store(deviation, by=by, reason="Deviation completed" if was_draft else stated(reason))


@transaction.atomic
def void_deviation(*, deviation: Deviation, expected_version: int, reason: str, by: User) -> Deviation:
    """Declare that it is no deviation, for a reason that stays with it; the row stays.

    Raises DeviationConflict when the stored version is another one, ValidationError without a reason or when it is
    void already, NotAllowedNow once the use of the data is withdrawn.
    """
    deviation = _locked(deviation, expected_version)
    if deviation.status == DeviationStatus.VOID:
        raise ValidationError(_("This is already recorded as no deviation."))
    deviation.status, deviation.void_reason = DeviationStatus.VOID, stated(reason)
    return _store(deviation, by=by, reason=deviation.void_reason)


def _locked(deviation: Deviation, expected_version: int) -> Deviation:
    locked_subject(deviation.subject_id)
    stored = Deviation.objects.select_related("subject__site").get(pk=deviation.pk)
    may_receive_data(stored.subject)
    if stored.row_version != expected_version:
        raise DeviationConflict(stored)
    return stored


def _refuse_second(void: Deviation) -> None:
    same = void.subject.deviations.exclude(status=DeviationStatus.VOID).exclude(kind="").filter(visit=void.visit_id)
    if void.kind and any(cause_of(each.kind, each.visit_id) == cause_of(void.kind, void.visit_id) for each in same):
        raise ValidationError(_("The same has been noticed again since; complete the newer one."))


def _describe(deviation: Deviation, *, occurred_on: date, **values: str) -> None:
    """Enter what people say about the deviation; raises ValidationError by field."""
    for name, value in values.items():
        setattr(deviation, name, value.strip())
    if not deviation.kind:
        not_in_the_future(occurred_on, today=deviation.subject.site.today(), field="occurred_on")
    deviation.occurred_on = occurred_on
    if not deviation.description:
        raise ValidationError({"description": _("Say what happened.")})
    deviation.clean_fields(exclude=["subject", "visit", "recorded_by"])


def _store(deviation: Deviation, *, by: User, reason: str) -> Deviation:
    deviation.row_version += 1
    with acting(by=by, reason=reason):
        deviation.save()
    return deviation

"""Reads of the casebook and of single forms."""

from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any

from django.db.models import F, Value

from accounts.models import User
from assessments.form_data import FormData, FormStatus, RowData
from assessments.form_draft import FormDraft
from assessments.form_specs import CrfSpec
from assessments.registry import INSTRUMENTS
from patients.models import Subject, Visit, VisitOutcome
from patients.selectors.consent import data_may_be_used, treatment_withdrawn_on
from patients.selectors.visits import TimelineEntry, timeline
from patients.visit_content import forms_of
from trials.models import Trial

NOT_STARTED = "not_started"


@dataclass(frozen=True)
class Cell:
    """One form of one visit in the casebook."""

    spec: CrfSpec
    status: str
    can_be_entered: bool


@dataclass(frozen=True)
class CasebookRow:
    """One visit with its forms, in the order of the protocol."""

    entry: TimelineEntry
    cells: tuple[Cell, ...]


def casebook(subject: Subject) -> list[CasebookRow]:
    """Visits by forms with the state of each: one statement each for visits, forms and withdrawals."""
    entries = [(entry, forms_of(entry.visit)) for entry in timeline(subject)]
    states = _states(subject, {code for _entry, forms in entries for code in forms})
    withdrawn_on = treatment_withdrawn_on(subject)
    rows = []
    for entry, forms in entries:
        cells = tuple(
            _cell(INSTRUMENTS[code], entry.visit, states.get((entry.visit.pk, code), NOT_STARTED), withdrawn_on)
            for code in forms
        )
        rows.append(CasebookRow(entry, cells))
    return rows


def _cell(spec: CrfSpec, visit: Visit, status: str, withdrawn_on: date | None) -> Cell:
    """A form opens once its visit took place; one of treatment not after the subject withdrew from it."""
    is_open = visit.outcome == VisitOutcome.DONE
    if is_open and spec.is_treatment and status == NOT_STARTED and withdrawn_on is not None:
        is_open = visit.occurred_on is not None and visit.occurred_on <= withdrawn_on
    return Cell(spec, status, is_open)


def _states(subject: Subject, codes: set[str]) -> dict[tuple[int, str], str]:
    forms = [
        INSTRUMENTS[code]
        .model._default_manager.filter(visit__subject=subject)
        .annotate(code=Value(code))
        .values_list("visit_id", "code", "status")
        for code in sorted(codes)
    ]
    return (
        {(visit_pk, code): status for visit_pk, code, status in forms[0].union(*forms[1:], all=True)} if forms else {}
    )


def stored_form(spec: CrfSpec, visit: Visit) -> FormData | None:
    """The stored form of a visit, or None when it is not started."""
    form = spec.model._default_manager.filter(visit=visit, repeat_key="").select_related("assessed_by").first()
    if form is not None:
        form.visit = visit
    return form


def stored_rows(spec: CrfSpec, form: FormData | None) -> dict[str, list[RowData]]:
    """The stored lines of a form by group, in the order of the page: one statement a group."""
    if form is None or form.pk is None:
        return {group.name: [] for group in spec.row_groups}
    models: dict[str, Any] = {group.name: group.model for group in spec.row_groups}
    return {name: list(model._default_manager.filter(form_id=form.pk)) for name, model in models.items()}


def kept_draft(spec: CrfSpec, visit: Visit, user: User) -> FormDraft | None:
    """What this user has typed into the form and not saved; None where there is nothing."""
    return FormDraft.objects.filter(user=user, visit=visit, form_code=spec.code).first()


@dataclass(frozen=True)
class DraftLeft:
    """A form somebody began at a visit and did not complete; `is_unsaved` when this user has typed into it without
    saving, whatever its state."""

    spec: CrfSpec
    visit: Visit
    is_unsaved: bool


def drafts_left(user: User, trial: Trial, *, at_most: int) -> list[DraftLeft]:
    """So many drafts of the trial that the user may see, and forms with unsaved text of this user, oldest visit first:
    three statements."""
    drafts = [
        _of_usable_data(spec.model._default_manager, user, trial)
        .filter(status=FormStatus.DRAFT)
        .annotate(code=Value(code), day=F("visit__occurred_on"), number=F("visit__subject__number"))
        .values_list("visit_id", "code", "day", "number")
        for code, spec in INSTRUMENTS.items()
    ]
    unsaved = (
        _of_usable_data(FormDraft.objects, user, trial)
        .filter(user=user, form_code__in=INSTRUMENTS)
        .order_by("visit__occurred_on", "visit__subject__number", "form_code")
        .values_list("visit_id", "form_code", "visit__occurred_on", "visit__subject__number")[:at_most]
    )
    typed = set(unsaved)
    rows = typed | set(drafts[0].union(*drafts[1:], all=True).order_by("day", "number", "code")[:at_most])
    first = sorted(rows, key=itemgetter(2, 3, 1))[:at_most]
    visits = Visit.objects.select_related("subject").in_bulk([visit_pk for visit_pk, *_ in first])
    return [DraftLeft(INSTRUMENTS[row[1]], visits[row[0]], row in typed) for row in first]


def _of_usable_data(rows: Any, user: User, trial: Trial) -> Any:
    own = data_may_be_used(rows.visible_to(user), subject="visit__subject")
    return own.filter(visit__subject__site__trial=trial)

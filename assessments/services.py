"""Writing forms: one function stores a form, its derived values and what it publishes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from assessments.codes import YesNo
from assessments.context import context_of
from assessments.form_data import FormData, FormStatus
from assessments.form_specs import CrfSpec, Item, Objection, Publication, Severity, is_empty, missing_items
from assessments.policies import form_may_be_entered, treatment_may_be_withdrawn
from assessments.wording.display import Words, keep_words
from audit.context import acting
from patients.models import Subject, Visit
from patients.policies import day_is_possible
from patients.services.deviations import notice_deviations
from patients.services.findings import Result, publish
from patients.services.planning import consent_day
from patients.services.visits import record_first_treatment
from protocols.catalogue import FactKind
from trials.policies import NotAllowedNow
from trials.selectors import protocol_of


class FormConflict(Exception):
    """Somebody else has saved the form since it was opened; `stored` is what the database holds now."""

    def __init__(self, stored: FormData) -> None:
        super().__init__(_("Somebody else has saved this form since you opened it."))
        self.stored = stored


@dataclass(frozen=True)
class Entry:
    """What one person entered: values by item, coded reasons for missing ones, explanations of soft checks by code.

    `words` are those of the page on which a questionnaire was entered.
    """

    values: Mapping[str, Any]
    assessed_on: date
    missing: Mapping[str, str] = field(default_factory=dict)
    confirmed: Mapping[str, str] = field(default_factory=dict)
    words: Words | None = None


@transaction.atomic
def save_form(
    *,
    spec: CrfSpec,
    visit: Visit,
    entry: Entry,
    complete: bool,
    by: User,
    expected_version: int,
    reason: str = "",
    repeat_key: str = "",
) -> FormData:
    """Store a form as a draft or complete; `expected_version` is the version it was opened at, 0 for a new form.

    A form that is complete stays complete, and every change of it needs a reason. Raises FormConflict when the stored
    version is another one, ValidationError (by item) when a hard check objects, when a complete form lacks values,
    when a soft check is not explained, or when the reason is missing; NotAllowedNow when the visit cannot receive data.
    """
    reason, visit = reason.strip(), _locked_visit(visit)
    form = _stored_or_new(spec, visit, repeat_key, expected_version)
    form_may_be_entered(spec, visit)
    was_finished = form.pk is not None and form.status != FormStatus.DRAFT
    complete = complete or form.status == FormStatus.COMPLETE
    context = context_of(visit, spec)
    _refuse_impossible_day(entry.assessed_on, visit)
    _refuse_wrong_values(spec, entry, context, complete)
    if was_finished and not reason:
        raise ValidationError({"reason": _("Say why you change a form that was complete.")})
    for name, value in {**entry.values, **spec.derive(entry.values, context)}.items():
        setattr(form, name, _storable(spec, name, value))
    keep_words(spec, form, entry.words)
    form.missing, form.confirmed_checks = dict(entry.missing), dict(entry.confirmed)
    form.assessed_on, form.assessed_by, form.reason_not_done = entry.assessed_on, by, ""
    form.status = FormStatus.COMPLETE if complete else FormStatus.DRAFT
    with acting(by=by, reason=reason or "Entry not finished before"):
        _store(form)
        if complete:
            _publish(spec, form, by=by, reason=reason or "Form completed")
    return form


@transaction.atomic
def mark_not_done(
    *,
    spec: CrfSpec,
    visit: Visit,
    reason_not_done: str,
    by: User,
    expected_version: int,
    reason: str = "",
    repeat_key: str = "",
) -> FormData:
    """Record that the form was not done at this visit; what it had published is withdrawn, typed values stay in
    history."""
    reason, reason_not_done, visit = reason.strip(), reason_not_done.strip(), _locked_visit(visit)
    form = _stored_or_new(spec, visit, repeat_key, expected_version)
    form_may_be_entered(spec, visit)
    treatment_may_be_withdrawn(spec, visit)
    if not reason_not_done:
        raise ValidationError({"reason_not_done": _("Say why the form was not done.")})
    spec.column("reason_not_done").run_validators(reason_not_done)
    if form.pk is not None and form.status != FormStatus.DRAFT and not reason:
        raise ValidationError({"reason": _("Say why you change a form that was complete.")})
    for name in (*(item.name for item in spec.items), *(derived.name for derived in spec.derived)):
        setattr(form, name, _storable(spec, name, None))
    form.status, form.reason_not_done, form.missing, form.confirmed_checks = (
        FormStatus.NOT_DONE,
        reason_not_done,
        {},
        {},
    )
    form.assessed_on, form.assessed_by = day_of(visit), by
    with acting(by=by, reason=reason or "Form not done"):
        _store(form)
        publish(visit=visit, source_form=spec.code, repeat_key=repeat_key, collected_on=form.assessed_on, results={})
        if spec.is_treatment:
            notice_deviations(subject=visit.subject, by=by)
    return form


def _locked_visit(visit: Visit) -> Visit:
    """The visit as it is stored now; the subject is locked, so two first saves, or a save and another day for the
    visit, wait for each other."""
    Subject.objects.select_for_update(of=("self",)).get(pk=visit.subject_id)
    related = ("subject__site__trial", "subject__protocol_version", "protocol_version")
    return Visit.objects.select_related(*related).get(pk=visit.pk)


def _stored_or_new(spec: CrfSpec, visit: Visit, repeat_key: str, expected_version: int) -> FormData:
    form = spec.model._default_manager.filter(visit=visit, repeat_key=repeat_key).first()
    if form is None and expected_version == 0:
        return spec.model(visit=visit, repeat_key=repeat_key, row_version=0)
    if form is None:
        raise ValidationError(_("This form no longer exists; open the casebook again."))
    if form.row_version != expected_version:
        raise FormConflict(form)
    form.visit = visit
    return form


def day_of(visit: Visit) -> date:
    """The day of a visit that took place; forms are entered at no other."""
    if visit.occurred_on is None:
        raise ValueError(f"{visit} has not taken place")
    return visit.occurred_on


def _refuse_impossible_day(day: date, visit: Visit) -> None:
    subject = visit.subject
    try:
        day_is_possible(day, subject=subject, today=subject.site.today(), consent_on=consent_day(subject))
    except NotAllowedNow as refusal:
        raise ValidationError({"assessed_on": str(refusal)}) from refusal


def _refuse_wrong_values(spec: CrfSpec, entry: Entry, context: Any, complete: bool) -> None:
    objections = spec.check(entry.values, context)
    errors: dict[str, list[str]] = {}
    for objection in objections:
        if objection.severity == Severity.HARD:
            errors.setdefault(objection.items[0], []).append(str(objection.message))
    if complete:
        for name in missing_items(spec, entry.values, entry.missing):
            errors.setdefault(name, []).append(_no_value_message(spec.item(name)))
        for objection in unexplained(objections, entry.confirmed):
            errors.setdefault(objection.items[0], []).append(str(objection.message))
    if errors:
        raise ValidationError(errors)


def _no_value_message(item: Item) -> str:
    if item.may_be_missing:
        return _("Enter a value or choose the reason why there is none.")
    return _("Enter a value; this form is complete only with all of them.")


def unexplained(objections: list[Objection], confirmed: Mapping[str, str]) -> list[Objection]:
    """The soft objections that nobody has explained yet."""
    return [o for o in objections if o.severity == Severity.SOFT and not confirmed.get(o.code, "").strip()]


def _storable(spec: CrfSpec, name: str, value: Any) -> Any:
    """None becomes the empty text in columns that hold text."""
    column = spec.column(name)
    return "" if value is None and not column.null else value


def _store(form: FormData) -> None:
    form.row_version += 1
    form.save(force_insert=form.pk is None, force_update=form.pk is not None)


def _fact_value(publication: Publication, form: FormData) -> Any:
    """What is stored, in the kind of the fact: a coded yes or no becomes true or false."""
    value = getattr(form, publication.name)
    return value == YesNo.YES if publication.fact.kind == FactKind.YES_NO else value


def _publish(spec: CrfSpec, form: FormData, *, by: User, reason: str) -> None:
    results = {
        publication.fact.code: Result(_fact_value(publication, form), publication.fact.unit)
        for publication in spec.publishes
        if not is_empty(getattr(form, publication.name))
    }
    publish(
        visit=form.visit,
        source_form=spec.code,
        repeat_key=form.repeat_key,
        collected_on=form.assessed_on,
        results=results,
    )
    visit = form.visit
    if not spec.is_treatment:
        return
    if visit.code == protocol_of(visit.subject.protocol_version).anchor:
        record_first_treatment(subject=visit.subject, infused_on=day_of(visit), by=by, reason=reason)
    else:
        notice_deviations(subject=visit.subject, by=by)

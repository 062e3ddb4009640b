"""Writing forms: one function stores a form, its derived values and what it publishes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from assessments.codes import YesNo
from assessments.context import context_of
from assessments.form_data import FormData, FormStatus
from assessments.form_specs import CrfSpec, Publication, is_empty
from assessments.form_values import (
    Version,
    derived_values,
    stored_values,
    value_at,
    with_worked_lines,
    worked_on,
)
from assessments.policies import form_may_be_entered, treatment_is_cleared, treatment_may_be_withdrawn
from assessments.selectors import stored_rows
from assessments.services.drafts import discard_draft
from assessments.services.entries import (
    Entry,
    FormConflict,
    refuse_impossible_day,
    refuse_unexplained_changes,
    refuse_wrong_values,
)
from assessments.services.rows import storable, store_rows
from assessments.wording.display import keep_words
from audit.context import signed_for
from patients.models import InformedConsent, Visit
from patients.services.deviations import notice_deviations
from patients.services.findings import Result, publish
from patients.services.locks import locked_visit
from patients.services.visits import record_first_treatment
from protocols.catalogue import FactKind
from trials.selectors import protocol_of


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
    reasons: Mapping[str, str] | None = None,
    repeat_key: str = "",
) -> FormData:
    """Store a form as a draft or complete; `expected_version` is the version it was opened at, 0 for a new form.

    A form that is complete stays complete, and every change of it needs a reason: one of its own in `reasons`, by
    address, or else `reason` for all of them. Raises FormConflict when the stored version is another one,
    ValidationError (by address) when a hard check objects, when a complete form lacks values, when a soft check is not
    explained, or when a reason is missing; NotAllowedNow when the visit cannot receive data. At most fifteen
    statements, whatever the form (two more where results are compared with normal ranges), besides what the first
    completion of a treatment entails for planned visits, eligibility and deviations.
    """
    visit, consent_on = _locked_visit(visit)
    form = _stored_or_new(spec, visit, repeat_key, expected_version)
    form_may_be_entered(spec, visit)
    treatment_is_cleared(spec, visit, form)
    was_finished = form.pk is not None and form.status != FormStatus.DRAFT
    was_complete = form.status == FormStatus.COMPLETE
    complete = complete or was_complete
    context = context_of(visit, spec, consent_on=consent_on)
    entry = replace(entry, values=with_worked_lines(spec, entry.values, context))
    rows = stored_rows(spec, form)
    refuse_impossible_day(entry.assessed_on, visit, consent_on=context.consent_on)
    refuse_wrong_values(spec, entry, context, complete=complete)
    own = {address: text.strip() for address, text in (reasons or {}).items() if text.strip()}
    reason = reason.strip()
    if was_finished:
        refuse_unexplained_changes(spec, _version_of(spec, form, rows), entry, reason=reason, own=own)
    # What follows from the items, such as a score, changes for all their reasons.
    reason = reason or "; ".join(dict.fromkeys(own.values()))
    derived = derived_values(spec, entry.values, context)
    for name in (*(item.name for item in spec.items), *(value.name for value in spec.derived)):
        value = derived[name] if name in derived else entry.values.get(name)
        setattr(form, name, storable(spec.column(name), value))
    keep_words(spec, form, entry.words)
    form.missing, form.confirmed_checks = dict(entry.missing), dict(entry.confirmed)
    form.assessed_on, form.assessed_by, form.reason_not_done = entry.assessed_on, by, ""
    form.status = FormStatus.COMPLETE if complete else FormStatus.DRAFT
    with _acting(by, reason or "Entry not finished before", own):
        _store(form)
        store_rows(spec, form, rows, entry.values, derived)
        if complete:
            day = spec.collected_on(entry.values) or form.assessed_on
            _publish(spec, form, _published(spec, entry, context), day=day)
            if spec.is_treatment and not was_complete:
                _treated(visit, by=by, reason=reason or "Form completed")
    discard_draft(spec=spec, visit=visit, by=by)
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
    reason, reason_not_done = reason.strip(), reason_not_done.strip()
    visit, _consent_on = _locked_visit(visit)
    form = _stored_or_new(spec, visit, repeat_key, expected_version)
    form_may_be_entered(spec, visit)
    treatment_may_be_withdrawn(spec, visit)
    if not reason_not_done:
        raise ValidationError({"reason_not_done": _("Say why the form was not done.")})
    spec.column("reason_not_done").run_validators(reason_not_done)
    if form.pk is not None and form.status != FormStatus.DRAFT and not reason:
        raise ValidationError({"reason": _("Say why you change a form that was complete.")})
    for name in (*(item.name for item in spec.items), *(derived.name for derived in spec.derived)):
        setattr(form, name, storable(spec.column(name), None))
    form.status, form.reason_not_done, form.missing, form.confirmed_checks = (
        FormStatus.NOT_DONE,
        reason_not_done,
        {},
        {},
    )
    form.assessed_on, form.assessed_by = day_of(visit), by
    rows = stored_rows(spec, form)
    with _acting(by, reason or "Form not done"):
        _store(form)
        store_rows(spec, form, rows, {}, {})
        publish(visit=visit, source_form=spec.code, repeat_key=repeat_key, collected_on=form.assessed_on, results={})
        if spec.is_treatment:
            notice_deviations(subject=visit.subject, by=by)
    discard_draft(spec=spec, visit=visit, by=by)
    return form


def _version_of(spec: CrfSpec, form: FormData, rows: Mapping[str, Any]) -> Version:
    return Version(stored_values(spec, form, rows), form.missing or {}, form.assessed_on)


def _acting(by: User, reason: str, own: Mapping[str, str] | None = None) -> Any:
    """Sign the writes; `own` reasons of single items stand beside the one for all."""
    return signed_for(user=by.pk, reason=reason, **({"reasons": dict(own)} if own else {}))


def _locked_visit(visit: Visit) -> tuple[Visit, date | None]:
    """The visit as it is stored now, and the day of the first consent.

    The subject is locked, so two first saves, or a save and another day for the visit, wait for each other.
    """
    consents = InformedConsent.objects.filter(subject=OuterRef("subject")).order_by("signed_on")
    stored = locked_visit(visit, consent_on=Subquery(consents.values("signed_on")[:1]))
    return stored, stored.consent_on


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


def _store(form: FormData) -> None:
    form.row_version += 1
    form.save(force_insert=form.pk is None, force_update=form.pk is not None)


def _fact_value(publication: Publication, value: Any) -> Any:
    """What is stored, in the kind of the fact: a coded yes or no becomes true or false, a moment a text in UTC."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="minutes")
    return value == YesNo.YES if publication.fact.kind == FactKind.YES_NO else value


def _published(spec: CrfSpec, entry: Entry, context: Any) -> dict[str, Result]:
    """The results by fact code; what is not asked publishes nothing."""
    seen = worked_on(spec, entry.values, context)
    seen |= spec.derive(seen, context)
    values = {publication: value_at(spec, seen, publication.address) for publication in spec.publishes}
    return {
        publication.fact.code: Result(_fact_value(publication, value), publication.fact.unit)
        for publication, value in values.items()
        if not is_empty(value)
    }


def _publish(spec: CrfSpec, form: FormData, results: Mapping[str, Result], *, day: date) -> None:
    if spec.publishes:
        publish(
            visit=form.visit,
            source_form=spec.code,
            repeat_key=form.repeat_key,
            collected_on=day,
            results=results,
        )


def _treated(visit: Visit, *, by: User, reason: str) -> None:
    """What follows from a treatment: planned dates, eligibility looked at again, deviations. A later correction of the
    form changes nothing of these; another day of the visit does, and is corrected there."""
    if visit.code == protocol_of(visit.subject.protocol_version).anchor:
        record_first_treatment(subject=visit.subject, infused_on=day_of(visit), by=by, reason=reason)
    else:
        notice_deviations(subject=visit.subject, by=by)

"""The safety log of the demonstration: medication, events, and reports of serious ones."""

from datetime import date, timedelta
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.models import User
from clinical.safety.workflow import Step
from config.demo.stories import DemoCase, DemoEvent, DemoMedicine, Story
from patients.models import Subject, Visit
from safety.models import AdverseEvent, ConcomitantMedication, SeriousCase
from safety.report_content import report_content
from safety.selectors.suggestions import open_suggestions
from safety.services import (
    add_document,
    assess,
    correct_adverse_event,
    decide_suggestion,
    record_adverse_event,
    save_draft,
    submit,
    take_step,
)
from safety.services.medication import record_medication
from safety.services.reviews import mark_reviewed
from safety.special_interest import is_of_special_interest
from safety.terms import Expectedness, Outcome, ReporterRole
from signatures.services import digest_of

_ORDER = (Step.SUBMIT, Step.TAKE_UP, Step.ASK, Step.ANSWER, Step.ASSESS)
_LETTER = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R"
    b"/Resources<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>>>endobj\n"
    b"4 0 obj<</Length 68>>stream\nBT /F1 18 Tf 72 760 Td (Discharge letter of an invented subject) Tj ET\n"
    b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)


def tell_of_safety(
    subject: Subject, story: Story, first: date, *, coordinator: User, investigator: User, monitor: User
) -> None:
    """What happened to a subject whose first treatment was on a day, and what has been done about it."""
    for medicine in story.medicines:
        _take(subject, medicine, first, coordinator)
    for told in story.events:
        onset = first + timedelta(days=told.day)
        event = _suffer(subject, told, onset, coordinator)
        if told.is_reviewed or told.correction:
            mark_reviewed(event=event, seen_version=event.version, by=monitor)
        if told.correction:
            _correct(event, told, onset, coordinator)
        if told.case is not None:
            _report(event, told.case, coordinator=coordinator, investigator=investigator, monitor=monitor)
    if not story.leaves_suggestion:
        for suggestion in open_suggestions(subject):
            reason = "Not clinically significant; normal a week later"
            decide_suggestion(subject=subject, source=suggestion.source, reason=reason, by=investigator)


def _take(subject: Subject, medicine: DemoMedicine, day: date, by: User) -> ConcomitantMedication:
    started = day + timedelta(days=medicine.day)
    is_long_ago = medicine.day < -365
    ended = None if medicine.days_long is None else started + timedelta(days=medicine.days_long)
    return record_medication(
        subject=subject,
        fields={
            "name": medicine.name,
            "indication": medicine.indication,
            "treatment_kind": medicine.kind,
            "dose": medicine.dose,
            "route": medicine.route,
            "frequency": medicine.frequency,
            "started": f"{started:%Y}" if is_long_ago else started.isoformat(),
            "ended": "" if ended is None else ended.isoformat(),
        },
        by=by,
    )


def _suffer(subject: Subject, told: DemoEvent, onset: date, by: User) -> AdverseEvent:
    ended = None if told.days_long is None else onset + timedelta(days=told.days_long)
    earlier = Visit.objects.filter(subject=subject, outcome="done", occurred_on__lte=onset).order_by("-position")
    known_at = None
    if told.case is not None:
        known_at = timezone.now().replace(second=0, microsecond=0) - timedelta(hours=told.case.known_hours_ago)
    fields: dict[str, Any] = {
        "term": told.term,
        "term_code": told.term_code,
        "onset": onset.isoformat(),
        "ended": "" if ended is None else ended.isoformat(),
        "visit": earlier.first(),
        "narrative": told.narrative,
        "grade": told.grade,
        "grade_changes": tuple((onset + timedelta(days=day), grade) for day, grade in told.grades),
        "is_serious": told.is_hospitalised,
        "caused_hospitalisation": told.is_hospitalised,
        "admitted_on": onset if told.is_hospitalised else None,
        "discharged_on": ended if told.is_hospitalised else None,
        "serious_known_at": known_at,
        "is_special_interest": is_of_special_interest(subject, term_code=told.term_code, term=told.term),
        "relation": told.relation,
        "action_taken": "dose_not_changed",
        "treatments": tuple(_take(subject, medicine, onset, by) for medicine in told.medicines),
        "outcome": Outcome.NOT_RECOVERED if told.days_long is None else Outcome.RECOVERED,
    }
    suggestion = _reaction(subject) if told.was_ticked else ""
    return record_adverse_event(subject=subject, fields={**fields, **told.more}, suggestion=suggestion, by=by)


def _reaction(subject: Subject) -> str:
    """The suggestion that the ticked reaction makes."""
    return next(found.source for found in open_suggestions(subject) if not found.analyte)


def _correct(event: AdverseEvent, told: DemoEvent, onset: date, by: User) -> None:
    correct_adverse_event(
        event=event,
        fields={
            "outcome": told.correction["outcome"],
            "ended": (onset + timedelta(days=told.correction["days_long"])).isoformat(),
        },
        reason="Seen again: healed",
        seen_version=event.version,
        by=by,
    )


def _report(event: AdverseEvent, told: DemoCase, *, coordinator: User, investigator: User, monitor: User) -> None:
    case = SeriousCase.objects.select_related("event", "subject__site__trial").get(event=event)
    written = {"narrative": told.narrative}
    if told.until is not None:
        written |= {"reporter": investigator.full_name, "reporter_role": ReporterRole.PHYSICIAN}
    save_draft(case=case, fields=written, seen_version=case.versions.get().row_version, by=coordinator)
    if told.until is None:
        return
    letter = ContentFile(_LETTER, name="discharge-letter.pdf")
    add_document(case=case, title="Discharge letter", file=letter, by=coordinator)
    for step in _ORDER[: _ORDER.index(told.until) + 1]:
        case.refresh_from_db()
        _go_on(case, step, told, coordinator=coordinator, investigator=investigator, monitor=monitor)


def _go_on(
    case: SeriousCase, step: Step, told: DemoCase, *, coordinator: User, investigator: User, monitor: User
) -> None:
    match step:
        case Step.SUBMIT:
            read = report_content(case, case.versions.get())
            submit(case=case, seen=digest_of(read), by=investigator)
        case Step.TAKE_UP:
            take_step(case=case, step=step, by=monitor)
        case Step.ASK:
            take_step(case=case, step=step, text=told.question, by=monitor)
        case Step.ANSWER:
            take_step(case=case, step=step, text=told.answer, by=coordinator)
        case Step.ASSESS:
            assess(
                case=case,
                related_by_sponsor=True,
                expectedness=Expectedness.UNEXPECTED,
                is_susar=True,
                text=told.assessment,
                seen_version=case.version,
                by=monitor,
            )

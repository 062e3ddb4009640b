"""What the report of a serious event says: everything that is known at one moment, as it is signed.

The content is plain: texts, whole numbers, yes and no, lists and mappings. Codes stand as they are stored, days and
moments as ISO 8601 (moments in UTC), amounts as texts, so that its canonical form is the same on every machine.

    format          version of this layout, 1
    trial, site, country, case, version, kind ("initial" or "follow_up")
    subject         number, age_years, sex, arm
    event           every column of the adverse event by its name; visit is the code of the visit;
                    is_related and related_to as they count; grade_changes; treatments (numbers of medications)
    doses           visit, day, fact (which dose), amount, unit, lot, product
    medications     number, name, indication, treatment_kind, dose, route, frequency, started, ended
    what_is_new, narrative, reporter, reporter_role
    documents       title, media_type, size, digest; never the name of the file, which may identify the subject
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any, Final

from clinical.numbers import plain
from clinical.safety.expectedness import SusarProposal, propose_susar
from patients.models import Finding, Subject
from safety.models import AdverseEvent, CaseDocument, ConcomitantMedication, ReportVersion, SeriousCase
from safety.terms import Expectedness
from trials.selectors import lots_of

FORMAT: Final = 1
WRITTEN: Final = ("narrative", "reporter", "reporter_role")
"""What is written for the report and not taken from the record; of a follow-up also what is new."""
DOSE_FACTS: Final = ("cells_given", "methotrexate_mg")
"""Facts that forms of treatment publish, each the dose of one visit."""
LOT_FACT: Final = "product_lot"
_ABOUT_THE_PERSON: Final = ("age_years", "sex")
_MEDICATION: Final = (
    "number",
    "name",
    "indication",
    "treatment_kind",
    "dose",
    "route",
    "frequency",
    "started",
    "ended",
)
_DOCUMENT: Final = ("title", "media_type", "size", "digest")
_NOT_OF_THE_EVENT: Final = frozenset({"id", "subject"})


def report_content(case: SeriousCase, version: ReportVersion) -> dict[str, Any]:
    """The report as it would be signed now; nine statements at most, whatever it holds."""
    site = case.subject.site
    return {
        "format": FORMAT,
        "trial": site.trial.registration,
        "site": site.code,
        "country": site.country,
        "case": str(case),
        "version": version.number,
        "kind": "initial" if version.number == 1 else "follow_up",
        **record_of(case),
        "what_is_new": version.what_is_new,
        "narrative": version.narrative,
        "reporter": version.reporter,
        "reporter_role": version.reporter_role,
    }


def record_of(case: SeriousCase) -> dict[str, Any]:
    """The parts of the report that are taken from the record and not written for it."""
    findings = list(_findings(case.subject))
    return {
        "subject": _subject(case.subject, findings),
        "event": _event(case.event),
        "doses": _doses(case.subject, findings),
        "medications": [
            {name: getattr(one, name) for name in _MEDICATION}
            for one in ConcomitantMedication.objects.filter(subject=case.subject).order_by("number")
        ],
        "documents": [
            {name: getattr(one, name) for name in _DOCUMENT} for one in CaseDocument.objects.filter(case=case)
        ],
    }


def proposal_for(
    version: ReportVersion, *, related_by_sponsor: bool | None = None, expectedness: str | None = None
) -> SusarProposal:
    """Whether the report that was submitted is to be proposed as a SUSAR, with the sponsor's judgements as far as they
    are known. It is read from what was signed, not from what the event says today."""
    event = (version.content or {}).get("event", {})
    known = {Expectedness.EXPECTED: True, Expectedness.UNEXPECTED: False}
    return propose_susar(
        is_serious=event.get("is_serious"),
        related_by_investigator=event.get("is_related"),
        related_by_sponsor=related_by_sponsor,
        is_expected=None if expectedness is None else known.get(Expectedness(expectedness)),
    )


def about_assessment(version: ReportVersion) -> str:
    """What the signature of the safety monitor under the assessment of this version is about."""
    return f"safety.assessment:{version.case_id}:{version.number}"


def _findings(subject: Subject) -> Iterable[Finding]:
    wanted = (*_ABOUT_THE_PERSON, *DOSE_FACTS, LOT_FACT)
    found = Finding.objects.filter(subject=subject, test_code__in=wanted).select_related("visit")
    return found.order_by("visit__position", "collected_on", "pk")


def _subject(subject: Subject, findings: Iterable[Finding]) -> dict[str, Any]:
    latest = {finding.test_code: finding for finding in findings}
    age, sex = latest.get("age_years"), latest.get("sex")
    return {
        "number": subject.number,
        "age_years": int(age.number) if age is not None and age.number is not None else None,
        "sex": (sex.text or "") if sex is not None else "",
        "arm": subject.arm_code,
    }


def _event(event: AdverseEvent) -> dict[str, Any]:
    columns = [field for field in AdverseEvent._meta.concrete_fields if field.name not in _NOT_OF_THE_EVENT]
    values = {field.name: _plain(getattr(event, field.attname)) for field in columns}
    return {
        **values,
        "visit": event.visit.code if event.visit else "",
        "is_related": event.is_related,
        "related_to": [str(cause) for cause in event.related_to],
        "grade_changes": [
            {"changed_on": change.changed_on.isoformat(), "grade": change.grade} for change in event.grade_changes.all()
        ],
        "treatments": list(event.treatments.order_by("number").values_list("number", flat=True)),
    }


def _doses(subject: Subject, findings: list[Finding]) -> list[dict[str, Any]]:
    lots = {finding.visit_id: finding.text or "" for finding in findings if finding.test_code == LOT_FACT}
    registered = lots_of(subject.site.trial).values_list("lot_number", "product") if lots else ()
    products = {number.upper(): product for number, product in registered}
    return [
        {
            "visit": finding.visit.code,
            "day": (finding.visit.occurred_on or finding.collected_on).isoformat(),
            "fact": finding.test_code,
            "amount": _plain(finding.number),
            "unit": finding.unit,
            "lot": (lot := lots.get(finding.visit_id, "")),
            "product": products.get(lot.upper(), ""),
        }
        for finding in findings
        if finding.test_code in DOSE_FACTS
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date | time) else value

"""Cases of serious events at every stage."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import User
from clinical.safety.workflow import Step
from patients.models import Subject
from safety.models import AdverseEvent, ReportVersion, SeriousCase
from safety.report_content import report_content
from safety.services import record_adverse_event, save_draft, submit, take_step
from signatures.services import digest_of

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(24)
JPEG = b"\xff\xd8\xff\xe0" + bytes(24)
WRITTEN = {
    "narrative": "High fever two hours after the infusion; a night in hospital.",
    "reporter": "Zhang Wei",
    "reporter_role": "physician",
}


def serious_event(subject: Subject, by: User, **changed: Any) -> AdverseEvent:
    """A fever that led to a stay in hospital; it began on the day on which the site knew it, an hour ago."""
    known_at = timezone.now() - timedelta(hours=1)
    fields = {
        "term": "Fever",
        "onset": subject.site.today(known_at).isoformat(),
        "grade": 3,
        "is_serious": True,
        "caused_hospitalisation": True,
        "serious_known_at": known_at,
        "relation": "possible",
        "action_taken": "dose_not_changed",
        "outcome": "recovering",
    }
    return record_adverse_event(subject=subject, fields={**fields, **changed}, by=by)


def written_case(subject: Subject, by: User, **changed: Any) -> SeriousCase:
    """The case of such an event with a report that is complete and not signed."""
    case = serious_event(subject, by, **changed).case
    save_draft(case=case, fields=WRITTEN, seen_version=1, by=by)
    return SeriousCase.objects.get(pk=case.pk)


def digest_now(case: SeriousCase) -> str:
    """The digest of what would be signed now."""
    case = SeriousCase.objects.select_related("event__visit", "subject__site__trial").get(pk=case.pk)
    return digest_of(report_content(case, case.versions.latest("number")))


def sign_report(case: SeriousCase, by: User) -> ReportVersion:
    """The draft of the case, signed as it is now."""
    return submit(case=case, seen=digest_now(case), by=by)


def submitted_case(subject: Subject, doctor: User, **changed: Any) -> SeriousCase:
    """The case of such an event, reported by the investigator."""
    case = written_case(subject, doctor, **changed)
    sign_report(case, doctor)
    return SeriousCase.objects.get(pk=case.pk)


def case_in_review(subject: Subject, doctor: User, reviewer: User, **changed: Any) -> SeriousCase:
    """The same, taken up by the safety monitor."""
    case = submitted_case(subject, doctor, **changed)
    take_step(case=case, step=Step.TAKE_UP, by=reviewer)
    return SeriousCase.objects.get(pk=case.pk)


def a_file(name: str = "letter.pdf", content: bytes = PDF) -> SimpleUploadedFile:
    """A file as a browser sends it."""
    return SimpleUploadedFile(name, content)

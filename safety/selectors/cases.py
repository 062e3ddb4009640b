"""What the pages of cases read."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, QuerySet

from accounts.models import User
from accounts.permissions import Permission
from clinical.safety.workflow import Step
from patients.models import Subject
from patients.models.scoping import ScopedQuerySet
from safety.models import AdverseEvent, CaseDocument, CaseStep, ReportVersion, SeriousCase
from safety.report_content import WRITTEN, record_of, report_content
from safety.report_names import names_for
from safety.report_words import Section, changes_between, sections_of
from safety.selectors.events import Difference, ValueChange
from signatures.models import Signature
from signatures.services import covers, digest_of, is_intact
from trials.models import Trial


@dataclass(frozen=True)
class Standing:
    """How far the report of a case is: the newest version, the newest that was submitted, and what has changed in the
    record since; nothing has where none was submitted."""

    newest: ReportVersion
    submitted: ReportVersion | None
    changes: list[ValueChange]

    @property
    def is_draft(self) -> bool:
        """Whether a version is being written."""
        return self.newest.submitted_at is None


@dataclass(frozen=True)
class SignedText:
    """What stands under a signature: who, when, with which meaning, the digest, and whether it still fits."""

    signature: Signature
    fits: bool


def cases_of_trial(*, trial: Trial, user: User) -> ScopedQuerySet:
    """The trial's cases that the user may see, the newest first, each with the number of its `newest_version`."""
    rows = SeriousCase.objects.visible_to(user, Permission.VIEW_SAFETY).filter(subject__site__trial=trial)
    return (
        rows.select_related("event", "subject__site")
        .annotate(newest_version=Max("versions__number"))
        .order_by("-number", "-pk")
    )


def case_of_event(*, subject: Subject, event_number: int, user: User) -> SeriousCase | None:
    """The case of one event of the subject, with both; None where the event is not there or has no case."""
    rows = SeriousCase.objects.visible_to(user, Permission.VIEW_SAFETY).filter(subject=subject)
    case: SeriousCase | None = (
        rows.select_related("event__visit").prefetch_related("event__grade_changes").filter(event__number=event_number)
    ).first()
    if case is not None:
        case.subject = case.event.subject = subject
    return case


def event_without_case(*, subject: Subject, event_number: int, user: User) -> AdverseEvent | None:
    """The event of the subject, where it has no case yet."""
    rows = AdverseEvent.objects.visible_to(user, Permission.VIEW_SAFETY)
    event: AdverseEvent | None = rows.filter(subject=subject, number=event_number, case=None).first()
    if event is not None:
        event.subject = subject
    return event


def versions_of(case: SeriousCase) -> list[ReportVersion]:
    """Every version of the report, the newest first, with its signature."""
    versions = list(case.versions.select_related("signature").order_by("-number"))
    for version in versions:
        version.case = case
    return versions


def standing_of(case: SeriousCase, versions: list[ReportVersion]) -> Standing:
    """How far the report is; the versions are those of `versions_of`."""
    submitted = next((version for version in versions if version.submitted_at is not None), None)
    changes = _changes_since(submitted, case) if submitted is not None else []
    return Standing(versions[0], submitted, changes)


def _changes_since(submitted: ReportVersion, case: SeriousCase) -> list[ValueChange]:
    return changes_between(submitted.content or {}, record_of(case), names_for(case.subject))


def steps_of(case: SeriousCase) -> QuerySet[CaseStep]:
    """Every step, the oldest first, with who took it and what was signed."""
    return case.steps.select_related("taken_by", "signature")


def documents_of(case: SeriousCase) -> QuerySet[CaseDocument]:
    """The documents of the case, with who added them."""
    return case.documents.select_related("added_by")


def judged_anew(case: SeriousCase, steps: Iterable[CaseStep]) -> CaseStep | None:
    """The assessment "no SUSAR" after which new information came, so that nobody has judged the case now."""
    if case.is_susar is not None:
        return None
    found = [step for step in steps if step.step == Step.ASSESS and step.signature is not None]
    return found[-1] if found else None


def document_of(case: SeriousCase, pk: int) -> tuple[CaseDocument, str] | None:
    """A document of the case with the name under which it is sent: case, number and ending, as in SAE-0001-2.pdf."""
    for number, document in enumerate(case.documents.all(), start=1):
        if document.pk == pk:
            return document, f"{case}-{number}{document.kind.endings[0]}"
    return None


def content_now(case: SeriousCase, version: ReportVersion) -> tuple[dict[str, Any], str]:
    """What would be signed now, and its digest."""
    content = report_content(case, version)
    return content, digest_of(content)


def content_of(case: SeriousCase, version: ReportVersion) -> list[Section]:
    """The content of a version in words: as it was signed, or as it would be."""
    content = version.content if version.content is not None else report_content(case, version)
    return sections_of(content, names_for(case.subject))


def signed_text(version: ReportVersion) -> SignedText | None:
    """The signature under a version; None while it is a draft."""
    if version.signature is None:
        return None
    fits = is_intact(version.signature) and covers(version.signature, version.content or {})
    return SignedText(version.signature, fits)


def draft_differences(version: ReportVersion, typed: dict[str, str]) -> list[Difference]:
    """Where the stored draft differs from what was typed."""
    found = []
    for name in ("what_is_new", *WRITTEN):
        if name in typed and typed[name].strip() != getattr(version, name):
            column: Any = ReportVersion._meta.get_field(name)
            words = dict(column.choices or ())
            stored, entered = (words.get(text, text) or "–" for text in (getattr(version, name), typed[name]))
            found.append(Difference(str(column.verbose_name), str(stored), str(entered)))
    return found

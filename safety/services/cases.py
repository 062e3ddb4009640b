"""Cases of serious events: opening them, writing and submitting the report, and every further step."""

from collections.abc import Mapping
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting
from audit.history import changes
from clinical.safety.clocks import day_in
from clinical.safety.workflow import Step, Transition, missing_for
from patients.policies import may_receive_data
from patients.services.locks import locked_subject
from safety.case_roles import roles_in, transition_for
from safety.models import AdverseEvent, CaseStep, ReportVersion, SeriousCase
from safety.policies import may_be_closed, may_be_submitted
from safety.report_content import WRITTEN, report_content
from safety.report_words import column_name
from safety.selectors.clocks import clocks_of
from safety.services.case_news import announce
from safety.terms import ReportStatus
from signatures.models import Meaning, Signature
from signatures.services import digest_of, sign
from trials.policies import NotAllowedNow

PLAIN_STEPS: Final = frozenset({Step.TAKE_UP, Step.ASK, Step.ANSWER, Step.CLOSE})
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtext('dermis case'), %s)"


class ReportChangedMeanwhile(Exception):
    """Somebody else saved the draft after it was read; `version` is as it is stored now."""

    def __init__(self, version: ReportVersion) -> None:
        super().__init__(f"{version} is at state {version.row_version}")
        self.version = version


@transaction.atomic
def open_case(*, event: AdverseEvent, by: User) -> SeriousCase:
    """The case of a serious event, opened with a first draft unless there is one; whoever records the event opens it.

    Cases count within the trial, without gaps. An event without a moment of awareness, recorded before there were
    cases, was known to be serious at the latest when that was recorded. Raises NotAllowedNow for an event that is not
    serious.
    """
    # A new row locks the subject and the event that it belongs to. Whoever has them already does not wait for the turn
    # of somebody who waits for them.
    locked_subject(event.subject_id)
    event = AdverseEvent.objects.select_for_update(of=("self",)).select_related("subject__site").get(pk=event.pk)
    if not event.is_serious:
        raise NotAllowedNow(_("The event is not serious, so there is nothing to report."))
    trial_pk = event.subject.site.trial_id
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME, [trial_pk])
    found = SeriousCase.objects.filter(event=event).first()
    if found is not None:
        return found
    numbers = SeriousCase.objects.filter(subject__site__trial=trial_pk)
    number = (numbers.aggregate(last=Max("number"))["last"] or 0) + 1
    case = SeriousCase(subject=event.subject, event=event, number=number)
    if event.serious_known_at is None:
        _know_since_recorded(event, by=by)
    with acting(by=by):
        case.save(force_insert=True)
        ReportVersion(case=case, number=1, narrative=event.narrative).save(force_insert=True)
    return case


def report_if_serious(event: AdverseEvent, *, by: User) -> None:
    """Open the case of an event that is, or has become, serious, and know at once of one that is fatal or
    life-threatening; called wherever events are written, by whoever has locked subject, case and event."""
    if event.is_serious:
        _know_of_danger(open_case(event=event, by=by), event, by=by)


def _know_since_recorded(event: AdverseEvent, *, by: User) -> None:
    recorded = max(change.at for change in changes(event, ["is_serious"]) if change.after)
    event.serious_known_at = min(recorded, timezone.now()).replace(second=0, microsecond=0)
    event.version += 1
    with acting(by=by, reason="Known since it was recorded as serious"):
        event.save(update_fields=["serious_known_at", "version"])


def _know_of_danger(case: SeriousCase, event: AdverseEvent, *, by: User) -> None:
    """The sponsor can read the record of a case that it has been told of: the shorter clock does not wait for the
    follow-up (default)."""
    if case.day_zero is None or case.urgent_known_on is not None or not _is_urgent(event):
        return
    case.urgent_known_on = day_in(event.subject.site.trial.sponsor_zone, timezone.now())
    case.version += 1
    with acting(by=by, reason="The event is fatal or life-threatening"):
        case.save(update_fields=["urgent_known_on", "version"])


@transaction.atomic
def save_draft(*, case: SeriousCase, fields: Mapping[str, str], seen_version: int, by: User) -> ReportVersion:
    """Store what was written for the report (`WRITTEN`, and `what_is_new` of a follow-up); it may be incomplete.

    A version that was begun is written and sent also after the subject withdrew the use of the data (default): what was
    collected before is kept, and the duty to report it remains. No follow-up is begun and no document added then.

    Raises NotAllowedNow unless the report is a draft, ReportChangedMeanwhile when the draft is no longer at
    `seen_version`, ValidationError for an impossible value and where nothing was changed.
    """
    case = locked_case(case)
    version = draft_of(case)
    if version.row_version != seen_version:
        raise ReportChangedMeanwhile(version)
    if unknown := fields.keys() - {*WRITTEN, "what_is_new"}:
        raise TypeError(f"not written for a report: {', '.join(sorted(unknown))}")
    changed = [name for name, value in fields.items() if value.strip() != getattr(version, name)]
    if not changed:
        raise ValidationError(_("Nothing was changed, so there is nothing to save."))
    for name in changed:
        setattr(version, name, fields[name].strip())
    version.row_version += 1
    version.full_clean()
    with acting(by=by, reason="Draft of the report written"):
        version.save(update_fields=[*changed, "row_version"])
    return version


@transaction.atomic
def submit(*, case: SeriousCase, seen: str, by: User) -> ReportVersion:
    """The investigator signs the report and sends it to the sponsor; `seen` is the digest of what was read.

    From then on it is never changed. Day 0 is the sponsor's calendar day of the first submission; the day on which the
    sponsor knew that the event is fatal or life-threatening is that of the first submission that says so or, after
    day 0, of the first correction of the event that does, and empty while the newest submission does not (default).
    A case that was judged to be no SUSAR is not judged any more, and its day 0 is that of this submission: what is new
    may be what makes it one (ICH E2A; default). The assessment stays as it was signed. The caller has asked for the
    password again.

    Raises PermissionDenied for others than investigators, NotAllowedNow unless the report is a draft of a serious
    event (a follow-up may say that it is none), ValidationError when something is missing or no longer what was read.
    """
    case = locked_case(case)
    found = transition_for(case, Step.SUBMIT, roles_in(case, by))
    version = draft_of(case)
    may_be_submitted(case, version)
    if missing := missing_in(version):
        raise ValidationError(_("The report is not complete. Still missing: %(what)s.") % {"what": ", ".join(missing)})
    content = report_content(case, version)
    if digest_of(content) != seen:
        raise ValidationError(_("The report has changed since you read it. Read it again before you sign."))
    signature = sign(content=content, about=about(version), meaning=Meaning.AUTHORSHIP, by=by)
    version.content, version.signature, version.submitted_at = content, signature, signature.signed_at
    with acting(by=by, reason="Report submitted"):
        version.save(update_fields=["content", "signature", "submitted_at"])
    today = day_in(case.subject.site.trial.sponsor_zone, signature.signed_at)
    known_on = (case.urgent_known_on or today) if _is_urgent(case.event) else None
    values: dict[str, Any] = {"day_zero": case.day_zero or today, "urgent_known_on": known_on}
    if case.is_susar is False:
        values |= {"day_zero": max(values["day_zero"], today), "is_susar": None, "related_by_sponsor": None}
    step = take(case, found, by=by, signature=signature, **values)
    announce(case, step, version=version.number)
    return version


@transaction.atomic
def take_step(*, case: SeriousCase, step: Step, by: User, text: str = "") -> CaseStep:
    """Take one of the steps that only move the case on (`PLAIN_STEPS`).

    Raises PermissionDenied for those who never take it, NotAllowedNow where the case stands elsewhere and where it
    would be closed before its reports to the authority are recorded, ValidationError (field `text`) where the words are
    missing that the step asks for.
    """
    if step not in PLAIN_STEPS:
        raise TypeError(f"{step} does more than move a case on")
    case = locked_case(case)
    found = transition_for(case, step, roles_in(case, by))
    if step is Step.CLOSE:
        may_be_closed(case, clocks_of(case))
    taken = _take_with_words(case, found, by=by, text=text)
    announce(case, taken, version=newest_version(case).number)
    return taken


@transaction.atomic
def follow_up(*, case: SeriousCase, text: str, by: User) -> ReportVersion:
    """Begin the next version of the report, with what has been learnt; the rest is carried over.

    Raises as `take_step` does, and NotAllowedNow once the use of the data is withdrawn.
    """
    case = locked_case(case)
    may_receive_data(case.subject)
    last = newest_version(case)
    found = transition_for(case, Step.FOLLOW_UP, roles_in(case, by))
    step = _take_with_words(case, found, by=by, text=text)
    version = ReportVersion(case=case, number=last.number + 1, what_is_new=step.text)
    for name in WRITTEN:
        setattr(version, name, getattr(last, name))
    with acting(by=by):
        version.save(force_insert=True)
    announce(case, step, version=version.number)
    return version


def _take_with_words(case: SeriousCase, found: Transition, *, by: User, text: str) -> CaseStep:
    if missing_for(found, is_signed=False, reason=text):
        raise ValidationError({"text": _("Write what is asked, answered or new; it is kept with the case.")})
    return take(case, found, by=by, text=text)


def take(
    case: SeriousCase, found: Transition, *, by: User, text: str = "", signature: Signature | None = None, **values: Any
) -> CaseStep:
    """Write the step and where the case stands then; the caller holds the lock and has asked whether it may be."""
    step = CaseStep(
        case=case,
        step=found.step,
        source=found.source,
        target=found.target,
        text=text.strip(),
        signature=signature,
        taken_by=by,
    )
    case.state, case.version = ReportStatus(found.target), case.version + 1
    for name, value in values.items():
        setattr(case, name, value)
    with acting(by=by, reason=step.text or f"Report: {found.step}"):
        step.save(force_insert=True)
        case.save(update_fields=["state", "version", *values])
    return step


def locked_case(case: SeriousCase) -> SeriousCase:
    """The case with its event, both as they are now and kept so until the transaction ends."""
    rows = SeriousCase.objects.select_for_update(of=("self", "event"))
    rows = rows.select_related("event", "subject__site__trial", "subject__protocol_version")
    found: SeriousCase = rows.defer("subject__protocol_version__files").get(pk=case.pk)
    found.event.subject = found.subject
    return found


def newest_version(case: SeriousCase) -> ReportVersion:
    """The draft, or else what was submitted last; every case has one."""
    return case.versions.latest("number")


def draft_of(case: SeriousCase) -> ReportVersion:
    """The version that is being written; raises NotAllowedNow when there is none."""
    version = newest_version(case)
    if version.submitted_at is not None:
        raise NotAllowedNow(
            _("Version %(version)s of the report of %(case)s is submitted and stays as it was signed.")
            % {"version": version.number, "case": case}
        )
    version.case = case
    return version


def about(version: ReportVersion) -> str:
    """What the signature of a report is about."""
    return f"safety.report:{version.case_id}:{version.number}"


def _is_urgent(event: AdverseEvent) -> bool:
    return event.is_serious and (event.results_in_death or event.is_life_threatening)


def missing_in(version: ReportVersion) -> list[str]:
    """What is still to be written before the version can be signed, by its names on the form.

    Patient, product and event are in the record; the report adds the reporter, the fourth of the minimum data, and the
    narrative (ICH E2A; ICH E2B(R3), element H.1).
    """
    wanted = ["what_is_new"] if version.number > 1 else []
    return [f"“{column_name(ReportVersion, name)}”" for name in (*WRITTEN, *wanted) if not getattr(version, name)]

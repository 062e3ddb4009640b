"""Cases of serious events: when one is opened, what its report says, and what of it can never be changed."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from time import sleep
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, ProgrammingError, connection, connections, transaction

from accounts.models import User
from audit.context import acting
from audit.history import changes
from clinical.safety.workflow import Step
from patients.models import Subject
from patients.services.consent import withdraw_consent
from patients.services.locks import locked_subject
from safety.models import AdverseEvent, CaseStep, ReportVersion, SeriousCase
from safety.report_content import record_of
from safety.report_names import names_for
from safety.report_words import changes_between
from safety.selectors.cases import case_of_event, signed_text, versions_of
from safety.selectors.clocks import cases_to_watch, clocks_of
from safety.services import (
    ReportChangedMeanwhile,
    add_document,
    assess,
    correct_adverse_event,
    follow_up,
    open_case,
    save_draft,
    submit,
    take_step,
)
from tests.factories import infused_subject, make_lot, make_member, make_site, make_subject, make_trial, member_of
from tests.factories.cases import (
    WRITTEN,
    a_file,
    case_in_review,
    digest_now,
    serious_event,
    sign_report,
    submitted_case,
    written_case,
)
from tests.factories.serious import change_event
from tests.worlds import NOW
from trials.models import Site, Trial
from trials.policies import NotAllowedNow

pytestmark = pytest.mark.usefixtures("clock")
MILD: dict[str, Any] = {"grade": 1, "is_serious": False, "caused_hospitalisation": False, "serious_known_at": None}
FATAL: dict[str, Any] = {"grade": 5, "outcome": "fatal", "results_in_death": True}


@pytest.fixture
def subject(site: Site, coordinator: User) -> Subject:
    return make_subject(site, coordinator)


@pytest.fixture
def reviewer(trial: Trial) -> User:
    return make_member("safety_monitor", trial=trial)


def correct(event: AdverseEvent, by: User, **fields: Any) -> AdverseEvent:
    event = AdverseEvent.objects.get(pk=event.pk)
    return correct_adverse_event(event=event, fields=fields, reason="Letter", seen_version=event.version, by=by)


def again(case: SeriousCase) -> SeriousCase:
    return SeriousCase.objects.select_related("event", "subject__site__trial").get(pk=case.pk)


# --- opening ----------------------------------------------------------------------------------------------------------


def test_recording_a_serious_event_opens_its_case_with_a_first_draft(subject: Subject, coordinator: User) -> None:
    case = serious_event(subject, coordinator, narrative="Shivering at noon").case
    assert (str(case), case.state, case.subject, case.day_zero, case.is_susar) == (
        "SAE-0001",
        "draft",
        subject,
        None,
        None,
    )
    (draft,) = case.versions.all()
    assert (draft.number, draft.narrative, draft.reporter, draft.content) == (1, "Shivering at noon", "", None)


def test_an_event_that_is_not_serious_has_no_case(subject: Subject, coordinator: User) -> None:
    event = serious_event(subject, coordinator, **MILD)
    assert not SeriousCase.objects.exists()
    with pytest.raises(NotAllowedNow, match="not serious"):
        open_case(event=event, by=coordinator)


def test_an_event_that_becomes_serious_gets_its_case_and_only_one(subject: Subject, coordinator: User) -> None:
    event = serious_event(subject, coordinator, **MILD)
    serious = {"is_serious": True, "caused_hospitalisation": True, "serious_known_at": NOW}
    event = correct(event, coordinator, **serious)
    case = SeriousCase.objects.get()
    correct(event, coordinator, grade=4)
    assert SeriousCase.objects.get() == case == open_case(event=event, by=coordinator)


def test_cases_count_within_the_trial_over_its_sites(
    site: Site, other_site: Site, subject: Subject, coordinator: User
) -> None:
    elsewhere = make_subject(other_site, member_of(other_site, "coordinator"))
    cases = [serious_event(who, coordinator).case for who in (subject, elsewhere, subject)]
    assert [str(case) for case in cases] == ["SAE-0001", "SAE-0002", "SAE-0003"]


def test_an_event_that_is_refused_leaves_no_case(subject: Subject, coordinator: User) -> None:
    with pytest.raises(ValidationError):
        serious_event(subject, coordinator, term="")
    assert not SeriousCase.objects.exists()


@pytest.fixture
def start() -> Any:
    return _four_subjects


def _four_subjects() -> None:
    with time_machine.travel(NOW, tick=False):
        site = make_site(make_trial(), "GZ")
        nurse = member_of(site, "coordinator")
        for _n in range(4):
            make_subject(site, nurse)


@pytest.mark.usefixtures("committed_db")
def test_events_recorded_at_once_get_numbers_without_gaps_and_without_twins() -> None:
    nurse = User.objects.get(username__startswith="coordinator")

    def record(subject: Subject) -> None:
        try:
            serious_event(subject, nurse)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(record, list(Subject.objects.select_related("site__trial"))))
    assert sorted(SeriousCase.objects.values_list("number", flat=True)) == [1, 2, 3, 4]


@pytest.mark.usefixtures("committed_db")
def test_an_event_that_is_recorded_and_another_that_becomes_serious_do_not_wait_for_each_other() -> None:
    nurse = User.objects.get(username__startswith="coordinator")
    subject = Subject.objects.select_related("site__trial").earliest("pk")
    mild = serious_event(subject, nurse, **MILD)
    together = Barrier(2)

    def record() -> None:
        with transaction.atomic():
            locked_subject(subject.pk)
            together.wait(timeout=30)
            _until_somebody_waits()
            serious_event(subject, nurse)

    def becomes_serious() -> None:
        together.wait(timeout=30)
        correct(mild, nurse, is_serious=True, caused_hospitalisation=True)

    def one(work: Callable[[], None]) -> None:
        try:
            work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, (record, becomes_serious)))
    assert SeriousCase.objects.count() == 2


def _until_somebody_waits() -> None:
    """Until another connection waits for a lock."""
    for _n in range(300):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone()[0]:
                return
        sleep(0.05)
    pytest.fail("nobody waits")


# --- the draft --------------------------------------------------------------------------------------------------------


def test_a_draft_is_saved_before_it_is_complete(subject: Subject, coordinator: User) -> None:
    case = serious_event(subject, coordinator).case
    saved = save_draft(case=case, fields={"narrative": " Fever. "}, seen_version=1, by=coordinator)
    assert (saved.narrative, saved.reporter, saved.row_version) == ("Fever.", "", 2)
    last = changes(saved, ["narrative"])[-1]
    assert (last.before, last.after, last.by) == ("", "Fever.", str(coordinator))


def test_the_second_of_two_people_is_told_and_overwrites_nothing(subject: Subject, coordinator: User) -> None:
    case = serious_event(subject, coordinator).case
    save_draft(case=case, fields={"narrative": "First"}, seen_version=1, by=coordinator)
    with pytest.raises(ReportChangedMeanwhile) as conflict:
        save_draft(case=case, fields={"narrative": "Second"}, seen_version=1, by=coordinator)
    assert conflict.value.version.narrative == "First"
    assert ReportVersion.objects.get().narrative == "First"


def test_a_draft_that_is_saved_unchanged_is_refused(subject: Subject, coordinator: User) -> None:
    case = written_case(subject, coordinator)
    with pytest.raises(ValidationError, match="Nothing was changed"):
        save_draft(case=case, fields=WRITTEN, seen_version=2, by=coordinator)


def test_an_unknown_role_of_the_reporter_is_refused_at_its_field(subject: Subject, coordinator: User) -> None:
    case = serious_event(subject, coordinator).case
    with pytest.raises(ValidationError) as refusal:
        save_draft(case=case, fields={"reporter_role": "king"}, seen_version=1, by=coordinator)
    assert set(refusal.value.message_dict) == {"reporter_role"}


def test_what_is_not_written_for_a_report_cannot_be_set(subject: Subject, coordinator: User) -> None:
    case = serious_event(subject, coordinator).case
    with pytest.raises(TypeError, match="submitted_at"):
        save_draft(case=case, fields={"submitted_at": "2026-05-20"}, seen_version=1, by=coordinator)


def test_a_report_that_was_begun_is_written_and_sent_after_the_use_of_the_data_is_withdrawn(
    subject: Subject, coordinator: User, investigator: User
) -> None:
    case = serious_event(subject, coordinator).case
    withdraw_consent(subject=subject, scope="data_use", withdrawn_on=subject.site.today(), by=coordinator)
    save_draft(case=case, fields=WRITTEN, seen_version=1, by=coordinator)
    assert sign_report(case, investigator).submitted_at == NOW
    assert [row.state for row in clocks_of(again(case)) if row.kind == "site_to_sponsor"] == ["met"]


def test_once_the_use_of_the_data_is_withdrawn_no_document_is_attached_and_no_follow_up_begun(
    subject: Subject, investigator: User
) -> None:
    case = submitted_case(subject, investigator)
    withdraw_consent(subject=subject, scope="data_use", withdrawn_on=subject.site.today(), by=investigator)
    with pytest.raises(NotAllowedNow, match="withdrawn the use"):
        add_document(case=case, title="Letter", file=a_file(), by=investigator)
    with pytest.raises(NotAllowedNow, match="withdrawn the use"):
        follow_up(case=case, text="Recovered", by=investigator)


# --- submitting -------------------------------------------------------------------------------------------------------


def test_the_submitted_report_is_signed_dated_and_says_everything(subject: Subject, investigator: User) -> None:
    case = written_case(subject, investigator)
    version = sign_report(case, investigator)
    case = again(case)
    assert (case.state, case.day_zero, case.urgent_known_on) == ("submitted", date(2026, 5, 20), None)
    assert version.content is not None
    assert version.signature is not None
    assert (version.submitted_at, version.signature.signer, version.signature.meaning) == (
        NOW,
        investigator,
        "authorship",
    )
    assert version.signature.about == f"safety.report:{case.pk}:1"
    content = version.content
    assert content == version.signature.content
    assert {name: content[name] for name in WRITTEN} == WRITTEN
    assert (content["case"], content["version"], content["kind"], content["subject"]["number"]) == (
        "SAE-0001",
        1,
        "initial",
        "GZ-001",
    )
    assert content["event"]["term"] == "Fever"
    assert content["event"]["serious_known_at"] == "2026-05-20T03:00:00+00:00"
    assert (content["event"]["is_related"], content["event"]["related_to"]) == (True, ["cell_product"])
    (step,) = CaseStep.objects.all()
    assert (step.step, step.source, step.target, step.taken_by, step.taken_at) == (
        "submit",
        "draft",
        "submitted",
        investigator,
        NOW,
    )


def test_the_report_holds_person_doses_lots_and_documents(
    site: Site, investigator: User, settings: Any, tmp_path: Any
) -> None:
    settings.DERMIS_DOCUMENTS = tmp_path
    subject = infused_subject(site, investigator)
    make_lot(site.trial, "UC-2401")
    case = written_case(subject, investigator)
    document = add_document(case=case, title="Letter", file=a_file(), by=investigator)
    content: Any = sign_report(case, investigator).content
    assert content["subject"]["age_years"] > 17
    assert content["subject"]["sex"] in ("F", "M")
    assert content["subject"]["arm"] == subject.arm_code
    (dose,) = content["doses"]
    assert (dose["visit"], dose["day"], dose["fact"], dose["unit"]) == ("W0", "2026-05-20", "cells_given", "cells")
    assert int(dose["amount"]) > 10**6
    assert dose["lot"]
    assert content["documents"] == [
        {"title": "Letter", "media_type": "application/pdf", "size": document.size, "digest": document.digest}
    ]


def test_a_lot_is_named_with_its_product(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator)
    case = written_case(subject, investigator)
    lot = record_of(again(case))["doses"][0]["lot"]
    assert record_of(again(case))["doses"][0]["product"] == ""
    make_lot(site.trial, lot.lower())
    assert record_of(again(case))["doses"][0]["product"] == "Allogeneic umbilical cord MSC"


@pytest.mark.parametrize("missing", list(WRITTEN))
def test_a_report_that_is_not_complete_is_not_submitted(subject: Subject, investigator: User, missing: str) -> None:
    case = written_case(subject, investigator)
    save_draft(case=case, fields={missing: ""}, seen_version=2, by=investigator)
    with pytest.raises(ValidationError, match="Still missing"):
        sign_report(case, investigator)
    assert (again(case).state, CaseStep.objects.count()) == ("draft", 0)


def test_what_changed_since_it_was_read_is_not_signed(subject: Subject, investigator: User) -> None:
    case = written_case(subject, investigator)
    seen = digest_now(case)
    correct(case.event, investigator, grade=4, is_life_threatening=True)
    with pytest.raises(ValidationError, match="changed since you read it"):
        submit(case=case, seen=seen, by=investigator)
    assert again(case).state == "draft"


def test_a_first_report_of_an_event_that_is_no_longer_serious_is_refused(subject: Subject, investigator: User) -> None:
    case = written_case(subject, investigator)
    correct(case.event, investigator, **MILD)
    with pytest.raises(NotAllowedNow, match="no longer serious"):
        sign_report(case, investigator)


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2026, 5, 20, 15, 59, 59, tzinfo=UTC), date(2026, 5, 20)),
        (datetime(2026, 5, 20, 16, tzinfo=UTC), date(2026, 5, 21)),
    ],
)
def test_day_zero_is_a_day_of_the_first_site_where_the_sponsor_names_no_zone(
    subject: Subject, investigator: User, now: datetime, day: date
) -> None:
    case = written_case(subject, investigator)
    with time_machine.travel(now, tick=False):
        sign_report(case, investigator)
    assert again(case).day_zero == day


def test_day_zero_is_a_day_of_the_sponsors_calendar(subject: Subject, investigator: User) -> None:
    trial = subject.site.trial
    with acting(by=investigator, reason="Sponsor in Canada"):
        Trial.objects.filter(pk=trial.pk).update(sponsor_time_zone="America/St_Johns")
    case = written_case(subject, investigator)
    with time_machine.travel(datetime(2026, 5, 21, 2, tzinfo=UTC), tick=False):
        sign_report(case, investigator)
    assert again(case).day_zero == date(2026, 5, 20)


def test_the_sponsor_knows_of_a_danger_to_life_from_the_correction_that_says_so(
    subject: Subject, investigator: User
) -> None:
    case = submitted_case(subject, investigator)
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        correct(case.event, investigator, is_life_threatening=True, grade=4)
    with time_machine.travel(NOW + timedelta(days=4), tick=False):
        follow_up(case=case, text="Ventilated", by=investigator)
        sign_report(case, investigator)
    assert (again(case).day_zero, again(case).urgent_known_on) == (date(2026, 5, 20), date(2026, 5, 23))
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        follow_up(case=case, text="Died", by=investigator)
        correct(case.event, investigator, **FATAL)
        sign_report(case, investigator)
    assert (again(case).day_zero, again(case).urgent_known_on) == (date(2026, 5, 20), date(2026, 5, 23))


def test_an_event_that_becomes_fatal_after_its_report_shortens_the_clock_before_any_follow_up(
    subject: Subject, investigator: User
) -> None:
    case = submitted_case(subject, investigator)
    with time_machine.travel(NOW + timedelta(days=2), tick=False):
        correct(case.event, investigator, **FATAL)
        urgent = [row for row in clocks_of(again(case)) if row.kind == "susar_urgent"]
    assert (again(case).urgent_known_on, again(case).version) == (date(2026, 5, 22), case.version + 1)
    assert [row.due for row in urgent] == ["2026-05-29"]


def test_a_correction_before_the_first_report_says_nothing_to_the_sponsor(subject: Subject, investigator: User) -> None:
    case = written_case(subject, investigator)
    correct(case.event, investigator, is_life_threatening=True, grade=4)
    assert (again(case).urgent_known_on, again(case).version) == (None, case.version)


def test_an_event_from_before_there_were_cases_was_known_when_it_was_recorded_as_serious(
    subject: Subject, investigator: User
) -> None:
    event = serious_event(subject, investigator, is_serious=False, caused_hospitalisation=False, serious_known_at=None)
    change_event(event, is_serious=True, caused_hospitalisation=True)
    case = open_case(event=event, by=investigator)
    # The database lives in the real time, which is after the moment in which the test lives.
    assert again(case).event.serious_known_at == NOW
    assert [row.kind for row in clocks_of(again(case))] == ["site_to_sponsor"]


def test_a_danger_to_life_that_was_none_is_no_longer_known(subject: Subject, investigator: User) -> None:
    case = submitted_case(subject, investigator, is_life_threatening=True, grade=4)
    assert case.urgent_known_on == date(2026, 5, 20)
    correct(case.event, investigator, is_life_threatening=False, grade=3)
    follow_up(case=case, text="Never in danger", by=investigator)
    sign_report(case, investigator)
    assert again(case).urgent_known_on is None


# --- what is kept -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["narrative", "reporter", "content", "number", "submitted_at", "signature"])
def test_the_database_refuses_to_change_a_submitted_version(subject: Subject, investigator: User, column: str) -> None:
    version = submitted_case(subject, investigator).versions.get()
    value: Any = {"content": {}, "number": 7, "submitted_at": None, "signature": None}.get(column, "Other")
    with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic(), acting(by=investigator, reason="x"):
        ReportVersion.objects.filter(pk=version.pk).update(**{column: value})
    with pytest.raises((ProgrammingError, IntegrityError)), transaction.atomic(), acting(by=investigator, reason="x"):
        ReportVersion.objects.filter(pk=version.pk).delete()


def test_the_database_refuses_to_change_or_delete_a_step(subject: Subject, investigator: User) -> None:
    submitted_case(subject, investigator)
    for change in (lambda rows: rows.update(text="Other"), lambda rows: rows.delete()):
        with pytest.raises(ProgrammingError), transaction.atomic(), acting(by=investigator, reason="x"):
            change(CaseStep.objects.all())


def test_a_submitted_report_takes_no_more_writing(subject: Subject, investigator: User) -> None:
    case = submitted_case(subject, investigator)
    with pytest.raises(NotAllowedNow, match="stays as it was signed"):
        save_draft(case=case, fields={"narrative": "Other"}, seen_version=2, by=investigator)


def test_a_signature_that_no_longer_fits_its_report_is_seen(subject: Subject, investigator: User) -> None:
    (version,) = versions_of(again(submitted_case(subject, investigator)))
    found = signed_text(version)
    assert found is not None
    assert found.fits
    version.content["event"]["grade"] = 1
    found = signed_text(version)
    assert found is not None
    assert not found.fits


# --- changed since, and following up ----------------------------------------------------------------------------------


def changed(case: SeriousCase, by: User) -> list[tuple[str, str, str]]:
    case = SeriousCase.objects.get(pk=case.pk)
    found = case_of_event(subject=case.subject, event_number=case.event.number, user=by)
    assert found is not None
    signed = found.versions.exclude(submitted_at=None).latest("number")
    differences = changes_between(signed.content, record_of(found), names_for(found.subject))
    return [(change.label, change.before, change.after) for change in differences]


def test_nothing_has_changed_right_after_signing(subject: Subject, investigator: User) -> None:
    assert changed(submitted_case(subject, investigator), investigator) == []


def test_a_corrected_event_shows_what_has_changed_since_it_was_signed(
    subject: Subject, investigator: User, settings: Any, tmp_path: Any
) -> None:
    settings.DERMIS_DOCUMENTS = tmp_path
    case = submitted_case(subject, investigator)
    correct(case.event, investigator, outcome="recovered", ended=subject.site.today().isoformat())
    add_document(case=case, title="Discharge letter", file=a_file(), by=investigator)
    found = changed(case, investigator)
    assert ("Outcome", "Recovering or resolving", "Recovered or resolved") in found
    assert ("Ended on", "–", "2026-05-20") in found
    assert ("Documents", "–", "Discharge letter, PDF, 35\xa0bytes") in found
    assert not any(label == "Version" for label, _before, _after in found)


def test_a_follow_up_is_the_next_version_with_what_is_new_and_leaves_the_first_as_it_was(
    subject: Subject, investigator: User, coordinator: User
) -> None:
    case = submitted_case(subject, investigator)
    first = case.versions.get().content
    correct(case.event, coordinator, grade=4, is_life_threatening=True)
    draft = follow_up(case=case, text="Needed a ventilator", by=coordinator)
    assert (draft.number, draft.what_is_new, draft.narrative) == (2, "Needed a ventilator", WRITTEN["narrative"])
    second = sign_report(case, investigator)
    assert second.content is not None
    assert (second.content["kind"], second.content["event"]["grade"], second.content["what_is_new"]) == (
        "follow_up",
        4,
        "Needed a ventilator",
    )
    assert case.versions.get(number=1).content == first
    assert [step.step for step in case.steps.all()] == ["submit", "follow_up", "submit"]


def test_a_follow_up_may_say_that_the_event_is_not_serious(subject: Subject, investigator: User) -> None:
    case = submitted_case(subject, investigator)
    correct(case.event, investigator, **MILD)
    follow_up(case=case, text="Observed at home", by=investigator)
    assert sign_report(case, investigator).content["event"]["is_serious"] is False


# --- assessment and authorities ---------------------------------------------------------------------------------------

JUDGED: dict[str, Any] = {"related_by_sponsor": False, "expectedness": "unexpected", "is_susar": True}


def test_the_assessment_is_signed_and_refers_to_exactly_the_report(
    subject: Subject, investigator: User, reviewer: User
) -> None:
    case = case_in_review(subject, investigator, reviewer)
    step = assess(case=case, **JUDGED, seen_version=case.version, by=reviewer)
    case = again(case)
    assert (case.state, case.related_by_sponsor, case.is_susar) == ("assessed", False, True)
    assert step.signature is not None
    assert (step.signature.meaning, step.signature.signer) == ("assessment", reviewer)
    assert step.signature.content == {
        "case": "SAE-0001",
        "version": 1,
        "report_digest": case.versions.get().signature.digest,
        "related_by_sponsor": False,
        "expectedness": "unexpected",
        "proposed": "proposed",
        "is_susar": True,
        "text": "",
    }
    # The sponsor never changes what the site has recorded.
    assert (case.event.expectedness, case.event.version) == ("unknown", 1)


@pytest.mark.parametrize(
    ("relation", "by_sponsor", "expectedness", "proposed"),
    [
        ("possible", False, "unexpected", True),
        ("unlikely", True, "unexpected", True),
        ("unlikely", False, "unexpected", False),
        ("possible", True, "expected", False),
    ],
)
def test_who_decides_otherwise_than_the_facts_propose_says_why(
    subject: Subject,
    investigator: User,
    reviewer: User,
    relation: str,
    by_sponsor: bool,
    expectedness: str,
    proposed: bool,
) -> None:
    case = case_in_review(subject, investigator, reviewer, relation=relation)
    judged: dict[str, Any] = {"related_by_sponsor": by_sponsor, "expectedness": expectedness}
    with pytest.raises(ValidationError) as refusal:
        assess(case=case, **judged, is_susar=not proposed, seen_version=case.version, by=reviewer, text=" ")
    assert set(refusal.value.message_dict) == {"text"}
    assert again(case).state == "in_review"
    assess(case=case, **judged, is_susar=proposed, seen_version=case.version, by=reviewer)
    assert again(case).is_susar is proposed


def test_another_decision_is_possible_with_words(subject: Subject, investigator: User, reviewer: User) -> None:
    case = case_in_review(subject, investigator, reviewer)
    judged = {**JUDGED, "is_susar": False}
    step = assess(case=case, **judged, text="Protocol exempts it", seen_version=case.version, by=reviewer)
    assert (again(case).is_susar, step.text) == (False, "Protocol exempts it")


def test_the_proposal_is_read_from_what_was_signed(subject: Subject, investigator: User, reviewer: User) -> None:
    case = case_in_review(subject, investigator, reviewer)
    correct(case.event, investigator, relation="unlikely")
    assess(case=case, **JUDGED, seen_version=case.version, by=reviewer)
    assert again(case).is_susar is True


@pytest.mark.parametrize("expectedness", ["unknown", "nonsense"])
def test_expectedness_has_to_be_judged(subject: Subject, investigator: User, reviewer: User, expectedness: str) -> None:
    case = case_in_review(subject, investigator, reviewer)
    with pytest.raises(ValidationError) as refusal:
        assess(case=case, **{**JUDGED, "expectedness": expectedness}, seen_version=case.version, by=reviewer)
    assert set(refusal.value.message_dict) == {"expectedness"}


def test_a_case_that_changed_since_it_was_read_is_not_assessed(
    subject: Subject, investigator: User, reviewer: User
) -> None:
    case = case_in_review(subject, investigator, reviewer)
    take_step(case=case, step=Step.ASK, text="Which dose?", by=reviewer)
    take_step(case=case, step=Step.ANSWER, text="1 million", by=investigator)
    with pytest.raises(ValidationError, match="changed since you read it"):
        assess(case=case, **JUDGED, seen_version=case.version, by=reviewer)


def test_what_was_judged_stays_while_new_information_is_written(
    subject: Subject, investigator: User, reviewer: User
) -> None:
    case = case_in_review(subject, investigator, reviewer)
    assess(case=case, **JUDGED, seen_version=case.version, by=reviewer)
    follow_up(case=case, text="Blood culture is positive", by=investigator)
    assert (again(case).state, again(case).is_susar) == ("draft", True)


def judged(case: SeriousCase, by: User, *, is_susar: bool) -> SeriousCase:
    """The case, reviewed and assessed so, as it is then."""
    if case.state == "submitted":
        take_step(case=case, step=Step.TAKE_UP, by=by)
    expectedness = "unexpected" if is_susar else "expected"
    facts: dict[str, Any] = {"related_by_sponsor": True, "expectedness": expectedness, "is_susar": is_susar}
    assess(case=case, **facts, seen_version=again(case).version, by=by)
    return again(case)


def rows_of_authority(case: SeriousCase) -> list[tuple[str, str, str]]:
    return [
        (row.kind.value, row.due, row.label[:16]) for row in clocks_of(again(case)) if row.kind != "site_to_sponsor"
    ]


def test_new_information_on_what_was_no_susar_starts_the_days_of_the_authority_until_it_is_judged_again(
    subject: Subject, investigator: User, reviewer: User
) -> None:
    case = judged(submitted_case(subject, investigator), reviewer, is_susar=False)
    assert rows_of_authority(case) == []
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        follow_up(case=case, text="Culture positive", by=investigator)
        assert (again(case).is_susar, again(case).day_zero) == (False, date(2026, 5, 20))
        sign_report(case, investigator)
        found = again(case)
        assert (found.is_susar, found.related_by_sponsor, found.day_zero) == (None, None, date(2026, 5, 25))
        assert rows_of_authority(case) == [("susar_other", "2026-06-09", "If it is a SUSAR")]
        assert found in cases_to_watch()
        assert found.steps.get(step="assess").signature.content["is_susar"] is False
        judged(found, reviewer, is_susar=True)
    assert rows_of_authority(case) == [("susar_other", "2026-06-09", "Report of the SU")]


def test_of_what_was_no_susar_and_became_fatal_the_seven_days_count_from_the_new_day_zero(
    subject: Subject, investigator: User, reviewer: User
) -> None:
    case = judged(submitted_case(subject, investigator), reviewer, is_susar=False)
    with time_machine.travel(NOW + timedelta(days=3), tick=False):
        correct(case.event, investigator, **FATAL)
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        follow_up(case=case, text="Died", by=investigator)
        sign_report(case, investigator)
        due = {kind: day for kind, day, _label in rows_of_authority(case)}
    assert due == {"susar_urgent": "2026-06-01", "susar_urgent_complete": "2026-06-09"}


def test_a_susar_keeps_its_day_zero_and_its_judgement_when_new_information_comes(
    subject: Subject, investigator: User, reviewer: User
) -> None:
    case = judged(submitted_case(subject, investigator), reviewer, is_susar=True)
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        follow_up(case=case, text="Culture positive", by=investigator)
        sign_report(case, investigator)
    found = again(case)
    assert (found.is_susar, found.related_by_sponsor, found.day_zero) == (True, True, date(2026, 5, 20))


def test_new_information_on_what_nobody_has_judged_keeps_day_zero(subject: Subject, investigator: User) -> None:
    case = submitted_case(subject, investigator)
    with time_machine.travel(NOW + timedelta(days=5), tick=False):
        follow_up(case=case, text="Culture positive", by=investigator)
        sign_report(case, investigator)
    assert again(case).day_zero == date(2026, 5, 20)

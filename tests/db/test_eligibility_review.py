"""A decision on eligibility whose facts change: it is marked, nobody is enrolled on it, and it is made again."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, connections, transaction

from accounts.models import User
from assessments.registry import INSTRUMENTS, catalogue
from assessments.services import mark_not_done
from audit.context import acting
from patients.eligibility import eligibility_of
from patients.models import EligibilityDecision, Subject, Visit
from patients.services.eligibility import answer_criteria, decide_eligibility, newest_decision, review_decision
from patients.services.enrolment import enrol
from patients.services.visits import correct_visit_date
from protocols.loader import STUDIES, read_folder
from tests.factories import (
    complete_form,
    correct_form,
    eligible_subject,
    enrolled_subject,
    make_member,
    make_site,
    make_trial,
    results_for,
    screened_subject,
    system,
    take_place,
    values_for,
)
from trials.models import ProtocolVersion, Site
from trials.policies import NotAllowedNow
from trials.services import load_protocol

pytestmark = pytest.mark.usefixtures("clock")

NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)
TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)
REGIONS = ("head", "upper_limbs", "trunk", "lower_limbs")
NO_SKIN = {f"{r}_{c}": 0 for r in REGIONS for c in ("erythema", "induration", "desquamation", "area")}
NO_PALM = dict.fromkeys((f"{region}_palms" for region in REGIONS), Decimal(0))


def visit_of(subject: Subject, code: str = "SCR") -> Visit:
    return Visit.objects.get(subject=subject, code=code)


def stale(subject: Subject) -> list[str]:
    """The criteria to be reviewed of the decision that holds."""
    decision = newest_decision(subject)
    assert decision is not None
    assert (decision.stale_since is None) == (not decision.stale_criteria)
    return decision.stale_criteria


def take_in(subject: Subject, by: User) -> Subject:
    return enrol(subject=subject, arm_code="ADMSC", enrolled_on=TODAY, by=by)


def heal(subject: Subject, by: User) -> None:
    """Screening is corrected: there was no psoriasis to be seen."""
    correct_form(visit_of(subject), "pasi", by, **NO_SKIN)
    correct_form(visit_of(subject), "bsa", by, **NO_PALM)


def outcomes(subject: Subject) -> list[str]:
    return list(subject.eligibility_decisions.values_list("outcome", flat=True))


def test_a_corrected_result_marks_the_decision_and_stops_enrolment_until_it_is_as_it_was(
    investigator: User, eligible: Subject
) -> None:
    correct_form(visit_of(eligible), "pasi", investigator, head_area=1)
    assert stale(eligible) == ["IN01"]
    assert newest_decision(eligible).stale_since == NOON
    with pytest.raises(NotAllowedNow, match=r"changed since eligibility was decided \(IN01\)"):
        take_in(eligible, investigator)
    correct_form(visit_of(eligible), "pasi", investigator, head_area=3)
    assert stale(eligible) == []
    assert take_in(eligible, investigator).status == "enrolled"


def test_the_mark_bears_the_time_of_the_first_change(site: Site, investigator: User) -> None:
    subject = eligible_subject(site, investigator)
    correct_form(visit_of(subject), "pasi", investigator, head_area=1)
    screening = visit_of(subject)
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        correct_form(screening, "laboratory", investigator, results=results_for("laboratory", screening, CA="2.40"))
    assert stale(subject) == ["IN01", "EX05b"]
    assert newest_decision(subject).stale_since == NOON


def test_a_laboratory_that_turns_out_not_done_marks_every_criterion_that_read_it(
    investigator: User, eligible: Subject
) -> None:
    mark_not_done(
        spec=INSTRUMENTS["laboratory"],
        visit=visit_of(eligible),
        reason_not_done="Sample of another person",
        by=investigator,
        expected_version=1,
        reason="Mixed up",
    )
    assert stale(eligible) == ["EX05b", "EX05c", "EX05d", "EX05e", "EX05f"]


def test_a_value_that_no_criterion_reads_marks_nothing(investigator: User, eligible: Subject) -> None:
    correct_form(visit_of(eligible), "vital_signs", investigator, weight_kg=Decimal("70.5"))
    assert stale(eligible) == []


def test_results_of_later_visits_mark_nothing(investigator: User, enrolled: Subject) -> None:
    visit = take_place(enrolled, "W0", investigator)
    complete_form(visit, "pasi", investigator, **NO_SKIN)
    complete_form(visit, "laboratory", investigator, results=results_for("laboratory", visit, CA="3.10"))
    assert stale(enrolled) == []
    # A correction at screening makes the whole decision compared with the facts, still without the later ones.
    correct_form(visit_of(enrolled), "vital_signs", investigator, weight_kg=Decimal("70.5"))
    assert stale(enrolled) == []
    assert eligibility_of(enrolled).overall == "eligible"


# Last use on the day of consent; the first treatment is planned 14 days after it.
@pytest.mark.parametrize(("days", "marked"), [(13, ["EX09a"]), (14, []), (20, [])])
def test_a_first_treatment_before_the_wash_out_has_passed_marks_the_decision(
    site: Site, investigator: User, days: int, marked: list[str]
) -> None:
    consent = TODAY - days * DAY
    subject = enrolled_subject(site, investigator, consent, previous_treatment={"topical_last_on": consent})
    complete_form(take_place(subject, "W0", investigator), "infusion", investigator)
    assert stale(subject) == marked


def test_the_mark_goes_when_the_day_of_the_first_treatment_was_wrong(site: Site, investigator: User) -> None:
    consent = TODAY - 20 * DAY
    subject = enrolled_subject(site, investigator, consent, previous_treatment={"topical_last_on": consent})
    visit = take_place(subject, "W0", investigator, on=consent + 13 * DAY)
    complete_form(visit, "infusion", investigator)
    assert stale(subject) == ["EX09a"]
    correct_visit_date(visit=visit, occurred_on=consent + 14 * DAY, reason="Typing error", by=investigator)
    assert stale(subject) == []


def test_after_a_change_the_subject_can_be_found_eligible_again(investigator: User, eligible: Subject) -> None:
    correct_form(visit_of(eligible), "pasi", investigator, head_area=1)
    decision = decide_eligibility(subject=eligible, outcome="eligible", by=investigator)
    assert outcomes(eligible) == ["eligible", "eligible"]
    assert not eligible.eligibility_decisions.exclude(stale_since=None).exists()
    first = eligible.eligibility_decisions.first()
    assert Decimal(first.facts["IN01"]["facts"]["pasi_total"]["value"]) == Decimal("27.0")
    assert Decimal(decision.facts["IN01"]["facts"]["pasi_total"]["value"]) < Decimal("27.0")
    assert take_in(eligible, investigator).status == "enrolled"


def test_after_a_change_the_subject_can_turn_out_a_screen_failure(investigator: User, eligible: Subject) -> None:
    heal(eligible, investigator)
    with pytest.raises(ValidationError, match="IN01"):
        decide_eligibility(subject=eligible, outcome="eligible", by=investigator)
    decision = decide_eligibility(subject=eligible, outcome="screen_failure", by=investigator)
    assert decision.failed_criteria == ["IN01"]
    assert Subject.objects.get(pk=eligible.pk).status == "screen_failure"
    assert set(eligible.visits.exclude(code="SCR").values_list("outcome", flat=True)) == {"cancelled"}


def test_while_it_is_to_be_reviewed_answers_can_be_changed(investigator: User, eligible: Subject) -> None:
    correct_form(visit_of(eligible), "pasi", investigator, head_area=1)
    answer_criteria(subject=eligible, answers={"EX07": True}, by=investigator, reason="Allergy found")
    assert stale(eligible) == ["IN01", "EX07"]


def test_an_enrolled_subject_found_not_eligible_goes_on(investigator: User, enrolled: Subject) -> None:
    heal(enrolled, investigator)
    assert stale(enrolled) == ["IN01"]
    for refused in ("screen_failure", "eligible"):
        with pytest.raises(ValidationError):
            decide_eligibility(subject=enrolled, outcome=refused, by=investigator)
    decision = decide_eligibility(subject=enrolled, outcome="found_not_eligible", by=investigator)
    assert decision.failed_criteria == ["IN01"]
    enrolled.refresh_from_db()
    assert enrolled.status == "enrolled"
    assert enrolled.visits.filter(outcome="cancelled").count() == 0
    assert stale(enrolled) == []


def test_an_enrolled_subject_is_found_eligible_again_when_the_change_breaks_nothing(
    investigator: User, enrolled: Subject
) -> None:
    correct_form(visit_of(enrolled), "pasi", investigator, head_area=1)
    decide_eligibility(subject=enrolled, outcome="eligible", by=investigator)
    assert outcomes(enrolled) == ["eligible", "eligible"]
    assert Subject.objects.get(pk=enrolled.pk).status == "enrolled"


def test_before_enrolment_nobody_is_found_not_eligible_after_it(investigator: User, screened: Subject) -> None:
    answer_criteria(subject=screened, answers={"EX02": True}, by=investigator, reason="Seen again")
    with pytest.raises(ValidationError, match="at this stage"):
        decide_eligibility(subject=screened, outcome="found_not_eligible", by=investigator)


def test_a_screen_failure_is_not_decided_again_whatever_changes(site: Site, investigator: User) -> None:
    subject = screened_subject(site, investigator, changed={"bsa": NO_PALM}, **NO_SKIN)
    decide_eligibility(subject=subject, outcome="screen_failure", by=investigator)
    correct_form(visit_of(subject), "pasi", investigator, **values_for("pasi", visit_of(subject)))
    assert stale(subject) == ["IN01"]
    with pytest.raises(NotAllowedNow, match="has been decided"):
        decide_eligibility(subject=subject, outcome="eligible", by=investigator)


def test_facts_that_changed_between_reading_and_signing_are_not_signed(investigator: User, screened: Subject) -> None:
    seen = eligibility_of(screened).fingerprint
    correct_form(visit_of(screened), "pasi", investigator, head_area=1)
    with pytest.raises(ValidationError, match="while you were reading"):
        decide_eligibility(subject=screened, outcome="eligible", seen=seen, by=investigator)
    assert not EligibilityDecision.objects.exists()
    decide_eligibility(subject=screened, outcome="eligible", seen=eligibility_of(screened).fingerprint, by=investigator)


def test_a_night_between_reading_and_signing_changes_nothing(site: Site, investigator: User) -> None:
    subject = screened_subject(site, investigator)
    seen = eligibility_of(subject).fingerprint
    with time_machine.travel(NOON + DAY, tick=False):
        decide_eligibility(subject=subject, outcome="eligible", seen=seen, by=investigator)


def test_of_two_investigators_who_decide_at_once_one_decides(committed_db: None) -> None:
    site = make_site(make_trial())
    doctors = [make_member("investigator", site) for _n in range(2)]
    subject = screened_subject(site, doctors[0])
    seen, start = eligibility_of(subject).fingerprint, Barrier(2)

    def decide(doctor: User) -> bool:
        try:
            start.wait()
            decide_eligibility(subject=subject, outcome="eligible", seen=seen, by=doctor)
        except NotAllowedNow:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(decide, doctors)) == [False, True]
    assert EligibilityDecision.objects.get().decided_by in doctors


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE patients_eligibilitydecision SET outcome = 'found_not_eligible'",
        "UPDATE patients_eligibilitydecision SET facts = '{}'",
        "UPDATE patients_eligibilitydecision SET failed_criteria = '[\"IN01\"]'",
        "UPDATE patients_eligibilitydecision SET decided_at = now()",
        "UPDATE patients_eligibilitydecision SET decided_by_id = (SELECT min(id) FROM accounts_user)",
        "UPDATE patients_eligibilitydecision SET protocol_version_id = NULL",
        "DELETE FROM patients_eligibilitydecision",
        "TRUNCATE patients_eligibilitydecision CASCADE",
        "UPDATE patients_eligibilitydecision SET stale_since = now()",
        "UPDATE patients_eligibilitydecision SET stale_criteria = '[\"IN01\"]'",
    ],
)
def test_the_database_keeps_a_decision_as_it_was_made(investigator: User, statement: str, eligible: Subject) -> None:
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        acting(by=investigator, reason="By hand"),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert outcomes(eligible) == ["eligible"]


def test_the_mark_itself_may_be_written(investigator: User, eligible: Subject) -> None:
    with acting(by=investigator, reason="By hand"), connection.cursor() as cursor:
        cursor.execute("UPDATE patients_eligibilitydecision SET stale_since = now(), stale_criteria = '[\"IN01\"]'")
    assert stale(eligible) == ["IN01"]


def amend(site: Site) -> ProtocolVersion:
    """Version 1.1, which asks one more question."""
    files = read_folder(STUDIES / "NCT03265613" / "1.0")
    files["protocol.toml"] = files["protocol.toml"].replace('version = "1.0"', 'version = "1.1"')
    files["criteria.toml"] += '\n[[exclusion]]\ncode = "EX11"\ntext = "Tattoos"\nquestion = "Is there a tattoo?"\n'
    return load_protocol(files=files, catalogue=catalogue(), by=system())[0]


def move(subject: Subject, version: ProtocolVersion, by: User) -> Subject:
    with acting(by=by, reason="Amendment"):
        Subject.objects.filter(pk=subject.pk).update(protocol_version=version)
        moved: Any = Subject.objects.get(pk=subject.pk)
        review_decision(moved)
    return moved


def test_a_subject_that_moves_before_enrolment_is_decided_by_the_new_criteria(site: Site, investigator: User) -> None:
    subject = move(eligible_subject(site, investigator), amend(site), investigator)
    assert stale(subject) == ["EX11"]
    answer_criteria(subject=subject, answers={"EX11": False}, by=investigator)
    decision = decide_eligibility(subject=subject, outcome="eligible", by=investigator)
    assert decision.protocol_version.version == "1.1"
    assert take_in(subject, investigator).status == "enrolled"


def test_an_enrolled_subject_that_moves_keeps_the_criteria_it_was_let_in_under(site: Site, investigator: User) -> None:
    subject = move(enrolled_subject(site, investigator), amend(site), investigator)
    assert stale(subject) == []
    correct_form(visit_of(subject), "pasi", investigator, head_area=1)
    decision = decide_eligibility(subject=subject, outcome="eligible", by=investigator)
    assert decision.protocol_version.version == "1.0"
    assert "EX11" not in decision.facts

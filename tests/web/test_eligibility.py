"""The page of the criteria: what it shows to whom, and how a decision is signed."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from assessments.registry import INSTRUMENTS
from assessments.services import Entry, save_form
from patients.models import EligibilityDecision, Subject, Visit
from patients.services.eligibility import answer_criteria, decide_eligibility
from tests.factories import (
    PASSWORD,
    complete_form,
    correct_form,
    eligible_subject,
    make_member,
    make_subject,
    results_for,
    screened_subject,
    take_place,
    values_for,
)
from tests.web.pages import signed_in, text
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

NOON = datetime(2026, 5, 20, 4, tzinfo=UTC)
TODAY = date(2026, 5, 20)


def of(name: str, subject: Subject) -> str:
    return reverse(f"patients:{name}", args=[subject.site.trial.registration, subject.number])


def seen_on(page: Any) -> str:
    """The hidden sign of the facts on the page."""
    (found,) = re.findall(r'name="seen" value="([0-9a-f]{16})"', text(page))
    return found


def sign(client: Client, subject: Subject, outcome: str = "eligible", password: str = PASSWORD, **typed: str) -> Any:
    """Open the page, then sign what it shows."""
    seen = seen_on(client.get(of("eligibility", subject)))
    typed = {"outcome": outcome, "seen": seen, "password": password, **typed}
    return client.post(of("decide", subject), typed, follow=True)


def correct_pasi(subject: Subject, by: User, **changed: int) -> None:
    correct_form(Visit.objects.get(subject=subject, code="SCR"), "pasi", by, **changed)


def without_calcium(site: Site, by: User) -> Subject:
    """All is known of the subject but the calcium."""
    subject = make_subject(site, by)
    visit = take_place(subject, "SCR", by)
    for code in ("demographics", "psoriasis_history", "previous_treatment", "vital_signs", "pasi", "bsa", "zung_sas"):
        complete_form(visit, code, by)
    complete_form(visit, "zung_sds", by)
    values = {**values_for("laboratory", visit), "results": results_for("laboratory", visit, CA=None)}
    entry = Entry(values=values, assessed_on=visit.occurred_on, missing={"results-CA-result": "not_done"})
    save_form(spec=INSTRUMENTS["laboratory"], visit=visit, entry=entry, complete=True, by=by, expected_version=0)
    asked = ("EX02", "EX04", "EX05a", "EX05g", "EX06", "EX07", "EX10")
    answer_criteria(subject=subject, answers=dict.fromkeys(asked, False), by=by)
    return subject


def verdict(page: Any) -> list[str]:
    """The points of the list beside the decision, without their tags."""
    (section,) = re.findall(r'<section class="panel criteria-verdict".*?</section>', text(page))
    return [" ".join(re.sub("<[^>]+>", " ", point).split()) for point in re.findall("<li>(.*?)</li>", section)]


def test_the_criteria_show_their_facts(site: Site, investigator: User, doctor: Client) -> None:
    page = text(doctor.get(of("eligibility", screened_subject(site, investigator))))
    assert "<strong>27</strong>" in page
    assert "<strong>Plaque" in page
    assert "from 2026-04-10 to the first treatment" in page
    assert "All criteria are satisfied." in page


def test_what_nobody_has_to_find_out_is_not_called_missing(site: Site, investigator: User, doctor: Client) -> None:
    page = text(doctor.get(of("eligibility", screened_subject(site, investigator))))
    assert "not recorded yet" not in page


def test_the_page_names_exactly_what_is_missing(site: Site, investigator: User, doctor: Client) -> None:
    page = doctor.get(of("eligibility", without_calcium(site, investigator)))
    assert "Nobody can be enrolled while something is missing:" in text(page)
    assert verdict(page) == ["EX05b : Laboratory: Total calcium"]
    assert 'name="password"' not in text(page)


def test_two_values_of_one_name_are_told_apart_by_their_forms(site: Site, investigator: User, doctor: Client) -> None:
    page = doctor.get(of("eligibility", make_subject(site, investigator)))
    scales = "Self-rating anxiety scale (Zung SAS): Index · Self-rating depression scale (Zung SDS): Index"
    assert f"EX04 : {scales} · the investigator's answer" in verdict(page)


def test_the_page_names_the_questions_that_are_open(investigator: User, doctor: Client, screened: Subject) -> None:
    answer_criteria(subject=screened, answers={"EX02": None, "EX04": None}, by=investigator, reason="Asked again")
    page = doctor.get(of("eligibility", screened))
    assert verdict(page) == ["EX02 : the investigator's answer", "EX04 : the investigator's answer"]


def test_the_page_names_the_criteria_that_fail(investigator: User, doctor: Client, screened: Subject) -> None:
    answer_criteria(subject=screened, answers={"EX07": True}, by=investigator, reason="Allergy found")
    page = doctor.get(of("eligibility", screened))
    assert verdict(page) == ["EX07 Allergy to anything else ever before"]
    assert "Decide: screen failure" in text(page)
    assert "Decide: eligible" not in text(page)


def test_an_answer_is_stored_and_its_change_needs_a_reason(doctor: Client, screened: Subject) -> None:
    answers = {answer.criterion_code: "no" for answer in screened.criterion_answers.all()}
    page = doctor.post(of("eligibility", screened), {**answers, "EX02": "yes"})
    assert page.status_code == 422
    assert "Say why you change EX02." in text(page)
    assert screened.criterion_answers.get(criterion_code="EX02").applies is False
    doctor.post(of("eligibility", screened), {**answers, "EX02": "yes", "reason": "Seen again"})
    assert screened.criterion_answers.get(criterion_code="EX02").applies is True


def test_the_decision_is_stored_with_the_password(site: Site, investigator: User, doctor: Client) -> None:
    page = sign(doctor, screened_subject(site, investigator))
    assert "Decision recorded: Eligible." in text(page)
    assert EligibilityDecision.objects.get().decided_by == investigator


@pytest.mark.parametrize(
    ("password", "message"), [("wrong", "This is not your password."), ("", "This field is required.")]
)
def test_without_the_right_password_nothing_is_decided(
    doctor: Client, password: str, message: str, screened: Subject
) -> None:
    page = sign(doctor, screened, password=password)
    assert page.status_code == 422
    # In the summary on top, and at the field.
    assert text(page).count(message) == 2
    assert 'value="wrong"' not in text(page)
    assert not EligibilityDecision.objects.exists()
    assert "Decision recorded" in text(sign(doctor, screened))


def test_the_password_of_a_colleague_signs_nothing(site: Site, investigator: User, doctor: Client) -> None:
    make_member("investigator", site, password="seven green apples in a bowl")
    page = sign(doctor, screened_subject(site, investigator), password="seven green apples in a bowl")
    assert page.status_code == 422
    assert not EligibilityDecision.objects.exists()


def test_wrong_passwords_are_counted_like_those_of_the_sign_in(site: Site, investigator: User, doctor: Client) -> None:
    subject = screened_subject(site, investigator)
    at_the_door = {"username": investigator.username, "password": "wrong"}
    assert Client().post(reverse("accounts:sign_in"), at_the_door).status_code == 200
    assert [sign(doctor, subject, password="wrong").status_code for _n in range(4)] == [422, 422, 422, 429]
    assert sign(doctor, subject).status_code == 429
    assert Client().post(reverse("accounts:sign_in"), {**at_the_door, "password": PASSWORD}).status_code == 429
    assert not EligibilityDecision.objects.exists()
    with time_machine.travel(NOON + timedelta(minutes=31), tick=False):
        assert "Decision recorded" in text(sign(signed_in(investigator), subject))


def test_what_changed_while_it_was_read_is_shown_before_it_is_signed(
    investigator: User, doctor: Client, screened: Subject
) -> None:
    before = seen_on(doctor.get(of("eligibility", screened)))
    correct_pasi(screened, investigator, head_area=1)
    page = sign(doctor, screened, seen=before)
    assert page.status_code == 422
    assert "Facts or answers have changed while you were reading." in text(page)
    assert seen_on(page) != before
    assert not EligibilityDecision.objects.exists()
    typed = {"outcome": "eligible", "seen": seen_on(page), "password": PASSWORD}
    assert "Decision recorded" in text(doctor.post(of("decide", screened), typed, follow=True))


def test_after_a_refused_signature_the_answers_still_go_to_their_own_address(doctor: Client, screened: Subject) -> None:
    page = text(sign(doctor, screened, password="wrong"))
    forms = re.findall(r"<form[^>]*novalidate[^>]*>", page)
    assert any(f'action="{of("eligibility", screened)}"' in form for form in forms)
    assert all("action=" in form for form in forms)


def test_a_decision_against_the_criteria_is_refused_with_their_names(
    investigator: User, doctor: Client, screened: Subject
) -> None:
    answer_criteria(subject=screened, answers={"EX07": True}, by=investigator, reason="Allergy found")
    page = sign(doctor, screened, outcome="eligible")
    assert "Not eligible while these criteria are not satisfied or not known: EX07." in text(page)
    assert not EligibilityDecision.objects.exists()


def test_a_second_decision_is_answered_with_what_stands_in_the_way(
    investigator: User, doctor: Client, screened: Subject
) -> None:
    seen = seen_on(doctor.get(of("eligibility", screened)))
    decide_eligibility(subject=screened, outcome="eligible", by=investigator)
    typed = {"outcome": "eligible", "seen": seen, "password": PASSWORD}
    page = doctor.post(of("decide", screened), typed)
    assert page.status_code == 409
    assert "has been decided" in text(page)


def test_a_coordinator_reads_the_criteria_but_neither_answers_nor_decides(
    investigator: User, nurse: Client, screened: Subject
) -> None:
    page = text(nurse.get(of("eligibility", screened)))
    assert "All criteria are satisfied." in page
    assert "An investigator answers the questions and decides." in page
    assert 'name="password"' not in page
    assert 'type="radio"' not in page
    assert nurse.post(of("eligibility", screened), {"EX02": "yes", "reason": "x"}).status_code == 403
    assert nurse.post(of("decide", screened), {"outcome": "eligible", "password": PASSWORD}).status_code == 403


def test_a_decision_to_be_reviewed_says_so_and_is_made_again(
    investigator: User, doctor: Client, eligible: Subject
) -> None:
    assert "To be reviewed" not in text(doctor.get(of("eligibility", eligible)))
    correct_pasi(eligible, investigator, head_area=1)
    page = text(doctor.get(of("eligibility", eligible)))
    assert "facts behind IN01 have changed since 2026-05-20 12:00. An investigator decides again." in page
    sign(doctor, eligible)
    assert "To be reviewed" not in text(doctor.get(of("eligibility", eligible)))


def test_every_decision_stays_with_the_facts_as_they_were(
    investigator: User, doctor: Client, eligible: Subject
) -> None:
    correct_pasi(eligible, investigator, head_area=1)
    sign(doctor, eligible)
    page = text(doctor.get(of("eligibility", eligible)))
    newer, older = re.findall(r"<details>.*?</details>", page)
    assert "PASI: 27;" in older.replace("PASI total", "PASI")
    assert "PASI: 27;" not in newer.replace("PASI total", "PASI")
    assert "In the past" in older
    assert "not recorded" not in older


def test_after_enrolment_the_page_says_that_participation_goes_on(
    investigator: User, doctor: Client, enrolled: Subject
) -> None:
    visit = Visit.objects.get(subject=enrolled, code="SCR")
    correct_form(visit, "laboratory", investigator, results=results_for("laboratory", visit, CA="3.00"))
    assert "Participation goes on" in text(doctor.get(of("eligibility", enrolled)))
    assert "Found not eligible after enrolment" in text(sign(doctor, enrolled, "found_not_eligible"))
    assert Subject.objects.get(pk=enrolled.pk).status == "enrolled"


def failed_subject(site: Site, by: User) -> Subject:
    subject = screened_subject(site, by, TODAY - timedelta(days=5))
    answer_criteria(subject=subject, answers={"EX07": True}, by=by, reason="Allergy found")
    decide_eligibility(subject=subject, outcome="screen_failure", by=by)
    return subject


def test_after_a_screen_failure_a_change_is_shown_but_nothing_is_decided(
    site: Site, investigator: User, doctor: Client
) -> None:
    subject = failed_subject(site, investigator)
    correct_pasi(subject, investigator, head_area=1)
    page = text(doctor.get(of("eligibility", subject)))
    assert "Participation has ended; the decision stands as it was made." in page
    assert "An investigator decides again." not in page
    assert 'name="password"' not in page


def test_a_screen_failure_leads_to_another_screening(site: Site, investigator: User, nurse: Client) -> None:
    subject = failed_subject(site, investigator)
    assert f'href="{of("rescreen", subject)}"' in text(nurse.get(of("eligibility", subject)))
    assert "The person gets a new subject number" in text(nurse.get(of("rescreen", subject)))
    typed = {"signed_on": "2026-05-19", "sheet_version": "1.0", "language": "zh"}
    early = nurse.post(of("rescreen", subject), typed)
    assert early.status_code == 422
    assert "The earlier screening ended on 2026-05-20" in text(early)
    assert 'value="2026-05-19"' in text(early)
    page = nurse.post(of("rescreen", subject), {**typed, "signed_on": "2026-05-20"}, follow=True)
    assert "GZ-001 is screened again as GZ-002." in text(page)
    assert Subject.objects.get(number="GZ-002").attempt == 2
    again = nurse.get(of("rescreen", subject))
    assert again.status_code == 409
    assert "already, as GZ-002" in text(again)
    assert of("rescreen", subject) not in text(nurse.get(of("eligibility", subject)))


def test_nobody_is_screened_again_during_screening(site: Site, coordinator: User, nurse: Client) -> None:
    subject = make_subject(site, coordinator)
    assert nurse.get(of("rescreen", subject)).status_code == 409
    typed = {"signed_on": "2026-05-20", "sheet_version": "1.0", "language": "zh"}
    assert nurse.post(of("rescreen", subject), typed).status_code == 409
    assert Subject.objects.count() == 1


def test_the_page_is_read_with_as_many_statements_however_much_was_decided(
    site: Site, investigator: User, doctor: Client
) -> None:
    def statements(subject: Subject) -> int:
        page = of("eligibility", subject)
        with CaptureQueriesContext(connection) as captured:
            assert doctor.get(page).status_code == 200
        return len(captured)

    once, often = (eligible_subject(site, investigator) for _n in range(2))
    for area in (1, 2, 1):
        correct_pasi(often, investigator, head_area=area)
        decide_eligibility(subject=often, outcome="eligible", by=investigator)
    statements(once)
    assert statements(often) == statements(once)

"""The line listing, reviews, the safety desk, incidence and the profile of a subject, as people use them."""

import csv
import hashlib
import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import User
from audit.context import acting
from exports.models import ExportRecord
from patients.models import Subject
from patients.services.consent import withdraw_consent
from safety.models import AdverseEvent, EventReview
from safety.services.reviews import mark_reviewed
from tests.factories import (
    complete_form,
    infused_subject,
    make_member,
    make_site,
    make_subject,
    make_trial,
    results_for,
    system,
    take_place,
)
from tests.factories.desk import FATAL, SERIOUS, change_event, make_case, make_event, plan_safety
from tests.web.pages import signed_in, text
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def subject(site: Site) -> Subject:
    return make_subject(site, system(), site.today() - timedelta(days=30))


@pytest.fixture
def monitor(trial: Trial, site: Site) -> User:
    return make_member("safety_monitor", trial=trial)


@pytest.fixture
def desk(monitor: User) -> Client:
    return signed_in(monitor)


def at(name: str, trial: Trial, *rest: Any) -> str:
    return reverse(name, args=[trial.registration, *rest])


def terms(response: Any) -> list[str]:
    return [event.term for event in response.context["page_obj"]]


@pytest.fixture
def log(subject: Subject) -> None:
    day = subject.site.today()
    make_event(subject, term="Cough", grade=2, onset=str(day - timedelta(days=2)), relation="possible")
    make_event(subject, term="Ague", term_code="chills", onset=str(day - timedelta(days=9)), is_special_interest=True)
    make_event(subject, term="Burn", grade=3, onset=str(day - timedelta(days=5)), **SERIOUS)


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["Cough", "Burn", "Ague"]),
        ("sort=event", ["Ague", "Burn", "Cough"]),
        ("sort=-grade", ["Burn", "Cough", "Ague"]),
        ("sort=began&serious=no", ["Ague", "Cough"]),
        ("sort=nonsense", ["Cough", "Burn", "Ague"]),
        ("term=ou", ["Cough"]),
        ("term=CHILL", ["Ague"]),
        ("related=yes", ["Cough"]),
        ("special=yes", ["Ague"]),
        ("special=no&grade=3", ["Burn"]),
        ("arm=nonsense", ["Cough", "Burn", "Ague"]),
        ("review=reviewed", []),
        ("review=not_reviewed&sort=event", ["Ague", "Burn", "Cough"]),
    ],
)
def test_the_listing_is_filtered_and_sorted_by_its_address(
    log: None, desk: Client, trial: Trial, asked: str, found: list[str]
) -> None:
    assert terms(desk.get(f"{at('safety:list', trial)}?{asked}")) == found


def test_the_arm_is_that_of_the_subject(trial: Trial, site: Site, investigator: User, desk: Client) -> None:
    treated = infused_subject(site, investigator)
    make_event(treated)
    make_event(make_subject(site, system()), term="Cough")
    assert terms(desk.get(at("safety:list", trial), {"arm": treated.arm_code})) == ["Fever"]


def test_who_does_not_review_sees_neither_filter_nor_button(log: None, trial: Trial, site: Site) -> None:
    page = signed_in(make_member("monitor", site)).get(at("safety:list", trial), {"review": "reviewed"})
    assert terms(page) == ["Cough", "Burn", "Ague"]
    assert "My review" not in page.content.decode()
    assert "Download what is listed" not in page.content.decode()


def rows_of(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    content = response.content
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def test_the_download_holds_exactly_what_is_listed_in_its_order(log: None, desk: Client, trial: Trial) -> None:
    asked = "serious=no&sort=event"
    listed = terms(desk.get(f"{at('safety:list', trial)}?{asked}"))
    response = desk.post(f"{at('exports:line-listing', trial)}?{asked}")
    rows = rows_of(response)
    assert [row["Event"] for row in rows] == listed == ["Ague", "Cough"]
    assert (rows[0]["CTCAE term"], rows[1]["CTCAE term"], rows[1]["Related to treatment"]) == ("Chills", "", "Yes")
    assert "attachment" in response["Content-Disposition"]
    assert response["Cache-Control"] == "no-store"


def test_a_download_is_recorded_with_its_filter_and_checksum(
    log: None, desk: Client, monitor: User, trial: Trial
) -> None:
    response = desk.post(f"{at('exports:line-listing', trial)}?grade=3")
    [record] = ExportRecord.objects.all()
    digest = hashlib.sha256(response.content).hexdigest()
    assert (record.made_by, record.site_codes, record.sha256, record.rows) == (monitor, ["GZ"], digest, 1)
    assert record.tables["adverse_event_listing.csv"]["filter"] == "grade=3"
    assert not record.is_zip


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_a_cell_that_a_spreadsheet_would_calculate_is_made_text(
    subject: Subject, desk: Client, trial: Trial, sign: str
) -> None:
    make_event(subject, term=f"{sign}HYPERLINK(1)")
    assert rows_of(desk.post(at("exports:line-listing", trial)))[0]["Event"] == f"'{sign}HYPERLINK(1)"


def test_subjects_who_withdrew_the_use_of_their_data_are_not_handed_out(
    log: None, subject: Subject, desk: Client, trial: Trial
) -> None:
    withdraw_consent(
        subject=subject, scope="data_use", withdrawn_on=subject.site.today(), reason="By letter", by=system()
    )
    assert rows_of(desk.post(at("exports:line-listing", trial))) == []


def test_an_event_is_marked_as_reviewed_from_the_listing_and_back_to_it(
    subject: Subject, desk: Client, monitor: User, trial: Trial
) -> None:
    event = make_event(subject)
    here = f"{at('safety:list', trial)}?review=not_reviewed"
    answer = desk.post(at("safety:review", trial, subject.number, 1), {"seen_version": 1, "next": here})
    assert (answer.status_code, answer["Location"]) == (302, here)
    [review] = EventReview.objects.all()
    assert (review.event, review.reviewer, review.event_version) == (event, monitor, 1)


@pytest.mark.usefixtures("committed_db")
def test_the_page_of_an_event_shows_what_changed_and_takes_a_note() -> None:
    site = make_site(make_trial())
    monitor, subject = make_member("safety_monitor", trial=site.trial), make_subject(site, system())
    event = make_event(subject)
    mark_reviewed(event=event, seen_version=1, by=monitor)
    change_event(event, term="High fever")
    client, own = signed_in(monitor), at("safety:event", site.trial, subject.number, 1)
    page = text(client.get(own))
    assert "Changed since your review" in page
    assert "<del>Fever</del>" in page
    answer = client.post(
        at("safety:review", site.trial, subject.number, 1), {"seen_version": 2, "note": "Look at it daily"}
    )
    assert answer["Location"] == own
    page = text(client.get(own))
    assert "Look at it daily" in page
    assert "Mark as reviewed" not in page


def test_an_event_that_changed_meanwhile_is_not_marked(subject: Subject, desk: Client, trial: Trial) -> None:
    change_event(make_event(subject), grade=2)
    answer = desk.post(at("safety:review", trial, subject.number, 1), {"seen_version": 1}, follow=True)
    assert "was changed after you opened the page" in text(answer)
    assert not EventReview.objects.exists()


@pytest.mark.parametrize("elsewhere", ["https://example.org/", "//example.org/", ""])
def test_a_mark_leads_to_no_other_site(subject: Subject, desk: Client, trial: Trial, elsewhere: str) -> None:
    make_event(subject)
    answer = desk.post(at("safety:review", trial, subject.number, 1), {"seen_version": 1, "next": elsewhere})
    assert answer["Location"] == at("safety:event", trial, subject.number, 1)


def test_an_investigator_sees_no_review(subject: Subject, investigator: User, trial: Trial) -> None:
    make_event(subject)
    assert "Medical review" not in text(signed_in(investigator).get(at("safety:event", trial, subject.number, 1)))


def test_the_desk_lists_reports_by_deadline_and_events_to_review(
    subject: Subject, desk: Client, monitor: User, trial: Trial
) -> None:
    now = timezone.now()
    began = {"onset": str(subject.site.today() - timedelta(days=3)), **SERIOUS}
    late = make_event(subject, term="Stroke", serious_known_at=now - timedelta(hours=30), **began)
    early = make_event(subject, term="Clot", serious_known_at=now - timedelta(hours=1), **began)
    no_longer_serious = make_event(subject, term="Burn")
    changed = make_event(subject, term="Cough")
    mark_reviewed(event=changed, seen_version=1, by=monitor)
    change_event(changed, grade=2)
    make_case(no_longer_serious, "in_review", number=1, related_by_sponsor=False, is_susar=False)
    make_case(early, "draft", number=2, day_zero=None)
    make_case(late, "draft", number=3, day_zero=None)
    page = desk.get(at("safety:desk", trial))
    found = [(str(row.case), row.deadline and row.deadline.state) for row in page.context["cases"]]
    assert found == [("SAE-0003", "overdue"), ("SAE-0002", "running"), ("SAE-0001", None)]
    assert [(group.state, group.total) for group in page.context["to_review"]] == [("changed", 1), ("not_reviewed", 3)]
    assert "names no stopping rule" in text(page)


def test_a_serious_event_without_a_report_is_named_on_the_desk(subject: Subject, desk: Client, trial: Trial) -> None:
    event = make_event(subject, term="Stroke")
    assert "have no report yet" not in text(desk.get(at("safety:desk", trial)))
    with acting(by=system(), reason="Recorded before there were cases"):
        AdverseEvent.objects.filter(pk=event.pk).update(**SERIOUS)
    assert "have no report yet" in text(desk.get(at("safety:desk", trial)))


def test_a_susar_that_is_not_reported_stays_on_the_desk_until_its_day(
    subject: Subject, desk: Client, trial: Trial
) -> None:
    make_case(make_event(subject), "closed")
    page = desk.get(at("safety:desk", trial))
    [row] = page.context["cases"]
    assert not row.waits_for_monitor
    assert "2026-06-04" in text(page)


def test_a_stopping_rule_that_holds_is_seen_on_the_desk_and_on_today(
    trial: Trial, site: Site, subject: Subject, desk: Client
) -> None:
    plan_safety(trial)
    make_event(subject, **FATAL, relation="possible")
    page = text(desk.get(at("safety:desk", trial)))
    assert "SR02: Any related death" in page
    assert "Rule holds" in page
    assert "1: GZ-001" in page
    for role, numbers in (("safety_monitor", "(GZ-001)"), ("administrator", "")):
        page = text(signed_in(make_member(role, trial=trial)).get(at("workspace:today", trial)))
        assert "Stopping rule SR02 holds." in page
        assert ("GZ-001" in page) == bool(numbers)
    assert "Stopping rule" not in text(signed_in(make_member("coordinator", site)).get(at("workspace:today", trial)))


def test_today_counts_what_waits_for_the_reviewer(subject: Subject, desk: Client, trial: Trial) -> None:
    make_case(make_event(subject, **SERIOUS), "submitted")
    page = text(desk.get(at("workspace:today", trial)))
    assert "1 report of a serious event waits for you" in page
    assert "1 event is not reviewed yet" in page
    assert at("safety:desk", trial) in page


def test_incidence_is_shown_with_its_interval(trial: Trial, site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator)
    infused_subject(site, investigator)
    make_event(subject, relation="possible")
    page = " ".join(strip_tags(text(signed_in(investigator).get(at("safety:incidence", trial)))).split())
    assert "1/2 50.0% (1.3–98.7) 1 event grade " in page


def test_a_term_called_like_a_category_keeps_its_own_name(trial: Trial, site: Site, investigator: User) -> None:
    make_event(infused_subject(site, investigator), term="serious")
    page = signed_in(investigator).get(at("safety:incidence", trial))
    assert [line.name for line in page.context["terms"]] == ["Serious"]


def test_incidence_without_treated_subjects_says_so(trial: Trial, subject: Subject, desk: Client) -> None:
    assert "Nobody has been treated yet" in text(desk.get(at("safety:incidence", trial)))


def test_the_profile_puts_doses_events_and_medication_on_one_axis(trial: Trial, site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=20)
    make_event(subject, term="Sore throat", grade=2, onset="2026-05")
    with acting(by=investigator):
        subject.medications.create(
            number=1,
            name="Paracetamol",
            indication="Fever",
            treatment_kind="other",
            started="2026-05-02",
            started_on="2026-05-02",
        )
    page = signed_in(investigator).get(at("workspace:safety-profile", trial, subject.number))
    drawn = [(group.name, [row.label for row in group.rows]) for group in page.context["picture"].groups]
    assert drawn == [
        ("Treatment", ["Infusion"]),
        ("Adverse events", ["Sore throat"]),
        ("Medication", ["Paracetamol"]),
    ]
    assert "35 million cells" in text(page)


def test_graded_laboratory_results_are_in_the_profile(trial: Trial, site: Site, investigator: User) -> None:
    subject = make_subject(site, investigator)
    visit = take_place(subject, "SCR", investigator)
    results = results_for("laboratory", visit, HGB="99", ALT="41", PLAT="125")
    complete_form(visit, "laboratory", investigator, results=results)
    page = signed_in(investigator).get(at("workspace:safety-profile", trial, subject.number))
    found = {row.analyte: row.result.grade for row in page.context["results"]}
    assert found == {"Haemoglobin": 2, "Alanine aminotransferase (ALT)": 1}


def test_a_new_subject_has_an_empty_profile(subject: Subject, desk: Client, trial: Trial) -> None:
    assert "Nothing to show yet" in text(desk.get(at("workspace:safety-profile", trial, subject.number)))


def test_the_protocol_page_tells_the_plan_of_safety(trial: Trial, site: Site, desk: Client) -> None:
    assert 'id="safety"' not in text(desk.get(at("workspace:protocol", trial)))
    plan_safety(trial)
    page = text(desk.get(at("workspace:protocol", trial)))
    assert "Fever up to grade 2" in page
    assert "2 subjects or more; related to treatment, grade 3 or more" in page
    assert "<strong>Stopping rule SR02: Any related death</strong>" in page

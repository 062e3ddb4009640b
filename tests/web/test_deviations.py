"""Pages of deviations and of visits outside the schedule: what they show, store and refuse."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from patients.models import Deviation, Subject, Visit
from patients.services.deviations import report_deviation
from patients.services.enrolment import end_participation
from patients.services.visits import correct_visit_date, record_first_treatment
from tests.factories import complete_form, make_member, make_subject, system, take_place
from tests.web.pages import signed_in, text
from tests.worlds import treated_subject
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

WORLDS = {"treated": treated_subject}
TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)
ACCOUNT = {
    "category": "visit",
    "severity": "minor",
    "description": "The subject came late.",
    "cause": "Train strike",
    "action": "Next visit booked",
    "seen_version": "1",
}


@pytest.fixture
def treated(site: Site) -> Subject:
    """First infusion 40 days ago: the window of Week 4 closed 9 days ago."""
    return Subject.objects.get(site=site)


@pytest.fixture
def late(treated: Subject, investigator: User) -> Visit:
    return take_place(treated, "W4", investigator, on=TODAY)


def of(name: str, subject: Subject, *more: Any) -> str:
    return reverse(f"patients:{name}", args=[subject.site.trial.registration, subject.number, *more])


def reported(subject: Subject, by: User, **changed: Any) -> Deviation:
    told = {"occurred_on": TODAY, "category": "procedure", "description": "Not weighed"}
    return report_deviation(subject=subject, by=by, **{**told, **changed})


# --- visits -----------------------------------------------------------------------------------------------------------


def test_the_page_warns_before_and_links_to_the_draft_after(treated: Subject, nurse: Client) -> None:
    before = text(nurse.get(of("visit", treated, "W4")))
    assert "A visit outside it is a protocol deviation, which is drafted for you." in before
    assert 'data-closes="2026-05-11"' in before
    after = nurse.post(
        of("visit", treated, "W4"), {"occurred_on": "2026-05-20", "contact_mode": "on_site"}, follow=True
    )
    assert "Deviation drafted: Visit outside its window." in text(after)
    assert f'href="{of("deviation", treated, 1)}"' in text(after)


def test_a_treatment_visit_is_not_offered_by_telephone(treated: Subject, nurse: Client) -> None:
    page = text(nurse.get(of("visit", treated, "W4")))
    assert 'value="partly_by_phone"' in page
    assert 'value="by_phone"' not in page
    assert 'value="by_phone"' in text(nurse.get(of("visit", treated, "W12")))


def test_a_contact_that_is_not_offered_is_refused_with_what_was_typed(treated: Subject, nurse: Client) -> None:
    page = nurse.post(of("visit", treated, "W4"), {"occurred_on": "2026-05-20", "contact_mode": "by_phone"})
    assert page.status_code == 422
    assert 'value="2026-05-20"' in text(page)
    assert treated.visits.get(code="W4").outcome == ""


def test_a_monitor_reads_the_visit_and_writes_nothing(treated: Subject, site: Site) -> None:
    monitor = signed_in(make_member("monitor", site))
    page = text(monitor.get(of("visit", treated, "W4")))
    assert "Nothing is recorded for this visit yet." in page
    assert "Record the visit" not in page
    assert monitor.post(of("visit", treated, "W4"), {"occurred_on": "2026-05-20"}).status_code == 403


def test_earlier_plans_are_shown(treated: Subject, investigator: User, nurse: Client) -> None:
    assert "Earlier plans" not in text(nurse.get(of("visit", treated, "W8")))
    day = treated.first_treatment_on
    record_first_treatment(subject=treated, infused_on=day + DAY, by=investigator, reason="Source document")
    page = text(nurse.get(of("visit", treated, "W8")))
    assert "Earlier plans" in page
    assert str(day + 56 * DAY) in page
    assert "Source document" in page


def test_after_a_correction_the_forms_of_another_day_are_named(
    treated: Subject, late: Visit, investigator: User, nurse: Client
) -> None:
    complete_form(late, "pasi", investigator)
    typed = {"occurred_on": "2026-05-19", "contact_mode": "on_site", "reason": "Source document"}
    page = text(nurse.post(of("correct-visit", treated, "W4"), typed, follow=True))
    assert "These forms keep their own date of assessment" in page
    assert ">PASI</a>, 2026-05-20" in page


def test_an_unscheduled_visit_is_added_and_its_forms_open(treated: Subject, nurse: Client) -> None:
    assert of("unscheduled-visit", treated) in text(
        nurse.get(reverse("assessments:casebook", args=[treated.site.trial.registration, treated.number]))
    )
    typed = {"occurred_on": "2026-05-20", "why": "Itching", "contact_mode": "on_site"}
    page = text(nurse.post(of("unscheduled-visit", treated), typed, follow=True))
    assert "Unscheduled visit 1 recorded." in page
    assert "Itching" in page
    form = reverse("assessments:form", args=[treated.site.trial.registration, treated.number, "UNS-1", "pasi"])
    assert form in page
    assert nurse.get(form, follow=True).status_code == 200


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"why": ""}, "This field is required."),
        ({"occurred_on": "2026-05-21"}, "in the future"),
        ({"occurred_on": "2020-01-01"}, "before the consent"),
        ({"occurred_on": "20.5.2026"}, "year-month-day"),
        ({"why": "x" * 201}, "at most 200 characters"),
        ({"contact_mode": "by_post"}, "Select a valid choice"),
    ],
)
def test_a_refused_unscheduled_visit_says_why_and_keeps_what_was_typed(
    treated: Subject, nurse: Client, typed: dict[str, str], message: str
) -> None:
    sent = {"occurred_on": "2026-05-20", "why": "Itching", "contact_mode": "on_site", **typed}
    page = nurse.post(of("unscheduled-visit", treated), sent)
    assert page.status_code == 422
    assert message in text(page)
    assert f'value="{sent["occurred_on"]}"' in text(page)
    assert not treated.visits.filter(kind="unscheduled").exists()


def test_early_termination_is_offered_once(treated: Subject, nurse: Client) -> None:
    casebook = reverse("assessments:casebook", args=[treated.site.trial.registration, treated.number])
    assert of("early-termination", treated) in text(nurse.get(casebook))
    assert nurse.get(of("early-termination", treated)).status_code == 200
    page = nurse.post(of("early-termination", treated), {"occurred_on": "2026-05-20"}, follow=True)
    assert "Early termination visit recorded." in text(page)
    assert of("early-termination", treated) not in text(nurse.get(casebook))
    assert nurse.get(of("early-termination", treated)).status_code == 409


def test_early_termination_long_after_the_end_is_refused(treated: Subject, investigator: User, nurse: Client) -> None:
    end_participation(
        subject=treated, status="withdrawn", ended_on=TODAY - 30 * DAY, reason="Own wish", by=investigator
    )
    assert "Participation ended on 2026-04-20." in text(nurse.get(of("early-termination", treated)))
    page = nurse.post(of("early-termination", treated), {"occurred_on": "2026-05-20"})
    assert page.status_code == 422
    assert "more than 28 days" in text(page)


def test_early_termination_is_not_offered_in_screening(site: Site, coordinator: User, nurse: Client) -> None:
    subject = make_subject(site, coordinator)
    casebook = reverse("assessments:casebook", args=[site.trial.registration, subject.number])
    assert of("early-termination", subject) not in text(nurse.get(casebook))
    assert nurse.get(of("early-termination", subject)).status_code == 409


# --- deviations -------------------------------------------------------------------------------------------------------


def test_a_draft_says_what_was_noticed_and_is_completed(treated: Subject, late: Visit, nurse: Client) -> None:
    page = text(nurse.get(of("deviation", treated, 1)))
    sentence = "Week 4: second infusion took place on 2026-05-20, 9 days after the window."
    assert page.count(sentence) >= 2  # as a fact, and proposed as the description
    done = text(nurse.post(of("deviation", treated, 1), ACCOUNT, follow=True))
    assert "Deviation 1 is complete." in done
    assert "Train strike" in done
    assert treated.deviations.get().status == "complete"


@pytest.mark.parametrize("name", ["severity", "cause", "action", "description", "category", "seen_version"])
def test_a_draft_is_not_completed_without_this_and_keeps_what_was_typed(
    treated: Subject, late: Visit, nurse: Client, name: str
) -> None:
    page = nurse.post(of("deviation", treated, 1), {**ACCOUNT, name: ""})
    assert page.status_code == 422
    assert "This field is required." in text(page)
    assert "Train strike" in text(page) or name == "cause"
    assert treated.deviations.get().status == "draft"


def test_a_change_needs_a_reason_and_history_shows_both(treated: Subject, late: Visit, nurse: Client) -> None:
    nurse.post(of("deviation", treated, 1), ACCOUNT)
    changed = {**ACCOUNT, "severity": "important", "seen_version": "2"}
    assert nurse.post(of("deviation", treated, 1), changed).status_code == 422
    page = text(nurse.post(of("deviation", treated, 1), {**changed, "reason": "Reviewed"}, follow=True))
    assert "<del>Minor</del>" in page
    assert "<ins>Important</ins>" in page
    assert "“Reviewed”" in page


def test_the_second_of_two_is_shown_both_versions(treated: Subject, late: Visit, nurse: Client) -> None:
    nurse.post(of("deviation", treated, 1), ACCOUNT)
    page = nurse.post(of("deviation", treated, 1), {**ACCOUNT, "cause": "Overslept"})
    assert page.status_code == 422 or page.status_code == 409
    page = nurse.post(of("deviation", treated, 1), {**ACCOUNT, "cause": "Overslept", "reason": "Asked again"})
    assert page.status_code == 409
    assert "Train strike" in text(page)
    assert "Overslept" in text(page)
    assert treated.deviations.get().cause == "Train strike"
    again = {**ACCOUNT, "cause": "Overslept", "reason": "Asked again", "seen_version": "2"}
    nurse.post(of("deviation", treated, 1), again)
    assert treated.deviations.get().cause == "Overslept"


def test_a_deviation_is_declared_none_with_a_reason(treated: Subject, late: Visit, nurse: Client) -> None:
    silent = nurse.post(of("void-deviation", treated, 1), {"void_reason": "", "void_version": "1"})
    assert silent.status_code == 422
    page = nurse.post(
        of("void-deviation", treated, 1), {"void_reason": "Agreed before", "void_version": "1"}, follow=True
    )
    assert "Recorded as no deviation." in text(page)
    assert "Agreed before" in text(page)
    late_answer = nurse.post(of("void-deviation", treated, 1), {"void_reason": "Again", "void_version": "1"})
    assert late_answer.status_code == 409


def test_a_complete_deviation_without_its_cause_is_marked(
    treated: Subject, late: Visit, investigator: User, nurse: Client
) -> None:
    nurse.post(of("deviation", treated, 1), ACCOUNT)
    correct_visit_date(visit=late, occurred_on=TODAY - 9 * DAY, reason="Source", by=investigator)
    assert "its cause has gone: check" in text(nurse.get(of("deviation", treated, 1)))
    assert "Check</span>" in text(nurse.get(of("subject-deviations", treated))).replace(" </span>", "</span>")


def test_a_deviation_is_reported(treated: Subject, nurse: Client) -> None:
    typed = {"occurred_on": "2026-05-20", "category": "procedure", "description": "Not weighed", "visit": "W0"}
    page = text(nurse.post(of("report-deviation", treated), typed, follow=True))
    assert "Deviation 1 is recorded." in page
    assert "To complete" in page
    assert treated.deviations.get().visit.code == "W0"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"occurred_on": "2026-05-21"}, "in the future"),
        ({"occurred_on": "yesterday"}, "year-month-day"),
        ({"category": ""}, "This field is required."),
        ({"description": ""}, "This field is required."),
        ({"visit": "W99"}, "Select a valid choice"),
        ({"cause": "x" * 501}, "at most 500 characters"),
    ],
)
def test_a_refused_report_says_why_and_keeps_what_was_typed(
    treated: Subject, nurse: Client, typed: dict[str, str], message: str
) -> None:
    sent = {"occurred_on": "2026-05-20", "category": "procedure", "description": "Not weighed", "action": "Weighed"}
    page = nurse.post(of("report-deviation", treated), {**sent, **typed})
    assert page.status_code == 422
    assert message in text(page)
    assert "Weighed" in text(page)
    assert not Deviation.objects.exists()


def test_an_unknown_deviation_is_not_found(treated: Subject, nurse: Client) -> None:
    assert nurse.get(of("deviation", treated, 7)).status_code == 404


def test_the_list_shows_own_sites_and_filters(
    trial: Trial, other_site: Site, treated: Subject, late: Visit, coordinator: User, nurse: Client
) -> None:
    reported(make_subject(other_site, system()), system())
    reported(treated, coordinator, severity="important", cause="c", action="a")
    address = reverse("patients:deviation-list", args=[trial.registration])
    page = text(nurse.get(address))
    assert "2 deviations" in page
    assert "VIE-001" not in page
    assert "1 deviation<" in text(nurse.get(f"{address}?severity=important"))
    assert "No deviation matches this filter" in text(nurse.get(f"{address}?category=consent"))
    wrong = nurse.get(f"{address}?category=weather&page=99")
    assert wrong.status_code == 200
    assert "Select a valid choice" in text(wrong)


def test_an_empty_list_says_what_it_is_for(trial: Trial, site: Site, nurse: Client) -> None:
    page = text(nurse.get(reverse("patients:deviation-list", args=[trial.registration])))
    assert "No deviation is recorded" in page


def test_today_lists_the_deviations_to_complete(trial: Trial, treated: Subject, late: Visit, nurse: Client) -> None:
    address = reverse("workspace:today", args=[trial.registration])
    page = text(nurse.get(address))
    assert "Deviations to complete" in page
    assert of("deviation", treated, 1) in page
    nurse.post(of("deviation", treated, 1), ACCOUNT)
    assert "No deviation waits to be completed." in text(nurse.get(address))


def test_a_monitor_reads_and_changes_nothing(treated: Subject, late: Visit, site: Site) -> None:
    monitor = signed_in(make_member("monitor", site))
    page = text(monitor.get(of("deviation", treated, 1)))
    assert "History" in page
    assert "Record as no deviation" not in page
    assert monitor.post(of("deviation", treated, 1), ACCOUNT).status_code == 403
    assert monitor.get(of("report-deviation", treated)).status_code == 403

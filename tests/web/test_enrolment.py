"""Pages of enrolment: how it stands, stops and limits, enrolling, change of arm."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from patients.models import Allocation, Subject
from patients.services.allocation import make_allocation_list
from tests.factories import (
    eligible_subject,
    enrolled_subject,
    make_member,
    make_randomised_trial,
    make_site,
    make_subject,
    system,
)
from tests.web.pages import signed_in, text
from trials.models import EnrolmentHold, Site, Trial
from trials.services import lift_hold, place_hold, set_enrolment_cap, set_enrolment_target

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def trial(db: None) -> Trial:
    """Three arms given at random; the list is made by the fixture `made`."""
    return make_randomised_trial(target=20)


@pytest.fixture
def made(trial: Trial, site: Site) -> Any:
    return make_allocation_list(trial=trial, block_sizes=[3, 6], by=system())


@pytest.fixture
def office(trial: Trial) -> Client:
    return signed_in(make_member("administrator", trial=trial, full_name="Anna Bauer"))


def of(name: str, trial: Trial) -> str:
    return reverse(f"workspace:{name}", args=[trial.registration])


def of_subject(name: str, subject: Subject) -> str:
    return reverse(f"patients:{name}", args=[subject.site.trial.registration, subject.number])


def test_the_page_shows_numbers_of_all_sites_to_everybody_and_subjects_to_nobody(
    trial: Trial, site: Site, other_site: Site, made: Any, investigator: User, office: Client
) -> None:
    enrolled_subject(site, investigator)
    make_subject(other_site, investigator)
    page = text(office.get(of("enrolment", trial)))
    assert "1 of 20 subjects enrolled" in page
    assert '<td class="num" data-label="Registered">1</td>' in page
    assert "GZ-001" not in page
    assert "VIE-001" not in page


def test_the_pages_run_as_many_statements_with_more_sites_subjects_and_stops(
    trial: Trial, site: Site, made: Any, investigator: User, office: Client
) -> None:
    readers = {"enrolment": office, "allocation": signed_in(make_member("statistician", trial=trial))}

    def statements() -> dict[str, int]:
        found = {}
        for name, reader in readers.items():
            reader.get(of(name, trial))
            with CaptureQueriesContext(connection) as queries:
                assert reader.get(of(name, trial)).status_code == 200
            found[name] = len(queries)
        return found

    enrolled_subject(site, investigator)
    lift_hold(hold=place_hold(trial=trial, site=None, reason="First", by=system()), reason="Over", by=system())
    before = statements()
    other = make_site(trial, "VIE")
    for place in (site, other, other):
        enrolled_subject(place, investigator)
    for place in (None, site, other):
        place_hold(trial=trial, site=place, reason="Two fevers", by=system())
    assert statements() == before
    assert before == {"enrolment": 11, "allocation": 13}


def test_only_who_may_change_something_is_offered_it(trial: Trial, site: Site, office: Client, nurse: Client) -> None:
    for label, reader, is_offered in [
        ("Save the target", office, True),
        ("Stop enrolment", office, True),
        ("Save the target", nurse, False),
        ("Stop enrolment", nurse, False),
        ("Save the limit", nurse, False),
        ("Stop enrolment", signed_in(make_member("safety_monitor", trial=trial)), True),
        ("Save the limit", signed_in(make_member("safety_monitor", trial=trial)), False),
    ]:
        assert (f">{label}</button>" in text(reader.get(of("enrolment", trial)))) is is_offered


def test_enrolment_is_stopped_and_reopened_with_reasons_that_stay_on_the_page(
    trial: Trial, site: Site, office: Client
) -> None:
    page = office.post(
        of("stop-enrolment", trial), {"stop-site": "every", "stop-reason": "Two fevers in one week"}, follow=True
    )
    assert "Enrolment is stopped." in text(page)
    assert "Two fevers in one week <span" in text(page)
    hold = EnrolmentHold.objects.get()
    page = office.post(
        of("reopen-enrolment", trial), {"reopen-hold": hold.pk, "reopen-reason": "The board agreed"}, follow=True
    )
    assert 'The board agreed <span class="quiet">Anna Bauer' in text(page)
    hold.refresh_from_db()
    assert hold.lifted_by.full_name == "Anna Bauer"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"stop-site": "", "stop-reason": "Two fevers"}, "This field is required."),
        ({"stop-site": "every", "stop-reason": ""}, "This field is required."),
        ({"stop-site": "every", "stop-reason": "Once more"}, "Enrolment is stopped there already."),
        ({"stop-site": "999999", "stop-reason": "Two fevers"}, "Select a valid choice"),
    ],
)
def test_a_refused_stop_says_why_and_keeps_what_was_typed(
    trial: Trial, site: Site, office: Client, typed: dict[str, str], message: str
) -> None:
    place_hold(trial=trial, site=None, reason="First", by=system())
    page = office.post(of("stop-enrolment", trial), typed)
    assert page.status_code == 422
    assert message in text(page)
    assert not typed["stop-reason"] or f'value="{typed["stop-reason"]}"' in text(page)
    assert EnrolmentHold.objects.count() == 1


def test_who_watches_one_site_stops_that_site_only(trial: Trial, site: Site, other_site: Site) -> None:
    watch = signed_in(make_member("safety_monitor", site))
    for place in ("every", str(other_site.pk)):
        page = watch.post(of("stop-enrolment", trial), {"stop-site": place, "stop-reason": "Two fevers"})
        assert "Select a valid choice" in text(page)
    watch.post(of("stop-enrolment", trial), {"stop-site": str(site.pk), "stop-reason": "Two fevers"})
    assert [hold.site for hold in EnrolmentHold.objects.all()] == [site]
    place_hold(trial=trial, site=None, reason="Everywhere", by=system())
    whole = EnrolmentHold.objects.get(site=None)
    page = watch.post(of("reopen-enrolment", trial), {"reopen-hold": whole.pk, "reopen-reason": "Enough"})
    assert "Select a valid choice" in text(page)


def test_the_administrator_of_one_site_sets_its_limit_and_not_the_target(
    trial: Trial, site: Site, other_site: Site
) -> None:
    keeper = signed_in(make_member("administrator", site))
    assert keeper.post(of("enrolment-target", trial), {"target-target": "5"}).status_code == 403
    typed = {"limit-cap": "5", "limit-reason": "Contract"}
    assert keeper.post(of("enrolment-limit", trial), {**typed, "limit-site": other_site.pk}).status_code == 422
    keeper.post(of("enrolment-limit", trial), {**typed, "limit-site": site.pk})
    site.refresh_from_db()
    other_site.refresh_from_db()
    assert (site.enrolment_cap, other_site.enrolment_cap) == (5, None)


def test_the_target_is_set_with_a_reason_and_not_below_what_is_enrolled(
    trial: Trial, site: Site, made: Any, investigator: User, office: Client
) -> None:
    for _n in range(2):
        enrolled_subject(site, investigator)
    page = office.post(of("enrolment-target", trial), {"target-target": "1", "target-reason": "Pilot"})
    assert page.status_code == 422
    assert "2 are enrolled already" in text(page)
    assert 'value="Pilot"' in text(page)
    office.post(of("enrolment-target", trial), {"target-target": "2", "target-reason": "Pilot"})
    trial.refresh_from_db()
    assert trial.enrolment_target == 2
    assert "Full" in text(office.get(of("enrolment", trial)))


def stop(trial: Trial, site: Site) -> None:
    place_hold(trial=trial, site=site, reason="Two fevers", by=system())


def full_target(trial: Trial, site: Site) -> None:
    set_enrolment_target(trial=trial, target=1, reason="Pilot", by=system())


def full_site(trial: Trial, site: Site) -> None:
    set_enrolment_cap(site=site, cap=1, reason="Contract", by=system())


@pytest.mark.parametrize(
    ("close", "why", "who"),
    [
        (stop, "Enrolment is stopped at Guangzhou Hospital: Two fevers.", "Safety monitor, Administrator"),
        (full_target, "The trial has reached its target of 1 subjects.", "Administrator"),
        (full_site, "Guangzhou Hospital has reached its limit of 1 subjects.", "Administrator"),
    ],
)
def test_while_nobody_can_be_enrolled_the_page_says_why_and_who_can_change_it(
    trial: Trial, site: Site, made: Any, investigator: User, nurse: Client, close: Any, why: str, who: str
) -> None:
    enrolled_subject(site, investigator)
    subject = eligible_subject(site, investigator)
    close(trial, site)
    asked = nurse.get(of_subject("enrol", subject))
    sent = nurse.post(of_subject("enrol", subject), {"enrolled_on": "2026-05-20", "confirmed": "on"})
    assert (asked.status_code, sent.status_code) == (409, 422)
    for page in (asked, sent):
        assert f"{why} Who can change this: {who}." in text(page)


def test_a_randomised_subject_is_enrolled_without_choosing_and_its_arm_is_told_at_once(
    trial: Trial, site: Site, made: Any, investigator: User, nurse: Client
) -> None:
    subject = eligible_subject(site, investigator)
    page = text(nurse.get(of_subject("enrol", subject)))
    assert "The next place of the random list gives the arm." in page
    assert 'name="arm_code"' not in page
    assert "High dose" not in page
    done = nurse.post(of_subject("enrol", subject), {"enrolled_on": "2026-05-20", "confirmed": "on"}, follow=True)
    given = Allocation.objects.get()
    name = {"ADMSC": "AD-MSCs group", "HIGH": "High dose", "HIGHEST": "Highest dose"}[given.arm_code]
    assert given.place.position == 1
    assert f"GZ-001 is enrolled, as number 1 of the site, in “{name}”." in text(done)
    assert "from the random list" in text(done)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"enrolled_on": "2026-05-20"}, "This field is required."),
        ({"enrolled_on": "2026-05-21", "confirmed": "on"}, "in the future"),
        ({"enrolled_on": "20.5.2026", "confirmed": "on"}, "year-month-day"),
    ],
)
def test_a_refused_enrolment_uses_no_place(
    trial: Trial, site: Site, made: Any, investigator: User, nurse: Client, typed: dict[str, str], message: str
) -> None:
    subject = eligible_subject(site, investigator)
    page = nurse.post(of_subject("enrol", subject), typed)
    assert page.status_code == 422
    assert message in text(page)
    assert f'value="{typed["enrolled_on"]}"' in text(page)
    assert not Allocation.objects.exists()


def test_before_the_list_is_made_the_page_says_who_makes_it(
    trial: Trial, site: Site, investigator: User, nurse: Client
) -> None:
    page = nurse.get(of_subject("enrol", eligible_subject(site, investigator)))
    assert page.status_code == 409
    assert "The statistician must make the random allocation list" in text(page)


def test_where_nothing_is_random_one_chooses_among_the_arms_with_their_doses(db: None) -> None:
    site = make_site(make_randomised_trial(registration="NCT00000004", allocation=""))
    user = make_member("investigator", site)
    subject, client = eligible_subject(site, user), signed_in(user)
    page = text(client.get(of_subject("enrol", subject)))
    assert "High dose: 1 million cells/kg, intravenous, at W0, W4, W8" in page
    done = client.post(of_subject("enrol", subject), {"enrolled_on": "2026-05-20", "arm_code": "HIGH"}, follow=True)
    assert "GZ-001 is enrolled, as number 1 of the site, in “High dose”." in text(done)
    assert "from the random list" not in text(done)


def change(subject: Subject, **typed: Any) -> dict[str, Any]:
    arm = "HIGH" if subject.arm_code != "HIGH" else "ADMSC"
    facts = {"arm_code": arm, "changed_on": "2026-05-20", "reason": "As the protocol provides", "seen_sequence": 1}
    return {**facts, **typed}


def test_a_change_of_arm_is_offered_to_the_investigator_and_stands_in_the_casebook(
    trial: Trial, site: Site, made: Any, investigator: User, doctor: Client, nurse: Client
) -> None:
    subject = enrolled_subject(site, investigator)
    casebook = reverse("assessments:casebook", args=[trial.registration, subject.number])
    assert of_subject("change-arm", subject) in text(doctor.get(casebook))
    assert of_subject("change-arm", subject) not in text(nurse.get(casebook))
    done = doctor.post(of_subject("change-arm", subject), change(subject), follow=True)
    assert "Allocation 2: change of arm" in text(done)
    assert f"2026-05-20, {investigator.full_name}: As the protocol provides" in text(done)


def test_the_page_of_a_change_shows_the_allocations_and_not_the_present_arm_among_the_choices(
    trial: Trial, site: Site, made: Any, investigator: User, doctor: Client
) -> None:
    subject = enrolled_subject(site, investigator)
    page = text(doctor.get(of_subject("change-arm", subject)))
    assert "from the random list" in page
    assert f'value="{subject.arm_code}"' not in page
    assert page.count('name="arm_code"') == 2


def test_a_refused_change_of_arm_keeps_what_was_typed(
    trial: Trial, site: Site, made: Any, investigator: User, doctor: Client
) -> None:
    subject = enrolled_subject(site, investigator)
    page = doctor.post(of_subject("change-arm", subject), change(subject, changed_on="2026-05-21"))
    assert page.status_code == 422
    assert "in the future" in text(page)
    assert 'value="As the protocol provides"' in text(page)


def test_the_second_of_two_sees_the_change_of_the_first_before_changing_the_arm_again(
    trial: Trial, site: Site, made: Any, investigator: User, doctor: Client
) -> None:
    subject = enrolled_subject(site, investigator)
    first = subject.arm_code
    doctor.post(of_subject("change-arm", subject), change(subject))
    late = doctor.post(of_subject("change-arm", subject), change(subject, arm_code=first))
    assert late.status_code == 422
    assert "Somebody else has changed the arm meanwhile." in text(late)
    assert 'name="seen_sequence" value="2"' in text(late)
    doctor.post(of_subject("change-arm", subject), change(subject, arm_code=first, seen_sequence=2))
    subject.refresh_from_db()
    assert subject.arm_code == first

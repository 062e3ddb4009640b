"""The casebook and the pages of a form: entering, completing, correcting, two people at once, reading, history."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from assessments.registry import INSTRUMENTS
from patients.models import Subject, Visit
from tests.factories import complete_form, infused_subject, make_member, make_subject, take_place, values_for
from tests.web.pages import signed_in, text
from tests.worlds import screening_visit
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

BSA = {
    "method": "palms",
    "head_palms": "3.5",
    "upper_limbs_palms": "7.0",
    "trunk_palms": "11.0",
    "lower_limbs_palms": "14.5",
}

WORLDS = {"visit": screening_visit}


@pytest.fixture
def visit(site: Site) -> Visit:
    return Visit.objects.get(subject__site=site, code="SCR")


@pytest.fixture
def monitor(site: Site) -> Client:
    return signed_in(make_member("monitor", site))


def casebook(subject: Subject) -> str:
    return reverse("assessments:casebook", args=[subject.site.trial.registration, subject.number])


def of(name: str, visit: Visit, code: str) -> str:
    subject = visit.subject
    return reverse(f"assessments:{name}", args=[subject.site.trial.registration, subject.number, visit.code, code])


def typed(code: str = "bsa", version: int = 0, **more: Any) -> dict[str, Any]:
    items: dict[str, Any] = BSA if code == "bsa" else {}
    return {"assessed_on": "2026-05-20", "version": str(version), **items, **more}


def stored(visit: Visit, code: str = "bsa") -> Any:
    return INSTRUMENTS[code].model.objects.filter(visit=visit).first()


def test_a_casebook_shows_every_visit_and_the_state_of_its_forms(
    visit: Visit, coordinator: User, nurse: Client
) -> None:
    complete_form(visit, "bsa", coordinator)
    page = text(nurse.get(casebook(visit.subject)))
    assert page.count('class="casebook-visit"') == 8
    assert page.count(of("form", visit, "bsa")) == 1
    assert "Complete" in page
    assert "Not started" in page


def test_a_casebook_takes_as_many_statements_however_full_it_is(site: Site, investigator: User) -> None:
    client = signed_in(investigator)
    fresh, further = infused_subject(site, investigator), infused_subject(site, investigator, days_ago=60)
    visit = take_place(further, "W4", investigator)
    for code in ("vital_signs", "pasi", "bsa"):
        complete_form(visit, code, investigator)

    def statements(subject: Subject) -> int:
        address = casebook(subject)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        return len(captured)

    statements(fresh)  # the first request of a process also fills its caches
    assert statements(fresh) == statements(further)


def test_a_form_that_is_not_started_opens_for_entry(visit: Visit, nurse: Client) -> None:
    response = nurse.get(of("form", visit, "bsa"))
    assert response.headers["Location"] == of("form-edit", visit, "bsa")
    assert "Nothing saved yet" in text(nurse.get(of("form-edit", visit, "bsa")))


def test_a_form_that_is_not_started_is_shown_as_such_to_a_reader(visit: Visit, monitor: Client) -> None:
    assert "Nobody has entered this form yet" in text(monitor.get(of("form", visit, "bsa")))


def test_a_draft_is_saved_as_far_as_it_is_typed(visit: Visit, nurse: Client) -> None:
    page = nurse.post(of("form-edit", visit, "bsa"), typed(trunk_palms=""), follow=True)
    assert "Draft saved." in text(page)
    assert (stored(visit).status, stored(visit).head_palms, stored(visit).trunk_palms) == (
        "draft",
        Decimal("3.5"),
        None,
    )


def test_a_complete_form_is_stored_and_shown(visit: Visit, nurse: Client) -> None:
    page = nurse.post(of("form-edit", visit, "bsa"), typed(complete="1"), follow=True)
    assert "is complete." in text(page)
    assert "36.0" in text(page)
    assert stored(visit).percent == Decimal("36.0")


def test_completing_without_a_value_says_where_it_lacks_and_keeps_the_rest(visit: Visit, nurse: Client) -> None:
    page = nurse.post(of("form-edit", visit, "bsa"), typed(complete="1", trunk_palms=""))
    assert page.status_code == 422
    assert "Enter a value or choose the reason why there is none." in text(page)
    assert 'value="14.5"' in text(page)
    assert stored(visit) is None


def test_a_score_without_reasons_for_no_value_offers_none(visit: Visit, nurse: Client) -> None:
    page = text(nurse.post(of("form-edit", visit, "pasi"), typed("pasi", complete="1", trunk_area="")))
    assert "Enter a value; this form is complete only with all of them." in page
    assert "choose the reason" not in page


def test_a_reason_for_no_value_completes_the_form(visit: Visit, nurse: Client) -> None:
    nurse.post(of("form-edit", visit, "bsa"), typed(complete="1", trunk_palms="", missing__trunk_palms="refused"))
    assert (stored(visit).status, stored(visit).percent) == ("complete", None)
    assert "Refused" in text(nurse.get(of("form", visit, "bsa")))


@pytest.mark.parametrize("value", ["10.1", "-0.1", "1,000.5", "many", "3.55"])
def test_an_impossible_value_is_refused_and_stays_on_the_page(visit: Visit, nurse: Client, value: str) -> None:
    page = nurse.post(of("form-edit", visit, "bsa"), typed(head_palms=value))
    assert page.status_code == 422
    assert f'value="{value}"' in text(page)
    assert "Please look at these points" in text(page)
    assert stored(visit) is None


def test_a_decimal_comma_is_read_as_a_point(visit: Visit, nurse: Client) -> None:
    nurse.post(of("form-edit", visit, "bsa"), typed(head_palms="3,5", complete="1"))
    assert str(stored(visit).head_palms) == "3.5"


def test_a_value_out_of_range_is_told_the_range_once(visit: Visit, nurse: Client) -> None:
    page = text(nurse.post(of("form-edit", visit, "bsa"), typed(head_palms="12345")))
    assert page.count("Enter a number from 0 to 10.") == 2  # in the summary and beside the field


def test_a_contradiction_is_refused_with_its_region(visit: Visit, nurse: Client) -> None:
    scores = {**values_for("pasi", visit), "head_area": 0}
    page = nurse.post(of("form-edit", visit, "pasi"), typed("pasi", **scores))
    assert page.status_code == 422
    assert "Head and neck: a sign is scored, but the area is 0." in text(page)


def test_an_odd_value_asks_for_an_explanation_and_takes_it(visit: Visit, nurse: Client) -> None:
    flat = {f"head_{sign}": 0 for sign in ("erythema", "induration", "desquamation")}
    scores = typed("pasi", complete="1", **{**values_for("pasi", visit), **flat})
    page = nurse.post(of("form-edit", visit, "pasi"), scores)
    assert page.status_code == 422
    assert 'name="confirm__head_area_without_signs"' in text(page)
    scores["confirm__head_area_without_signs"] = "Pigment only"
    assert nurse.post(of("form-edit", visit, "pasi"), scores).status_code == 302
    assert stored(visit, "pasi").confirmed_checks == {"head_area_without_signs": "Pigment only"}
    assert "Pigment only" in text(nurse.get(of("form", visit, "pasi")))


def test_a_correction_needs_a_reason_and_shows_in_history(visit: Visit, coordinator: User, nurse: Client) -> None:
    complete_form(visit, "bsa", coordinator)
    page = nurse.post(of("form-edit", visit, "bsa"), typed(version=1, head_palms="4.5"))
    assert page.status_code == 422
    assert "Say why you change a form that was complete." in text(page)
    assert 'value="4.5"' in text(page)
    nurse.post(of("form-edit", visit, "bsa"), typed(version=1, head_palms="4.5", reason="Typing error"))
    history = text(nurse.get(of("form-history", visit, "bsa") + "?item=head_palms"))
    assert "3.5" in history
    assert "4.5" in history
    assert "Typing error" in history
    assert coordinator.full_name in history


def test_the_second_of_two_savers_sees_both_versions_and_loses_nothing(
    visit: Visit, coordinator: User, nurse: Client, investigator: User
) -> None:
    nurse.post(of("form-edit", visit, "bsa"), typed(head_palms="1.0"))
    doctor = signed_in(investigator)
    page = doctor.post(of("form-edit", visit, "bsa"), typed(version=0, head_palms="2.0"))
    assert page.status_code == 409
    assert f"{coordinator.full_name} has saved this form since you opened it" in text(page)
    assert 'value="2.0"' in text(page)
    assert '<input type="radio" name="choose__head_palms" value="stored" form="entry">' in text(page)
    assert '<input type="radio" name="choose__head_palms" value="typed" form="entry" checked>' in text(page)
    assert "</span> 1.0</span>" in text(page)
    assert "</span> 2.0</span>" in text(page)
    assert stored(visit).head_palms == Decimal("1.0")
    assert 'name="version" value="1"' in text(page)
    assert doctor.post(of("form-edit", visit, "bsa"), typed(version=1, head_palms="2.0")).status_code == 302


def test_live_values_are_calculated_and_nothing_is_stored(visit: Visit, nurse: Client) -> None:
    page = nurse.post(of("form-live", visit, "pasi"), typed("pasi", **values_for("pasi", visit)))
    assert "27.0" in text(page)
    assert stored(visit, "pasi") is None


def test_a_contradiction_is_shown_while_typing_and_no_total_with_it(visit: Visit, nurse: Client) -> None:
    page = nurse.post(of("form-live", visit, "pasi"), typed("pasi", **{**values_for("pasi", visit), "head_area": 0}))
    assert "Head and neck: a sign is scored, but the area is 0." in text(page)
    assert "24.3" not in text(page)


def test_live_values_of_half_a_form_show_no_total(visit: Visit, nurse: Client) -> None:
    page = nurse.post(of("form-live", visit, "bsa"), typed(head_palms=""))
    assert page.status_code == 200
    assert "—" in text(page)


def test_a_form_is_recorded_as_not_done_with_a_reason_only(visit: Visit, nurse: Client) -> None:
    silent = nurse.post(of("form-not-done", visit, "bsa"), {"version": "0", "reason_not_done": ""}, follow=True)
    assert "Say why the form was not done." in text(silent)
    assert stored(visit) is None
    page = nurse.post(of("form-not-done", visit, "bsa"), {"version": "0", "reason_not_done": "Left early"}, follow=True)
    assert "Recorded as not done." in text(page)
    assert stored(visit).status == "not_done"
    assert "Left early" in text(nurse.get(of("form", visit, "bsa")))


def test_a_form_waits_for_its_visit_and_leads_there(site: Site, coordinator: User, nurse: Client) -> None:
    waiting = Visit.objects.get(subject=make_subject(site, coordinator), code="SCR")
    page = nurse.get(of("form-edit", waiting, "bsa"))
    assert page.status_code == 409
    assert "Record the date of the visit first" in text(page)
    subject = waiting.subject
    place = [subject.site.trial.registration, subject.number]
    for address in (reverse("patients:visit", args=[*place, "SCR"]), reverse("assessments:casebook", args=place)):
        assert f'<a href="{address}">' in text(page)


def test_what_is_sent_too_early_is_kept_on_the_page(site: Site, coordinator: User, nurse: Client) -> None:
    waiting = Visit.objects.get(subject=make_subject(site, coordinator), code="SCR")
    page = nurse.post(of("form-edit", waiting, "bsa"), typed(head_palms="4.5"))
    assert page.status_code == 409
    assert 'name="head_palms" value="4.5"' in text(page)


@pytest.mark.parametrize("code", ["infusion", "nothing"])
def test_a_form_that_the_visit_does_not_have_is_not_found(visit: Visit, nurse: Client, code: str) -> None:
    assert nurse.get(of("form", visit, code)).status_code == 404


@pytest.mark.parametrize("item", ["password", "nothing", "head_palms__gt"])
def test_the_history_of_an_unknown_item_is_not_found(visit: Visit, coordinator: User, nurse: Client, item: str) -> None:
    complete_form(visit, "bsa", coordinator)
    assert nurse.get(of("form-history", visit, "bsa") + f"?item={item}").status_code == 404


def test_moments_are_shown_in_the_time_of_the_site(investigator: User, infused: Subject) -> None:
    visit = Visit.objects.get(subject=infused, code="W0")
    page = text(signed_in(investigator).get(of("form", visit, "infusion")))
    assert "2026-05-20 09:30" in page
    assert "Asia/Shanghai" in page

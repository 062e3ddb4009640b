"""Changing a complete form: one reason for all changes, or one for each."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessments.registry import INSTRUMENTS
from patients.models import Visit
from tests.factories import complete_form, make_subject, take_place, values_for
from tests.web.pages import text
from trials.models import Site

pytestmark = pytest.mark.usefixtures("clock")

PALMS = {
    "method": "palms",
    "head_palms": "3.5",
    "upper_limbs_palms": "7.0",
    "trunk_palms": "11.0",
    "lower_limbs_palms": "14.5",
}
SAY_WHY = "Say why you change a form that was complete."
TWO = {"head_palms": "4.5", "trunk_palms": "12.0"}


@pytest.fixture
def visit(site: Site, coordinator: User) -> Visit:
    """A screening visit with a complete surface form."""
    visit = take_place(make_subject(site, coordinator, signed_on=date(2026, 5, 18)), "SCR", coordinator)
    complete_form(visit, "bsa", coordinator)
    return visit


def of(name: str, visit: Visit, code: str = "bsa") -> str:
    subject = visit.subject
    return reverse(f"assessments:{name}", args=[subject.site.trial.registration, subject.number, visit.code, code])


def sent(**more: str) -> dict[str, str]:
    return {"assessed_on": "2026-05-20", "version": "1", "complete": "1", **PALMS, **more}


def version(visit: Visit, code: str = "bsa") -> int:
    number: int = INSTRUMENTS[code].model.objects.get(visit=visit).row_version
    return number


def why(nurse: Client, visit: Visit, item: str) -> str:
    return text(nurse.get(of("form-history", visit) + f"?item={item}"))


def test_one_reason_stands_in_the_history_of_every_change(visit: Visit, nurse: Client) -> None:
    nurse.post(of("form-edit", visit), sent(**TWO, reason="Photographs seen again"))
    for item in TWO:
        assert "Photographs seen again" in why(nurse, visit, item)
    assert "Photographs seen again" not in why(nurse, visit, "lower_limbs_palms")


def test_each_change_may_have_a_reason_of_its_own(visit: Visit, nurse: Client) -> None:
    own = {"reason__head_palms": "Typing error", "reason__trunk_palms": "Counted again"}
    assert nurse.post(of("form-edit", visit), sent(**TWO, **own)).status_code == 302
    assert "Typing error" in why(nurse, visit, "head_palms")
    assert "Counted again" not in why(nurse, visit, "head_palms")
    assert "Counted again" in why(nurse, visit, "trunk_palms")


def test_a_change_without_a_reason_of_its_own_is_named(visit: Visit, nurse: Client) -> None:
    page = nurse.post(of("form-edit", visit), sent(**TWO, reason__head_palms="Typing error"))
    assert page.status_code == 422
    assert "Give a reason for all changes, or one for each of these too: trunk." in text(page)
    assert 'name="reason__head_palms" value="Typing error"' in text(page)
    assert version(visit) == 1


def test_the_reason_for_all_covers_what_has_none_of_its_own(visit: Visit, nurse: Client) -> None:
    nurse.post(of("form-edit", visit), sent(**TWO, reason__head_palms="Typing error", reason="Counted again"))
    assert "Typing error" in why(nurse, visit, "head_palms")
    assert "Counted again" in why(nurse, visit, "trunk_palms")


def test_nothing_changed_needs_no_reason_and_writes_nothing(visit: Visit, nurse: Client) -> None:
    page = nurse.post(of("form-edit", visit), sent(), follow=True)
    assert "Nothing was changed." in text(page)
    assert version(visit) == 1


def test_a_check_that_was_explained_before_asks_for_nothing_again(
    visit: Visit, nurse: Client, coordinator: User
) -> None:
    flat = {f"head_{sign}": 0 for sign in ("erythema", "induration", "desquamation")}
    explained = {"confirm__head_area_without_signs": "Pigment only"}
    scores = {"assessed_on": "2026-05-20", "complete": "1", **values_for("pasi", visit), **flat}
    nurse.post(of("form-edit", visit, "pasi"), {**scores, **explained, "version": "0"})
    assert 'value="Pigment only"' in text(nurse.get(of("form-edit", visit, "pasi")))
    page = nurse.post(of("form-edit", visit, "pasi"), {**scores, **explained, "version": "1"}, follow=True)
    assert "Nothing was changed." in text(page)
    assert version(visit, "pasi") == 1


def test_a_new_reason_for_no_value_or_another_day_is_a_change(visit: Visit, nurse: Client) -> None:
    for change in ({"trunk_palms": "", "missing__trunk_palms": "refused"}, {"assessed_on": "2026-05-19"}):
        page = nurse.post(of("form-edit", visit), sent(**change))
        assert page.status_code == 422
        assert SAY_WHY in text(page)
    assert version(visit) == 1


def test_another_reason_for_the_same_lack_of_a_value_is_a_change(visit: Visit, nurse: Client) -> None:
    refused, unknown = ({"trunk_palms": "", "missing__trunk_palms": code} for code in ("refused", "unknown"))
    nurse.post(of("form-edit", visit), sent(**refused, reason="Source read again"))
    page = nurse.post(of("form-edit", visit), {**sent(**unknown), "version": "2"})
    assert (page.status_code, version(visit)) == (422, 2)
    assert SAY_WHY in text(page)
    nurse.post(of("form-edit", visit), {**sent(**unknown, reason__trunk_palms="Nobody knows"), "version": "2"})
    assert "Nobody knows" in why(nurse, visit, "trunk_palms")


def test_another_explanation_of_a_check_is_a_change(visit: Visit, nurse: Client) -> None:
    flat = {f"head_{sign}": 0 for sign in ("erythema", "induration", "desquamation")}
    scores = {"assessed_on": "2026-05-20", "complete": "1", **values_for("pasi", visit), **flat}
    name = "confirm__head_area_without_signs"
    nurse.post(of("form-edit", visit, "pasi"), {**scores, name: "Pigment only", "version": "0"})
    other = {**scores, name: "Scars only", "version": "1"}
    page = nurse.post(of("form-edit", visit, "pasi"), other)
    assert (page.status_code, version(visit, "pasi")) == (422, 1)
    assert SAY_WHY in text(page)
    nurse.post(of("form-edit", visit, "pasi"), {**other, "reason": "Photographs seen again"})
    stored: Any = INSTRUMENTS["pasi"].model.objects.get(visit=visit)
    assert stored.confirmed_checks == {"head_area_without_signs": "Scars only"}


def test_what_follows_from_the_changes_has_all_their_reasons(visit: Visit, nurse: Client) -> None:
    own = {"reason__head_palms": "Typing error", "reason__trunk_palms": "Counted again"}
    nurse.post(of("form-edit", visit), sent(**TWO, **own))
    assert "Typing error; Counted again" in why(nurse, visit, "percent")


def test_a_reason_for_what_did_not_change_is_not_kept(visit: Visit, nurse: Client) -> None:
    own = {"reason__head_palms": "Typing error", "reason__lower_limbs_palms": "Not changed after all"}
    nurse.post(of("form-edit", visit), sent(head_palms="4.5", **own))
    assert version(visit) == 2
    for item in ("percent", "lower_limbs_palms"):
        assert "Not changed after all" not in why(nurse, visit, item)


@pytest.mark.parametrize("blank", [{"reason": "  "}, {"reason__head_palms": "  "}])
def test_a_blank_reason_is_none(visit: Visit, nurse: Client, blank: dict[str, str]) -> None:
    page = nurse.post(of("form-edit", visit), sent(head_palms="4.5", **blank))
    assert (page.status_code, version(visit)) == (422, 1)
    assert SAY_WHY in text(page)


def test_a_reason_that_was_typed_stays_on_a_page_that_is_refused(visit: Visit, nurse: Client) -> None:
    page = text(nurse.post(of("form-edit", visit), sent(head_palms="abc", reason="Photographs seen again")))
    assert 'name="reason" value="Photographs seen again"' in page
    assert version(visit) == 1


def test_a_form_that_was_not_done_is_filled_in_for_a_reason(visit: Visit, nurse: Client) -> None:
    done = {"version": "1", "reason_not_done": "Left early", "reason": "Entered for another subject"}
    nurse.post(of("form-not-done", visit), done)
    assert 'name="reason"' in text(nurse.get(of("form-edit", visit)))
    again = {**sent(), "version": "2"}
    page = nurse.post(of("form-edit", visit), again)
    assert (page.status_code, version(visit)) == (422, 2)
    assert SAY_WHY in text(page)
    nurse.post(of("form-edit", visit), {**again, "reason": "Came back after all"})
    assert "Came back after all" in why(nurse, visit, "head_palms")


def test_the_changes_are_listed_on_demand_with_both_values_and_nothing_is_stored(visit: Visit, nurse: Client) -> None:
    page = text(nurse.post(of("form-edit", visit), sent(**TWO, itemise="1")))
    for shown in ('<td data-label="Before">3.5</td>', '<td data-label="After">4.5</td>', 'name="reason__head_palms"'):
        assert shown in page
    assert 'name="reason__lower_limbs_palms"' not in page
    assert "Please look at these points" not in page
    assert version(visit) == 1


def test_a_list_of_no_changes_says_so(visit: Visit, nurse: Client) -> None:
    assert "Nothing is changed so far." in text(nurse.post(of("form-edit", visit), sent(itemise="1")))

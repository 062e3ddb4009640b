"""The pages of normal ranges: the list with its filters, adding, pasting a list, correcting."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import ROLES
from tests.factories import make_member, make_range, system
from tests.web.pages import signed_in, text
from trials.models import NormalRange, Site, Trial
from trials.services import delegate

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)


def of(name: str, trial: Trial, *more: int) -> str:
    return reverse(f"workspace:{name}", args=[trial.registration, *more])


def typed(site: Site, **changed: Any) -> dict[str, Any]:
    """A form as it is sent with haemoglobin of 130 to 175 g/L in it."""
    values = {
        "site": site.pk,
        "laboratory_name": "Central Laboratory",
        "analyte": "HGB",
        "unit": "",
        "low": "130",
        "high": "175",
        "sex": "",
        "age_from_years": "",
        "age_to_years": "",
        "valid_from": "2026-01-01",
    }
    return {**values, **changed}


def test_without_ranges_the_page_says_what_they_are_for_and_offers_the_list(trial: Trial, nurse: Client) -> None:
    page = text(nurse.get(of("ranges", trial)))
    assert "No normal range yet" in page
    assert page.count(of("range-list", trial)) == 2
    assert 'class="filters"' not in page


def test_a_monitor_reads_ranges_and_is_offered_no_change(trial: Trial, site: Site) -> None:
    stored = make_range(site, sex="M", age_from_years=18)
    page = text(signed_in(make_member("monitor", site)).get(of("ranges", trial)))
    assert "130–175 g/L" in page
    assert "Men" in page
    assert "from 18 years" in page
    assert of("edit-range", trial, stored.pk) not in page
    assert of("new-range", trial) not in page


def test_ranges_are_filtered_by_site_panel_and_state_in_the_address(trial: Trial, site: Site, other_site: Site) -> None:
    reader = signed_in(make_member("auditor", trial=trial))
    make_range(site)
    make_range(site, low="120", valid_from=TODAY)
    make_range(site, "ALT", None, "40")
    make_range(other_site, "PLAT", "125", None)

    def shown(query: str) -> set[str]:
        page = text(reader.get(of("ranges", trial) + query))
        return {limits for limits in ("130–175", "120–175", "≤ 40", "≥ 125") if limits in page}

    assert shown("") == {"120–175", "≤ 40", "≥ 125"}
    assert shown("?show=all") == {"130–175", "120–175", "≤ 40", "≥ 125"}
    assert shown("?site=VIE") == {"≥ 125"}
    assert shown("?panel=liver&site=GZ") == {"≤ 40"}
    assert "No range matches this filter" in text(reader.get(of("ranges", trial) + "?panel=kidney"))
    assert "Select a valid choice" in text(reader.get(of("ranges", trial) + "?panel=x"))


def test_a_range_is_added_in_the_unit_of_the_report_or_the_standard_one(
    trial: Trial, site: Site, nurse: Client
) -> None:
    answer = nurse.post(of("new-range", trial), typed(site, unit="G/DL", low="13,5", high="17.5"), follow=True)
    assert "Added: haemoglobin 13.5–17.5 g/dL." in text(answer)
    nurse.post(of("new-range", trial), typed(site, sex="F"))
    assert [(found.unit, found.sex) for found in NormalRange.objects.order_by("pk")] == [("g/dL", ""), ("g/L", "F")]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"unit": "mmol/L"}, "choose from g/L, g/dL"),
        ({"analyte": ""}, "This field is required"),
        ({"low": "13"}, "Is the limit in the unit chosen?"),
        ({"low": "", "high": ""}, "Give at least one limit"),
        ({"low": "180"}, "The lower limit must be below the upper one"),
        ({"high": "1e5000"}, "digits"),
        ({"age_from_years": "-1"}, "greater than or equal to 0"),
        ({"valid_from": "1.2.2026"}, "year-month-day"),
    ],
)
def test_a_wrong_range_keeps_what_was_typed(
    trial: Trial, site: Site, nurse: Client, changed: dict[str, str], message: str
) -> None:
    answer = nurse.post(of("new-range", trial), typed(site, laboratory_name="Typed before", **changed))
    assert answer.status_code == 422
    assert message in text(answer)
    assert "Typed before" in text(answer)
    assert not NormalRange.objects.exists()


def test_nobody_adds_or_corrects_a_range_of_another_site(
    trial: Trial, site: Site, other_site: Site, nurse: Client
) -> None:
    elsewhere = make_range(other_site)
    answer = nurse.post(of("new-range", trial), typed(other_site))
    assert answer.status_code == 422
    assert nurse.get(of("edit-range", trial, elsewhere.pk)).status_code == 404
    assert nurse.post(of("edit-range", trial, elsewhere.pk), typed(other_site, reason="x")).status_code == 404
    assert NormalRange.objects.get() == elsewhere


def test_a_monitor_of_one_site_and_nurse_of_another_keeps_ranges_of_one_only(
    trial: Trial, site: Site, other_site: Site, coordinator: User, nurse: Client
) -> None:
    delegate(user=coordinator, trial=trial, role=ROLES["monitor"], site=other_site, by=system())
    here, elsewhere = make_range(site), make_range(other_site)
    page = text(nurse.get(of("ranges", trial)))
    assert of("edit-range", trial, here.pk) in page
    assert of("edit-range", trial, elsewhere.pk) not in page
    assert nurse.get(of("edit-range", trial, elsewhere.pk)).status_code == 404


def test_a_range_is_corrected_with_a_reason(trial: Trial, site: Site, nurse: Client) -> None:
    stored = make_range(site)
    url = of("edit-range", trial, stored.pk)
    assert 'value="175"' in text(nurse.get(url))
    without = nurse.post(url, typed(site, high="170", seen_version=1, reason=""))
    assert without.status_code == 422
    answer = nurse.post(url, typed(site, high="170", seen_version=1, reason="Typing error"), follow=True)
    assert "Range saved." in text(answer)
    stored.refresh_from_db()
    assert (stored.limits_text, stored.row_version) == ("130–170", 2)


def test_a_second_correction_is_shown_what_was_typed_and_can_be_saved_again(
    trial: Trial, site: Site, nurse: Client
) -> None:
    stored = make_range(site)
    url = of("edit-range", trial, stored.pk)
    nurse.post(url, typed(site, high="170", seen_version=1, reason="Typing error"))
    late = nurse.post(url, typed(site, high="165", seen_version=1, reason="Typing error"))
    assert late.status_code == 422
    assert "Somebody else has changed this range" in text(late)
    assert 'value="165"' in text(late)
    assert 'name="seen_version" value="2"' in text(late)


def test_a_correction_cannot_move_a_range_to_another_site(trial: Trial, site: Site, other_site: Site) -> None:
    stored = make_range(site)
    manager = signed_in(make_member("data_manager", trial=trial))
    moved = typed(other_site, high="170", seen_version=1, reason="Typing error")
    assert manager.post(of("edit-range", trial, stored.pk), moved).status_code == 302
    stored.refresh_from_db()
    assert stored.site == site


def test_a_list_is_pasted_whole_or_not_at_all(trial: Trial, site: Site, nurse: Client) -> None:
    values = {"site": site.pk, "laboratory_name": "Central Laboratory", "valid_from": str(TODAY)}
    wrong = nurse.post(of("range-list", trial), {**values, "text": "HGB,g/L,130,175\nIron,g/L,1,2\nALT,x,,40"})
    assert wrong.status_code == 422
    assert "Line 2: “Iron” is no analyte of the list." in text(wrong)
    assert "Line 3: “x” is no unit of it" in text(wrong)
    assert "Iron,g/L,1,2" in text(wrong)
    answer = nurse.post(
        of("range-list", trial), {**values, "text": "\nHGB\tg/L\t130\t175\nALT\tU/L\t\t40\n"}, follow=True
    )
    assert "2 ranges added." in text(answer)
    assert NormalRange.objects.filter(valid_from=TODAY).count() == 2


def test_the_first_day_is_todays_where_there_is_one_site_only(
    trial: Trial, site: Site, other_site: Site, nurse: Client
) -> None:
    assert 'value="2026-05-20"' in text(nurse.get(of("new-range", trial)))
    manager = signed_in(make_member("data_manager", trial=trial))
    assert 'value="2026-05-20"' not in text(manager.get(of("new-range", trial)))


def test_a_future_range_is_not_valid_yet(trial: Trial, site: Site, nurse: Client) -> None:
    make_range(site, valid_from=TODAY + timedelta(days=1))
    assert "Not valid yet" in text(nurse.get(of("ranges", trial)))

"""The way of a subject through the trial, by the pages alone: consent to export."""

import csv
import io
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.pages import (
    choose,
    derived,
    expect_heading,
    expect_message,
    go,
    open_form,
    pass_gate,
    press,
    press_keys,
    sign_in,
    type_in,
    visit_in_casebook,
)
from tests.browser.steps import (
    complete,
    complete_the_rest,
    decide_eligible,
    open_enrolment,
    record_visit,
    register,
    type_form,
)
from tests.factories import make_member, make_site, make_trial

pytestmark = pytest.mark.browser

NUMBER = "GZ-001"
SCREENING, WEEK_0, WEEK_12 = "Screening", "Week 0: first infusion", "Week 12: end of treatment period"
INITIALS, PHONE = "QXJ", "+86 20 5550 7788"
COLUMNS = ("erythema", "induration", "desquamation", "area")
REGIONS = ("head", "upper_limbs", "trunk", "lower_limbs")
# Region by region: erythema, induration, scaling, area.
PASI = {SCREENING: "2123 3223 3324 3234", WEEK_0: "1112 2213 2112 2223"}
PASI_TOTAL = {SCREENING: "28.1", WEEK_0: "13.2"}
PALMS = {SCREENING: ("3.5", "7.0", "17.0", "22.0"), WEEK_0: ("1.5", "6.5", "6.0", "14.0")}
BSA_PERCENT = {SCREENING: "49.5", WEEK_0: "28.0"}
WEIGHT = {SCREENING: "73.0", WEEK_0: "72.5"}
PLANNED_CELLS = 36_250_000  # 0.5 million cells for each of 72.5 kg


@pytest.fixture(scope="module")
def world(own_database: None) -> dict[str, Any]:
    """A trial with two sites and its people; the rest is done on the pages."""
    trial = make_trial()
    site, other = make_site(trial, "GZ"), make_site(trial, "VIE")
    return {
        "today": site.today(),
        "coordinator": make_member("coordinator", site, full_name="Li Na"),
        "investigator": make_member("investigator", site, full_name="Zhang Wei"),
        "stranger": make_member("coordinator", other, full_name="Maria Huber"),
        "monitor": make_member("monitor", site, full_name="Chen Yu"),
        "administrator": make_member("administrator", trial=trial, full_name="Anna Bauer"),
    }


def test_a_subject_goes_from_consent_to_export(open_page: OpenPage, world: dict[str, Any], tmp_path: Path) -> None:
    today, consent = world["today"], world["today"] - timedelta(days=14)
    site = open_page()
    sign_in(site, world["coordinator"])
    register(site, NUMBER, signed_on=consent, initials=INITIALS, phone=PHONE)
    _screen(site, consent, world["coordinator"])
    decide_eligible(open_page(), world["investigator"], NUMBER)
    _enrol(site, consent)
    _treat(site, today, world["investigator"])
    complete_the_rest(NUMBER, "W0", world["coordinator"])
    _later_visits_have_dates(site, today)
    _record_fever(site, today)
    _other_site_finds_nothing(open_page(), world["stranger"])
    _monitor_reads_only(open_page(), world["monitor"])
    files = _export(open_page(), world["administrator"], tmp_path)
    _compare_subject(files, consent, today)
    _compare_forms(files)
    _compare_event(files, today)
    everything = "".join(files.values())
    assert INITIALS not in everything
    assert PHONE not in everything


def _screen(page: Page, day: date, coordinator: Any) -> None:
    record_visit(page, SCREENING, day)
    type_form(
        page,
        NUMBER,
        SCREENING,
        "Demographics",
        typed={"birth_date": "1980-05-17"},
        chosen={"sex": "F", "race": "ASIAN"},
    )
    _three_forms(page, SCREENING)
    complete_the_rest(NUMBER, "SCR", coordinator)


def _three_forms(page: Page, visit: str) -> None:
    open_form(page, visit, "Vital signs")
    type_in(page, {"weight_kg": WEIGHT[visit], "height_cm": "168.0", "temperature_c": "36.7", "pulse_per_min": "74"})
    type_in(page, {"respirations_per_min": "15", "systolic_mmhg": "122", "diastolic_mmhg": "79"})
    type_in(page, {"oxygen_saturation_percent": "97"})
    complete(page, "Vital signs", NUMBER)
    open_form(page, visit, "PASI")
    page.locator("[name=head_erythema]").first.focus()
    press_keys(page, PASI[visit].replace(" ", ""))
    expect(derived(page, "total")).to_have_text(PASI_TOTAL[visit])
    complete(page, "PASI", NUMBER)
    open_form(page, visit, "Affected body surface (BSA)")
    type_in(page, {f"{region}_palms": palms for region, palms in zip(REGIONS, PALMS[visit], strict=True)})
    complete(page, "Affected body surface (BSA)", NUMBER)


def _enrol(page: Page, day: date) -> None:
    open_enrolment(page, NUMBER)
    type_in(page, {"enrolled_on": day.isoformat()})
    press(page, "Enrol")
    expect_message(page, f"{NUMBER} is enrolled, as number 1 of the site, in “AD-MSCs group”.")
    expect_heading(page, f"Subject {NUMBER}")


def _treat(page: Page, day: date, second: Any) -> None:
    record_visit(page, WEEK_0, day)
    _three_forms(page, WEEK_0)
    pass_gate(page, WEEK_0, second, lot="AD-2301", starts_at=f"{day} 09:30")
    expect(page.locator("[name=weight_kg]")).to_have_value(WEIGHT[WEEK_0])
    type_in(page, {"product_lot": "AD-2301", "viability_percent": "92.4", "viable_million_per_ml": "0.5"})
    type_in(page, {"started_at": f"{day} 09:30", "stopped_at": f"{day} 10:15", "volume_ml": "72.5"})
    choose(page, {"is_interrupted": "N", "has_reaction": "N"})
    expect(derived(page, "planned_cells")).to_contain_text(f"{PLANNED_CELLS:,}")
    expect(derived(page, "planned_volume_ml")).to_contain_text("72.5")
    complete(page, "Infusion", NUMBER)


def _later_visits_have_dates(page: Page, first_infusion: date) -> None:
    week_12 = visit_in_casebook(page, WEEK_12)
    expect(week_12).to_contain_text("Day 85")
    expect(week_12).to_contain_text(f"planned {first_infusion + timedelta(days=84)}")
    expect(week_12).to_contain_text(
        f"window {first_infusion + timedelta(days=81)} – {first_infusion + timedelta(days=87)}"
    )


def _record_fever(page: Page, day: date) -> None:
    page.get_by_role("navigation", name="About this subject").get_by_role("link", name="Adverse events").click()
    page.get_by_role("main").get_by_role("link", name="Record").first.click()
    expect_heading(page, "Record an adverse event")
    type_in(page, {"term": "Fever", "onset": day.isoformat(), "narrative": "38.6 °C four hours after the infusion"})
    visit = page.get_by_label("Visit it followed")
    visit.select_option(label=visit.get_by_role("option", name=WEEK_0).inner_text())
    choose(page, {"grade": "2", "is_serious": "no", "outcome": "recovering"})
    page.locator("[name=relation]").select_option("probable")
    page.locator("[name=action_taken]").select_option("dose_not_changed")
    type_in(page, {"treatment_given": "Paracetamol 500 mg"})
    press(page, "Record the event")
    expect_message(page, "Adverse event 1 is recorded.")


def _other_site_finds_nothing(page: Page, stranger: Any) -> None:
    sign_in(page, stranger)
    page.get_by_role("searchbox", name="Find a subject").fill(NUMBER)
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_contain_text("No subject matches")
    page.goto(f"/trials/NCT03265613/subjects/{NUMBER}/")
    expect_heading(page, "This page was not found")


def _monitor_reads_only(page: Page, monitor: Any) -> None:
    sign_in(page, monitor)
    go(page, "Adverse events")
    row = page.get_by_role("row", name="Fever")
    expect(row).to_contain_text(NUMBER)
    expect(row).to_contain_text("Probable or likely")
    row.get_by_role("link", name="Fever").click()
    expect_heading(page, "Fever")
    expect(page.get_by_role("main").get_by_role("link", name="Correct")).to_have_count(0)
    page.goto(f"{page.url}correct/")
    expect_heading(page, "Not part of your role")
    go(page, "Subjects")
    page.get_by_role("main").get_by_role("link", name=NUMBER).click()
    open_form(page, WEEK_0, "PASI")
    expect(page.get_by_role("main").get_by_role("link", name="Correct")).to_have_count(0)
    page.goto(f"{page.url}edit/")
    expect_heading(page, "Not part of your role")


def _export(page: Page, administrator: Any, folder: Path) -> dict[str, str]:
    sign_in(page, administrator)
    navigation = page.get_by_role("navigation", name="Main")
    expect(navigation.get_by_role("link", name="Export")).to_be_visible()
    expect(navigation.get_by_role("link", name="Subjects")).to_have_count(0)
    go(page, "Export")
    with page.expect_download() as download:
        press(page, "Make a new export")
    download.value.save_as(folder / "export.zip")
    with zipfile.ZipFile(folder / "export.zip") as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def _rows(files: dict[str, str], name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(files[name])))


def _compare_subject(files: dict[str, str], consent: date, today: date) -> None:
    (subject,) = _rows(files, "subjects.csv")
    assert (subject["subject"], subject["first_treatment_on"], subject["enrolled_on"]) == (
        NUMBER,
        today.isoformat(),
        consent.isoformat(),
    )
    (signed,) = _rows(files, "consents.csv")
    assert (signed["signed_on"], signed["sheet_version"]) == (consent.isoformat(), "1.0")
    visits = {row["visit"]: row for row in _rows(files, "visits.csv")}
    took_place = {code: row["occurred_on"] for code, row in visits.items() if row["occurred_on"]}
    assert took_place == {"SCR": consent.isoformat(), "W0": today.isoformat()}
    assert visits["W12"]["planned_on"] == (today + timedelta(days=84)).isoformat()


def _compare_forms(files: dict[str, str]) -> None:
    visits = {"SCR": SCREENING, "W0": WEEK_0}
    stored = {
        form: {row["visit"]: row for row in _rows(files, f"form_{form}.csv")} for form in ("pasi", "bsa", "vital_signs")
    }
    for code, visit in visits.items():
        pasi, palms = stored["pasi"][code], stored["bsa"][code]
        typed = zip(((r, c) for r in REGIONS for c in COLUMNS), PASI[visit].replace(" ", ""), strict=True)
        assert {f"{region}_{column}": score for (region, column), score in typed}.items() <= pasi.items()
        assert pasi["total"] == PASI_TOTAL[visit]
        assert tuple(palms[f"{region}_palms"] for region in REGIONS) == PALMS[visit]
        assert palms["percent"] == BSA_PERCENT[visit]
        assert stored["vital_signs"][code]["weight_kg"] == WEIGHT[visit]
    (infusion,) = _rows(files, "form_infusion.csv")
    dose = {"weight_kg": "72.5", "planned_cells": str(PLANNED_CELLS), "given_cells": str(PLANNED_CELLS)}
    product = {"product_lot": "AD-2301", "viability_percent": "92.4", "volume_ml": "72.5", "deviation_percent": "0.0"}
    assert (dose | product).items() <= infusion.items()


def _compare_event(files: dict[str, str], day: date) -> None:
    (event,) = _rows(files, "adverse_events.csv")
    expected = {
        "subject": NUMBER,
        "visit": "W0",
        "number": "1",
        "term": "Fever",
        "onset": day.isoformat(),
        "onset_on": day.isoformat(),
        "ended": "",
        "ended_on": "",
        "is_ongoing": "Y",
        "narrative": "38.6 °C four hours after the infusion",
        "grade": "2",
        "is_serious": "N",
        "relation": "probable",
        "action_taken": "dose_not_changed",
        "treatment_given": "Paracetamol 500 mg",
        "outcome": "recovering",
    }
    assert expected.items() <= event.items()

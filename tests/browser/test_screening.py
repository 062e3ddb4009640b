"""Screening on the pages: a subject refused with every reason, and one of whom a value is missing."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from assessments.instruments.pasi.model import SIGNS
from clinical.body_regions import BodyRegion
from patients.models import Subject
from tests.browser.conftest import OpenPage
from tests.browser.pages import (
    choose,
    expect_heading,
    expect_message,
    open_form,
    press,
    sign_in,
    type_in,
    visit_in_casebook,
)
from tests.browser.steps import (
    LABORATORY,
    answer_questions,
    attend,
    complete_the_rest,
    decide_eligible,
    open_eligibility,
    open_enrolment,
    record_visit,
    register,
    sign,
)
from tests.factories import complete_form, make_member, make_site, make_subject, make_trial, results_for, take_place

pytestmark = pytest.mark.browser

SUBJECTS = "/trials/NCT03265613/subjects/"
SCREENING, DAYS_AGO = "Screening", 10
# Why each criterion is not satisfied: facts with value, unit and form, or the investigator's answer alone.
REASONS = {
    "IN01": ("PASI total 3", "Affected body surface 5 %", "PASI", "Affected body surface (BSA)"),
    "IN02": ("Age at consent 66 years", "Demographics"),
    "EX05b": ("Total calcium 3.05 mmol/L", "Laboratory"),
    "EX05c": (
        "Aspartate aminotransferase (AST) 81 U/L",
        "Aspartate aminotransferase (AST), upper limit of normal 40 U/L",
        "Laboratory",
    ),
    "EX07": (),
    "EX09a": ("Topical treatment Ongoing", "Previous treatment"),
}
TEXTS = {
    "IN01": "Moderate to severe psoriasis vulgaris",
    "IN02": "18 to 65 years old",
    "EX05b": "Abnormal serum calcium level",
    "EX05c": "AST or ALT 2 times more than normal upper limit",
    "EX07": "Allergy to anything else ever before",
    "EX09a": "Topical treatments",
}


@pytest.fixture(scope="module")
def world(own_database: None) -> dict[str, Any]:
    """A trial with one site and its people."""
    site = make_site(make_trial(), "GZ")
    return {
        "site": site,
        "coordinator": make_member("coordinator", site, full_name="Li Na"),
        "investigator": make_member("investigator", site, full_name="Zhang Wei"),
    }


def test_a_subject_is_refused_with_every_reason_and_screened_again(open_page: OpenPage, world: dict[str, Any]) -> None:
    site, coordinator = world["site"], world["coordinator"]
    signed_on = site.today() - timedelta(days=DAYS_AGO)
    number = _screen_unfit(site, coordinator, signed_on)
    doctor = open_page()
    open_eligibility(doctor, world["investigator"], number)
    answer_questions(doctor, EX07="yes")
    _every_reason_is_shown(doctor, signed_on)
    sign(doctor, number, button="Decide: screen failure", outcome="Screen failure")
    expect(doctor.get_by_role("main")).to_contain_text(": " + ", ".join(REASONS))
    expect(doctor.get_by_role("region", name="Subject")).to_contain_text("Screen failure")
    expect(visit_in_casebook(doctor, "Week 0: first infusion")).to_contain_text("Cancelled")

    page = open_page()
    sign_in(page, coordinator)
    page.goto(f"{SUBJECTS}{number}/eligibility/")
    page.get_by_role("main").get_by_role("link", name="Screen this person again").click()
    expect_heading(page, f"Screen {number} again")
    type_in(page, {"signed_on": site.today().isoformat()})
    choose(page, {"sheet_version": "1.0", "language": "zh"})
    press(page, "Screen again")
    again = f"GZ-{int(number[3:]) + 1:03d}"
    expect_message(page, f"{number} is screened again as {again}.")
    attend(page, again, "SCR", site.today(), coordinator)
    decide_eligible(open_page(), world["investigator"], again)
    open_enrolment(page, again)
    page.goto(f"{SUBJECTS}{number}/")
    expect(page.get_by_role("region", name="Subject")).to_contain_text("Screen failure")


def test_a_subject_whose_calcium_is_missing_waits_until_it_is_there(open_page: OpenPage, world: dict[str, Any]) -> None:
    coordinator, signed_on = world["coordinator"], world["site"].today() - timedelta(days=DAYS_AGO)
    page, doctor = open_page(), open_page()
    sign_in(page, coordinator)
    number = f"GZ-{Subject.objects.count() + 1:03d}"
    register(page, number, signed_on=signed_on, initials="HYT")
    record_visit(page, SCREENING, signed_on)
    complete_the_rest(number, "SCR", coordinator, without=("laboratory",))
    _laboratory_without_calcium(page, signed_on)

    open_eligibility(doctor, world["investigator"], number)
    answer_questions(doctor)
    decision = doctor.get_by_role("region", name="Decision")
    expect(decision).to_contain_text("Nobody can be enrolled while something is missing:")
    expect(decision.get_by_role("listitem")).to_have_text(["EX05b: Laboratory: Total calcium"])
    expect(_criterion(doctor, "EX05b")).to_contain_text("not recorded yet")
    expect(doctor.get_by_role("button", name="Decide")).to_have_count(0)
    page.goto(f"{SUBJECTS}{number}/")
    expect(page.get_by_role("link", name="Enrol", exact=True)).to_have_count(0)
    page.goto(f"{SUBJECTS}{number}/enrol/")
    expect(page.get_by_role("main")).to_contain_text("An investigator must decide eligibility before")

    page.goto(f"{SUBJECTS}{number}/visits/SCR/forms/laboratory/edit/")
    type_in(page, {"results-CA-result": "2.28", "reason": "Second tube of the same sample measured"})
    page.locator("[name=results-CA-missing__result]").select_option("")
    press(page, "Save changes")
    expect_message(page, "Laboratory is complete.")
    doctor.reload()
    expect(decision).to_contain_text("All criteria are satisfied.")
    expect(_criterion(doctor, "EX05b")).to_contain_text("2.28 mmol/L")
    sign(doctor, number, button="Decide: eligible", outcome="Eligible")
    page.goto(f"{SUBJECTS}{number}/")
    open_enrolment(page, number)


def _screen_unfit(site: Any, coordinator: User, signed_on: date) -> str:
    """Somebody whose forms are all complete and who must not take part, for several reasons; the subject number."""
    visit = take_place(make_subject(site, coordinator, signed_on), "SCR", coordinator, on=signed_on)
    palms = {"head_palms": "0.5", "upper_limbs_palms": "1.0", "trunk_palms": "1.5", "lower_limbs_palms": "2.0"}
    scores = {f"{region}_{column}": 1 for region in BodyRegion for column in (*SIGNS, "area")}
    unfit: dict[str, dict[str, Any]] = {
        "demographics": {"birth_date": date(signed_on.year - 66, 1, 1)},
        "pasi": scores,
        "bsa": {name: Decimal(palm) for name, palm in palms.items()},
        "laboratory": {"results": results_for("laboratory", visit, CA="3.05", AST="81.0")},
        "previous_treatment": {"topical_use": "ongoing", "topical_last_on": None},
    }
    for form, changed in unfit.items():
        complete_form(visit, form, coordinator, **changed)
    complete_the_rest(visit.subject.number, "SCR", coordinator)
    return str(visit.subject.number)


def _criterion(page: Page, code: str) -> Locator:
    return page.locator(f"#criterion-{code}")


def _every_reason_is_shown(page: Page, day: date) -> None:
    """On top the criteria that are not satisfied, in their own words; at each what it is about."""
    decision = page.get_by_role("region", name="Decision")
    expect(decision).to_contain_text("At least one criterion is not satisfied.")
    expect(decision.get_by_role("listitem")).to_have_count(len(REASONS))
    for (code, reasons), line in zip(REASONS.items(), decision.get_by_role("listitem").all(), strict=True):
        expect(line).to_contain_text(f"{code} {TEXTS[code]}")
        criterion = _criterion(page, code)
        expect(criterion).to_contain_text("Failed")
        for text in (*reasons, *([str(day)] if reasons else [])):
            expect(criterion).to_contain_text(text)
    expect(_criterion(page, "EX07").get_by_label("Yes")).to_be_checked()


def _laboratory_without_calcium(page: Page, day: date) -> None:
    """The laboratory typed as its report says; of calcium it says only that it was not measured."""
    open_form(page, SCREENING, "Laboratory")
    type_in(page, {"sampled_on": day.isoformat(), **LABORATORY})
    type_in(page, {"results-CA-result": ""})
    page.locator("#div_id_results-CA-result").get_by_text("No value?").click()
    page.locator("[name=results-CA-missing__result]").select_option("not_done")
    press(page, "Complete")
    expect_message(page, "Laboratory is complete.")

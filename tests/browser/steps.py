"""Longer steps of a trial as its people take them; forms that are not the point are filled behind the pages."""

from collections.abc import Collection, Mapping
from datetime import date

from playwright.sync_api import Page, expect

from accounts.models import User
from assessments.registry import INSTRUMENTS
from patients.models import Subject, Visit
from patients.visit_content import content_of, forms_of, name_of
from tests.browser.pages import (
    choose,
    expect_heading,
    expect_message,
    open_form,
    press,
    sign_in,
    to_casebook,
    type_in,
    visit_in_casebook,
)
from tests.factories import PASSWORD, complete_form

VISIT_RECORDED = "Visit recorded. Its forms can be entered now."
LABORATORY = {
    "results-CA-result": "2.31",
    "results-CA-low": "2.11",
    "results-CA-high": "2.52",
    "results-ALT-result": "31",
    "results-ALT-high": "40",
    "results-AST-result": "27",
    "results-AST-high": "40",
    "results-BILI-result": "9.8",
    "results-BILI-high": "21",
    "results-CREAT-result": "66",
    "results-CREAT-high": "84",
    "results-CYSTATC-result": "0.86",
    "results-CYSTATC-high": "1.03",
    "results-HGB-result": "131",
    "results-HGB-low": "115",
    "results-HGB-high": "150",
    "results-PLAT-result": "244",
    "results-PLAT-low": "125",
    "results-PLAT-high": "350",
    "results-WBC-result": "5.9",
    "results-WBC-low": "3.5",
    "results-WBC-high": "9.5",
}
"""A report with nothing out of order, as it is typed."""


def register(page: Page, number: str, *, signed_on: date, initials: str, phone: str = "") -> None:
    """From Today to the casebook of a new subject, who gets this number."""
    page.get_by_role("main").get_by_role("link", name="Register a subject").click()
    type_in(page, {"signed_on": signed_on.isoformat(), "initials": initials, "phone": phone})
    choose(page, {"sheet_version": "1.0", "language": "zh"})
    press(page, "Register")
    expect_message(page, f"{number} is registered.")
    expect_heading(page, f"Subject {number}")


def record_visit(page: Page, visit: str, day: date, *, contact: str = "on_site", said: str = VISIT_RECORDED) -> None:
    """A visit took place: from the casebook and back to it."""
    visit_in_casebook(page, visit).get_by_role("link", name="Record the visit").click()
    expect_heading(page, visit)
    type_in(page, {"occurred_on": day.isoformat()})
    choose(page, {"contact_mode": contact})
    press(page, "Record the visit")
    expect_message(page, said)


def complete(page: Page, title: str, number: str) -> None:
    """Complete the form that is open, and go back to the casebook."""
    press(page, "Complete")
    expect_message(page, f"{title} is complete.")
    to_casebook(page, number)


def type_form(
    page: Page,
    number: str,
    visit: str,
    title: str,
    *,
    typed: Mapping[str, str] | None = None,
    chosen: Mapping[str, str] | None = None,
) -> None:
    """Open a form from the casebook, fill it, complete it, and go back."""
    open_form(page, visit, title)
    choose(page, chosen or {})  # first: some questions are asked only after an answer
    type_in(page, typed or {})
    complete(page, title, number)


def the_visit(number: str, code: str) -> Visit:
    """A visit as it is stored now."""
    return Visit.objects.select_related("subject__site__trial", "subject__protocol_version").get(
        subject__number=number, code=code
    )


def complete_the_rest(number: str, code: str, by: User, *, without: Collection[str] = ()) -> None:
    """Every form of the visit that nobody has typed, except those `without` which the visit is left."""
    visit = the_visit(number, code)
    for form in forms_of(visit):
        if form not in without and not INSTRUMENTS[form].model._default_manager.filter(visit=visit).exists():
            complete_form(visit, form, by)


def attend(page: Page, number: str, code: str, day: date, by: User, *, said: str = VISIT_RECORDED) -> None:
    """A visit is recorded on its page and all its forms are filled; the casebook shows it as done."""
    name = name_of(content_of(the_visit(number, code)))
    record_visit(page, name, day, said=said)
    complete_the_rest(number, code, by)
    page.reload()
    expect(visit_in_casebook(page, name).get_by_text("Not started")).to_have_count(0)


def answer_questions(page: Page, **otherwise: str) -> None:
    """Every question answered so that the subject may take part; `otherwise` holds other answers by criterion."""
    for question in page.locator("main fieldset").all():
        code = question.locator("input").first.get_attribute("name") or ""
        choose(page, {code: otherwise.get(code, "yes" if code.startswith("IN") else "no")})
    press(page, "Save answers")
    expect_message(page, "Answers saved.")


def open_eligibility(page: Page, investigator: User, number: str) -> None:
    """An investigator signs in and opens the subject from the list of those to decide."""
    sign_in(page, investigator)
    waiting = page.locator("section").filter(has=page.get_by_role("heading", name="In screening, to decide"))
    waiting.get_by_role("link", name=number).click()
    expect_heading(page, "Eligibility")


def sign(page: Page, number: str, *, button: str, outcome: str) -> None:
    """The decision that is offered, signed off with the password; ends in the casebook."""
    page.get_by_label("Your password").fill(PASSWORD)
    press(page, button)
    expect_message(page, f"Decision recorded: {outcome}.")
    expect_heading(page, f"Subject {number}")


def decide_eligible(page: Page, investigator: User, number: str) -> None:
    """An investigator signs in, answers what only a person can answer, and signs."""
    open_eligibility(page, investigator, number)
    answer_questions(page)
    sign(page, number, button="Decide: eligible", outcome="Eligible")


def open_enrolment(page: Page, number: str) -> None:
    """From a casebook that was opened before the decision to the page of enrolment."""
    page.reload()
    page.get_by_role("main").get_by_role("link", name="Enrol", exact=True).click()
    expect_heading(page, f"Enrol {number}")


def end_as_completed(page: Page, number: str, day: date) -> None:
    """From the casebook: all visits are done, participation ends as completed."""
    page.get_by_role("main").get_by_role("link", name="End participation").click()
    expect_heading(page, f"End participation of {number}")
    type_in(page, {"ended_on": day.isoformat(), "reason": "All visits done"})
    page.get_by_label("Completed").check()
    press(page, "End participation")
    expect_message(page, "End of participation recorded.")
    expect_heading(page, f"Subject {number}")
    assert Subject.objects.get(number=number).status == "completed"

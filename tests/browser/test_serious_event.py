"""A serious event from the reaction that is ticked on the infusion form to the clocks of the authority: everybody acts
on the pages, and learns from the inbox and from mails what waits."""

import re
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from patients.models import Subject
from patients.services.registration import correct_identity
from safety.models import SeriousCase
from tests.browser.case_steps import (
    CASE,
    NUMBER,
    attach,
    clock,
    inbox_lacks,
    mails_tell,
    open_from_inbox,
    printed,
    says,
    sign_report,
    write_step,
)
from tests.browser.conftest import OpenPage
from tests.browser.pages import arrive, choose, expect_heading, expect_message, pass_gate, press, type_in
from tests.browser.steps import complete, complete_the_rest
from tests.factories import PASSWORD, enrolled_subject, make_lot, make_member, make_site, make_trial, take_place
from tests.factories.cases import PDF

pytestmark = pytest.mark.browser

LOT = "AD-2301"
ZONES = ("Asia/Shanghai", "Europe/Vienna", "America/Denver")
SUBJECT = f"/trials/NCT03265613/subjects/{NUMBER}/"
WEEK_0 = "Week 0: first infusion"
TERM, GRADE_3 = "Infusion related reaction", "3 · Prolonged, recurrent, or hospital stay"
STORY = "Chills and a fall of blood pressure to 80/50 mmHg forty minutes after the start; a night in hospital."
QUESTION, ANSWER = "Which medicine was given, and when?", "Methylprednisolone 40 mg at 10:20; better after an hour."
NEWS = "Intensive care for six hours, as the discharge letter says"
CHINESE_STORY = "输注开始后四十分钟，受试者出现寒战、血压下降至80/50 mmHg，转入重症监护室观察六小时后好转。"
EXECUTABLE = b"MZ\x90\x00\x03" + bytes(60)
INITIALS, PHONE = "QXJ", "13900139000"
SECRET = (INITIALS, PHONE, TERM, "Chills", QUESTION, ANSWER, NEWS, "寒战", "letter")
"""What no mail may say."""

REPORTED = (TERM, "Zhang Wei", LOT, "Discharge letter")

TO_SPONSOR = "Report of the site to the sponsor, 24 hours"
IN_15_DAYS = "Report of the SUSAR to the authority, 15 days"
IN_7_DAYS = "Report of the fatal or life-threatening SUSAR to the authority, 7 days"


@pytest.fixture(scope="module")
def world(own_database: None) -> dict[str, Any]:
    """A subject on the day of the first infusion, everything but the infusion entered, and a lot to be given."""
    trial = make_trial()
    site = make_site(trial, "GZ", time_zone=_where_the_morning_is_over())
    nurse = make_member("coordinator", site, full_name="Li Na")
    doctor = make_member("investigator", site, full_name="Zhang Wei")
    subject = enrolled_subject(site, doctor)
    _name(subject, nurse)
    take_place(subject, "W0", nurse)
    complete_the_rest(NUMBER, "W0", nurse, without=("infusion",))
    make_lot(trial, LOT, day=site.today(), product="Adipose-derived mesenchymal stromal cells")
    monitor = make_member("safety_monitor", trial=trial, full_name="Maria Gruber")
    return {"nurse": nurse, "doctor": doctor, "monitor": monitor, "today": site.today()}


def _where_the_morning_is_over() -> str:
    """A time zone in which what the test enters of this morning has been, whenever it runs."""
    hours = {zone: timezone.localtime(timezone=ZoneInfo(zone)).hour for zone in ZONES}
    return next(zone for zone, hour in hours.items() if 12 <= hour < 23)


def _name(subject: Subject, by: User) -> None:
    """Initials and telephone that no mail and no print may hold."""
    identity = subject.identity
    identity.initials, identity.phone = INITIALS, PHONE
    correct_identity(identity=identity, seen_version=identity.row_version, by=by, reason="Given by telephone")


def test_a_reaction_to_an_infusion_is_reported_asked_about_and_assessed_as_susar(
    open_page: OpenPage, world: dict[str, Any]
) -> None:
    nurse, doctor, monitor = world["nurse"], world["doctor"], world["monitor"]
    site, clinic, sponsor = open_page(), open_page(), open_page()
    for page, person in ((site, nurse), (clinic, doctor), (sponsor, monitor)):
        arrive(page, person)

    _give_the_infusion(site, doctor, world["today"])
    _record_the_suggested_event(site, world["today"])
    _see_the_clock_of_the_site(site)
    mails_tell({"report to the sponsor due by": [nurse, doctor]}, secret=SECRET)

    _write_the_draft(site, STORY)
    _be_refused_a_renamed_program(site)
    _attach_the_letter(site)

    open_from_inbox(clinic, "report to the sponsor due by")
    sign_report(clinic, version=1, holds=REPORTED)
    expect(clock(clinic, TO_SPONSOR)).to_contain_text("In time")
    mails_tell({"a serious event is reported": [monitor]}, secret=SECRET)

    open_from_inbox(sponsor, "a serious event is reported")
    _take_up(sponsor)
    write_step(sponsor, "Ask the site", QUESTION, said="The site is asked.")
    mails_tell({"the safety monitor asks": [nurse, doctor]}, secret=SECRET)
    open_from_inbox(site, "the safety monitor asks")
    expect(site.get_by_role("main")).to_contain_text(QUESTION)
    write_step(site, "Answer", ANSWER, said="The answer is sent.")
    inbox_lacks(clinic, "the safety monitor asks")
    mails_tell({"the site has answered": [monitor]}, secret=SECRET)
    open_from_inbox(sponsor, "the site has answered")
    expect(sponsor.get_by_role("main")).to_contain_text(ANSWER)

    _assess_as_susar(sponsor, version=1)
    day_zero = SeriousCase.objects.get().day_zero
    assert day_zero is not None
    expect(clock(sponsor, IN_15_DAYS)).to_contain_text(f"due by {day_zero + timedelta(days=15)}")
    mails_tell({"the report is assessed": [doctor], "report to the authority due by": [monitor]}, secret=SECRET)
    _first_report_is_printed(sponsor, world["today"])

    _correct_to_life_threatening(site)
    _follow_up_in_chinese(site)
    both = ("report to the authority due by", "complete report to the authority due by")
    begun = {"new information, version 2 is being written": [doctor, monitor]}
    mails_tell({**begun, **{text: [monitor] for text in both}}, secret=SECRET)
    open_from_inbox(clinic, "new information, version 2 is being written")
    sign_report(clinic, version=2, holds=REPORTED)
    mails_tell({"version 2 of the report is submitted": [monitor]}, secret=SECRET)
    open_from_inbox(sponsor, "version 2 of the report is submitted")
    known_on = SeriousCase.objects.get().urgent_known_on
    assert known_on is not None
    expect(clock(sponsor, IN_7_DAYS)).to_contain_text(f"due by {known_on + timedelta(days=7)}")
    _the_follow_up_is_printed_in_chinese_and_the_first_report_stays(sponsor)
    _take_up(sponsor)
    _assess_as_susar(sponsor, version=2)
    _report_to_the_authority(sponsor, known_on)


# --- at the bedside ---------------------------------------------------------------------------------------------------


def _give_the_infusion(page: Page, second: User, today: date) -> None:
    page.goto(SUBJECT)
    pass_gate(page, WEEK_0, second, lot=LOT, starts_at=f"{today} 09:30")
    type_in(page, {"thaw_started_at": f"{today} 09:00", "thaw_ended_at": f"{today} 09:10"})
    type_in(page, {"stopped_at": f"{today} 10:10", "volume_ml": "7.0"})
    choose(page, {"is_interrupted": "N", "has_reaction": "Y"})
    complete(page, "Infusion", NUMBER)


def _record_the_suggested_event(page: Page, today: date) -> None:
    """What the ticked reaction knows is filled in; the rest is typed."""
    page.get_by_role("navigation", name="About this subject").get_by_role("link", name="Adverse events").click()
    suggestion = page.get_by_role("region", name="To decide: are these adverse events?").get_by_role("listitem")
    expect(suggestion).to_contain_text("A reaction is ticked on the infusion form.")
    suggestion.get_by_role("link", name="Record this event").click()
    expect_heading(page, "Record an adverse event")
    expect(page.locator("[name=term]")).to_have_value(TERM)
    expect(page.locator("[name=term_code] option:checked")).to_have_text(TERM)
    expect(page.locator("[name=onset]")).to_have_value(today.isoformat())
    expect(page.locator("[name=visit] option:checked")).to_have_text(re.compile(re.escape(WEEK_0)))
    expect(page.locator("[name=is_special_interest]")).to_be_checked()

    type_in(page, {"onset_time": "10:10", "narrative": STORY})
    choose(page, {"grade": "3", "is_serious": "yes", "outcome": "recovering"})
    page.locator("[name=caused_hospitalisation]").check()
    type_in(page, {"admitted_on": today.isoformat()})
    page.locator("[name=relation]").select_option("probable")
    page.locator("[name=action_taken]").select_option("drug_interrupted")
    press(page, "Record the event")
    expect_message(page, "Adverse event 1 is recorded.")
    page.get_by_role("link", name=f"Case {CASE}: report of the serious event").click()
    expect_heading(page, f"{CASE}: {TERM}")


def _see_the_clock_of_the_site(page: Page) -> None:
    known_at = SeriousCase.objects.get().event.serious_known_at
    assert known_at is not None
    due_at = timezone.localtime(known_at, SeriousCase.objects.get().subject.site.zone) + timedelta(hours=24)
    of_the_site = clock(page, TO_SPONSOR)
    expect(of_the_site).to_contain_text("Clock runs")
    expect(of_the_site).to_contain_text(f"due by {due_at:%Y-%m-%d %H:%M} UTC{due_at.isoformat()[-6:]}")
    expect(of_the_site).to_contain_text(re.compile(r"23 h \d+ min left"))


# --- the report -------------------------------------------------------------------------------------------------------


def _write_the_draft(page: Page, story: str) -> None:
    """What the event tells already stands there; the reporter is whoever writes, unless another is named."""
    page.get_by_role("link", name="Write the report").click()
    expect(page.locator("[name=narrative]")).to_have_value(story)
    expect(page.locator("[name=reporter]")).to_have_value("Li Na")
    type_in(page, {"reporter": "Zhang Wei"})
    page.locator("[name=reporter_role]").select_option("physician")
    press(page, "Save the draft")
    expect_message(page, "The draft of the report is saved.")


def _be_refused_a_renamed_program(page: Page) -> None:
    page.get_by_role("link", name="Attach a document").click()
    expect_heading(page, f"{CASE}: Attach a document")
    type_in(page, {"title": "Discharge letter"})
    attach(page, EXECUTABLE)
    expect(page.get_by_role("alert")).to_contain_text("By its content this is no PDF, PNG or JPEG file")
    expect(page.locator("[name=title]")).to_have_value("Discharge letter")
    assert not SeriousCase.objects.get().documents.exists()


def _attach_the_letter(page: Page) -> None:
    attach(page, PDF)
    expect_message(page, "“Discharge letter” is attached to the case.")
    link = page.get_by_role("region", name="Documents").get_by_role("link", name="Discharge letter")
    with page.expect_download() as download:
        link.click()
    assert download.value.suggested_filename == "SAE-0001-1.pdf"
    assert download.value.path().read_bytes() == PDF


# --- question, answer, assessment -------------------------------------------------------------------------------------


def _take_up(page: Page) -> None:
    press(page, "Take up for review")
    expect_message(page, "The case is in your review.")


def _assess_as_susar(page: Page, *, version: int) -> None:
    """Serious and related by the report, unexpected by the monitor: a SUSAR, signed with the password."""
    page.get_by_role("main").get_by_role("link", name="Assess", exact=True).click()
    expect_heading(page, f"{CASE}: assess version {version}")
    expect(page.get_by_role("region", name="What the report says")).to_contain_text("The event is serious.")
    choose(page, {"related_by_sponsor": "yes", "expectedness": "unexpected", "is_susar": "yes"})
    type_in(page, {"password": PASSWORD})
    press(page, "Sign the assessment")
    expect_message(page, f"The assessment of {CASE} is signed.")
    expect(page.get_by_role("main")).to_contain_text("Maria Gruber")


def _report_to_the_authority(page: Page, day: date) -> None:
    """The clock is met by the report; that it is to be completed still waits."""
    page.get_by_role("main").get_by_role("link", name="Report to an authority").click()
    type_in(page, {"sent_on": day.isoformat(), "authority": "NMPA"})
    press(page, "Record")
    expect_message(page, "The report to the authority is recorded.")
    expect(clock(page, IN_7_DAYS)).to_contain_text("In time")
    expect(clock(page, "Complete report to the authority")).to_contain_text("Clock runs")


# --- new information --------------------------------------------------------------------------------------------------


def _correct_to_life_threatening(page: Page) -> None:
    page.goto(f"{SUBJECT}adverse-events/1/")
    page.get_by_role("main").get_by_role("link", name="Correct", exact=True).click()
    choose(page, {"grade": "4"})
    page.locator("[name=is_life_threatening]").check()
    type_in(page, {"reason": "Discharge letter received"})
    press(page, "Save the correction")
    expect_message(page, "The correction of adverse event 1 is saved.")
    page.get_by_role("link", name=f"Case {CASE}: report of the serious event").click()
    expect(page.get_by_role("region", name="Changed since version 1 was signed")).to_contain_text("Life-threatening")


def _follow_up_in_chinese(page: Page) -> None:
    write_step(page, "Report new information", NEWS, said="The next version of the report is open for writing.")
    page.get_by_role("link", name="Write the report").click()
    expect(page.locator("[name=what_is_new]")).to_have_value(NEWS)
    type_in(page, {"narrative": CHINESE_STORY})
    press(page, "Save the draft")
    expect_message(page, "The draft of the report is saved.")


# --- in print ---------------------------------------------------------------------------------------------------------


def _first_report_is_printed(page: Page, today: date) -> None:
    form = printed(page, 1)
    assert says(form, f"(subject number) {NUMBER}", "1a. Country CHN", f"{today:%d %b %Y}".upper(), TERM, STORY)
    assert says(
        form,
        f"lot {LOT}",
        f"35 million cells, {today}",
        f"NCT03265613-{CASE}",
        "3 · Prolonged, recurrent, or hospital stay",
        "Probable",
    )
    for absent in (INITIALS, PHONE, "DRAFT", ANSWER):
        assert not says(form, absent)


def _the_follow_up_is_printed_in_chinese_and_the_first_report_stays(page: Page) -> None:
    first, second = printed(page, 1), printed(page, 2)
    assert says(first, STORY, GRADE_3)
    assert not says(first, "寒战")
    assert says(second, CHINESE_STORY, NEWS, "4 · Life-threatening")
    assert not says(second, STORY)
    assert not says(second, "DRAFT")

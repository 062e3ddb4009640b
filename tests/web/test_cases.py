"""The pages of cases: finding them, writing and signing the report, the talk with the monitor, the assessment."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.roles import ROLES
from audit.context import acting
from clinical.safety.workflow import Step
from patients.models import Subject
from patients.services.consent import withdraw_consent
from safety.models import AuthorityReport, ReportVersion, SeriousCase
from safety.services import assess, correct_adverse_event, follow_up, report_to_authority, save_draft, take_step
from tests.factories import PASSWORD, make_member, make_subject, system
from tests.factories.cases import (
    WRITTEN,
    case_in_review,
    digest_now,
    serious_event,
    sign_report,
    submitted_case,
    written_case,
)
from tests.web.pages import signed_in, text, words
from tests.worlds import NOW
from trials.models import Site, Trial
from trials.services import delegate

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def subject(site: Site, coordinator: User) -> Subject:
    return make_subject(site, coordinator)


@pytest.fixture
def reviewer(trial: Trial) -> User:
    return make_member("safety_monitor", trial=trial)


@pytest.fixture
def monitor(reviewer: User) -> Client:
    return signed_in(reviewer)


def address(name: str, subject: Subject, *more: int) -> str:
    return reverse(f"safety:{name}", args=[subject.site.trial.registration, subject.number, 1, *more])


def stored(case: SeriousCase) -> SeriousCase:
    return SeriousCase.objects.get(pk=case.pk)


def links(page: Any) -> str:
    return str(page.content.decode())


# --- finding ----------------------------------------------------------------------------------------------------------


def test_the_event_leads_to_its_case(nurse: Client, subject: Subject, coordinator: User) -> None:
    serious_event(subject, coordinator)
    page = nurse.get(address("event", subject))
    assert address("case", subject) in links(page)
    assert "Case SAE-0001: report of the serious event" in text(page)


def test_an_event_that_is_not_serious_leads_to_no_case(nurse: Client, subject: Subject, coordinator: User) -> None:
    mild = {"grade": 1, "is_serious": False, "caused_hospitalisation": False, "serious_known_at": None}
    serious_event(subject, coordinator, **mild)
    page = nurse.get(address("event", subject))
    assert "/case/" not in links(page)
    assert nurse.get(address("case", subject)).status_code == 404
    assert nurse.post(address("case-open", subject)).status_code == 409


def test_a_serious_event_of_earlier_days_gets_its_case_by_hand(
    nurse: Client, subject: Subject, coordinator: User
) -> None:
    event = serious_event(subject, coordinator)
    with acting(by=coordinator, reason="As before there were cases"):
        ReportVersion.objects.all().delete()
        SeriousCase.objects.all().delete()
    assert "has not been reported yet" in text(nurse.get(address("event", subject)))
    for _time in range(2):
        response = nurse.post(address("case-open", subject))
        assert response.url == address("case", subject)
    assert SeriousCase.objects.get().event == event


def test_the_list_shows_the_cases_of_the_sites_that_one_may_see(
    nurse: Client, monitor: Client, site: Site, other_site: Site, subject: Subject, investigator: User
) -> None:
    submitted_case(subject, investigator)
    elsewhere = make_subject(other_site, make_member("coordinator", other_site))
    serious_event(elsewhere, make_member("coordinator", other_site), term="Stroke")
    url = reverse("safety:cases", args=[site.trial.registration])
    own, whole = text(nurse.get(url)), text(monitor.get(url))
    assert "SAE-0001" in own
    assert "SAE-0002" not in own
    assert "SAE-0001" in whole
    assert "SAE-0002" in whole
    assert "Submitted" in whole
    assert "2026-05-20" in whole
    assert "Not judged yet" in whole


def test_a_trial_without_cases_says_when_there_will_be_some(nurse: Client, site: Site) -> None:
    page = nurse.get(reverse("safety:cases", args=[site.trial.registration]))
    assert "No serious event has been recorded" in text(page)


def test_the_log_of_the_trial_leads_to_the_cases(nurse: Client, site: Site) -> None:
    page = nurse.get(reverse("safety:list", args=[site.trial.registration]))
    assert reverse("safety:cases", args=[site.trial.registration]) in links(page)


# --- writing ----------------------------------------------------------------------------------------------------------


def test_the_report_is_written_and_saved(nurse: Client, subject: Subject, coordinator: User) -> None:
    serious_event(subject, coordinator)
    response = nurse.post(address("case-draft", subject), {**WRITTEN, "seen_version": 1}, follow=True)
    assert "The draft of the report is saved." in text(response)
    version = ReportVersion.objects.get()
    assert {name: getattr(version, name) for name in WRITTEN} == WRITTEN


def test_line_ends_of_a_browser_count_as_no_change(nurse: Client, subject: Subject, coordinator: User) -> None:
    case = serious_event(subject, coordinator).case
    save_draft(case=case, fields={"narrative": "One\nTwo"}, seen_version=1, by=coordinator)
    page = nurse.post(address("case-draft", subject), {"narrative": "One\r\nTwo", "seen_version": 2})
    assert page.status_code == 422
    assert "Nothing was changed" in text(page)


def test_who_saves_second_sees_both_and_loses_nothing(nurse: Client, subject: Subject, coordinator: User) -> None:
    case = serious_event(subject, coordinator).case
    save_draft(case=case, fields={"narrative": "Theirs"}, seen_version=1, by=coordinator)
    typed = {"narrative": "Mine", "reporter": "Li Na", "reporter_role": "physician", "seen_version": 1}
    page = nurse.post(address("case-draft", subject), typed)
    assert page.status_code == 409
    assert "Theirs" in text(page)
    assert ">Mine</textarea>" in links(page).replace("\n", "")
    assert ReportVersion.objects.get().narrative == "Theirs"
    assert nurse.post(address("case-draft", subject), {**typed, "seen_version": 2}).status_code == 302
    assert ReportVersion.objects.get().narrative == "Mine"


def test_what_is_new_is_asked_of_a_follow_up_only(
    nurse: Client, subject: Subject, coordinator: User, investigator: User
) -> None:
    case = submitted_case(subject, investigator)
    follow_up(case=case, text="Culture positive", by=coordinator)
    assert 'name="what_is_new"' in links(nurse.get(address("case-draft", subject)))
    other = make_subject(subject.site, coordinator)
    serious_event(other, coordinator)
    assert 'name="what_is_new"' not in links(nurse.get(address("case-draft", other)))


def test_a_submitted_report_cannot_be_opened_for_writing(nurse: Client, subject: Subject, investigator: User) -> None:
    submitted_case(subject, investigator)
    page = nurse.get(address("case-draft", subject))
    assert page.status_code == 409
    assert "stays as it was signed" in text(page)


# --- signing ----------------------------------------------------------------------------------------------------------


def signature_for(case: SeriousCase, password: str = PASSWORD) -> dict[str, str]:
    return {"password": password, "seen": digest_now(case)}


def test_the_investigator_reads_everything_and_signs(doctor: Client, subject: Subject, investigator: User) -> None:
    case = written_case(subject, investigator)
    page = doctor.get(address("case-submit", subject))
    said = words(page)
    for part in ("High fever two hours after", "Zhang Wei", "Physician", "GZ-001", digest_now(case), "Possible"):
        assert part in said
    response = doctor.post(address("case-submit", subject), signature_for(case), follow=True)
    assert "The report of SAE-0001 is submitted." in text(response)
    assert stored(case).state == "submitted"


def test_a_wrong_password_signs_nothing(doctor: Client, subject: Subject, investigator: User) -> None:
    case = written_case(subject, investigator)
    page = doctor.post(address("case-submit", subject), signature_for(case, "wrong"))
    assert page.status_code == 422
    assert "This is not your password." in text(page)
    assert stored(case).state == "draft"


def test_what_changed_while_it_was_read_is_shown_again_before_it_can_be_signed(
    doctor: Client, subject: Subject, investigator: User
) -> None:
    case = written_case(subject, investigator)
    seen = signature_for(case)
    save_draft(case=case, fields={"narrative": "Another story"}, seen_version=2, by=investigator)
    page = doctor.post(address("case-submit", subject), seen)
    assert page.status_code == 422
    assert "has changed since you read it" in text(page)
    assert "Another story" in text(page)
    again = {"password": PASSWORD, "seen": page.context["form"]["seen"].value()}
    assert doctor.post(address("case-submit", subject), again).status_code == 302
    assert stored(case).versions.get().content["narrative"] == "Another story"


def test_an_incomplete_report_says_what_is_missing_before_it_asks_for_the_password(
    doctor: Client, subject: Subject, investigator: User
) -> None:
    case = serious_event(subject, investigator).case
    read = doctor.get(address("case-submit", subject))
    sent = doctor.post(address("case-submit", subject), signature_for(case))
    assert (read.status_code, sent.status_code) == (200, 422)
    for page in (read, sent):
        assert "The report is not complete. Still missing: “Narrative”, “Reported by”, “Reporter is”." in words(page)
        assert address("case-draft", subject) in links(page)
        assert 'name="password"' not in links(page)
    save_draft(case=case, fields=WRITTEN, seen_version=1, by=investigator)
    page = doctor.get(address("case-submit", subject))
    assert 'name="password"' in links(page)
    assert "Still missing" not in text(page)


def test_a_report_of_earlier_days_is_written_and_sent_after_the_use_of_the_data_is_withdrawn(
    nurse: Client, doctor: Client, subject: Subject, coordinator: User
) -> None:
    case = serious_event(subject, coordinator).case
    withdraw_consent(subject=subject, scope="data_use", withdrawn_on=subject.site.today(), by=coordinator)
    assert nurse.get(address("case-draft", subject)).status_code == 200
    assert nurse.post(address("case-draft", subject), {**WRITTEN, "seen_version": 1}).status_code == 302
    assert doctor.post(address("case-submit", subject), signature_for(case)).status_code == 302
    assert stored(case).state == "submitted"
    page = nurse.get(address("case", subject))
    assert address("case-attach", subject) not in links(page)
    assert address("case-follow-up", subject) not in links(page)
    assert nurse.get(address("case-attach", subject)).status_code == 409
    assert nurse.post(address("case-follow-up", subject), {"text": "Recovered"}).status_code == 409


def test_who_signs_learns_who_is_told(doctor: Client, subject: Subject, investigator: User, reviewer: User) -> None:
    case = written_case(subject, investigator)
    told = f"Told at once: {reviewer.full_name}."
    assert told in words(doctor.get(address("case-submit", subject)))
    page = doctor.post(address("case-submit", subject), signature_for(case), follow=True)
    assert f"The report of SAE-0001 is submitted. {told}" in text(page)
    assert "Nobody" not in text(page)


def test_who_signs_learns_that_nobody_is_told_and_what_to_do(
    doctor: Client, subject: Subject, investigator: User
) -> None:
    case = written_case(subject, investigator)
    before = words(doctor.get(address("case-submit", subject)))
    assert "Nobody will be told of this report: nobody has the role Safety monitor here." in before
    assert "Told at once" not in before
    after = text(doctor.post(address("case-submit", subject), signature_for(case), follow=True))
    assert "The report of SAE-0001 is submitted." in after
    assert "Nobody was told: nobody has the role Safety monitor here. Ask an administrator" in after
    assert "has been told" not in after


def test_who_is_the_medical_monitor_as_well_is_neither_told_nor_missed(
    site: Site, doctor: Client, subject: Subject, investigator: User
) -> None:
    case = written_case(subject, investigator)
    delegate(user=investigator, trial=site.trial, role=ROLES["safety_monitor"], site=site, by=system())
    before = words(doctor.get(address("case-submit", subject)))
    assert "Told at once" not in before
    assert "Nobody" not in before
    after = text(doctor.post(address("case-submit", subject), signature_for(case), follow=True))
    assert "The report of SAE-0001 is submitted." in after
    assert "Nobody" not in after
    assert "Told at once" not in after


def test_new_information_on_what_was_no_susar_says_that_it_is_judged_again(
    doctor: Client, subject: Subject, investigator: User, reviewer: User
) -> None:
    case = case_in_review(subject, investigator, reviewer)
    judged: dict[str, Any] = {"related_by_sponsor": True, "expectedness": "expected", "is_susar": False}
    assess(case=case, **judged, seen_version=case.version, by=reviewer)
    follow_up(case=case, text="Culture positive", by=investigator)
    save_draft(case=case, fields={"narrative": "More"}, seen_version=1, by=investigator)
    anew = "Version 1 was judged to be no SUSAR on 2026-05-20."
    assert anew not in words(doctor.get(address("case", subject)))
    before = words(doctor.get(address("case-submit", subject)))
    assert "It is to be judged again, and day 0 is the day of this submission." in before
    said = words(doctor.post(address("case-submit", subject), signature_for(case), follow=True))
    assert anew in said
    assert "Not judged yet" in said
    assert "If it is a SUSAR: Report of the SUSAR to the authority, 15 days" in said


def test_a_coordinator_writes_but_does_not_sign(nurse: Client, subject: Subject, coordinator: User) -> None:
    case = written_case(subject, coordinator)
    assert nurse.get(address("case-submit", subject)).status_code == 403
    assert nurse.post(address("case-submit", subject), signature_for(case)).status_code == 403
    page = nurse.get(address("case", subject))
    assert address("case-draft", subject) in links(page)
    assert address("case-submit", subject) not in links(page)


def test_every_list_of_events_shows_when_the_next_report_is_due(
    nurse: Client, subject: Subject, coordinator: User
) -> None:
    serious_event(subject, coordinator)
    trial = subject.site.trial.registration
    for page in (reverse("safety:subject-events", args=[trial, subject.number]), reverse("safety:list", args=[trial])):
        said = words(nurse.get(page))
        assert "2026-05-21 11:00 UTC+08:00" in said
        assert "23 h 0 min left" in said


def test_what_was_signed_is_shown_with_name_moment_meaning_and_digest(
    nurse: Client, subject: Subject, investigator: User
) -> None:
    case = submitted_case(subject, investigator)
    said = words(nurse.get(address("case-version", subject, 1)))
    signature = case.versions.get().signature
    assert signature is not None
    for part in (
        investigator.full_name,
        "2026-05-20 12:00:00 UTC+0800",
        "I have made this report, and it is true to the best of my knowledge",
        signature.digest,
        "Content is as it was signed",
        "High fever two hours after",
    ):
        assert part in said
    assert nurse.get(address("case-version", subject, 2)).status_code == 404


def test_a_draft_is_shown_as_one(nurse: Client, subject: Subject, coordinator: User) -> None:
    written_case(subject, coordinator)
    page = text(nurse.get(address("case-version", subject, 1)))
    assert "This version is a draft" in page
    assert "Signed by" not in page


def test_what_the_report_says_is_escaped(nurse: Client, subject: Subject, investigator: User) -> None:
    case = serious_event(subject, investigator).case
    evil = {**WRITTEN, "narrative": "<script>alert(1)</script>"}
    save_draft(case=case, fields=evil, seen_version=1, by=investigator)
    sign_report(case, investigator)
    assert "<script>alert" not in links(nurse.get(address("case-version", subject, 1)))


def test_the_signed_version_stays_when_the_event_is_corrected_and_the_case_says_so(
    nurse: Client, subject: Subject, investigator: User
) -> None:
    case = submitted_case(subject, investigator)
    correct_adverse_event(event=case.event, fields={"grade": 2}, reason="Letter", seen_version=1, by=investigator)
    page = nurse.get(address("case", subject))
    assert "Changed since version 1 was signed" in text(page)
    assert "3 · Severe" in text(page)
    assert "2 · Moderate" in text(page)
    assert address("case-follow-up", subject) in links(page)
    version = words(nurse.get(address("case-version", subject, 1)))
    assert "3 · Severe" in version
    assert "2 · Moderate" not in version


def test_a_case_that_has_not_changed_says_nothing_of_it(nurse: Client, subject: Subject, investigator: User) -> None:
    submitted_case(subject, investigator)
    assert "Changed since" not in text(nurse.get(address("case", subject)))


def test_an_event_that_is_no_longer_serious_is_pointed_out(
    nurse: Client, doctor: Client, subject: Subject, investigator: User
) -> None:
    mild = {"grade": 1, "is_serious": False, "caused_hospitalisation": False, "serious_known_at": None}
    case = serious_event(subject, investigator).case
    correct_adverse_event(event=case.event, fields=mild, reason="Letter", seen_version=1, by=investigator)
    assert "there is nothing to report" in text(nurse.get(address("case", subject)))
    refusal = doctor.get(address("case-submit", subject))
    assert refusal.status_code == 409
    assert 'name="password"' not in links(refusal)


def test_only_what_was_said_is_listed_before_new_information(
    nurse: Client, reviewer: User, subject: Subject, investigator: User
) -> None:
    case = submitted_case(subject, investigator)
    assert "What was said" not in text(nurse.get(address("case-follow-up", subject)))
    for step, said in ((Step.TAKE_UP, ""), (Step.ASK, "Which medicine?")):
        take_step(case=case, step=step, by=reviewer, text=said)
    page = text(nurse.get(address("case-follow-up", subject)))
    assert "What was said" in page
    assert "Which medicine?" in page


# --- the steps --------------------------------------------------------------------------------------------------------


def test_monitor_and_site_talk_on_the_page_of_the_case(
    nurse: Client, doctor: Client, monitor: Client, subject: Subject, investigator: User
) -> None:
    case = submitted_case(subject, investigator)
    assert monitor.post(address("case-take-up", subject)).status_code == 302
    assert monitor.post(address("case-ask", subject), {"text": "Which dose?\r\nAnd when?"}).status_code == 302
    page = nurse.get(address("case-answer", subject))
    assert "Which dose?<br>And when?" in links(page)
    assert nurse.post(address("case-answer", subject), {"text": "One million"}).status_code == 302
    page = doctor.get(address("case", subject))
    said = words(page)
    order = [said.index(part) for part in ("Sign and submit", "Take up for review", "Which dose?", "One million")]
    assert order == sorted(order)
    assert stored(case).state == "in_review"


@pytest.mark.parametrize("name", ["case-ask", "case-answer", "case-follow-up"])
def test_nothing_is_said_without_words(
    monitor: Client, doctor: Client, subject: Subject, investigator: User, reviewer: User, name: str
) -> None:
    case = case_in_review(subject, investigator, reviewer)
    if name == "case-answer":
        monitor.post(address("case-ask", subject), {"text": "Which dose?"})
    before = stored(case).state
    page = (doctor if name == "case-answer" else monitor).post(address(name, subject), {"text": "  "})
    assert page.status_code == 422
    assert stored(case).state == before


def test_a_step_that_is_not_possible_now_says_where_the_case_stands(
    monitor: Client, subject: Subject, investigator: User
) -> None:
    written_case(subject, investigator)
    page = monitor.post(address("case-take-up", subject))
    assert page.status_code == 409
    assert "Case SAE-0001 stands at “Draft”" in text(page)


def test_the_page_offers_what_the_reader_may_do_and_no_more(
    site: Site, nurse: Client, doctor: Client, monitor: Client, subject: Subject, investigator: User
) -> None:
    submitted_case(subject, investigator)
    reader = signed_in(make_member("auditor", site))
    offered = {}
    for name, client in (("nurse", nurse), ("doctor", doctor), ("monitor", monitor), ("reader", reader)):
        page = links(client.get(address("case", subject)))
        steps = ("draft", "submit", "take-up", "ask", "answer", "assess", "close", "follow-up", "authority", "attach")
        offered[name] = {step for step in steps if f'"{address(f"case-{step}", subject)}"' in page}
    assert offered == {
        "nurse": {"follow-up", "attach"},
        "doctor": {"follow-up", "attach"},
        "monitor": {"take-up", "follow-up", "authority", "attach"},
        "reader": set(),
    }


def test_a_follow_up_opens_the_next_version(doctor: Client, subject: Subject, investigator: User) -> None:
    case = submitted_case(subject, investigator)
    response = doctor.post(address("case-follow-up", subject), {"text": "Culture positive"}, follow=True)
    assert "The next version of the report is open for writing." in text(response)
    assert address("case-submit", subject) in links(response)
    assert stored(case).versions.count() == 2


# --- assessing, reporting on ------------------------------------------------------------------------------------------

JUDGED = {"related_by_sponsor": "no", "expectedness": "unexpected", "is_susar": "yes", "password": PASSWORD}


def test_the_assessment_is_signed_and_shown(
    monitor: Client, nurse: Client, subject: Subject, investigator: User, reviewer: User
) -> None:
    case = case_in_review(subject, investigator, reviewer)
    page = monitor.get(address("case-assess", subject))
    assert "The investigator counts it as related" in text(page)
    typed = {**JUDGED, "seen_version": case.version}
    assert monitor.post(address("case-assess", subject), typed).status_code == 302
    said = words(nurse.get(address("case", subject)))
    assert "SUSAR" in said
    assert "I have reviewed this report, and this is my assessment" in said
    assert reviewer.full_name in said
    assert stored(case).is_susar is True


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"is_susar": "no"}, "text"),
        ({"password": "wrong"}, "password"),
        ({"expectedness": "unknown"}, "expectedness"),
        ({"related_by_sponsor": ""}, "related_by_sponsor"),
        ({"is_susar": "perhaps"}, "is_susar"),
    ],
)
def test_an_assessment_with_something_missing_or_wrong_is_refused_and_kept(
    monitor: Client, subject: Subject, investigator: User, reviewer: User, changed: dict[str, str], field: str
) -> None:
    case = case_in_review(subject, investigator, reviewer)
    typed = {**JUDGED, "seen_version": case.version, **changed}
    page = monitor.post(address("case-assess", subject), typed)
    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert stored(case).state == "in_review"


def test_nothing_is_judged_beforehand(monitor: Client, subject: Subject, investigator: User, reviewer: User) -> None:
    case_in_review(subject, investigator, reviewer)
    assert " checked" not in text(monitor.get(address("case-assess", subject)))


def test_the_expectedness_that_the_site_looked_up_is_proposed(
    monitor: Client, subject: Subject, investigator: User, reviewer: User
) -> None:
    case_in_review(subject, investigator, reviewer, expectedness="expected")
    assert monitor.get(address("case-assess", subject)).context["form"]["expectedness"].value() == "expected"


def test_a_report_to_an_authority_is_recorded_and_shown(
    monitor: Client, nurse: Client, subject: Subject, investigator: User
) -> None:
    submitted_case(subject, investigator)
    with time_machine.travel(NOW + timedelta(minutes=5), tick=False):
        typed = {"sent_on": "2026-05-20", "authority": "NMPA", "reference": "2026-17", "is_complete": "on"}
        assert monitor.post(address("case-authority", subject), typed).status_code == 302
        late = monitor.post(address("case-authority", subject), {**typed, "sent_on": "2026-05-21"})
    assert late.status_code == 422
    assert "Enter a day from 2026-05-20, on which the site first reported, to 2026-05-20." in text(late)
    assert AuthorityReport.objects.count() == 1
    said = words(nurse.get(address("case", subject)))
    assert "NMPA" in said
    assert "2026-17" in said


def test_nothing_can_be_reported_on_before_the_site_has_reported(
    monitor: Client, subject: Subject, coordinator: User
) -> None:
    written_case(subject, coordinator)
    assert monitor.get(address("case-authority", subject)).status_code == 409


@pytest.mark.parametrize(
    ("is_susar", "reports", "leads"),
    [(False, [], "Close the case"), (True, [], "Report to an authority"), (True, [True], "Close the case")],
)
def test_an_assessed_case_waits_for_the_authority_first_and_then_to_be_closed(
    monitor: Client,
    subject: Subject,
    investigator: User,
    reviewer: User,
    is_susar: bool,
    reports: list[bool],
    leads: str,
) -> None:
    case = case_in_review(subject, investigator, reviewer)
    expectedness = "unexpected" if is_susar else "expected"
    judged = {"related_by_sponsor": True, "expectedness": expectedness, "is_susar": is_susar}
    assess(case=case, **judged, seen_version=case.version, by=reviewer)
    for is_complete in reports:
        report_to_authority(case=case, sent_on=NOW.date(), authority="NMPA", is_complete=is_complete, by=reviewer)
    page = monitor.get(address("case", subject))
    actions = page.context["actions"]
    assert [str(action.words) for action in actions if action.is_primary] == [leads]
    assert str(actions[-1].words) == leads
    waits = leads != "Close the case"
    assert (address("case-close", subject) not in links(page)) is waits
    assert ("SAE-0001 cannot be closed yet. Still due: Report of the SUSAR" in words(page)) is waits
    assert monitor.post(address("case-close", subject)).status_code == (409 if waits else 302)


def test_only_who_would_close_the_case_is_told_why_it_cannot_be_closed(
    nurse: Client, subject: Subject, investigator: User, reviewer: User
) -> None:
    case = case_in_review(subject, investigator, reviewer)
    judged: dict[str, Any] = {"related_by_sponsor": True, "expectedness": "unexpected", "is_susar": True}
    assess(case=case, **judged, seen_version=case.version, by=reviewer)
    assert "cannot be closed" not in text(nurse.get(address("case", subject)))


def test_moments_of_the_report_name_their_distance_from_utc(
    doctor: Client, subject: Subject, investigator: User
) -> None:
    case = written_case(subject, investigator, onset_time="09:05")
    said = words(doctor.get(address("case-submit", subject)))
    assert "Known to be serious since 2026-05-20 11:00 UTC+08:00" in said
    assert "Began at 09:05 " in said
    sign_report(case, investigator)
    assert "CST" not in text(doctor.get(address("case-version", subject, 1)))


def test_a_closed_case_can_be_opened_by_new_information(
    monitor: Client, nurse: Client, subject: Subject, investigator: User, reviewer: User
) -> None:
    case = case_in_review(subject, investigator, reviewer)
    judged: dict[str, Any] = {"related_by_sponsor": True, "expectedness": "expected", "is_susar": False}
    assess(case=case, **judged, seen_version=case.version, by=reviewer)
    assert monitor.post(address("case-close", subject)).status_code == 302
    assert stored(case).state == "closed"
    page = nurse.get(address("case", subject))
    assert address("case-follow-up", subject) in links(page)

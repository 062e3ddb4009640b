"""A trial with subjects at every stage, and the list of all pages: who looks at what, and what the answer is."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django_celery_results.models import TaskResult

from accounts.models import User
from audit.context import acting
from clinical.body_regions import BodyRegion
from clinical.safety.workflow import Step
from exports.services import make_export
from notifications.models import LastRun, Mail, Reminder
from notifications.services import mark_read
from patients.models import Subject
from patients.services.allocation import change_arm, make_allocation_list
from patients.services.calendar_feeds import make_feed
from patients.services.consent import record_consent
from patients.services.eligibility import answer_criteria, decide_eligibility
from patients.services.reminders import sweep_consent, sweep_eligibility, sweep_visit_windows
from safety.models import AdverseEvent, EventTreatment, SeriousCase
from safety.services import (
    add_document,
    correct_adverse_event,
    correct_authority_report,
    record_adverse_event,
    report_to_authority,
    save_draft,
    take_back_authority_report,
    take_step,
)
from safety.services.medication import correct_medication
from safety.services.reviews import mark_reviewed
from tests.factories import (
    amend,
    complete_form,
    correct_form,
    eligible_subject,
    enrolled_subject,
    infused_subject,
    make_lot,
    make_medication,
    make_member,
    make_randomised_trial,
    make_range,
    make_sheet,
    make_site,
    make_subject,
    make_trial,
    make_wording,
    screened_subject,
    system,
    take_place,
)
from tests.factories.cases import WRITTEN, a_file, sign_report, written_case
from tests.factories.desk import PLAN, change_event
from trials.models import Site, Trial
from trials.services import lift_hold, place_hold, recall_lot, set_working_days

TRIAL = "/trials/NCT03265613/"
RANDOM = "/trials/NCT00000003/"
SUBJECTS = f"{TRIAL}subjects/"
TREATED, TO_DECIDE, TO_ENROL, NEW = (f"{SUBJECTS}GZ-00{number}/" for number in (1, 2, 3, 4))
CASE, DRAFTED = (f"{TREATED}adverse-events/{number}/case/" for number in (1, 2))
FAILED, TO_REVIEW = (f"{SUBJECTS}GZ-00{number}/" for number in (5, 6))


@dataclass(frozen=True)
class Sight:
    """A page as one person sees it; the reader is a coordinator who reads Chinese. `status` is that of the answer."""

    name: str
    person: str
    path: str
    status: int = 200


SIGHTS = (
    Sight("today", "coordinator", TRIAL),
    Sight("subjects", "coordinator", SUBJECTS),
    Sight("subjects-none-found", "coordinator", f"{SUBJECTS}?search=XX"),
    Sight("subjects-of-a-day", "coordinator", f"{SUBJECTS}?day=someday&sort=-last"),
    Sight("calendar", "coordinator", f"{TRIAL}calendar/"),
    Sight("calendar-week", "coordinator", f"{TRIAL}calendar/?view=week"),
    Sight("calendar-empty", "coordinator", f"{TRIAL}calendar/?on=1999-01-01&view=year"),
    Sight("calendar-addresses", "coordinator", f"{TRIAL}calendar/addresses/"),
    Sight("schedule", "coordinator", f"{TREATED}schedule/"),
    Sight("schedule-new", "coordinator", f"{NEW}schedule/?language=en"),
    Sight("register", "coordinator", f"{SUBJECTS}new/"),
    Sight("casebook", "coordinator", TREATED),
    Sight("casebook-new", "coordinator", NEW),
    Sight("blank-forms", "coordinator", f"{TRIAL}forms/"),
    Sight("blank-pasi", "coordinator", f"{TRIAL}forms/pasi/?visit=W4"),
    Sight("blank-vas", "coordinator", f"{TRIAL}forms/pruritus_vas/"),
    Sight("consent", "coordinator", f"{TREATED}consent/"),
    Sight("consent-due", "coordinator", f"{NEW}consent/"),
    Sight("consent-correct", "coordinator", f"{TREATED}consent/1/correct/"),
    Sight("consent-history", "coordinator", f"{TREATED}consent/1/history/"),
    Sight("withdraw", "coordinator", f"{TREATED}consent/withdraw/"),
    Sight("contact", "coordinator", f"{TREATED}contact/"),
    Sight("enrol", "coordinator", f"{TO_ENROL}enrol/"),
    Sight("end", "coordinator", f"{TREATED}end/"),
    Sight("rescreen", "coordinator", f"{FAILED}rescreen/"),
    Sight("eligibility-failed", "coordinator", f"{FAILED}eligibility/"),
    Sight("visit", "coordinator", f"{NEW}visits/SCR/"),
    Sight("visit-done", "coordinator", f"{TREATED}visits/W0/"),
    Sight("visit-unscheduled", "coordinator", f"{TREATED}visits/unscheduled/"),
    Sight("visit-early-termination", "coordinator", f"{TREATED}visits/early-termination/"),
    Sight("deviations-of-subject", "coordinator", f"{TREATED}deviations/"),
    Sight("deviation-report", "coordinator", f"{TREATED}deviations/report/"),
    Sight("deviation", "coordinator", f"{TREATED}deviations/1/"),
    Sight("demographics-edit", "coordinator", f"{TREATED}visits/SCR/forms/demographics/edit/"),
    Sight("previous-treatment-edit", "coordinator", f"{TREATED}visits/SCR/forms/previous_treatment/edit/"),
    Sight("previous-treatment", "coordinator", f"{TREATED}visits/SCR/forms/previous_treatment/"),
    Sight("physical-examination-edit", "coordinator", f"{TREATED}visits/W12/forms/physical_examination/edit/"),
    Sight("physical-examination", "coordinator", f"{TREATED}visits/SCR/forms/physical_examination/"),
    Sight("serology-edit", "coordinator", f"{NEW}visits/SCR/forms/serology/edit/"),
    Sight("pregnancy-test-edit", "coordinator", f"{TREATED}visits/W4/forms/pregnancy_test/edit/"),
    Sight("end-of-treatment-edit", "coordinator", f"{TREATED}visits/W12/forms/end_of_treatment/edit/"),
    Sight("vital-signs-edit", "coordinator", f"{TREATED}visits/W12/forms/vital_signs/edit/"),
    Sight("pasi-edit", "coordinator", f"{TREATED}visits/W12/forms/pasi/edit/"),
    Sight("bsa-edit", "coordinator", f"{TREATED}visits/W12/forms/bsa/edit/"),
    Sight("infusion-edit", "coordinator", f"{TREATED}visits/W0/forms/infusion/edit/"),
    Sight("infusion", "coordinator", f"{TREATED}visits/W0/forms/infusion/"),
    Sight("infusion-vital-signs-edit", "coordinator", f"{TREATED}visits/W0/forms/infusion_vital_signs/edit/"),
    Sight("gate", "coordinator", f"{TREATED}visits/W4/infusion-gate/"),
    Sight("gate-overridden", "coordinator", f"{TREATED}visits/W0/infusion-gate/"),
    Sight("zung-edit-licensed", "coordinator", f"{TREATED}visits/W12/forms/zung_sas/edit/"),
    Sight("pasi", "coordinator", f"{TREATED}visits/W12/forms/pasi/"),
    Sight("pasi-history", "coordinator", f"{TREATED}visits/W12/forms/pasi/history/"),
    Sight("events-of-subject", "coordinator", f"{TREATED}adverse-events/"),
    Sight("events-none", "coordinator", f"{NEW}adverse-events/"),
    Sight("event-record", "coordinator", f"{TREATED}adverse-events/record/"),
    Sight("event", "coordinator", f"{TREATED}adverse-events/1/"),
    Sight("event-correct", "coordinator", f"{TREATED}adverse-events/1/correct/"),
    Sight("event-history", "coordinator", f"{TREATED}adverse-events/1/history/"),
    Sight("medication-of-subject", "coordinator", f"{TREATED}medication/"),
    Sight("medication-none", "coordinator", f"{NEW}medication/"),
    Sight("medication-record", "coordinator", f"{TREATED}medication/record/"),
    Sight("medication-to-check", "coordinator", f"{TREATED}medication/1/"),
    Sight("medication-against-event", "coordinator", f"{TREATED}medication/2/"),
    Sight("medication-correct", "coordinator", f"{TREATED}medication/1/correct/"),
    Sight("medication-history", "coordinator", f"{TREATED}medication/1/history/"),
    Sight("cases", "coordinator", f"{TRIAL}cases/"),
    Sight("case", "coordinator", CASE),
    Sight("case-version", "coordinator", f"{CASE}versions/1/"),
    Sight("case-draft", "coordinator", f"{DRAFTED}draft/"),
    Sight("case-attach", "coordinator", f"{CASE}documents/new/"),
    Sight("case-follow-up", "coordinator", f"{CASE}follow-up/"),
    Sight("case-answer-not-now", "coordinator", f"{CASE}answer/", 409),
    Sight("case-drafted", "investigator", DRAFTED),
    Sight("case-submit", "investigator", f"{DRAFTED}submit/"),
    Sight("case-to-review", "reviewer", CASE),
    Sight("case-ask", "reviewer", f"{CASE}ask/"),
    Sight("case-assess", "reviewer", f"{CASE}assess/"),
    Sight("case-authority", "reviewer", f"{CASE}authority/"),
    Sight("case-authority-correct", "reviewer", f"{CASE}authority/2/correct/"),
    Sight("case-authority-take-back", "reviewer", f"{CASE}authority/2/take-back/"),
    Sight("ranges", "coordinator", f"{TRIAL}normal-ranges/"),
    Sight("ranges-none-found", "coordinator", f"{TRIAL}normal-ranges/?panel=t_cells"),
    Sight("range-new", "coordinator", f"{TRIAL}normal-ranges/new/"),
    Sight("range-list", "coordinator", f"{TRIAL}normal-ranges/list/"),
    Sight("range-edit", "coordinator", f"{TRIAL}normal-ranges/1/"),
    Sight("password", "coordinator", "/account/password/"),
    Sight("not-found", "coordinator", f"{SUBJECTS}VIE-001/", 404),
    Sight("not-now", "coordinator", f"{NEW}enrol/", 409),
    Sight("inbox", "coordinator", "/inbox/"),
    Sight("inbox-unread", "coordinator", "/inbox/?show=unread"),
    Sight("reminder-choices", "coordinator", "/account/reminders/"),
    Sight("inbox-chinese", "reader", "/inbox/"),
    Sight("today-chinese", "reader", TRIAL),
    Sight("casebook-chinese", "reader", TREATED),
    Sight("calendar-chinese", "reader", f"{TRIAL}calendar/"),
    Sight("calendar-addresses-chinese", "reader", f"{TRIAL}calendar/addresses/"),
    Sight("pasi-edit-chinese", "reader", f"{TREATED}visits/W12/forms/pasi/edit/"),
    Sight("today-investigator", "investigator", TRIAL),
    Sight("move-version", "investigator", f"{TREATED}protocol-version/"),
    Sight("eligibility", "investigator", f"{TO_DECIDE}eligibility/"),
    Sight("eligibility-open", "investigator", f"{NEW}eligibility/"),
    Sight("eligibility-to-review", "investigator", f"{TO_REVIEW}eligibility/"),
    Sight("today-monitor", "monitor", TRIAL),
    Sight("inbox-empty", "monitor", "/inbox/"),
    Sight("deviations", "monitor", f"{TRIAL}deviations/"),
    Sight("events", "monitor", f"{TRIAL}adverse-events/"),
    Sight("incidence", "monitor", f"{TRIAL}adverse-events/incidence/"),
    Sight("safety-profile", "monitor", f"{TREATED}safety-profile/"),
    Sight("safety-profile-empty", "monitor", f"{NEW}safety-profile/"),
    Sight("today-safety-monitor", "safety_monitor", TRIAL),
    Sight("safety-desk", "safety_monitor", f"{TRIAL}safety-desk/"),
    Sight("events-to-review", "safety_monitor", f"{TRIAL}adverse-events/?review=changed"),
    Sight("event-to-review", "safety_monitor", f"{TREATED}adverse-events/1/"),
    Sight("protocol", "monitor", f"{TRIAL}protocol/"),
    Sight("form-not-started", "monitor", f"{NEW}visits/SCR/forms/pasi/"),
    Sight("forbidden", "monitor", f"{SUBJECTS}new/", 403),
    Sight("lots", "monitor", f"{TRIAL}lots/"),
    Sight("lot", "monitor", f"{TRIAL}lots/1/"),
    Sight("lot-history", "monitor", f"{TRIAL}lots/1/history/"),
    Sight("lot-new", "coordinator", f"{TRIAL}lots/new/"),
    Sight("lot-correct", "coordinator", f"{TRIAL}lots/2/correct/"),
    Sight("lot-correct-signed", "investigator", f"{TRIAL}lots/1/correct/"),
    Sight("lot-release", "investigator", f"{TRIAL}lots/2/release/"),
    Sight("lot-release-not-yet", "investigator", f"{TRIAL}lots/3/release/"),
    Sight("lot-reject", "investigator", f"{TRIAL}lots/2/reject/"),
    Sight("lot-recall", "investigator", f"{TRIAL}lots/1/recall/"),
    Sight("lots-none-found", "coordinator", f"{TRIAL}lots/?search=XX"),
    Sight("lots-chinese", "reader", f"{TRIAL}lots/"),
    Sight("enrolment", "monitor", f"{TRIAL}enrolment/"),
    Sight("change-arm-of-one", "investigator", f"{TREATED}arm/", 409),
    Sight("enrolment-stopped", "allocator", f"{RANDOM}enrolment/"),
    Sight("enrol-random", "allocator", f"{RANDOM}subjects/GZ-002/enrol/"),
    Sight("enrol-stopped", "allocator", f"{RANDOM}subjects/VIE-001/enrol/", 409),
    Sight("change-arm", "allocator", f"{RANDOM}subjects/GZ-001/arm/"),
    Sight("casebook-arm-changed", "allocator", f"{RANDOM}subjects/GZ-001/"),
    Sight("allocation-refused", "allocator", f"{RANDOM}enrolment/list/", 403),
    Sight("allocation-list", "statistician", f"{RANDOM}enrolment/list/"),
    Sight("allocation-to-make", "planner", "/trials/NCT00000004/enrolment/list/"),
    Sight("today-administrator", "administrator", TRIAL),
    Sight("sites", "administrator", f"{TRIAL}sites/"),
    Sight("site-days", "administrator", f"{TRIAL}sites/1/days/"),
    Sight("sponsor-zone", "administrator", f"{TRIAL}sites/sponsor/"),
    Sight("sheets", "administrator", f"{TRIAL}information-sheets/"),
    Sight("sheet-new", "administrator", f"{TRIAL}information-sheets/new/"),
    Sight("sheet-edit", "administrator", f"{TRIAL}information-sheets/1/"),
    Sight("wording", "administrator", f"{TRIAL}questionnaire-wording/"),
    Sight("wording-load", "administrator", f"{TRIAL}questionnaire-wording/load/"),
    Sight("background", "administrator", f"{TRIAL}background-work/"),
    Sight("mail-preview", "administrator", f"{TRIAL}background-work/mail-preview/"),
    Sight("people", "administrator", f"{TRIAL}people/"),
    Sight("new-account", "administrator", f"{TRIAL}people/new/"),
    Sight("enrolment-forms", "administrator", f"{TRIAL}enrolment/"),
    Sight("exports", "administrator", f"{TRIAL}exports/"),
)


def shares(at_most: int = 8) -> list[tuple[Sight, ...]]:
    """All pages in shares of one person each, small enough for test processes to divide them evenly."""
    by_person: dict[str, list[Sight]] = {}
    for sight in SIGHTS:
        by_person.setdefault(sight.person, []).append(sight)
    return [share for sights in by_person.values() for share in _parts(sights, at_most)]


def _parts(sights: list[Sight], at_most: int) -> list[tuple[Sight, ...]]:
    return [tuple(sights[start : start + at_most]) for start in range(0, len(sights), at_most)]


def share_name(share: tuple[Sight, ...]) -> str:
    """What a share is called in a report."""
    return f"{share[0].person}-from-{share[0].name}"


def build() -> dict[str, User]:
    """Write the subjects that `SIGHTS` names, and return the people."""
    trial = make_trial()
    site = make_site(trial, "GZ")
    make_site(trial, "VIE")
    people: dict[str, User] = {
        "coordinator": make_member("coordinator", site, full_name="Li Na"),
        "reader": make_member("coordinator", site, full_name="王芳", language="zh-hans"),
        "investigator": make_member("investigator", site, full_name="Zhang Wei"),
        "reviewer": make_member("safety_monitor", trial=trial, full_name="Maria Gruber"),
        "monitor": make_member("monitor", site, full_name="Chen Yu"),
        "administrator": make_member("administrator", trial=trial, full_name="Anna Bauer"),
        "safety_monitor": make_member("safety_monitor", trial=trial, full_name="Eva Lang"),
    }
    nurse = people["coordinator"]
    treated = infused_subject(site, nurse, days_ago=84)
    take_place(treated, "W4", nurse, on=site.today() - timedelta(days=50))
    smaller = dict.fromkeys((f"{region}_area" for region in BodyRegion), 1)
    complete_form(take_place(treated, "W12", nurse), "pasi", nurse, **smaller)
    fever = record_adverse_event(subject=treated, fields=_fever(site.today() - timedelta(days=3)), by=nurse)
    mark_reviewed(event=fever, seen_version=1, note="Ask for the discharge letter", by=people["safety_monitor"])
    change_event(fever, nurse, relation="certain")
    _medication(treated, fever, nurse)
    _case(treated, people)
    correct_form(treated.visits.get(code="W0"), "infusion", nurse, has_reaction="Y")
    screened_subject(site, nurse)
    decide_eligibility(subject=screened_subject(site, nurse), outcome="eligible", by=people["investigator"])
    take_place(make_subject(site, nurse), "SCR", nurse)
    make_feed(site=site, by=nurse)
    _days_off(site)
    _ranges(site)
    make_wording(trial, "zung_sas", people["administrator"])
    _amend(trial, treated, nurse)
    _screening_that_changed(site, nurse, people["investigator"])
    _lots(trial, site.today())
    make_export(trial=trial, by=people["administrator"]).file.close()
    _reminders(site, people)
    return people | _randomised()


def _medication(treated: Subject, fever: AdverseEvent, by: User) -> None:
    """An ointment that two criteria may forbid, corrected once, and a medicine against the fever."""
    today = treated.site.today()
    ointment = make_medication(
        treated,
        by,
        name="Betamethasone dipropionate 0.05 % ointment",
        indication="Plaque psoriasis",
        treatment_kind="topical",
        dose="",
        route="TOPICAL",
        frequency="twice_daily",
        started=f"{today.year - 2}",
    )
    correct_medication(
        medication=ointment, fields={"frequency": "daily"}, reason="Said so by telephone", seen_version=1, by=by
    )
    tablet = make_medication(treated, by, started=(today - timedelta(days=3)).isoformat(), ended=today.isoformat())
    with acting(by=by):
        EventTreatment.objects.create(event=fever, medication=tablet)


def _case(subject: Subject, people: dict[str, User]) -> None:
    """A case that was reported, asked about, answered and changed since, with a document and a report to an authority;
    and another one that waits for its signature."""
    nurse, doctor, reviewer = people["coordinator"], people["investigator"], people["reviewer"]
    case = SeriousCase.objects.get(subject=subject)
    save_draft(case=case, fields=WRITTEN, seen_version=1, by=nurse)
    add_document(case=case, title="Discharge letter", file=a_file("discharge letter of the ward.pdf"), by=nurse)
    sign_report(case, doctor)
    take_step(case=case, step=Step.TAKE_UP, by=reviewer)
    take_step(case=case, step=Step.ASK, text="Which antipyretic was given, and when?", by=reviewer)
    take_step(case=case, step=Step.ANSWER, text="Paracetamol 1 g at 14:20.", by=nurse)
    event = AdverseEvent.objects.get(case=case)
    ended = {"outcome": "recovered", "ended": subject.site.today().isoformat()}
    correct_adverse_event(event=event, fields=ended, reason="Letter received", seen_version=event.version, by=nurse)
    today = SeriousCase.objects.get(pk=case.pk).day_zero
    wrong = report_to_authority(case=case, sent_on=today, authority="NMPA", reference="2026-000016", by=reviewer)
    take_back_authority_report(report=wrong, reason="Belongs to another case", seen_version=1, by=reviewer)
    sent = report_to_authority(case=case, sent_on=today, authority="NMPA", reference="2026-00017", by=reviewer)
    number = {"reference": "2026-000017"}
    correct_authority_report(report=sent, fields=number, reason="Typing error", seen_version=1, by=reviewer)
    written_case(subject, nurse)


def _reminders(site: Site, people: dict[str, User]) -> None:
    """A reminder of every kind, some of them read or late, mails that failed and one that was given up, and tasks of
    which some failed."""
    now, nurse = timezone.now(), people["coordinator"]
    _visit_that_is_due(site, nurse)
    for sweep in (sweep_visit_windows, sweep_consent, sweep_eligibility):
        sweep(now)
    told = Reminder.objects.filter(recipient=nurse, withdrawn_at=None).order_by("pk")
    mark_read(told[0])
    Reminder.objects.filter(pk=told[1].pk).update(is_late=True)
    refused = "SMTPRecipientsRefused: {'li.na@example.invalid': (550, b'5.1.1 Mailbox unavailable')}"
    for name, attempts, error in (("coordinator", 3, refused), ("reader", 60, refused), ("investigator", 0, "")):
        Mail.objects.create(recipient=people[name], key="digest:2026-01-01", attempts=attempts, last_error=error)
    LastRun.objects.create(name="beat", ran_at=now)
    LastRun.objects.create(name="mails", ran_at=now - timedelta(hours=2), told=12)
    failure = '{"exc_type": "IntegrityError", "exc_message": ["new row for relation \\"x\\" violates a rule\\nDETAIL"]}'
    for number, (task, status, result) in enumerate(
        (
            ("patients.tasks.sweep_visit_windows", "SUCCESS", '{"told": 4, "withdrawn": 1}'),
            ("patients.tasks.sweep_consent", "FAILURE", failure),
            ("notifications.tasks.send_mails", "RETRY", failure),
        )
    ):
        TaskResult.objects.create(task_id=f"{number}", task_name=task, status=status, result=result)


def _visit_that_is_due(site: Site, nurse: User) -> None:
    """The window of week 4 has been open for two days."""
    subject = infused_subject(site, nurse, days_ago=27)
    assert subject.visits.get(code="W4").outcome == ""


def _randomised() -> dict[str, User]:
    """A trial whose arms are given at random, with a stop at one site, and one that waits for its list."""
    trial, waiting = make_randomised_trial(target=57), make_randomised_trial(registration="NCT00000004")
    site, stopped = make_site(trial, "GZ"), make_site(trial, "VIE")
    doctor = make_member("investigator", trial=trial, full_name="Sun Li")
    statistician = make_member("statistician", trial=trial, full_name="Lin Tao")
    planner = make_member("statistician", trial=waiting, full_name="He Min")
    make_allocation_list(trial=trial, block_sizes=[3, 6], by=statistician)
    subject = enrolled_subject(site, doctor)
    change_arm(
        subject=subject,
        arm_code="HIGH" if subject.arm_code != "HIGH" else "HIGHEST",
        changed_on=site.today(),
        seen_sequence=1,
        reason="As the protocol provides after week 16",
        by=doctor,
    )
    eligible_subject(site, doctor)
    eligible_subject(stopped, doctor)
    over = place_hold(trial=trial, site=None, reason="Two fevers within an hour of infusion", by=system())
    lift_hold(hold=over, reason="The safety board found no connection", by=system())
    place_hold(trial=trial, site=stopped, reason="Freezer broken", by=system())
    return {"allocator": doctor, "statistician": statistician, "planner": planner}


def _lots(trial: Trial, today: date) -> None:
    """One lot that was given, one that can be released, one that cannot be, one that has been recalled."""
    make_lot(trial, "AD-2301", day=today - timedelta(days=100), tissue_source="AD", product="Allogeneic adipose MSC")
    unusual = {"lowest_identity_marker_percent": Decimal("94.0"), "sterility": "pending", "storage": "fresh"}
    make_lot(trial, "AD-2302", day=today, released=False, **unusual)
    make_lot(trial, "AD-2303", day=today, released=False, mycoplasma="pending", viability_percent=Decimal("71.5"))
    recall_lot(lot=make_lot(trial, "UC-2201", day=today - timedelta(days=1100)), reason="Donor ill", by=system())


def _days_off(site: Site) -> None:
    """A week of holidays that begins in a month, and work on Saturdays."""
    first = site.today() + timedelta(days=30)
    holidays = [first + timedelta(days=number) for number in range(7)]
    set_working_days(site=site, working_days=range(1, 7), days_off=holidays, by=system(), reason="Holidays")


def _ranges(site: Site) -> None:
    """Normal ranges for each sex, one of them replaced since."""
    make_range(site, sex="M", age_from_years=18)
    make_range(site, low="115", high="150", sex="F", age_from_years=18)
    make_range(site, "ALT", None, "45")
    make_range(site, "ALT", None, "40", valid_from=site.today() - timedelta(days=30))


def _amend(trial: Trial, signed: Subject, nurse: User) -> None:
    """A later protocol version with a sheet to be signed again, which one subject has signed."""
    today = signed.site.today()
    amended = amend(trial, safety=PLAN.replace("subjects = 2", "subjects = 1"))
    make_sheet(trial, "2.0", valid_from=today, must_be_signed_again=True, protocol_version=amended)
    record_consent(subject=signed, signed_on=today, sheet_version="2.0", language="zh", by=nurse)


def _screening_that_changed(site: Site, nurse: User, investigator: User) -> None:
    """A screen failure, and a decision whose facts were corrected afterwards."""
    failed = screened_subject(site, nurse)
    answer_criteria(subject=failed, answers={"EX07": True}, by=investigator, reason="Allergy found")
    decide_eligibility(subject=failed, outcome="screen_failure", by=investigator)
    corrected = eligible_subject(site, nurse)
    correct_form(corrected.visits.get(code="SCR"), "pasi", nurse, head_area=1)


def _fever(onset_on: date) -> dict[str, Any]:
    return {
        "term": "Fever",
        "term_code": "fever",
        "onset": onset_on.isoformat(),
        "grade": 3,
        "is_serious": True,
        "caused_hospitalisation": True,
        "admitted_on": onset_on,
        "grade_changes": [(onset_on, 1), (onset_on + timedelta(days=1), 3)],
        "relation": "probable",
        "action_taken": "dose_not_changed",
        "outcome": "recovering",
    }

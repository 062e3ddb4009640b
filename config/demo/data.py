"""Fills an empty database with the demonstration, through the ordinary services: everything is audited and checked."""

from collections.abc import Callable
from datetime import date, timedelta

from django.db import transaction

from accounts.models import User
from accounts.roles import ROLES
from accounts.services import create_account
from assessments.registry import INSTRUMENTS, catalogue
from assessments.services import Entry, mark_not_done, save_form
from config.demo.laboratory import list_ranges
from config.demo.lots import let_through, stock
from config.demo.people import DEMO_PASSWORD, PEOPLE
from config.demo.safety import tell_of_safety
from config.demo.stories import STORIES, Story
from config.demo.trials import SHEET_VALID_FROM, SHEET_VERSION, TRIALS, DemoTrial
from config.demo.values import values_of
from patients.models import Subject, Visit
from patients.services.allocation import make_allocation_list
from patients.services.eligibility import answer_criteria, decide_eligibility
from patients.services.enrolment import end_participation, enrol
from patients.services.registration import Identity, register_subject
from patients.services.visits import record_visit
from patients.visit_content import forms_of
from protocols.loader import STUDIES, read_folder
from trials.models import Site, Trial
from trials.selectors import protocol_of
from trials.services import delegate, load_protocol, open_site, set_enrolment_target
from trials.sheets import add_sheet

Sites = dict[tuple[str, str], Site]
"""Sites by registration number and code."""

Staff = dict[tuple[str, str], User]
"""The first person of each role at each site, by codes; no site code stands for every site."""


def load(say: Callable[[str], None]) -> bool:
    """Write the demonstration; returns False and changes nothing when a trial is stored already."""
    if Trial.objects.exists():
        return False
    system = User.objects.system()
    with transaction.atomic():
        sites: Sites = {}
        for trial in TRIALS:
            opened = _open(trial, system)
            site = next(iter(opened.values()))
            stock(site.trial, site.today(), system)
            for each in opened.values():
                list_ranges(each, SHEET_VALID_FROM, system)
            sites |= opened
        staff = _people(sites, system)
        _make_lists(sites, staff)
        say(f"{len(TRIALS)} trials, {len(sites)} sites and {len(PEOPLE)} people loaded")
    for number, story in enumerate(STORIES, start=1):
        with transaction.atomic():
            subject = _tell(story, sites[story.trial, story.site], staff)
        status = subject.get_status_display().lower()
        say(f"subject {number} of {len(STORIES)}: {story.trial} {subject.number}, {status}")
    return True


def _open(wanted: DemoTrial, system: User) -> Sites:
    """The trial with its protocol, information sheet and sites."""
    files = read_folder(STUDIES / wanted.registration / "1.0")
    version, _new = load_protocol(files=files, catalogue=catalogue(), by=system)
    trial = version.trial
    add_sheet(trial=trial, version=SHEET_VERSION, languages=["zh", "en"], valid_from=SHEET_VALID_FROM, by=system)
    if wanted.target is not None:
        reason = "Room for the invented subjects of the demonstration"
        set_enrolment_target(trial=trial, target=wanted.target, reason=reason, by=system)
    return {(wanted.registration, site.code): open_site(trial=trial, **vars(site), by=system) for site in wanted.sites}


def _people(sites: Sites, system: User) -> Staff:
    """Accounts, and delegations in every trial that has one of the person's sites, or in all trials."""
    staff: Staff = {}
    for person in PEOPLE:
        user = create_account(
            username=person.username,
            full_name=person.full_name,
            email=f"{person.username}@demo.invalid",
            password=DEMO_PASSWORD,
            language=person.language,
            by=system,
        )
        role = ROLES[person.role_code]
        for site in sites.values():
            if site.code in person.site_codes:
                delegate(user=user, trial=site.trial, role=role, site=site, by=system)
        if not person.site_codes:
            for trial in {site.trial for site in sites.values()}:
                delegate(user=user, trial=trial, role=role, site=None, by=system)
        for code in person.site_codes or ("",):
            staff.setdefault((person.role_code, code), user)
    return staff


def _make_lists(sites: Sites, staff: Staff) -> None:
    """The random lists, once all sites are open: each is a stratum."""
    for wanted in TRIALS:
        if wanted.block_sizes:
            trial = sites[wanted.registration, wanted.sites[0].code].trial
            make_allocation_list(trial=trial, block_sizes=wanted.block_sizes, by=staff["statistician", ""])


def _tell(story: Story, site: Site, staff: Staff) -> Subject:
    coordinator, investigator = staff["coordinator", site.code], staff["investigator", site.code]
    today = site.today()
    consent_on = today - timedelta(days=story.consent_ago)
    subject = register_subject(
        site=site,
        identity=Identity(initials=story.initials),
        signed_on=consent_on,
        sheet_version=SHEET_VERSION,
        language="zh" if site.country == "CHN" else "en",
        by=coordinator,
    )
    if story.stop_at == "consent":
        return subject
    _attend(subject, "SCR", consent_on, story, coordinator, investigator)
    answers = {c.code: c.kind == "inclusion" for c in protocol_of(subject.protocol_version).criteria if c.question}
    if story.stop_at == "screen_failure":
        answers["EX06"] = True
    answer_criteria(subject=subject, answers=answers, by=investigator)
    if story.stop_at == "answers":
        return subject
    failed = story.stop_at == "screen_failure"
    decide_eligibility(subject=subject, outcome="screen_failure" if failed else "eligible", by=investigator)
    if story.stop_at not in ("eligible", "screen_failure"):
        enrol(subject=subject, arm_code=_arm(subject), enrolled_on=consent_on + timedelta(days=1), by=coordinator)
        _treat(subject, story, today, staff)
    subject.refresh_from_db()
    return subject


def _arm(subject: Subject) -> str:
    """The first arm where one is chosen; none where the random list gives it."""
    protocol = protocol_of(subject.protocol_version)
    return "" if protocol.allocation else protocol.arms[0].code


def _treat(subject: Subject, story: Story, today: date, staff: Staff) -> None:
    if story.infused_ago is None:
        return
    coordinator, investigator = staff["coordinator", story.site], staff["investigator", story.site]
    first = today - timedelta(days=story.infused_ago)
    for visit in protocol_of(subject.protocol_version).visits[1:]:
        late = visit.days_after + 1 if visit.code == story.late_at else 0
        on = first + timedelta(days=0 if visit.code == "W0" else visit.target_days + late)
        _attend(subject, visit.code, on, story, coordinator, investigator)
        if visit.code == story.stop_at:
            break
    tell_of_safety(
        subject, story, first, coordinator=coordinator, investigator=investigator, monitor=staff["safety_monitor", ""]
    )
    if story.ending:
        subject.refresh_from_db()
        reason = "All visits done" if story.ending == "completed" else "Moved to another city"
        last = Visit.objects.filter(subject=subject, outcome="done").order_by("-position")[0]
        end_participation(
            subject=subject, status=story.ending, ended_on=last.occurred_on, reason=reason, by=coordinator
        )


def _attend(subject: Subject, code: str, on: date, story: Story, by: User, second: User) -> None:
    visit = Visit.objects.get(subject=subject, code=code)
    record_visit(visit=visit, occurred_on=on, by=by)
    visit = Visit.objects.select_related("subject__site", "subject__protocol_version", "protocol_version").get(
        pk=visit.pk
    )
    for form in forms_of(visit):
        if INSTRUMENTS[form].needs_clearance:
            let_through(visit, by, second)
        _fill(form, visit, on, story, by)


def _fill(form: str, visit: Visit, on: date, story: Story, by: User) -> None:
    spec = INSTRUMENTS[form]
    if form == "reproductive_status" and story.sex == "M":
        mark_not_done(spec=spec, visit=visit, reason_not_done="The subject is male", by=by, expected_version=0)
        return
    values = values_of(form, visit, story)
    is_draft = story.leaves_draft and visit.code == story.stop_at and form == "bsa"
    if is_draft:
        values["lower_limbs_palms"] = None
    missing = {"results-CA-result": "not_done"} if form == "laboratory" and story.lacks_calcium else {}
    entry = Entry(values=values, assessed_on=on, missing=missing)
    save_form(spec=spec, visit=visit, entry=entry, complete=not is_draft, by=by, expected_version=0)

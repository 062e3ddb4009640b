"""Fills an empty database with the demonstration, through the ordinary services: everything is audited and checked."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction

from accounts.models import User
from accounts.roles import ROLES
from accounts.services import create_account
from assessments.registry import INSTRUMENTS, catalogue
from assessments.services import Entry, day_of, save_form
from clinical.body_regions import BodyRegion
from config.demo.people import DEMO_PASSWORD, PEOPLE
from config.demo.stories import STORIES, DemoEvent, Story
from patients.models import Subject, Visit
from patients.services.eligibility import answer_criteria, decide_eligibility
from patients.services.enrolment import end_participation, enrol
from patients.services.registration import Identity, register_subject
from patients.services.visits import record_visit
from protocols.loader import STUDIES, read_folder
from safety.services import record_adverse_event
from trials.models import Site, Trial
from trials.selectors import protocol_of
from trials.services import delegate, load_protocol, open_site
from trials.sheets import add_sheet

REGISTRATION = "NCT03265613"
SITES = (
    ("GZ", "Guangzhou Demo Hospital", "CHN", "Asia/Shanghai"),
    ("VIE", "Vienna Demo Clinic", "AUT", "Europe/Vienna"),
)
SHEET_VALID_FROM = date(2015, 1, 1)
MILLION_PER_ML = Decimal("0.500")


def load(say: Callable[[str], None]) -> bool:
    """Write the demonstration; returns False and changes nothing when a trial is stored already."""
    if Trial.objects.exists():
        return False
    system = User.objects.system()
    with transaction.atomic():
        files = read_folder(STUDIES / REGISTRATION / "1.0")
        version, _new = load_protocol(files=files, catalogue=catalogue(), by=system)
        add_sheet(trial=version.trial, version="1.0", languages=["zh", "en"], valid_from=SHEET_VALID_FROM, by=system)
        sites = {code: _site(version.trial, code, *rest, system=system) for code, *rest in SITES}
        staff = _people(version.trial, sites, system)
        say(f"{version}, {len(sites)} sites and {len(staff)} people loaded")
    for number, story in enumerate(STORIES, start=1):
        with transaction.atomic():
            subject = _tell(story, sites[story.site], staff)
        say(f"subject {number} of {len(STORIES)}: {subject.number}, {subject.get_status_display().lower()}")
    return True


def _site(trial: Trial, code: str, name: str, country: str, time_zone: str, *, system: User) -> Site:
    return open_site(trial=trial, code=code, name=name, country=country, time_zone=time_zone, by=system)


def _people(trial: Trial, sites: dict[str, Site], system: User) -> dict[tuple[str, str], User]:
    """Accounts and delegations; returns the first person of each role at each site."""
    staff: dict[tuple[str, str], User] = {}
    for person in PEOPLE:
        user = create_account(
            username=person.username,
            full_name=person.full_name,
            email=f"{person.username}@demo.invalid",
            password=DEMO_PASSWORD,
            language=person.language,
            by=system,
        )
        for code in person.site_codes or (None,):
            site = sites[code] if code else None
            delegate(user=user, trial=trial, role=ROLES[person.role_code], site=site, by=system)
            staff.setdefault((person.role_code, code or ""), user)
    return staff


def _tell(story: Story, site: Site, staff: dict[tuple[str, str], User]) -> Subject:
    coordinator, investigator = staff["coordinator", site.code], staff["investigator", site.code]
    today = site.today()
    consent_on = today - timedelta(days=story.consent_ago)
    subject = register_subject(
        site=site,
        identity=Identity(initials=story.initials),
        signed_on=consent_on,
        sheet_version="1.0",
        language="zh" if site.country == "CHN" else "en",
        by=coordinator,
    )
    if story.stop_at == "consent":
        return subject
    _attend(subject, "SCR", consent_on, story, coordinator)
    answers = {c.code: False for c in protocol_of(subject.protocol_version).criteria if c.question}
    answer_criteria(subject=subject, answers=answers, by=investigator)
    if story.stop_at == "answers":
        return subject
    failed = story.stop_at == "screen_failure"
    decide_eligibility(subject=subject, outcome="screen_failure" if failed else "eligible", by=investigator)
    if story.stop_at not in ("eligible", "screen_failure"):
        enrol(subject=subject, arm_code=_arm(subject), enrolled_on=consent_on + timedelta(days=1), by=coordinator)
        _treat(subject, story, today, coordinator)
    subject.refresh_from_db()
    return subject


def _treat(subject: Subject, story: Story, today: date, coordinator: User) -> None:
    if story.infused_ago is None:
        return
    first = today - timedelta(days=story.infused_ago)
    for visit in protocol_of(subject.protocol_version).visits[1:]:
        on = first + timedelta(days=0 if visit.code == "W0" else visit.target_days)
        _attend(subject, visit.code, on, story, coordinator)
        if visit.code == story.stop_at:
            break
    for event in story.events:
        _suffer(subject, event, first, coordinator)
    if story.ending:
        subject.refresh_from_db()
        reason = "All visits done" if story.ending == "completed" else "Moved to another city"
        last = Visit.objects.filter(subject=subject, outcome="done").order_by("-position")[0]
        end_participation(
            subject=subject, status=story.ending, ended_on=last.occurred_on, reason=reason, by=coordinator
        )


def _attend(subject: Subject, code: str, on: date, story: Story, by: User) -> None:
    visit = Visit.objects.get(subject=subject, code=code)
    record_visit(visit=visit, occurred_on=on, by=by)
    visit = Visit.objects.select_related("subject__site", "subject__protocol_version").get(pk=visit.pk)
    for form in protocol_of(subject.protocol_version).visit(code).forms:
        entry = Entry(values=_values(form, visit, story), assessed_on=on)
        is_draft = story.leaves_draft and code == story.stop_at and form == "bsa"
        if is_draft:
            entry = Entry(values={**entry.values, "lower_limbs_palms": None}, assessed_on=on)
        save_form(spec=INSTRUMENTS[form], visit=visit, entry=entry, complete=not is_draft, by=by, expected_version=0)


def _suffer(subject: Subject, event: DemoEvent, first_infusion: date, by: User) -> None:
    onset = first_infusion + timedelta(days=event.day)
    earlier = Visit.objects.filter(subject=subject, outcome="done", occurred_on__lte=onset).order_by("-position")
    record_adverse_event(
        subject=subject,
        fields={
            "term": event.term,
            "onset_on": onset,
            "ended_on": None if event.days_long is None else onset + timedelta(days=event.days_long),
            "visit": earlier.first(),
            "narrative": event.narrative,
            "grade": event.grade,
            "is_serious": event.is_hospitalised,
            "caused_hospitalisation": event.is_hospitalised,
            "relation": event.relation,
            "action_taken": "dose_not_changed",
            "outcome": "not_recovered" if event.days_long is None else "recovered",
        },
        by=by,
    )


def _arm(subject: Subject) -> str:
    return protocol_of(subject.protocol_version).arms[0].code


def _values(form: str, visit: Visit, story: Story) -> dict[str, Any]:
    score = max(story.severity - story.response.get(visit.code, 0), 0)
    if form == "demographics":
        return {"birth_date": date(story.birth_year, 5, 17), "sex": story.sex, "race": _race(visit)}
    if form == "vital_signs":
        return _vital_signs(story)
    if form == "pasi":
        return _pasi(score)
    if form == "bsa":
        return _palms(score)
    return _infusion(visit, story)


def _race(visit: Visit) -> str:
    return "ASIAN" if visit.subject.site.country == "CHN" else "WHITE"


def _vital_signs(story: Story) -> dict[str, Any]:
    return {
        "weight_kg": story.weight_kg,
        "height_cm": Decimal("170.0"),
        "temperature_c": Decimal("36.5"),
        "pulse_per_min": 74,
        "respirations_per_min": 15,
        "systolic_mmhg": 122,
        "diastolic_mmhg": 78,
        "oxygen_saturation_percent": 98,
    }


def _pasi(score: int) -> dict[str, int]:
    values = {}
    for region in BodyRegion:
        # The face clears first; every other region has the score of the story.
        here = max(score - 1, 0) if region == BodyRegion.HEAD else score
        signs = {"erythema": here, "induration": here, "desquamation": max(here - 1, 0), "area": here}
        values.update({f"{region}_{name}": value for name, value in signs.items()})
    return values


def _palms(score: int) -> dict[str, Decimal]:
    """Palms that agree with the area scores: the middle of each interval, as a share of the region."""
    middle = {0: Decimal("0"), 1: Decimal("0.05"), 2: Decimal("0.20"), 3: Decimal("0.40"), 4: Decimal("0.60")}
    areas = {region: _pasi(score)[f"{region}_area"] for region in BodyRegion}
    sizes = dict(zip(BodyRegion, (10, 20, 30, 40), strict=True))
    return {f"{r}_palms": (middle[areas[r]] * sizes[r]).quantize(Decimal("0.1")) for r in BodyRegion}


def _infusion(visit: Visit, story: Story) -> dict[str, Any]:
    start = datetime.combine(day_of(visit), time(9, 30), tzinfo=visit.subject.site.zone).astimezone(UTC)
    # 0.5 million cells per kg at 0.5 million cells per mL: as many millilitres as kilograms.
    return {
        "product_lot": f"AD-{visit.occurred_on:%y%m}",
        "product_expires_at": start + timedelta(hours=10),
        "viability_percent": Decimal("93.0"),
        "viable_million_per_ml": MILLION_PER_ML,
        "weight_kg": story.weight_kg,
        "started_at": start,
        "stopped_at": start + timedelta(minutes=50),
        "volume_ml": story.weight_kg,
        "is_interrupted": "N",
        "has_reaction": "Y" if visit.code == "W0" and any(event.day == 0 for event in story.events) else "N",
    }

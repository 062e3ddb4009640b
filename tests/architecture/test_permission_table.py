"""Who may open what: one table of every address by every role.

The table says what happens at the own site. Elsewhere two rules hold: a subject of a site at which a person has no role
does not exist for that person, and neither does a trial (404, not 403).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client
from django.urls import get_resolver, reverse

from accounts.models import User
from accounts.roles import ROLES
from notifications.models import Mail
from patients.models import Subject
from protocols.loader import STUDIES, read_folder
from tests import database
from trials.models import Delegation, Site, Trial

# + allowed; - signed in but refused (403); 0 does not exist for this role (404: the role sees no subjects at all)
# A role is named by the beginning of its code.
TABLE = """
address                    method  coordinator  investigator  monitor  safety  data  statistician  admin  auditor
home                       GET     +            +             +        +       +     +             +      +
set_language               POST    +            +             +        +       +     +             +      +
accounts:sign_in           GET     +            +             +        +       +     +             +      +
accounts:sign_out          POST    +            +             +        +       +     +             +      +
accounts:password_change   GET     +            +             +        +       +     +             +      +
accounts:password_change   POST    +            +             +        +       +     +             +      +
notifications:inbox        GET     +            +             +        +       +     +             +      +
notifications:read-all     POST    +            +             +        +       +     +             +      +
notifications:follow       GET     +            +             +        +       +     +             +      +
notifications:choices      GET     +            +             +        +       +     +             +      +
notifications:choices      POST    +            +             +        +       +     +             +      +
workspace:today            GET     +            +             +        +       +     +             +      +
workspace:protocol         GET     +            +             +        +       +     +             +      +
workspace:sheets           GET     +            +             +        +       +     +             +      +
workspace:new-sheet        GET     -            -             -        -       -     -             +      -
workspace:new-sheet        POST    -            -             -        -       -     -             +      -
workspace:edit-sheet       GET     -            -             -        -       -     -             +      -
workspace:edit-sheet       POST    -            -             -        -       -     -             +      -
workspace:sites            GET     -            -             -        -       -     -             +      -
workspace:site-days        GET     -            -             -        -       -     -             +      -
workspace:site-days        POST    -            -             -        -       -     -             +      -
workspace:sponsor-zone     GET     -            -             -        -       -     -             +      -
workspace:sponsor-zone     POST    -            -             -        -       -     -             +      -
workspace:ranges           GET     +            +             +        +       +     -             -      +
workspace:new-range        GET     +            +             -        -       +     -             -      -
workspace:new-range        POST    +            +             -        -       +     -             -      -
workspace:range-list       GET     +            +             -        -       +     -             -      -
workspace:range-list       POST    +            +             -        -       +     -             -      -
workspace:edit-range       GET     +            +             -        -       +     -             -      -
workspace:edit-range       POST    +            +             -        -       +     -             -      -
workspace:enrolment        GET     +            +             +        +       +     +             +      +
workspace:stop-enrolment   POST    -            -             -        +       -     -             +      -
workspace:reopen-enrolment POST    -            -             -        +       -     -             +      -
workspace:enrolment-target POST    -            -             -        -       -     -             +      -
workspace:enrolment-limit  POST    -            -             -        -       -     -             +      -
workspace:allocation       GET     -            -             -        -       -     +             -      -
workspace:allocation       POST    -            -             -        -       -     +             -      -
workspace:lots             GET     +            +             +        +       +     +             +      +
workspace:lot              GET     +            +             +        +       +     +             +      +
workspace:lot-history      GET     +            +             +        +       +     -             -      +
workspace:new-lot          GET     +            +             -        -       +     -             -      -
workspace:new-lot          POST    +            +             -        -       +     -             -      -
workspace:correct-lot      GET     -            +             -        -       +     -             -      -
workspace:correct-lot      POST    -            +             -        -       +     -             -      -
workspace:release-lot      GET     -            +             -        -       +     -             -      -
workspace:release-lot      POST    -            +             -        -       +     -             -      -
workspace:reject-lot       GET     -            +             -        -       +     -             -      -
workspace:reject-lot       POST    -            +             -        -       +     -             -      -
workspace:recall-lot       GET     -            +             -        -       +     -             -      -
workspace:recall-lot       POST    -            +             -        -       +     -             -      -
workspace:background       GET     -            -             -        -       -     -             +      -
workspace:mail-preview     GET     -            -             -        -       -     -             +      -
workspace:mail-as-html     GET     -            -             -        -       -     -             +      -
workspace:try-again        POST    -            -             -        -       -     -             +      -
workspace:people           GET     -            -             -        -       -     -             +      -
workspace:new-account      GET     -            -             -        -       -     -             +      -
workspace:new-account      POST    -            -             -        -       -     -             +      -
workspace:delegate         POST    -            -             -        -       -     -             +      -
workspace:end-delegation   POST    -            -             -        -       -     -             +      -
patients:subject-list      GET     +            +             +        +       +     -             -      +
patients:calendar          GET     +            +             +        +       +     -             -      +
patients:calendar-feeds    GET     +            +             +        +       +     -             -      +
patients:calendar-feeds    POST    +            +             +        +       +     -             -      +
patients:calendar-feed     GET     +            +             +        +       +     +             +      +
patients:schedule          GET     +            +             +        +       +     0             0      +
patients:register          GET     +            +             -        -       -     -             -      -
patients:register          POST    +            +             -        -       -     -             -      -
patients:identity          GET     +            +             -        -       -     0             0      -
patients:identity          POST    +            +             -        -       -     0             0      -
patients:consent           GET     +            +             +        +       +     0             0      +
patients:consent           POST    +            +             -        -       -     0             0      -
patients:correct-consent   GET     +            +             -        -       -     0             0      -
patients:correct-consent   POST    +            +             -        -       -     0             0      -
patients:consent-history   GET     +            +             +        +       +     0             0      +
patients:withdraw          GET     +            +             -        -       -     0             0      -
patients:withdraw          POST    +            +             -        -       -     0             0      -
patients:move-version      GET     -            +             -        -       -     0             0      -
patients:move-version      POST    -            +             -        -       -     0             0      -
patients:eligibility       GET     +            +             +        +       +     0             0      +
patients:eligibility       POST    -            +             -        -       -     0             0      -
patients:decide            POST    -            +             -        -       -     0             0      -
patients:rescreen          GET     +            +             -        -       -     0             0      -
patients:rescreen          POST    +            +             -        -       -     0             0      -
patients:enrol             GET     +            +             -        -       -     0             0      -
patients:enrol             POST    +            +             -        -       -     0             0      -
patients:change-arm        GET     -            +             -        -       -     0             0      -
patients:change-arm        POST    -            +             -        -       -     0             0      -
patients:end               GET     +            +             -        -       -     0             0      -
patients:end               POST    +            +             -        -       -     0             0      -
patients:visit             GET     +            +             +        +       +     0             0      +
patients:visit             POST    +            +             -        -       -     0             0      -
patients:correct-visit     POST    +            +             -        -       -     0             0      -
patients:reopen-visit      POST    +            +             -        -       -     0             0      -
patients:miss-visit        POST    +            +             -        -       -     0             0      -
patients:unscheduled-visit GET     +            +             -        -       -     0             0      -
patients:unscheduled-visit POST    +            +             -        -       -     0             0      -
patients:early-termination GET     +            +             -        -       -     0             0      -
patients:early-termination POST    +            +             -        -       -     0             0      -
patients:deviation-list    GET     +            +             +        +       +     -             -      +
patients:subject-deviations GET    +            +             +        +       +     0             0      +
patients:report-deviation  GET     +            +             -        -       -     0             0      -
patients:report-deviation  POST    +            +             -        -       -     0             0      -
patients:deviation         GET     +            +             +        +       +     0             0      +
patients:deviation         POST    +            +             -        -       -     0             0      -
patients:void-deviation    POST    +            +             -        -       -     0             0      -
assessments:blank-forms    GET     +            +             +        +       +     +             +      +
assessments:blank-casebook-pdf GET     +            +             +        +       +     +             +      +
assessments:blank-form     GET     +            +             +        +       +     +             +      +
assessments:blank-form-pdf GET     +            +             +        +       +     +             +      +
assessments:casebook       GET     +            +             +        +       +     0             0      +
assessments:infusion-gate  GET     +            +             -        -       -     0             0      -
assessments:infusion-gate  POST    +            +             -        -       -     0             0      -
assessments:form           GET     +            +             +        +       +     0             0      +
assessments:form-edit      GET     +            +             -        -       -     0             0      -
assessments:form-edit      POST    +            +             -        -       -     0             0      -
assessments:form-live      POST    +            +             -        -       -     0             0      -
assessments:form-not-done  POST    +            +             -        -       -     0             0      -
assessments:form-discard   POST    +            +             -        -       -     0             0      -
assessments:form-history   GET     +            +             +        +       +     0             0      +
assessments:wording        GET     +            +             +        +       +     +             +      +
assessments:load-wording   GET     -            -             -        -       -     -             +      -
assessments:load-wording   POST    -            -             -        -       -     -             +      -
assessments:empty-wording  GET     -            -             -        -       -     -             +      -
safety:list                GET     +            +             +        +       +     -             -      +
safety:subject-events      GET     +            +             +        +       +     0             0      +
safety:record              GET     +            +             -        -       -     0             0      -
safety:record              POST    +            +             -        -       -     0             0      -
safety:decide-suggestion   POST    +            +             -        -       -     0             0      -
safety:event               GET     +            +             +        +       +     0             0      +
safety:correct             GET     +            +             -        -       -     0             0      -
safety:correct             POST    +            +             -        -       -     0             0      -
safety:event-history       GET     +            +             +        +       +     0             0      +
safety:subject-medication  GET     +            +             +        +       +     0             0      +
safety:record-medication   GET     +            +             -        -       -     0             0      -
safety:record-medication   POST    +            +             -        -       -     0             0      -
safety:medication          GET     +            +             +        +       +     0             0      +
safety:correct-medication  GET     +            +             -        -       -     0             0      -
safety:correct-medication  POST    +            +             -        -       -     0             0      -
safety:medication-history  GET     +            +             +        +       +     0             0      +
safety:cases               GET    +            +             +        +       +     -             -      +
safety:case                GET    +            +             +        +       +     0             0      +
safety:case-open           POST   +            +             -        -       -     0             0      -
safety:case-draft          GET    +            +             -        -       -     0             0      -
safety:case-draft          POST   +            +             -        -       -     0             0      -
safety:case-submit         GET    -            +             -        -       -     0             0      -
safety:case-submit         POST   -            +             -        -       -     0             0      -
safety:case-version        GET    +            +             +        +       +     0             0      +
safety:case-take-up        POST   -            -             -        +       -     0             0      -
safety:case-ask            GET    -            -             -        +       -     0             0      -
safety:case-ask            POST   -            -             -        +       -     0             0      -
safety:case-answer         GET    +            +             -        -       -     0             0      -
safety:case-answer         POST   +            +             -        -       -     0             0      -
safety:case-assess         GET    -            -             -        +       -     0             0      -
safety:case-assess         POST   -            -             -        +       -     0             0      -
safety:case-close          POST   -            -             -        +       -     0             0      -
safety:case-follow-up      GET    +            +             -        +       -     0             0      -
safety:case-follow-up      POST   +            +             -        +       -     0             0      -
safety:case-authority      GET    -            -             -        +       -     0             0      -
safety:case-authority      POST   -            -             -        +       -     0             0      -
safety:case-authority-correct GET -            -             -        +       -     0             0      -
safety:case-authority-correct POST -           -             -        +       -     0             0      -
safety:case-authority-take-back GET -          -             -        +       -     0             0      -
safety:case-authority-take-back POST -         -             -        +       -     0             0      -
safety:case-attach         GET    +            +             -        +       -     0             0      -
safety:case-attach         POST   +            +             -        +       -     0             0      -
safety:case-document       GET    +            +             +        +       +     0             0      +
safety:review              POST    -            -             -        +       -     0             0      -
safety:desk                GET     -            -             -        +       -     -             -      -
safety:incidence           GET     +            +             +        +       +     -             -      +
safety:cioms               GET     +            +             +        +       +     0             0      +
exports:safety-summary     POST    -            -             -        +       -     -             -      -
workspace:safety-profile   GET     +            +             +        +       +     0             0      +
exports:line-listing       POST    -            -             -        +       +     -             -      -
exports:list               GET     -            -             -        -       +     +             +      -
exports:create             POST    -            -             -        -       +     +             +      -
"""

FOR_EVERYBODY = {"set_language", "accounts:sign_in", "patients:calendar-feed"}
"""Addresses that need no sign-in."""
ENDS_THE_SESSION = {"accounts:sign_out"}


@dataclass(frozen=True)
class Row:
    address: str
    method: str
    cells: dict[str, str]


def _rows() -> list[Row]:
    head, *lines = (line.split() for line in TABLE.strip().splitlines())
    roles = [next(code for code in ROLES if code.startswith(name)) for name in head[2:]]
    return [Row(line[0], line[1], dict(zip(roles, line[2:], strict=True))) for line in lines]


ROWS = _rows()
CELLS = [pytest.param(row, role, id=f"{row.method}-{row.address}-{role}") for row in ROWS for role in row.cells]


def _addresses(resolver: Any, prefix: str = "") -> dict[str, str]:
    """Every named address of the project with its pattern."""
    found: dict[str, str] = {}
    for entry in resolver.url_patterns:
        pattern = prefix + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            inner = _addresses(entry, pattern)
            found |= {f"{entry.namespace}:{name}" if entry.namespace else name: path for name, path in inner.items()}
        else:
            assert entry.name, f"{pattern} has no name"
            found[entry.name] = pattern
    return found


PATTERNS = _addresses(get_resolver())
OF_A_TRIAL = [row for row in ROWS if "<str:registration>" in PATTERNS.get(row.address, "")]
OF_A_SUBJECT = [row for row in OF_A_TRIAL if "<str:number>" in PATTERNS[row.address]]


@dataclass
class World:
    """One person per role in the first trial; a treated subject at each of three places."""

    people: dict[str, User] = field(default_factory=dict)
    own: Subject | None = None
    other_site: Subject | None = None
    other_trial: Subject | None = None
    token: str = ""
    reminders: dict[str, int] = field(default_factory=dict)
    """What the person of the role was told."""
    mails: dict[Trial, int] = field(default_factory=dict)
    """A mail to somebody of the trial."""
    sessions: dict[str, str] = field(default_factory=dict)
    """The key of the session by role, so that not every request has to be preceded by a sign-in."""

    def path(self, name: str, subject: Subject, role: str = "") -> str:
        values = {
            "registration": subject.site.trial.registration,
            "number": subject.number,
            "code": "W4",
            "visit_code": "W0",
            "form_code": "pasi",
            "instrument": "dlqi",
            "language": "en",
            "event_number": 1,
            "medication_number": 1,
            "token": self.token,
            "consent_pk": subject.consents.earliest("pk").pk,
            "sheet_pk": subject.site.trial.information_sheets.earliest("pk").pk,
            "site_pk": subject.site_id,
            "lot_pk": subject.site.trial.product_lots.earliest("pk").pk,
            "range_pk": subject.site.normal_ranges.earliest("pk").pk,
            "version_number": 1,
            "report_pk": subject.serious_cases.get().authority_reports.get().pk,
            "document_pk": subject.serious_cases.get().documents.get().pk,
            "deviation_number": 1,
            "reminder_pk": self.reminders[role or "coordinator"],
            "mail_pk": self.mails[subject.site.trial],
            "pk": Delegation.objects.filter(trial=subject.site.trial).earliest("pk").pk,
        }
        pattern = PATTERNS[name]
        return reverse(name, kwargs={key: value for key, value in values.items() if f":{key}>" in pattern})

    def ask(self, role: str, row: Row, subject: Subject) -> HttpResponse:
        """Send the request in this role, or without sign-in (""). No form has enough in it to be stored."""
        client = Client()
        if role:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.session(role)
        path = self.path(row.address, subject, role)
        response = client.generic(row.method, path, content_type="application/x-www-form-urlencoded")
        if role and row.address in ENDS_THE_SESSION:
            del self.sessions[role]
        return response

    def session(self, role: str) -> str:
        """The key of a session in which the person of the role is signed in."""
        if role not in self.sessions:
            client = Client()
            client.force_login(self.people[role])
            self.sessions[role] = client.session.session_key
        return self.sessions[role]


@pytest.fixture(scope="module")
def world(own_databases: str, django_db_blocker: Any, worker_id: str) -> Iterator[World]:
    """Built once, in a database of its own: an export must not run inside the transaction of a test."""
    own = f"dermis_table_{worker_id}"
    with django_db_blocker.unblock():
        database.copy_of(database.template(), own)
        with database.connected_to(own):
            yield _build()
    database.drop(own)


def _build() -> World:
    from patients.services.calendar_feeds import make_feed
    from tests.factories import make_member, make_reminder, make_site, make_trial

    trial = make_trial()
    here, elsewhere = make_site(trial, "GZ"), make_site(trial, "VIE")
    made = World(own=_treated(here), other_site=_treated(elsewhere), other_trial=_treated(make_site(_another(), "STJ")))
    for code, role in ROLES.items():
        made.people[code] = make_member(code, trial=trial) if role.whole_trial else make_member(code, here)
    made.reminders = {code: make_reminder(person, here).pk for code, person in made.people.items()}
    for place in (here, made.other_trial.site):
        reader = Delegation.objects.filter(trial=place.trial).earliest("pk").user
        made.mails[place.trial] = Mail.objects.create(recipient=reader, key="digest:2026-05-20").pk
    made.token = make_feed(site=here, by=made.people["coordinator"])[1]
    return made


def _treated(site: Site) -> Subject:
    from patients.services.deviations import report_deviation
    from safety.services import add_document, record_adverse_event
    from tests.factories import infused_subject, make_lot, make_medication, make_member, make_range
    from tests.factories.cases import a_file
    from tests.factories.serious import report_to_authority

    doctor = make_member("investigator", site)
    subject = infused_subject(site, doctor)
    make_lot(site.trial, f"UC-{site.code}")
    event = {
        "term": "Fever",
        "onset": site.today().isoformat(),
        "grade": 1,
        "is_serious": True,
        "is_medically_important": True,
        "relation": "possible",
        "action_taken": "dose_not_changed",
        "outcome": "not_recovered",
    }
    make_medication(subject, doctor)
    serious = record_adverse_event(subject=subject, fields=event, by=doctor)
    add_document(case=serious.case, title="Letter", file=a_file(), by=doctor)
    report_to_authority(serious.case, site.today())
    report_deviation(
        subject=subject, occurred_on=site.today(), category="procedure", description="Not weighed", by=doctor
    )
    make_range(site)
    return subject


def _another() -> Trial:
    from assessments.registry import catalogue
    from tests.factories import make_sheet, system
    from trials.services import load_protocol

    files = read_folder(STUDIES / "NCT03265613" / "1.0")
    renamed = {name: text.replace("NCT03265613", "NCT09999999") for name, text in files.items()}
    trial = load_protocol(files=renamed, catalogue=catalogue(), by=system())[0].trial
    make_sheet(trial)
    return trial


def is_sign_in(response: HttpResponse) -> bool:
    return response.status_code == 302 and response.headers["Location"].startswith(reverse("accounts:sign_in"))


def outcome(response: HttpResponse) -> str:
    """The sign of the table for what happened."""
    if response.status_code in (403, 404):
        return {403: "-", 404: "0"}[response.status_code]
    assert response.status_code in (200, 302, 409, 422), response.status_code
    return "+"


def test_the_table_names_every_address_of_the_project_and_every_role() -> None:
    assert {row.address for row in ROWS} == set(PATTERNS)
    assert all(set(row.cells) == set(ROLES) for row in ROWS)


@pytest.mark.parametrize(("row", "role"), CELLS)
def test_at_the_own_site_the_table_holds(world: World, row: Row, role: str) -> None:
    assert outcome(world.ask(role, row, world.own)) == row.cells[role]


@pytest.mark.parametrize("row", OF_A_SUBJECT, ids=lambda row: f"{row.method}-{row.address}")
@pytest.mark.parametrize("role", [code for code, role in ROLES.items() if not role.whole_trial])
def test_a_subject_of_another_site_does_not_exist(world: World, row: Row, role: str) -> None:
    assert world.ask(role, row, world.other_site).status_code == 404


@pytest.mark.parametrize("row", OF_A_SUBJECT, ids=lambda row: f"{row.method}-{row.address}")
@pytest.mark.parametrize("role", [code for code, role in ROLES.items() if role.whole_trial])
def test_roles_for_the_whole_trial_meet_the_same_at_every_site(world: World, row: Row, role: str) -> None:
    assert outcome(world.ask(role, row, world.other_site)) == row.cells[role]


@pytest.mark.parametrize("row", OF_A_TRIAL, ids=lambda row: f"{row.method}-{row.address}")
@pytest.mark.parametrize("role", list(ROLES))
def test_another_trial_does_not_exist(world: World, row: Row, role: str) -> None:
    assert world.ask(role, row, world.other_trial).status_code == 404


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.method}-{row.address}")
def test_without_sign_in_only_the_addresses_for_everybody_answer(world: World, row: Row) -> None:
    response = world.ask("", row, world.own)
    if row.address in FOR_EVERYBODY:
        assert response.status_code in (200, 302)
        assert not is_sign_in(response)
    elif row.method == "GET":
        assert is_sign_in(response)
    elif row.address == "accounts:sign_out":
        assert response.status_code in (302, 401)
    else:
        assert response.status_code == 401


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if row.method == "POST" and (row.address, "GET") not in {(r.address, r.method) for r in ROWS}],
    ids=lambda row: row.address,
)
def test_an_address_that_only_writes_cannot_be_opened_by_a_link(world: World, row: Row) -> None:
    role = next(role for role, cell in row.cells.items() if cell == "+")
    response = world.ask(role, Row(row.address, "GET", row.cells), world.own)
    assert response.status_code == 405

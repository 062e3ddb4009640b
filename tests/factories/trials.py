"""Trials, sites and people."""

import json
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import factory

from accounts.models import User
from accounts.roles import ROLES
from accounts.services import create_account
from assessments.registry import catalogue
from audit.context import acting
from clinical.laboratory.analytes import ANALYTES
from protocols.loader import STUDIES, read_folder
from trials.models import InformationSheet, NormalRange, ProductLot, Site, Trial
from trials.services import add_normal_range, delegate, load_protocol, open_site, register_lot, release_lot
from trials.sheets import add_sheet

PASSWORD = "correct horse battery staple"
SITES = {
    "GZ": ("Guangzhou Hospital", "CHN", "Asia/Shanghai"),
    "VIE": ("Vienna Hospital", "AUT", "Europe/Vienna"),
    "STJ": ("St John's Hospital", "CAN", "America/St_Johns"),
}


def system() -> User:
    """The account that first set-up writes under."""
    return User.objects.system()


class UserFactory(factory.Factory):
    """A person with an account."""

    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person.{n}")
    full_name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.LazyAttribute(lambda person: f"{person.username}@example.invalid")
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        return create_account(**kwargs, by=system())


def make_trial(registration: str = "NCT03265613", version: str = "1.0", target: int | None = 1000) -> Trial:
    """A trial from its protocol folder that may enrol so many subjects; None: as many as the protocol plans. Its
    information sheet 1.0 is valid from 2015 on."""
    files = read_folder(STUDIES / registration / version)
    stored, _new = load_protocol(files=files, catalogue=catalogue(), by=system())
    return _with_target(stored.trial, target)


TWO_MORE_ARMS = """
[[arm]]
code = "HIGH"
name = "High dose"
product = "Another dose of the same cells"
cells_per_kg = 1_000_000
route = "intravenous"
infusion_visits = ["W0", "W4", "W8"]

[[arm]]
code = "HIGHEST"
name = "Highest dose"
product = "A third dose of the same cells"
cells_per_kg = 3_000_000
route = "intravenous"
infusion_visits = ["W0", "W4", "W8"]
"""
BY_SITE = """
[allocation]
stratified_by = ["site"]
"""


def make_randomised_trial(
    *, target: int | None = 1000, registration: str = "NCT00000003", allocation: str = BY_SITE
) -> Trial:
    """A made-up trial of three arms given at random, without the list; otherwise it is like NCT03265613.

    `allocation` is the table of the protocol that says so; empty: the arms are chosen.
    """
    folder = read_folder(STUDIES / "NCT03265613" / "1.0")
    files = {name: text.replace("NCT03265613", registration) for name, text in folder.items()}
    files["arms.toml"] += TWO_MORE_ARMS + allocation
    stored, _new = load_protocol(files=files, catalogue=catalogue(), by=system())
    return _with_target(stored.trial, target)


def _with_target(trial: Trial, target: int | None) -> Trial:
    with acting(by=system(), reason="Room for the subjects of the test"):
        trial.enrolment_target = target
        trial.save(update_fields=["enrolment_target"])
    if not trial.information_sheets.exists():
        make_sheet(trial)
    return trial


def make_trial_asking_for(*forms: str, pga_levels: int = 6) -> Trial:
    """NCT03265613 as it is in its folder, but with these forms at every visit as well, each with all its lines, and
    this scale of the global assessment."""

    def longer(asked: re.Match[str]) -> str:
        listed = re.findall(r'"(\w+)"', asked[1])
        return f"forms = {json.dumps([*listed, *(form for form in forms if form not in listed)])}"

    files = read_folder(STUDIES / "NCT03265613" / "1.0")
    files["visits.toml"] = re.sub(r"^forms = \[(.*?)\]$", longer, files["visits.toml"], flags=re.MULTILINE | re.DOTALL)
    files["protocol.toml"] = f"pga_levels = {pga_levels}\n{files['protocol.toml']}"
    chosen = catalogue().lines
    for form in forms:
        if form in chosen and chosen[form].must_be_chosen and f"\n{form} = [" not in files["visits.toml"]:
            files["visits.toml"] += f"{form} = {json.dumps(list(chosen[form].facts))}\n"
    stored, _new = load_protocol(files=files, catalogue=catalogue(), by=system())
    make_sheet(stored.trial)
    return stored.trial


def make_sheet(trial: Trial, version: str = "1.0", **facts: Any) -> InformationSheet:
    """A version of the information sheet in both languages, by default valid from 2015-01-01 without end."""
    given = {"languages": ["zh", "en"], "valid_from": date(2015, 1, 1), **facts}
    return add_sheet(trial=trial, version=version, by=system(), **given)


def make_range(
    site: Site, analyte: str = "HGB", low: str | None = "130", high: str | None = "175", **facts: Any
) -> NormalRange:
    """A normal range of the site's laboratory in the standard unit, valid from 2015-01-01."""
    given = {
        "laboratory_name": "Central Laboratory",
        "unit": ANALYTES[analyte].unit if analyte in ANALYTES else "g/L",
        "valid_from": date(2015, 1, 1),
        "by": system(),
        **facts,
    }
    limits = {"low": low and Decimal(low), "high": high and Decimal(high)}
    return add_normal_range(site=site, analyte=analyte, **limits, **given)


def make_site(trial: Trial, code: str = "GZ", *, time_zone: str = "") -> Site:
    """One of three sites in different time zones, or in the one that is named."""
    name, country, usual = SITES[code]
    time_zone = time_zone or usual
    return open_site(trial=trial, code=code, name=name, country=country, time_zone=time_zone, by=system())


def make_member(role: str, site: Site | None = None, trial: Trial | None = None, **person: Any) -> User:
    """A person who works in the role at the site, or at every site of the trial."""
    user = UserFactory(**person)
    delegate(user=user, trial=trial or site.trial, role=ROLES[role], site=site, by=system())
    return user


def member_of(site: Site, role: str) -> User:
    """The person who works in the role at the site in most tests; made unless there is one."""
    username = f"{role}.of.{site.code}".lower()
    return User.objects.filter(username=username).first() or make_member(role, site, username=username)


def make_lot(
    trial: Trial, number: str = "UC-2401", *, day: date = date(2026, 5, 20), released: bool = True, **values: Any
) -> ProductLot:
    """A cryopreserved lot of cord cells, made 60 days before the day, released 30 days before it, expiring 1000 days
    after it; with `released=False` still in quarantine."""
    given: dict[str, Any] = {
        "product": "Allogeneic umbilical cord MSC",
        "lot_number": number,
        "tissue_source": "UC",
        "donor_code": "D-017",
        "manufactured_on": day - timedelta(days=60),
        "expires_at": datetime.combine(day + timedelta(days=1000), time(12), ZoneInfo("Asia/Shanghai")),
        "time_zone": "Asia/Shanghai",
        "storage": "cryopreserved",
        "certificate_reference": f"COA-{number}",
        "viability_percent": Decimal("92.0"),
        "minimum_viability_percent": Decimal("80.0"),
        "viable_million_per_ml": Decimal("5.000"),
        "sterility": "negative",
        "mycoplasma": "negative",
    }
    lot = register_lot(trial=trial, values={**given, **values}, by=system())
    if not released:
        return lot
    return release_lot(
        lot=lot,
        released_on=lot.manufactured_on + timedelta(days=30),
        released_by_name="Qualified person",
        seen_version=lot.row_version,
        by=system(),
    )

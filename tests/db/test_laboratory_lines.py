"""Lines of laboratory reports as they are stored: the limits of the site that fit the subject on the day of the sample,
and grades against the baseline."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from accounts.roles import ROLES
from assessments.context import context_of
from assessments.form_specs import ROW_KEY
from assessments.instruments.laboratory.model import LaboratoryLine
from assessments.registry import INSTRUMENTS
from patients.models import Finding, Subject, Visit
from patients.services.amendment import move_to_version
from patients.services.consent import record_consent
from protocols.loader import STUDIES, read_folder
from tests.factories import (
    amend,
    complete_form,
    correct_form,
    infused_subject,
    make_randomised_trial,
    make_range,
    make_sheet,
    make_site,
    make_subject,
    results_for,
    system,
    take_place,
)
from trials.models import Site, Trial
from trials.normal_ranges import range_to_keep, sites_with_ranges_to_keep
from trials.services import delegate

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)
SPEC = INSTRUMENTS["laboratory"]


@pytest.fixture
def visit(site: Site, coordinator: User) -> Visit:
    """A screening visit of today, three days after consent."""
    return take_place(make_subject(site, coordinator, signed_on=TODAY - 3 * DAY), "SCR", coordinator)


def line(visit: Visit, key: str = "HGB") -> LaboratoryLine:
    return LaboratoryLine.objects.get(form__visit=visit, row_key=key)


def report(visit: Visit, by: User, key: str = "HGB", **changed: Any) -> LaboratoryLine:
    """The line of one analyte of a report that gives no limits for it."""
    day = changed.pop("sampled_on", visit.occurred_on)
    own = {"low": None, "high": None, **changed}
    rows = tuple({**row, **own} if row[ROW_KEY] == key else row for row in results_for("laboratory", visit))
    complete_form(visit, "laboratory", by, results=rows, sampled_on=day)
    return line(visit, key)


def low_on(visit: Visit, day: date) -> Decimal | None:
    """The lower limit of haemoglobin for the subject of the visit."""
    found = context_of(visit, SPEC).ranges_on(day)
    return found["HGB"].standard.low if "HGB" in found else None


def test_a_line_is_stored_as_reported_and_as_worked_out(visit: Visit, coordinator: User) -> None:
    make_range(visit.subject.site, "HGB", "13", "17.5", unit="g/dL")
    stored = report(visit, coordinator, result=Decimal("9.9"), unit="g/dL", significance="cs")
    reported = (stored.result, stored.unit, stored.low, stored.high, stored.significance)
    assert reported == (Decimal("9.9"), "g/dL", None, None, "cs")
    worked_out = (stored.standard_value, stored.standard_low, stored.standard_high, stored.range_source, stored.flag)
    assert worked_out == (99, 130, 175, "site", "LOW")
    assert (stored.grade, stored.grade_term, stored.grade_version) == (2, "Anemia", "5.0")


def test_a_result_is_found_on_the_day_of_its_sample(visit: Visit, coordinator: User) -> None:
    make_range(visit.subject.site)
    report(visit, coordinator, sampled_on=TODAY - 2 * DAY)
    facts = Finding.objects.filter(visit=visit, source_form="laboratory")
    assert set(facts.values_list("collected_on", flat=True)) == {TODAY - 2 * DAY}


def test_the_limits_are_those_of_the_day_of_the_sample_though_others_hold_today(
    visit: Visit, coordinator: User
) -> None:
    make_range(visit.subject.site, low="110")
    make_range(visit.subject.site, low="130", valid_from=TODAY)
    assert report(visit, coordinator, sampled_on=TODAY - DAY).standard_low == 110


def test_the_limits_are_those_of_the_subjects_own_sex(visit: Visit, coordinator: User) -> None:
    for sex, low in (("M", "130"), ("F", "115")):
        make_range(visit.subject.site, low=low, sex=sex)
    other = take_place(make_subject(visit.subject.site, coordinator), "SCR", coordinator)
    complete_form(other, "demographics", coordinator, sex="F")
    assert (low_on(other, TODAY), low_on(visit, TODAY)) == (115, None)
    complete_form(visit, "demographics", coordinator, sex="M")
    assert (low_on(other, TODAY), low_on(visit, TODAY)) == (115, 130)


def test_the_limits_are_those_of_the_age_on_the_day_of_the_sample(visit: Visit, coordinator: User) -> None:
    make_range(visit.subject.site, low="110", age_to_years=39)
    make_range(visit.subject.site, low="130", age_from_years=40)
    assert low_on(visit, TODAY) is None
    complete_form(visit, "demographics", coordinator, birth_date=date(1986, 5, 20))
    assert [low_on(visit, day) for day in (TODAY - DAY, TODAY)] == [110, 130]


def test_the_limits_are_not_those_of_another_site(visit: Visit, other_site: Site) -> None:
    make_range(other_site)
    assert low_on(visit, TODAY) is None


def test_a_raised_baseline_of_the_first_infusion_counts_at_every_later_visit(site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=56)
    first = subject.visits.get(code="W0")
    correct_form(first, "laboratory", investigator, results=results_for("laboratory", first, ALT="60.0"))
    assert (line(first, "ALT").grade, line(first, "ALT").grade_by_limits) == (1, None)
    for code, days in (("W4", 28), ("W8", 0)):
        visit = take_place(subject, code, investigator, on=TODAY - days * DAY)
        complete_form(visit, "laboratory", investigator, results=results_for("laboratory", visit, ALT="130.0"))
        assert (line(visit, "ALT").grade, line(visit, "ALT").grade_by_limits) == (1, 2), code


def longer_panel() -> str:
    """The visits of version 1.0 with potassium in the laboratory as well."""
    text = read_folder(STUDIES / "NCT03265613" / "1.0")["visits.toml"]
    changed, times = re.subn(r"^(laboratory = \[.*)\]$", r'\1, "K"]', text, flags=re.MULTILINE)
    assert times == 1
    return changed


def test_the_lines_are_those_of_the_version_that_the_visit_took_place_under(
    trial: Trial, site: Site, investigator: User
) -> None:
    subject = infused_subject(site, investigator, days_ago=28)
    before = take_place(subject, "W4", investigator)
    whole = SPEC.rows("results").keys(context_of(before, SPEC))
    version = amend(trial, visits=longer_panel())
    make_sheet(trial, "2.0", valid_from=TODAY, protocol_version=version)
    record_consent(subject=subject, signed_on=TODAY, sheet_version="2.0", language="zh", by=investigator)
    move_to_version(subject=subject, version=version, reason="Amendment 1", by=investigator)
    later = Subject.objects.get(pk=subject.pk).visits.get(code="W8")
    before.refresh_from_db()
    assert SPEC.rows("results").keys(context_of(later, SPEC)) == (*whole, "K")
    assert SPEC.rows("results").keys(context_of(before, SPEC)) == whole
    assert len(whole) == 9


def test_ranges_are_kept_trial_by_trial(trial: Trial, site: Site, coordinator: User) -> None:
    elsewhere = make_site(make_randomised_trial())
    delegate(user=coordinator, trial=elsewhere.trial, role=ROLES["coordinator"], site=elsewhere, by=system())
    own, other = make_range(site), make_range(elsewhere)
    assert sites_with_ranges_to_keep(coordinator, trial) == [site]
    assert range_to_keep(coordinator, trial, own.pk) == own
    assert range_to_keep(coordinator, trial, other.pk) is None

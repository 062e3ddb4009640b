"""One subject of each trial and arm, from consent to the last visit, as its protocol says."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import time_machine

from accounts.models import User
from assessments.registry import INSTRUMENTS
from assessments.selectors import casebook
from patients.models import Finding, Subject, Visit
from patients.services.allocation import make_allocation_list
from patients.services.eligibility import decide_eligibility
from patients.services.enrolment import end_participation, enrol
from tests.factories import answer_all, complete_all, make_member, make_site, make_subject, make_trial, take_place
from trials.models import Site

CONSENT = date(2026, 1, 5)
SCREENED, ENROLLED, DAY_1 = (CONSENT + timedelta(days=days) for days in (2, 9, 14))

# Day of each visit after the first treatment, with the first and the last day of its window.
GUANGDONG = {"W4": (28, 25, 31), "W8": (56, 53, 59), "W12": (84, 81, 87), "W16": (112, 105, 119)}
LATE = {"W20": (140, 133, 147), "W24": (168, 161, 175)}
PLANNED: dict[str, dict[str, tuple[int, int, int]]] = {
    "NCT03745417": {"W2": (14, 11, 17), "W6": (42, 39, 45), **GUANGDONG, **LATE},
    "NCT03265613": {**GUANGDONG, **LATE},
    "NCT03424629": {
        "W1": (7, 6, 8),
        "W2": (14, 13, 15),
        "W3": (21, 20, 22),
        "W5": (35, 32, 38),
        "W7": (49, 46, 52),
        "W12": (84, 77, 91),
        "W15": (105, 102, 108),
        "W16": (112, 109, 119),
        "W24": (168, 161, 175),
        "W36": (252, 245, 259),
        "W52": (364, 357, 371),
    },
    "NCT03765957": {
        "W4": (28, 25, 31),
        "W8": (56, 49, 63),
        "W12": (84, 77, 91),
        "W16": (112, 105, 119),
        "W24": (168, 161, 175),
        "W30": (210, 203, 217),
    },
}
INFUSIONS = {
    "NCT03745417": ["W0", "W2", "W4", "W6", "W8"],
    "NCT03265613": ["W0", "W4", "W8"],
    "NCT03424629": ["W0", "W1", "W2", "W3", "W5", "W7"],
    "NCT03765957": ["W0", "W4"],
}
METHOTREXATE = ["W0", "W1", "W2", "W3", "W5", "W7", "W12", "W15"]
MILLION_CELLS = {
    ("NCT03745417", "UCMSC"): 140,
    ("NCT03265613", "ADMSC"): 35,
    ("NCT03424629", "LOW"): 70,
    ("NCT03424629", "HIGH"): 210,
    ("NCT03765957", "HIGH"): 210,
}
"""Of one infusion at 70.0 kg."""


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(noon(CONSENT), tick=False) as traveller:
        yield traveller


def noon(day: date) -> datetime:
    """Noon of the day in Guangzhou."""
    return datetime.combine(day, time(4), tzinfo=UTC)


def take_in(site: Site, by: User, clock: Any, arm_code: str = "") -> Subject:
    """From consent to enrolment, each step on its day."""
    clock.move_to(noon(CONSENT))
    subject = make_subject(site, by)
    clock.move_to(noon(SCREENED))
    complete_all(take_place(subject, "SCR", by), by)
    answer_all(subject, by)
    decide_eligibility(subject=subject, outcome="eligible", by=by)
    clock.move_to(noon(ENROLLED))
    return enrol(subject=subject, enrolled_on=ENROLLED, arm_code=arm_code, by=by)


def treat_and_follow(subject: Subject, by: User, clock: Any) -> Subject:
    """Every visit on its planned day with all its forms, then completion."""
    waiting = list(subject.visits.filter(outcome="").values_list("code", flat=True).order_by("position"))
    for code in waiting:
        day = Visit.objects.get(subject=subject, code=code).planned_on
        clock.move_to(noon(day))
        complete_all(take_place(subject, code, by), by)
    return end_participation(
        subject=subject, status="completed", ended_on=subject.site.today(), reason="All visits done", by=by
    )


def has_gone_by_the_book(subject: Subject, registration: str) -> None:
    """Dates, windows and forms are those of the protocol, and nothing is left to do."""
    subject = Subject.objects.select_related("site", "protocol_version").get(pk=subject.pk)
    assert (subject.status, subject.first_treatment_on) == ("completed", DAY_1)
    later = {visit.code: visit for visit in subject.visits.exclude(code__in=["SCR", "W0"])}
    days = {
        code: tuple((day - DAY_1).days for day in (v.planned_on, v.window_opens_on, v.window_closes_on))
        for code, v in later.items()
    }
    assert days == PLANNED[registration]
    assert all(visit.is_inside_window() for visit in subject.visits.all())
    rows = casebook(subject)
    assert {row.entry.visit.outcome for row in rows} == {"done"}
    assert {cell.status for row in rows for cell in row.cells} == {"complete"}
    assert all(row.cells for row in rows)


def treated_at(subject: Subject, form: str) -> list[str]:
    """The visits at which such a treatment is documented."""
    rows = INSTRUMENTS[form].model._default_manager.filter(visit__subject=subject).order_by("visit__position")
    return list(rows.values_list("visit__code", flat=True))


def cells_given(subject: Subject) -> set[int]:
    infusions = INSTRUMENTS["infusion"].model._default_manager.filter(visit__subject=subject)
    return {given // 10**6 for given in infusions.values_list("given_cells", flat=True)}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("registration", "arm_code"), [("NCT03745417", "UCMSC"), ("NCT03265613", "ADMSC"), ("NCT03765957", "HIGH")]
)
def test_a_subject_goes_from_consent_to_the_last_visit(clock: Any, registration: str, arm_code: str) -> None:
    site = make_site(make_trial(registration))
    doctor = make_member("investigator", site)
    subject = treat_and_follow(take_in(site, doctor, clock, arm_code), doctor, clock)
    has_gone_by_the_book(subject, registration)
    assert treated_at(subject, "infusion") == INFUSIONS[registration]
    assert cells_given(subject) == {MILLION_CELLS[registration, arm_code]}
    assert not treated_at(subject, "methotrexate")


@pytest.mark.django_db
def test_a_subject_of_each_arm_of_the_randomised_trial_goes_by_the_book(clock: Any) -> None:
    trial = make_trial("NCT03424629")
    site = make_site(trial)
    doctor = make_member("investigator", site)
    # The first block holds every arm, and no more than six places.
    make_allocation_list(trial=trial, block_sizes=[3, 6], by=make_member("statistician", trial=trial))
    one_of_each = {subject.arm_code: subject for subject in (take_in(site, doctor, clock) for _n in range(6))}
    assert one_of_each.keys() == {"LOW", "HIGH", "MTX"}
    for subject in one_of_each.values():
        clock.move_to(noon(ENROLLED))
        has_gone_by_the_book(treat_and_follow(subject, doctor, clock), "NCT03424629")
        is_infused = subject.arm_code != "MTX"
        assert treated_at(subject, "infusion") == (INFUSIONS["NCT03424629"] if is_infused else [])
        assert treated_at(subject, "methotrexate") == ([] if is_infused else METHOTREXATE)
        if is_infused:
            assert cells_given(subject) == {MILLION_CELLS["NCT03424629", subject.arm_code]}
        else:
            assert Finding.objects.filter(subject=subject, test_code="methotrexate_mg", number=15).count() == 8

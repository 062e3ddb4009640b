"""Protocol deviations, row by row, for a study coordinator to sign.

Every row is one visit with a window from 10 to 16 March 2024, both days inside; "-" stands for no day or no window.
"""

from datetime import date

import pytest

from clinical.deviations import Expected, VisitFacts, days_outside_window, expected_deviations
from clinical.visit_windows import VisitState

#   name                    planned_as     outcome    on     treated  mode             deviation                   days
TABLE = """
    first_day_of_window     visit          done       03-10  no       on_site          -                           -
    last_day_of_window      visit          done       03-16  no       on_site          -                           -
    one_day_early           visit          done       03-09  no       on_site          visit_outside_window        -1
    one_day_late            visit          done       03-17  no       on_site          visit_outside_window        1
    two_weeks_late          visit          done       03-30  no       on_site          visit_outside_window        14
    early_over_a_leap_day   visit          done       02-28  no       on_site          visit_outside_window        -11
    treated_on_first_day    treatment      done       03-10  yes      on_site          -                           -
    treated_on_last_day     treatment      done       03-16  yes      on_site          -                           -
    treated_one_day_early   treatment      done       03-09  yes      on_site          treatment_off_schedule      -1
    treated_one_day_late    treatment      done       03-17  yes      on_site          treatment_off_schedule      1
    late_and_not_treated    treatment      done       03-17  no       on_site          visit_outside_window        1
    in_time_not_treated     treatment      done       03-12  no       on_site          -                           -
    treated_late_unasked    visit          done       03-18  yes      on_site          treatment_off_schedule      2
    visit_missed            visit          missed     -      no       on_site          visit_missed                -
    treatment_not_kept      treatment      missed     -      no       on_site          treatment_missed            -
    visit_cancelled         visit          cancelled  -      no       on_site          -                           -
    treatment_cancelled     treatment      cancelled  -      no       on_site          -                           -
    still_open              treatment      -          -      no       on_site          -                           -
    overdue_but_still_open  treatment      overdue    -      no       on_site          -                           -
    by_phone                visit          done       03-12  no       by_phone         visit_by_phone              -
    by_phone_allowed        phone_allowed  done       03-12  no       by_phone         -                           -
    partly_by_phone         visit          done       03-12  no       partly_by_phone  -                           -
    by_phone_and_late       visit          done       03-17  no       by_phone         visit_outside_window+phone  1
    missed_though_called    visit          missed     -      no       by_phone         visit_missed                -
    unscheduled             unscheduled    done       04-20  no       on_site          -                           -
    unscheduled_treated     unscheduled    done       03-12  yes      on_site          treatment_off_schedule      -
    unscheduled_not_kept    unscheduled    missed     -      no       on_site          -                           -
    done_without_a_window   no_window      done       03-12  yes      on_site          -                           -
"""
ROWS = [row.split() for row in TABLE.strip().splitlines()]
OPENS_ON, CLOSES_ON = date(2024, 3, 10), date(2024, 3, 16)


def day(text: str) -> date | None:
    return None if text == "-" else date.fromisoformat(f"2024-{text}")


def visit_of(row: list[str]) -> VisitFacts[str]:
    name, planned, outcome, on, treated, mode, *_ = row
    has_window = planned not in {"unscheduled", "no_window"}
    return VisitFacts(
        key=name,
        is_scheduled=planned != "unscheduled",
        is_treatment_visit=planned == "treatment",
        outcome=None if outcome == "-" else VisitState(outcome),
        opens_on=OPENS_ON if has_window else None,
        closes_on=CLOSES_ON if has_window else None,
        occurred_on=day(on),
        was_treated=treated == "yes",
        mode=mode,
        may_be_by_phone=planned in {"phone_allowed", "unscheduled"},
    )


def written(expected: tuple[Expected[str], ...]) -> tuple[str, str]:
    kinds = "+".join(each.kind for each in expected).replace("+visit_by_phone", "+phone")
    days = [str(each.days_off) for each in expected if each.days_off is not None]
    return kinds or "-", "+".join(days) or "-"


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_what_follows_from_one_visit(row: list[str]) -> None:
    visit = visit_of(row)
    expected = expected_deviations([visit], unconsented=[], treated_ineligible_on=None)
    assert written(expected) == (row[6], row[7])
    assert {each.key for each in expected} <= {row[0]}
    assert {each.occurred_on for each in expected} <= {visit.occurred_on or CLOSES_ON}


@pytest.mark.parametrize(
    ("on", "days"), [("02-29", -10), ("03-09", -1), ("03-10", 0), ("03-13", 0), ("03-16", 0), ("03-17", 1)]
)
def test_days_are_counted_from_the_nearest_day_of_the_window(on: str, days: int) -> None:
    found = day(on)
    assert found is not None
    assert days_outside_window(on=found, opens_on=OPENS_ON, closes_on=CLOSES_ON) == days


@pytest.mark.parametrize(
    ("name", "deviations"),
    [
        ("first_day_of_window", ["visit_without_consent"]),
        ("one_day_late", ["visit_outside_window", "visit_without_consent"]),
        ("by_phone_and_late", ["visit_outside_window", "visit_by_phone", "visit_without_consent"]),
        ("unscheduled", ["visit_without_consent"]),
        ("visit_missed", ["visit_missed"]),
        ("visit_cancelled", []),
        ("still_open", []),
    ],
)
def test_what_follows_when_the_new_information_sheet_was_not_signed(name: str, deviations: list[str]) -> None:
    visit = visit_of(next(row for row in ROWS if row[0] == name))
    expected = expected_deviations([visit], unconsented=[name, "another visit"], treated_ineligible_on=None)
    assert [each.kind for each in expected] == deviations
    assert {each.occurred_on for each in expected if each.kind == "visit_without_consent"} <= {visit.occurred_on}


def test_treating_somebody_not_eligible_is_one_deviation_of_the_subject() -> None:
    late = visit_of(next(row for row in ROWS if row[0] == "treated_one_day_late"))
    expected = expected_deviations([late], unconsented=[], treated_ineligible_on=date(2024, 3, 17))
    assert [(each.kind, each.key, each.occurred_on, each.days_off) for each in expected] == [
        ("treatment_off_schedule", "treated_one_day_late", date(2024, 3, 17), 1),
        ("treated_not_eligible", None, date(2024, 3, 17), None),
    ]


def test_deviations_of_several_visits_come_in_their_order() -> None:
    visits = [visit_of(row) for row in ROWS]
    found = expected_deviations(visits, unconsented=[], treated_ineligible_on=None)
    assert found == tuple(
        each for visit in visits for each in expected_deviations([visit], unconsented=[], treated_ineligible_on=None)
    )

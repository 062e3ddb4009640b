"""A record that cannot be, such as a visit done on no day, is refused instead of giving no deviation."""

from dataclasses import FrozenInstanceError
from datetime import date

import pytest

from clinical.deviations import DeviationKind, Expected, VisitFacts, expected_deviations
from clinical.visit_windows import VisitState

OPENS_ON, CLOSES_ON = date(2024, 3, 10), date(2024, 3, 16)
DONE = {
    "key": 7,
    "is_scheduled": True,
    "is_treatment_visit": False,
    "outcome": VisitState.DONE,
    "opens_on": OPENS_ON,
    "closes_on": CLOSES_ON,
    "occurred_on": OPENS_ON,
    "was_treated": False,
    "mode": "on_site",
    "may_be_by_phone": False,
}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"opens_on": None}, "the window of visit 7 has one end only"),
        ({"closes_on": None}, "the window of visit 7 has one end only"),
        ({"closes_on": date(2024, 3, 9)}, "the window of visit 7 ends on 2024-03-09, before it begins"),
        ({"occurred_on": None}, "visit 7 is done, but on no day"),
        ({"mode": "video"}, 'visit 7 took place "video"; allowed are on_site, partly_by_phone, by_phone'),
        (
            {"outcome": VisitState.MISSED, "opens_on": None, "closes_on": None},
            "visit 7 is missed, but had no window",
        ),
    ],
)
def test_a_record_that_cannot_be_is_refused(changed: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        VisitFacts(**{**DONE, **changed})


@pytest.mark.parametrize(
    "changed",
    [
        {"closes_on": OPENS_ON},
        {"outcome": None, "occurred_on": None, "mode": ""},
        {"outcome": VisitState.MISSED, "occurred_on": None, "mode": ""},
        {"outcome": VisitState.CANCELLED, "opens_on": None, "closes_on": None, "mode": ""},
    ],
)
def test_a_window_of_one_day_and_an_unfinished_record_are_allowed(changed: dict[str, object]) -> None:
    assert VisitFacts(**{**DONE, **changed}).key == 7


@pytest.mark.parametrize("outcome", [VisitState.DONE, VisitState.MISSED])
def test_an_unscheduled_visit_has_no_window_to_keep_even_if_one_is_handed_in(outcome: VisitState) -> None:
    late = VisitFacts(**{**DONE, "is_scheduled": False, "outcome": outcome, "occurred_on": date(2024, 4, 1)})
    assert expected_deviations([late], unconsented=[], treated_ineligible_on=None) == ()


@pytest.mark.parametrize("value", [VisitFacts(**DONE), Expected(DeviationKind.VISIT_MISSED, 7, CLOSES_ON)])
def test_facts_and_deviations_cannot_be_changed(value: VisitFacts[int] | Expected[int]) -> None:
    with pytest.raises(FrozenInstanceError):
        value.key = 8  # type: ignore[misc]

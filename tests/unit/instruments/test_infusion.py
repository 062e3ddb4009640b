"""The infusion and the vital signs around it: what is worked out, what is refused and what is asked about."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from assessments.form_specs import ROW_KEY, CrfSpec, FormContext, Severity
from assessments.form_values import derived_values, missing_items, objections
from assessments.instruments.infusion.spec import SPEC as INFUSION
from assessments.instruments.infusion.spec import prefill
from assessments.instruments.infusion_vital_signs.model import TimePoint
from assessments.instruments.infusion_vital_signs.spec import SPEC as WATCHED
from assessments.instruments.infusion_vital_signs.spec import time_points

MILLION = 10**6
VISIT = date(2026, 5, 20)
START = datetime(2026, 5, 20, 9, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GIVEN = {
    "weight_kg": Decimal("70.0"),
    "viable_million_per_ml": Decimal("5.000"),
    "volume_ml": Decimal("27.0"),
    "started_at": START,
    "stopped_at": START + 45 * MINUTE,
    "is_interrupted": "N",
}


def context(**facts: Any) -> FormContext:
    return FormContext(consent_on=date(2026, 5, 1), visit_on=VISIT, **{"cells_per_kg": 2 * MILLION, **facts})


def derived(**values: Any) -> dict[str, Any]:
    return dict(derived_values(INFUSION, {**GIVEN, **values}, context()))


def found(spec: CrfSpec, values: dict[str, Any], **facts: Any) -> dict[str, Severity]:
    return {objection.code: objection.severity for objection in objections(spec, values, context(**facts))}


def pause(key: str, begun: int, ended: int | None) -> dict[str, Any]:
    """An interruption, in minutes after the start."""
    resumed = None if ended is None else START + ended * MINUTE
    return {ROW_KEY: key, "reason": "Pain", "stopped_at": START + begun * MINUTE, "resumed_at": resumed}


def test_an_infusion_of_27_instead_of_28_mL_is_3_6_percent_too_little() -> None:
    assert derived() == {
        "cells_per_kg": 2 * MILLION,
        "planned_cells": 140 * MILLION,
        "planned_volume_ml": Decimal("28.0"),
        "given_cells": 135 * MILLION,
        "given_cells_per_kg": 1_928_571,
        "deviation_percent": Decimal("-3.6"),
        "minutes_from_thaw": None,
        "minutes_running": 45,
        "rate_ml_per_h": Decimal("36.0"),
    }


def test_a_label_that_counts_all_nucleated_cells_is_turned_into_viable_ones_by_the_viability() -> None:
    counted = {
        "counted_cells": "nucleated",
        "nucleated_million_per_ml": Decimal("5.000"),
        "viable_million_per_ml": None,
    }
    values = derived(**counted, viability_percent=Decimal("92.0"))
    assert (values["planned_volume_ml"], values["given_cells"]) == (Decimal("30.4"), 124_200_000)
    for viability in (None, Decimal(0)):
        values = derived(**counted, viability_percent=viability)
        assert (values["planned_cells"], values["planned_volume_ml"], values["given_cells"]) == (
            140 * MILLION,
            None,
            None,
        )


@pytest.mark.parametrize(
    ("left_out", "unknown"),
    [
        ("weight_kg", {"planned_cells", "planned_volume_ml", "given_cells_per_kg", "deviation_percent"}),
        ("viable_million_per_ml", {"planned_volume_ml", "given_cells", "given_cells_per_kg", "deviation_percent"}),
        ("volume_ml", {"given_cells", "given_cells_per_kg", "deviation_percent", "rate_ml_per_h"}),
        ("stopped_at", {"minutes_running", "rate_ml_per_h"}),
    ],
)
def test_what_cannot_be_worked_out_yet_stays_empty(left_out: str, unknown: set[str]) -> None:
    values = derived(**{left_out: None})
    assert {name for name, value in values.items() if value is None} == unknown | {"minutes_from_thaw"}


@pytest.mark.parametrize(
    ("waited", "minutes"),
    [(0 * MINUTE, 0), (90 * MINUTE, 90), (89 * MINUTE + timedelta(seconds=1), 90), (-MINUTE, None)],
)
def test_the_thaw_clock_runs_from_the_end_of_thawing_to_the_start(waited: timedelta, minutes: int | None) -> None:
    assert derived(was_thawed="Y", thaw_ended_at=START - waited)["minutes_from_thaw"] == minutes


@pytest.mark.parametrize(
    ("pauses", "minutes", "rate"),
    [
        ((), 45, "36.0"),
        ((pause("1", 10, 25),), 30, "54.0"),
        ((pause("1", 10, 20), pause("2", 30, 35)), 30, "54.0"),
        ((pause("1", 10, None),), 45, "36.0"),
        ((pause("1", 10, 5),), 45, "36.0"),
        ((pause("1", 0, 45),), 0, None),
        ((pause("1", 0, 45), pause("2", 0, 45)), None, None),
    ],
)
def test_interruptions_are_taken_off_the_time_it_ran(pauses: Any, minutes: int | None, rate: str | None) -> None:
    values = derived(is_interrupted="Y", interruptions=pauses)
    assert (values["minutes_running"], values["rate_ml_per_h"]) == (minutes, rate and Decimal(rate))


@pytest.mark.parametrize(
    ("values", "code", "severity"),
    [
        ({"stopped_at": START}, "stop_before_start", Severity.HARD),
        ({"started_at": START - 24 * 60 * MINUTE}, "start_not_on_visit_day", Severity.HARD),
        ({"product_expires_at": START - MINUTE}, "product_expired", Severity.SOFT),
        (
            {"was_thawed": "Y", "thaw_started_at": START, "thaw_ended_at": START - MINUTE},
            "thaw_ends_before",
            Severity.HARD,
        ),
        ({"was_thawed": "Y", "thaw_ended_at": START + MINUTE}, "start_before_thaw_ended", Severity.HARD),
        (
            {"was_thawed": "Y", "thaw_ended_at": START - 366 * 24 * 60 * MINUTE},
            "minutes_from_thaw_impossible",
            Severity.HARD,
        ),
        ({"stopped_at": START + 366 * 24 * 60 * MINUTE}, "minutes_running_impossible", Severity.HARD),
        ({"viable_million_per_ml": Decimal("0.001"), "volume_ml": None}, "dose_impossible", Severity.HARD),
        ({"is_interrupted": "Y"}, "interruption_not_described", Severity.SOFT),
        (
            {"is_interrupted": "Y", "interruptions": (pause("2", 10, 10),)},
            "interruptions-2-stopped_at_order",
            Severity.HARD,
        ),
        (
            {"is_interrupted": "Y", "interruptions": (pause("2", -1, 10),)},
            "interruptions-2-stopped_at_outside",
            Severity.HARD,
        ),
        (
            {"is_interrupted": "Y", "interruptions": (pause("2", 10, 46),)},
            "interruptions-2-stopped_at_outside",
            Severity.HARD,
        ),
        ({"volume_ml": Decimal("25.1")}, "dose_off_plan", Severity.SOFT),
        ({"volume_ml": Decimal("30.9")}, "dose_off_plan", Severity.SOFT),
    ],
)
def test_what_cannot_be_is_refused_and_what_is_odd_is_asked_about(
    values: dict[str, Any], code: str, severity: Severity
) -> None:
    assert found(INFUSION, {**GIVEN, **values}) == {code: severity}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"product_expires_at": START},
        {"was_thawed": "Y", "thaw_started_at": START, "thaw_ended_at": START},
        {"volume_ml": Decimal("25.2")},
        {"volume_ml": Decimal("30.8")},
        {"is_interrupted": "Y", "interruptions": (pause("1", 0, 45),)},
        {"is_interrupted": "Y", "interruptions": (pause("1", 10, None),)},
    ],
)
def test_the_limits_themselves_are_allowed(values: dict[str, Any]) -> None:
    assert found(INFUSION, {**GIVEN, **values}) == {}


def test_an_empty_infusion_is_not_objected_to() -> None:
    assert found(INFUSION, {}) == {}


CLEARED = {
    "product_lot": "UC-2401",
    "bag_number": "7",
    "start_within_minutes": 90,
    "minimum_viability_percent": Decimal("80"),
}


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"product_lot": " uc-2401 ", "bag_number": "7"}, set()),
        ({"product_lot": "UC-2402", "bag_number": "8"}, {"product_lot_not_cleared", "bag_number_not_cleared"}),
        ({"was_thawed": "Y", "thaw_ended_at": START - 90 * MINUTE}, set()),
        ({"was_thawed": "Y", "thaw_ended_at": START - 91 * MINUTE}, {"thaw_limit_passed"}),
        ({"was_thawed": "Y", "post_thaw_viability_percent": Decimal("80.0")}, set()),
        ({"was_thawed": "Y", "post_thaw_viability_percent": Decimal("79.9")}, {"viability_below_specification"}),
    ],
)
def test_the_infusion_is_compared_with_what_two_persons_cleared(values: dict[str, Any], codes: set[str]) -> None:
    assert found(INFUSION, {**GIVEN, **values}, clearance=CLEARED) == dict.fromkeys(codes, Severity.SOFT)


def test_a_weight_unlike_that_of_the_vital_signs_is_asked_about() -> None:
    measured = {"weight_kg": Decimal("71.0000")}
    assert found(INFUSION, GIVEN, here=measured) == {"weight_differs_from_vital_signs": Severity.SOFT}
    assert found(INFUSION, GIVEN, here={"weight_kg": Decimal("70.0000")}) == {}


def test_the_form_opens_with_what_was_cleared_and_measured_and_nothing_else() -> None:
    cleared = {**CLEARED, "started_at": START, "thaw_ended_at": None}
    filled = prefill(context(clearance=cleared, here={"weight_kg": Decimal("70.0000")}))
    assert filled == {"product_lot": "UC-2401", "bag_number": "7", "started_at": START, "weight_kg": Decimal("70.0")}
    assert str(filled["weight_kg"]) == "70.0"


def test_the_infusion_asks_for_the_count_that_its_label_has() -> None:
    def wanted(**values: Any) -> set[str]:
        return {name for name in missing_items(INFUSION, values, {}) if name.endswith("million_per_ml")}

    assert wanted() == {"viable_million_per_ml"}
    assert wanted(counted_cells="nucleated") == {"nucleated_million_per_ml"}


def reading(key: str, **values: Any) -> dict[str, Any]:
    return {ROW_KEY: key, **values}


def test_every_time_point_around_the_infusion_has_its_line() -> None:
    assert time_points(context()) == tuple(TimePoint.values)
    assert time_points(context(panels={"infusion_vital_signs": ("PRE", "END")})) == ("PRE", "END")


@pytest.mark.parametrize(
    ("values", "code", "severity"),
    [
        ({"systolic_mmhg": 80, "diastolic_mmhg": 80}, "readings-PRE-diastolic_mmhg_not_below", Severity.HARD),
        ({"temperature_c": Decimal("38.0")}, "readings-PRE-temperature_c_notable", Severity.SOFT),
        ({"oxygen_saturation_percent": 89}, "readings-PRE-oxygen_saturation_percent_notable", Severity.SOFT),
    ],
)
def test_a_reading_that_cannot_be_is_refused_and_a_notable_one_asked_about(
    values: dict[str, Any], code: str, severity: Severity
) -> None:
    assert found(WATCHED, {"readings": (reading("PRE", **values),)}) == {code: severity}


def test_a_reading_that_was_called_out_of_the_ordinary_is_not_asked_about_again() -> None:
    fever = (reading("PRE", temperature_c=Decimal("39.0"), oxygen_saturation_percent=85),)
    assert found(WATCHED, {"readings": fever, "has_abnormality": "Y"}) == {}


@pytest.mark.parametrize(
    "values",
    [
        {"systolic_mmhg": 81, "diastolic_mmhg": 80},
        {"systolic_mmhg": 80},
        {"temperature_c": Decimal("37.9")},
        {"oxygen_saturation_percent": 90},
    ],
)
def test_an_ordinary_reading_raises_nothing(values: dict[str, Any]) -> None:
    assert found(WATCHED, {"readings": (reading("PRE", **values),)}) == {}


def test_a_reading_earlier_than_the_one_before_is_asked_about() -> None:
    def at(*minutes: int | None) -> dict[str, Severity]:
        moments = [None if minute is None else START + minute * MINUTE for minute in minutes]
        rows = zip(("PRE", "MIN15", "MIN30"), moments, strict=True)
        return found(WATCHED, {"readings": tuple(reading(key, measured_at=moment) for key, moment in rows)})

    assert at(0, 15, 30) == at(0, 0, 0) == {}
    assert at(0, None, -1) == {"readings-MIN30-measured_at_order": Severity.SOFT}

from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest

from clinical.body_regions import BodyRegion
from clinical.scoring.pasi import (
    RegionScore,
    area_score,
    area_without_signs,
    changed_suddenly,
    improvement_percent,
    pasi_total,
    reached,
    regional_pasi,
    signs_without_area,
)

CLEAR = RegionScore(erythema=0, induration=0, desquamation=0, area=0)


@pytest.mark.parametrize(
    ("field", "value", "highest"),
    [
        ("erythema", -1, 4),
        ("erythema", 5, 4),
        ("induration", -1, 4),
        ("induration", 5, 4),
        ("desquamation", -1, 4),
        ("desquamation", 5, 4),
        ("area", -1, 6),
        ("area", 7, 6),
    ],
)
def test_step_outside_its_range_is_refused_with_field_value_and_range(field: str, value: int, highest: int) -> None:
    steps = {"erythema": 0, "induration": 0, "desquamation": 0, "area": 0, field: value}
    with pytest.raises(ValueError, match=f"^{field} is {value}; allowed are whole numbers from 0 to {highest}$"):
        RegionScore(**steps)


@pytest.mark.parametrize("half_step", [2.5, 2.0, Decimal("2.5")])
def test_half_steps_and_other_number_types_are_refused(half_step: object) -> None:
    with pytest.raises(ValueError, match=r"erythema is 2\.[05]; allowed are whole numbers"):
        RegionScore(erythema=half_step, induration=0, desquamation=0, area=1)  # type: ignore[arg-type]


def test_highest_steps_are_allowed() -> None:
    assert RegionScore(erythema=4, induration=4, desquamation=4, area=6).signs == 12


def test_region_score_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        CLEAR.area = 1  # type: ignore[misc]


def test_total_needs_every_region() -> None:
    scores = dict.fromkeys(BodyRegion, CLEAR)
    del scores[BodyRegion.TRUNK]
    with pytest.raises(ValueError, match="no value for trunk"):
        pasi_total(scores)


def test_total_does_not_depend_on_the_order_of_the_regions() -> None:
    scores = {
        region: RegionScore(erythema=number, induration=0, desquamation=0, area=1)
        for number, region in enumerate(BodyRegion)
    }
    backwards = dict(reversed(scores.items()))
    assert pasi_total(scores) == pasi_total(backwards) == Decimal("2.0")


def test_scores_are_written_with_one_decimal() -> None:
    assert str(pasi_total(dict.fromkeys(BodyRegion, CLEAR))) == "0.0"
    one_step = RegionScore(erythema=1, induration=0, desquamation=0, area=5)
    assert str(regional_pasi(BodyRegion.UPPER_LIMBS, one_step)) == "1.0"


@pytest.mark.parametrize("percent", ["-0.1", "100.1", "NaN", "Infinity"])
def test_area_outside_nought_to_hundred_percent_has_no_score(percent: str) -> None:
    with pytest.raises(ValueError, match="allowed is 0 to 100 %"):
        area_score(Decimal(percent))


def test_improvement_is_not_rounded() -> None:
    assert improvement_percent(baseline=Decimal("3.0"), value=Decimal("1.0")) == Decimal(200) / 3


def test_worsening_is_a_negative_improvement() -> None:
    assert improvement_percent(baseline=Decimal("10.0"), value=Decimal("12.5")) == Decimal(-25)
    assert reached(baseline=Decimal("10.0"), value=Decimal("12.5"), percent=1) is False


def test_baseline_of_zero_has_no_improvement() -> None:
    assert improvement_percent(baseline=Decimal(0), value=Decimal("3.0")) is None
    assert reached(baseline=Decimal(0), value=Decimal(0), percent=75) is None


@pytest.mark.parametrize(
    ("baseline", "value", "moment"),
    [("-0.1", "0", "at baseline"), ("1", "-0.1", "now"), ("NaN", "1", "at baseline"), ("1", "Infinity", "now")],
)
def test_scores_below_zero_or_without_a_number_are_refused(baseline: str, value: str, moment: str) -> None:
    with pytest.raises(ValueError, match=f"the score {moment} is"):
        improvement_percent(baseline=Decimal(baseline), value=Decimal(value))
    with pytest.raises(ValueError, match=f"the score {moment} is"):
        reached(baseline=Decimal(baseline), value=Decimal(value), percent=50)


def test_threshold_is_never_met_by_rounding() -> None:
    just_below = Decimal("2.50001")
    assert round(improvement_percent(baseline=Decimal("10.0"), value=just_below) or 0, 1) == Decimal("75.0")
    assert reached(baseline=Decimal("10.0"), value=just_below, percent=75) is False


@pytest.mark.parametrize("percent", [0, -1, 101])
def test_threshold_outside_one_to_hundred_percent_is_refused(percent: int) -> None:
    with pytest.raises(ValueError, match=f"improvement threshold is {percent} %"):
        reached(baseline=Decimal("10.0"), value=Decimal("1.0"), percent=percent)


@pytest.mark.parametrize(
    ("score", "hard", "soft"),
    [
        (RegionScore(0, 0, 0, 0), False, False),
        (RegionScore(1, 0, 0, 0), True, False),
        (RegionScore(0, 1, 0, 0), True, False),
        (RegionScore(0, 0, 1, 0), True, False),
        (RegionScore(0, 0, 0, 1), False, True),
        (RegionScore(1, 0, 0, 1), False, False),
    ],
)
def test_signs_and_area_must_appear_together(score: RegionScore, hard: bool, soft: bool) -> None:
    assert signs_without_area(score) is hard
    assert area_without_signs(score) is soft


@pytest.mark.parametrize(("earlier", "value", "days"), [("-0.1", "1", 1), ("1", "-0.1", 1), ("1", "1", -1)])
def test_a_change_between_impossible_assessments_is_refused(earlier: str, value: str, days: int) -> None:
    with pytest.raises(ValueError, match=r"score|days"):
        changed_suddenly(earlier=Decimal(earlier), value=Decimal(value), days=days)

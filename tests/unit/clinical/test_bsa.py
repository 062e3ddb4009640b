from decimal import Decimal

import pytest

from clinical.body_regions import BodyRegion
from clinical.scoring.bsa import (
    Interval,
    agrees_with_areas,
    bsa_from_palms,
    bsa_from_region_percent,
    implied_interval,
    region_percent,
)

NOTHING = dict.fromkeys(BodyRegion, Decimal(0))


@pytest.mark.parametrize(
    ("region", "size"),
    [
        (BodyRegion.HEAD, 10),
        (BodyRegion.UPPER_LIMBS, 20),
        (BodyRegion.TRUNK, 30),
        (BodyRegion.LOWER_LIMBS, 40),
    ],
)
def test_a_region_holds_as_many_palms_as_it_is_large_and_no_more(region: BodyRegion, size: int) -> None:
    assert bsa_from_palms({**NOTHING, region: Decimal(size)}) == size
    assert region_percent(region, Decimal(size)) == 100
    message = f"allowed is 0 to {size} palms"
    for refused in (Decimal(size) + Decimal("0.1"), Decimal("-0.1"), Decimal("NaN")):
        with pytest.raises(ValueError, match=message):
            bsa_from_palms({**NOTHING, region: refused})
        with pytest.raises(ValueError, match=message):
            region_percent(region, refused)


def test_whole_body_in_palms_is_hundred_percent() -> None:
    sizes = [Decimal(10), Decimal(20), Decimal(30), Decimal(40)]
    assert str(bsa_from_palms(dict(zip(BodyRegion, sizes, strict=True)))) == "100.0"


def test_palms_are_summed_before_they_are_rounded() -> None:
    quarter_palms = dict.fromkeys(BodyRegion, Decimal("0.0625"))
    assert bsa_from_palms(quarter_palms) == Decimal("0.3")


def test_half_a_tenth_is_rounded_up() -> None:
    assert bsa_from_palms({**NOTHING, BodyRegion.HEAD: Decimal("0.25")}) == Decimal("0.3")
    assert bsa_from_region_percent({**NOTHING, BodyRegion.HEAD: Decimal("2.5")}) == Decimal("0.3")


def test_palms_of_a_missing_region_are_not_taken_as_zero() -> None:
    with pytest.raises(ValueError, match="no value for upper_limbs, trunk, lower_limbs"):
        bsa_from_palms({BodyRegion.HEAD: Decimal(1)})


def test_percent_of_every_region_is_weighted_by_its_share() -> None:
    percents = [Decimal(10), Decimal(20), Decimal(30), Decimal("40.5")]
    assert bsa_from_region_percent(dict(zip(BodyRegion, percents, strict=True))) == Decimal("30.2")


def test_percent_of_a_missing_region_is_not_taken_as_zero() -> None:
    with pytest.raises(ValueError, match="no value for head"):
        bsa_from_region_percent({region: Decimal(1) for region in BodyRegion if region is not BodyRegion.HEAD})


@pytest.mark.parametrize("percent", ["-0.1", "100.1", "NaN"])
def test_percent_of_a_region_outside_nought_to_hundred_is_refused(percent: str) -> None:
    with pytest.raises(ValueError, match=r"trunk is .* %; allowed is 0 to 100 %"):
        bsa_from_region_percent({**NOTHING, BodyRegion.TRUNK: Decimal(percent)})


def test_open_end_does_not_belong_to_an_interval_and_closed_end_does() -> None:
    low, high = Decimal(1), Decimal(2)
    opened = Interval(low=low, high=high, low_is_open=True, high_is_open=True)
    closed = Interval(low=low, high=high, low_is_open=False, high_is_open=False)
    assert [opened.contains(value) for value in (low, Decimal("1.5"), high)] == [False, True, False]
    assert [closed.contains(value) for value in (low, Decimal("1.5"), high)] == [True, True, True]
    assert not closed.contains(Decimal("0.9"))
    assert not closed.contains(Decimal("2.1"))


def test_interval_needs_every_region() -> None:
    with pytest.raises(ValueError, match="no value for lower_limbs"):
        implied_interval({BodyRegion.HEAD: 0, BodyRegion.UPPER_LIMBS: 0, BodyRegion.TRUNK: 0})


@pytest.mark.parametrize("score", [-1, 7])
def test_area_score_outside_nought_to_six_is_refused(score: int) -> None:
    with pytest.raises(ValueError, match=f"area score of trunk is {score}; allowed are 0 to 6"):
        agrees_with_areas(Decimal(0), {**dict.fromkeys(BodyRegion, 0), BodyRegion.TRUNK: score})

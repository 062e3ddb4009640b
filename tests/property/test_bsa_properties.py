from decimal import ROUND_HALF_UP, Decimal

from hypothesis import given
from hypothesis import strategies as st

from clinical.body_regions import SHARE_TENTHS, BodyRegion
from clinical.scoring.bsa import (
    agrees_with_areas,
    bsa_from_palms,
    bsa_from_region_percent,
    implied_interval,
    region_percent,
)
from clinical.scoring.pasi import area_score

ONE_TENTH = Decimal("0.1")

palms_everywhere = st.fixed_dictionaries(
    {region: st.decimals(min_value=0, max_value=10 * SHARE_TENTHS[region], places=1) for region in BodyRegion}
)
percents_everywhere = st.fixed_dictionaries(
    dict.fromkeys(BodyRegion, st.decimals(min_value=0, max_value=100, places=2))
)
area_scores_everywhere = st.fixed_dictionaries(dict.fromkeys(BodyRegion, st.integers(0, 6)))


@given(palms_everywhere)
def test_palms_and_the_percents_they_cover_give_the_same_bsa(palms: dict[BodyRegion, Decimal]) -> None:
    percents = {region: region_percent(region, count) for region, count in palms.items()}
    by_percent = sum((SHARE_TENTHS[region] * percent for region, percent in percents.items()), Decimal(0)) / 10
    assert bsa_from_palms(palms) == by_percent.quantize(ONE_TENTH, rounding=ROUND_HALF_UP)


@given(percents_everywhere)
def test_bsa_is_one_decimal_from_0_to_100(percents: dict[BodyRegion, Decimal]) -> None:
    bsa = bsa_from_region_percent(percents)
    assert 0 <= bsa <= 100
    assert bsa.as_tuple().exponent == -1


@given(percents_everywhere)
def test_true_bsa_lies_in_the_interval_implied_by_its_area_scores(percents: dict[BodyRegion, Decimal]) -> None:
    scores = {region: area_score(percent) for region, percent in percents.items()}
    true_bsa = sum((SHARE_TENTHS[region] * percent for region, percent in percents.items()), Decimal(0)) / 10
    assert implied_interval(scores).contains(true_bsa)


@given(percents_everywhere)
def test_recorded_bsa_agrees_with_its_own_area_scores_unless_it_is_rounded_to_zero(
    percents: dict[BodyRegion, Decimal],
) -> None:
    scores = {region: area_score(percent) for region, percent in percents.items()}
    recorded = bsa_from_region_percent(percents)
    nothing_is_affected = not any(percents.values())
    assert agrees_with_areas(recorded, scores) is (recorded > 0 or nothing_is_affected)


@given(palms_everywhere)
def test_bsa_counted_in_palms_always_agrees_with_the_area_scores_of_those_palms(
    palms: dict[BodyRegion, Decimal],
) -> None:
    scores = {region: area_score(region_percent(region, count)) for region, count in palms.items()}
    assert agrees_with_areas(bsa_from_palms(palms), scores)


@given(area_scores_everywhere)
def test_interval_is_a_single_point_exactly_when_nothing_is_affected(scores: dict[BodyRegion, int]) -> None:
    interval = implied_interval(scores)
    assert interval.low <= interval.high
    assert (interval.low == interval.high) is (not any(scores.values()))


@given(area_scores_everywhere)
def test_bsa_outside_the_interval_by_a_tenth_is_queried(scores: dict[BodyRegion, int]) -> None:
    interval = implied_interval(scores)
    assert not agrees_with_areas(interval.low - ONE_TENTH, scores)
    assert not agrees_with_areas(interval.high + ONE_TENTH, scores)

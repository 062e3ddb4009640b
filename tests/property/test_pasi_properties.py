from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from clinical.body_regions import BodyRegion
from clinical.scoring.pasi import (
    RegionScore,
    area_score,
    improvement_percent,
    pasi_total,
    reached,
    regional_pasi,
)

signs = st.integers(0, 4)
region_scores = st.builds(RegionScore, erythema=signs, induration=signs, desquamation=signs, area=st.integers(0, 6))
whole_bodies = st.fixed_dictionaries(dict.fromkeys(BodyRegion, region_scores))
pasi_values = st.integers(0, 720).map(lambda tenths: Decimal(tenths) / 10)
percents_of_region = st.decimals(min_value=0, max_value=100, places=3)


@given(whole_bodies)
def test_pasi_is_a_multiple_of_a_tenth_from_0_to_72(scores: dict[BodyRegion, RegionScore]) -> None:
    total = pasi_total(scores)
    assert 0 <= total <= 72
    assert total % Decimal("0.1") == 0
    assert total.as_tuple().exponent == -1


@given(whole_bodies)
def test_pasi_is_zero_or_at_least_a_tenth(scores: dict[BodyRegion, RegionScore]) -> None:
    total = pasi_total(scores)
    adds_something = any(score.area and score.signs for score in scores.values())
    assert (total >= Decimal("0.1")) if adds_something else (total == 0)


@given(whole_bodies)
def test_pasi_is_the_sum_of_its_regional_parts(scores: dict[BodyRegion, RegionScore]) -> None:
    assert pasi_total(scores) == sum(regional_pasi(region, score) for region, score in scores.items())


@given(
    whole_bodies,
    st.sampled_from(BodyRegion),
    st.sampled_from([("erythema", 4), ("induration", 4), ("desquamation", 4), ("area", 6)]),
    st.data(),
)
def test_a_higher_step_in_any_item_never_lowers_the_pasi(
    scores: dict[BodyRegion, RegionScore], region: BodyRegion, item: tuple[str, int], data: st.DataObject
) -> None:
    name, highest = item
    before = scores[region]
    steps = {field: getattr(before, field) for field in ("erythema", "induration", "desquamation", "area")}
    steps[name] = data.draw(st.integers(steps[name], highest))
    after = {**scores, region: RegionScore(**steps)}
    assert pasi_total(after) >= pasi_total(scores)
    gets_worse = steps[name] > getattr(before, name)
    counts = before.signs > 0 if name == "area" else before.area > 0
    assert (pasi_total(after) > pasi_total(scores)) is (gets_worse and counts)


@given(percents_of_region, percents_of_region)
def test_more_area_never_gets_a_lower_area_score(one: Decimal, other: Decimal) -> None:
    assert area_score(min(one, other)) <= area_score(max(one, other))


@given(percents_of_region)
def test_area_score_is_zero_exactly_when_nothing_is_affected(percent: Decimal) -> None:
    assert (area_score(percent) == 0) is (percent == 0)


@given(baseline=pasi_values.filter(bool), value=pasi_values, percent=st.integers(1, 100))
def test_reached_and_improvement_agree(baseline: Decimal, value: Decimal, percent: int) -> None:
    improvement = improvement_percent(baseline=baseline, value=value)
    assert improvement is not None
    assert reached(baseline=baseline, value=value, percent=percent) is (improvement >= percent)


@given(baseline=pasi_values.filter(bool), value=pasi_values, percent=st.integers(1, 100))
def test_reached_agrees_with_exact_fractions(baseline: Decimal, value: Decimal, percent: int) -> None:
    exact = 1 - Fraction(value) / Fraction(baseline)
    assert reached(baseline=baseline, value=value, percent=percent) is (exact >= Fraction(percent, 100))


@given(baseline=pasi_values.filter(bool), value=pasi_values, percent=st.integers(2, 100))
def test_who_reaches_a_threshold_reaches_every_lower_one(baseline: Decimal, value: Decimal, percent: int) -> None:
    if reached(baseline=baseline, value=value, percent=percent):
        assert reached(baseline=baseline, value=value, percent=percent - 1) is True


@given(baseline=pasi_values.filter(bool), value=pasi_values)
def test_full_improvement_means_clear_skin(baseline: Decimal, value: Decimal) -> None:
    assert reached(baseline=baseline, value=value, percent=100) is (value == 0)

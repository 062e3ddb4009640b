from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from clinical.grading.ctcae import SCALES, Direction, grade
from clinical.laboratory.analytes import ANALYTES, Analyte
from clinical.laboratory.reference_range import Flag, ReferenceRange, flag
from clinical.laboratory.units import from_standard, rounded, to_standard

analytes = st.sampled_from(list(ANALYTES.values()))
graded_codes = st.sampled_from(list(SCALES))
shares = st.decimals(min_value=0, max_value=1, places=4)
numbers = st.decimals(min_value=0, max_value=2000, places=2)
limits = st.none() | st.decimals(min_value=Decimal("0.01"), max_value=500, places=2)
baselines = st.none() | st.decimals(min_value=Decimal("0.01"), max_value=500, places=2)


@st.composite
def ranges(draw: st.DrawFn) -> ReferenceRange:
    low, high = draw(limits), draw(limits)
    if low is None or high is None or low == high:
        return ReferenceRange(low, None)
    return ReferenceRange(min(low, high), max(low, high))


@st.composite
def upper_limits(draw: st.DrawFn) -> ReferenceRange:
    return ReferenceRange(None, draw(limits))


def within(analyte: Analyte, share: Decimal) -> Decimal:
    return rounded(analyte, analyte.low + share * (analyte.high - analyte.low))


@given(graded_codes, numbers, ranges() | upper_limits(), baselines)
def test_every_value_has_one_grade_from_none_to_four_or_none_at_all(
    code: str, value: Decimal, normal: ReferenceRange, baseline: Decimal | None
) -> None:
    found = grade(code, value, normal, baseline=baseline)
    if found is not None:
        assert found.grade in range(5)
        assert (found.grade == 0) == (found.term == "") == (found.direction is None)
        assert any(scale.term == found.term for scale in SCALES[code]) or found.grade == 0


@given(graded_codes, numbers, numbers, ranges() | upper_limits(), baselines)
def test_a_value_further_from_normal_on_the_same_side_never_has_a_lower_grade(
    code: str, one: Decimal, other: Decimal, normal: ReferenceRange, baseline: Decimal | None
) -> None:
    nearer, further = min(one, other), max(one, other)
    found = grade(code, nearer, normal, baseline=baseline)
    beyond = grade(code, further, normal, baseline=baseline)
    if found is not None and found.direction is Direction.HIGH:
        assert beyond is not None
        assert beyond.grade >= found.grade
    if beyond is not None and beyond.direction is Direction.LOW:
        assert found is not None
        assert found.grade >= beyond.grade


@given(graded_codes, numbers, ranges())
def test_only_a_value_outside_normal_or_beyond_an_absolute_border_is_graded(
    code: str, value: Decimal, normal: ReferenceRange
) -> None:
    found = grade(code, value, normal)
    if found is not None and found.grade == 1:
        assert flag(value, normal) == (Flag.LOW if found.direction is Direction.LOW else Flag.HIGH)


@given(analytes, shares, st.data())
def test_a_value_survives_the_way_to_any_unit_and_back(analyte: Analyte, share: Decimal, data: st.DataObject) -> None:
    value = within(analyte, share)
    unit = data.draw(st.sampled_from(list(analyte.units)))
    assert to_standard(analyte, from_standard(analyte, value, unit), unit) == value


@given(analytes, numbers, st.data())
def test_the_standard_value_is_off_by_half_a_step_at_most(
    analyte: Analyte, value: Decimal, data: st.DataObject
) -> None:
    unit = data.draw(st.sampled_from(list(analyte.units)))
    factor = analyte.units[unit]
    off = to_standard(analyte, value, unit) * factor.divide - value * factor.multiply
    half_a_step = Decimal("0.5").scaleb(-analyte.decimals)
    assert abs(off) <= half_a_step * factor.divide


@given(numbers, ranges() | upper_limits())
def test_every_value_has_exactly_one_flag(value: Decimal, normal: ReferenceRange) -> None:
    found = flag(value, normal)
    assert (found is Flag.UNKNOWN) == (normal.low is None and normal.high is None)
    assert (found is Flag.LOW) == (normal.low is not None and value < normal.low)
    assert (found is Flag.HIGH) == (normal.high is not None and value > normal.high)

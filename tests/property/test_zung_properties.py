from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from clinical.scoring.zung import ITEMS, SAS, SDS, Level, ZungScale, index_score, level, raw_score

scales = st.sampled_from([SAS, SDS])
filled = st.fixed_dictionaries(dict.fromkeys(ITEMS, st.integers(1, 4)))


@given(scales, filled)
def test_a_raw_score_is_from_20_to_80_and_its_index_from_25_to_100(scale: ZungScale, answers: dict[int, int]) -> None:
    raw = raw_score(scale, answers)
    assert raw is not None
    assert 20 <= raw <= 80
    assert 25 <= index_score(raw) <= 100


@given(scales, filled)
def test_answers_turned_round_everywhere_mirror_the_raw_score(scale: ZungScale, answers: dict[int, int]) -> None:
    mirrored = raw_score(scale, {item: 5 - answer for item, answer in answers.items()})
    assert mirrored is not None
    assert raw_score(scale, answers) == 100 - mirrored


@given(scales, filled, st.sampled_from(ITEMS))
def test_a_more_frequent_answer_moves_the_score_by_one_in_the_direction_of_its_item(
    scale: ZungScale, answers: dict[int, int], item: int
) -> None:
    sums = [raw_score(scale, {**answers, item: answer}) or 0 for answer in (1, 2, 3, 4)]
    step = -1 if item in scale.reversed_items else 1
    assert [after - before for before, after in pairwise(sums)] == [step] * 3


@given(st.integers(20, 80))
def test_an_index_is_below_the_exact_product_by_less_than_one(raw: int) -> None:
    assert 0 <= raw * 125 - index_score(raw) * 100 < 100


@given(scales, st.integers(25, 99))
def test_a_higher_index_is_never_a_milder_level(scale: ZungScale, index: int) -> None:
    order = list(Level)
    assert order.index(level(scale, index)) <= order.index(level(scale, index + 1))

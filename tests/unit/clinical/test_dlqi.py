import pytest

from clinical.scoring.dlqi import DEGREE_ITEMS, Answers, Degree, KeptFromWork, effect_of, item_scores, work_score

NOTHING = dict.fromkeys(DEGREE_ITEMS, Degree.NONE)


def answers(*, degrees: dict[int, Degree | None] | None = None, trouble: Degree | None = None) -> Answers:
    return Answers(degrees={**NOTHING, **(degrees or {})}, kept_from_work=KeptFromWork.NO, trouble_at_work=trouble)


@pytest.mark.parametrize("item", [1, 2])
def test_the_first_two_items_are_always_relevant(item: int) -> None:
    with pytest.raises(ValueError, match=f"item {item} cannot be answered as not relevant"):
        answers(degrees={item: Degree.NOT_RELEVANT})


@pytest.mark.parametrize("item", [3, 4, 5, 6, 8, 9, 10])
def test_every_other_item_may_be_not_relevant_and_then_adds_nothing(item: int) -> None:
    assert item_scores(answers(degrees={item: Degree.NOT_RELEVANT}))[item] == 0


@pytest.mark.parametrize("degree", [Degree.VERY_STRONG, Degree.NOT_RELEVANT])
def test_trouble_at_work_is_at_most_strong(degree: Degree) -> None:
    with pytest.raises(ValueError, match=f"item 7a is {degree}; allowed are 0, 1 and 2"):
        answers(trouble=degree)


@pytest.mark.parametrize("degrees", [{}, {**NOTHING, 7: Degree.NONE}, {**NOTHING, 11: Degree.NONE}])
def test_an_item_too_few_or_too_many_is_refused(degrees: dict[int, Degree | None]) -> None:
    with pytest.raises(ValueError, match=r"needed are \[1, 2, 3, 4, 5, 6, 8, 9, 10\]"):
        Answers(degrees=degrees, kept_from_work=None, trouble_at_work=None)


def test_scores_are_named_for_all_ten_items_in_order() -> None:
    assert list(item_scores(answers())) == list(range(1, 11))


def test_a_work_item_without_answer_has_no_score_even_beside_trouble() -> None:
    blank = Answers(degrees=NOTHING, kept_from_work=None, trouble_at_work=Degree.STRONG)
    assert work_score(blank) is None


@pytest.mark.parametrize("total", [-1, 31])
def test_a_total_outside_nought_to_thirty_means_nothing(total: int) -> None:
    with pytest.raises(ValueError, match=f"DLQI total is {total}; allowed is 0 to 30"):
        effect_of(total)

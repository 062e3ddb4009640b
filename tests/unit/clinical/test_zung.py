import pytest

from clinical.scoring.zung import ITEMS, SAS, SDS, ZungScale, index_score, item_score, level, raw_score

both_scales = pytest.mark.parametrize("scale", [SAS, SDS], ids=["SAS", "SDS"])


@both_scales
@pytest.mark.parametrize("answer", [0, 5])
def test_an_answer_outside_one_to_four_is_refused(scale: ZungScale, answer: int) -> None:
    with pytest.raises(ValueError, match=f"item 5 is {answer}; allowed are 1 to 4"):
        raw_score(scale, {**dict.fromkeys(ITEMS, 1), 5: answer})


@both_scales
@pytest.mark.parametrize("item", [0, 21])
def test_an_item_outside_one_to_twenty_is_refused(scale: ZungScale, item: int) -> None:
    with pytest.raises(ValueError, match=f"item is {item}; allowed are 1 to 20"):
        item_score(scale, item=item, answer=1)


@both_scales
@pytest.mark.parametrize("item", ITEMS)
def test_one_item_without_answer_leaves_no_raw_score(scale: ZungScale, item: int) -> None:
    assert raw_score(scale, {**dict.fromkeys(ITEMS, 2), item: None}) is None
    assert raw_score(scale, {other: 2 for other in ITEMS if other != item}) is None


@pytest.mark.parametrize("raw", [19, 81])
def test_a_raw_score_outside_twenty_to_eighty_has_no_index(raw: int) -> None:
    with pytest.raises(ValueError, match=f"raw score is {raw}; allowed is 20 to 80"):
        index_score(raw)


@pytest.mark.parametrize("index", [24, 101])
def test_an_index_outside_its_range_has_no_level(index: int) -> None:
    with pytest.raises(ValueError, match=f"index is {index}; allowed is 25 to 100"):
        level(SAS, index)

import pytest

from clinical.body_regions import SHARE_TENTHS, BodyRegion, require_all_regions


def test_regions_stand_from_head_to_lower_limbs() -> None:
    assert [region.value for region in BodyRegion] == ["head", "upper_limbs", "trunk", "lower_limbs"]


def test_shares_make_up_the_whole_body() -> None:
    assert [SHARE_TENTHS[region] for region in BodyRegion] == [1, 2, 3, 4]
    assert sum(SHARE_TENTHS.values()) == 10


def test_shares_cannot_be_changed_at_run_time() -> None:
    with pytest.raises(TypeError):
        SHARE_TENTHS[BodyRegion.HEAD] = 9  # type: ignore[index]


def test_missing_regions_are_named() -> None:
    with pytest.raises(ValueError, match="no value for upper_limbs, lower_limbs; a score needs all 4 body regions"):
        require_all_regions({BodyRegion.HEAD: 0, BodyRegion.TRUNK: 0})


def test_four_regions_are_enough() -> None:
    require_all_regions(dict.fromkeys(BodyRegion, 0))

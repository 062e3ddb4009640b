"""The four body regions in which psoriasis is scored, and the share of the body that each stands for."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class BodyRegion(StrEnum):
    """A body region of the PASI, in the order in which forms and exports show them.

    The neck belongs to the head, axillae and groin to the trunk, buttocks to the lower limbs
    (Feldman & Krueger 2005, and common PASI training material).
    """

    HEAD = "head"
    UPPER_LIMBS = "upper_limbs"
    TRUNK = "trunk"
    LOWER_LIMBS = "lower_limbs"


SHARE_TENTHS: Mapping[BodyRegion, int] = MappingProxyType(
    {
        BodyRegion.HEAD: 1,
        BodyRegion.UPPER_LIMBS: 2,
        BodyRegion.TRUNK: 3,
        BodyRegion.LOWER_LIMBS: 4,
    }
)
"""Share of the body surface in tenths: the PASI weights 0.1, 0.2, 0.3, 0.4 (Feldman & Krueger 2005).

Not the rule of nines used for burns; the two must not be mixed.
"""


def require_all_regions(values: Mapping[BodyRegion, object]) -> None:
    """Refuse values that leave a region out: a region without a value is missing data, never zero.

    Raises ValueError naming the missing regions.
    """
    missing = [region.value for region in BodyRegion if region not in values]
    if missing:
        raise ValueError(f"no value for {', '.join(missing)}; a score needs all {len(BodyRegion)} body regions")

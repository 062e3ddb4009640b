"""Static physician's global assessment (sPGA): one level for how the psoriasis looks today.

Two scales are in use: six levels from 0 clear to 5 severe, and five levels from 0 to 4. The registry records of the
trials do not say which one they mean; six levels are the default. On the six-level scale the level is the mean of three
signs over all lesions together, infiltration, erythema and scaling, each 0 to 5 (form of the National Psoriasis
Foundation).
"""

from dataclasses import dataclass

FIVE_LEVELS, SIX_LEVELS = 5, 6
SCALES = (FIVE_LEVELS, SIX_LEVELS)
"""The scales in use, by their number of levels."""
SIGN_MAXIMUM = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class GlobalSigns:
    """The three signs over all lesions, whole steps 0 to 5, both allowed. Raises ValueError for any other."""

    infiltration: int
    erythema: int
    scaling: int

    def __post_init__(self) -> None:
        for sign in ("infiltration", "erythema", "scaling"):
            value = getattr(self, sign)
            if value not in range(SIGN_MAXIMUM + 1):
                raise ValueError(f"{sign} is {value}; allowed are whole numbers from 0 to {SIGN_MAXIMUM}")


def mean_level(signs: GlobalSigns) -> int:
    """Level 0 to 5 that the three signs mean: their mean, half rounded up to the nearest level (default)."""
    total = signs.infiltration + signs.erythema + signs.scaling
    return (2 * total + 3) // 6


def is_on_scale(level: int, *, levels: int) -> bool:
    """Whether a level belongs to a scale of so many levels, which begins at 0. Raises ValueError for another scale."""
    if levels not in SCALES:
        raise ValueError(f"a scale of {levels} levels is not known; known are {SCALES}")
    return 0 <= level < levels

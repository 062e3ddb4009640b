"""Grades of laboratory values by the Common Terminology Criteria for Adverse Events (CTCAE), version 5.0.

Only what the value itself says: criteria such as "symptomatic", "transfusion indicated" or "hospitalisation indicated"
stay with the investigator, whose grade is kept apart. Grade 4 is tested first, then 3, 2 and 1; a border value belongs
to the lower grade: "<75.0-50.0" means that 75.0 is grade 1 and 50.0 is grade 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from clinical.laboratory.reference_range import Flag, ReferenceRange, flag

VERSION = "5.0"
"""Kept with every grade: version 6 changes the rules for a raised baseline."""


class Direction(StrEnum):
    """The side on which a value leaves the normal range."""

    LOW = "low"
    HIGH = "high"


class Basis(StrEnum):
    """What a criterion compares the value with."""

    ABSOLUTE = "absolute"
    LIMIT = "limit"
    BASELINE = "baseline"


@dataclass(frozen=True)
class Criterion:
    """`grade` is reached beyond `times` x the basis + `plus`; where `reaches`, at that value already.

    Of an absolute criterion `times` is the border itself, in the standard unit of the analyte.
    """

    grade: int
    basis: Basis
    times: Decimal
    plus: Decimal = Decimal(0)
    reaches: bool = False


@dataclass(frozen=True)
class Scale:
    """One term of CTCAE with its criteria, the highest grade first.

    `from_raised_baseline` takes their place where the baseline lies above its own upper limit.
    """

    term: str
    direction: Direction
    criteria: tuple[Criterion, ...]
    from_raised_baseline: tuple[Criterion, ...] = ()


@dataclass(frozen=True)
class LabGrade:
    """The grade of one value, 0 (none) to 4, with the term it belongs to.

    A value without a grade has neither term nor direction. `by_baseline` says that the value was compared with the
    baseline; `by_limits` is then what it would be without a baseline (None: not known), for a page to show both.
    """

    term: str
    direction: Direction | None
    grade: int
    by_baseline: bool
    by_limits: int | None
    version: str = VERSION


def _absolute(*borders: str, highest: int = 4) -> tuple[Criterion, ...]:
    return tuple(Criterion(highest - step, Basis.ABSOLUTE, Decimal(border)) for step, border in enumerate(borders))


def _times(basis: Basis, *multiples: str, highest: int = 4) -> tuple[Criterion, ...]:
    return tuple(Criterion(highest - step, basis, Decimal(multiple)) for step, multiple in enumerate(multiples))


NOTHING = Criterion(0, Basis.ABSOLUTE, Decimal(0))
"""Stands for "no criterion is met"."""
BEYOND_LIMIT = Criterion(1, Basis.LIMIT, Decimal(1))


def _low(term: str, *borders: str, highest: int = 4) -> Scale:
    return Scale(term, Direction.LOW, (*_absolute(*borders, highest=highest), BEYOND_LIMIT))


def _high(term: str, *borders: str) -> Scale:
    return Scale(term, Direction.HIGH, (*_absolute(*borders), BEYOND_LIMIT))


def _transaminase(term: str) -> Scale:
    # "1.5 - 3.0 x baseline": unlike all others, the lowest border is printed without ">".
    lowest = Criterion(1, Basis.BASELINE, Decimal("1.5"), reaches=True)
    raised = (*_times(Basis.BASELINE, "20", "5", "3"), lowest)
    return Scale(term, Direction.HIGH, _times(Basis.LIMIT, "20", "5", "3", "1"), raised)


CALCIUM = (
    _high("Hypercalcemia", "3.4", "3.1", "2.9"),
    _low("Hypocalcemia", "1.5", "1.75", "2.0"),
)
IONISED_CALCIUM = (
    _high("Hypercalcemia", "1.8", "1.6", "1.5"),
    _low("Hypocalcemia", "0.8", "0.9", "1.0"),
)
BILIRUBIN = Scale(
    "Blood bilirubin increased",
    Direction.HIGH,
    _times(Basis.LIMIT, "10", "3", "1.5", "1"),
    _times(Basis.BASELINE, "10", "3", "1.5", "1"),
)
CREATININE = Scale(
    "Creatinine increased",
    Direction.HIGH,
    (
        Criterion(4, Basis.LIMIT, Decimal(6)),
        Criterion(3, Basis.LIMIT, Decimal(3)),
        Criterion(3, Basis.BASELINE, Decimal(3)),
        Criterion(2, Basis.LIMIT, Decimal("1.5")),
        Criterion(2, Basis.BASELINE, Decimal("1.5")),
        BEYOND_LIMIT,
    ),
)
HAEMOGLOBIN_HIGH = Scale(
    "Hemoglobin increased",
    Direction.HIGH,
    tuple(Criterion(grade, Basis.LIMIT, Decimal(1), Decimal(plus)) for grade, plus in ((3, 40), (2, 20), (1, 0))),
)

SCALES: Mapping[str, tuple[Scale, ...]] = {
    "CA": CALCIUM,
    "CACR": CALCIUM,
    "CAION": IONISED_CALCIUM,
    "ALT": (_transaminase("Alanine aminotransferase increased"),),
    "AST": (_transaminase("Aspartate aminotransferase increased"),),
    "BILI": (BILIRUBIN,),
    "CREAT": (CREATININE,),
    "HGB": (_low("Anemia", "80", "100", highest=3), HAEMOGLOBIN_HIGH),
    "PLAT": (_low("Platelet count decreased", "25", "50", "75"),),
    "WBC": (
        _low("White blood cell decreased", "1", "2", "3"),
        Scale("Leukocytosis", Direction.HIGH, _absolute("100", highest=3)),
    ),
    "LYM": (_low("Lymphocyte count decreased", "0.2", "0.5", "0.8"),),
}
"""The scales of each analyte. CTCAE speaks of corrected calcium; total calcium is graded alike where albumin is not
known (default)."""


def grade(
    code: str,
    value: Decimal,
    reference_range: ReferenceRange,
    *,
    baseline: Decimal | None = None,
    baseline_range: ReferenceRange | None = None,
) -> LabGrade | None:
    """The grade of a value in the standard unit of the analyte, or None where none can be given.

    None: the analyte has no scale here, or a limit is missing that a criterion still to be tested needs. A criterion on
    the baseline is passed over where there is none. `baseline_range` is the normal range at baseline; without it, the
    baseline is compared with `reference_range` (default). Raises ValueError for a value that is no number or a baseline
    that is not above 0.
    """
    if not value.is_finite():
        raise ValueError(f"{value} is no number")
    if baseline is not None and not (baseline.is_finite() and baseline > 0):
        raise ValueError(f"baseline is {baseline}; it must be above 0")
    if code not in SCALES:
        return None
    is_raised = baseline is not None and flag(baseline, baseline_range or reference_range) is Flag.HIGH
    grades = [_on(scale, value, reference_range, baseline, is_raised=is_raised) for scale in SCALES[code]]
    reached = [found for found in grades if found is not None and found.grade > 0]
    if reached:
        return max(reached, key=lambda found: found.grade)
    return None if None in grades else grades[0]


def corrected_calcium(*, total: Decimal, albumin: Decimal) -> Decimal:
    """Calcium in mmol/L as it would be with 40 g/L of albumin, two decimals, half up (default).

    total calcium in mmol/L + 0.02 x (40 - albumin in g/L): the usual clinical formula, which CTCAE asks for and does
    not print. Raises ValueError when one of them is below 0 or no number.
    """
    for value in (total, albumin):
        if not value.is_finite() or value < 0:
            raise ValueError(f"{value} is no concentration")
    return (total + Decimal("0.02") * (40 - albumin)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def _on(
    scale: Scale, value: Decimal, limits: ReferenceRange, baseline: Decimal | None, *, is_raised: bool
) -> LabGrade | None:
    limit = limits.low if scale.direction is Direction.LOW else limits.high
    criteria = scale.from_raised_baseline if is_raised and scale.from_raised_baseline else scale.criteria
    met = _first_met(criteria, scale.direction, value, limit, baseline)
    if met is None:
        return None
    by_limits = _first_met(scale.criteria, scale.direction, value, limit, None)
    without = None if by_limits is None else by_limits.grade
    if met is NOTHING:
        return LabGrade("", None, 0, criteria is not scale.criteria, without)
    return LabGrade(scale.term, scale.direction, met.grade, met.basis is Basis.BASELINE, without)


def _first_met(
    criteria: tuple[Criterion, ...],
    direction: Direction,
    value: Decimal,
    limit: Decimal | None,
    baseline: Decimal | None,
) -> Criterion | None:
    """The highest criterion that is met, NOTHING, or None where a limit is missing before that is known."""
    bases = {Basis.ABSOLUTE: Decimal(1), Basis.LIMIT: limit, Basis.BASELINE: baseline}
    for criterion in criteria:
        basis = bases[criterion.basis]
        if basis is not None:
            if _is_met(criterion, direction, value, criterion.times * basis + criterion.plus):
                return criterion
        elif criterion.basis is Basis.LIMIT:
            return None
    return NOTHING


def _is_met(criterion: Criterion, direction: Direction, value: Decimal, border: Decimal) -> bool:
    beyond = value < border if direction is Direction.LOW else value > border
    return beyond or (criterion.reaches and value == border)

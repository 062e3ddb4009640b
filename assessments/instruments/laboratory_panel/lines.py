"""What follows from one line of a laboratory report: standard value, limits, flag and grade."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from assessments.form_specs import ROW_KEY, FormContext, KnownRange, Values
from assessments.instruments.laboratory_panel.facts import HIGH, LOW, fact_code
from assessments.instruments.laboratory_panel.model import RangeSource
from clinical.grading.ctcae import LabGrade, grade
from clinical.laboratory.analytes import ANALYTES, Analyte
from clinical.laboratory.reference_range import ReferenceRange
from clinical.laboratory.reported import Qualifier, flag_reported
from clinical.laboratory.units import to_standard

SAMPLED_ON = "sampled_on"
DERIVED = (
    "standard_value",
    "standard_low",
    "standard_high",
    "range_source",
    "flag",
    "grade",
    "grade_term",
    "grade_by_limits",
    "grade_version",
)
NO_LIMITS = ReferenceRange()


@dataclass(frozen=True)
class Line:
    """A line that says something: its analyte, its unit and its result in the standard unit."""

    analyte: Analyte
    unit: str
    value: Decimal
    qualifier: Qualifier | None

    @property
    def exact(self) -> Decimal | None:
        """The value where it is a number that may be calculated with."""
        return self.value if self.qualifier is None else None


def line_of(row: Values) -> Line | None:
    """The line, or None where it has no result, or one that cannot be read."""
    analyte, result = ANALYTES.get(row[ROW_KEY]), row.get("result")
    if analyte is None or result is None:
        return None
    unit = unit_of(analyte, row)
    qualifier = Qualifier(row["qualifier"]) if row.get("qualifier") else None
    return Line(analyte, unit, to_standard(analyte, result, unit), qualifier)


def unit_of(analyte: Analyte, row: Values) -> str:
    """The unit of the line; the standard one where none of the analyte's is chosen."""
    unit = str(row.get("unit"))
    return unit if unit in analyte.units else analyte.unit


def typed_limits(row: Values) -> ReferenceRange | None:
    """The limits that were copied from the report, in the standard unit; None where there are none, or none in
    order."""
    analyte = ANALYTES.get(row[ROW_KEY])
    low, high = row.get("low"), row.get("high")
    if analyte is None or (low is None and high is None):
        return None
    unit = unit_of(analyte, row)
    try:
        return ReferenceRange(*(None if limit is None else to_standard(analyte, limit, unit) for limit in (low, high)))
    except ValueError:
        return None


def day_of_sample(values: Values, context: FormContext) -> date:
    """The day of the sample; that of the visit while it is not known."""
    day: date | None = values.get(SAMPLED_ON)
    return day or context.visit_on


def known_range(row: Values, values: Values, context: FormContext) -> KnownRange | None:
    """The normal range of the site for the line on the day of the sample."""
    return context.ranges_on(day_of_sample(values, context)).get(row[ROW_KEY])


def derive(row: Values, values: Values, context: FormContext) -> dict[str, Any]:
    """Standard value, limits, flag and grade of a line with a result; limits of the report go before those of the
    site."""
    found: dict[str, Any] = dict.fromkeys(DERIVED)
    line = line_of(row)
    if line is None:
        return found
    typed, known = typed_limits(row), known_range(row, values, context)
    limits = typed or (known.standard if known else NO_LIMITS)
    graded = _grade(line, limits, values, context)
    found |= {
        "standard_value": line.exact,
        "standard_low": limits.low,
        "standard_high": limits.high,
        "flag": flag_reported(line.value, limits, line.qualifier).value or None,
    }
    if typed or known:
        found["range_source"] = (RangeSource.REPORT if typed else RangeSource.SITE).value
    if graded is not None:
        differs = graded.by_limits is not None and graded.by_limits != graded.grade
        found |= {
            "grade": graded.grade,
            "grade_term": graded.term or None,
            "grade_by_limits": graded.by_limits if differs else None,
            "grade_version": graded.version,
        }
    return found


def _grade(line: Line, limits: ReferenceRange, values: Values, context: FormContext) -> LabGrade | None:
    if line.exact is None:
        return None
    code, first = line.analyte.code, context.first_treatment_on
    baseline = baseline_limits = None
    if first is not None and day_of_sample(values, context) > first:
        value = context.baseline.get(fact_code(code))
        baseline = value if value is not None and value > 0 else None
        baseline_limits = _baseline_limits(code, context)
    return grade(code, line.exact, limits, baseline=baseline, baseline_range=baseline_limits)


def _baseline_limits(code: str, context: FormContext) -> ReferenceRange | None:
    low, high = (context.baseline.get(fact_code(code, name)) for name in (LOW, HIGH))
    return None if low is None and high is None else ReferenceRange(low, high)

"""What is odd about a laboratory report."""

from collections.abc import Iterator

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from assessments.form_specs import ROW_KEY, FormContext, Objection, RowGroup, Severity, Values, is_empty
from assessments.instruments.laboratory_panel.lines import (
    SAMPLED_ON,
    Line,
    known_range,
    line_of,
    typed_limits,
)
from clinical.numbers import plain

FAR_OUTSIDE = 10
"""A value so many times above its upper limit, or below its lower one, is asked about, because it may stand in another
unit (default)."""


def sample_objections(values: Values, context: FormContext) -> list[Objection]:
    """The sample is taken between consent and visit."""
    day = values.get(SAMPLED_ON)
    if day is not None and day > context.visit_on:
        message = _("The sample was taken after the visit of %(day)s.") % {"day": context.visit_on}
        return [Objection("sample_after_visit", Severity.HARD, message, (SAMPLED_ON,))]
    if day is not None and day < context.consent_on:
        message = _("The sample was taken before the consent of %(day)s.") % {"day": context.consent_on}
        return [Objection("sample_before_consent", Severity.HARD, message, (SAMPLED_ON,))]
    return []


def line_objections(group: RowGroup, values: Values, context: FormContext) -> Iterator[Objection]:
    """Results that cannot be or are far outside, limits out of order or other than those of the site."""
    for row in values[group.name]:
        yield from _limits_in_order(group, row)
        line = line_of(row)
        if line is None:
            if not is_empty(row.get("qualifier")):
                address = group.address(row[ROW_KEY], "qualifier")
                message = _("There is a sign, but no number behind it.")
                yield Objection(f"{address}_alone", Severity.SOFT, message, (address,))
            continue
        yield from _possible(group, row, line)
        yield from _other_limits(group, row, values, context)
        yield from _far_outside(group, row, line)


def lines_without_limits(group: RowGroup, values: Values) -> list[Objection]:
    """One objection for all results that no limit is known for."""
    lacking = [
        row[ROW_KEY]
        for row in values[group.name]
        if line_of(row) is not None and row.get("standard_low") is None and row.get("standard_high") is None
    ]
    if not lacking:
        return []
    names = ", ".join(str(group.label(key)) for key in lacking)
    message = _("No normal range of the site fits these: %(names)s. Copy the limits of the report.") % {"names": names}
    addresses = tuple(group.address(key, "high") for key in lacking)
    return [Objection(f"{group.name}_without_limits", Severity.SOFT, message, addresses)]


def _limits_in_order(group: RowGroup, row: Values) -> Iterator[Objection]:
    low, high = row.get("low"), row.get("high")
    has_limits = low is not None or high is not None
    if has_limits and typed_limits(row) is None:
        address = group.address(row[ROW_KEY], "high")
        yield Objection(
            f"{address}_order", Severity.HARD, _("The lower limit must be below the upper one."), (address,)
        )


def _possible(group: RowGroup, row: Values, line: Line) -> Iterator[Objection]:
    analyte = line.analyte
    if line.qualifier is None and not analyte.can_be(line.value):
        address = group.address(row[ROW_KEY], "result")
        message = _("This would be %(value)s %(unit)s; possible is %(low)s to %(high)s. Is the unit right?") % {
            "value": plain(line.value),
            "unit": analyte.unit,
            "low": plain(analyte.low),
            "high": plain(analyte.high),
        }
        yield Objection(f"{address}_impossible", Severity.HARD, message, (address,))


def _other_limits(group: RowGroup, row: Values, values: Values, context: FormContext) -> Iterator[Objection]:
    typed, known = typed_limits(row), known_range(row, values, context)
    if typed is None or known is None or typed == known.standard:
        return
    address = group.address(row[ROW_KEY], "low" if row.get("low") is not None else "high")
    message = _("%(what)s: these are not the limits of the site's normal range. Are they those of the report?") % {
        "what": capfirst(str(group.label(row[ROW_KEY])))
    }
    yield Objection(f"{address}_other", Severity.SOFT, message, (address,))


def _far_outside(group: RowGroup, row: Values, line: Line) -> Iterator[Objection]:
    low, high = row.get("standard_low"), row.get("standard_high")
    is_far_above = high is not None and high > 0 and line.value > FAR_OUTSIDE * high
    is_far_below = low is not None and line.qualifier is None and FAR_OUTSIDE * line.value < low
    if is_far_above or is_far_below:
        address = group.address(row[ROW_KEY], "result")
        message = _("%(what)s is more than %(times)s times outside its limit. Are result and limit in this unit?") % {
            "what": capfirst(str(group.label(row[ROW_KEY]))),
            "times": FAR_OUTSIDE,
        }
        yield Objection(f"{address}_far_outside", Severity.SOFT, message, (address,))

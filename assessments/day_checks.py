"""Days in the past: whether a day can be, whether an answer calls for one, and the days of a line."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from assessments.form_data import FormData
from assessments.form_specs import ROW_KEY, FormContext, Objection, RowGroup, Severity, Values
from clinical.ages import age_on
from clinical.partial_days import earliest, is_after

LONGEST_LIFE_YEARS = 120
"""A day further back than this was never lived through (default); it is a year typed wrongly, such as 0225."""


@dataclass(frozen=True)
class DayOfState:
    """A day that is asked for where the item `state` has one of these values."""

    day: str
    state: str
    states: tuple[str, ...]

    def is_due(self, values: Values) -> bool:
        """Whether the state calls for the day."""
        return values.get(self.state) in self.states


def days_that_cannot_be(
    values: Values, context: FormContext, *, model: type[FormData], days: Iterable[str]
) -> list[Objection]:
    """Days after the visit or beyond a human life are refused; a day before the subject's birth is asked about.

    The birth is known from the demographics of the same visit, as completed years at consent.
    """
    found: list[Objection] = []
    message: Any
    for name in days:
        day = values.get(name)
        if day is None:
            continue
        label, age = label_of(model, name), context.here.get("age_years")
        if day > context.visit_on:
            message = _("%(what)s: the day is after the visit of %(day)s.") % {"what": label, "day": context.visit_on}
            found.append(Objection(f"{name}_after_visit", Severity.HARD, message, (name,)))
        elif age_on(birth_date=day, on=context.visit_on) > LONGEST_LIFE_YEARS:
            message = _("%(what)s: the day is more than %(years)s years ago.") % {
                "what": label,
                "years": LONGEST_LIFE_YEARS,
            }
            found.append(Objection(f"{name}_too_long_ago", Severity.HARD, message, (name,)))
        elif age is not None and day <= context.consent_on and age_on(birth_date=day, on=context.consent_on) > age:
            message = _("%(what)s: the day is before the subject's birth, as the demographics have it.") % {
                "what": label
            }
            found.append(Objection(f"{name}_before_birth", Severity.SOFT, message, (name,)))
    return found


def days_of_line(
    row: Values, context: FormContext, *, group: RowGroup, out_of_order: str | Promise, start: str, end: str
) -> list[Objection]:
    """A line is refused a day after the visit, and an end that is certainly before its start.

    Both days may be partial; `out_of_order` says that the end is before the start.
    """
    found: list[Objection] = []
    key, message = row[ROW_KEY], _("This is after the visit of %(day)s.") % {"day": context.visit_on}
    for name in (start, end):
        day = row.get(name)
        if day and earliest(day) > context.visit_on:
            address = group.address(key, name)
            found.append(Objection(f"{address}_after_visit", Severity.HARD, message, (address,)))
    if row.get(start) and row.get(end) and is_after(row[start], row[end]):
        address = group.address(key, end)
        found.append(Objection(f"{address}_before_start", Severity.HARD, out_of_order, (address,)))
    return found


def label_of(model: type[FormData], name: str) -> str:
    """What people call an item, as the beginning of a sentence."""
    return str(capfirst(str(_column(model, name).verbose_name)))


def _column(model: type[FormData], name: str) -> Any:
    return model._meta.get_field(name)

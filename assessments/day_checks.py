"""Edit checks of days in the past: whether a day can be, and whether it belongs to the state that was chosen."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from assessments.form_data import FormData
from assessments.form_specs import FormContext, Objection, Severity, Values
from clinical.ages import age_on

LONGEST_LIFE_YEARS = 120
"""A day further back than this was never lived through (default); it is a year typed wrongly, such as 0225."""


@dataclass(frozen=True)
class DayOfState:
    """A day that is asked for where the item `state` has one of these values, and is empty where it has another."""

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
        label, age = _label(model, name), context.here.get("age_years")
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


def days_without_their_state(values: Values, *, model: type[FormData], rules: Iterable[DayOfState]) -> list[Objection]:
    """A day is refused beside a state that has none; whether a day is missing is asked when the form is completed."""
    found = []
    for rule in rules:
        if values.get(rule.day) is None or values.get(rule.state) is None or rule.is_due(values):
            continue
        message = _("%(what)s: no day belongs to the answer “%(answer)s”. Change the answer or remove the day.") % {
            "what": _label(model, rule.day),
            "answer": _answer(model, rule.state, values[rule.state]),
        }
        found.append(Objection(f"{rule.day}_without_state", Severity.HARD, message, (rule.day, rule.state)))
    return found


def _label(model: type[FormData], name: str) -> str:
    return str(capfirst(str(_column(model, name).verbose_name)))


def _answer(model: type[FormData], name: str, value: str) -> str:
    return str(dict(_column(model, name).flatchoices).get(value, value))


def _column(model: type[FormData], name: str) -> Any:
    return model._meta.get_field(name)

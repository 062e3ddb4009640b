"""Items and checks that both ends have."""

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.codes import YesNo
from assessments.day_checks import days_that_cannot_be, label_of
from assessments.form_data import FormData
from assessments.form_specs import FormContext, Item, Objection, Severity, Values
from assessments.instruments.disposition.model import StopReason


def end_items(day_hint: str | Promise) -> tuple[Item, ...]:
    """The day, whether it was planned, and why not."""
    return (
        Item("ended_on", cdash="DSSTDAT", hint=day_hint, may_be_missing=False),
        Item("is_completed", may_be_missing=False),
        Item("stop_reason", cdash="DSDECOD", may_be_missing=False, shown_if=_is_stopped),
        Item("other_reason", cdash="DSTERM", may_be_missing=False, shown_if=_is_other),
    )


def _is_stopped(values: Values) -> bool:
    return values.get("is_completed") == YesNo.NO


def _is_other(values: Values) -> bool:
    return _is_stopped(values) and values.get("stop_reason") == StopReason.OTHER


def days_of_end(values: Values, context: FormContext, *, model: type[FormData], days: Iterable[str]) -> list[Objection]:
    """Days after the visit are refused, and days before the first treatment; before the consent where there is none."""
    names = tuple(days)
    found = days_that_cannot_be(values, context, model=model, days=names)
    message: Any
    for name in names:
        day, label = values.get(name), label_of(model, name)
        if day is None:
            continue
        if context.first_treatment_on is not None and day < context.first_treatment_on:
            message = _("%(what)s: the day is before the first treatment on %(day)s.") % {
                "what": label,
                "day": context.first_treatment_on,
            }
            found.append(Objection(f"{name}_before_treatment", Severity.HARD, message, (name,)))
        elif day < context.consent_on:
            message = _("%(what)s: the day is before the consent of %(day)s.") % {
                "what": label,
                "day": context.consent_on,
            }
            found.append(Objection(f"{name}_before_consent", Severity.HARD, message, (name,)))
    return found

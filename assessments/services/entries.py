"""What somebody enters, and what is refused of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments.form_data import FormData
from assessments.form_specs import CrfSpec, FormContext, Item
from assessments.form_values import hard, missing_items, objections, unexplained
from patients.models import Visit
from patients.policies import day_is_possible
from patients.services.planning import consent_day
from trials.policies import NotAllowedNow


class FormConflict(Exception):
    """Somebody else has saved the form since it was opened; `stored` is what the database holds now."""

    def __init__(self, stored: FormData) -> None:
        super().__init__(_("Somebody else has saved this form since you opened it."))
        self.stored = stored


@dataclass(frozen=True)
class Entry:
    """What one person entered: values by item, coded reasons for missing ones, explanations of soft checks by code.

    `values` hold the lines of repeating groups too; reasons go by the address of an item.
    """

    values: Mapping[str, Any]
    assessed_on: date
    missing: Mapping[str, str] = field(default_factory=dict)
    confirmed: Mapping[str, str] = field(default_factory=dict)


def refuse_impossible_day(day: date, visit: Visit) -> None:
    """The day of assessment lies between consent and today; raises ValidationError (field `assessed_on`)."""
    subject = visit.subject
    try:
        day_is_possible(day, subject=subject, today=subject.site.today(), consent_on=consent_day(subject))
    except NotAllowedNow as refusal:
        raise ValidationError({"assessed_on": str(refusal)}) from refusal


def refuse_wrong_values(spec: CrfSpec, entry: Entry, context: FormContext, *, complete: bool) -> None:
    """Hard checks always, missing values and unexplained soft checks of a complete form; raises ValidationError by
    address."""
    found = objections(spec, entry.values, context)
    errors: dict[str, list[str]] = {}
    for objection in hard(found):
        errors.setdefault(objection.items[0], []).append(str(objection.message))
    if complete:
        for address in missing_items(spec, entry.values, entry.missing):
            errors.setdefault(address, []).append(_no_value_message(spec.item_at(address)))
        for objection in unexplained(found, entry.confirmed):
            errors.setdefault(objection.items[0], []).append(str(objection.message))
    if errors:
        raise ValidationError(errors)


def _no_value_message(item: Item) -> str:
    if item.may_be_missing:
        return _("Enter a value or choose the reason why there is none.")
    return _("Enter a value; this form is complete only with all of them.")

"""What somebody enters, and what is refused of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from assessments.form_data import FormData
from assessments.form_specs import CrfSpec, FormContext, Item
from assessments.form_values import Version, changed_addresses, hard, missing_items, objections, unexplained
from assessments.wording.display import Words
from patients.models import Visit
from patients.policies import day_is_possible
from trials.policies import NotAllowedNow


class FormConflict(Exception):
    """Somebody else has saved the form since it was opened; `stored` is what the database holds now."""

    def __init__(self, stored: FormData) -> None:
        super().__init__(_("Somebody else has saved this form since you opened it."))
        self.stored = stored


@dataclass(frozen=True)
class Entry:
    """What one person entered: values by item, coded reasons for missing ones, explanations of soft checks by code.

    `values` hold the lines of repeating groups too; reasons go by the address of an item. `words` are those of the
    page on which a questionnaire was entered.
    """

    values: Mapping[str, Any]
    assessed_on: date
    missing: Mapping[str, str] = field(default_factory=dict)
    confirmed: Mapping[str, str] = field(default_factory=dict)
    words: Words | None = None

    @property
    def version(self) -> Version:
        """What was entered, to be compared with what is stored."""
        return Version(self.values, self.missing, self.assessed_on)


def refuse_impossible_day(day: date, visit: Visit, *, consent_on: date) -> None:
    """The day of assessment lies between consent and today; raises ValidationError (field `assessed_on`)."""
    subject = visit.subject
    try:
        day_is_possible(day, subject=subject, today=subject.site.today(), consent_on=consent_on)
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


def refuse_unexplained_changes(
    spec: CrfSpec, stored: Version, entry: Entry, *, reason: str, own: Mapping[str, str]
) -> None:
    """What changes in a finished form has a reason: its own by address, or the one for all; raises ValidationError
    (field `reason`)."""
    changed = changed_addresses(spec, stored, entry.version)
    if reason or (changed and set(changed) <= set(own)):
        return
    if not own:
        raise ValidationError({"reason": _("Say why you change a form that was complete.")})
    names = ", ".join(spec.label(address) for address in changed if address not in own)
    raise ValidationError({"reason": _("Give a reason for all changes, or one for each of these too: %s.") % names})


def _no_value_message(item: Item) -> str:
    if item.may_be_missing:
        return _("Enter a value or choose the reason why there is none.")
    return _("Enter a value; this form is complete only with all of them.")

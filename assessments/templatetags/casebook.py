"""What facts and forms are called, also on pages that know no instrument."""

from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import mark_safe
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from assessments.form_engine import NO_VALUE
from assessments.registry import INSTRUMENTS
from clinical.intervals import IntervalUnit
from clinical.numbers import plain
from patients.eligibility import CONSENT_GIVEN, CONSENT_SOURCE
from protocols.catalogue import FactKind

register = template.Library()

INTERVAL_UNITS = (gettext_noop("days"), gettext_noop("months"))
"""Marked here for translation: the pure floors, which name them, know no gettext."""


@register.filter
def fact_label(code: str) -> str:
    """The label of the item that publishes the fact, or the day an interval is counted from; else the code itself."""
    if code == CONSENT_GIVEN.code:
        return _("Consent signed")
    for spec in INSTRUMENTS.values():
        for publication in spec.publishes:
            label = str(capfirst(str(publication.label or spec.label(publication.address))))
            if publication.fact.code == code:
                return label
            for interval in publication.fact.intervals:
                if interval.code == code:
                    return _interval_label(label, IntervalUnit(interval.unit))
    return code


def _interval_label(day_label: str, unit: IntervalUnit) -> str:
    words = {IntervalUnit.DAYS: _("%(day)s: days since"), IntervalUnit.MONTHS: _("%(day)s: completed months since")}
    return words[unit] % {"day": day_label}


@register.filter
def rows_of(rows: Any, group: str) -> Any:
    """The lines of a repeating group of an entry form."""
    return rows[group]


@register.simple_tag
def live_line(group: Any, key: str, derived: Any, live: Any, out_of_band: bool = False) -> str:
    """A derived value of one line, where the answer while somebody types finds it again."""
    address = group.address(key, derived.name)
    value = live["lines"].get(address, NO_VALUE)
    swap = mark_safe(' hx-swap-oob="true"') if out_of_band else ""
    unit = derived.unit_at(key)
    unit = format_html(" <small>{}</small>", unit) if unit and value != NO_VALUE else ""
    return format_html('<output id="live-{}"{}>{}{}</output>', address, swap, value, unit)


@register.filter
def form_title(code: str) -> str:
    """The title of a form, or of another source of facts."""
    if code == CONSENT_SOURCE:
        return _("Informed consent")
    return str(INSTRUMENTS[code].title) if code in INSTRUMENTS else code


@register.filter
def fact_form(code: str) -> str:
    """The title of the form that publishes the fact, or the day an interval is counted from; else nothing."""
    for spec in INSTRUMENTS.values():
        if any(code in {fact.code, *(interval.code for interval in fact.intervals)} for fact in spec.facts):
            return str(spec.title)
    return ""


@register.filter
def by_form(codes: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The labels of these facts below the title of the form that each is found in."""
    found: dict[str, list[str]] = {}
    for code in codes:
        found.setdefault(fact_form(code), []).append(fact_label(code))
    return list(found.items())


@register.filter
def fact_value(value: Any, code: str) -> str:
    """The value of a fact as people read it: numbers without idle zeros, yes, no and coded answers in words."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    for spec in INSTRUMENTS.values():
        for publication in spec.publishes:
            if publication.fact.code == code and publication.fact.kind == FactKind.TEXT:
                return str(dict(spec.column(publication.address).flatchoices).get(value, value))
    try:
        return plain(Decimal(value))
    except (InvalidOperation, TypeError):
        return str(value)

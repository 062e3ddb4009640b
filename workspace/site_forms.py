"""The working days of a site: the days of its week, and single days off, a line each; the sponsor's time zone."""

from collections.abc import Collection, Iterable
from datetime import date
from itertools import groupby
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import DayField, ReasonField, helper_of
from trials.models import Site

DAYS_OF_THE_WEEK = {number + 1: name for number, name in WEEKDAYS.items()}
"""Names by ISO weekday."""
A_RANGE = 3
"""So many days in a row are written as a range."""


class SiteDaysForm(forms.Form):
    """On which days somebody at the site works, with the reason and the version of the days it was opened at."""

    working_days = forms.TypedMultipleChoiceField(
        label=_("Working days"),
        choices=list(DAYS_OF_THE_WEEK.items()),
        coerce=int,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one day from Monday to Sunday.")},
    )
    days_off = forms.CharField(
        label=_("Days off"),
        required=False,
        max_length=20_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=_("Public holidays and other days without work: one day per line, for example 2026-11-21."),
    )
    reason = ReasonField(help_text=_("For example: public holidays of 2027."))
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**6)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()

    def clean_days_off(self) -> list[date]:
        """The days; every line that is none is named."""
        found: list[date] = []
        problems: list[str] = []
        for number, line in enumerate(self.cleaned_data["days_off"].splitlines(), start=1):
            if typed := line.strip():
                try:
                    found.append(DayField().clean(typed))
                except ValidationError as error:
                    facts = {"number": number, "typed": typed, "problem": " ".join(error.messages)}
                    problems.append(_("Line %(number)s, “%(typed)s”: %(problem)s") % facts)
        if problems:
            raise ValidationError(problems)
        return found


class SponsorZoneForm(forms.Form):
    """Where the sponsor counts days, with the reason and the zone that was stored when it was opened."""

    sponsor_time_zone = forms.CharField(
        label=_("Time zone of the sponsor"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "off"}),
        help_text=_("For example Asia/Shanghai. Empty: as at the first site."),
    )
    reason = ReasonField(help_text=_("For example: the sponsor's office for drug safety is in Vienna."))
    seen_time_zone = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()


def days_of(site: Site) -> dict[str, Any]:
    """What is stored, as the form shows it."""
    return {
        "working_days": site.working_days,
        "days_off": "\n".join(map(str, site.days_off)),
        "seen_version": site.days_version,
    }


def weekdays_in_words(weekdays: Collection[int]) -> str:
    """ISO weekdays by name: Monday to Thursday, Saturday."""
    rows = groupby(enumerate(sorted(weekdays)), key=lambda pair: pair[1] - pair[0])
    return ", ".join(name for _step, row in rows for name in _names([day for _index, day in row]))


def _names(row: list[int]) -> Iterable[str]:
    """The names of days that follow each other."""
    names = [str(DAYS_OF_THE_WEEK[day]) for day in row]
    if len(names) < A_RANGE:
        return names
    return [_("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}]

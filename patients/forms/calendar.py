"""What the address of a calendar asks for, and the form that makes a calendar address."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

MONTH, WEEK = "month", "week"
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""The days that a calendar can be turned to; there is nothing beyond them, and the calendar does not end at them."""


@dataclass(frozen=True)
class CalendarWish:
    """Site, view and day of a calendar, each the usual one where the address asks for nothing or for what there is
    not; `problems` says so."""

    site: Any
    view: str
    on: date
    problems: tuple[str, ...]


def calendar_wish(asked: Mapping[str, str], sites: Sequence[Any]) -> CalendarWish:
    """Reads `site`, `view` and `on` of an address; `sites` are those to choose from, at least one."""
    problems = []
    code, view, day = (asked.get(name, "").strip() for name in ("site", "view", "on"))
    site = next((site for site in sites if site.code == code), None)
    if code and site is None:
        problems.append(
            _("There is no site “%(code)s” here for you; this is %(site)s.") % {"code": code, "site": sites[0].name}
        )
    site = site or sites[0]
    if view not in ("", MONTH, WEEK):
        problems.append(_("The calendar shows a month or a week, not “%(view)s”; this is a month.") % {"view": view})
    on = day_of(day)
    if day and on is None:
        problems.append(_("“%(day)s” is not a day; write it as 2026-11-21. This is today.") % {"day": day})
    return CalendarWish(site, WEEK if view == WEEK else MONTH, on or site.today(), tuple(problems))


def day_of(typed: str) -> date | None:
    """The day that was typed as year-month-day, or None when it is none or lies outside the calendar."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", typed):
        return None
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if FIRST_DAY <= day <= LAST_DAY else None


class CalendarFeedForm(forms.Form):
    """The site whose visits a new calendar address shows."""

    site: Any = forms.ModelChoiceField(queryset=None, label=gettext_lazy("Site"), empty_label=None)

    def __init__(self, *args: Any, sites: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites  # type: ignore[attr-defined]


class RevokeFeedForm(forms.Form):
    """Which calendar address to revoke."""

    revoke: Any = forms.ModelChoiceField(queryset=None)

    def __init__(self, *args: Any, feeds: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["revoke"].queryset = feeds  # type: ignore[attr-defined]

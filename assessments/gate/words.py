"""The items of the gate in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinical.infusion_gate import GateCode, GateItem, GateState, PregnancyResult
from trials.models import LotStatus

TITLES: Mapping[GateCode, Promise] = {
    GateCode.CONSENT_VALID: _("Consent is valid on this day"),
    GateCode.TREATMENT_NOT_WITHDRAWN: _("The subject has not withdrawn from treatment"),
    GateCode.TRIAL_NOT_ON_HOLD: _("The trial is not stopped"),
    GateCode.SITE_NOT_ON_HOLD: _("The site is not stopped"),
    GateCode.INSIDE_WINDOW: _("The visit is inside its window"),
    GateCode.LABORATORY_RECENT: _("Laboratory is recent enough"),
    GateCode.NOT_PREGNANT: _("Pregnancy is ruled out by a recent test"),
    GateCode.VITAL_SIGNS_COMPLETE: _("Vital signs of this visit are complete"),
    GateCode.LOT_REGISTERED: _("The lot stands in the register"),
    GateCode.LOT_RELEASED: _("The lot is released"),
    GateCode.LOT_NOT_RECALLED: _("The lot is not recalled"),
    GateCode.LOT_NOT_EXPIRED: _("The lot has not expired"),
    GateCode.THAW_IN_TIME: _("The infusion starts in time after thawing"),
    GateCode.IDENTITY_CONFIRMED: _("Two persons confirmed the subject"),
    GateCode.PRODUCT_CONFIRMED: _("Two persons confirmed the product"),
}
DETAILS: Mapping[str, Promise] = {
    "days_outside": _("days outside the window: %s"),
    "result": _("result: %s"),
    "done_on": _("done on %s"),
    "age_days": _("days ago: %s"),
    "limit_days": _("limit in days: %s"),
    "lot": _("lot %s"),
    "state": _("state: %s"),
    "released_on": _("released on %s"),
    "recalled_at": _("recalled at %s"),
    "expires_at": _("expires at %s"),
    "minutes": _("minutes since thawing: %s"),
    "limit_minutes": _("limit in minutes: %s"),
}
CODES: Mapping[str, Mapping[str, Promise]] = {
    "result": {PregnancyResult.POSITIVE.value: _("positive"), PregnancyResult.NEGATIVE.value: _("negative")},
    "state": {status.value: status.label for status in LotStatus},
}
"""Details that are codes, in words."""
SIGNED_BELOW = frozenset({GateCode.IDENTITY_CONFIRMED, GateCode.PRODUCT_CONFIRMED})
"""Items that become met by the two signatures themselves."""


@dataclass(frozen=True)
class GateLine:
    """One item as the page shows it."""

    code: str
    title: str | Promise
    state: str
    details: tuple[str, ...]


def gate_lines(items: tuple[GateItem, ...]) -> list[GateLine]:
    """The items in their order, without those that the signatures below the list will meet."""
    return [_line(item.code, item.state, item.detail) for item in items if item.code not in SIGNED_BELOW]


def open_titles(items: Mapping[str, str]) -> list[str]:
    """What was open or not known when a clearance was given, by its stored items."""
    fine = {GateState.MET.value, GateState.NOT_APPLICABLE.value}
    return [str(TITLES[code]) for code in GateCode if code.value in items and items[code.value] not in fine]


def has_open(items: tuple[GateItem, ...]) -> bool:
    """Whether something besides the signatures stands in the way."""
    fine = {GateState.MET, GateState.NOT_APPLICABLE}
    return any(item.state not in fine for item in items if item.code not in SIGNED_BELOW)


def _line(code: GateCode, state: GateState, detail: Mapping[str, Any]) -> GateLine:
    details = tuple(str(DETAILS[name]) % _shown(name, value) for name, value in detail.items() if name in DETAILS)
    return GateLine(code.value, TITLES[code], state.value, details)


def _shown(name: str, value: Any) -> str:
    if name in CODES:
        return str(CODES[name].get(value, value))
    if isinstance(value, datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    return value.isoformat() if isinstance(value, date) else str(value)

"""What the codes in the content of a report are called for whoever reads it: the content itself keeps the codes."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.numbers import plain
from patients.models import Subject
from patients.visit_content import name_of
from protocols.schema import Protocol
from trials.selectors import protocol_of

SEXES: Final[Mapping[str, str | Promise]] = {"F": gettext_lazy("Female"), "M": gettext_lazy("Male")}
_MILLION: Final = 10**6


@dataclass(frozen=True)
class ReportNames:
    """Visits and arms as the subject's protocol version names them, in the language that is active."""

    protocol: Protocol

    def visit(self, code: str) -> str:
        """Name and code of the visit; the code alone where the version does not know it."""
        try:
            return f"{name_of(self.protocol.content(code))} ({code})"
        except KeyError:
            return code

    def arm(self, code: str) -> str:
        """Name and code of the arm; the code alone where the version does not know it."""
        try:
            return f"{self.protocol.arm(code).name} ({code})"
        except KeyError:
            return code


def names_for(subject: Subject) -> ReportNames:
    """The names for the reports about this subject."""
    return ReportNames(protocol_of(subject.protocol_version))


def dose_in_words(dose: Mapping[str, Any]) -> str:
    """The amount of one dose, exactly: cells in millions, anything else in its unit."""
    amount = Decimal(dose["amount"])
    if dose["unit"] == "cells":
        return _("%(count)s million cells") % {"count": f"{Decimal(plain(amount / _MILLION)):,f}"}
    return f"{amount:,f} {dose['unit']}"


def sex_in_words(code: str) -> str:
    """Female or male; empty where the sex is not recorded."""
    return str(SEXES.get(code, code))

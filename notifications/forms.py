"""What a person wants by mail."""

from collections.abc import Collection
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from notifications.kinds import KINDS


class ChoicesForm(forms.Form):
    """One box for each kind; those of safety are always ticked."""

    def __init__(self, data: Any = None, *, muted: Collection[str]) -> None:
        super().__init__(data)
        for kind in KINDS.values():
            self.fields[kind.code] = forms.BooleanField(
                label=str(kind.label),
                required=False,
                initial=kind.code not in muted,
                disabled=kind.is_safety,
                help_text=_("Safety: nobody can do without it.") if kind.is_safety else "",
            )

    def muted(self) -> list[str]:
        """Codes of the kinds without a tick."""
        return [code for code, wanted in self.cleaned_data.items() if not wanted]

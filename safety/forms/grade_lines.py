"""The changes of grade of an event as lines of its form."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import DayField
from patients.widgets import DayInput
from safety.layout import GRADE_CHANGES
from safety.terms import Grade

KEYS: Final = f"{GRADE_CHANGES}-keys"
ADD: Final = f"add__{GRADE_CHANGES}"
REMOVE: Final = f"remove__{GRADE_CHANGES}"
MOST_LINES: Final = 50
"""More changes than anybody enters of one event (default)."""


class GradeLineForm(forms.Form):
    """One change: from this day on another grade. An empty line is none."""

    changed_on = DayField(label=_("From"), widget=DayInput(attrs={"class": "form-control"}))
    grade = forms.TypedChoiceField(
        label=_("Grade"),
        coerce=int,
        choices=(("", "–"), *((grade.value, str(grade.value)) for grade in Grade)),
        widget=forms.Select(attrs={"class": "form-select"}),
    )


class GradeLines:
    """The lines of a form, from what was sent or else as they are stored.

    A page names the keys of its lines, so that one that does not know of lines changes none. Buttons that add or remove
    a line send the page without asking for a look at it.
    """

    def __init__(self, sent: QueryDict | None, stored: Iterable[tuple[date, int]], *, is_checked: bool) -> None:
        self.is_sent = sent is not None and KEYS in sent
        self.added = ""
        if sent is None or not self.is_sent:
            lines = list(stored)
            self.keys = [str(place) for place in range(1, len(lines) + 1)]
            self.forms = [
                self._form(key, initial={"changed_on": day, "grade": grade})
                for key, (day, grade) in zip(self.keys, lines, strict=True)
            ]
            return
        self.keys = list(dict.fromkeys(key for key in str(sent[KEYS]).split() if key.isdecimal()))[:MOST_LINES]
        if is_checked:
            self.forms = [self._form(key, sent) for key in self.keys]
            return
        self.keys = [key for key in self.keys if key != sent.get(REMOVE)]
        if ADD in sent and len(self.keys) < MOST_LINES:
            self.added = str(max(map(int, self.keys), default=0) + 1)
            self.keys.append(self.added)
        self.forms = [self._form(key, initial=self._typed(key, sent)) for key in self.keys]

    @staticmethod
    def wants_other_lines(sent: QueryDict) -> bool:
        """Whether a button was pressed that adds or removes a line."""
        return ADD in sent or REMOVE in sent

    @property
    def joined_keys(self) -> str:
        """The keys as the page names them."""
        return " ".join(self.keys)

    def lines(self) -> list[tuple[str, GradeLineForm]]:
        """The lines by key."""
        return list(zip(self.keys, self.forms, strict=True))

    def is_valid(self) -> bool:
        """Whether every line that was sent is empty or complete."""
        return not self.is_sent or all([form.is_valid() for form in self.forms])

    def values(self) -> tuple[tuple[date, int], ...]:
        """Day and grade of each line that is not empty."""
        filled = (form.cleaned_data for form in self.forms if form.cleaned_data)
        return tuple((each["changed_on"], each["grade"]) for each in filled)

    @staticmethod
    def _form(key: str, data: Any = None, initial: Any = None) -> GradeLineForm:
        return GradeLineForm(
            data,
            prefix=f"{GRADE_CHANGES}-{key}",
            initial=initial,
            empty_permitted=True,
            use_required_attribute=False,
            label_suffix="",
        )

    @staticmethod
    def _typed(key: str, sent: QueryDict) -> dict[str, str]:
        return {name: sent.get(f"{GRADE_CHANGES}-{key}-{name}", "") for name in ("changed_on", "grade")}

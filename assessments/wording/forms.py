"""Handing over a file with licensed wording."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from assessments.wording.file import LONGEST_FILE
from patients.forms.fields import helper_of


class WordingFileForm(forms.Form):
    """One file; what is inside is read by the service."""

    file = forms.FileField(
        label=_("File"),
        widget=forms.FileInput(attrs={"accept": ".toml"}),
        help_text=_("A filled-in file of one questionnaire in one language."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()

    def content(self) -> bytes:
        """The file, of a longer one than any questionnaire only so much that it is recognised as too long."""
        content: bytes = self.cleaned_data["file"].read(LONGEST_FILE + 1)
        return content

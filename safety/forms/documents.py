"""A document that is attached to a case."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import helper_of


class DocumentForm(forms.Form):
    """What the file is, and the file."""

    title = forms.CharField(
        label=_("What it is"),
        max_length=200,
        help_text=_("For example: discharge letter. No names: the title is part of what is signed."),
    )
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
        help_text=_(
            "PDF, PNG or JPEG. Make names and contact details unreadable in it first, and leave them out of its name; "
            "the name is not kept."
        ),
    )

    def __init__(self, *args: Any, refused: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if refused:
            # The file was not kept, and so the form has none; this is why.
            self.fields["file"].error_messages["required"] = refused
        self.helper = helper_of()

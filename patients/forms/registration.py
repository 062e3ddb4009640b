"""Registering a subject."""

from typing import Any

from crispy_forms.layout import Fieldset
from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from patients.forms.consent import SheetFields, as_choices
from patients.forms.fields import ReasonField, helper_of
from patients.models import SubjectIdentity
from patients.services.registration import Identity
from trials.models import Site


class RegistrationForm(SheetFields):
    """Consent and contact details of a new subject."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), empty_label=None)
    initials = forms.CharField(label=_("Initials"), max_length=6)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail address"), required=False)
    contact_note = forms.CharField(
        label=_("How to reach the subject"),
        max_length=300,
        required=False,
        help_text=_("For example: mornings only, via spouse."),
    )

    is_another_person = forms.BooleanField(
        label=_("This is another person"), required=False, help_text=_("Tick only if two people really are so alike.")
    )

    def __init__(self, *args: Any, sites: QuerySet[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["site"].queryset = sites
        self.helper = helper_of(
            Fieldset(
                _("Informed consent"),
                "site",
                "signed_on",
                as_choices("sheet_version"),
                as_choices("language"),
                css_class="form-section",
            ),
            Fieldset(
                _("Contact details, for this site only"),
                "initials",
                "phone",
                "email",
                "contact_note",
                css_class="form-section",
            ),
        )

    def ask_whether_another(self, numbers: list[str]) -> None:
        """Refuse for now: subjects with the same initials and day of consent are registered already."""
        message = _("%(numbers)s has the same initials and day of consent. Is this the same person?")
        self.add_error(None, message % {"numbers": ", ".join(numbers)})
        self.helper.layout.append(Fieldset(_("Registered already?"), "is_another_person", css_class="form-section"))

    def identity(self) -> Identity:
        """The contact details that were typed."""
        names = ("initials", "phone", "email", "contact_note")
        return Identity(**{name: self.cleaned_data[name] for name in names})


class IdentityForm(forms.ModelForm):
    """Corrected contact details, with the reason and the version they were opened at."""

    reason = ReasonField()
    seen_version = forms.IntegerField(widget=forms.HiddenInput, min_value=1, max_value=10**6)

    class Meta:
        model = SubjectIdentity
        fields = ("initials", "phone", "email", "contact_note")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()

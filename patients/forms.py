"""Forms about subjects. They check what was typed; services check what may happen."""

from datetime import date, datetime
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from patients.models import Subject, SubjectIdentity, SubjectStatus
from patients.models.consent import ConsentLanguage
from patients.models.eligibility import EligibilityOutcome
from patients.services.registration import Identity
from patients.widgets import DayInput
from protocols.schema import Criterion, Protocol
from trials.models import Site


class DayField(forms.DateField):
    """A day, typed as 2026-11-21 or chosen; any other order of day and month is refused as ambiguous."""

    widget = DayInput
    default_error_messages = {"invalid": _("Enter a day as year-month-day, for example 2026-11-21.")}


class MomentField(forms.DateTimeField):
    """A moment in the time of the site, in a year from 1900 to 2199.

    At the ends of the calendar a moment of a site east or west of Greenwich has no counterpart in UTC: the database
    takes it, and nobody can read the row any more.
    """

    default_error_messages = {"invalid": _("Enter day and time, for example 2026-11-21 14:30.")}

    def to_python(self, value: Any) -> datetime | None:
        moment = super().to_python(value)
        if moment is not None and not 1900 <= moment.year <= 2199:
            raise ValidationError(_("Enter a moment in a year from 1900 to 2199."))
        return moment


class ReasonField(forms.CharField):
    """Why a stored value changes."""

    def __init__(self, **kwargs: Any) -> None:
        defaults = {
            "label": _("Reason for the change"),
            "max_length": 200,
            "help_text": _("For example: typing error, source document corrected."),
        }
        super().__init__(**{**defaults, **kwargs})


def _helper(*layout: Any) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    if layout:
        helper.layout = Layout(*layout)
    return helper


class RegistrationForm(forms.Form):
    """Consent and contact details of a new subject."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), empty_label=None)
    signed_on = DayField(label=_("Consent signed on"))
    sheet_version = forms.CharField(
        label=_("Version of the information sheet"), max_length=40, help_text=_("As printed on the sheet.")
    )
    language = forms.ChoiceField(label=_("Language of the sheet"), choices=ConsentLanguage.choices)
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
        self.helper = _helper(
            Fieldset(_("Informed consent"), "site", "signed_on", "sheet_version", "language", css_class="form-section"),
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
        self.helper = _helper()


class CriteriaForm(forms.Form):
    """Yes or no to each question that only a person can answer; unanswered stays open."""

    reason = ReasonField(required=False, help_text=_("Needed only when an answer given before is changed."))

    def __init__(self, *args: Any, criteria: list[Criterion], answers: dict[str, bool], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.codes = [criterion.code for criterion in criteria]
        for criterion in criteria:
            stored = answers.get(criterion.code)
            self.fields[criterion.code] = forms.ChoiceField(
                label=f"{criterion.code}: {criterion.question}",
                choices=[("yes", _("Yes")), ("no", _("No"))],
                widget=forms.RadioSelect,
                required=False,
                initial={True: "yes", False: "no"}.get(stored) if stored is not None else None,
            )

    def answers(self) -> dict[str, bool | None]:
        """The answers by criterion; None where there is none."""
        meaning = {"yes": True, "no": False}
        return {code: meaning.get(self.cleaned_data.get(code, "")) for code in self.codes}


class DecisionForm(forms.Form):
    """The investigator's decision."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=EligibilityOutcome.choices)


class EnrolmentForm(forms.Form):
    """Day of enrolment and arm."""

    enrolled_on = DayField(label=_("Enrolled on"))
    arm_code = forms.ChoiceField(label=_("Arm"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, protocol: Protocol, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["arm_code"].choices = [(arm.code, arm.name) for arm in protocol.arms]
        if len(protocol.arms) == 1:
            fields["arm_code"].initial = protocol.arms[0].code
        self.helper = _helper()


class VisitDateForm(forms.Form):
    """The day on which a visit took place."""

    occurred_on = DayField(label=_("Date of visit"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["occurred_on"].initial = today
        self.helper = _helper()


class VisitCorrectionForm(forms.Form):
    """Another day for a visit that took place."""

    occurred_on = DayField(label=_("Date of visit"))
    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper()


class MissedVisitForm(forms.Form):
    """Why a visit did not take place."""

    missed_reason = forms.CharField(label=_("Why did the visit not take place?"), max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _helper()


class EndForm(forms.Form):
    """Completion or withdrawal."""

    status = forms.ChoiceField(label=_("How did participation end?"), widget=forms.RadioSelect)
    ended_on = DayField(label=_("Ended on"))
    reason = ReasonField(label=_("Reason"), help_text=_("For example: all visits done; subject's own wish."))

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ways = [SubjectStatus.COMPLETED, SubjectStatus.WITHDRAWN]
        if subject.status != SubjectStatus.FOLLOW_UP:
            ways.remove(SubjectStatus.COMPLETED)
        fields: dict[str, Any] = self.fields
        fields["status"].choices = [(way.value, way.label) for way in ways]
        fields["status"].initial = ways[0].value
        self.helper = _helper()

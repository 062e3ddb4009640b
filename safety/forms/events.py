"""The forms of the safety log."""

from collections.abc import Iterator
from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from patients.forms.fields import DayField, ReasonField
from patients.models import Subject
from safety.layout import ENTERED, GROUPS
from safety.models import AdverseEvent
from safety.selectors.events import EventFilter, visit_name, visits_it_may_follow
from safety.terms import Grade
from trials.models import Site, Trial
from trials.selectors import sites_for

_YES_NO: Final = (("yes", _("Yes")), ("no", _("No")))
_AS_BOOL: Final = {"yes": True, "no": False}


class AdverseEventForm(forms.ModelForm):
    """First entry of an event; storing is the service's part, so the form is never saved."""

    is_serious = forms.TypedChoiceField(
        label=_("Serious"),
        choices=_YES_NO,
        coerce=_AS_BOOL.__getitem__,
        empty_value=None,
        widget=forms.RadioSelect,
        help_text=AdverseEvent._meta.get_field("is_serious").help_text,
    )

    class Meta:
        model = AdverseEvent
        fields = ENTERED
        field_classes = {"admitted_on": DayField, "discharged_on": DayField}
        widgets = {
            "narrative": forms.Textarea(attrs={"rows": 4}),
            "treatment_given": forms.Textarea(attrs={"rows": 2}),
            "grade": forms.RadioSelect,
            "relation": forms.RadioSelect,
            "outcome": forms.RadioSelect,
        }

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.subject = subject
        visits: Any = self.fields["visit"]
        visits.queryset = visits_it_may_follow(subject)
        visits.label_from_instance = lambda visit: visit_name(visit, subject)
        for name in ("grade", "relation", "outcome"):
            field: Any = self.fields[name]
            # A row of buttons needs none that means "no answer".
            field.choices = [choice for choice in field.choices if choice[0] != ""]

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The fields as they are laid out on the page, with the title of each group."""
        for group in GROUPS:
            yield str(group.title), [self[name] for name in group.fields]

    def values(self) -> dict[str, Any]:
        """The cleaned values of the event, without what the form adds to them."""
        return {name: _with_plain_line_ends(self.cleaned_data[name]) for name in ENTERED}


def _with_plain_line_ends(value: Any) -> Any:
    # Browsers send CR LF; a text stored with LF would otherwise count as changed by every correction.
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


class CorrectionForm(AdverseEventForm):
    """A correction: the same fields, the version that was read, and why it is corrected."""

    reason = ReasonField()
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, instance: AdverseEvent, **kwargs: Any) -> None:
        initial = {"seen_version": instance.version, "is_serious": "yes" if instance.is_serious else "no"}
        super().__init__(*args, instance=instance, initial=initial, **kwargs)

    def grounds(self) -> dict[str, Any]:
        """What `correct_adverse_event` asks for beside the values."""
        return {name: self.cleaned_data[name] for name in ("reason", "seen_version")}


class EventFilterForm(forms.Form):
    """The filters of the list, kept in its address."""

    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=_("All"), to_field_name="code"
    )
    serious = forms.ChoiceField(label=_("Serious"), required=False, choices=(("", _("All")), *_YES_NO))
    related = forms.ChoiceField(label=_("Related"), required=False, choices=(("", _("All")), *_YES_NO))
    grade = forms.TypedChoiceField(
        label=_("Grade at least"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=(("", _("All")), *((grade.value, str(grade.value)) for grade in Grade)),
    )
    ongoing = forms.ChoiceField(label=_("Ongoing"), required=False, choices=(("", _("All")), *_YES_NO))

    def __init__(self, *args: Any, user: User, trial: Trial, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        site: Any = self.fields["site"]
        site.queryset = sites_for(user, Permission.VIEW_SAFETY).filter(trial=trial)
        for field in self.fields.values():
            field.widget.attrs["class"] = "form-select"

    def wanted(self) -> EventFilter:
        """What was chosen; a choice that does not exist counts as none and shows its error beside the filter."""
        self.is_valid()
        chosen = self.cleaned_data
        site = chosen.get("site")
        return EventFilter(
            site_id=site.pk if site else None,
            is_serious=_AS_BOOL.get(chosen.get("serious", "")),
            is_related=_AS_BOOL.get(chosen.get("related", "")),
            is_ongoing=_AS_BOOL.get(chosen.get("ongoing", "")),
            grade_at_least=chosen.get("grade"),
        )

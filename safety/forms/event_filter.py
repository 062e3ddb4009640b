"""The filters of the list of events."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from safety.forms.events import AS_BOOL, YES_NO
from safety.selectors.events import EventFilter
from safety.terms import Grade
from trials.models import Site, Trial
from trials.selectors import sites_for


class EventFilterForm(forms.Form):
    """The filters of the list, kept in its address."""

    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=_("All"), to_field_name="code"
    )
    serious = forms.ChoiceField(label=_("Serious"), required=False, choices=(("", _("All")), *YES_NO))
    related = forms.ChoiceField(label=_("Related"), required=False, choices=(("", _("All")), *YES_NO))
    grade = forms.TypedChoiceField(
        label=_("Grade at least"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=(("", _("All")), *((grade.value, str(grade.value)) for grade in Grade)),
    )
    ongoing = forms.ChoiceField(label=_("Ongoing"), required=False, choices=(("", _("All")), *YES_NO))

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
            is_serious=AS_BOOL.get(chosen.get("serious", "")),
            is_related=AS_BOOL.get(chosen.get("related", "")),
            is_ongoing=AS_BOOL.get(chosen.get("ongoing", "")),
            grade_at_least=chosen.get("grade"),
        )

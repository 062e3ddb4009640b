"""The filters of the line listing."""

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import Permission
from patients.selectors.subjects import version_and_arm_choices
from safety.selectors.listing import CHANGED, NEWEST_FIRST, NOT_REVIEWED, REVIEWED, SORTS, EventFilter
from safety.terms import Grade
from trials.models import Site, Trial
from trials.selectors import sites_for

_ALL: Final = ("", _("All"))
_YES_NO: Final = (_ALL, ("yes", _("Yes")), ("no", _("No")))
_AS_BOOL: Final = {"yes": True, "no": False}
_YES_NO_FIELDS: Final = ("serious", "related", "special", "ongoing")


class EventFilterForm(forms.Form):
    """The filters of the list, kept in its address; those who review see what they have reviewed."""

    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.none(), required=False, empty_label=_("All"), to_field_name="code"
    )
    arm = forms.ChoiceField(label=_("Arm"), required=False)
    term = forms.CharField(label=_("Event contains"), required=False, max_length=100)
    grade = forms.TypedChoiceField(
        label=_("Grade at least"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=(_ALL, *((grade.value, str(grade.value)) for grade in Grade)),
    )
    serious = forms.ChoiceField(label=_("Serious"), required=False, choices=_YES_NO)
    related = forms.ChoiceField(label=_("Related to treatment"), required=False, choices=_YES_NO)
    special = forms.ChoiceField(label=_("Of special interest"), required=False, choices=_YES_NO)
    ongoing = forms.ChoiceField(label=_("Ongoing"), required=False, choices=_YES_NO)
    review = forms.ChoiceField(
        label=_("My review"),
        required=False,
        choices=(
            _ALL,
            (NOT_REVIEWED, _("Not reviewed")),
            (CHANGED, _("Changed since my review")),
            (REVIEWED, _("Reviewed")),
        ),
    )

    def __init__(self, *args: Any, user: User, trial: Trial, reviews: bool, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        site: Any = self.fields["site"]
        site.queryset = sites_for(user, Permission.VIEW_SAFETY).filter(trial=trial)
        arm: Any = self.fields["arm"]
        arm.choices = [_ALL, *version_and_arm_choices(trial)[1]]
        if not reviews:
            del self.fields["review"]
        for field in self.fields.values():
            is_text = isinstance(field.widget, forms.TextInput)
            field.widget.attrs["class"] = "form-control" if is_text else "form-select"

    def wanted(self) -> EventFilter:
        """What was chosen; a choice that does not exist counts as none and shows its error beside the filter."""
        self.is_valid()
        chosen = self.cleaned_data
        site = chosen.get("site")
        serious, related, special, ongoing = (_AS_BOOL.get(chosen.get(name, "")) for name in _YES_NO_FIELDS)
        return EventFilter(
            site_id=site.pk if site else None,
            arm=chosen.get("arm", ""),
            term=chosen.get("term", ""),
            is_serious=serious,
            is_related=related,
            is_special_interest=special,
            is_ongoing=ongoing,
            grade_at_least=chosen.get("grade"),
            review=chosen.get("review", ""),
        )

    def sort(self) -> str:
        """What the address sorts by; the newest onset first where it names nothing that is a column."""
        sort = str(self.data.get("sort", ""))
        return sort if sort.removeprefix("-") in SORTS else NEWEST_FIRST

"""The forms of one adverse event: first entry and correction."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import DayField, MomentField, ReasonField
from patients.models import Subject
from patients.services.planning import consent_day
from patients.widgets import MomentInput
from safety.event_days import days_of
from safety.forms.grade_lines import GradeLines
from safety.layout import ENTERED, GRADE_CHANGES, GROUPS, TREATMENTS, stored_lists
from safety.models import AdverseEvent
from safety.selectors.causes import possible_causes
from safety.selectors.events import medication_name, medications_of, visit_name, visits_it_may_follow
from safety.selectors.suggestions import Suggestion
from safety.special_interest import is_of_special_interest
from safety.terms import RELATION_OF

YES_NO: Final = (("yes", _("Yes")), ("no", _("No")))
AS_BOOL: Final = {"yes": True, "no": False}
PARTIAL_DAY: Final = {"placeholder": _("YYYY-MM-DD"), "inputmode": "numeric", "autocomplete": "off"}
LOOKS_AT_LINES: Final = _("Look at the changes of grade: each needs a day and a grade.")


@dataclass(frozen=True)
class FieldGroup:
    """Fields as they are laid out on the page; `causes` stand in a table."""

    title: str
    fields: list[forms.BoundField]
    causes: list[forms.BoundField]


class AdverseEventForm(forms.ModelForm):
    """What is entered of an event; storing is the service's part, so the form is never saved.

    `kept` is what was typed so far, to be shown again without a look at it. Causes to which the subject cannot have
    been exposed are not offered, unless one is stored.
    """

    is_serious = forms.TypedChoiceField(
        label=_("Serious"),
        choices=YES_NO,
        coerce=AS_BOOL.__getitem__,
        empty_value=None,
        widget=forms.RadioSelect,
        help_text=AdverseEvent._meta.get_field("is_serious").help_text,
    )
    treatments: Any = forms.ModelMultipleChoiceField(
        label=_("Medication given against it"),
        queryset=None,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("From the subject's medication; record it there first."),
    )

    class Meta:
        model = AdverseEvent
        fields = ENTERED
        help_texts = {"grade": _("How intense it was at its worst, by the grades of its term (CTCAE version 5.0).")}
        field_classes = {"admitted_on": DayField, "discharged_on": DayField, "serious_known_at": MomentField}
        widgets = {
            "narrative": forms.Textarea(attrs={"rows": 4}),
            "treatment_given": forms.Textarea(attrs={"rows": 2}),
            "grade": forms.RadioSelect,
            "outcome": forms.RadioSelect,
            "onset": forms.TextInput(attrs=PARTIAL_DAY),
            "ended": forms.TextInput(attrs=PARTIAL_DAY),
            "onset_time": forms.TimeInput(format="%H:%M", attrs={"placeholder": _("hh:mm"), "autocomplete": "off"}),
            "serious_known_at": MomentInput(),
        }

    def __init__(self, data: Any = None, *, subject: Subject, kept: QueryDict | None = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.instance.subject = subject
        stored = stored_lists(self.instance) if self.instance.pk else {GRADE_CHANGES: (), TREATMENTS: ()}
        self.lines = GradeLines(data if data is not None else kept, stored[GRADE_CHANGES], is_checked=data is not None)
        self._offer(subject)
        self.initial.setdefault(TREATMENTS, stored[TREATMENTS])
        self.fields["onset"].required = True
        if kept is not None:
            files: Any = {}
            typed = {n: f.widget.value_from_datadict(kept, files, n) for n, f in self.fields.items()}
            self.initial.update(typed)

    def _offer(self, subject: Subject) -> None:
        """Only what can be chosen of this subject."""
        visits: Any = self.fields["visit"]
        visits.queryset = visits_it_may_follow(subject)
        visits.label_from_instance = lambda visit: visit_name(visit, subject)
        for name in ("grade", "outcome"):
            field: Any = self.fields[name]
            # A row of buttons needs none that means "no answer".
            field.choices = [choice for choice in field.choices if choice[0] != ""]
        treatments: Any = self.fields[TREATMENTS]
        treatments.queryset = medications_of(subject)
        treatments.label_from_instance = medication_name
        if not treatments.queryset.exists():
            del self.fields[TREATMENTS]
        possible = possible_causes(subject)
        for cause, name in RELATION_OF.items():
            relation: Any = self.fields[name]
            relation.widget.attrs["class"] = "form-select"
            if not relation.required:
                relation.choices = [("", _("Does not come into question")), *relation.choices[1:]]
                relation.help_text = ""
            if cause not in possible and not getattr(self.instance, name):
                del self.fields[name]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("is_serious") is False:
            # The moment is filled in beforehand; of an event that is not serious there is none.
            cleaned["serious_known_at"] = None
        subject = self.instance.subject
        first, self.instance.ended_on = days_of(
            onset=cleaned.get("onset") or "",
            ended=cleaned.get("ended") or "",
            consent_on=consent_day(subject),
            today=subject.site.today(),
        )
        self.instance.onset_on = first
        if not self.lines.is_valid():
            self.add_error(None, LOOKS_AT_LINES)
        return cleaned

    def add_refusal(self, refusal: Any) -> None:
        """Show what the service refuses, at its fields; what has no field of its own stands above the form."""
        by_field = getattr(refusal, "error_dict", None)
        if by_field is None:
            self.add_error(None, refusal)
            return
        for name, errors in by_field.items():
            self.add_error(name if name in self.fields else None, errors)

    def groups(self) -> Iterator[FieldGroup]:
        """The fields as they are laid out on the page, with the title of each group."""
        relations = set(RELATION_OF.values())
        for group in GROUPS:
            names = [name for name in group.fields if name in self.fields]
            yield FieldGroup(
                str(group.title),
                fields=[self[name] for name in names if name not in relations],
                causes=[self[name] for name in names if name in relations],
            )

    def values(self) -> dict[str, Any]:
        """The cleaned values of the event, without what the form adds to them."""
        names = [name for name in (*ENTERED, TREATMENTS) if name in self.fields]
        values = {name: _with_plain_line_ends(self.cleaned_data[name]) for name in names}
        return values | ({GRADE_CHANGES: self.lines.values()} if self.lines.is_sent else {})


def _with_plain_line_ends(value: Any) -> Any:
    # Browsers send CR LF; a text stored with LF would otherwise count as changed by every correction.
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _now() -> Any:
    return timezone.now().replace(second=0, microsecond=0)


class RecordForm(AdverseEventForm):
    """First entry; the moment of awareness is now unless another is typed. A suggestion fills in what it knows."""

    suggestion = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, subject: Subject, suggested: Suggestion | None = None, **kwargs: Any
    ) -> None:
        initial: dict[str, Any] = {"serious_known_at": _now()}
        if suggested is not None:
            is_special = is_of_special_interest(subject, term_code=suggested.term_code, term=suggested.term)
            initial |= {**suggested.initial, "suggestion": suggested.source, "is_special_interest": is_special}
        super().__init__(data, subject=subject, initial=initial, **kwargs)


class CorrectionForm(AdverseEventForm):
    """A correction: the same fields, the version that was read, and why it is corrected."""

    reason = ReasonField()
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, instance: AdverseEvent, **kwargs: Any) -> None:
        initial = {"seen_version": instance.version, "is_serious": "yes" if instance.is_serious else "no"}
        if not instance.is_serious:
            initial["serious_known_at"] = _now()
        super().__init__(data, instance=instance, initial=initial, **kwargs)

    def grounds(self) -> dict[str, Any]:
        """What `correct_adverse_event` asks for beside the values."""
        return {name: self.cleaned_data[name] for name in ("reason", "seen_version")}

"""Answering criteria and deciding eligibility."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import SignOffForm
from patients.forms.fields import ReasonField
from patients.models.eligibility import EligibilityOutcome
from protocols.schema import Criterion


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


class DecisionForm(SignOffForm):
    """The investigator's decision, signed off with the password; `seen` says which facts were on the screen."""

    outcome = forms.ChoiceField(label=_("Decision"), choices=EligibilityOutcome.choices, widget=forms.HiddenInput)
    seen = forms.CharField(max_length=16, widget=forms.HiddenInput)

"""The forms of concomitant medication."""

from collections.abc import Iterator
from typing import Any

from django import forms

from patients.forms.fields import ReasonField
from patients.models import Subject
from safety.medication_layout import ENTERED, GROUPS
from safety.models import ConcomitantMedication


class MedicationForm(forms.ModelForm):
    """First entry of a medication; storing is the service's part, so the form is never saved."""

    class Meta:
        model = ConcomitantMedication
        fields = ENTERED

    def __init__(self, *args: Any, subject: Subject, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.subject = subject
        self.fields["started"].required = True

    def groups(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """The fields as they are laid out on the page, with the title of each group."""
        for group in GROUPS:
            yield str(group.title), [self[name] for name in group.fields]

    def values(self) -> dict[str, Any]:
        """The cleaned values of the medication, without what the form adds to them."""
        return {name: self.cleaned_data[name] for name in ENTERED}


class MedicationCorrectionForm(MedicationForm):
    """A correction: the same fields, the version that was read, and why it is corrected."""

    reason = ReasonField()
    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, instance: ConcomitantMedication, **kwargs: Any) -> None:
        super().__init__(*args, instance=instance, initial={"seen_version": instance.version}, **kwargs)

    def grounds(self) -> dict[str, Any]:
        """What `correct_medication` asks for beside the values."""
        return {name: self.cleaned_data[name] for name in ("reason", "seen_version")}

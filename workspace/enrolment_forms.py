"""Limits and stops of enrolment, and the random list."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from patients.forms.fields import ReasonField, helper_of
from trials.models import EnrolmentHold, Site

EVERY_SITE = "every"
MOST = 10**6


class NumberInput(forms.TextInput):
    """A whole number typed as text: the browser's own number field drops what it cannot read."""

    def __init__(self) -> None:
        super().__init__(attrs={"class": "numberinput", "inputmode": "numeric", "autocomplete": "off"})


class StopForm(forms.Form):
    """Where enrolment stops, and why."""

    prefix = "stop"
    site = forms.ChoiceField(label=_("Where"))
    reason = ReasonField(label=_("Reason"), help_text=_("Shown to everybody who wants to enrol."))

    def __init__(self, *args: Any, sites: Iterable[Site], everywhere: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {str(site.pk): site for site in sites}
        every = [(EVERY_SITE, _("Every site of the trial"))] if everywhere else []
        fields: dict[str, Any] = self.fields
        # Nobody stops the whole trial by leaving a field alone.
        fields["site"].choices = [("", "---------"), *every, *((pk, str(site)) for pk, site in self.sites.items())]
        self.helper = helper_of()

    def clean_site(self) -> Site | None:
        """The site; None for every site of the trial."""
        return self.sites.get(self.cleaned_data["site"])


class ReopenForm(forms.Form):
    """Which stop ends, and why."""

    prefix = "reopen"
    hold = forms.ChoiceField(label=_("Reopen"))
    reason = ReasonField(label=_("Reason"), help_text=_("For example: the safety board agreed on 2026-11-20."))

    def __init__(self, *args: Any, holds: Iterable[EnrolmentHold], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holds: Mapping[str, EnrolmentHold] = {str(hold.pk): hold for hold in holds}
        fields: dict[str, Any] = self.fields
        choices = [(pk, hold.site or _("Every site of the trial")) for pk, hold in self.holds.items()]
        fields["hold"].choices = choices if len(choices) == 1 else [("", "---------"), *choices]
        self.helper = helper_of()

    def clean_hold(self) -> EnrolmentHold:
        """The stop that ends."""
        return self.holds[self.cleaned_data["hold"]]


class TargetForm(forms.Form):
    """How many subjects the trial is to enrol."""

    prefix = "target"
    target = forms.IntegerField(
        label=_("Target"),
        min_value=1,
        max_value=MOST,
        required=False,
        widget=NumberInput,
        help_text=_("Empty: as many subjects as the protocol plans."),
    )
    reason = ReasonField(help_text=_("For example: amendment 2, approved on 2026-11-20."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_of()


class LimitForm(forms.Form):
    """How many subjects one site may enrol."""

    prefix = "limit"
    site = forms.ChoiceField(label=_("Site"))
    cap = forms.IntegerField(
        label=_("Limit"),
        min_value=1,
        max_value=MOST,
        required=False,
        widget=NumberInput,
        help_text=_("Empty: the target of the trial is the limit."),
    )
    reason = ReasonField(help_text=_("For example: the contract with the hospital."))

    def __init__(self, *args: Any, sites: Iterable[Site], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sites = {str(site.pk): site for site in sites}
        fields: dict[str, Any] = self.fields
        fields["site"].choices = [("", "---------"), *((pk, str(site)) for pk, site in self.sites.items())]
        self.helper = helper_of()

    def clean_site(self) -> Site:
        """The site."""
        return self.sites[self.cleaned_data["site"]]


class AllocationListForm(forms.Form):
    """The block lengths of the random list, once for ever."""

    block_sizes = forms.CharField(label=_("Block lengths"), max_length=60)
    confirmed = forms.BooleanField(label=_("Make the list, once and for all"))

    def __init__(self, *args: Any, parts: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["block_sizes"].initial = f"{parts}, {2 * parts}"
        self.fields["block_sizes"].help_text = _(
            "At least two, each a multiple of %(parts)s, with a comma between them."
        ) % {"parts": parts}
        self.helper = helper_of()

    def clean_block_sizes(self) -> list[int]:
        """The lengths as numbers."""
        typed = re.split(r"[\s,;，、]+", self.cleaned_data["block_sizes"].strip(" ,;，、"))
        if not all(re.fullmatch(r"[0-9]{1,4}", part) for part in typed):
            raise ValidationError(_("Give whole numbers with a comma between them, for example 3, 6."))
        return [int(part) for part in typed]

"""What facts and forms are called, also on pages that know no instrument."""

from django import template
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from assessments.registry import INSTRUMENTS
from patients.eligibility import CONSENT_GIVEN, CONSENT_SOURCE

register = template.Library()


@register.filter
def fact_label(code: str) -> str:
    """The label of the item that publishes the fact; the code itself when none does."""
    if code == CONSENT_GIVEN.code:
        return _("Consent signed")
    for spec in INSTRUMENTS.values():
        for publication in spec.publishes:
            if publication.fact.code == code:
                return str(capfirst(spec.label(publication.name)))
    return code


@register.filter
def form_title(code: str) -> str:
    """The title of a form, or of another source of facts."""
    if code == CONSENT_SOURCE:
        return _("Informed consent")
    return str(INSTRUMENTS[code].title) if code in INSTRUMENTS else code

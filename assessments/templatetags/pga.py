"""What the page of the global assessment asks for on the scale of its protocol."""

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import template

from assessments.form_engine import EntryForm
from clinical.scoring.pga import SIX_LEVELS

register = template.Library()


@register.filter
def helper_of_scale(form: EntryForm) -> FormHelper:
    """The layout of the form; the three signs belong to the scale of six levels only."""
    if form.context.pga_levels != SIX_LEVELS:
        form.helper.layout = Layout(form.helper.layout[0])
    return form.helper

"""The laboratory form: blood count, liver, kidney, electrolytes and glucose, as far as the protocol asks them."""

from django.utils.translation import gettext_lazy as _

from assessments.form_specs import Item
from assessments.instruments.laboratory.model import RETIRED, Laboratory, LaboratoryLine
from assessments.instruments.laboratory_panel.facts import HIGH, LOW, VALUE
from assessments.instruments.laboratory_panel.spec import laboratory_spec
from clinical.laboratory.analytes import BLOOD_COUNT, ELECTROLYTES, KIDNEY, LIVER

SPEC = laboratory_spec(
    code="laboratory",
    title=_("Laboratory"),
    model=Laboratory,
    results=LaboratoryLine,
    analytes=(*BLOOD_COUNT, *LIVER, *KIDNEY, *ELECTROLYTES),
    published=(VALUE, LOW, HIGH),
    needs_limits=True,
    sample_items=(Item("is_fasting", cdash="LBFAST", required=False),),
    retired=RETIRED,
)

"""The form of T-cell subsets and cytokines. Few laboratories give limits for these, so nobody is asked for them."""

from django.utils.translation import gettext_lazy as _

from assessments.instruments.immune_markers.model import ImmuneMarkerResult, ImmuneMarkers
from assessments.instruments.laboratory_panel.facts import VALUE
from assessments.instruments.laboratory_panel.spec import laboratory_spec
from clinical.laboratory.analytes import CYTOKINES, T_CELLS

SPEC = laboratory_spec(
    code="immune_markers",
    title=_("T cells and cytokines"),
    model=ImmuneMarkers,
    results=ImmuneMarkerResult,
    analytes=(*T_CELLS, *CYTOKINES),
    published=(VALUE,),
    needs_limits=False,
)

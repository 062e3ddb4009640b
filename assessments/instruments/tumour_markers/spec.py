"""The form of tumour markers."""

from django.utils.translation import gettext_lazy as _

from assessments.instruments.laboratory_panel.facts import HIGH, VALUE
from assessments.instruments.laboratory_panel.spec import laboratory_spec
from assessments.instruments.tumour_markers.model import TumourMarkerResult, TumourMarkers
from clinical.laboratory.analytes import TUMOUR_MARKERS

SPEC = laboratory_spec(
    code="tumour_markers",
    title=_("Tumour markers"),
    model=TumourMarkers,
    results=TumourMarkerResult,
    analytes=TUMOUR_MARKERS,
    published=(VALUE, HIGH),
    needs_limits=True,
)

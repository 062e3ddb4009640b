"""The physician's global assessment: one level."""

from django.utils.translation import gettext_lazy as _

from assessments.form_specs import CrfSpec, Item, ItemGroup, Publication
from assessments.instruments.pga.model import Pga
from protocols.catalogue import Fact, FactKind

SPEC = CrfSpec(
    code="pga",
    domain="RS",
    title=_("Physician's global assessment (sPGA)"),
    model=Pga,
    groups=(
        ItemGroup(
            title=_("Global assessment"),
            items=(
                Item("static_pga", hint=_("Infiltration, redness and scaling of all lesions together, as of today.")),
            ),
        ),
    ),
    publishes=(Publication(Fact("spga", FactKind.NUMBER), "static_pga"),),
)

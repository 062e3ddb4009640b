"""The self-rating depression scale; not to be taken for what CDISC calls SDS (Sheehan Disability Scale)."""

from django.utils.translation import gettext_lazy as _

from assessments.instruments.zung.spec import zung_spec
from assessments.instruments.zung_sds.model import ZungSds
from clinical.scoring.zung import SDS

SPEC = zung_spec(
    code="zung_sds", title=_("Self-rating depression scale (Zung SDS)"), model=ZungSds, scale=SDS, test_code="ZSDS"
)

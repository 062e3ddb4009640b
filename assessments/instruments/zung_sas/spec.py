"""The self-rating anxiety scale; not to be taken for what CDISC calls SAS (Riker Sedation-Agitation Scale)."""

from django.utils.translation import gettext_lazy as _

from assessments.instruments.zung.spec import zung_spec
from assessments.instruments.zung_sas.model import ZungSas
from clinical.scoring.zung import SAS

SPEC = zung_spec(
    code="zung_sas", title=_("Self-rating anxiety scale (Zung SAS)"), model=ZungSas, scale=SAS, test_code="ZSAS"
)

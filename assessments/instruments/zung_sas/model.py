"""What is stored of the self-rating anxiety scale."""

from django.utils.translation import gettext_lazy as _

from assessments.instruments.zung.model import ZungAnswers
from audit.tracking import audited


@audited
class ZungSas(ZungAnswers):
    """Twenty answers, raw score, index and severity."""

    class Meta(ZungAnswers.Meta):
        verbose_name = _("Zung SAS")

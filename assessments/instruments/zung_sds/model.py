"""What is stored of the self-rating depression scale."""

from django.utils.translation import gettext_lazy as _

from assessments.instruments.zung.model import ZungAnswers
from audit.tracking import audited


@audited
class ZungSds(ZungAnswers):
    """Twenty answers, raw score, index and severity."""

    class Meta(ZungAnswers.Meta):
        verbose_name = _("Zung SDS")

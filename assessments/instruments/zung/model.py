"""What is stored of a self-rating scale of Zung: twenty answers as the subject gave them, and what follows."""

from django.db import models
from django.db.models import F, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from assessments.fields import BoundedInteger
from assessments.wording.model import QuestionnaireData
from clinical.scoring.zung import (
    ANSWER_MAXIMUM,
    ANSWER_MINIMUM,
    INDEX_MAXIMUM,
    INDEX_MINIMUM,
    RAW_MAXIMUM,
    RAW_MINIMUM,
    Level,
)


class Frequency(models.IntegerChoices):
    """How often something was so, in words of our own; the wording of the scales is not shipped."""

    RARELY = 1, _("rarely")
    SOMETIMES = 2, _("sometimes")
    OFTEN = 3, _("often")
    MOSTLY = 4, _("mostly")


class ZungLevel(models.TextChoices):
    """Level of the index by the cut-offs in Chinese use."""

    NONE = Level.NONE.value, _("none")
    MILD = Level.MILD.value, _("mild")
    MODERATE = Level.MODERATE.value, _("moderate")
    SEVERE = Level.SEVERE.value, _("severe")


def _answer(number: int) -> BoundedInteger:
    label = format_lazy(_("Item {number}"), number=number)
    return BoundedInteger(label, low=ANSWER_MINIMUM, high=ANSWER_MAXIMUM, choices=Frequency.choices)


class ZungAnswers(QuestionnaireData):
    """The answers are kept as given; reversed items are turned round only in the score."""

    item_01 = _answer(1)
    item_02 = _answer(2)
    item_03 = _answer(3)
    item_04 = _answer(4)
    item_05 = _answer(5)
    item_06 = _answer(6)
    item_07 = _answer(7)
    item_08 = _answer(8)
    item_09 = _answer(9)
    item_10 = _answer(10)
    item_11 = _answer(11)
    item_12 = _answer(12)
    item_13 = _answer(13)
    item_14 = _answer(14)
    item_15 = _answer(15)
    item_16 = _answer(16)
    item_17 = _answer(17)
    item_18 = _answer(18)
    item_19 = _answer(19)
    item_20 = _answer(20)
    raw_score = BoundedInteger(_("raw score"), low=RAW_MINIMUM, high=RAW_MAXIMUM)
    index_score = BoundedInteger(_("index"), low=INDEX_MINIMUM, high=INDEX_MAXIMUM)
    level = models.CharField(_("severity"), max_length=8, choices=ZungLevel.choices, blank=True)

    class Meta(QuestionnaireData.Meta):
        abstract = True
        constraints = [
            *QuestionnaireData.Meta.constraints,
            # Whole numbers divide to a whole number in PostgreSQL: the index is cut off, not rounded.
            models.CheckConstraint(
                name="%(class)s_index_follows_from_raw_score",
                condition=Q(raw_score__isnull=True, index_score__isnull=True)
                | Q(raw_score__isnull=False, index_score__isnull=False, index_score=F("raw_score") * 5 / 4),
            ),
        ]

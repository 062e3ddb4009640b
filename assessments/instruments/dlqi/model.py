"""What is stored of the DLQI. Labels name topics in words of our own; the wording of the questionnaire is licensed."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.fields import BoundedInteger
from assessments.instruments.infusion.model import YesNo
from assessments.wording.model import QuestionnaireData
from audit.tracking import audited
from clinical.scoring.dlqi import TOTAL_MAXIMUM, TROUBLE_DEGREES, Degree, Effect, KeptFromWork


class DegreeChoice(models.TextChoices):
    """Answers with their scores; a code of text, so that "not relevant" can never be added up as a number."""

    NONE = Degree.NONE.value, _("0 · none")
    SLIGHT = Degree.SLIGHT.value, _("1 · slight")
    STRONG = Degree.STRONG.value, _("2 · strong")
    VERY_STRONG = Degree.VERY_STRONG.value, _("3 · very strong")
    NOT_RELEVANT = Degree.NOT_RELEVANT.value, _("not relevant")


class KeptFromWorkChoice(models.TextChoices):
    """Answers of item 7."""

    YES = KeptFromWork.YES.value, _("Yes")
    NO = KeptFromWork.NO.value, _("No")
    NOT_RELEVANT = KeptFromWork.NOT_RELEVANT.value, _("not relevant")


class EffectChoice(models.TextChoices):
    """What the total means (Hongbo et al. 2005)."""

    NONE = Effect.NONE.value, _("no effect")
    SMALL = Effect.SMALL.value, _("small effect")
    MODERATE = Effect.MODERATE.value, _("moderate effect")
    VERY_LARGE = Effect.VERY_LARGE.value, _("very large effect")
    EXTREMELY_LARGE = Effect.EXTREMELY_LARGE.value, _("extremely large effect")


WITH_NOT_RELEVANT = tuple(DegreeChoice.choices)
ALWAYS_RELEVANT = tuple(choice for choice in DegreeChoice.choices if choice[0] != Degree.NOT_RELEVANT)
TROUBLE = tuple(choice for choice in DegreeChoice.choices if choice[0] in TROUBLE_DEGREES)

CODES = {
    **dict.fromkeys(("item_01", "item_02"), ALWAYS_RELEVANT),
    **dict.fromkeys(("item_03", "item_04", "item_05", "item_06", "item_08", "item_09", "item_10"), WITH_NOT_RELEVANT),
    "item_07": tuple(KeptFromWorkChoice.choices),
    "item_07a": TROUBLE,
    "has_unclear_marks": tuple(YesNo.choices),
}
"""The code list of every item."""


def _coded(name: str, label: Any) -> models.CharField:
    return models.CharField(label, max_length=2, choices=CODES[name], blank=True)


@audited
class Dlqi(QuestionnaireData):
    """Ten answers and the branch of item 7, as given; section scores, total and what it means."""

    not_asked = frozenset({"has_unclear_marks"})

    item_01 = _coded("item_01", _("1. Discomfort of the skin"))
    item_02 = _coded("item_02", _("2. Embarrassment"))
    item_03 = _coded("item_03", _("3. Shopping, home, garden"))
    item_04 = _coded("item_04", _("4. Choice of clothes"))
    item_05 = _coded("item_05", _("5. Social life and leisure"))
    item_06 = _coded("item_06", _("6. Sport"))
    item_07 = _coded("item_07", _("7. Kept from work or study"))
    item_07a = _coded("item_07a", _("7a. Trouble at work or study"))
    item_08 = _coded("item_08", _("8. Partner, friends, relatives"))
    item_09 = _coded("item_09", _("9. Sexual difficulties"))
    item_10 = _coded("item_10", _("10. Burden of treatment"))
    has_unclear_marks = _coded("has_unclear_marks", _("several or unclear marks on paper"))
    symptoms_score = BoundedInteger(_("symptoms and feelings"), low=0, high=6)
    daily_score = BoundedInteger(_("daily activities"), low=0, high=6)
    leisure_score = BoundedInteger(_("leisure"), low=0, high=6)
    work_score = BoundedInteger(_("work and school"), low=0, high=3)
    relationships_score = BoundedInteger(_("personal relationships"), low=0, high=6)
    treatment_score = BoundedInteger(_("treatment"), low=0, high=3)
    total = BoundedInteger(_("DLQI total"), low=0, high=TOTAL_MAXIMUM)
    effect = models.CharField(_("effect on life"), max_length=15, choices=EffectChoice.choices, blank=True)

    class Meta(QuestionnaireData.Meta):
        verbose_name = _("DLQI")
        constraints = [
            *QuestionnaireData.Meta.constraints,
            # One constraint for all items: validation asks the database once for each constraint.
            models.CheckConstraint(
                name="dlqi_answers_are_codes",
                condition=Q(*(Q(**{f"{name}__in": ["", *dict(codes)]}) for name, codes in CODES.items())),
            ),
        ]

"""Treatment before the trial: what wash-out periods are counted from."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from assessments.day_checks import DayOfState, days_that_cannot_be
from assessments.form_specs import CrfSpec, FormContext, Item, ItemGroup, Objection, Publication, Values
from assessments.instruments.previous_treatment.lines import TREATMENTS, check_lines
from assessments.instruments.previous_treatment.model import DAY_OF_USE, PreviousTreatment, Use
from protocols.catalogue import Fact, FactKind

RULES = {day: DayOfState(day, use, (Use.PAST.value,)) for day, use in DAY_OF_USE.items()}
LAST_USE = _("If the day is not known, enter the latest that it can have been.")


def check(values: Values, context: FormContext) -> list[Objection]:
    """Days of last use lie within the subject's life and not after the visit; the lines agree with the kinds."""
    return [
        *days_that_cannot_be(values, context, model=PreviousTreatment, days=RULES),
        *check_lines(values, context),
    ]


def _group(day: str, title: Promise, hint: Promise) -> ItemGroup:
    # A wash-out is decided by the day, so a past use without one would leave the criterion open for ever.
    last = Item(day, hint=LAST_USE, may_be_missing=False, shown_if=RULES[day].is_due)
    return ItemGroup(title=title, items=(Item(RULES[day].state, hint=hint), last))


SPEC = CrfSpec(
    code="previous_treatment",
    domain="CM",
    title=_("Previous treatment"),
    model=PreviousTreatment,
    groups=(
        _group(
            "topical_last_on",
            _("Topical treatment"),
            _("On the skin, for example corticosteroids, retinoic acid or vitamin D analogues."),
        ),
        _group(
            "systemic_last_on",
            _("Systemic treatment"),
            _("For psoriasis by mouth or injection, other than biologics and cells."),
        ),
        _group("phototherapy_last_on", _("Phototherapy"), _("UVB, or psoralen with UVA (PUVA).")),
        _group("biologic_last_on", _("Biologic treatment"), _("For example against IL-17, IL-23 or TNF-α.")),
        _group("cell_therapy_last_on", _("Cell therapy"), _("For example stem cells, for whatever disease.")),
        _group(
            "trial_participation_last_on",
            _("Other clinical trials"),
            _("Registration or participation in a trial other than this one."),
        ),
        ItemGroup(
            title=_("Other medicines"),
            items=(
                Item("has_other_medicines", cdash="CMYN", hint=_("For whatever disease. List each of them below.")),
            ),
        ),
        TREATMENTS,
    ),
    check=check,
    publishes=tuple(
        publication
        for day, use in DAY_OF_USE.items()
        for publication in (
            Publication(Fact(use, FactKind.TEXT), use),
            Publication(Fact(day, FactKind.DAY), day),
        )
    ),
)

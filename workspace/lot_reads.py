"""What the pages of the product lots read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from assessments.form_data import FormStatus
from assessments.models import Infusion, InfusionClearance
from audit.history import Change, changes
from clinical.numbers import plain
from patients.visit_content import content_of, name_of
from trials.models import LotStatus, ProductLot, Trial
from trials.policies import allows, lot_may_become
from trials.selectors import lots_of
from trials.services.lots import LOT_VALUES


@dataclass(frozen=True)
class LotGroup:
    """Values of a lot that are entered and read together."""

    title: Promise
    fields: tuple[str, ...]


GROUPS: Final = (
    LotGroup(
        _("Product"),
        ("product", "lot_number", "tissue_source", "donor_code", "manufactured_on", "time_zone", "expires_at"),
    ),
    LotGroup(
        _("Manufacture and storage"),
        ("storage", "start_within_minutes_of_thaw", "passage_number", "medium", "cryoprotectant"),
    ),
    LotGroup(
        _("Release tests"),
        (
            "certificate_reference",
            "minimum_viability_percent",
            "viability_percent",
            "viable_million_per_ml",
            "sterility",
            "mycoplasma",
            "endotoxin_value",
            "endotoxin_unit",
            "lowest_identity_marker_percent",
            "highest_negative_marker_percent",
            "visual_inspection",
        ),
    ),
)
DECISION: Final = ("status", "released_on", "released_by_name", "recalled_at")


@dataclass(frozen=True)
class Step:
    """Something that may be done with a lot: the status it then has, and the words for it."""

    status: LotStatus
    name: Promise
    heading: Promise
    done: Promise


STEPS: Final = {
    "release": Step(LotStatus.RELEASED, _("Release"), _("Release lot %(number)s"), _("Lot %(number)s is released.")),
    "reject": Step(LotStatus.REJECTED, _("Reject"), _("Reject lot %(number)s"), _("Lot %(number)s is rejected.")),
    "recall": Step(LotStatus.RECALLED, _("Recall"), _("Recall lot %(number)s"), _("Lot %(number)s is recalled.")),
}


@dataclass(frozen=True)
class LotFilter:
    """Which lots are wanted; an empty value means that it does not matter."""

    search: str = ""
    status: str = ""
    tissue_source: str = ""
    is_expired: bool | None = None


@dataclass(frozen=True)
class ValueChange:
    """One value replaced by another, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Save:
    """What one person stored at one moment, and why; the reason is empty for the first entry."""

    at: datetime
    by: str
    reason: str
    is_first_entry: bool
    changes: tuple[ValueChange, ...]


@dataclass(frozen=True)
class Exposure:
    """One infusion in which the lot was given, as far as it is recorded.

    `infused_on` is the day at the site, `cells_given` has its digits in groups of three, `reaction` is "Y", "N" or "".
    `cleared_only`: two persons let the lot be given, but no infusion is recorded, or another lot stands in it.
    """

    subject_number: str
    site_code: str
    visit_code: str
    visit_name: str
    bag: str
    cleared_only: bool
    infused_on: date | None
    cells_given: str
    reaction: str


def lots_wanted(trial: Trial, wanted: LotFilter, *, now: datetime) -> QuerySet[ProductLot]:
    """The lots of the trial that the filter lets through, the last to expire first."""
    lots = lots_of(trial)
    if wanted.search:
        lots = lots.filter(lot_number__icontains=wanted.search)
    if wanted.status:
        lots = lots.filter(status=wanted.status)
    if wanted.tissue_source:
        lots = lots.filter(tissue_source=wanted.tissue_source)
    if wanted.is_expired is not None:
        lots = lots.filter(expires_at__lt=now) if wanted.is_expired else lots.filter(expires_at__gte=now)
    return lots


def steps_possible(lot: ProductLot) -> tuple[str, ...]:
    """What may be done with the lot as it stands: keys of `STEPS`."""
    return tuple(step for step, words in STEPS.items() if allows(lot_may_become, lot, words.status))


def values_in_words(lot: ProductLot) -> list[tuple[Promise, list[tuple[str, str]]]]:
    """Every entered value under the title of its group, with its label."""
    return [
        (group.title, [(label(name), shown(lot, name, getattr(lot, name))) for name in group.fields])
        for group in GROUPS
    ]


def points_to_check(lot: ProductLot) -> list[Promise]:
    """What is unusual about the release tests, without standing against a release.

    Markers: minimal criteria of the International Society for Cellular Therapy (Dominici 2006). Endotoxin: limits of
    published trials, of which each product may have its own.
    """
    found: list[Promise] = []
    lowest, highest = lot.lowest_identity_marker_percent, lot.highest_negative_marker_percent
    if lowest is not None and lowest < 95:
        found.append(_("One of CD73, CD90 and CD105 is below 95 %."))
    if highest is not None and highest > 2:
        found.append(_("A marker that should be absent is above 2 %."))
    if lot.endotoxin_value is not None and _is_high(lot.endotoxin_value, lot.endotoxin_unit):
        found.append(_("The endotoxin is higher than published trials allow: 5 EU/kg, or below 0.5 EU/mL."))
    if "pending" in (lot.sterility, lot.mycoplasma):
        found.append(_("A test for contamination is still pending."))
    return found


def _is_high(endotoxin: Decimal, unit: str) -> bool:
    return endotoxin > 5 if unit == "EU/kg" else endotoxin >= Decimal("0.5")


def history_of(lot: ProductLot) -> list[Save]:
    """Everything that was stored of the lot, newest first: two statements."""
    one_save = attrgetter("at", "by", "action", "reason")
    found = changes(lot, [*LOT_VALUES, *DECISION])
    return [_save(lot, list(same)) for _key, same in groupby(found, key=one_save)][::-1]


def decisions_on(lot: ProductLot) -> list[Save]:
    """The release, rejection and recall of the lot, newest first: two statements."""
    return [_save(lot, [change]) for change in changes(lot, ["status"]) if change.action != "insert"][::-1]


def exposures_of(lot: ProductLot, user: User) -> list[Exposure]:
    """The infusions of this lot among the subjects that the user may see, by subject and visit: two statements.

    Who was cleared for the lot is named as well, unless the infusion was then not given: whoever may have received a
    recalled lot is to be found.
    """
    given = list(_with_visit(Infusion.objects.visible_to(user)).filter(_of_lot(lot, "product_lot")))
    named = {infusion.visit_id for infusion in given}
    found = [
        *((infusion.visit, _exposure(infusion)) for infusion in given),
        *((one.visit, _clearance(one)) for one in _newest_clearances(lot, user) if one.visit_id not in named),
    ]
    found.sort(key=lambda pair: (pair[0].subject.number, pair[0].position, pair[0].pk))
    return [exposure for _visit, exposure in found]


def _of_lot(lot: ProductLot, field: str) -> Q:
    return Q(visit__subject__site__trial=lot.trial_id, **{f"{field}__iexact": lot.lot_number})


def _with_visit(rows: QuerySet[Any]) -> QuerySet[Any]:
    versions = ("visit__subject__protocol_version", "visit__protocol_version")
    return rows.select_related("visit__subject__site", *versions).defer(*(f"{one}__files" for one in versions))


def _newest_clearances(lot: ProductLot, user: User) -> QuerySet[InfusionClearance]:
    """The clearances in force that name the lot; an earlier one of a visit was for a bag that was put back."""
    later = InfusionClearance.objects.filter(visit=OuterRef("visit"), pk__gt=OuterRef("pk"))
    not_given = Infusion.objects.filter(visit=OuterRef("visit"), status=FormStatus.NOT_DONE)
    visible = _with_visit(InfusionClearance.objects.visible_to(user)).filter(_of_lot(lot, "lot_number"))
    return visible.exclude(Exists(later)).exclude(Exists(not_given))


def _clearance(clearance: Any) -> Exposure:
    return _placed(
        clearance.visit,
        started_at=clearance.starts_at,
        bag=clearance.bag_number,
        cleared_only=True,
        cells_given="",
        reaction="",
    )


def _exposure(infusion: Any) -> Exposure:
    return _placed(
        infusion.visit,
        started_at=infusion.started_at,
        bag=infusion.bag_number,
        cleared_only=False,
        cells_given="" if infusion.given_cells is None else f"{infusion.given_cells:,}",
        reaction=infusion.has_reaction,
    )


def _placed(visit: Any, *, started_at: datetime | None, **facts: Any) -> Exposure:
    site = visit.subject.site
    return Exposure(
        subject_number=visit.subject.number,
        site_code=site.code,
        visit_code=visit.code,
        visit_name=name_of(content_of(visit)),
        infused_on=timezone.localtime(started_at, site.zone).date() if started_at else visit.occurred_on,
        **facts,
    )


def _save(lot: ProductLot, found: list[Change]) -> Save:
    one = found[0]
    values = (ValueChange(label(c.field), shown(lot, c.field, c.before), shown(lot, c.field, c.after)) for c in found)
    return Save(
        at=one.at,
        by=one.by,
        reason=one.reason,
        is_first_entry=one.action == "insert",
        changes=tuple(value for value in values if value.before != value.after),
    )


def label(field: str) -> str:
    """The name of a value as a heading."""
    return capfirst(str(_column(field).verbose_name))


def shown(lot: ProductLot, field: str, value: Any) -> str:
    """A value as people read it, moments in the time zone of the lot; a dash where there is none."""
    if value is None or value == "":
        return "–"
    if isinstance(value, datetime):
        return timezone.localtime(value, lot.zone).strftime("%Y-%m-%d %H:%M %z")
    if isinstance(value, Decimal):
        return plain(value)
    choices: Mapping[Any, Any] = dict(_column(field).flatchoices)
    return str(choices.get(value, value))


def _column(field: str) -> Any:
    return ProductLot._meta.get_field(field)

"""Reading the normal ranges of laboratories: which one counts for whom on which day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import QuerySet

from accounts.models import User
from accounts.permissions import Permission
from clinical.laboratory.analytes import ANALYTES
from trials.models import NormalRange, Site, Trial
from trials.models.normal_range import RangeKey
from trials.selectors import sites_for


class RangeState(StrEnum):
    """Where a range stands on a day."""

    VALID = "valid"
    NOT_YET = "not_yet"
    OVER = "over"


@dataclass(frozen=True)
class ListedRange:
    """A range with its state on the present day of its site."""

    normal_range: NormalRange
    state: RangeState


def ranges_on(
    *, site: Site, day: date, sex: str, age_years: int | None, laboratory_name: str = ""
) -> dict[str, NormalRange]:
    """The range of each analyte for a sample of this day, in one statement; analytes without one are left out.

    `sex` is M, F or empty where it is not known, `age_years` are completed years. Of the ranges that hold on the day
    and fit the person, one for the sex goes before one for everybody, then the one that begins at the higher age, then
    the newest, of whichever laboratory unless one is named.
    """
    ranges = NormalRange.objects.filter(site=site, valid_from__lte=day)
    if laboratory_name:
        ranges = ranges.filter(laboratory_name=laboratory_name)
    return ranges_among(ranges, day=day, sex=sex, age_years=age_years)


def ranges_of(site: Site) -> QuerySet[NormalRange]:
    """Every range of the site."""
    return NormalRange.objects.filter(site=site)


def ranges_among(
    ranges: Iterable[NormalRange], *, day: date, sex: str, age_years: int | None
) -> dict[str, NormalRange]:
    """The same as `ranges_on`, of ranges that are at hand already."""
    # A range that was replaced is out, also for ages which the one in its place leaves out: so the newest first.
    holding = _newest(found for found in ranges if found.valid_from <= day).values()
    fitting = [found for found in holding if found.fits(sex=sex, age_years=age_years)]
    return {found.analyte: found for found in sorted(fitting, key=_precedence)}


def sites_with_ranges(user: User, trial: Trial) -> list[Site]:
    """The sites of the trial whose normal ranges the user may see."""
    return list(sites_for(user, Permission.VIEW_SUBJECTS).filter(trial=trial))


def sites_with_ranges_to_keep(user: User, trial: Trial) -> list[Site]:
    """The sites of the trial at which the user may keep normal ranges."""
    return list(sites_for(user, Permission.MANAGE_RANGES).filter(trial=trial))


def range_to_keep(user: User, trial: Trial, pk: int) -> NormalRange | None:
    """This range, where it belongs to a site of the trial at which the user may keep ranges."""
    sites = sites_for(user, Permission.MANAGE_RANGES).filter(trial=trial)
    return NormalRange.objects.filter(pk=pk, site__in=sites).select_related("site").first()


def listed_ranges(sites: Sequence[Site]) -> list[ListedRange]:
    """Every range of these sites in the order of a report, the newest first, with its state: one statement."""
    today = {site.pk: site.today() for site in sites}
    ranges = list(NormalRange.objects.filter(site__in=sites).select_related("site"))
    begun = [found for found in ranges if found.valid_from <= today[found.site_id]]
    valid = {found.pk for found in _newest(begun).values()}
    order = {code: place for place, code in enumerate(ANALYTES)}
    ranges.sort(key=lambda found: (found.site.code, found.laboratory_name, order[found.analyte], found.sex))
    return [ListedRange(found, _state(found, valid, today[found.site_id])) for found in ranges]


def _newest(ranges: Iterable[NormalRange]) -> dict[RangeKey, NormalRange]:
    return {found.key: found for found in sorted(ranges, key=lambda found: found.valid_from)}


def _precedence(found: NormalRange) -> tuple[bool, int, date, int]:
    return found.sex != "", found.age_from_years or 0, found.valid_from, found.pk


def _state(found: NormalRange, valid: set[int], today: date) -> RangeState:
    if found.valid_from > today:
        return RangeState.NOT_YET
    return RangeState.VALID if found.pk in valid else RangeState.OVER

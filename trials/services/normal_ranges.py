"""Writing the normal ranges of laboratories."""

from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting, stated
from trials.models import NormalRange, Site
from trials.normal_range_list import MOST_LINES, read_list


@transaction.atomic
def add_normal_range(
    *,
    site: Site,
    laboratory_name: str,
    analyte: str,
    unit: str,
    low: Decimal | None,
    high: Decimal | None,
    valid_from: date,
    sex: str = "",
    age_from_years: int | None = None,
    age_to_years: int | None = None,
    by: User,
) -> NormalRange:
    """A range that holds from `valid_from` on; it takes the place of an earlier one with the same key.

    Raises ValidationError, by field, for an unknown analyte or unit, for limits or ages that are out of order,
    impossible or missing, and for a range that is listed already.
    """
    added = NormalRange(
        site=site,
        laboratory_name=_tidy(laboratory_name),
        analyte=analyte,
        unit=unit,
        low=low,
        high=high,
        valid_from=valid_from,
        sex=sex,
        age_from_years=age_from_years,
        age_to_years=age_to_years,
    )
    added.full_clean()
    with acting(by=by, reason="Normal range added"):
        added.save(force_insert=True)
    return added


@transaction.atomic
def add_list_of_ranges(*, site: Site, laboratory_name: str, valid_from: date, text: str, by: User) -> list[NormalRange]:
    """The whole list of a laboratory, as `read_list` reads it, or nothing of it.

    Raises ValidationError (field `text`) that names every line which cannot be read or which `add_normal_range`
    refuses, or says that the list is empty or longer than MOST_LINES.
    """
    lines = read_list(text)
    if not lines:
        raise ValidationError({"text": _("The list has no line with a range.")})
    if len(lines) > MOST_LINES:
        raise ValidationError({"text": _("The list has more than %(most)s lines; divide it.") % {"most": MOST_LINES}})
    added: list[NormalRange] = []
    problems: list[str] = []
    for line in lines:
        found = list(line.problems)
        if line.row is not None:
            try:
                added.append(
                    add_normal_range(
                        site=site, laboratory_name=laboratory_name, valid_from=valid_from, by=by, **line.row
                    )
                )
            except ValidationError as error:
                found += error.messages
        problems += [_("Line %(number)s: %(problem)s") % {"number": line.number, "problem": each} for each in found]
    if problems:
        raise ValidationError({"text": problems})
    return added


@transaction.atomic
def correct_normal_range(
    *, normal_range: NormalRange, seen_version: int, reason: str, by: User, **values: Any
) -> NormalRange:
    """Store the range with these values (names as in `add_normal_range`, the site excepted), for a reason.

    What was normal earlier is not corrected but followed by a new range. Raises ValidationError, by field, as
    `add_normal_range` does, and when somebody else has changed the range since `seen_version`, when nothing differs, or
    when the reason is missing.
    """
    stored = NormalRange.objects.select_for_update(of=("self",)).select_related("site").get(pk=normal_range.pk)
    if stored.row_version != seen_version:
        raise ValidationError(
            _("Somebody else has changed this range since you opened it. Check the values and save again.")
        )
    if "laboratory_name" in values:
        values["laboratory_name"] = _tidy(values["laboratory_name"])
    changed = [name for name, value in values.items() if getattr(stored, name) != value]
    if not changed:
        raise ValidationError(_("Nothing was changed, so there is nothing to save."))
    for name in changed:
        setattr(stored, name, values[name])
    stored.row_version += 1
    stored.full_clean()
    with acting(by=by, reason=stated(reason)):
        stored.save(update_fields=[*changed, "row_version"])
    return stored


def _tidy(name: str) -> str:
    """The name with single spaces, so that a laboratory is not taken for two."""
    return " ".join(name.split())

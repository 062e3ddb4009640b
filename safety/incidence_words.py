"""The incidence table as people read it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinical.safety.incidence import GRADES, Category, Count, Line
from safety.selectors.incidence import Incidence

CATEGORIES: Final[Mapping[str, Promise]] = {
    Category.ANY: gettext_lazy("Any event"),
    Category.RELATED: gettext_lazy("Related to treatment"),
    Category.SERIOUS: gettext_lazy("Serious"),
    Category.SERIOUS_RELATED: gettext_lazy("Serious and related"),
    Category.SEVERE: gettext_lazy("Grade 3 or more"),
    Category.SPECIAL_INTEREST: gettext_lazy("Of special interest"),
}


@dataclass(frozen=True)
class ShownCount:
    """One cell: subjects of those treated, their share with its interval, and the events."""

    head: str
    subjects: str
    share: str
    interval: str
    events: int


@dataclass(frozen=True)
class ShownLine:
    """One line: its name, a cell for each arm and one for all, and the highest grades of the subjects."""

    name: str
    cells: tuple[ShownCount, ...]
    grades: str


def arm_heads(found: Incidence) -> list[str]:
    """What stands above the columns: the arms, and all of them together where there are several."""
    heads = [
        _("%(arm)s (%(count)s treated)") % {"arm": name, "count": found.treated[code]}
        for code, name in found.arms.items()
    ]
    together = _("All arms (%(count)s treated)") % {"count": found.treated_in_all}
    return [*heads, together] if len(heads) > 1 else heads


def shown_lines(found: Incidence, lines: Iterable[Line], names: Mapping[str, str | Promise]) -> list[ShownLine]:
    """The lines with their names and cells."""
    heads = arm_heads(found)
    return [
        ShownLine(
            name=str(names[line.name]),
            cells=tuple(_cell(head, count) for head, count in zip(heads, _counts(found, line), strict=True)),
            grades=_grades(line.in_all),
        )
        for line in lines
    ]


def _counts(found: Incidence, line: Line) -> list[Count]:
    counts = [line.by_arm[arm] for arm in found.arms]
    return [*counts, line.in_all] if len(counts) > 1 else counts


def _cell(head: str, count: Count) -> ShownCount:
    share = "–" if count.share is None else f"{100 * count.share:.1f}%"
    interval = "" if count.interval is None else f"{100 * count.interval.low:.1f}–{100 * count.interval.high:.1f}"
    return ShownCount(head, f"{count.subjects}/{count.treated}", share, interval, count.events)


def _grades(count: Count) -> str:
    """How many subjects have which highest grade, as in: grade 1: 2, grade 3: 1."""
    found = [(grade, subjects) for grade, subjects in zip(GRADES, count.by_grade, strict=True) if subjects]
    return ", ".join(_("grade %(grade)s: %(count)s") % {"grade": g, "count": n} for g, n in found) or "–"

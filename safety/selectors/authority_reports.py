"""What pages read of the reports of a case to authorities."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, Final

from django.utils.translation import gettext as _

from audit.history import Change, changes_where
from safety.models import AuthorityReport, SeriousCase
from safety.selectors.events import Difference, Save, ValueChange

_SHOWN: Final = ("sent_on", "authority", "reference", "is_complete", "void_reason")


@dataclass(frozen=True)
class ReportRow:
    """One report as the page of its case shows it, with every change since its first entry, the oldest first."""

    report: AuthorityReport
    saves: list[Save]


def authority_reports_of(case: SeriousCase) -> list[ReportRow]:
    """The reports to authorities by day, those that are taken back among them; three statements at most."""
    reports = list(case.authority_reports.all())
    found = changes_where(AuthorityReport, list(_SHOWN), case_id=case.pk) if any(r.version > 1 for r in reports) else []
    saves: dict[int, list[Save]] = {report.pk: [] for report in reports}
    later = (change for change in found if change.action != "insert")
    for (pk, _at), same in groupby(later, key=attrgetter("row.pgh_obj_id", "at")):
        saves[pk].append(_save(list(same)))
    return [ReportRow(report, saves[report.pk]) for report in reports]


def authority_report_of(case: SeriousCase, pk: int) -> AuthorityReport | None:
    """One report of the case; None where it has none such."""
    report = case.authority_reports.filter(pk=pk).first()
    if report is not None:
        report.case = case
    return report


def differences(report: AuthorityReport, typed: Mapping[str, Any]) -> list[Difference]:
    """Where the stored report differs from what was typed."""
    return [
        Difference(_label(name), _shown(getattr(report, name)), _shown(value))
        for name, value in typed.items()
        if value != getattr(report, name)
    ]


def _save(changes: list[Change]) -> Save:
    one = changes[0]
    values = (ValueChange(_label(each.field), _shown(each.before), _shown(each.after)) for each in changes)
    return Save(at=one.at, by=one.by, reason=one.reason, is_first_entry=False, changes=tuple(values))


def _label(name: str) -> str:
    column: Any = AuthorityReport._meta.get_field(name)
    return str(column.verbose_name)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value or "–")

"""When something may happen to a case, as opposed to who may do it (`safety.case_roles`)."""

from collections.abc import Collection

from django.utils.translation import gettext as _

from safety.models import ReportVersion, SeriousCase
from safety.selectors.clocks import ClockRow, due_to_authority
from trials.policies import NotAllowedNow


def may_be_submitted(case: SeriousCase, version: ReportVersion) -> None:
    """The first report is about a serious event; a follow-up may say that it is none any more."""
    if version.number == 1 and not case.event.is_serious:
        raise NotAllowedNow(_("The event is no longer serious, so there is nothing to report."))


def may_be_closed(case: SeriousCase, rows: Collection[ClockRow]) -> None:
    """No case is closed while a report to the authority is due; `rows` are its clocks. The message names them."""
    due = [_("%(report)s (due by %(due)s)") % {"report": row.label, "due": row.due} for row in due_to_authority(rows)]
    if due:
        message = _("%(case)s cannot be closed yet. Still due: %(reports)s. Record each report, then close the case.")
        raise NotAllowedNow(message % {"case": case, "reports": "; ".join(due)})

"""What can be permitted. A role is a set of these; a page asks for one of these."""

from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Permission(Enum):
    """The value is the plain description that people read on the roles page."""

    VIEW_PROTOCOL = _("Read the protocol: schedule, criteria, outcome measures")
    VIEW_SUBJECTS = _("See subjects, their visits and forms")
    VIEW_IDENTITY = _("See subjects' initials and contact details")
    REGISTER_SUBJECTS = _("Register subjects and record their consent")
    ENTER_DATA = _("Enter and correct visits, forms and protocol deviations")
    DECIDE_ELIGIBILITY = _("Answer the judgement criteria and decide eligibility")
    ENROL_SUBJECTS = _("Enrol eligible subjects")
    CHANGE_TREATMENT = _("Change a subject's arm, or move a subject to an amended protocol")
    RECORD_ADVERSE_EVENTS = _("Record and correct adverse events")
    SIGN_SAFETY_REPORTS = _("Sign and submit reports of serious adverse events")
    REVIEW_SAFETY = _("Review adverse events, question the site, assess serious ones and report them")
    VIEW_SAFETY = _("See the adverse events of all subjects of the site")
    VIEW_HISTORY = _("Read the audit trail of every value")
    EXPORT_DATA = _("Download the trial's data")
    MANAGE_RANGES = _("Keep the normal ranges of the laboratory")
    MANAGE_LOTS = _("Keep the register of product lots")
    RELEASE_LOTS = _("Release, reject and recall product lots")
    MANAGE_TRIAL = _("Keep information sheets, enrolment target, site limits and working days")
    STOP_ENROLMENT = _("Stop and reopen enrolment of the trial or a site")
    MANAGE_ALLOCATION = _("Make the random allocation list and look into it")
    SEE_BACKGROUND_WORK = _("See what background work has done: queue, failures, mails")
    MANAGE_PEOPLE = _("Create accounts and delegate roles")

    @property
    def description(self) -> Promise:
        return self.value

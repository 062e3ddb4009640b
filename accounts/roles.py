"""The roles people work in. Who holds which role at which site, and when, is a delegation (trials app)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.permissions import Permission as P


@dataclass(frozen=True)
class Role:
    """A role and all it may do. `whole_trial` roles are usually delegated for every site at once."""

    code: str
    name: Promise
    description: Promise
    permissions: frozenset[P]
    whole_trial: bool = False

    @property
    def permissions_in_order(self) -> list[P]:
        """The permissions in the order in which they are declared."""
        return [permission for permission in P if permission in self.permissions]


COORDINATOR = Role(
    code="coordinator",
    name=_("Coordinator"),
    description=_(
        "Takes subjects through consent, visits and forms at the site; records adverse events; keeps the register of "
        "product lots."
    ),
    permissions=frozenset(
        {
            P.VIEW_PROTOCOL,
            P.VIEW_SUBJECTS,
            P.VIEW_IDENTITY,
            P.REGISTER_SUBJECTS,
            P.ENTER_DATA,
            P.ENROL_SUBJECTS,
            P.RECORD_ADVERSE_EVENTS,
            P.VIEW_SAFETY,
            P.VIEW_HISTORY,
            P.MANAGE_RANGES,
            P.MANAGE_LOTS,
        }
    ),
)
INVESTIGATOR = Role(
    code="investigator",
    name=_("Investigator"),
    description=_(
        "All that a coordinator does; decides eligibility, changes of treatment and release of product lots; signs "
        "reports of serious events."
    ),
    permissions=COORDINATOR.permissions
    | {P.DECIDE_ELIGIBILITY, P.CHANGE_TREATMENT, P.RELEASE_LOTS, P.SIGN_SAFETY_REPORTS},
)
MONITOR = Role(
    code="monitor",
    name=_("Monitor"),
    description=_("Reads everything at the sites visited, except names and contact details; changes nothing."),
    permissions=frozenset({P.VIEW_PROTOCOL, P.VIEW_SUBJECTS, P.VIEW_SAFETY, P.VIEW_HISTORY}),
)
SAFETY_MONITOR = Role(
    code="safety_monitor",
    name=_("Safety monitor"),
    description=_("Reviews adverse events across the sites of the trial, assesses serious ones; can stop enrolment."),
    permissions=frozenset(
        {
            P.VIEW_PROTOCOL,
            P.VIEW_SUBJECTS,
            P.VIEW_SAFETY,
            P.VIEW_HISTORY,
            P.STOP_ENROLMENT,
            P.REVIEW_SAFETY,
        }
    ),
    whole_trial=True,
)
DATA_MANAGER = Role(
    code="data_manager",
    name=_("Data manager"),
    description=_(
        "Reads all data and their history across the trial and downloads them; keeps normal ranges, keeps and "
        "releases product lots."
    ),
    permissions=frozenset(
        {
            P.VIEW_PROTOCOL,
            P.VIEW_SUBJECTS,
            P.VIEW_SAFETY,
            P.VIEW_HISTORY,
            P.EXPORT_DATA,
            P.MANAGE_RANGES,
            P.MANAGE_LOTS,
            P.RELEASE_LOTS,
        }
    ),
    whole_trial=True,
)
STATISTICIAN = Role(
    code="statistician",
    name=_("Statistician"),
    description=_("Reads the protocol, makes the random allocation list, downloads the trial's data."),
    permissions=frozenset({P.VIEW_PROTOCOL, P.EXPORT_DATA, P.MANAGE_ALLOCATION}),
    whole_trial=True,
)
ADMINISTRATOR = Role(
    code="administrator",
    name=_("Administrator"),
    description=_(
        "Creates accounts, delegates roles, keeps information sheets and limits of enrolment, downloads data. Has no "
        "right to enter or change clinical data."
    ),
    permissions=frozenset(
        {
            P.VIEW_PROTOCOL,
            P.MANAGE_PEOPLE,
            P.MANAGE_TRIAL,
            P.STOP_ENROLMENT,
            P.EXPORT_DATA,
            P.SEE_BACKGROUND_WORK,
        }
    ),
    whole_trial=True,
)
AUDITOR = Role(
    code="auditor",
    name=_("Auditor"),
    description=_("Reads everything, with its history, except names and contact details; changes nothing."),
    permissions=frozenset({P.VIEW_PROTOCOL, P.VIEW_SUBJECTS, P.VIEW_SAFETY, P.VIEW_HISTORY}),
    whole_trial=True,
)

ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        COORDINATOR,
        INVESTIGATOR,
        MONITOR,
        SAFETY_MONITOR,
        DATA_MANAGER,
        STATISTICIAN,
        ADMINISTRATOR,
        AUDITOR,
    )
}


def roles_with(permission: P) -> list[str]:
    """Codes of the roles that hold the permission."""
    return [code for code, role in ROLES.items() if permission in role.permissions]

"""Who may take which step with a case, from the permissions held at its site."""

from collections.abc import Collection
from typing import Final

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Permission
from accounts.roles import roles_with
from clinical.safety.workflow import TRANSITIONS, ReportRole, ReportState, Step, Transition, steps_from
from safety.models import SeriousCase
from safety.terms import ReportStatus, ReportStep
from trials.models import Site
from trials.policies import NotAllowedNow
from trials.selectors import HeldRoles, held_roles

PERMISSION_OF: Final = {
    ReportRole.COORDINATOR: Permission.RECORD_ADVERSE_EVENTS,
    ReportRole.INVESTIGATOR: Permission.SIGN_SAFETY_REPORTS,
    ReportRole.MEDICAL_MONITOR: Permission.REVIEW_SAFETY,
}
REVIEWERS: Final = frozenset({ReportRole.MEDICAL_MONITOR})


def roles_at(held: HeldRoles, site: Site) -> frozenset[ReportRole]:
    """The parts that a person with these roles has in the cases of the site."""
    return frozenset(role for role, permission in PERMISSION_OF.items() if held.may(permission, site))


def roles_in(case: SeriousCase, person: User) -> frozenset[ReportRole]:
    """The parts that the person has in the case at this moment: one statement."""
    site = case.subject.site
    return roles_at(held_roles(person, site.trial), site)


def role_codes(role: ReportRole) -> list[str]:
    """Codes of the roles (`accounts.roles`) that have this part in a case."""
    return roles_with(PERMISSION_OF[role])


def possible_steps(case: SeriousCase, roles: Collection[ReportRole]) -> list[Step]:
    """What may be done with the case now, each step once, in the order of the workflow."""
    state = ReportState(case.state)
    return list(dict.fromkeys(found.step for role in ReportRole if role in roles for found in steps_from(state, role)))


def transition_for(case: SeriousCase, step: Step, roles: Collection[ReportRole]) -> Transition:
    """The transition that the step is now.

    Raises PermissionDenied for roles that can never take the step, and NotAllowedNow where the state has none.
    """
    own = [found for found in TRANSITIONS if found.step is step and any(found.may_be_taken_by(r) for r in roles)]
    if not own:
        raise PermissionDenied
    for found in own:
        if found.source == case.state:
            return found
    raise NotAllowedNow(
        _("Case %(case)s stands at “%(state)s”; “%(step)s” is not possible now.")
        % {"case": case, "state": ReportStatus(case.state).label, "step": ReportStep(step).label}
    )

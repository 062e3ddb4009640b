"""Who has which part in a case at this moment."""

from collections.abc import Collection

from django.db.models import Q

from accounts.models import User
from clinical.safety.workflow import ReportRole
from safety.case_roles import REVIEWERS, role_codes
from safety.models import SeriousCase
from trials.models import Delegation


def people_of(case: SeriousCase, roles: Collection[ReportRole]) -> list[User]:
    """Those who have one of these parts in the case, by name: one statement."""
    site = case.subject.site
    codes = {code for role in roles for code in role_codes(role)}
    held = Delegation.objects.in_force().filter(Q(site=site) | Q(site=None), trial=site.trial_id, role_code__in=codes)
    return list(User.objects.filter(pk__in=held.values("user")).order_by("full_name", "pk"))


def medical_monitors_of(case: SeriousCase) -> list[User]:
    """Those who review the case for the sponsor."""
    return people_of(case, REVIEWERS)

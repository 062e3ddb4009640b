"""What a person may see and do: every read of the upper floors starts here."""

from functools import lru_cache

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import User
from accounts.permissions import Permission
from accounts.roles import Role, roles_with
from protocols.loader import parse
from protocols.schema import Protocol
from trials.models import Delegation, ProtocolVersion, Site, Trial


def sites_for(user: User, permission: Permission) -> QuerySet[Site]:
    """The sites at which the user holds the permission at this moment."""
    mine = Delegation.objects.in_force().filter(user=user.pk, role_code__in=roles_with(permission))
    return Site.objects.filter(
        Exists(mine.filter(Q(site=OuterRef("pk")) | Q(site=None, trial=OuterRef("trial"))))
    ).select_related("trial")


def trials_for(user: User) -> QuerySet[Trial]:
    """The trials in which the user has any role at this moment."""
    return Trial.objects.filter(Exists(Delegation.objects.in_force().filter(user=user.pk, trial=OuterRef("pk"))))


def may(user: User, permission: Permission, site: Site) -> bool:
    """Whether the user holds the permission at the site at this moment."""
    return sites_for(user, permission).filter(pk=site.pk).exists()


def may_somewhere(user: User, permission: Permission, trial: Trial) -> bool:
    """Whether the user holds the permission at any site of the trial, or for the trial as a whole."""
    mine = Delegation.objects.in_force().filter(user=user.pk, trial=trial, role_code__in=roles_with(permission))
    return mine.exists()


def roles_of(user: User, trial: Trial) -> list[Role]:
    """The user's roles in the trial at this moment, each once."""
    found = {d.role_code: d.role for d in Delegation.objects.in_force().filter(user=user.pk, trial=trial)}
    return list(found.values())


def permissions_of(user: User, trial: Trial) -> set[Permission]:
    """All permissions the user holds anywhere in the trial."""
    return set().union(*(role.permissions for role in roles_of(user, trial)))


def people_with(permission: Permission, site: Site) -> QuerySet[User]:
    """Everybody who holds the permission at the site at this moment."""
    delegations = (
        Delegation.objects.in_force()
        .filter(role_code__in=roles_with(permission), trial=site.trial_id)
        .filter(Q(site=site) | Q(site=None))
    )
    return User.objects.filter(Exists(delegations.filter(user=OuterRef("pk")))).order_by("full_name")


def delegation_log(trial: Trial) -> QuerySet[Delegation]:
    """Who worked where in which role from when to when, newest first."""
    return Delegation.objects.filter(trial=trial).select_related("user", "site").order_by("-starts_at", "-pk")


def newest_protocol(trial: Trial) -> ProtocolVersion:
    """The protocol version that new subjects are registered under."""
    return trial.protocol_versions.latest("loaded_at")


@lru_cache(maxsize=64)
def _parsed(digest: str, version_pk: int) -> Protocol:
    # The version was checked against the instruments when it was loaded; its files cannot have changed since.
    return parse(ProtocolVersion.objects.only("files").get(pk=version_pk).files, catalogue=None)


def protocol_of(version: ProtocolVersion) -> Protocol:
    """The protocol that a stored version holds; parsed once per process."""
    return _parsed(version.content_hash, version.pk)

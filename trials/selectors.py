"""What a person may see and do: every read of the upper floors starts here."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from accounts.models import User
from accounts.permissions import Permission
from accounts.roles import Role, roles_with
from protocols.loader import parse
from protocols.schema import Protocol
from trials.models import Delegation, EnrolmentHold, InformationSheet, ProductLot, ProtocolVersion, Site, Trial


def sites_for(user: User, permission: Permission) -> QuerySet[Site]:
    """The sites at which the user holds the permission at this moment."""
    mine = Delegation.objects.in_force().filter(user=user.pk, role_code__in=roles_with(permission))
    return Site.objects.filter(
        Exists(mine.filter(Q(site=OuterRef("pk")) | Q(site=None, trial=OuterRef("trial"))))
    ).select_related("trial")


def trials_for(user: User) -> QuerySet[Trial]:
    """The trials in which the user has any role at this moment."""
    return Trial.objects.filter(Exists(Delegation.objects.in_force().filter(user=user.pk, trial=OuterRef("pk"))))


@dataclass(frozen=True)
class HeldRoles:
    """What a person may do in one trial at the moment it was read; a page reads it once.

    `held` pairs each role with the primary key of its site, or with None for every site of the trial.
    """

    held: tuple[tuple[Role, int | None], ...]

    @property
    def each(self) -> list[Role]:
        """The roles, each once."""
        return list({role.code: role for role, _site in self.held}.values())

    @property
    def permissions(self) -> set[Permission]:
        """All permissions, at whichever site."""
        return set().union(*(role.permissions for role in self.each))

    def may(self, permission: Permission, site: Site) -> bool:
        """Whether the permission is held at this site of the trial."""
        return any(permission in role.permissions for role, place in self.held if place in (None, site.pk))

    def may_everywhere(self, permission: Permission) -> bool:
        """Whether the permission is held for the trial as a whole, also at sites that open later."""
        return any(permission in role.permissions for role, place in self.held if place is None)

    def may_somewhere(self, permission: Permission) -> bool:
        """Whether the permission is held at any site of the trial, or for the trial as a whole."""
        return permission in self.permissions


def held_roles(user: User, trial: Trial) -> HeldRoles:
    """The user's roles in the trial at this moment: one statement."""
    mine = Delegation.objects.in_force().filter(user=user.pk, trial=trial)
    return HeldRoles(tuple((delegation.role, delegation.site_id) for delegation in mine))


def delegation_log(trial: Trial) -> QuerySet[Delegation]:
    """Who worked where in which role from when to when, newest first."""
    return Delegation.objects.filter(trial=trial).select_related("user", "site").order_by("-starts_at", "-pk")


def people_by_site(now: datetime, *, roles: Collection[str]) -> dict[Site, set[int]]:
    """Primary keys of the users who hold one of the roles (by code) at each site at this moment, sites by code.

    A role for every site of a trial holds at each of them. Sites where nobody holds one are left out. Two statements.
    """
    held = Delegation.objects.in_force(now).filter(role_code__in=roles)
    places: dict[tuple[int, int | None], set[int]] = {}
    for trial, site, user in held.values_list("trial_id", "site_id", "user_id"):
        places.setdefault((trial, site), set()).add(user)
    sites = Site.objects.filter(trial__in={trial for trial, _site in places}).select_related("trial")
    found = {
        site: places.get((site.trial_id, site.pk), set()) | places.get((site.trial_id, None), set())
        for site in sites.order_by("code", "pk")
    }
    return {site: people for site, people in found.items() if people}


def sponsor_zones(trials: Collection[Trial]) -> dict[int, ZoneInfo]:
    """Where the sponsor of each trial counts days (`Trial.sponsor_zone`), by primary key: one statement for all."""
    unnamed = [trial.pk for trial in trials if not trial.sponsor_time_zone]
    first = Site.objects.filter(trial__in=unnamed).order_by("trial_id", "code").distinct("trial_id")
    named = {trial.pk: trial.sponsor_time_zone or "UTC" for trial in trials}
    zones = named | dict(first.values_list("trial_id", "time_zone"))
    return {pk: ZoneInfo(name) for pk, name in zones.items()}


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


def enrolment_target(trial: Trial) -> int:
    """How many subjects the trial is to enrol: its own target, or else what the newest protocol plans."""
    if trial.enrolment_target is not None:
        return trial.enrolment_target
    return protocol_of(newest_protocol(trial)).planned_subjects


def enrolled_in(trial: Trial) -> int:
    """How many subjects the trial has enrolled, also those who have left it since."""
    return trial.sites.aggregate(total=Sum("subjects_enrolled"))["total"] or 0


def open_holds(trial: Trial) -> QuerySet[EnrolmentHold]:
    """The stops of enrolment that hold now, of the trial or of single sites."""
    return EnrolmentHold.objects.filter(trial=trial, lifted_at=None).select_related("site", "placed_by")


def sheets_of(trial: Trial) -> QuerySet[InformationSheet]:
    """All versions of the trial's information sheet, the newest first."""
    sheets = InformationSheet.objects.filter(trial=trial).select_related("protocol_version")
    return sheets.defer("protocol_version__files").order_by("-valid_from", "-pk")


def sheets_valid_on(trial: Trial, day: date) -> QuerySet[InformationSheet]:
    """The versions that may be signed on this day, the newest first."""
    return sheets_of(trial).filter(Q(valid_until=None) | Q(valid_until__gte=day), valid_from__lte=day)


def lots_of(trial: Trial) -> QuerySet[ProductLot]:
    """The trial's product lots, the last to expire first."""
    return ProductLot.objects.filter(trial=trial).select_related("trial").order_by("-expires_at", "-pk")


def lot_numbered(trial: Trial, number: str) -> ProductLot | None:
    """The lot that a bag names, whichever way its letters are written; None when the register has no such lot."""
    return lots_of(trial).filter(lot_number__iexact=number.strip()).first()

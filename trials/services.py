"""Writing trials: loading protocols, opening sites, delegating roles."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.roles import Role
from audit.context import acting, stated
from protocols.catalogue import Catalogue
from protocols.loader import content_hash, parse
from trials.models import Delegation, ProtocolVersion, Site, Trial


class ProtocolFrozen(Exception):
    """A stored version was offered again with other content."""


@transaction.atomic
def load_protocol(*, files: Mapping[str, str], catalogue: Catalogue, by: User) -> tuple[ProtocolVersion, bool]:
    """Store a protocol version with its trial; returns it and whether it is new.

    The same content twice changes nothing. Raises ProtocolError with every problem of the files, and ProtocolFrozen
    when this version number is stored with other content.
    """
    protocol = parse(files, catalogue)
    digest = content_hash(files)
    with acting(by=by, reason=f"Protocol {protocol.version} loaded"):
        trial, _created = Trial.objects.get_or_create(
            registration=protocol.registration,
            defaults={"title": protocol.title, "short_title": protocol.short_title},
        )
        stored = trial.protocol_versions.filter(version=protocol.version).first()
        if stored is None:
            new = ProtocolVersion(trial=trial, version=protocol.version, content_hash=digest, files=dict(files))
            new.save(force_insert=True)
            return new, True
    if stored.content_hash != digest:
        raise ProtocolFrozen(
            f"{stored} is stored with other content and cannot be replaced. "
            "Give the changed protocol a new version number."
        )
    return stored, False


@transaction.atomic
def open_site(*, trial: Trial, code: str, name: str, country: str, time_zone: str, by: User) -> Site:
    """A new site of the trial; raises ValidationError when a field breaks a rule."""
    site = Site(trial=trial, code=code, name=name, country=country, time_zone=time_zone)
    site.full_clean()
    with acting(by=by, reason="Site opened"):
        site.save(force_insert=True)
    return site


@transaction.atomic
def delegate(
    *, user: User, trial: Trial, role: Role, site: Site | None, by: User, starts_at: datetime | None = None
) -> Delegation:
    """Give the person the role at the site, or at every site when `site` is None.

    Raises ValidationError when the person already holds the role there, when it is not the site of this trial, or when
    people delegate to themselves: an administrator must not become a coordinator alone (segregation of duties).
    """
    delegation = Delegation(
        user=user, trial=trial, role_code=role.code, site=site, starts_at=starts_at or timezone.now()
    )
    delegation.full_clean()
    if user == by:
        raise ValidationError(_("Nobody delegates a role to themselves; ask another administrator."))
    with acting(by=by, reason="Role delegated"):
        delegation.save(force_insert=True)
    return delegation


@transaction.atomic
def end_delegation(*, delegation: Delegation, reason: str, by: User) -> None:
    """End the delegation at this moment: the person's access ends with it."""
    if not delegation.holds():
        raise ValidationError(_("This delegation has already ended."))
    delegation.ends_at = timezone.now()
    with acting(by=by, reason=stated(reason)):
        delegation.save(update_fields=["ends_at"])

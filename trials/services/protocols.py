"""Storing versions of protocols."""

from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from audit.context import acting
from protocols.catalogue import Catalogue
from protocols.loader import content_hash, parse
from trials.models import ProtocolVersion, Trial


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

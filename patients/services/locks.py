"""What a service changes, locked and as it is stored now."""

from typing import Any

from patients.models import Subject, Visit

# The text of a whole protocol, which is parsed once and then kept.
_PROTOCOL = "protocol_version__files"


def locked_subject(pk: int) -> Subject:
    """The subject with site, trial and protocol version; whoever changes something about it waits for the lock."""
    locked = Subject.objects.select_for_update(of=("self",)).select_related("site__trial", "protocol_version")
    return locked.defer(_PROTOCOL).get(pk=pk)


def locked_visit(visit: Visit, **annotations: Any) -> Any:
    """The visit with its subject, which is what is locked; `annotations` are worked out with the visit."""
    subject = locked_subject(visit.subject_id)
    visits = Visit.objects.annotate(**annotations).select_related("protocol_version").defer(_PROTOCOL)
    stored = visits.get(pk=visit.pk)
    stored.subject = subject
    return stored

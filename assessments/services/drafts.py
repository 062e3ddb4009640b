"""What one person has typed into a form and not saved: kept by the server, so that nothing typed is ever lost."""

from collections.abc import Mapping, Sequence

from django.utils import timezone

from accounts.models import User
from assessments.form_draft import FormDraft
from assessments.form_specs import CrfSpec
from patients.models import Visit

LARGEST_DRAFT = 200_000
"""Characters of one draft. A page of any instrument sends far less; what is larger was not typed into one."""


def keep_draft(
    *, spec: CrfSpec, visit: Visit, by: User, based_on: int, data: Mapping[str, Sequence[str]]
) -> FormDraft | None:
    """Keep what the page holds at this moment, for this user alone; `based_on` is the version it was opened at.

    One statement. Returns None, and keeps nothing, where the page sends more than any form has.
    """
    if sum(len(name) + sum(map(len, values)) for name, values in data.items()) > LARGEST_DRAFT:
        return None
    facts = {"based_on": based_on, "data": {name: list(values) for name, values in data.items()}}
    draft = FormDraft(user=by, visit=visit, form_code=spec.code, saved_at=timezone.now(), **facts)
    FormDraft.objects.bulk_create(
        [draft],
        update_conflicts=True,
        unique_fields=["user", "visit", "form_code"],
        update_fields=["based_on", "data", "saved_at"],
    )
    return draft


def discard_draft(*, spec: CrfSpec, visit: Visit, by: User) -> None:
    """Forget what this user has typed: it is stored, or not wanted any more."""
    FormDraft.objects.filter(user=by, visit=visit, form_code=spec.code).delete()

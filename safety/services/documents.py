"""Attaching documents to a case."""

from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files import File
from django.db import transaction
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting
from patients.policies import may_receive_data
from safety import document_files
from safety.case_roles import roles_in
from safety.document_files import LONGEST_BEGINNING, FileKind, kind_of
from safety.models import CaseDocument, SeriousCase


@transaction.atomic
def add_document(*, case: SeriousCase, title: str, file: "File[Any]", by: User) -> CaseDocument:
    """Keep a file with a case: PDF, PNG or JPEG by its first bytes and its ending alike.

    The name that the file had is not kept: it may identify the subject. Raises PermissionDenied for those who have no
    part in the case, NotAllowedNow once the use of the data is withdrawn, ValidationError (field `file`) for a file
    that is empty, too large or of another kind. What was refused is not kept.
    """
    may_receive_data(case.subject)
    if not roles_in(case, by):
        raise PermissionDenied
    name = file.name or ""
    kind = _acceptable(name, file)
    kept = document_files.keep(file.chunks())
    try:
        document = CaseDocument(
            case=case,
            title=title.strip(),
            media_type=kind.media_type,
            size=kept.size,
            digest=kept.digest,
            stored_as=kept.stored_as,
            added_by=by,
        )
        document.full_clean()
        with acting(by=by):
            document.save(force_insert=True)
    except BaseException:
        document_files.remove(kept.stored_as)
        raise
    return document


def too_large() -> str:
    """What to say of a file that is larger than DERMIS_LARGEST_DOCUMENT."""
    return _("The file is larger than %(limit)s. Scan it with a lower resolution, or split it.") % {
        "limit": filesizeformat(settings.DERMIS_LARGEST_DOCUMENT)
    }


def _acceptable(name: str, file: "File[Any]") -> FileKind:
    if not file.size:
        raise ValidationError({"file": _("The file is empty.")})
    if file.size > settings.DERMIS_LARGEST_DOCUMENT:
        raise ValidationError({"file": too_large()})
    file.seek(0)
    kind = kind_of(file.read(LONGEST_BEGINNING))
    if kind is None:
        raise ValidationError(
            {"file": _("By its content this is no PDF, PNG or JPEG file, whatever its name says. Only these are kept.")}
        )
    if not name.lower().endswith(kind.endings):
        words = {"kind": kind.name, "name": name, "endings": ", ".join(kind.endings)}
        raise ValidationError(
            {
                "file": _("By its content this is a %(kind)s file, but it is named %(name)s. Name it %(endings)s.")
                % words
            }
        )
    return kind

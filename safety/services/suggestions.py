"""Deciding about events that the record suggests."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting
from patients.models import Subject
from patients.policies import may_receive_data
from patients.services.locks import locked_subject
from safety.models import AdverseEvent, SuggestionDecision
from safety.selectors.suggestions import open_suggestion

GONE = "suggestion_gone"
"""The code of the refusal of a suggestion that does not stand any more."""


def take_up(*, subject: Subject, source: str, event: AdverseEvent) -> None:
    """The event is what was suggested. The caller has locked the subject, holds the transaction and signs; raises
    ValidationError when the suggestion was decided or its result corrected meanwhile."""
    _refuse_gone(subject, source)
    SuggestionDecision.objects.create(subject=subject, source=source, event=event)


@transaction.atomic
def decide_suggestion(
    *, subject: Subject, source: str, by: User, reason: str = "", event: AdverseEvent | None = None
) -> SuggestionDecision:
    """What is suggested is no event, for a reason, or is one that is recorded already.

    Raises NotAllowedNow once the use of the data is withdrawn, ValidationError with neither or both of them, and when
    the suggestion does not stand any more.
    """
    subject, reason = locked_subject(subject.pk), reason.strip()
    may_receive_data(subject)
    _refuse_gone(subject, source)
    if bool(reason) == (event is not None):
        raise ValidationError({"reason": _("Choose the event that it belongs to, or say why it is none.")})
    if event is not None and event.subject_id != subject.pk:
        raise ValidationError({"event": _("This event belongs to another subject.")})
    decision = SuggestionDecision(subject=subject, source=source, reason=reason, event=event)
    decision.clean_fields()
    with acting(by=by):
        decision.save(force_insert=True)
    return decision


def _refuse_gone(subject: Subject, source: str) -> None:
    if open_suggestion(subject, source) is None:
        raise ValidationError(
            _(
                "This suggestion was decided meanwhile, or its result was corrected. Look at the events of the subject"
                " first; save again to record this event on its own."
            ),
            code=GONE,
        )

"""When a form may be entered."""

from django.utils.translation import gettext as _

from assessments.form_data import FormData, FormStatus
from assessments.form_specs import CrfSpec
from assessments.gate.model import InfusionClearance
from assessments.instruments.infusion.model import Infusion
from patients.models import ContactMode, Visit, VisitKind, VisitOutcome
from patients.policies import may_receive_data, treatment_may_be_given
from patients.visit_content import forms_of
from trials.policies import NotAllowedNow
from trials.selectors import protocol_of


def form_may_be_entered(spec: CrfSpec, visit: Visit) -> None:
    """Under a consent, at a visit that took place and whose protocol asks for the form; treatment after enrolment
    only."""
    may_receive_data(visit.subject)
    form_is_in_schedule(spec, visit)
    if visit.outcome != VisitOutcome.DONE:
        raise NotAllowedNow(_("Record the date of the visit first; its forms can be entered after that."))
    if spec.is_treatment:
        _treatment_is_possible(visit)


def _treatment_is_possible(visit: Visit) -> None:
    """Nobody is treated before enrolment, by telephone alone, or outside the schedule before the first treatment."""
    subject = visit.subject
    if subject.enrolled_on is None:
        raise NotAllowedNow(_("Treatment is recorded for enrolled subjects only."))
    if visit.occurred_on is not None:
        treatment_may_be_given(subject, visit.occurred_on)
    if visit.contact_mode == ContactMode.BY_PHONE:
        raise NotAllowedNow(_("This visit took place by telephone; correct that first if treatment was given."))
    first, day = subject.first_treatment_on, visit.occurred_on
    if visit.kind != VisitKind.SCHEDULED and (first is None or (day is not None and day < first)):
        raise NotAllowedNow(_("The first treatment belongs to its own visit; record it there, whichever day it was."))


def gate_may_be_passed(visit: Visit) -> None:
    """Before the infusion is recorded as complete; afterwards its clearance stands as it was given."""
    if Infusion.objects.filter(visit=visit, status=FormStatus.COMPLETE).exists():
        raise NotAllowedNow(_("This infusion is recorded as complete; what was cleared before it stays as it was."))


def treatment_is_cleared(spec: CrfSpec, visit: Visit, form: FormData | None) -> None:
    """An infusion is recorded only after its gate; one that is recorded, its `form`, can be corrected in any case."""
    if not spec.needs_clearance or (form is not None and form.pk and form.status != FormStatus.NOT_DONE):
        return
    if not InfusionClearance.objects.filter(visit=visit).exists():
        raise NotAllowedNow(_("Pass the gate of this infusion first: two persons confirm subject and product."))


def treatment_may_be_withdrawn(spec: CrfSpec, visit: Visit) -> None:
    """The first infusion cannot be declared not done once the later visits are planned from it."""
    subject = visit.subject
    is_anchor = visit.code == protocol_of(subject.protocol_version).anchor
    if spec.is_treatment and is_anchor and subject.first_treatment_on is not None:
        raise NotAllowedNow(
            _("The later visits are planned from this infusion. Correct its values, or the date of the visit, instead.")
        )


def form_is_in_schedule(spec: CrfSpec, visit: Visit) -> None:
    """The protocol version of the subject asks for this form at this visit."""
    if spec.code not in forms_of(visit):
        raise NotAllowedNow(
            _("The protocol asks for no form “%(form)s” at visit %(visit)s.")
            % {"form": spec.title, "visit": visit.code}
        )

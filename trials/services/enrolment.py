"""How many may be enrolled, and stops of enrolment.

Every write locks the trial first, as an enrolment does: what is stored here holds for each enrolment that follows.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.context import acting, stated
from trials.models import EnrolmentHold, Site, Trial
from trials.policies import NotAllowedNow
from trials.selectors import enrolled_in, newest_protocol, protocol_of


def _locked(trial_pk: int) -> Trial:
    return Trial.objects.select_for_update(no_key=True).get(pk=trial_pk)


@transaction.atomic
def place_hold(*, trial: Trial, site: Site | None, reason: str, by: User) -> EnrolmentHold:
    """Stop enrolment at the site, or at every site of the trial when `site` is None; screening goes on.

    Raises ValidationError without a reason, for a site of another trial, or where enrolment is stopped already.
    """
    trial = _locked(trial.pk)
    hold = EnrolmentHold(trial=trial, site=site, reason=stated(reason), placed_by=by)
    hold.full_clean()
    with acting(by=by, reason=hold.reason):
        hold.save(force_insert=True)
    return hold


@transaction.atomic
def lift_hold(*, hold: EnrolmentHold, reason: str, by: User) -> EnrolmentHold:
    """Reopen enrolment where the hold stopped it; the reason is kept with the change.

    Raises ValidationError without a reason and NotAllowedNow when it has been reopened already.
    """
    _locked(hold.trial_id)
    hold = EnrolmentHold.objects.select_for_update().get(pk=hold.pk)
    if hold.lifted_at is not None:
        raise NotAllowedNow(_("Enrolment has been reopened there already."))
    hold.lifted_at, hold.lifted_by = timezone.now(), by
    with acting(by=by, reason=stated(reason)):
        hold.save(update_fields=["lifted_at", "lifted_by"])
    return hold


@transaction.atomic
def set_enrolment_target(*, trial: Trial, target: int | None, reason: str, by: User) -> Trial:
    """How many subjects the trial is to enrol; None: as many as the newest protocol plans.

    Raises ValidationError without a reason, for a target below 1, or below the number enrolled.
    """
    trial = _locked(trial.pk)
    wanted = protocol_of(newest_protocol(trial)).planned_subjects if target is None else target
    _refuse_fewer(wanted, enrolled_in(trial), field="target")
    trial.enrolment_target = target
    with acting(by=by, reason=stated(reason)):
        trial.save(update_fields=["enrolment_target"])
    return trial


@transaction.atomic
def set_enrolment_cap(*, site: Site, cap: int | None, reason: str, by: User) -> Site:
    """How many subjects the site may enrol; None: the target of the trial is the limit.

    Raises ValidationError without a reason, for a limit below 1, or below the number enrolled at the site.
    """
    _locked(site.trial_id)
    site = Site.objects.select_for_update(no_key=True).get(pk=site.pk)
    if cap is not None:
        _refuse_fewer(cap, site.subjects_enrolled, field="cap")
    site.enrolment_cap = cap
    with acting(by=by, reason=stated(reason)):
        site.save(update_fields=["enrolment_cap"])
    return site


def _refuse_fewer(number: int, enrolled: int, *, field: str) -> None:
    if number < 1:
        raise ValidationError({field: _("Give a number from 1; to enrol nobody, stop enrolment.")})
    if number < enrolled:
        message = _("%(enrolled)s are enrolled already; %(number)s is fewer. To enrol nobody else, stop enrolment.")
        raise ValidationError({field: message % {"enrolled": enrolled, "number": number}})

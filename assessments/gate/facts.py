"""What is recorded before an infusion, as the pure gate wants it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Max, Q

from assessments.form_data import FormStatus
from assessments.instruments.demographics.model import Sex
from assessments.instruments.laboratory.model import Laboratory
from assessments.instruments.vital_signs.model import VitalSigns
from clinical.infusion_gate import LABORATORY_LIMIT_DAYS, GateFacts, LotFacts, PregnancyResult
from patients.models import Finding, Visit
from patients.selectors.consent import consent_standing, treatment_withdrawn_on
from patients.visit_content import protocol_at
from trials.models import ProductLot
from trials.selectors import lot_numbered, open_holds

LABORATORY_FORM = "laboratory"
PREGNANCY_TESTS = {"pregnancy_test": "pregnancy_test_on", "pregnancy_test_result": "pregnancy_tested_on"}
"""The fact of a result and that of its day: of the form of pregnancy and breast-feeding, and of a treatment visit."""


@dataclass(frozen=True)
class Bag:
    """What somebody reads from the bag and the clock; `starts_at` is the start of the infusion, planned or past."""

    lot_number: str
    bag_number: str
    thaw_started_at: datetime | None
    thaw_ended_at: datetime | None
    starts_at: datetime


def gate_facts(visit: Visit, bag: Bag, *, checkers: tuple[str, ...] = ()) -> GateFacts:
    """What is recorded of subject, visit and product at the start of the infusion; a fixed number of statements."""
    subject, day = visit.subject, _day(visit)
    trial, site = subject.site.trial, subject.site
    consent, withdrawn_on = consent_standing(subject, day), treatment_withdrawn_on(subject)
    held = [hold.site_id for hold in open_holds(trial)]
    findings = _newest_findings(visit)
    lot = lot_numbered(trial, bag.lot_number) if bag.lot_number else None
    return GateFacts(
        at=bag.starts_at,
        on=day,
        consent_is_valid=not consent.due and not consent.withdrawn,
        treatment_is_withdrawn=withdrawn_on is not None and day > withdrawn_on,
        trial_is_on_hold=None in held,
        site_is_on_hold=site.pk in held,
        has_window=visit.window_opens_on is not None,
        days_outside_window=_days_outside(visit),
        laboratory_limit_days=LABORATORY_LIMIT_DAYS if _asks_for_laboratory(visit) else None,
        newest_laboratory_on=_newest_laboratory(visit),
        needs_pregnancy_test=findings.needs_pregnancy_test,
        pregnancy_result=findings.pregnancy_result,
        pregnancy_test_on=findings.pregnancy_test_on,
        vital_signs_are_complete=VitalSigns.objects.filter(visit=visit, status=FormStatus.COMPLETE).exists(),
        lot_number=bag.lot_number,
        lot=_lot_facts(lot) if lot else None,
        thaw_ended_at=bag.thaw_ended_at,
        identity_checkers=checkers,
        product_checkers=checkers,
    )


def _day(visit: Visit) -> date:
    if visit.occurred_on is None:
        raise ValueError(f"{visit} has not taken place")
    return visit.occurred_on


def _days_outside(visit: Visit) -> int | None:
    day = _day(visit)
    if visit.window_opens_on is None or visit.window_closes_on is None:
        return None
    if day < visit.window_opens_on:
        return (day - visit.window_opens_on).days
    return max((day - visit.window_closes_on).days, 0)


def _asks_for_laboratory(visit: Visit) -> bool:
    """Whether the protocol knows a laboratory at all; where it does, it is wanted before each infusion (default)."""
    return any(LABORATORY_FORM in each.forms for each in protocol_at(visit).visits)


def _newest_laboratory(visit: Visit) -> date | None:
    """The newest day of a blood sample whose form is complete, up to the day of the visit: one statement."""
    known = Laboratory.objects.filter(
        visit__subject=visit.subject, status=FormStatus.COMPLETE, sampled_on__lte=_day(visit)
    )
    newest: date | None = known.aggregate(newest=Max("sampled_on"))["newest"]
    return newest


@dataclass(frozen=True)
class _Findings:
    needs_pregnancy_test: bool | None
    pregnancy_result: PregnancyResult | None
    pregnancy_test_on: date | None


def _newest_findings(visit: Visit) -> _Findings:
    """What was known of sex and pregnancy on the day of the visit: one statement.

    A form of this visit counts whenever it was filled in; a test made after the day does not.
    """
    known = Finding.objects.filter(
        Q(collected_on__lte=_day(visit)) | Q(visit=visit),
        subject=visit.subject,
        test_code__in=["sex", "pregnancy_test_applies", *PREGNANCY_TESTS, *PREGNANCY_TESTS.values()],
    )
    findings = list(known.order_by("collected_on", "pk"))
    newest = {finding.test_code: finding for finding in findings}
    tests = [test for test in _tests(findings) if test[0] <= _day(visit)]
    tested_on, result = max(tests, key=lambda test: test[0], default=(None, None))
    sex = newest["sex"].text if "sex" in newest else None
    return _Findings(
        needs_pregnancy_test=None if sex is None else sex == Sex.FEMALE and not _cannot_be_pregnant(newest),
        pregnancy_result=result,
        pregnancy_test_on=tested_on,
    )


def _tests(findings: list[Finding]) -> list[tuple[date, PregnancyResult]]:
    """Day and result of every test that was done, positive ones first: of two on one day the positive one counts."""
    days = {(finding.visit_id, finding.test_code): finding.day for finding in findings}
    done = [test for test in findings if test.test_code in PREGNANCY_TESTS and test.text in list(PregnancyResult)]
    tests = [
        (
            days.get((test.visit_id, PREGNANCY_TESTS[test.test_code])) or test.collected_on,
            PregnancyResult(str(test.text)),
        )
        for test in done
    ]
    return sorted(tests, key=lambda test: test[1] != PregnancyResult.POSITIVE)


def _cannot_be_pregnant(newest: Mapping[str, Finding]) -> bool:
    """Whether the test of a treatment visit was found not to apply, as after sterilisation."""
    found = newest.get("pregnancy_test_applies")
    return found is not None and found.yes_no is False


def _lot_facts(lot: ProductLot) -> LotFacts:
    return LotFacts(
        number=lot.lot_number,
        state=lot.status,
        expires_at=lot.expires_at,
        released_on=lot.released_on,
        recalled_at=lot.recalled_at,
        start_within_minutes=lot.start_within_minutes_of_thaw,
    )

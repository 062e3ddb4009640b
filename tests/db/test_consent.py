"""Consent: signed, due to be signed again, corrected; and what is refused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from audit.context import acting
from audit.history import changes
from patients.models import ConsentWithdrawal, InformedConsent, Subject
from patients.selectors.consent import (
    consent_due,
    subjects_to_consent_again,
    visits_without_consent,
)
from patients.services.consent import correct_consent, record_consent, withdraw_consent
from patients.services.enrolment import end_participation
from patients.services.registration import Identity, register_subject
from safety.services import record_adverse_event
from tests.factories import (
    infused_subject,
    make_member,
    make_sheet,
    make_site,
    make_subject,
    make_trial,
    take_place,
)
from trials.models import Site, Trial
from trials.policies import NotAllowedNow

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)


def sign(subject: Subject, by: User, on: date = TODAY, version: str = "2.0", language: str = "zh") -> InformedConsent:
    return record_consent(subject=subject, signed_on=on, sheet_version=version, language=language, by=by)


def correct(consent: InformedConsent, by: User, *, seen: int = 1, reason: str = "Typing error", **to: Any) -> Any:
    values = {name: getattr(consent, name) for name in ("signed_on", "sheet_version", "language")}
    return correct_consent(consent=consent, seen_version=seen, reason=reason, by=by, **{**values, **to})


def withdraw(subject: Subject, scope: str, by: User, on: date = TODAY, reason: str = "") -> ConsentWithdrawal:
    return withdraw_consent(subject=subject, scope=scope, withdrawn_on=on, reason=reason, by=by)


def fever(onset_on: date) -> dict[str, Any]:
    return {
        "term": "Fever",
        "onset": onset_on.isoformat(),
        "grade": 1,
        "is_serious": False,
        "relation": "possible",
        "action_taken": "dose_not_changed",
        "outcome": "not_recovered",
    }


# Signing


def test_a_subject_signs_under_a_sheet_that_is_offered_only(trial: Trial, site: Site, coordinator: User) -> None:
    make_sheet(trial, "2.0", languages=["en"], valid_from=TODAY - DAY)

    def register(version: str, language: str, on: date) -> Subject:
        return register_subject(
            site=site,
            identity=Identity("ZXY"),
            signed_on=on,
            sheet_version=version,
            language=language,
            by=coordinator,
        )

    with pytest.raises(ValidationError, match=r"“3.0” is not valid on 2026-05-20; valid then: 2.0, 1.0"):
        register("3.0", "en", TODAY)
    with pytest.raises(ValidationError, match=r"“2.0” is not valid on 2026-05-18; valid then: 1.0"):
        register("2.0", "en", TODAY - 2 * DAY)
    with pytest.raises(ValidationError, match="not available in this language, but in: English"):
        register("2.0", "zh", TODAY)
    with pytest.raises(ValidationError, match="An administrator of the trial adds one"):
        register("1.0", "en", date(2014, 12, 31))
    assert not Subject.objects.exists()
    assert register("2.0", "en", TODAY - DAY).number == "GZ-001"


def test_a_further_sheet_is_signed(trial: Trial, site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator, TODAY - 9 * DAY)
    make_sheet(trial, "2.0", valid_from=TODAY - 2 * DAY)
    consent = sign(subject, coordinator, TODAY - 2 * DAY)
    assert (consent.sheet_version, consent.obtained_by, subject.consents.count()) == ("2.0", coordinator, 2)


@pytest.mark.parametrize(
    ("facts", "field", "message"),
    [
        ({"on": TODAY + DAY}, "signed_on", "future"),
        ({"on": TODAY - 10 * DAY}, "signed_on", "before the first consent of 2026-05-11"),
        ({"on": TODAY - 3 * DAY}, "sheet_version", "valid then: 1.0"),
        ({"version": "1.0"}, "sheet_version", "signed version 1.0 on 2026-05-11"),
        ({"version": "9"}, "sheet_version", "valid then: 2.0, 1.0"),
        ({"language": "en"}, "language", "but in: Chinese"),
        ({"language": "fr"}, "language", "but in: Chinese"),
    ],
)
def test_a_further_signature_is_refused_with_what_is_wrong(
    trial: Trial, site: Site, coordinator: User, facts: dict[str, Any], field: str, message: str
) -> None:
    subject = make_subject(site, coordinator, TODAY - 9 * DAY)
    make_sheet(trial, "2.0", languages=["zh"], valid_from=TODAY - 2 * DAY)
    with pytest.raises(ValidationError) as refused:
        sign(subject, coordinator, **facts)
    assert message in refused.value.message_dict[field][0]
    assert subject.consents.count() == 1


def test_nothing_is_signed_after_the_end_of_participation(trial: Trial, site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator)
    make_sheet(trial, "2.0", valid_from=TODAY)
    end_participation(subject=subject, status="withdrawn", ended_on=TODAY, reason="Lost", by=coordinator)
    with pytest.raises(NotAllowedNow, match="has ended"):
        sign(subject, coordinator)


# What is due


def test_a_sheet_to_be_signed_again_is_due_from_its_first_to_its_last_day_until_it_is_signed(
    trial: Trial, site: Site, coordinator: User
) -> None:
    subject = make_subject(site, coordinator, TODAY - 9 * DAY)
    make_sheet(trial, "2.0", valid_from=TODAY, valid_until=TODAY + 5 * DAY, must_be_signed_again=True)
    days = (TODAY - DAY, TODAY, TODAY + 5 * DAY, TODAY + 6 * DAY)
    assert [consent_due(subject, day) for day in days] == ["", "2.0", "2.0", ""]
    sign(subject, coordinator)
    assert consent_due(subject, TODAY) == ""


def test_a_sheet_that_need_not_be_signed_again_is_never_due(trial: Trial, site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator, TODAY - 9 * DAY)
    make_sheet(trial, "2.0", valid_from=TODAY)
    assert consent_due(subject, TODAY) == ""


def test_a_later_signed_sheet_covers_an_earlier_one(trial: Trial, site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator, TODAY - 9 * DAY)
    make_sheet(trial, "2.0", valid_from=TODAY - 5 * DAY, must_be_signed_again=True)
    make_sheet(trial, "3.0", valid_from=TODAY - DAY)
    sign(subject, coordinator, version="3.0")
    assert consent_due(subject, TODAY) == ""


def test_who_signs_an_old_sheet_after_the_new_one_took_effect_has_to_sign_the_new_one(
    trial: Trial, site: Site, coordinator: User
) -> None:
    make_sheet(trial, "2.0", valid_from=TODAY - 5 * DAY, must_be_signed_again=True)
    assert consent_due(make_subject(site, coordinator), TODAY) == "2.0"


def test_the_sheet_of_another_trial_is_not_due(site: Site, coordinator: User) -> None:
    with_sheet = Trial(registration="NCT00000001", title="Other", short_title="Other")
    with acting(by=coordinator, reason="Another trial"):
        with_sheet.save()
    make_sheet(with_sheet, "2.0", valid_from=TODAY, must_be_signed_again=True)
    assert consent_due(make_subject(site, coordinator, TODAY - DAY), TODAY) == ""


def test_nothing_is_due_after_the_end(trial: Trial, site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator, TODAY - DAY)
    make_sheet(trial, "2.0", valid_from=TODAY, must_be_signed_again=True)
    withdraw(subject, "follow_up", coordinator)
    subject.refresh_from_db()
    assert consent_due(subject, TODAY) == ""
    assert list(subjects_to_consent_again(coordinator, trial)) == []


def test_due_re_consents_are_listed_for_those_who_record_them_in_one_statement(
    trial: Trial, site: Site, other_site: Site, coordinator: User
) -> None:
    mine = [make_subject(site, coordinator, TODAY - DAY) for _n in range(3)]
    make_subject(other_site, coordinator, TODAY - DAY)
    make_sheet(trial, "2.0", valid_from=TODAY, must_be_signed_again=True)
    sign(mine[1], coordinator)
    with CaptureQueriesContext(connection) as queries:
        rows = [(row.number, row.due, row.site.name) for row in subjects_to_consent_again(coordinator, trial)]
    assert [row[:2] for row in rows] == [("GZ-001", "2.0"), ("GZ-003", "2.0")]
    assert len(queries) == 1
    assert list(subjects_to_consent_again(make_member("monitor", site), trial)) == []


def test_visits_without_the_consent_in_force_are_found(trial: Trial, site: Site, investigator: User) -> None:
    subject = infused_subject(site, investigator, days_ago=60)
    start = TODAY - 60 * DAY
    w4 = take_place(subject, "W4", investigator, on=start + 28 * DAY)
    w8 = take_place(subject, "W8", investigator, on=start + 56 * DAY)
    make_sheet(trial, "2.0", valid_from=start + 28 * DAY, must_be_signed_again=True)
    assert visits_without_consent(subject) == {w4.pk, w8.pk}
    sign(subject, investigator, on=start + 56 * DAY)
    assert visits_without_consent(subject) == {w4.pk}


# Correcting


def test_a_corrected_consent_keeps_the_old_day_in_history_and_moves_what_waits(site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator, TODAY - 3 * DAY)
    consent = correct(subject.consents.get(), coordinator, signed_on=TODAY - DAY, language="en")
    assert (consent.signed_on, consent.language, consent.row_version) == (TODAY - DAY, "en", 2)
    last = changes(consent, ["signed_on"])[-1]
    assert (last.before, last.after, last.reason) == (TODAY - 3 * DAY, TODAY - DAY, "Typing error")
    assert subject.visits.get(code="W0").planned_on == TODAY + 13 * DAY


@pytest.mark.parametrize(
    ("to", "field", "message"),
    [
        ({"signed_on": TODAY + DAY}, "signed_on", "future"),
        ({"signed_on": TODAY - DAY}, "signed_on", "after the first visit (2026-05-18)"),
        ({"signed_on": date(2014, 12, 31)}, "sheet_version", "No information sheet is valid on 2014-12-31"),
        ({"sheet_version": "7"}, "sheet_version", "valid then: 1.0"),
        ({"language": "fr"}, "language", "Chinese, English"),
        ({"language": "en", "reason": " "}, "reason", "Say why"),
    ],
)
def test_a_correction_is_refused_with_what_is_wrong(
    site: Site, coordinator: User, to: dict[str, Any], field: str, message: str
) -> None:
    subject = make_subject(site, coordinator, TODAY - 3 * DAY)
    take_place(subject, "SCR", coordinator, on=TODAY - 2 * DAY)
    with pytest.raises(ValidationError) as refused:
        correct(subject.consents.get(), coordinator, **to)
    assert message in refused.value.message_dict[field][0]
    assert subject.consents.get().row_version == 1


def test_a_correction_without_a_change_is_refused(site: Site, coordinator: User) -> None:
    with pytest.raises(ValidationError, match="Nothing was changed"):
        correct(make_subject(site, coordinator).consents.get(), coordinator)


def test_consent_is_not_corrected_to_a_day_after_an_adverse_event(site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator, TODAY - 9 * DAY)
    record_adverse_event(subject=subject, fields=fever(TODAY - 5 * DAY), by=coordinator)
    with pytest.raises(ValidationError, match="after the first adverse event"):
        correct(subject.consents.get(), coordinator, signed_on=TODAY - 4 * DAY)
    correct(subject.consents.get(), coordinator, signed_on=TODAY - 5 * DAY)


def test_the_order_of_two_consents_stays(trial: Trial, site: Site, coordinator: User) -> None:
    subject = make_subject(site, coordinator, TODAY - 9 * DAY)
    make_sheet(trial, "2.0", valid_from=TODAY - 12 * DAY)
    second = sign(subject, coordinator, TODAY - 5 * DAY)
    first = subject.consents.get(sheet_version="1.0")
    with pytest.raises(ValidationError, match="before the first consent"):
        correct(second, coordinator, signed_on=TODAY - 10 * DAY)
    with pytest.raises(ValidationError, match="after a later consent"):
        correct(first, coordinator, signed_on=TODAY - 4 * DAY)
    with pytest.raises(ValidationError, match=r"signed version 1.0"):
        correct(second, coordinator, sheet_version="1.0")


def test_of_two_corrections_at_once_the_second_sees_the_first(committed_db: None) -> None:
    site = make_site(make_trial())
    nurse = make_member("coordinator", site)
    consent = make_subject(site, nurse, TODAY - 9 * DAY).consents.get()

    def attempt(day: date) -> str:
        try:
            correct(InformedConsent.objects.get(pk=consent.pk), nurse, seen=1, signed_on=day)
        except ValidationError as refusal:
            return refusal.messages[0]
        finally:
            connections.close_all()
        return "stored"

    with ThreadPoolExecutor(2) as pool:
        results = sorted(pool.map(attempt, (TODAY - 2 * DAY, TODAY - 3 * DAY)))
    assert results[1] == "stored"
    assert results[0].startswith("Somebody else has changed this consent. Stored now: 2026-05-1")
    consent.refresh_from_db()
    assert consent.row_version == 2

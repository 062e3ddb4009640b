"""Pages of the product lots: the register, one lot, registering, correcting, and what is signed."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from assessments.registry import INSTRUMENTS
from assessments.services import mark_not_done
from audit.history import changes
from tests.factories import (
    PASSWORD,
    clear,
    complete_form,
    enrolled_subject,
    infused_subject,
    make_lot,
    make_member,
    make_randomised_trial,
    make_site,
    take_place,
)
from tests.web.pages import signed_in, text
from trials.models import ProductLot, Site, Trial
from trials.services import correct_lot

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
TYPED = {
    "product": "Allogeneic umbilical cord MSC",
    "lot_number": "UC-2402",
    "tissue_source": "UC",
    "donor_code": "D-020",
    "manufactured_on": "2026-05-01",
    "expires_at": "2027-05-01 12:00",
    "time_zone": "Asia/Shanghai",
    "storage": "cryopreserved",
    "sterility": "pending",
    "mycoplasma": "negative",
}
SIGNED_RELEASE = {"released_on": "2026-05-19", "released_by_name": "Dr. Zhao Min", "password": PASSWORD}
SIGNED_REASON = {"reason": "Donor ill", "password": PASSWORD}


@pytest.fixture
def office(trial: Trial) -> Client:
    return signed_in(make_member("administrator", trial=trial))


@pytest.fixture
def lot(trial: Trial) -> ProductLot:
    """In quarantine; nothing stands against its release."""
    return make_lot(trial, released=False)


def of(name: str, trial: Trial, *more: int) -> str:
    return reverse(f"workspace:{name}", args=[trial.registration, *more])


def of_lot(name: str, lot: ProductLot) -> str:
    return of(name, lot.trial, lot.pk)


def stored_in(page: Any) -> dict[str, str]:
    """What the form of a page holds, ready to be sent again."""
    form = page.context["form"]
    shown = {name: form[name].value() for name in form.fields}
    return {name: str(value) for name, value in shown.items() if value is not None}


def test_an_empty_register_says_what_comes_next(trial: Trial, site: Site, nurse: Client, office: Client) -> None:
    assert "No lot is registered yet" in text(nurse.get(of("lots", trial)))
    assert of("new-lot", trial) in text(nurse.get(of("lots", trial)))
    assert of("new-lot", trial) not in text(office.get(of("lots", trial)))


def test_the_register_shows_status_and_expiry_in_the_time_of_the_certificate(trial: Trial, nurse: Client) -> None:
    make_lot(trial, "UC-1", expires_at=datetime(2026, 5, 19, 20, tzinfo=UTC))
    make_lot(trial, "UC-2", released=False, expires_at=datetime(2026, 5, 23, 4, tzinfo=UTC))
    page = text(nurse.get(of("lots", trial)))
    assert "2 lots" in page
    assert "2026-05-20 04:00 +0800" in page
    assert "Expired</span>" in page
    assert "in 3 days" in page
    assert "In quarantine</span>" in page


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", ["AD-3", "UC-2", "UC-1"]),
        ("?search=uc", ["UC-2", "UC-1"]),
        ("?status=quarantine", ["UC-2"]),
        ("?tissue_source=AD", ["AD-3"]),
        ("?expired=yes", ["UC-1"]),
        ("?expired=no", ["AD-3", "UC-2"]),
        ("?status=released&tissue_source=UC", ["UC-1"]),
        ("?status=used", ["AD-3", "UC-2", "UC-1"]),
        ("?search=XX", []),
    ],
)
def test_the_address_filters_the_register(trial: Trial, nurse: Client, query: str, numbers: list[str]) -> None:
    make_lot(trial, "UC-1", expires_at=datetime(2026, 5, 19, tzinfo=UTC))
    make_lot(trial, "UC-2", released=False)
    make_lot(trial, "AD-3", tissue_source="AD")
    page = nurse.get(of("lots", trial) + query)
    assert sorted(lot.lot_number for lot in page.context["page_obj"]) == sorted(numbers)
    assert ("Show all" in text(page)) is bool(query)
    assert ("No lot matches this filter" in text(page)) is not bool(numbers)


def test_lots_of_another_trial_do_not_exist(trial: Trial, nurse: Client) -> None:
    foreign = make_lot(make_randomised_trial())
    assert "UC-2401" not in text(nurse.get(of("lots", trial)))
    for name in ("lot", "lot-history", "correct-lot"):
        assert nurse.get(of(name, trial, foreign.pk)).status_code == 404


def test_a_lot_is_registered_with_its_times_in_the_zone_that_was_chosen(
    trial: Trial, other_site: Site, nurse: Client, coordinator: User
) -> None:
    page = nurse.get(of("new-lot", trial))
    assert page.context["form"]["time_zone"].value() == "Asia/Shanghai"
    assert nurse.post(of("new-lot", trial), {**TYPED, "time_zone": "Europe/Vienna"}).status_code == 302
    made = trial.product_lots.get()
    assert (made.status, made.expires_at) == ("quarantine", datetime(2027, 5, 1, 10, tzinfo=UTC))
    assert changes(made, ["lot_number"])[0].by == str(coordinator)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"lot_number": "uc-2401"}, "The trial has a lot of this number already."),
        ({"donor_code": "Li Na"}, "a code, never a name"),
        ({"expires_at": "tomorrow"}, "Enter day and time"),
        ({"expires_at": "2026-04-01 12:00"}, "The lot would expire before it was made."),
        ({"manufactured_on": "2026-05-21"}, "This day is still to come."),
        ({"time_zone": "Moon"}, "Select a valid choice."),
        ({"endotoxin_value": "0,25"}, "Give the endotoxin with its unit"),
        ({"viability_percent": "101"}, "less than or equal to 100"),
        ({"start_within_minutes_of_thaw": "0"}, "at least one minute"),
    ],
)
def test_a_wrong_lot_is_refused_with_what_was_typed_still_there(
    lot: ProductLot, nurse: Client, typed: dict[str, str], message: str
) -> None:
    page = nurse.post(of("new-lot", lot.trial), {**TYPED, "medium": "DMEM", **typed})
    assert page.status_code == 422
    assert message in text(page)
    assert 'value="DMEM"' in text(page)
    assert lot.trial.product_lots.count() == 1


def test_decimals_are_typed_with_a_point_or_a_comma(trial: Trial, nurse: Client) -> None:
    typed = {**TYPED, "viability_percent": "91,5", "endotoxin_value": "0.25", "endotoxin_unit": "EU/mL"}
    nurse.post(of("new-lot", trial), typed)
    page = text(nurse.get(of_lot("lot", trial.product_lots.get())))
    assert "<dd> 91.5 </dd>" in page
    assert "<dd> 0.25 </dd>" in page


def test_the_page_of_a_lot_shows_its_values_and_what_the_person_may_do(
    lot: ProductLot, nurse: Client, doctor: Client, office: Client
) -> None:
    page = text(doctor.get(of_lot("lot", lot)))
    assert "Umbilical cord" in page
    assert "Times are shown in Asia/Shanghai." in page
    assert "Nobody has decided on this lot yet." in page
    steps = ("correct-lot", "release-lot", "reject-lot", "recall-lot", "lot-history")
    offered = {
        who: [name for name in steps if of_lot(name, lot) in text(client.get(of_lot("lot", lot)))]
        for who, client in {"doctor": doctor, "nurse": nurse, "office": office}.items()
    }
    assert offered == {
        "doctor": ["correct-lot", "release-lot", "reject-lot", "lot-history"],
        "nurse": ["correct-lot", "lot-history"],
        "office": [],
    }


def test_a_lot_in_quarantine_is_corrected_for_a_reason(lot: ProductLot, nurse: Client) -> None:
    page = nurse.get(of_lot("correct-lot", lot))
    typed = {**stored_in(page), "expires_at": "2029-02-13 12:30", "time_zone": "Asia/Shanghai"}
    refused = nurse.post(of_lot("correct-lot", lot), {**typed, "reason": ""})
    assert refused.status_code == 422
    assert nurse.post(of_lot("correct-lot", lot), {**typed, "reason": "Misread"}).status_code == 302
    last = changes(lot, ["expires_at"])[-1]
    assert (last.after, last.reason) == (datetime(2029, 2, 13, 4, 30, tzinfo=UTC), "Misread")


def test_the_form_of_a_correction_holds_the_expiry_in_the_zone_of_the_lot(lot: ProductLot, nurse: Client) -> None:
    page = text(nurse.get(of_lot("correct-lot", lot)))
    assert f'value="{TODAY + timedelta(days=1000)} 12:00"' in page


def test_who_corrects_second_keeps_what_was_typed_and_may_save_again(
    lot: ProductLot, nurse: Client, investigator: User
) -> None:
    page = nurse.get(of_lot("correct-lot", lot))
    typed = {**stored_in(page), "expires_at": "2029-02-13 12:00", "medium": "RPMI", "reason": "Misread"}
    correct_lot(lot=lot, values={"medium": "DMEM"}, seen_version=1, reason="First", by=investigator)
    refused = nurse.post(of_lot("correct-lot", lot), typed)
    assert refused.status_code == 422
    assert "Somebody else has changed this lot" in text(refused)
    assert 'value="RPMI"' in text(refused)
    assert refused.context["form"]["seen_version"].value() == "2"
    assert nurse.post(of_lot("correct-lot", lot), {**typed, "seen_version": "2"}).status_code == 302
    lot.refresh_from_db()
    assert lot.medium == "RPMI"


def test_a_refused_correction_still_names_the_stored_lot(lot: ProductLot, nurse: Client) -> None:
    page = nurse.get(of_lot("correct-lot", lot))
    refused = nurse.post(of_lot("correct-lot", lot), {**stored_in(page), "lot_number": "XX", "donor_code": "Li Na"})
    assert "Correct lot UC-2401" in text(refused)


def test_a_released_lot_is_corrected_by_who_may_release_and_signs(trial: Trial, nurse: Client, doctor: Client) -> None:
    lot = make_lot(trial)
    assert nurse.get(of_lot("correct-lot", lot)).status_code == 403
    page = doctor.get(of_lot("correct-lot", lot))
    typed = {**stored_in(page), "expires_at": "2029-02-13 12:00", "medium": "RPMI", "reason": "Misread"}
    for password in ("", "wrong"):
        assert doctor.post(of_lot("correct-lot", lot), {**typed, "password": password}).status_code == 422
    positive = {**typed, "password": PASSWORD, "sterility": "positive"}
    assert "recall it, then correct it" in text(doctor.post(of_lot("correct-lot", lot), positive))
    lot.refresh_from_db()
    assert lot.medium == ""
    assert doctor.post(of_lot("correct-lot", lot), {**typed, "password": PASSWORD}).status_code == 302
    lot.refresh_from_db()
    assert lot.medium == "RPMI"


def test_a_lot_is_released_with_the_password(lot: ProductLot, doctor: Client, investigator: User) -> None:
    page = doctor.get(of_lot("release-lot", lot))
    assert "The lot may be given, from the day of its release to its expiry." in text(page)
    typed = {**SIGNED_RELEASE, "seen_version": "1"}
    assert doctor.post(of_lot("release-lot", lot), typed).headers["Location"] == of_lot("lot", lot)
    lot.refresh_from_db()
    assert (lot.status, lot.released_on) == ("released", date(2026, 5, 19))
    shown = text(doctor.get(of_lot("lot", lot)))
    assert "by Dr. Zhao Min." in shown
    assert f"<strong>{investigator}</strong> In quarantine" in shown


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ({"password": "wrong"}, "This is not your password."),
        ({"password": ""}, "This field is required."),
        ({"released_by_name": ""}, "This field is required."),
        ({"released_on": "2026-05-21"}, "This day is still to come."),
        ({"released_on": "2025-05-21"}, "before the manufacture or after the expiry"),
        ({"seen_version": "7"}, "Somebody else has changed this lot"),
    ],
)
def test_a_release_that_is_not_in_order_changes_nothing(
    lot: ProductLot, doctor: Client, typed: dict[str, str], message: str
) -> None:
    page = doctor.post(of_lot("release-lot", lot), {**SIGNED_RELEASE, "seen_version": "1", **typed})
    assert page.status_code == 422
    assert message in text(page)
    lot.refresh_from_db()
    assert lot.status == "quarantine"


def test_what_stands_against_a_release_is_said_before_anybody_signs(trial: Trial, doctor: Client) -> None:
    lot = make_lot(trial, released=False, sterility="pending", certificate_reference="")
    page = text(doctor.get(of_lot("release-lot", lot)))
    assert "The certificate of analysis is missing." in page
    assert "Sterility is still pending." in page
    assert 'name="password"' not in page
    sent = doctor.post(of_lot("release-lot", lot), {**SIGNED_RELEASE, "seen_version": "1"})
    assert sent.status_code == 422
    lot.refresh_from_db()
    assert lot.status == "quarantine"


@pytest.mark.parametrize(
    ("values", "point"),
    [
        ({"lowest_identity_marker_percent": "94.9"}, "below 95 %"),
        ({"lowest_identity_marker_percent": "95"}, None),
        ({"highest_negative_marker_percent": "2.1"}, "above 2 %"),
        ({"highest_negative_marker_percent": "2"}, None),
        ({"endotoxin_value": "5.001", "endotoxin_unit": "EU/kg"}, "The endotoxin is higher"),
        ({"endotoxin_value": "5", "endotoxin_unit": "EU/kg"}, None),
        ({"endotoxin_value": "0.5", "endotoxin_unit": "EU/mL"}, "The endotoxin is higher"),
        ({"endotoxin_value": "0.499", "endotoxin_unit": "EU/mL"}, None),
        ({"sterility": "pending", "storage": "fresh"}, "still pending"),
    ],
)
def test_what_is_unusual_is_pointed_out_and_does_not_stop_the_release(
    trial: Trial, doctor: Client, values: dict[str, Any], point: str | None
) -> None:
    lot = make_lot(trial, released=False, **values)
    page = text(doctor.get(of_lot("release-lot", lot)))
    assert ("message-warning" in page) is (point is not None)
    assert (point or "") in page
    assert 'name="password"' in page


@pytest.mark.parametrize(("name", "status"), [("reject-lot", "rejected"), ("recall-lot", "recalled")])
def test_rejecting_and_recalling_are_signed_and_their_reason_is_shown(
    trial: Trial, doctor: Client, name: str, status: str
) -> None:
    lot = make_lot(trial, released=status == "recalled")
    for lacking in ({"password": "wrong"}, {"reason": " "}):
        assert doctor.post(of_lot(name, lot), {**SIGNED_REASON, **lacking}).status_code == 422
    lot.refresh_from_db()
    assert lot.status != status
    assert doctor.post(of_lot(name, lot), SIGNED_REASON).status_code == 302
    lot.refresh_from_db()
    assert lot.status == status
    assert "“Donor ill”" in text(doctor.get(of_lot("lot", lot)))


@pytest.mark.parametrize(("name", "released"), [("release-lot", True), ("reject-lot", True), ("recall-lot", False)])
def test_a_step_that_the_lot_cannot_take_is_explained(trial: Trial, doctor: Client, name: str, released: bool) -> None:
    lot = make_lot(trial, released=released)
    page = doctor.get(of_lot(name, lot))
    assert page.status_code == 409
    assert "It cannot become" in text(page)


def test_who_received_a_lot_is_shown_for_the_subjects_of_ones_own_site(
    trial: Trial, site: Site, other_site: Site, investigator: User, doctor: Client, office: Client
) -> None:
    here = infused_subject(site, investigator)
    there = infused_subject(other_site, make_member("investigator", other_site))
    lot = make_lot(trial, "ad-2301")
    for name in ("lot", "recall-lot"):
        page = text(doctor.get(of_lot(name, lot)))
        assert here.number in page
        assert there.number not in page
    assert "Who received it" not in text(office.get(of_lot("lot", lot)))
    unused = make_lot(trial, "UC-2409")
    assert "None of the subjects whom you may see has received this lot." in text(doctor.get(of_lot("lot", unused)))


def test_who_was_cleared_for_a_lot_is_shown_unless_it_was_put_back_or_not_given(
    trial: Trial, site: Site, investigator: User, doctor: Client
) -> None:
    lot = make_lot(trial)
    visits = [take_place(enrolled_subject(site, investigator), "W0", investigator) for _ in range(4)]
    for visit in visits:
        clear(visit, investigator, lot_number="uc-2401", bag_number=f"bag of {visit.subject.number}")
    given, only_cleared, put_back, refused = visits
    correct_lot_in = {"product_lot": "UC-2401", "bag_number": f"bag of {given.subject.number}"}
    complete_form(given, "infusion", investigator, **correct_lot_in)
    clear(put_back, investigator, lot_number="UC-2402")
    mark_not_done(
        spec=INSTRUMENTS["infusion"], visit=refused, reason_not_done="Fever", by=investigator, expected_version=0
    )
    exposures = doctor.get(of_lot("lot", lot)).context["exposures"]
    assert [(one.subject_number, one.bag, one.cleared_only) for one in exposures] == [
        (given.subject.number, f"bag of {given.subject.number}", False),
        (only_cleared.subject.number, f"bag of {only_cleared.subject.number}", True),
    ]
    page = text(doctor.get(of_lot("lot", lot)))
    assert page.count("cleared; not recorded with this lot") == 1
    assert f"bag of {only_cleared.subject.number}" in page


def test_history_tells_who_stored_what_and_why(lot: ProductLot, doctor: Client, investigator: User) -> None:
    correct_lot(lot=lot, values={"sterility": "pending"}, seen_version=1, reason="Misread", by=investigator)
    page = text(doctor.get(of_lot("lot-history", lot)))
    assert "changed it: “Misread”" in page
    assert "<dt>Sterility</dt> <dd><del>Negative</del>" in page
    assert "registered the lot" in page


def test_the_page_of_a_lot_runs_as_many_statements_with_more_history_and_infusions(
    trial: Trial, site: Site, investigator: User, doctor: Client
) -> None:
    lot = make_lot(trial, "AD-2301")

    def statements() -> dict[str, int]:
        found = {}
        for name in ("lot", "lot-history", "correct-lot", "recall-lot"):
            doctor.get(of_lot(name, lot))
            with CaptureQueriesContext(connection) as queries:
                assert doctor.get(of_lot(name, lot)).status_code == 200
            found[name] = len(queries)
        return found

    def given_and_cleared() -> None:
        infused_subject(site, investigator)
        clear(take_place(enrolled_subject(site, investigator), "W0", investigator), investigator)

    given_and_cleared()
    before = statements()
    given_and_cleared()
    given_and_cleared()
    correct_lot(lot=lot, values={"medium": "DMEM"}, seen_version=lot.row_version, reason="Added", by=investigator)
    assert statements() == before
    assert max(before.values()) <= 14


def test_a_trial_without_sites_registers_lots_in_universal_time(trial: Trial) -> None:
    person = signed_in(make_member("data_manager", trial=trial))
    assert person.get(of("new-lot", trial)).context["form"]["time_zone"].value() == "UTC"
    make_site(trial, "VIE")
    assert person.get(of("new-lot", trial)).context["form"]["time_zone"].value() == "Europe/Vienna"

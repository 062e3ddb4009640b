"""The register of product lots: what is stored, which way a lot goes, and what the database refuses by itself."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import Error, connection, transaction

from accounts.models import User
from audit.context import acting
from audit.history import changes
from tests.factories import make_lot, make_randomised_trial, system
from trials.models import LOT_TRANSITIONS, LotStatus, ProductLot, Trial
from trials.policies import NotAllowedNow, allows, lot_may_be_released, lot_may_become, release_objections
from trials.selectors import lot_numbered, lots_of
from trials.services import correct_lot, recall_lot, reject_lot, release_lot

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)


@pytest.fixture
def lot(trial: Trial) -> ProductLot:
    """In quarantine; nothing stands against its release."""
    return make_lot(trial, released=False)


def correct(lot: ProductLot, *, reason: str = "Typing error", **values: Any) -> ProductLot:
    return correct_lot(lot=lot, values=values, seen_version=lot.row_version, reason=reason, by=system())


def release(lot: ProductLot, *, on: date = TODAY, name: str = "Dr. Zhao Min", by: User | None = None) -> ProductLot:
    return release_lot(lot=lot, released_on=on, released_by_name=name, seen_version=lot.row_version, by=by or system())


def in_status(trial: Trial, status: str) -> ProductLot:
    """A lot that went to this status step by step."""
    lot = make_lot(trial, released=status in ("released", "recalled"))
    if status == "recalled":
        return recall_lot(lot=lot, reason="Donor ill", by=system())
    return reject_lot(lot=lot, reason="Bag torn", by=system()) if status == "rejected" else lot


def by_sql(assignments: str, lot: ProductLot) -> None:
    with transaction.atomic(), acting(by=system(), reason="Past every service"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE trials_productlot SET {assignments} WHERE id = %s", [lot.pk])


def test_a_registered_lot_is_in_quarantine_and_its_first_entry_needs_no_reason(trial: Trial) -> None:
    lot = make_lot(trial, released=False)
    assert (lot.status, lot.released_on, lot.row_version) == ("quarantine", None, 1)
    assert {change.action for change in changes(lot)} == {"insert"}


@pytest.mark.parametrize(
    ("values", "field", "message"),
    [
        ({"lot_number": " "}, "lot_number", "Leave no blanks"),
        ({"lot_number": "UC 24 "}, "lot_number", "Leave no blanks"),
        ({"product": ""}, "product", "cannot be blank"),
        ({"donor_code": "Li Na"}, "donor_code", "never a name"),
        ({"tissue_source": "BM"}, "tissue_source", "not a valid choice"),
        ({"time_zone": "Moon"}, "time_zone", "not a time zone"),
        ({"manufactured_on": TODAY + DAY}, "manufactured_on", "still to come"),
        ({"manufactured_on": date(2030, 1, 1)}, "manufactured_on", "still to come"),
        ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "__all__", "expire before it was made"),
        ({"viability_percent": Decimal("100.1")}, "viability_percent", "less than or equal to 100"),
        ({"lowest_identity_marker_percent": Decimal("-0.1")}, "lowest_identity_marker_percent", "greater than"),
        ({"viable_million_per_ml": Decimal(0)}, "viable_million_per_ml", "greater than or equal to 0.001"),
        ({"endotoxin_value": Decimal("0.25")}, "endotoxin_unit", "with its unit"),
        ({"endotoxin_unit": "EU/kg"}, "endotoxin_unit", "with its unit"),
        ({"start_within_minutes_of_thaw": 0}, "__all__", "at least one minute"),
    ],
)
def test_a_wrong_value_is_refused_beside_its_field(
    trial: Trial, values: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        make_lot(trial, released=False, **values)
    assert any(message in text for text in refused.value.message_dict[field])
    assert not trial.product_lots.exists()


def test_a_number_is_given_once_in_a_trial_whichever_way_it_is_written(trial: Trial, lot: ProductLot) -> None:
    with pytest.raises(ValidationError) as refused:
        make_lot(trial, "uc-2401", released=False)
    assert refused.value.message_dict["lot_number"] == ["The trial has a lot of this number already."]
    other = make_lot(make_randomised_trial(), "UC-2401", released=False)
    found = lot_numbered(trial, " uc-2401 ")
    assert (found, found != other, lot_numbered(trial, "UC-24")) == (lot, True, None)


def test_a_lot_may_expire_on_the_day_it_was_made_counted_where_its_certificate_was_written(trial: Trial) -> None:
    five_in_shanghai = datetime(2026, 5, 19, 21, tzinfo=UTC)
    fresh = make_lot(
        trial, released=False, storage="fresh", manufactured_on=TODAY, expires_at=five_in_shanghai, sterility="pending"
    )
    assert release(fresh).status == "released"
    with pytest.raises(ValidationError, match="expire before it was made"):
        make_lot(
            trial, "X", released=False, manufactured_on=TODAY, expires_at=five_in_shanghai, time_zone="Europe/Vienna"
        )


def test_lots_that_expire_last_come_first_and_a_lot_may_be_given_up_to_its_last_moment(trial: Trial) -> None:
    soon = datetime(2026, 6, 1, tzinfo=UTC)
    make_lot(trial, "A", expires_at=soon)
    make_lot(trial, "B")
    assert [lot.lot_number for lot in lots_of(trial)] == ["B", "A"]
    assert [lots_of(trial)[1].is_expired_at(soon + late) for late in (-DAY, 0 * DAY, timedelta(seconds=1))] == [
        False,
        False,
        True,
    ]


def test_a_correction_keeps_the_old_value_and_the_reason(lot: ProductLot, coordinator: User) -> None:
    corrected = correct_lot(lot=lot, values={"donor_code": "D-018"}, seen_version=1, reason="Misread", by=coordinator)
    last = changes(corrected, ["donor_code"])[-1]
    assert (last.before, last.after, last.reason, last.by) == ("D-017", "D-018", "Misread", str(coordinator))
    assert corrected.row_version == 2


@pytest.mark.parametrize(
    ("values", "reason", "message"),
    [
        ({"donor_code": "D-018"}, " ", "Say why"),
        ({"donor_code": "D-017"}, "No reason", "Nothing was changed"),
        ({"donor_code": "Li Na"}, "Name", "never a name"),
    ],
)
def test_a_correction_without_reason_change_or_sense_is_refused(
    lot: ProductLot, values: dict[str, Any], reason: str, message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        correct(lot, reason=reason, **values)
    lot.refresh_from_db()
    assert (lot.donor_code, lot.row_version) == ("D-017", 1)


def test_status_and_release_are_no_values_to_correct(lot: ProductLot) -> None:
    with pytest.raises(TypeError, match="released_on, status"):
        correct(lot, status="released", released_on=TODAY)


def test_who_saves_second_is_told(lot: ProductLot) -> None:
    correct(lot, donor_code="D-018")
    with pytest.raises(ValidationError, match="Somebody else has changed this lot"):
        correct(lot, medium="DMEM")
    with pytest.raises(ValidationError, match="Somebody else has changed this lot"):
        release(lot)


@pytest.mark.parametrize("before", LotStatus.values)
def test_a_lot_goes_no_other_way(trial: Trial, before: str) -> None:
    lot = in_status(trial, before)
    steps: dict[str, Any] = {
        "released": lambda: release(lot),
        "rejected": lambda: reject_lot(lot=lot, reason="Bag torn", by=system()),
        "recalled": lambda: recall_lot(lot=lot, reason="Donor ill", by=system()),
    }
    possible = {status.value for status in LOT_TRANSITIONS[LotStatus(before)]}
    for after, step in steps.items():
        assert allows(lot_may_become, lot, LotStatus(after)) is (after in possible)
        if after not in possible:
            with pytest.raises(NotAllowedNow, match=f"It cannot become {after}"):
                step()
    assert not allows(lot_may_become, lot, LotStatus.QUARANTINE)


def test_a_release_names_the_qualified_person_and_the_day(lot: ProductLot, investigator: User) -> None:
    released = release(lot, name=" Dr. Zhao Min ", by=investigator)
    assert (released.status, released.released_on, released.released_by_name) == ("released", TODAY, "Dr. Zhao Min")
    assert changes(released, ["status"])[-1].by == str(investigator)


@pytest.mark.parametrize(
    ("values", "objections"),
    [
        ({}, []),
        ({"certificate_reference": ""}, ["The certificate of analysis is missing."]),
        ({"sterility": "positive"}, ["Sterility is positive."]),
        ({"mycoplasma": "positive", "storage": "fresh"}, ["Mycoplasma is positive."]),
        (
            {"sterility": "pending", "mycoplasma": "pending"},
            ["Sterility is still pending.", "Mycoplasma is still pending."],
        ),
        ({"sterility": "pending", "storage": "fresh"}, []),
        ({"visual_inspection": "does_not_conform"}, ["The visual inspection does not conform."]),
        ({"visual_inspection": "conforms"}, []),
        ({"viability_percent": Decimal("79.9")}, ["The viability is 79.9 %; 80 % are needed."]),
        ({"viability_percent": Decimal("80.0")}, []),
        ({"viability_percent": None}, ["The viability is missing."]),
        ({"viability_percent": None, "minimum_viability_percent": None}, []),
    ],
)
def test_what_stands_against_a_release(trial: Trial, values: dict[str, Any], objections: list[str]) -> None:
    lot = make_lot(trial, released=False, **values)
    assert release_objections(lot) == objections
    assert allows(lot_may_be_released, lot) is not bool(objections)
    if objections:
        with pytest.raises(NotAllowedNow, match=objections[0].replace(".", r"\.")):
            release(lot)
    else:
        assert release(lot).status == "released"


@pytest.mark.parametrize(
    ("on", "name", "message"),
    [
        (TODAY + DAY, "Dr. Zhao", "still to come"),
        (TODAY - 61 * DAY, "Dr. Zhao", "before the manufacture or after the expiry"),
        (TODAY, "  ", "Name the person"),
    ],
)
def test_a_release_on_an_impossible_day_or_by_nobody_is_refused(
    lot: ProductLot, on: date, name: str, message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        release(lot, on=on, name=name)


def test_a_lot_that_has_expired_is_released_for_days_before_only(trial: Trial) -> None:
    lot = make_lot(trial, released=False, expires_at=datetime(2026, 5, 10, tzinfo=UTC))
    with pytest.raises(ValidationError, match="after the expiry"):
        release(lot, on=date(2026, 5, 11))
    assert release(lot, on=date(2026, 5, 10)).released_on == date(2026, 5, 10)


@pytest.mark.parametrize("step", [reject_lot, recall_lot])
def test_to_reject_and_to_recall_need_a_reason(trial: Trial, step: Any) -> None:
    lot = make_lot(trial, released=step is recall_lot)
    with pytest.raises(ValidationError, match="Say why"):
        step(lot=lot, reason=" ", by=system())
    decided = step(lot=lot, reason="Cooling failed", by=system())
    assert changes(decided, ["status"])[-1].reason == "Cooling failed"
    assert decided.recalled_at == (datetime(2026, 5, 20, 4, tzinfo=UTC) if step is recall_lot else None)


def test_a_recalled_lot_keeps_who_released_it(trial: Trial) -> None:
    recalled = in_status(trial, "recalled")
    assert (recalled.released_by_name, recalled.released_on) == ("Qualified person", TODAY - 30 * DAY)


def test_a_released_lot_is_corrected_but_not_into_one_that_could_not_be_released(trial: Trial) -> None:
    lot = correct(make_lot(trial), medium="DMEM")
    for values in (
        {"sterility": "positive"},
        {"mycoplasma": "positive"},
        {"visual_inspection": "does_not_conform"},
        {"viability_percent": Decimal("79.9")},
        {"viability_percent": None},
    ):
        with pytest.raises(ValidationError, match="recall it, then correct it"):
            correct(ProductLot.objects.get(pk=lot.pk), **values)
    with pytest.raises(ValidationError, match="needs its certificate"):
        correct(ProductLot.objects.get(pk=lot.pk), certificate_reference="")
    recalled = recall_lot(lot=lot, reason="Culture grew", by=system())
    assert correct(recalled, sterility="positive").sterility == "positive"


@pytest.mark.parametrize(
    ("status", "assignments"),
    [
        ("quarantine", "lot_number = ''"),
        ("quarantine", "product = ''"),
        ("quarantine", "donor_code = ''"),
        ("quarantine", "tissue_source = 'BM'"),
        ("quarantine", "storage = 'warm'"),
        ("quarantine", "sterility = ''"),
        ("quarantine", "endotoxin_unit = 'mg'"),
        ("quarantine", "endotoxin_value = 1"),
        ("quarantine", "endotoxin_value = -1, endotoxin_unit = 'EU/kg'"),
        ("quarantine", "manufactured_on = '2040-01-01'"),
        ("quarantine", "viability_percent = 100.1"),
        ("quarantine", "minimum_viability_percent = -1"),
        ("quarantine", "lowest_identity_marker_percent = 101"),
        ("quarantine", "highest_negative_marker_percent = 101"),
        ("quarantine", "viable_million_per_ml = 0"),
        ("quarantine", "viable_million_per_ml = 1000.001"),
        ("quarantine", "start_within_minutes_of_thaw = 0"),
        ("quarantine", "released_on = '2026-05-01'"),
        ("quarantine", "released_by_name = 'Zhao'"),
        ("quarantine", "recalled_at = now()"),
        ("quarantine", "status = 'released'"),
        ("quarantine", "status = 'released', released_on = '2026-05-01'"),
        ("quarantine", "status = 'recalled', released_on = '2026-05-01', released_by_name = 'Z', recalled_at = now()"),
        ("quarantine", "status = 'used'"),
        ("released", "status = 'quarantine', released_on = NULL, released_by_name = ''"),
        ("released", "status = 'rejected', released_on = NULL, released_by_name = ''"),
        ("released", "status = 'recalled'"),
        ("released", "certificate_reference = ''"),
        ("released", "released_by_name = ''"),
        ("released", "released_on = '2026-01-01'"),
        ("released", "released_on = '2040-01-01'"),
        ("released", "sterility = 'positive'"),
        ("released", "mycoplasma = 'positive'"),
        ("released", "visual_inspection = 'does_not_conform'"),
        ("released", "viability_percent = 10"),
        ("released", "viability_percent = NULL"),
        ("rejected", "status = 'quarantine'"),
        ("recalled", "status = 'released', recalled_at = NULL"),
        ("recalled", "recalled_at = NULL"),
    ],
)
def test_the_database_refuses_what_the_services_refuse(trial: Trial, status: str, assignments: str) -> None:
    lot = in_status(trial, status)
    with pytest.raises(Error):
        by_sql(assignments, lot)
    lot.refresh_from_db()
    assert lot.status == status


def test_the_database_itself_lets_sound_changes_pass(trial: Trial) -> None:
    by_sql("medium = 'DMEM', endotoxin_value = 0.25, endotoxin_unit = 'EU/mL'", make_lot(trial))
    by_sql("status = 'recalled', recalled_at = now()", trial.product_lots.get())
    assert trial.product_lots.get().status == "recalled"


def test_the_database_keeps_every_lot_and_each_number_once(trial: Trial, lot: ProductLot) -> None:
    other = make_lot(trial, "UC-2402", released=False)
    with pytest.raises(Error, match="trials_lot_once"):
        by_sql("lot_number = 'uc-2401'", other)
    with pytest.raises(Error, match="Cannot delete"), transaction.atomic(), acting(by=system(), reason="Gone"):
        ProductLot.objects.filter(pk=lot.pk).delete()
    assert trial.product_lots.count() == 2


def test_the_database_refuses_a_change_without_a_reason(lot: ProductLot) -> None:
    with pytest.raises(Error, match="gives_a_reason"), transaction.atomic(), acting(by=system()):
        ProductLot.objects.filter(pk=lot.pk).update(medium="DMEM")

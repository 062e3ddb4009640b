"""Information sheets: added, corrected while nobody signed them, ended; by the service and by command."""

from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command

from accounts.models import User
from audit.history import changes
from patients.selectors.consent import sheets_with_signatures
from patients.services.sheets import correct_sheet
from tests.factories import amend, make_sheet, make_subject, system
from trials.models import InformationSheet, Site, Trial
from trials.selectors import sheets_of, sheets_valid_on

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DAY = timedelta(days=1)


def correct(sheet: InformationSheet, *, seen: int = 1, reason: str = "Typing error", **to: Any) -> InformationSheet:
    names = ("version", "languages", "valid_from", "valid_until", "must_be_signed_again", "protocol_version")
    values = {name: getattr(sheet, name) for name in names}
    return correct_sheet(sheet=sheet, seen_version=seen, reason=reason, by=system(), **{**values, **to})


def test_sheets_are_listed_newest_first_and_valid_on_both_their_ends(trial: Trial) -> None:
    make_sheet(trial, "2.0", valid_from=TODAY, valid_until=TODAY + DAY)
    assert [sheet.version for sheet in sheets_of(trial)] == ["2.0", "1.0"]
    days = (TODAY - DAY, TODAY, TODAY + DAY, TODAY + 2 * DAY)
    valid = [[sheet.version for sheet in sheets_valid_on(trial, day)] for day in days]
    assert valid == [["1.0"], ["2.0", "1.0"], ["2.0", "1.0"], ["1.0"]]
    assert [sheets_of(trial)[0].is_valid_on(day) for day in days] == [False, True, True, False]


@pytest.mark.parametrize(
    ("facts", "field", "message"),
    [
        ({"version": "1.0"}, "version", "has a sheet of this version already"),
        ({"version": " "}, "version", "cannot be blank"),
        ({"languages": []}, "languages", "at least one language"),
        ({"languages": ["zh", "fr"]}, "languages", "fr is no language"),
        ({"valid_until": TODAY - DAY}, "valid_until", "before the first one"),
    ],
)
def test_a_wrong_sheet_is_refused_by_field(trial: Trial, facts: dict[str, Any], field: str, message: str) -> None:
    with pytest.raises(ValidationError) as refused:
        make_sheet(trial, **{"version": "2.0", "valid_from": TODAY, **facts})
    assert any(message in text for text in refused.value.message_dict[field])
    assert trial.information_sheets.count() == 1


def test_a_sheet_nobody_signed_is_corrected_with_the_old_values_in_history(trial: Trial) -> None:
    sheet = make_sheet(trial, "2.0", valid_from=TODAY)
    amended = amend(trial)
    corrected = correct(sheet, version="2.1", languages=["en"], must_be_signed_again=True, protocol_version=amended)
    assert (corrected.version, corrected.languages, corrected.row_version) == ("2.1", ["en"], 2)
    last = changes(corrected, ["version"])[-1]
    assert (last.before, last.after, last.reason) == ("2.0", "2.1", "Typing error")


def test_of_a_signed_sheet_only_the_last_day_changes(trial: Trial, site: Site, coordinator: User) -> None:
    make_subject(site, coordinator, TODAY - 3 * DAY)
    sheet = trial.information_sheets.get()
    for change in ({"version": "1.1"}, {"languages": ["zh"]}, {"valid_from": TODAY}, {"must_be_signed_again": True}):
        with pytest.raises(ValidationError, match="only its last day may change"):
            correct(sheet, **change)
    with pytest.raises(ValidationError, match="signed this sheet on 2026-05-17"):
        correct(sheet, valid_until=TODAY - 4 * DAY)
    assert correct(sheet, valid_until=TODAY - 3 * DAY).valid_until == TODAY - 3 * DAY
    with pytest.raises(ValidationError, match="No information sheet is valid on 2026-05-20"):
        make_subject(site, coordinator)


def test_a_sheet_is_not_corrected_unseen_without_reason_or_without_a_change(trial: Trial) -> None:
    sheet = make_sheet(trial, "2.0", valid_from=TODAY)
    with pytest.raises(ValidationError, match="Nothing was changed"):
        correct(sheet)
    with pytest.raises(ValidationError, match="Say why"):
        correct(sheet, version="2.1", reason=" ")
    with pytest.raises(ValidationError, match="Somebody else has changed this sheet"):
        correct(sheet, version="2.1", seen=2)


def test_signatures_are_counted_for_each_sheet(trial: Trial, site: Site, coordinator: User) -> None:
    make_sheet(trial, "2.0", valid_from=TODAY)
    for _n in range(2):
        make_subject(site, coordinator)
    counts = {sheet.version: sheet.signatures for sheet in sheets_with_signatures(trial)}
    assert counts == {"1.0": 2, "2.0": 0}


def test_the_command_adds_a_sheet(trial: Trial) -> None:
    said = StringIO()
    words = ["--languages", "en", "zh", "--valid-from", "2026-05-01", "--must-be-signed-again"]
    call_command("add_information_sheet", "NCT03265613", "2.0", *words, "--protocol-version", "1.0", stdout=said)
    sheet = trial.information_sheets.get(version="2.0")
    assert (sheet.languages, sheet.valid_from, sheet.valid_until) == (["zh", "en"], date(2026, 5, 1), None)
    assert sheet.must_be_signed_again
    assert sheet.protocol_version.version == "1.0"
    assert "Sheet 2.0 of NCT03265613" in said.getvalue()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["NCT1", "2.0", "--languages", "zh", "--valid-from", "2026-05-01"], "run load_protocol first"),
        (["NCT03265613", "1.0", "--languages", "zh", "--valid-from", "2026-05-01"], "of this version already"),
        (["NCT03265613", "2.0", "--languages", "fr", "--valid-from", "2026-05-01"], "invalid choice"),
        (["NCT03265613", "2.0", "--languages", "zh", "--valid-from", "1.5.2026"], "invalid"),
        (
            ["NCT03265613", "2.0", "--languages", "zh", "--valid-from", "2026-05-01", "--protocol-version", "9"],
            "No version 9",
        ),
    ],
)
def test_the_command_says_what_is_wrong(trial: Trial, words: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        call_command("add_information_sheet", *words)
    assert trial.information_sheets.count() == 1

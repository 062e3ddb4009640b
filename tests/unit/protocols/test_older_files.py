"""A version stored by an earlier Dermis opens, and says what it said."""

from datetime import date
from pathlib import Path

import pytest

from protocols.catalogue import Catalogue
from protocols.loader import parse, read_folder
from protocols.problems import ProtocolError

STORED_BY_0_1 = Path(__file__).parent / "stored_by_0_1"


def test_a_version_stored_by_0_1_opens_with_visits_outside_the_schedule_that_ask_for_nothing() -> None:
    protocol = parse(read_folder(STORED_BY_0_1), catalogue=None)
    assert [visit.code for visit in protocol.visits] == ["SCR", "W0", "W4", "W8", "W12", "W16", "W20", "W24"]
    assert protocol.visit("W12").name_in("zh-hans") == protocol.visit("W12").name_in("en")
    assert (protocol.unscheduled.forms, protocol.early_termination.forms) == ((), ())
    assert protocol.examples[0].first_treatment_on == date(2024, 1, 15)


FORMS = '"laboratory", "bsa"'


@pytest.mark.parametrize("panel", ["", '\n[panels]\nlaboratory = ["HGB"]\n'])
def test_a_version_stored_by_0_2_asks_the_laboratory_what_0_2_asked(panel: str) -> None:
    files = read_folder(STORED_BY_0_1)
    files["visits.toml"] = files["visits.toml"].replace('"bsa"', FORMS, 1) + panel
    assert FORMS in files["visits.toml"]
    asked = ("CA", "ALT", "AST", "BILI", "CREAT", "CYSTATC", "HGB", "PLAT", "WBC")
    assert parse(files, catalogue=None).panels == {"laboratory": ("HGB",) if panel else asked}


def test_a_version_without_a_laboratory_has_no_panel() -> None:
    assert parse(read_folder(STORED_BY_0_1), catalogue=None).panels == {}


def test_a_new_file_must_say_all_itself() -> None:
    with pytest.raises(ProtocolError, match="name_zh"):
        parse(read_folder(STORED_BY_0_1), Catalogue(forms={}))


@pytest.mark.parametrize("missing", ["visits.toml", "examples.toml"])
def test_a_stored_version_that_lacks_a_file_does_not_open(missing: str) -> None:
    files = read_folder(STORED_BY_0_1)
    del files[missing]
    with pytest.raises(ProtocolError, match="is missing"):
        parse(files, catalogue=None)

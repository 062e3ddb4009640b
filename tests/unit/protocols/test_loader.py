"""A sound protocol is read in full, its folder is found, and its fingerprint depends on its content only."""

from datetime import date, datetime

import pytest

from clinical.reminder_stages import ReminderDays
from protocols.catalogue import Catalogue, Fact, FactKind
from protocols.loader import content_hash, load, parse, read_folder, version_folders
from protocols.problems import ProtocolError


def write(folder, files):
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")


def test_a_sound_protocol_is_read_in_full(files, catalogue):
    protocol = parse(files, catalogue)
    assert (protocol.registration, protocol.version, protocol.anchor) == ("NCT00000000", "1.0", "W0")
    assert [epoch.code for epoch in protocol.epochs] == ["before", "after"]
    assert [visit.code for visit in protocol.visits] == ["SCR", "W0", "W4", "W8"]
    assert [criterion.code for criterion in protocol.criteria] == ["IN01", "IN02", "EX01"]
    assert [endpoint.measure for endpoint in protocol.endpoints] == ["pasi_total", None]
    assert [example.first_treatment_on is None for example in protocol.examples] == [False, True]


def test_the_global_assessment_has_six_levels_unless_the_protocol_says_otherwise(files, catalogue):
    five = {**files, "protocol.toml": f"pga_levels = 5\n{files['protocol.toml']}"}
    assert (parse(files, catalogue).pga_levels, parse(five, catalogue).pga_levels) == (6, 5)


def test_the_notice_before_closing_is_that_before_opening_unless_the_protocol_gives_it(files, catalogue):
    header = files["protocol.toml"]
    given = {**files, "protocol.toml": f"reminder_days_before_closing = 0\n{header}"}
    assert parse(files, catalogue).reminder_days == ReminderDays(before_opening=3, before_closing=3)
    assert parse(given, catalogue).reminder_days == ReminderDays(before_opening=3, before_closing=0)


def test_lookups_find_by_code_and_refuse_strangers(files, catalogue):
    protocol = parse(files, catalogue)
    assert protocol.visit("W8").target_days == 56
    assert protocol.arm("TABLET").route == "oral"
    assert protocol.infusion_visits == ("W0",)
    with pytest.raises(KeyError):
        protocol.visit("W9")


def test_a_visit_gives_its_timing_to_the_calculator(files, catalogue):
    timing = parse(files, catalogue).visit("W0").timing
    assert (timing.code, timing.relative_to) == ("W0", "consent")
    assert (timing.target_days, timing.days_before, timing.days_after) == (14, 13, 14)


def test_a_criterion_without_a_rule_asks_for_a_judgement(files, catalogue):
    criterion = parse(files, catalogue).criteria[2]
    assert [criterion.standing({}, answer) for answer in (True, False, None)] == ["failed", "satisfied", "unknown"]


def test_a_baseline_may_be_taken_on_a_day_dated_before_the_anchor(files, catalogue):
    visits = files["visits.toml"].replace('relative_to = "W0"\ntarget = "P8W"', 'relative_to = "W0"\ntarget = "-P5D"')
    visits = visits.replace("forms = []", 'forms = ["bsa"]')
    endpoints = files["endpoints.toml"].replace('"pasi_total"', '"bsa_percent"')
    protocol = parse({**files, "visits.toml": visits, "endpoints.toml": endpoints}, catalogue)
    assert protocol.visit("W8").target_days == -5


def test_windows_counted_from_different_visits_are_not_compared(files, catalogue):
    visits = files["visits.toml"].replace('relative_to = "W0"\ntarget = "P8W"', 'relative_to = "W4"\ntarget = "P4W"')
    assert parse({**files, "visits.toml": visits}, catalogue).visit("W8").relative_to == "W4"


def test_windows_that_only_touch_are_apart(files, catalogue):
    visits = files["visits.toml"].replace('"P8W"', '"P35D"')
    assert parse({**files, "visits.toml": visits}, catalogue).visit("W8").target_days == 35


def test_a_folder_is_read_as_named(tmp_path, files, catalogue):
    folder = tmp_path / "NCT00000000" / "1.0"
    write(folder, files)
    (folder / "README.md").write_text("not a part", encoding="utf-8")
    assert version_folders(tmp_path) == (folder,)
    assert read_folder(folder) == files
    assert load(folder, catalogue) == parse(files, catalogue)


def test_a_folder_with_a_strange_encoding_is_refused(tmp_path, files):
    write(tmp_path / "1.0", files)
    (tmp_path / "1.0" / "arms.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ProtocolError, match=r"arms\.toml: is not UTF-8 text"):
        read_folder(tmp_path / "1.0")


def test_line_ends_of_another_system_do_not_change_what_is_read(tmp_path, files):
    write(tmp_path / "1.0", {})
    (tmp_path / "1.0" / "arms.toml").write_bytes(files["arms.toml"].replace("\n", "\r\n").encode())
    assert read_folder(tmp_path / "1.0") == {"arms.toml": files["arms.toml"]}


def test_the_hash_does_not_depend_on_the_order_of_files(files):
    assert content_hash(dict(reversed(files.items()))) == content_hash(files)


@pytest.mark.parametrize(
    "other", [{"a": "bc ", "d": ""}, {"ab": "c", "d": ""}, {"a": "bc"}, {"a": "", "d": "bc"}, {"a": "bcd", "": ""}]
)
def test_the_hash_depends_on_every_name_and_character(other):
    assert content_hash(other) != content_hash({"a": "bc", "d": ""})


def test_the_hash_of_a_known_text_is_known():
    assert content_hash({}) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (1, FactKind.NUMBER),
        (1.5, FactKind.NUMBER),
        (True, FactKind.YES_NO),
        ("F", FactKind.TEXT),
        (date(2024, 2, 29), FactKind.DAY),
        (datetime(2024, 2, 29, 8, 30), None),
        (None, None),
    ],
)
def test_a_value_is_of_one_kind_at_most(value, kind):
    assert [candidate for candidate in FactKind if candidate.admits(value)] == ([kind] if kind else [])


def test_a_sample_is_of_its_kind():
    assert all(kind.admits(kind.sample) for kind in FactKind if kind is not FactKind.DAY)


def test_no_rule_can_be_tried_with_a_day():
    with pytest.raises(KeyError):
        _ = FactKind.DAY.sample


def test_a_catalogue_knows_the_facts_of_forms_and_of_every_subject(catalogue: Catalogue):
    assert catalogue.published_by(["pasi", "unheard"]) == {"pasi_total": Fact("pasi_total", FactKind.NUMBER)}
    assert set(catalogue.facts) == {
        *("age_years", "sex", "pasi_total", "bsa_percent", "cells_given", "consent_given", "tablet_mg"),
        *("tablet_last_on", "days_since_tablet_last", "months_since_tablet_last"),
    }


def test_a_stored_version_opens_although_its_instruments_are_gone(files):
    protocol = parse(files, None)
    assert "infusion" in protocol.visit("W0").forms


def test_a_stored_version_that_is_broken_does_not_open(files):
    with pytest.raises(ProtocolError):
        parse({**files, "arms.toml": "[["}, None)


def test_a_dose_reads_in_million_cells_per_kilogram(files, catalogue):
    protocol = parse(files, catalogue)
    assert protocol.arm("CELLS").million_per_kg == "0.5"
    assert protocol.arm("TABLET").million_per_kg == "0"

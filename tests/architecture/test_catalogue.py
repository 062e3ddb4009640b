"""The Chinese catalogue is complete, keeps every placeholder, and is compiled as it stands."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parents[2]
CATALOGUE = Path("locale/zh_Hans/LC_MESSAGES")
SOURCES = (
    "accounts", "assessments", "audit", "clinical", "config", "exports", "notifications", "patients", "protocols",
    "safety", "signatures", "static", "templates", "trials", "workspace",
)  # fmt: skip
PLACEHOLDER = re.compile(r"%\(\w+\)[a-zA-Z]|\{\w*\}")
ESCAPED_PERCENT = "%%"
LETTER = re.compile(r"[^\W\d_]")
CHINESE = re.compile(r"[\u4e00-\u9fff]")
SAME_IN_CHINESE = {"BSA", "EU/kg", "EU/mL", "PASI", "SHA-256", "SUSAR", "YYYY-MM-DD", "YYYY-MM-DD hh:mm", "hh:mm"}


def catalogue() -> polib.POFile:
    return polib.pofile(str(ROOT / CATALOGUE / "django.po"))


def key(entry: polib.POEntry) -> tuple[str | None, str, str]:
    return entry.msgctxt, entry.msgid, entry.msgid_plural or ""


def texts(entry: polib.POEntry) -> list[str]:
    """Every translation of the entry: one, or one for each plural form."""
    return list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]


def missing_placeholders(entry: polib.POEntry) -> set[str]:
    """Placeholders that stand in the English and not in each Chinese text, or the other way round."""
    english = set(PLACEHOLDER.findall(entry.msgid + (entry.msgid_plural or "")))
    return {name for text in texts(entry) for name in english ^ set(PLACEHOLDER.findall(text))}


def extracted_from_a_copy(tmp_path: Path) -> polib.POFile:
    """A fresh `makemessages` in a copy of the sources: nothing in the repository is touched."""
    for name in SOURCES:
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", tmp_path)
    (tmp_path / CATALOGUE).mkdir(parents=True)
    command = [sys.executable, "manage.py", "makemessages", "-l", "zh_Hans", "--no-obsolete", "--add-location", "file"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings.test", "PYTHONPATH": str(tmp_path)}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    return polib.pofile(str(tmp_path / CATALOGUE / "django.po"))


def test_every_message_is_translated_and_none_is_fuzzy_or_obsolete() -> None:
    entries = list(catalogue())
    assert len(entries) > 500
    assert [entry.msgid for entry in entries if not all(texts(entry))] == []
    assert [entry.msgid for entry in entries if entry.fuzzy or entry.obsolete] == []


def test_every_translation_is_chinese_but_the_abbreviations() -> None:
    english = {e.msgid for e in catalogue() if LETTER.search(e.msgid) and not CHINESE.search("".join(texts(e)))}
    assert english == SAME_IN_CHINESE


def test_every_placeholder_of_a_message_stands_in_its_translation() -> None:
    assert {entry.msgid: missing for entry in catalogue() if (missing := missing_placeholders(entry))} == {}


def test_percent_signs_are_escaped_in_the_translation_where_they_are_in_the_message() -> None:
    wrong = [e.msgid for e in catalogue() if {ESCAPED_PERCENT in t for t in texts(e)} != {ESCAPED_PERCENT in e.msgid}]
    assert wrong == []


def test_a_lost_or_invented_placeholder_is_noticed() -> None:
    lost = polib.POEntry(msgid="%(number)s is enrolled.", msgstr="已入组。")
    invented = polib.POEntry(msgid="0 to {palms}", msgstr="0 至 {palms}，{hand}")
    assert (missing_placeholders(lost), missing_placeholders(invented)) == ({"%(number)s"}, {"{hand}"})


def test_the_compiled_catalogue_holds_exactly_the_written_one() -> None:
    compiled = {key(entry): texts(entry) for entry in polib.mofile(str(ROOT / CATALOGUE / "django.mo"))}
    assert compiled == {key(entry): texts(entry) for entry in catalogue()}


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="GNU gettext, which finds the messages, is not installed")
def test_no_message_of_the_sources_is_missing_in_the_catalogue(tmp_path: Path) -> None:
    known = {key(entry) for entry in catalogue()}
    found = {key(entry) for entry in extracted_from_a_copy(tmp_path)}
    assert len(found) > 500
    assert sorted(msgid for _context, msgid, _plural in found - known) == []

"""The file in which a site hands over a licensed wording: reading it with all its mistakes at once, and an empty one.

One TOML file per questionnaire, language and version. It is kept by the site under its own version control.
"""

import hashlib
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from assessments.form_specs import CrfSpec, Item
from assessments.wording.model import QuestionnaireData
from protocols.problems import Problem

LONGEST_FILE = 200_000  # bytes; a questionnaire of twenty items has some thousand
LONGEST_NAME, LONGEST_REFERENCE, LONGEST_TEXT = 40, 200, 4000
KEYS = (
    "instrument", "language", "version", "valid_from", "licence", "copyright", "instructions", "items", "options",
)  # fmt: skip


class WordingError(Exception):
    """A file that cannot be used, with all its problems in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class WordingFile:
    """A file without mistakes. `texts` has every question, `options` all answers of the items it names.

    `sha256` is that of the file as it was handed over.
    """

    instrument: str
    language: str
    version: str
    valid_from: date
    licence: str
    copyright: str
    instructions: str
    texts: Mapping[str, str]
    options: Mapping[str, Mapping[str, str]]
    sha256: str


def asked_items(spec: CrfSpec) -> tuple[Item, ...]:
    """The items that are questions of the questionnaire, in its order; none for a form that is no questionnaire."""
    if not issubclass(spec.model, QuestionnaireData):
        return ()
    return tuple(item for item in spec.items if item.name not in spec.model.not_asked)


def codes_of(spec: CrfSpec, name: str) -> dict[str, str]:
    """The codes of an item as a file writes them, with the answers in words of our own."""
    return {str(code): str(label) for code, label in spec.column(name).flatchoices}


def read_wording(content: bytes, *, file_name: str, questionnaires: Mapping[str, CrfSpec]) -> WordingFile:
    """The wording that a file holds; raises WordingError with every problem of the file."""
    reader = _Reader(file_name)
    data = reader.decoded(content)
    reader.refuse_unknown(data, KEYS, "")
    instrument = reader.choice(data, "instrument", questionnaires)
    language = reader.choice(data, "language", dict(settings.LANGUAGES))
    version = reader.text(data, "version", LONGEST_NAME)
    valid_from = reader.day(data, "valid_from")
    licence = reader.text(data, "licence", LONGEST_REFERENCE)
    statement = reader.text(data, "copyright", LONGEST_TEXT)
    instructions = reader.text(data, "instructions", LONGEST_TEXT, required=False)
    spec = questionnaires.get(instrument)
    texts = reader.texts(data, spec) if spec else {}
    options = reader.options(data, spec) if spec else {}
    if reader.problems or valid_from is None:
        raise WordingError(reader.problems)
    return WordingFile(
        instrument=instrument,
        language=language,
        version=version,
        valid_from=valid_from,
        licence=licence,
        copyright=statement,
        instructions=instructions,
        texts=texts,
        options=options,
        sha256=hashlib.sha256(content).hexdigest(),
    )


class _Reader:
    """Takes values out of a decoded file and notes what is wrong with them; what is wrong comes back empty."""

    def __init__(self, file_name: str) -> None:
        self.file_name = file_name
        self.problems: list[Problem] = []

    def note(self, key: str, message: str) -> None:
        self.problems.append(Problem(self.file_name, key, message))

    def decoded(self, content: bytes) -> dict[str, Any]:
        if len(content) > LONGEST_FILE:
            self.note(
                "", _("is longer than %(most)s bytes: this is no file of a questionnaire.") % {"most": LONGEST_FILE}
            )
            raise WordingError(self.problems)
        try:
            # Some editors put a byte order mark in front of UTF-8 text.
            return tomllib.loads(content.decode("utf-8-sig"))
        except UnicodeDecodeError:
            self.note("", _("is not UTF-8 text: save it as UTF-8."))
        except tomllib.TOMLDecodeError as error:
            self.note("", _("is not valid TOML: %(error)s.") % {"error": error})
        raise WordingError(self.problems)

    def refuse_unknown(self, table: Mapping[str, Any], known: Iterable[str], inside: str) -> None:
        allowed = list(known)
        for key in table:
            if key not in allowed:
                self.note(inside + key, _("is not known here; there are: %(known)s.") % {"known": ", ".join(allowed)})

    def text(self, table: Mapping[str, Any], key: str, longest: int, *, inside: str = "", required: bool = True) -> str:
        """The text without blanks around it; an optional one may be left out or empty."""
        value, place = table.get(key, ""), inside + key
        if not isinstance(value, str):
            self.note(place, _("must be text between quotes."))
            return ""
        value = value.strip()
        if not value and required:
            self.note(place, _("is empty: write the text.") if key in table else _("is missing: add it."))
        elif len(value) > longest:
            self.note(place, _("is longer than %(most)s characters.") % {"most": longest})
        elif any(unicodedata.category(sign) == "Cc" and sign not in "\n\t" for sign in value):
            self.note(place, _("holds a control character, which no page can show."))
        else:
            return value
        return ""

    def choice(self, table: Mapping[str, Any], key: str, known: Mapping[str, Any]) -> str:
        value = self.text(table, key, LONGEST_NAME)
        if value and value not in known:
            self.note(
                key,
                _("is “%(value)s”; choose one of: %(known)s.") % {"value": value, "known": ", ".join(known)},
            )
            return ""
        return value

    def day(self, table: Mapping[str, Any], key: str) -> date | None:
        value = table.get(key)
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        self.note(key, _("must be a day such as 2026-01-15, without quotes."))
        return None

    def table(self, data: Mapping[str, Any], key: str, inside: str = "") -> dict[str, Any]:
        value = data.get(key, {})
        if isinstance(value, dict):
            return value
        self.note(inside + key, _("must be a table: write [%(key)s] on a line of its own.") % {"key": inside + key})
        return {}

    def texts(self, data: Mapping[str, Any], spec: CrfSpec) -> dict[str, str]:
        """Every question of the questionnaire, and nothing else."""
        table, names = self.table(data, "items"), [item.name for item in asked_items(spec)]
        self.refuse_unknown(table, names, "items.")
        return {name: self.text(table, name, LONGEST_TEXT, inside="items.") for name in names}

    def options(self, data: Mapping[str, Any], spec: CrfSpec) -> dict[str, dict[str, str]]:
        """Answers of the items that the file names: of such an item all, so that no page mixes two wordings."""
        table, names = self.table(data, "options"), [item.name for item in asked_items(spec)]
        self.refuse_unknown(table, names, "options.")
        found = {}
        for name in (name for name in names if name in table):
            inside, answers = f"options.{name}.", self.table(table, name, "options.")
            codes = codes_of(spec, name)
            self.refuse_unknown(answers, codes, inside)
            found[name] = {code: self.text(answers, code, LONGEST_TEXT, inside=inside) for code in codes}
        return found


def empty_file(spec: CrfSpec, language: str) -> str:
    """A file to fill in: every key of the questionnaire, with our neutral topics as comments. Filled in nowhere, it is
    refused."""
    lines = [
        _("%(title)s: the text of your licensed copy, in the language %(language)s.")
        % {"title": spec.title, "language": language},
        _("Write each text between its quotes. Behind every item stands its topic in words of our own."),
        _("Keep this file under version control. A changed text is a new version, never the same one again."),
    ]
    hints = {
        "version": _("as printed on your copy"),
        "valid_from": _("the first day on which it is shown, without quotes: 2026-01-15"),
        "licence": _("the reference of your licence agreement"),
        "copyright": _("the statement that must stand on every copy"),
        "instructions": _("what stands above the questions; may stay empty"),
    }
    head = [
        f'instrument = "{spec.code}"',
        f'language = "{language}"',
        *(f'{key} = ""  # {hint}' for key, hint in hints.items()),
    ]
    items = [f'{item.name} = ""  # {_one_line(spec.label(item.name))}' for item in asked_items(spec)]
    answers = [line for item in asked_items(spec) for line in _empty_options(spec, item.name)]
    why = _("Answers, where yours have words of their own: take away the # in front, for all answers of an item.")
    parts = [*(f"# {line}" for line in lines), "", *head, "", "[items]", *items, "", f"# {why}", *answers]
    return "\n".join(parts) + "\n"


def _empty_options(spec: CrfSpec, name: str) -> list[str]:
    codes = codes_of(spec, name)
    return ["", f"# [options.{name}]", *(f'# {code} = ""  # {_one_line(label)}' for code, label in codes.items())]


def _one_line(text: str) -> str:
    return " ".join(text.split())

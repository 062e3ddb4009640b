"""The file with a licensed wording: what it may hold, every mistake at once, and the empty one."""

import hashlib
from datetime import date

import pytest

from assessments.wording.file import LONGEST_FILE, WordingError, asked_items, codes_of, empty_file, read_wording
from assessments.wording.selectors import QUESTIONNAIRES
from tests.factories.wordings import wording_file

CODES = ("dlqi", "zung_sas", "zung_sds")


def read(text: str | bytes) -> object:
    content = text.encode() if isinstance(text, str) else text
    return read_wording(content, file_name="dlqi.toml", questionnaires=QUESTIONNAIRES)


def problems(text: str | bytes) -> list[tuple[str, str]]:
    with pytest.raises(WordingError) as refused:
        read(text)
    assert {problem.file for problem in refused.value.problems} == {"dlqi.toml"}
    return [(problem.key, problem.message) for problem in refused.value.problems]


def without(text: str, *beginnings: str) -> str:
    return "\n".join(line for line in text.splitlines() if not line.startswith(beginnings))


def test_the_questionnaires_are_those_that_a_subject_answers() -> None:
    assert tuple(QUESTIONNAIRES) == CODES


def test_a_form_that_is_no_questionnaire_asks_nothing_and_a_mark_on_paper_is_no_question() -> None:
    from assessments.registry import INSTRUMENTS

    assert asked_items(INSTRUMENTS["pasi"]) == ()
    assert len(asked_items(QUESTIONNAIRES["dlqi"])) == 11
    assert len(asked_items(QUESTIONNAIRES["zung_sds"])) == 20


@pytest.mark.parametrize("code", CODES)
def test_a_file_without_mistakes_is_read_as_it_stands(code: str) -> None:
    text = wording_file(code, language="zh-hans", answers_of=("item_01",))
    wording = read(text)
    assert (wording.instrument, wording.language, wording.version) == (code, "zh-hans", "1.0")
    assert (wording.valid_from, wording.licence) == (date(2026, 1, 15), "Agreement 42")
    assert list(wording.texts) == [item.name for item in asked_items(QUESTIONNAIRES[code])]
    assert wording.texts["item_10"] == "Invented question item_10, zh-hans 1.0"
    assert list(wording.options) == ["item_01"]
    assert list(wording.options["item_01"]) == list(codes_of(QUESTIONNAIRES[code], "item_01"))
    assert wording.sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_a_byte_order_mark_and_blanks_around_a_text_are_not_part_of_it() -> None:
    text = wording_file().replace('"Agreement 42"', '"  Agreement 42 "')
    assert read(b"\xef\xbb\xbf" + text.encode()).licence == "Agreement 42"


def test_every_mistake_is_told_at_once_with_its_key() -> None:
    text = wording_file(answers_of=("item_01",), language="fr", version=" ")
    text = without(text, "licence", "item_03", "NR = ").replace("valid_from = 2026-01-15", 'valid_from = "soon"')
    text = text.replace("[items]", 'colour = "red"\n[items]\nitem_99 = "?"\nitem_04 = ""').replace(
        'item_04 = "Invented', 'has_unclear_marks = "Invented'
    )
    text = text.replace("[options.item_01]", '[options.item_77]\n0 = "?"\n[options.item_01]\n9 = "?"')
    text = without(text, '2 = "Invented answer 2 of item_01"')
    assert [key for key, _message in problems(text)] == [
        "colour",
        "language",
        "version",
        "valid_from",
        "licence",
        "items.item_99",
        "items.has_unclear_marks",
        "items.item_03",
        "items.item_04",
        "options.item_77",
        "options.item_01.9",
        "options.item_01.2",
    ]


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        ('instrument = "dlqi"', 'instrument = "pasi"', "instrument", "is “pasi”; choose one of: dlqi, zung_sas"),
        ('language = "en"', 'language = "fr"', "language", "is “fr”; choose one of: en, zh-hans"),
        ('version = "1.0"', "version = 1.0", "version", "must be text between quotes"),
        ('version = "1.0"', f'version = "{"1" * 41}"', "version", "longer than 40 characters"),
        ("valid_from = 2026-01-15", "valid_from = 2026-01-15T10:00:00", "valid_from", "must be a day such as"),
        ("valid_from = 2026-01-15", "", "valid_from", "must be a day such as"),
        ('copyright = "(c) Nobody, invented for a test"', 'copyright = "  "', "copyright", "is empty"),
        ('copyright = "(c) Nobody, invented for a test"', "", "copyright", "is missing"),
        ('licence = "Agreement 42"', 'licence = ""', "licence", "is empty"),
        ('licence = "Agreement 42"', 'licence = "a\\u0000b"', "licence", "control character"),
        ("[items]", "items = 3\n[unused]", "items", "must be a table: write [items]"),
    ],
)
def test_a_mistake_is_told_in_words(old: str, new: str, key: str, message: str) -> None:
    assert old in wording_file()
    found = dict(reversed(problems(wording_file().replace(old, new))))
    assert message in found[key]


def test_answers_of_an_item_that_are_no_table_are_refused() -> None:
    (found,) = problems(wording_file() + '\n[options]\nitem_01 = "always"\n')[:1]
    assert found == ("options.item_01", "must be a table: write [options.item_01] on a line of its own.")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff\xfe", "not UTF-8 text"),
        (b"instrument = ", "not valid TOML"),
        (b"#" * (LONGEST_FILE + 1), "longer than 200000 bytes"),
    ],
)
def test_what_is_no_file_of_a_questionnaire_is_refused_as_a_whole(content: bytes, message: str) -> None:
    ((key, said),) = problems(content)
    assert key == ""
    assert message in said


def test_instructions_may_be_left_out() -> None:
    assert read(without(wording_file(), "instructions")).instructions == ""


@pytest.mark.parametrize("code", CODES)
def test_the_empty_file_asks_for_every_text_and_names_our_topics(code: str) -> None:
    empty = empty_file(QUESTIONNAIRES[code], "zh-hans")
    asked = [f"items.{item.name}" for item in asked_items(QUESTIONNAIRES[code])]
    assert [key for key, _message in problems(empty)] == ["version", "valid_from", "licence", "copyright", *asked]
    for item in asked_items(QUESTIONNAIRES[code]):
        assert f'{item.name} = ""  # {QUESTIONNAIRES[code].label(item.name)}' in empty


def test_the_empty_file_filled_in_with_its_answers_is_accepted() -> None:
    empty = empty_file(QUESTIONNAIRES["dlqi"], "en").replace('valid_from = ""', "valid_from = 2026-01-15")
    lines = [line.removeprefix("# ") if '""' in line or "[options." in line else line for line in empty.splitlines()]
    wording = read("\n".join(lines).replace('""', '"Invented"'))
    assert set(wording.options) == set(wording.texts)

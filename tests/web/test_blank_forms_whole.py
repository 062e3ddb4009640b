"""Nothing of a form is left out of the blank one: what the spec declares is on the page and in the PDF."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from typing import Any

import pypdfium2
import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import override

from assessments.blank import BlankForm, blank_form
from assessments.blank.blocks import Comb, Question
from assessments.form_specs import NOBODY, CrfSpec, Item, ItemGroup
from assessments.registry import INSTRUMENTS
from protocols.schema import Protocol
from tests.factories import amend, make_randomised_trial, make_trial_asking_for, make_wording
from trials.models import Trial
from trials.selectors import protocol_of

PRINTED = [spec for spec in INSTRUMENTS.values() if spec.code != "methotrexate"]
"""The protocol has no arm for the one that is left out."""


@pytest.fixture
def trial(db: None) -> Trial:
    return make_trial_asking_for(*(spec.code for spec in PRINTED if not spec.is_treatment))


def get(nurse: Client, name: str, trial: Trial, *rest: str, **query: str) -> Any:
    return nurse.get(reverse(f"assessments:{name}", args=[trial.registration, *rest], query=query))


def page_text(response: Any) -> str:
    page = response.content.decode()
    own = page[page.index("<h1") : page.index("</article>")]
    return _dense(unescape(re.sub(r"<[^>]+>", " ", own)))


def pdf_text(response: Any) -> str:
    document = pypdfium2.PdfDocument(response.content)
    found = "".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return _dense(found)


def _dense(text: str) -> str:
    """Without spaces, line ends and hyphens, which differ between page and paper."""
    return re.sub(r"[\s\u00ad\u200b\ufffe-]", "", text)


def _of_item(item: Item, column: Any, answers: Any = None) -> Iterator[str]:
    yield capfirst(str(column.verbose_name))
    yield str(item.unit)
    yield str(item.hint)
    for code, word in answers or column.flatchoices:
        if code not in (None, "") and not item.line_mm:
            is_score = str(code).isdecimal() or str(code) == str(word)
            yield str(word) if is_score else f"{word} [{code}]"


def declared(spec: CrfSpec, protocol: Protocol) -> Iterator[str]:
    """Every text of the spec that somebody with a pencil needs under the protocol."""
    context = replace(NOBODY, panels=protocol.panels, pga_levels=protocol.pga_levels)
    yield str(spec.title)
    for group in spec.groups:
        yield str(group.title)
        yield str(group.hint)
        if isinstance(group, ItemGroup) and group.in_grid:
            for item in group.items:
                yield from (str(word) for _code, word in spec.column(item.name).flatchoices)
            continue
        column = spec.column if isinstance(group, ItemGroup) else group.column
        for item in group.items:
            answers = spec.answers(item.name, context) if isinstance(group, ItemGroup) else None
            yield from _of_item(item, column(item.name), answers)
    for group in spec.row_groups:
        for key in group.keys_brought(context):
            yield capfirst(str(group.label(key)))
            choices = [item.choices_of(key) for item in group.items if item.choices_of is not None]
            yield from (word for pairs in choices for _code, word in pairs)
        yield from (f"{group.title}: {group.column(value.name).verbose_name}" for value in group.derived)
    yield from (str(head) for head in spec.grid_heads)
    yield from (capfirst(str(spec.column(value.name).verbose_name)) for value in spec.derived)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(("name", "read"), [("blank-form", page_text), ("blank-form-pdf", pdf_text)])
def test_every_item_unit_choice_and_line_is_printed(
    trial: Trial, nurse: Client, name: str, read: Any, language: str
) -> None:
    nurse.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    lacking = {}
    protocol = protocol_of(trial.protocol_versions.get())
    for spec in PRINTED:
        printed = read(get(nurse, name, trial, spec.code))
        with override(language):
            texts = [text for text in declared(spec, protocol) if text]
        lacking[spec.code] = [text for text in texts if _dense(text) not in printed]
    assert {code: texts for code, texts in lacking.items() if texts} == {}


@pytest.mark.parametrize(("name", "read"), [("blank-form", page_text), ("blank-form-pdf", pdf_text)])
@pytest.mark.parametrize("code", ["dlqi", "zung_sas"])
def test_topics_of_our_own_are_printed_where_there_is_licensed_wording_too(
    trial: Trial, nurse: Client, name: str, read: Any, code: str
) -> None:
    make_wording(trial, code)
    printed = read(get(nurse, name, trial, code))
    assert _dense(str(INSTRUMENTS[code].column("item_01").verbose_name)) in printed
    assert "Invented" not in printed


def form(code: str) -> BlankForm:
    return blank_form(INSTRUMENTS[code], trial="NCT03265613", protocol_version="1.0")


def question(code: str, name: str) -> Question:
    blocks: Any = form(code).blocks
    return next(one for block in blocks if block.kind != "grid" for one in block.questions if one.name == name)


@pytest.mark.parametrize(
    ("code", "name", "parts"),
    [
        ("infusion", "started_at", (4, 2, 2, 2, 2)),
        ("laboratory", "sampled_on", (4, 2, 2)),
        ("medical_history", "started_on", (4, 2, 2)),
        ("vital_signs", "weight_kg", (3, 1)),
        ("vital_signs", "pulse_per_min", (3,)),
    ],
)
def test_there_is_a_box_for_every_digit(code: str, name: str, parts: tuple[int, ...]) -> None:
    answer = question(code, name).answer
    assert isinstance(answer, Comb)
    assert answer.parts == parts


@pytest.mark.parametrize(
    ("code", "name", "only_if"),
    [
        ("demographics", "other_race", "Only if “Race”: Other"),
        ("medical_history", "ended_on", "Only if “Ongoing?”: No"),
        ("laboratory", "significance", "Only if the other answers ask for it"),
        ("vital_signs", "weight_kg", ""),
    ],
)
def test_a_question_says_when_it_is_asked(code: str, name: str, only_if: str) -> None:
    assert question(code, name).only_if == only_if


@pytest.mark.parametrize(
    ("code", "name", "is_optional", "reasons"),
    [
        ("vital_signs", "weight_kg", False, 4),
        ("laboratory", "is_fasting", True, 0),
        ("laboratory", "unit", False, 0),
    ],
)
def test_boxes_for_why_there_is_no_value_stand_where_that_may_be(
    code: str, name: str, is_optional: bool, reasons: int
) -> None:
    asked = question(code, name)
    assert (asked.is_optional, len(asked.reasons)) == (is_optional, reasons)


@pytest.mark.parametrize(("name", "read"), [("blank-form", page_text), ("blank-form-pdf", pdf_text)])
def test_conditions_and_reasons_for_no_value_are_printed(trial: Trial, nurse: Client, name: str, read: Any) -> None:
    printed = read(get(nurse, name, trial, "demographics"))
    for said in ("Only if “Race”: Other", "No value: Not done Unknown Not applicable Refused"):
        assert _dense(said) in printed
    assert _dense("No value? Write the reason into the cell:") in read(get(nurse, name, trial, "medical_history"))


@pytest.mark.parametrize(("name", "read"), [("blank-form", page_text), ("blank-form-pdf", pdf_text)])
def test_a_form_to_which_people_add_lines_has_five(trial: Trial, nurse: Client, name: str, read: Any) -> None:
    (lines,) = (block for block in form("medical_history").blocks if block.kind == "lines")
    assert [line.label for line in lines.lines] == ["1", "2", "3", "4", "5"]
    assert read(get(nurse, name, trial, "medical_history")).count("Yes[Y]No[N]") == 11


def test_a_table_that_is_too_wide_turns_the_page() -> None:
    assert (form("infusion_vital_signs").is_landscape, form("vital_signs").is_landscape) == (True, False)


def test_every_visit_that_asks_for_forms_is_in_the_casebook(trial: Trial, nurse: Client) -> None:
    response = get(nurse, "blank-casebook-pdf", trial)
    document = pypdfium2.PdfDocument(response.content)
    heads = [" ".join(page.get_textpage().get_text_range().split()) for page in document]
    document.close()
    for code in ("SCR", "W0", "W4", "W8", "W12", "W16", "W20", "W24", "ET", "UNS"):
        assert any(f"Visit {code} " in head for head in heads), code


def test_the_newest_version_of_the_trial_is_printed_unless_another_is_named(trial: Trial, nurse: Client) -> None:
    amend(trial)
    make_randomised_trial()  # the newest version of all, of another trial
    assert "Protocolversion1.1" in page_text(get(nurse, "blank-form", trial, "vital_signs"))
    assert "Protocolversion1.0" in page_text(get(nurse, "blank-form", trial, "vital_signs", version="1.0"))


@pytest.mark.parametrize("name", ["blank-forms", "blank-casebook-pdf"])
def test_who_does_not_work_in_a_trial_gets_no_forms_of_it(trial: Trial, nurse: Client, name: str) -> None:
    assert get(nurse, name, make_randomised_trial()).status_code == 404

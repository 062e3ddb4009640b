"""Every instrument from end to end: entered as its page sends it, stored, read back, exported, printed blank."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest
from django.db import connections
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import override

from accounts.models import User
from assessments.blank import blank_form, pdf_of
from assessments.context import context_of
from assessments.form_engine import MISSING_PREFIX, form_class
from assessments.form_specs import NOBODY, ROW_KEY, CrfSpec, FormContext, is_empty
from assessments.form_values import stored_values
from assessments.registry import INSTRUMENTS
from assessments.selectors import stored_form, stored_rows
from clinical.numbers import plain
from exports.services import make_export
from patients.models import Visit
from patients.visit_content import forms_of
from tests import database
from tests.exported import Row, members_of, rows_of, written

every_instrument = pytest.mark.parametrize("code", INSTRUMENTS)
both_languages = pytest.mark.parametrize("language", ["en", "zh-hans"])


@dataclass
class World:
    """A visit at which every instrument was entered through its page."""

    visit: Visit
    nurse: Client
    answers: dict[str, int] = field(default_factory=dict)
    complaints: dict[str, str] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)

    def url(self, name: str, code: str) -> str:
        subject = self.visit.subject
        place = [subject.site.trial.registration, subject.number, self.visit.code, code]
        return reverse(f"assessments:{name}", args=place)

    def enter(self, code: str) -> None:
        response = self.nurse.post(self.url("form-edit", code), posted(INSTRUMENTS[code], self.visit))
        self.answers[code] = response.status_code
        if response.status_code != 302:
            self.complaints[code] = " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())[:2000]

    def check_only(self, spec: CrfSpec, by: User) -> None:
        """A treatment of other trials' arms: its form takes what the page would send, the row is written past it."""
        from tests.factories import write_past_schedule

        form = form_class(spec)(posted(spec, self.visit), instance=spec.model(), context=context_of(self.visit, spec))
        self.answers[spec.code] = 302 if form.is_valid() else 422
        self.complaints[spec.code] = str(form.errors)
        write_past_schedule(self.visit, spec.code, by)


@pytest.fixture(scope="module")
def world(own_databases: str, django_db_blocker: Any, worker_id: str) -> Iterator[World]:
    """Built once, in a database of its own: an export must not run inside the transaction of a test."""
    settings = connections["default"].settings_dict
    shared, own = settings["NAME"], f"dermis_instruments_{worker_id}"
    with django_db_blocker.unblock():
        connections.close_all()
        database.copy_of(database.template(), own)
        settings["NAME"] = own
        yield _build()
        connections.close_all()
        settings["NAME"] = shared
    database.drop(own)


def _build() -> World:
    from tests.factories import clear, infused_subject, make_member, make_site, make_trial_asking_for, take_place

    trial = make_trial_asking_for(*(code for code, spec in INSTRUMENTS.items() if not spec.is_treatment))
    site = make_site(trial, "GZ")
    doctor: User = make_member("investigator", site)
    visit = take_place(infused_subject(site, doctor, days_ago=40), "W4", doctor)
    client = Client()
    client.force_login(doctor)
    made = World(visit, client)
    for code, spec in INSTRUMENTS.items():
        if spec.needs_clearance:
            clear(visit, doctor)
        if code in forms_of(visit):
            made.enter(code)
        else:
            made.check_only(spec, doctor)
    made.files = members_of(make_export(trial=trial, by=make_member("data_manager", trial=trial)))
    return made


def posted(spec: CrfSpec, visit: Visit) -> dict[str, str]:
    """What the browser sends for the factory's values, as the fields of the page would show them."""
    values = values_of(spec, visit)
    rows = {
        group.name: [
            group.model(row_key=row[ROW_KEY], **{item.name: _stored(row.get(item.name)) for item in group.items})
            for row in values[group.name]
        ]
        for group in spec.row_groups
    }
    items = {item.name: _stored(values[item.name]) for item in spec.items}
    data = {"version": "0", "complete": "1"}
    with timezone.override(visit.subject.site.zone):
        instance = spec.model(assessed_on=visit.occurred_on, **items)
        page = form_class(spec)(instance=instance, context=context_of(visit, spec), stored_rows=rows)
        for form in (page, *page.row_forms):
            data |= {form.add_prefix(name): _shown(form[name]) for name in form.fields if MISSING_PREFIX not in name}
    return data | {f"{name}-keys": ",".join(row.row_key for row in lines) for name, lines in rows.items()}


def values_of(spec: CrfSpec, visit: Visit) -> dict[str, Any]:
    """The factory's values, with None for what it leaves out."""
    from tests.factories import values_for

    given = values_for(spec.code, visit)
    found: dict[str, Any] = {item.name: given.get(item.name) for item in spec.items}
    for group in spec.row_groups:
        found[group.name] = tuple(
            {ROW_KEY: row[ROW_KEY], **{item.name: row.get(item.name) for item in group.items}}
            for row in given.get(group.name, ())
        )
    return found


def _asked_of(spec: CrfSpec, values: dict[str, Any]) -> dict[str, Any]:
    """Stored values without what was worked out of the lines."""
    asked = {group.name: {ROW_KEY, *(item.name for item in group.items)} for group in spec.row_groups}
    lines = {
        group: tuple({name: row[name] for name in row if name in names} for row in values[group])
        for group, names in asked.items()
    }
    return values | lines


def _stored(value: Any) -> Any:
    return "" if value is None else value


def _shown(field: Any) -> str:
    shown = field.field.widget.format_value(field.value())
    return "".join(map(str, shown)) if isinstance(shown, list) else str("" if shown is None else shown)


@every_instrument
def test_the_page_takes_the_values_and_completes_the_form(world: World, code: str) -> None:
    assert world.answers[code] == 302, world.complaints[code]


@every_instrument
def test_what_was_entered_is_read_back_unchanged(world: World, code: str) -> None:
    spec = INSTRUMENTS[code]
    form = stored_form(spec, world.visit)
    assert form is not None
    assert form.status == "complete"
    assert _asked_of(spec, stored_values(spec, form, stored_rows(spec, form))) == values_of(spec, world.visit)


@every_instrument
def test_the_review_page_shows_what_was_entered(world: World, code: str) -> None:
    if code not in forms_of(world.visit):
        pytest.skip("a treatment of other trials: this one has no page for it")
    page = html.unescape(world.nurse.get(world.url("form", code)).content.decode())
    for value in _every_value(INSTRUMENTS[code], world.visit):
        if isinstance(value, Decimal):
            assert plain(value) in page


@every_instrument
def test_what_was_entered_is_in_the_export(world: World, code: str) -> None:
    spec = INSTRUMENTS[code]
    form: Any = stored_form(spec, world.visit)
    # As it is stored, with all its decimal places; that it is what was entered is proved above.
    values = stored_values(spec, form, stored_rows(spec, form))
    (row,) = _of_the_visit(world, f"form_{code}.csv")
    assert {item.name: row[item.name] for item in spec.items} == _written(values, spec.items)
    for group in spec.row_groups:
        lines = _of_the_visit(world, f"form_{code}_{group.name}.csv")
        assert [line["line"] for line in lines] == [given[ROW_KEY] for given in values[group.name]]
        for line, given in zip(lines, values[group.name], strict=True):
            assert {item.name: line[item.name] for item in group.items} == _written(given, group.items)


def _of_the_visit(world: World, name: str) -> list[Row]:
    return [row for row in rows_of(world.files, name) if row["visit"] == world.visit.code]


def _written(values: Any, items: Any) -> Row:
    return {item.name: written(values[item.name]) for item in items}


def _every_value(spec: CrfSpec, visit: Visit) -> list[Any]:
    values = values_of(spec, visit)
    found = [values[item.name] for item in spec.items]
    for group in spec.row_groups:
        found += [row[item.name] for row in values[group.name] for item in group.items]
    return [value for value in found if not is_empty(value)]


def fullest(spec: CrfSpec) -> FormContext:
    """Under a protocol that asks for every line."""
    return replace(NOBODY, panels={spec.code: spec.panel})


def _labels(spec: CrfSpec) -> list[str]:
    """What a blank form must say: every question, every unit, every answer that is a word."""
    holders: list[Any] = [spec, *spec.row_groups]
    fields = [(holder.column(item.name), item) for holder in holders for item in holder.items]
    found = [str(group.title) for group in spec.groups] + [str(item.unit) for _field, item in fields]
    for column, item in fields:
        words = (spec.answers(item.name, NOBODY) if column.model is spec.model else None) or column.flatchoices
        found += [str(word) for code, word in words if code != ""]
    for group in spec.row_groups:
        for key in group.keys_brought(fullest(spec)):
            choices = [item.choices_of(key) for item in group.items if item.choices_of is not None]
            found += [capfirst(str(group.label(key))), *(word for words in choices for _code, word in words)]
    in_grid = {item.name for group in spec.groups if getattr(group, "in_grid", False) for item in group.items}
    found += [str(head) for head in spec.grid_heads]
    return [*found, *(capfirst(str(field.verbose_name)) for field, item in fields if item.name not in in_grid)]


def _squeezed(text: str) -> str:
    """Without blanks, line ends, and the marks of hyphenation that a PDF puts where a word is broken."""
    return re.sub(r"[\s\u200b\u00ad\ufffe\x02]+", "", text)


@both_languages
@every_instrument
def test_the_blank_page_asks_every_question(code: str, language: str) -> None:
    with override(language):
        form = blank_form(
            INSTRUMENTS[code], trial="NCT03265613", protocol_version="1.0", context=fullest(INSTRUMENTS[code])
        )
        parts = [
            render_to_string(f"assessments/blank_{block.kind}.html", {"block": block, "form": form, "words": {}})
            for block in form.blocks
        ]
        text = _squeezed(html.unescape(re.sub(r"<[^>]+>", "", "".join(parts))))
        missing = [label for label in _labels(INSTRUMENTS[code]) if _squeezed(label) not in text]
    assert missing == []


@both_languages
@every_instrument
def test_the_blank_pdf_asks_every_question(code: str, language: str) -> None:
    with override(language):
        form = blank_form(
            INSTRUMENTS[code], trial="NCT03265613", protocol_version="1.0", context=fullest(INSTRUMENTS[code])
        )
        document = pypdfium2.PdfDocument(pdf_of([form], title=form.title))
        text = _squeezed("".join(page.get_textpage().get_text_range() for page in document))
        document.close()
        missing = [label for label in _labels(INSTRUMENTS[code]) if _squeezed(label) not in text]
    assert missing == []

"""Every text that people read can be translated."""

import ast
import re
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.apps import apps
from django.db import models
from django.utils.functional import Promise

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OURS = (
    "accounts", "trials", "patients", "assessments", "safety", "signatures", "exports", "notifications", "workspace",
)  # fmt: skip

TRANSLATED = re.compile(
    r"\{%\s*blocktrans(?:late)?\b.*?endblocktrans(?:late)?\s*%\}|\{%\s*comment\b.*?endcomment\s*%\}"
    r"|\{%.*?%\}|\{\{.*?\}\}|\{#.*?#\}",
    re.DOTALL,
)
READ_ATTRIBUTES = ("title", "aria-label", "placeholder", "alt", "data-label", "aria-description")
PRODUCT_WORDS = {"Dermis", "Ctrl", "Enter", "Esc", "Delete", "PASI-", "SHA-256", "CSV", "PDF", "ZIP", "CDASH"}
"""Names and keys that are the same in every language."""
LETTERS = re.compile(r"[A-Za-z]{2,}")


class Texts(HTMLParser):
    """Collects what a reader sees: text between the tags and the attributes that are read out."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_data(self, data: str) -> None:
        self.found.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in READ_ATTRIBUTES]


def bare_texts(template: str) -> list[str]:
    """Texts of a template that no translation tag holds."""
    parser = Texts()
    parser.feed(TRANSLATED.sub("", template))
    texts = (" ".join(text.split()) for text in parser.found)
    return [text for text in texts if any(word not in PRODUCT_WORDS for word in _words(text))]


def _words(text: str) -> list[str]:
    for product_word in PRODUCT_WORDS:
        text = text.replace(product_word, " ")
    return LETTERS.findall(text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.relative_to(ROOT / "templates").as_posix())
def test_a_template_has_no_text_outside_translation(path: Path) -> None:
    assert bare_texts(path.read_text()) == []


@pytest.mark.parametrize(
    ("template", "bare"),
    [
        ("<p>Hello</p>", ["Hello"]),
        ('<p>{% translate "Hello" %}</p>', []),
        ("<p>{% blocktranslate %}Hello{% endblocktranslate %}</p>", []),
        ('<img alt="A skin">', ["A skin"]),
        ("<img alt=\"{% translate 'A skin' %}\">", []),
        ("<p>{% if x %}yes{% endif %}</p>", ["yes"]),
        ("<p>{{ subject.number }} kg</p>", ["kg"]),
        ("<p>Dermis</p>", []),
        ("{% comment %}A note{% endcomment %}<!-- a note -->", []),
    ],
)
def test_the_search_for_bare_texts_finds_them(template: str, bare: list[str]) -> None:
    assert bare_texts(template) == bare


def our_fields() -> list[Any]:
    found = []
    for model in apps.get_models():
        if model._meta.app_label in OURS and not hasattr(model, "pgh_tracked_model"):
            found += [
                pytest.param(field, id=f"{model._meta.label}.{field.name}")
                for field in model._meta.local_fields
                if not field.auto_created
            ]
    return found


@pytest.mark.parametrize("field", our_fields())
def test_a_model_field_that_people_see_has_a_translated_name_and_help(field: models.Field) -> None:
    declared = field.deconstruct()[3].get("verbose_name", field._verbose_name)
    assert declared is None or isinstance(declared, Promise), declared
    assert not field.help_text or isinstance(field.help_text, Promise), field.help_text


@pytest.mark.parametrize(
    "model",
    [m for m in apps.get_models() if m._meta.app_label in OURS and not hasattr(m, "pgh_tracked_model")],
    ids=lambda m: m._meta.label,
)
def test_a_model_has_a_translated_name(model: type[models.Model]) -> None:
    assert isinstance(model._meta.verbose_name, Promise)


def form_modules() -> list[str]:
    """`forms.py` of an app, or the modules of its folder `forms`."""
    files = [
        path for app in OURS for path in sorted((ROOT / app).glob("forms.py")) + sorted((ROOT / app).glob("forms/*.py"))
    ]
    return [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files if path.name != "__init__.py"]


def form_classes() -> list[Any]:
    return [
        pytest.param(value, id=f"{name}.{value.__name__}")
        for name in form_modules()
        for value in vars(import_module(name)).values()
        if isinstance(value, type) and issubclass(value, forms.BaseForm) and value.__module__ == name
    ]


@pytest.mark.parametrize("form", form_classes())
def test_a_form_field_has_a_translated_label_and_help(form: Any) -> None:
    for name, field in form.base_fields.items():
        assert field.label is None or isinstance(field.label, Promise) or _from_model(form, name), name
        assert not field.help_text or isinstance(field.help_text, Promise) or _from_model(form, name), name


def _from_model(form: Any, name: str) -> bool:
    """Django spells out the names of model fields when it makes form fields; those are checked at the model."""
    meta = getattr(form, "_meta", None)
    return bool(meta and getattr(meta, "model", None) and name in {field.name for field in meta.model._meta.fields})


def test_no_text_to_translate_stands_inside_an_f_string() -> None:
    """The programs that collect texts do not look into f-strings, so such a text stays English without a word."""
    names = {"_", "gettext", "ngettext", "pgettext", "npgettext", "gettext_lazy", "ngettext_lazy", "pgettext_lazy"}
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}"
        for folder in OURS
        for path in sorted((ROOT / folder).rglob("*.py"))
        for text in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in names
    ]
    assert found == []

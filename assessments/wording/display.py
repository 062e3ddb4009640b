"""Licensed words on the pages of a form. They change what is read, never what is stored."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from assessments.form_data import FormData, FormStatus
from assessments.form_engine import MISSING_PREFIX, EntryForm, ReviewGroup, ReviewRow, ReviewTable, display
from assessments.form_specs import CrfSpec, is_empty
from assessments.history import HistoryRow
from assessments.wording.model import QuestionnaireData, QuestionnaireWording
from assessments.wording.selectors import wording_by_key, wording_for
from patients.models import Visit


@dataclass(frozen=True)
class Words:
    """In which words a questionnaire is asked: licensed ones, or neutral topics where `wording` is None."""

    wording: QuestionnaireWording | None


def words_to_ask(
    spec: CrfSpec, visit: Visit, stored: FormData | None, typed: Mapping[str, Any] | None = None
) -> Words | None:
    """The words for the entry page of a form; None for a form that is no questionnaire.

    A form keeps the words it was begun in. A new one is asked in the reader's language, in the words valid on the day
    of the visit; what is sent back (`typed`) names the words that its page showed.
    """
    if not issubclass(spec.model, QuestionnaireData):
        return None
    if isinstance(stored, QuestionnaireData) and _is_begun(stored):
        return Words(stored.wording)
    trial = visit.subject.site.trial
    if typed is not None and "wording" in typed:
        return Words(wording_by_key(trial, spec, typed["wording"]))
    day = visit.occurred_on or visit.subject.site.today()
    return Words(wording_for(trial, spec, get_language() or "", day))


def keep_words(spec: CrfSpec, form: FormData, words: Words | None) -> None:
    """Note with a form, before it is stored for the first time, in which words it is asked.

    Raises ValueError for words of another trial or another questionnaire.
    """
    if not isinstance(form, QuestionnaireData) or _is_begun(form):
        return
    wording = words.wording if words else None
    if wording is not None:
        own = (form.visit.subject.site.trial_id, spec.code)
        if (wording.trial_id, wording.instrument) != own:
            raise ValueError(f"{wording} is no wording of {form}")
    form.wording = wording


def _is_begun(form: FormData) -> bool:
    """Whether somebody has answered it: a form that was not done has been asked in no words."""
    return form.pk is not None and form.status != FormStatus.NOT_DONE


def wording_shown(form: FormData | None) -> QuestionnaireWording | None:
    """The licensed words in which a stored form was asked."""
    return form.wording if isinstance(form, QuestionnaireData) else None


def use_words(form: EntryForm, words: Words | None) -> None:
    """Put the words on an entry form, as labels and answers."""
    form.words = words
    wording = words.wording if words else None
    if wording is None:
        return
    for name, text in wording.texts.items():
        field: Any = form.fields[name]
        field.label = _marked(text, wording)
        if MISSING_PREFIX + name in form.fields:
            form.fields[MISSING_PREFIX + name].label = _("Reason for no value: %(item)s") % {"item": text}
        if answers := wording.options.get(name):
            field.choices = [(code, _marked(answers[str(code)], wording)) for code, _label in field.choices]


@dataclass(frozen=True)
class WordedRow(ReviewRow):
    """A line of the review page in licensed words; `topic` is our neutral topic, for a reader of another language."""

    topic: str = ""


def worded(
    groups: Iterable[ReviewGroup | ReviewTable], form: FormData | None, spec: CrfSpec
) -> list[ReviewGroup | ReviewTable]:
    """The groups of the review page in the words in which the form was asked."""
    wording = wording_shown(form)
    if wording is None:
        return list(groups)
    return [
        replace(group, rows=tuple(_worded_row(row, form, spec, wording) for row in group.rows))
        if isinstance(group, ReviewGroup)
        else group
        for group in groups
    ]


def _worded_row(row: ReviewRow, form: Any, spec: CrfSpec, wording: QuestionnaireWording) -> ReviewRow:
    if row.name not in wording.texts:
        return row
    value = getattr(form, row.name)
    said = {
        "label": label_in(wording, spec, row.name),
        "value": row.value if is_empty(value) else answer_in(wording, spec, row.name, value),
    }
    return WordedRow(
        **{**vars(row), **said},
        topic=row.label if wording.language != get_language() else "",
    )


def worded_history(rows: Iterable[HistoryRow], wording: QuestionnaireWording | None, spec: CrfSpec) -> list[HistoryRow]:
    """The lines of the history page in the words in which the form was asked."""
    if wording is None:
        return list(rows)
    return [
        replace(
            row,
            label=label_in(wording, spec, row.address),
            before=answer_in(wording, spec, row.address, row.change.before),
            after=answer_in(wording, spec, row.address, row.change.after),
        )
        for row in rows
    ]


def label_in(wording: QuestionnaireWording | None, spec: CrfSpec, name: str) -> str:
    """What the questionnaire asks, as HTML; or what people call the item where it has no licensed words."""
    if wording is None or name not in wording.texts:
        return spec.label(name)
    return _marked(wording.texts[name], wording)


def answer_in(wording: QuestionnaireWording | None, spec: CrfSpec, name: str, value: Any) -> str:
    """A value in the words of the questionnaire, as HTML; or as `form_engine.display` writes it. A scored answer with
    its number."""
    answers = wording.options.get(name, {}) if wording else {}
    if wording is None or is_empty(value) or str(value) not in answers:
        return display(spec, name, value)
    text = answers[str(value)]
    return _marked(f"{value} · {text}" if isinstance(value, int) else text, wording)


def _marked(text: str, wording: QuestionnaireWording) -> SafeString:
    """With its language, which need not be that of the page: programs that read aloud follow it (WCAG 2.2, 3.1.2)."""
    return format_html('<span lang="{}">{}</span>', wording.language, text)

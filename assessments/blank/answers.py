"""The room that a model field needs on paper."""

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from assessments.blank.blocks import Answer, Choices, Comb, Option, Printed, Ruled, Scale
from assessments.fields import Bounded, PartialDay
from assessments.form_specs import Answers, Item, is_empty

SHORT_TEXT, MEDIUM_TEXT = 20, 60
"""The longest texts, in characters, that a short and a medium line hold."""
TEXT_LINES = 3
LONGEST_COMB_IN_TABLE = 6
"""A number of more characters than this takes too much room in a column."""


def answer_to(item: Item, field: Any, answers: Answers | None = None) -> Answer:
    """Boxes for choices and for the characters of numbers and days, lines for texts; `answers` is the code list where
    it is not that of the field."""
    if item.line_mm:
        return Scale(item.line_mm, _number(field))
    choices = answers if answers is not None else field.flatchoices
    if choices:
        return Choices(tuple(option_of(code, word) for code, word in choices if not is_empty(code)))
    if isinstance(field, models.DateTimeField):
        return Comb((4, 2, 2, 2, 2), ("-", "-", " ", ":"), _("YYYY-MM-DD hh:mm"))
    if isinstance(field, models.DateField):
        return Comb((4, 2, 2), ("-", "-"), _("YYYY-MM-DD"))
    if isinstance(field, PartialDay):
        return Comb((4, 2, 2), ("-", "-"), _("YYYY-MM-DD, YYYY-MM or YYYY"))
    if isinstance(field, Bounded):
        return _number(field)
    if isinstance(field, models.TextField):
        return Ruled("long", TEXT_LINES)
    longest = field.max_length or MEDIUM_TEXT + 1
    return Ruled("short" if longest <= SHORT_TEXT else "medium" if longest <= MEDIUM_TEXT else "long")


def answer_in_line(item: Item, field: Any, key: str) -> Answer:
    """The same in a column of a table, where a long number is written on a line."""
    words = [str(word) for _code, word in item.choices_of(key)] if item.choices_of is not None else []
    if words:
        return Printed(words[0]) if len(words) == 1 else Choices(tuple(Option(word) for word in words))
    answer = answer_to(item, field)
    is_long = isinstance(answer, Comb) and not answer.pattern and sum(answer.parts) > LONGEST_COMB_IN_TABLE
    return Ruled("short") if is_long else answer


def option_of(code: Any, word: Any) -> Option:
    """A box with its code and what that means."""
    code, word = str(code), str(word)
    if code.isdecimal():
        return Option(word if word.startswith(code) else f"{code} {word}")
    return Option(word, "" if word == code else code)


def _number(field: Any) -> Comb:
    whole = max(len(str(abs(int(limit)))) for limit in (field.low, field.high))
    places = getattr(field, "decimal_places", 0)
    return Comb((whole, places), (".",)) if places else Comb((whole,))


def width_mm(answer: Answer) -> int:
    """The least room in millimetres that the answer needs in a column of a table."""
    if isinstance(answer, Choices):
        return min(34, 9 + max(2 * len(option.text + option.note) for option in answer.options))
    if isinstance(answer, Comb):
        return 5 * sum(answer.parts) + 3 * len(answer.separators) + 3
    if isinstance(answer, Ruled):
        return {"short": 25, "medium": 38, "long": 50}[answer.width]
    return 3 + 2 * len(answer.text) if isinstance(answer, Printed) else answer.length_mm

"""When a question is asked, in words: found by trying the rule with each answer that could decide it."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from assessments.form_specs import Item, Values

Rule = Callable[[Values], bool]


def condition_in_words(rule: Rule | None, items: Iterable[Item], column: Callable[[str], Any]) -> str:
    """The answers of one question that the rule waits for; a general sentence where no single answer decides it.

    `items` are the questions whose answers the rule reads, `column` gives the model field of each. Empty without rule.
    """
    if rule is None:
        return ""
    items = tuple(items)
    nothing = dict.fromkeys((item.name for item in items), None)
    is_asked_at_first = rule(nothing)
    for field in (column(item.name) for item in items):
        words = dict(field.flatchoices)
        deciding = [code for code in words if rule({**nothing, field.name: code}) is not is_asked_at_first]
        if deciding:
            sentence = (
                _("Not if “%(item)s”: %(answers)s") if is_asked_at_first else _("Only if “%(item)s”: %(answers)s")
            )
            answers = " / ".join(str(words[code]) for code in deciding)
            return sentence % {"item": capfirst(field.verbose_name), "answers": answers}
    return _("Only if the other answers ask for it")

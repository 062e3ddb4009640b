"""Stopping rules and terms of a protocol in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from clinical.safety.incidence import GRADES
from clinical.safety.stopping_rules import StoppingRule
from clinical.safety.terms import NamedTerm
from protocols.safety_plan import ExpectedEvent
from safety.selectors.counted import term_name


def name_of_term(term: NamedTerm) -> str:
    """The CTCAE term in the reader's language, or the words as the protocol has them."""
    name = term_name(term.key)
    return name if name != term.key else term.name


def expected_in_words(event: ExpectedEvent) -> str:
    """The event that is expected, with the grade up to which it is, where that is not every grade."""
    name = name_of_term(event.term)
    if event.grade_at_most == max(GRADES):
        return name
    return _("%(event)s up to grade %(grade)s") % {"event": name, "grade": event.grade_at_most}


def limit_in_words(rule: StoppingRule) -> str:
    """How many subjects it takes."""
    words = ngettext("%(count)s subject or more", "%(count)s subjects or more", rule.subjects)
    return words % {"count": rule.subjects}


def events_in_words(rule: StoppingRule) -> str:
    """Which events count: everything that one of them must be."""
    conditions = [
        (rule.is_related, _("related to treatment")),
        (rule.is_serious, pgettext("event", "serious")),
        (rule.is_special_interest, _("of special interest")),
        (rule.grade_at_least > 1, _("grade %(grade)s or more") % {"grade": rule.grade_at_least}),
        (bool(rule.terms), _("one of: %(terms)s") % {"terms": ", ".join(map(name_of_term, rule.terms))}),
    ]
    return ", ".join(words for is_asked, words in conditions if is_asked) or _("any event")

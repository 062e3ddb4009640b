"""A protocol in words: doses, days, windows, rules, outcome measures."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from assessments.registry import INSTRUMENTS
from assessments.templatetags.casebook import fact_label, form_title
from clinical.eligibility import JUDGEMENT
from clinical.numbers import plain
from clinical.visit_windows import CONSENT
from patients.eligibility import CONSENT_GIVEN, CONSENT_SOURCE
from protocols.catalogue import FactKind
from protocols.schema import Allocation, Arm, Endpoint, EndpointKind, Protocol, Visit

STRATA: Mapping[str, Promise] = {"site": gettext_lazy("site")}

_TOKEN = re.compile(
    r"""\s*(?P<token>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|\d+(?:\.\d+)?|[A-Za-z_]\w*|&&|\|\||[<>=!]=|[-+*/<>!()])"""
)
_SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "*": "×", "/": "÷", "+": "+", "-": "−", "(": "(", ")": ")"}


@dataclass(frozen=True)
class FactNote:
    """What people need to know of a fact that a rule names. `choices` are the meanings of its codes."""

    label: str
    unit: str = ""
    form: str = ""
    is_yes_no: bool = False
    choices: Mapping[str, str] = field(default_factory=dict)


def fact_note(code: str) -> FactNote:
    """Label, unit and form of a fact; of one that no form publishes any more, the code alone."""
    if code == CONSENT_GIVEN.code:
        return FactNote(fact_label(code), form=form_title(CONSENT_SOURCE), is_yes_no=True)
    for spec in INSTRUMENTS.values():
        for published in spec.publishes:
            fact = published.fact
            if fact.code == code:
                choices = {str(value): str(label) for value, label in spec.column(published.address).flatchoices}
                unit = _(fact.unit) if fact.unit else ""
                is_yes_no = fact.kind is FactKind.YES_NO
                return FactNote(fact_label(code), unit, str(spec.title), is_yes_no, choices)
            if code in {interval.code for interval in fact.intervals}:
                return FactNote(fact_label(code), form=str(spec.title))
    return FactNote(fact_label(code))


def rule_in_words(source: str) -> str:
    """A rule with the names of facts, the meanings of codes, and words for the logic; brackets stay."""
    text = " ".join(_words(source))
    return text.replace("( ", "(").replace(" )", ")")


def _words(source: str) -> Iterator[str]:
    tokens = [found["token"] for found in _TOKEN.finditer(source)]
    facts = {token: fact_note(token) for token in tokens if _is_name(token)}
    labels = [fact.label for fact in facts.values()]
    fact = FactNote("")
    for token, following in zip(tokens, [*tokens[1:], ""], strict=True):
        if token == JUDGEMENT:
            yield _("the answer is yes")
        elif token in ("true", "false"):
            yield pgettext("rule", "yes") if token == "true" else pgettext("rule", "no")
        elif token in facts:
            fact = facts[token]
            # Two scales may call their results alike; then the form tells them apart.
            yield f"“{fact.label} ({fact.form})”" if labels.count(fact.label) > 1 else f"“{fact.label}”"
            if fact.is_yes_no and following not in ("==", "!="):
                yield pgettext("rule", "is yes")
        elif token[0] in "\"'":
            yield f"“{fact.choices.get(token[1:-1], token[1:-1])}”"
        elif token[0].isdigit():
            yield plain(Decimal(token))
        else:
            yield _SIGNS[token] if token in _SIGNS else _logic(token)


def _is_name(token: str) -> bool:
    return token not in ("true", "false") and (token[0].isalpha() or token[0] == "_")


def _logic(token: str) -> str:
    return {
        "&&": pgettext("rule", "and"),
        "||": pgettext("rule", "or"),
        "!": pgettext("rule", "not"),
        "==": pgettext("rule", "is"),
        "!=": pgettext("rule", "is not"),
    }[token]


def dose(arm: Arm) -> str:
    """One dose of the arm: cells per kg of body weight, or milligrams from the least to the most."""
    if arm.is_infused:
        return _("%(dose)s million cells/kg") % {"dose": arm.million_per_kg}
    if arm.dose_mg_low == arm.dose_mg_high:
        return _("%(dose)s mg") % {"dose": arm.dose_mg_low}
    return _("%(low)s to %(high)s mg") % {"low": arm.dose_mg_low, "high": arm.dose_mg_high}


def allocation(protocol: Protocol) -> str:
    """How a subject comes into an arm. Block lengths are nowhere: who knows them can foresee an allocation."""
    if protocol.allocation is None:
        return _("One arm") if len(protocol.arms) == 1 else _("Not at random: the arm is chosen at enrolment")
    facts = {"ratio": " : ".join(str(arm.share) for arm in protocol.arms), "strata": strata(protocol.allocation)}
    if not facts["strata"]:
        return _("At random, %(ratio)s") % facts
    return _("At random, %(ratio)s, stratified by %(strata)s") % facts


def strata(by: Allocation) -> str:
    """What the random lists are divided by."""
    return ", ".join(str(STRATA.get(name, name)) for name in by.stratified_by)


def lines(form: str, keys: Iterable[str]) -> list[str]:
    """What the lines of a form are called; those of a form or a line that is not known any more by their keys."""
    groups = [group for group in INSTRUMENTS[form].row_groups if group.keys is not None] if form in INSTRUMENTS else []
    return [str(groups[0].label(key)) if groups else key for key in keys]


def target(visit: Visit, anchor: str) -> str:
    """The day a visit is aimed at. The day of the anchor, the first treatment, is Day 1; there is no Day 0."""
    days = visit.target_days
    if visit.relative_to == anchor:
        return _("Day %(day)s") % {"day": _study_day(days)}
    if visit.relative_to == CONSENT and days == 0:
        return _("Day of consent")
    template = ngettext("%(days)s day after %(visit)s", "%(days)s days after %(visit)s", abs(days))
    if days < 0:
        template = ngettext("%(days)s day before %(visit)s", "%(days)s days before %(visit)s", abs(days))
    return template % {"days": abs(days), "visit": _reference(visit)}


def window(visit: Visit, anchor: str) -> str:
    """First to last day of a visit's window, counted as `target` does; empty where only the day itself is allowed."""
    if not visit.days_before and not visit.days_after:
        return ""
    opens, closes = visit.target_days - visit.days_before, visit.target_days + visit.days_after
    if visit.relative_to == anchor:
        return _("Day %(opens)s to %(closes)s") % {"opens": _study_day(opens), "closes": _study_day(closes)}
    return _("%(opens)s to %(closes)s days after %(visit)s") % {
        "opens": _signed(opens),
        "closes": _signed(closes),
        "visit": _reference(visit),
    }


def _study_day(days: int) -> str:
    return _signed(days + 1 if days >= 0 else days)


def _signed(days: int) -> str:
    return str(days).replace("-", "−")


def _reference(visit: Visit) -> str:
    return _("consent") if visit.relative_to == CONSENT else visit.relative_to


def measure(endpoint: Endpoint) -> str:
    """How an outcome is worked out, with the fact that it is worked out from where there is one."""
    what = f"“{fact_label(endpoint.measure)}”" if endpoint.measure else ""
    templates = {
        EndpointKind.RESPONDER: _("Subjects who improve from baseline by at least %(percent)s %%"),
        EndpointKind.CHANGE: _("Change from baseline"),
        EndpointKind.IMPROVEMENT_RATE: _("Improvement from baseline in per cent"),
        EndpointKind.VALUE: _("The value itself"),
        EndpointKind.INCIDENCE: _("Subjects with at least one event"),
        EndpointKind.RELAPSE_RATE: _("Relapsed subjects among those who had responded"),
    }
    words = templates[endpoint.kind] % {"percent": endpoint.improvement_at_least}
    return f"{what}: {words}" if what else words

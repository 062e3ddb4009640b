"""What a protocol version changes against the one before it, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.templatetags.casebook import form_title
from patients.visit_content import name_of
from protocols.differences import Aspect, Change, Difference, Part, differences
from protocols.schema import Protocol
from safety.rule_words import events_in_words, expected_in_words, limit_in_words, name_of_term
from workspace import protocol_words as words
from workspace.protocol_labels import CRITERION_KINDS, ENDPOINT_ROLES

PARTS: Mapping[Part, Promise] = {
    Part.TRIAL: gettext_lazy("The trial"),
    Part.ALLOCATION: gettext_lazy("Allocation at random"),
    Part.ARM: gettext_lazy("Arm"),
    Part.EPOCH: gettext_lazy("Stage"),
    Part.VISIT: gettext_lazy("Visit"),
    Part.OUTSIDE: gettext_lazy("Outside the schedule"),
    Part.PANEL: gettext_lazy("Lines of a form"),
    Part.CRITERION: gettext_lazy("Criterion"),
    Part.ENDPOINT: gettext_lazy("Outcome measure"),
    Part.SAFETY: gettext_lazy("Safety"),
    Part.STOPPING_RULE: gettext_lazy("Stopping rule"),
}

Words = Callable[[Any, Protocol], str]
"""The words for one aspect of a thing of this protocol."""


@dataclass(frozen=True)
class ChangedAspect:
    """In what a thing is otherwise: how it was and how it is."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class DifferenceInWords:
    """One thing that came, went or is otherwise."""

    change: Change
    part: str
    name: str
    aspects: tuple[ChangedAspect, ...]


def differences_in_words(earlier: Protocol, later: Protocol) -> list[DifferenceInWords]:
    """Everything that subjects and sites notice, in the order of the later version."""
    return [_in_words(found, earlier, later) for found in differences(earlier, later)]


def _in_words(found: Difference, earlier: Protocol, later: Protocol) -> DifferenceInWords:
    aspects = []
    for aspect in found.aspects:
        label, write = ASPECTS[aspect]
        aspects.append(ChangedAspect(str(label), write(found.before, earlier), write(found.after, later)))
    return DifferenceInWords(found.change, str(PARTS[found.part]), _name(found), tuple(aspects))


def _name(found: Difference) -> str:
    if found.part in (Part.TRIAL, Part.ALLOCATION, Part.SAFETY):
        return ""
    if found.part is Part.PANEL:
        return form_title(found.code)
    if found.part in (Part.CRITERION, Part.STOPPING_RULE):
        return f"{found.code}: {found.thing.text}"
    if found.part in (Part.VISIT, Part.OUTSIDE):
        return f"{found.code}: {name_of(found.thing)}"
    return f"{found.code}: {found.thing.name}"


def _text(name: str) -> Words:
    return lambda thing, _protocol: str(getattr(thing, name)) or _("none")


def _names(thing: Any, _protocol: Protocol) -> str:
    return name_of(thing) if hasattr(thing, "name_zh") else str(thing.name)


def _window(visit: Any, protocol: Protocol) -> str:
    return words.window(visit, protocol.anchor) or _("that day only")


def _forms(content: Any, _protocol: Protocol) -> str:
    return ", ".join(form_title(code) for code in content.forms) or _("none")


def _notice(_trial: Any, protocol: Protocol) -> str:
    days = protocol.reminder_days
    told = {"opens": days.before_opening, "closes": days.before_closing}
    return _("%(opens)s before the window opens, %(closes)s before it closes") % told


def _epoch(visit: Any, protocol: Protocol) -> str:
    return next(epoch.name for epoch in protocol.epochs if epoch.code == visit.epoch)


ASPECTS: Mapping[Aspect, tuple[Promise, Words]] = {
    Aspect.TITLE: (gettext_lazy("title"), lambda trial, _protocol: f"{trial.title} ({trial.short_title})"),
    Aspect.SPONSOR: (gettext_lazy("sponsor"), _text("sponsor")),
    Aspect.PHASE: (gettext_lazy("phase"), _text("phase")),
    Aspect.DESIGN: (gettext_lazy("design"), _text("design")),
    Aspect.PLANNED_SUBJECTS: (gettext_lazy("planned subjects"), _text("planned_subjects")),
    Aspect.ANCHOR: (gettext_lazy("visit of the first treatment"), _text("anchor")),
    Aspect.REMINDER: (gettext_lazy("days before a visit to remind"), _notice),
    Aspect.PGA_SCALE: (gettext_lazy("levels of the global assessment"), _text("pga_levels")),
    Aspect.STRATA: (gettext_lazy("stratified by"), lambda thing, _protocol: words.strata(thing) or _("none")),
    Aspect.NAME: (gettext_lazy("name"), _names),
    Aspect.PRODUCT: (gettext_lazy("product"), _text("product")),
    Aspect.ROUTE: (gettext_lazy("route"), _text("route")),
    Aspect.DOSE: (gettext_lazy("dose"), lambda arm, _protocol: words.dose(arm)),
    Aspect.TREATMENT_VISITS: (
        gettext_lazy("treated at"),
        lambda arm, _protocol: ", ".join(arm.treatment_visits),
    ),
    Aspect.SHARE: (gettext_lazy("part of the ratio"), _text("share")),
    Aspect.EPOCH: (gettext_lazy("stage"), _epoch),
    Aspect.TARGET: (gettext_lazy("planned"), lambda visit, protocol: words.target(visit, protocol.anchor)),
    Aspect.WINDOW: (gettext_lazy("window"), _window),
    Aspect.FORMS: (gettext_lazy("forms"), _forms),
    Aspect.BY_PHONE: (
        gettext_lazy("by telephone"),
        lambda content, _protocol: _("possible") if content.by_phone else _("not possible"),
    ),
    Aspect.LINES: (gettext_lazy("lines"), lambda panel, _protocol: ", ".join(words.lines(panel.form, panel.keys))),
    Aspect.KIND: (gettext_lazy("kind"), lambda criterion, _protocol: str(CRITERION_KINDS[criterion.kind])),
    Aspect.TEXT: (gettext_lazy("text"), _text("text")),
    Aspect.RULE: (gettext_lazy("rule"), lambda criterion, _protocol: words.rule_in_words(criterion.rule.source)),
    Aspect.QUESTION: (gettext_lazy("question"), _text("question")),
    Aspect.ROLE: (gettext_lazy("role"), lambda endpoint, _protocol: str(ENDPOINT_ROLES[endpoint.role])),
    Aspect.MEASURE: (gettext_lazy("worked out as"), lambda endpoint, _protocol: words.measure(endpoint)),
    Aspect.TIME_FRAME: (
        gettext_lazy("time frame"),
        lambda endpoint, _protocol: f"{endpoint.time_frame} ({endpoint.at})",
    ),
    Aspect.REFERENCE: (gettext_lazy("reference safety information"), _text("source")),
    Aspect.EXPECTED: (
        gettext_lazy("expected events"),
        lambda plan, _protocol: ", ".join(map(expected_in_words, plan.expected)) or _("none"),
    ),
    Aspect.SPECIAL_INTEREST: (
        gettext_lazy("events of special interest"),
        lambda plan, _protocol: ", ".join(map(name_of_term, plan.special_interest.terms)) or _("none"),
    ),
    Aspect.LIMIT: (gettext_lazy("it takes"), lambda rule, _protocol: limit_in_words(rule)),
    Aspect.EVENTS: (gettext_lazy("events that count"), lambda rule, _protocol: events_in_words(rule)),
}
"""What each aspect is called, and how it reads. A lambda, because each kind of thing says it another way."""

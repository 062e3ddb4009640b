"""What one version of a protocol changes against another: what came, what went, and which aspects are otherwise.

Only what subjects and sites notice is compared. Sources, notes, defaults and example subjects are not.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from protocols.schema import EARLY_TERMINATION, UNSCHEDULED, Panel, Protocol


class Part(StrEnum):
    """The kind of thing that differs. OUTSIDE is the content of visits outside the schedule."""

    TRIAL = "trial"
    ALLOCATION = "allocation"
    ARM = "arm"
    EPOCH = "epoch"
    VISIT = "visit"
    OUTSIDE = "outside"
    PANEL = "panel"
    CRITERION = "criterion"
    ENDPOINT = "endpoint"
    SAFETY = "safety"
    STOPPING_RULE = "stopping_rule"


class Change(StrEnum):
    """What became of it."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Aspect(StrEnum):
    """What may be otherwise about a thing that both versions have."""

    TITLE = "title"
    SPONSOR = "sponsor"
    PHASE = "phase"
    DESIGN = "design"
    PLANNED_SUBJECTS = "planned_subjects"
    ANCHOR = "anchor"
    REMINDER = "reminder"
    PGA_SCALE = "pga_scale"
    STRATA = "strata"
    NAME = "name"
    PRODUCT = "product"
    ROUTE = "route"
    DOSE = "dose"
    TREATMENT_VISITS = "treatment_visits"
    SHARE = "share"
    EPOCH = "epoch"
    TARGET = "target"
    WINDOW = "window"
    FORMS = "forms"
    BY_PHONE = "by_phone"
    LINES = "lines"
    KIND = "kind"
    TEXT = "text"
    RULE = "rule"
    QUESTION = "question"
    ROLE = "role"
    MEASURE = "measure"
    TIME_FRAME = "time_frame"
    REFERENCE = "reference"
    EXPECTED = "expected"
    SPECIAL_INTEREST = "special_interest"
    LIMIT = "limit"
    EVENTS = "events"


Read = Callable[[Any], object]
"""Gives the value of one aspect of a thing; two things are alike in it when the values are equal."""


def _of(*names: str) -> Read:
    return lambda thing: tuple(getattr(thing, name) for name in names)


_CONTENT: Mapping[Aspect, Read] = {
    Aspect.NAME: _of("name", "name_zh"),
    # The order of the forms of a visit is nothing a subject or a site would notice.
    Aspect.FORMS: lambda content: frozenset(content.forms),
    Aspect.BY_PHONE: _of("by_phone"),
}
ASPECTS: Mapping[Part, Mapping[Aspect, Read]] = {
    Part.TRIAL: {
        Aspect.TITLE: _of("title", "short_title"),
        Aspect.SPONSOR: _of("sponsor"),
        Aspect.PHASE: _of("phase"),
        Aspect.DESIGN: _of("design"),
        Aspect.PLANNED_SUBJECTS: _of("planned_subjects"),
        Aspect.ANCHOR: _of("anchor"),
        Aspect.REMINDER: _of("reminder_days"),
        Aspect.PGA_SCALE: _of("pga_levels"),
    },
    Part.ALLOCATION: {Aspect.STRATA: _of("stratified_by")},
    Part.ARM: {
        Aspect.NAME: _of("name"),
        Aspect.PRODUCT: _of("product"),
        Aspect.ROUTE: _of("route"),
        Aspect.DOSE: _of("cells_per_kg", "dose_mg_low", "dose_mg_high"),
        Aspect.TREATMENT_VISITS: _of("treatment_visits"),
        Aspect.SHARE: _of("share"),
    },
    Part.EPOCH: {Aspect.NAME: _of("name")},
    Part.VISIT: {
        Aspect.EPOCH: _of("epoch"),
        Aspect.TARGET: _of("relative_to", "target_days"),
        Aspect.WINDOW: _of("days_before", "days_after"),
        **_CONTENT,
    },
    Part.OUTSIDE: _CONTENT,
    # Nor is the order of the lines of a form.
    Part.PANEL: {Aspect.LINES: lambda panel: frozenset(panel.keys)},
    Part.CRITERION: {
        Aspect.KIND: _of("kind"),
        Aspect.TEXT: _of("text"),
        Aspect.RULE: lambda criterion: criterion.rule.source,
        Aspect.QUESTION: _of("question"),
    },
    Part.ENDPOINT: {
        Aspect.NAME: _of("name"),
        Aspect.ROLE: _of("role"),
        Aspect.MEASURE: _of("measure", "kind", "improvement_at_least"),
        Aspect.TIME_FRAME: _of("at", "time_frame"),
    },
    Part.SAFETY: {
        Aspect.REFERENCE: _of("source"),
        Aspect.EXPECTED: lambda plan: frozenset((event.term.key, event.grade_at_most) for event in plan.expected),
        Aspect.SPECIAL_INTEREST: lambda plan: frozenset(term.key for term in plan.special_interest.terms),
    },
    Part.STOPPING_RULE: {
        Aspect.TEXT: _of("text"),
        Aspect.LIMIT: _of("subjects"),
        Aspect.EVENTS: lambda rule: (
            rule.grade_at_least,
            rule.is_related,
            rule.is_serious,
            rule.is_special_interest,
            frozenset(term.key for term in rule.terms),
        ),
    },
}
"""What is compared about the things of each part."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing that differs: `before` is None for what was added, `after` for what was removed.

    `code` is empty for what a protocol has only one of. `aspects` says in what a changed thing is otherwise.
    """

    part: Part
    code: str
    before: Any
    after: Any
    aspects: tuple[Aspect, ...] = ()

    @property
    def change(self) -> Change:
        if self.before is None:
            return Change.ADDED
        return Change.REMOVED if self.after is None else Change.CHANGED

    @property
    def thing(self) -> Any:
        """The thing as it is now, or as it was last."""
        return self.before if self.after is None else self.after


def differences(earlier: Protocol, later: Protocol) -> tuple[Difference, ...]:
    """Everything that differs, part by part in the order of the later version, what was removed at the end of each."""
    return tuple(_differences(earlier, later))


def _differences(earlier: Protocol, later: Protocol) -> Iterator[Difference]:
    before, after = _things(earlier), _things(later)
    for part in Part:
        for code in (*after[part], *(code for code in before[part] if code not in after[part])):
            old, new = before[part].get(code), after[part].get(code)
            aspects = () if old is None or new is None else _otherwise(part, old, new)
            if old is None or new is None or aspects:
                yield Difference(part=part, code=code, before=old, after=new, aspects=aspects)


def _otherwise(part: Part, old: Any, new: Any) -> tuple[Aspect, ...]:
    return tuple(aspect for aspect, read in ASPECTS[part].items() if read(old) != read(new))


def _things(protocol: Protocol) -> dict[Part, dict[str, Any]]:
    """The things of each part by code."""
    plan = protocol.safety
    return {
        Part.TRIAL: {"": protocol},
        Part.ALLOCATION: {"": protocol.allocation} if protocol.allocation is not None else {},
        Part.ARM: {arm.code: arm for arm in protocol.arms},
        Part.EPOCH: {epoch.code: epoch for epoch in protocol.epochs},
        Part.VISIT: {visit.code: visit for visit in protocol.visits},
        Part.OUTSIDE: {UNSCHEDULED: protocol.unscheduled, EARLY_TERMINATION: protocol.early_termination},
        Part.PANEL: {form: Panel(form, keys) for form, keys in protocol.panels.items()},
        Part.CRITERION: {criterion.code: criterion for criterion in protocol.criteria},
        Part.ENDPOINT: {endpoint.code: endpoint for endpoint in protocol.endpoints},
        Part.SAFETY: {"": plan} if plan.expected or plan.special_interest.terms else {},
        Part.STOPPING_RULE: {rule.code: rule for rule in plan.stopping_rules},
    }

"""What the protocol page shows: one stored version as people read it, and who stands on which version."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Permission
from assessments.registry import INSTRUMENTS
from assessments.templatetags.casebook import form_title
from clinical.eligibility import JUDGEMENT, CriterionKind
from patients.models import Subject
from patients.visit_content import name_of
from protocols.schema import EARLY_TERMINATION, UNSCHEDULED, Criterion, Protocol, Visit, VisitContent
from safety.rule_words import events_in_words, expected_in_words, limit_in_words, name_of_term
from trials.models import ProtocolVersion, Site, Trial
from trials.selectors import HeldRoles, protocol_of
from workspace import protocol_words as words
from workspace.protocol_differences import differences_in_words
from workspace.protocol_labels import ENDPOINT_ROLES

WHEN = {
    UNSCHEDULED: gettext_lazy("Whenever there is a need"),
    EARLY_TERMINATION: gettext_lazy("When a subject stops early"),
}


@dataclass(frozen=True)
class SiteCount:
    """How many subjects of a site stand on a version; `is_visible`: the reader may see them."""

    site: Site
    subjects: int
    is_visible: bool


@dataclass(frozen=True)
class Pinned:
    """A stored version and the subjects who stand on it."""

    version: ProtocolVersion
    sites: tuple[SiteCount, ...]

    @property
    def subjects(self) -> int:
        return sum(count.subjects for count in self.sites)

    @property
    def state(self) -> str:
        """A kind of the status `protocol`."""
        return "frozen" if self.sites else "unused"


@dataclass(frozen=True)
class Cell:
    """Whether a visit asks for a form; a form of treatment names the arms it is asked of, where there are several."""

    is_asked: bool
    arms: tuple[str, ...] = ()


@dataclass(frozen=True)
class ScheduleRow:
    """One visit of the schedule of activities. `note` is its number among the notes below the table, 0 for none."""

    code: str
    name: str
    content: VisitContent
    is_anchor: bool
    target: str
    window: str
    note: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class CriterionInWords:
    """One criterion with its rule in words and the facts that the rule reads; no rule where only a person can tell."""

    criterion: Criterion
    rule: str
    facts: tuple[words.FactNote, ...]


def protocol_page(trial: Trial, *, roles: HeldRoles, wanted: str = "") -> dict[str, Any] | None:
    """The wanted version, else the newest; None when the trial has no such version. Three statements."""
    versions = list(trial.protocol_versions.defer("files").order_by("-loaded_at", "-pk"))
    shown = next((index for index, version in enumerate(versions) if wanted in ("", version.version)), None)
    if shown is None:
        return None
    version, protocol = versions[shown], protocol_of(versions[shown])
    previous = versions[shown + 1] if shown + 1 < len(versions) else None
    pinned = _pinned(trial, versions, roles)
    return {
        "version": version,
        "protocol": protocol,
        "is_newest": shown == 0,
        "pinned": pinned,
        "own": pinned[shown],
        "previous": previous,
        "differences": differences_in_words(protocol_of(previous), protocol) if previous else [],
        "allocation": words.allocation(protocol),
        "arms": [(arm, words.dose(arm)) for arm in protocol.arms],
        "panels": [(form_title(form), words.lines(form, keys)) for form, keys in protocol.panels.items()],
        "endpoints": [
            (endpoint, ENDPOINT_ROLES[endpoint.role], words.measure(endpoint)) for endpoint in protocol.endpoints
        ],
        "criteria": [
            (title, [_criterion(each) for each in protocol.criteria if each.kind is kind])
            for title, kind in (
                (_("Inclusion criteria"), CriterionKind.INCLUSION),
                (_("Exclusion criteria"), CriterionKind.EXCLUSION),
            )
        ],
        **_schedule(protocol),
        **_safety(protocol),
    }


def _safety(protocol: Protocol) -> dict[str, Any]:
    """What the protocol says of safety, in words."""
    plan = protocol.safety
    return {
        "safety": plan,
        "has_safety": bool(plan.expected or plan.special_interest.terms or plan.stopping_rules),
        "expected": list(map(expected_in_words, plan.expected)),
        "special_interest": list(map(name_of_term, plan.special_interest.terms)),
        "stopping_rules": [(rule, limit_in_words(rule), events_in_words(rule)) for rule in plan.stopping_rules],
    }


def _pinned(trial: Trial, versions: Iterable[ProtocolVersion], roles: HeldRoles) -> list[Pinned]:
    sites = {site.pk: site for site in trial.sites.order_by("code")}
    counted = (
        Subject.objects.filter(site__trial=trial)
        .order_by()
        .values_list("protocol_version_id", "site_id")
        .annotate(subjects=Count("pk"))
    )
    counts = {(version_pk, site_pk): subjects for version_pk, site_pk, subjects in counted}
    return [
        Pinned(
            version,
            tuple(
                SiteCount(site, counts[version.pk, pk], roles.may(Permission.VIEW_SUBJECTS, site))
                for pk, site in sites.items()
                if (version.pk, pk) in counts
            ),
        )
        for version in versions
    ]


def _schedule(protocol: Protocol) -> dict[str, Any]:
    """The schedule of activities: visits by forms, stage by stage, then the visits outside the schedule."""
    outside = {UNSCHEDULED: protocol.unscheduled, EARLY_TERMINATION: protocol.early_termination}
    contents = [*protocol.visits, *outside.values()]
    asked = {code for content in contents for code in content.forms}
    # In the order of the instruments; at the end what an earlier installation of Dermis knew.
    forms = [*(code for code in INSTRUMENTS if code in asked), *sorted(asked - INSTRUMENTS.keys())]
    notes = list(dict.fromkeys(content.note for content in contents if content.note))
    names = {epoch.code: epoch.name for epoch in protocol.epochs}

    def row(code: str, content: VisitContent) -> ScheduleRow:
        planned = content if isinstance(content, Visit) else None
        return ScheduleRow(
            code=code,
            name=name_of(content),
            content=content,
            is_anchor=code == protocol.anchor,
            target=words.target(planned, protocol.anchor) if planned else str(WHEN[code]),
            window=words.window(planned, protocol.anchor) if planned else "",
            note=notes.index(content.note) + 1 if content.note else 0,
            cells=tuple(_cell(protocol, code, content, form) for form in forms),
        )

    stages = [
        (names[epoch], [row(visit.code, visit) for visit in visits])
        for epoch, visits in groupby(protocol.visits, key=lambda visit: visit.epoch)
    ]
    stages.append((_("Outside the schedule"), [row(code, content) for code, content in outside.items()]))
    return {"forms": [form_title(code) for code in forms], "stages": stages, "notes": notes}


def _cell(protocol: Protocol, code: str, content: VisitContent, form: str) -> Cell:
    if form not in content.forms:
        return Cell(False)
    if form not in protocol.treatment_forms or len(protocol.arms) == 1:
        return Cell(True)
    return Cell(True, tuple(arm.code for arm in protocol.arms if form in protocol.forms_at(code, arm.code)))


def _criterion(criterion: Criterion) -> CriterionInWords:
    read = sorted(criterion.rule.facts - {JUDGEMENT})
    rule = words.rule_in_words(criterion.rule.source) if read else ""
    return CriterionInWords(criterion, rule, tuple(words.fact_note(code) for code in read))

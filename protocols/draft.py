"""From TOML tables to a draft: every part typed, but not yet compared with the other parts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from clinical.eligibility import JUDGEMENT, CriterionKind, RuleError, compile_rule
from clinical.scoring.pga import SCALES
from protocols.draft_examples import read_example
from protocols.draft_safety import FILE as SAFETY
from protocols.draft_safety import read_safety
from protocols.problems import Problem
from protocols.safety_plan import SafetyPlan
from protocols.schema import (
    DEFAULT_PGA_LEVELS,
    Allocation,
    Arm,
    Criterion,
    Endpoint,
    EndpointKind,
    EndpointRole,
    Epoch,
    ExampleSubject,
    Visit,
    VisitContent,
)
from protocols.toml_table import Table

Item = TypeVar("Item")

#: The keys of an arm that is infused, and those of an arm that is given a medicine.
CELL_KEYS = ("cells_per_kg", "infusion_visits")
DOSE_KEYS = ("dose_mg_low", "dose_mg_high", "dosing_form", "dosing_visits")


@dataclass
class Section(Generic[Item]):
    """The well-formed items of one kind, and the codes of all, so that a broken item is not also reported as missing.

    ``is_complete`` is false when anything of the section could not be read: then nothing may be concluded from absence.
    """

    items: list[Item] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    is_complete: bool = False

    def may_have(self, code: str) -> bool:
        """Is the code declared, or could it stand in a part that was not readable?"""
        return code in self.codes or not (self.is_complete or self.codes)


@dataclass(frozen=True)
class Header:
    """The keys of protocol.toml."""

    registration: str
    version: str
    title: str
    short_title: str
    sponsor: str
    phase: str
    design: str
    planned_subjects: int
    sources: tuple[str, ...]
    reminder_days_before: int
    reminder_days_before_closing: int
    anchor: str
    pga_levels: int


@dataclass
class Draft:
    """All files of one version as read. ``header``, ``unscheduled`` and ``early_termination`` are None when they could
    not be read in full, ``panels`` when one of them could not; ``allocation`` is None also where the trial does not
    randomise."""

    header: Header | None
    arms: Section[Arm]
    allocation: Allocation | None
    epochs: Section[Epoch]
    visits: Section[Visit]
    unscheduled: VisitContent | None
    early_termination: VisitContent | None
    criteria: Section[Criterion]
    endpoints: Section[Endpoint]
    examples: Section[ExampleSubject]
    panels: Mapping[str, tuple[str, ...]] | None
    safety: SafetyPlan


def read_draft(files: Mapping[str, Mapping[str, Any] | None], problems: list[Problem]) -> Draft:
    """Read every part; ``files`` holds the decoded TOML by file name, None for a file that could not be decoded."""
    roots = {name: Table(name, "", values, problems) for name, values in files.items() if values is not None}

    def section(
        file: str, builders: Mapping[str, Callable[[Table], Item | None]], named_by: str = "code"
    ) -> Section[Item]:
        return _read_section(roots[file], builders, named_by) if file in roots else Section()

    def single(file: str, key: str, build: Callable[[Table], Item], *, required: bool) -> Item | None:
        table = roots[file].table(key, required=required) if file in roots else None
        if table is None:
            return None
        item = build(table)
        table.finish()
        return None if table.is_broken else item

    draft = Draft(
        header=_header(roots["protocol.toml"]) if "protocol.toml" in roots else None,
        arms=section("arms.toml", {"arm": _arm}),
        allocation=single("arms.toml", "allocation", _allocation, required=False),
        epochs=section("visits.toml", {"epoch": _epoch}),
        visits=section("visits.toml", {"visit": _visit}),
        unscheduled=single("visits.toml", "unscheduled", _content, required=True),
        early_termination=single("visits.toml", "early_termination", _content, required=True),
        criteria=section("criteria.toml", {"inclusion": _inclusion, "exclusion": _exclusion}),
        endpoints=section("endpoints.toml", {"endpoint": _endpoint}),
        examples=section("examples.toml", {"example": read_example}, named_by="name"),
        panels=single("visits.toml", "panels", _panels, required=False) if _has(roots, "panels") else {},
        safety=read_safety(roots[SAFETY]) if SAFETY in roots else SafetyPlan(),
    )
    for root in roots.values():
        root.finish()
    return draft


def _has(roots: Mapping[str, Table], key: str) -> bool:
    """Does the file of visits have this table, or could it have it?"""
    return "visits.toml" not in roots or roots["visits.toml"].has(key)


def _read_section(root: Table, builders: Mapping[str, Callable[[Table], Item | None]], named_by: str) -> Section[Item]:
    section: Section[Item] = Section()
    declared = 0
    for key, build in builders.items():
        for table in root.tables(key, named_by=named_by):
            declared += 1
            item = build(table)
            table.finish()
            if isinstance(code := table.values.get(named_by), str):
                section.codes.append(code)
            if item is not None and not table.is_broken:
                section.items.append(item)
    section.is_complete = not root.is_broken and len(section.items) == declared
    return section


def _header(root: Table) -> Header | None:
    header = Header(
        registration=root.text("registration"),
        version=root.text("version"),
        title=root.text("title"),
        short_title=root.text("short_title"),
        sponsor=root.text("sponsor"),
        phase=root.text("phase"),
        design=root.text("design"),
        planned_subjects=root.whole("planned_subjects", at_least=1),
        sources=root.texts("sources"),
        **_notice(root),
        anchor=root.text("anchor"),
        pga_levels=_pga_levels(root),
    )
    return None if root.is_broken else header


def _notice(root: Table) -> dict[str, int]:
    """The notice before a window closes is that before it opens, unless the protocol gives it (default)."""
    before_opening = root.whole("reminder_days_before", at_least=0)
    key = "reminder_days_before_closing"
    before_closing = root.whole(key, at_least=0) if root.has(key) else before_opening
    return {"reminder_days_before": before_opening, key: before_closing}


def _pga_levels(root: Table) -> int:
    """The files of versions stored before the key was known lack it, and so may new ones."""
    if not root.has("pga_levels"):
        return DEFAULT_PGA_LEVELS
    return root.whole("pga_levels", at_least=min(SCALES), at_most=max(SCALES))


def _arm(table: Table) -> Arm:
    arm = Arm(
        code=table.text("code"),
        name=table.text("name"),
        product=table.text("product"),
        route=table.text("route"),
        **_treatment(table),
        share=table.whole("share", at_least=1) if table.has("share") else 1,
        **table.default_mark(),
    )
    if not table.is_broken and arm.dose_mg_high < arm.dose_mg_low:
        table.report("dose_mg_high", "is below dose_mg_low: exchange them.")
    if not table.is_broken and not arm.treatment_visits:
        table.report("infusion_visits" if arm.is_infused else "dosing_visits", "is empty: name the visits.")
    return arm


def _treatment(table: Table) -> dict[str, Any]:
    """What the arm receives. Any one key of a kind of treatment tells which kind is meant."""
    is_infused, is_dosed = (any(map(table.has, keys)) for keys in (CELL_KEYS, DOSE_KEYS))
    if is_infused != is_dosed:
        return _cells(table) if is_infused else _doses(table)
    table.leave(*CELL_KEYS, *DOSE_KEYS)
    advice = f"either {' and '.join(CELL_KEYS)}, or {', '.join(DOSE_KEYS[:-1])} and {DOSE_KEYS[-1]}"
    table.report("", f"{'has two treatments: keep' if is_infused else 'has no treatment: add'} {advice}.")
    return {}


def _cells(table: Table) -> dict[str, Any]:
    return {
        "cells_per_kg": table.whole("cells_per_kg", at_least=1),
        "infusion_visits": table.texts("infusion_visits"),
    }


def _doses(table: Table) -> dict[str, Any]:
    return {
        "dose_mg_low": table.whole("dose_mg_low", at_least=1),
        "dose_mg_high": table.whole("dose_mg_high", at_least=1),
        "dosing_form": table.text("dosing_form"),
        "dosing_visits": table.texts("dosing_visits"),
    }


def _allocation(table: Table) -> Allocation:
    return Allocation(stratified_by=table.texts("stratified_by"), **table.default_mark())


def _epoch(table: Table) -> Epoch:
    return Epoch(code=table.text("code"), name=table.text("name"))


def _visit(table: Table) -> Visit:
    return Visit(
        code=table.text("code"),
        epoch=table.text("epoch"),
        relative_to=table.text("relative_to"),
        target_days=table.days("target", may_be_negative=True),
        days_before=table.days("pre_window", may_be_negative=False),
        days_after=table.days("post_window", may_be_negative=False),
        **vars(_content(table)),
    )


def _content(table: Table) -> VisitContent:
    return VisitContent(
        name=table.text("name"),
        name_zh=table.text("name_zh"),
        forms=table.texts("forms"),
        by_phone=table.flag("by_phone", False),
        **table.default_mark(),
    )


def _panels(table: Table) -> dict[str, tuple[str, ...]]:
    """The keys of lines by form."""
    panels = {form: table.texts(form) for form in table.values}
    for form, values in table.values.items():
        if values == []:
            table.report(form, "is empty: name the lines that the form asks, or remove the key.")
    return panels


def _inclusion(table: Table) -> Criterion | None:
    return _criterion(table, CriterionKind.INCLUSION)


def _exclusion(table: Table) -> Criterion | None:
    return _criterion(table, CriterionKind.EXCLUSION)


def _criterion(table: Table, kind: CriterionKind) -> Criterion | None:
    code, text = table.text("code"), table.text("text")
    source, question = table.text("rule", JUDGEMENT), table.text("question", "")
    if table.is_broken:
        return None
    try:
        rule = compile_rule(source)
    except RuleError as error:
        table.report("rule", str(error))
        return None
    if JUDGEMENT in rule.facts and not question:
        table.report("question", "is missing: the rule uses judgement, so say what a person is asked.")
    if question and JUDGEMENT not in rule.facts:
        table.report("question", "is never used: let the rule use judgement, or remove the question.")
    return Criterion(code=code, kind=kind, text=text, rule=rule, question=question)


def _endpoint(table: Table) -> Endpoint:
    endpoint = Endpoint(
        code=table.text("code"),
        name=table.text("name"),
        role=table.choice("role", EndpointRole),
        measure=table.text("measure") if table.has("measure") else None,
        kind=table.choice("kind", EndpointKind),
        improvement_at_least=_threshold(table),
        at=table.text("at"),
        time_frame=table.text("time_frame"),
        note=table.text("note", ""),
    )
    if endpoint.measure is None and not table.has("note"):
        table.report("measure", "is missing: name a published fact, or add a note that says why it cannot be computed.")
    return endpoint


def _threshold(table: Table) -> int | None:
    """Only a responder endpoint has ``improvement_at_least``; elsewhere ``finish`` reports the key as unknown."""
    if table.values.get("kind") != EndpointKind.RESPONDER:
        return None
    return table.whole("improvement_at_least", at_least=1, at_most=100)

"""The file of safety: which events are expected, which are of special interest, and when the trial is stopped."""

from collections.abc import Callable, Collection, Iterator
from typing import TypeVar

from clinical.safety.ctcae_events import EventTerm, grades_of
from clinical.safety.incidence import GRADES
from clinical.safety.stopping_rules import StoppingRule
from clinical.safety.terms import NamedTerm
from protocols.problems import Problem
from protocols.safety_plan import ExpectedEvent, SafetyPlan, SpecialInterest
from protocols.toml_table import Table

Item = TypeVar("Item")

FILE = "safety.toml"
LOWEST, HIGHEST = min(GRADES), max(GRADES)
_CODES = tuple(code.value for code in EventTerm if code is not EventTerm.OTHER)


def read_safety(root: Table) -> SafetyPlan:
    """The plan that the file holds; each part may be left out, but not all of them."""
    if not any(map(root.has, ("expected", "special_interest", "stopping_rule"))):
        root.report("", "says nothing: add [[expected]], [special_interest] or [[stopping_rule]], or remove the file.")
    plan = SafetyPlan(
        source=root.text("source") if root.has("expected") else root.text("source", ""),
        expected=tuple(_items(root, "expected", "term", _expected)),
        special_interest=_special_interest(root),
        stopping_rules=tuple(_items(root, "stopping_rule", "code", _stopping_rule)),
    )
    _each_once(root, "expected", [event.term.key for event in plan.expected])
    _each_once(root, "stopping_rule", [rule.code for rule in plan.stopping_rules])
    return plan


def check_safety(plan: SafetyPlan, planned_subjects: int) -> Iterator[Problem]:
    """Every rule can come to hold: in as many subjects as are planned, and with grades that its terms have."""
    for rule in plan.stopping_rules:
        key = f"stopping_rule[{rule.code}]"
        if rule.subjects > planned_subjects:
            message = f"is {rule.subjects}, but only {planned_subjects} subjects are planned: it could never hold."
            yield Problem(FILE, f"{key}.subjects", message)
        if rule.terms and rule.grade_at_least > max(map(_highest_grade, rule.terms)):
            message = f"is {rule.grade_at_least}, but none of the terms has so high a grade."
            yield Problem(FILE, f"{key}.grade_at_least", message)


def _highest_grade(term: NamedTerm) -> int:
    return max(grades_of(EventTerm(term.key) if term.key in _CODES else EventTerm.OTHER))


def _items(root: Table, key: str, named_by: str, build: Callable[[Table], Item | None]) -> Iterator[Item]:
    for table in root.tables(key, named_by=named_by) if root.has(key) else ():
        item = build(table)
        table.finish()
        if item is not None and not table.is_broken:
            yield item


def _expected(table: Table) -> ExpectedEvent | None:
    name = table.text("term")
    grade = _grade(table, "grade_at_most", HIGHEST)
    _known(table, "term", [name])
    return None if table.is_broken else ExpectedEvent(NamedTerm(name), grade)


def _special_interest(root: Table) -> SpecialInterest:
    table = root.table("special_interest", required=False)
    if table is None:
        return SpecialInterest()
    found = SpecialInterest(_terms(table), **table.default_mark())
    if not found.terms and not table.is_broken:
        table.report("terms", "is empty: name the terms, or remove the table.")
    table.finish()
    return found


def _stopping_rule(table: Table) -> StoppingRule | None:
    code, text = table.text("code"), table.text("text")
    subjects = table.whole("subjects", at_least=1)
    grade = _grade(table, "grade_at_least", LOWEST)
    is_related, is_serious = table.flag("related", False), table.flag("serious", False)
    is_special_interest = table.flag("special_interest", False)
    terms = _terms(table) if table.has("terms") else ()
    mark = table.default_mark()
    if table.is_broken:
        return None
    return StoppingRule(
        code=code,
        text=text,
        subjects=subjects,
        grade_at_least=grade,
        is_related=is_related,
        is_serious=is_serious,
        is_special_interest=is_special_interest,
        terms=terms,
        **mark,
    )


def _grade(table: Table, key: str, otherwise: int) -> int:
    return table.whole(key, at_least=LOWEST, at_most=HIGHEST) if table.has(key) else otherwise


def _terms(table: Table) -> tuple[NamedTerm, ...]:
    names = table.texts("terms")
    _known(table, "terms", names)
    terms = tuple(map(NamedTerm, names))
    if not table.is_broken:
        _each_once(table, "terms", [term.key for term in terms])
    return terms


def _known(table: Table, key: str, names: Collection[str]) -> None:
    """Words are free, but what looks like a code must be one."""
    for name in names:
        if (name == EventTerm.OTHER or "_" in name) and name not in _CODES:
            table.report(key, f"'{name}' is not a term known here; write words, or one of: {', '.join(_CODES)}.")


def _each_once(table: Table, key: str, names: list[str]) -> None:
    for repeated in sorted({name for name in names if names.count(name) > 1}):
        table.report(key, f"names '{repeated}' more than once: keep one.")

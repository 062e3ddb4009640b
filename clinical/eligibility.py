"""Three-valued eligibility: is a criterion met, not met, or not yet known?

Rules are written in CEL (Common Expression Language) and kept to a small, fully checked part of it: facts, literals,
comparisons, arithmetic, ``!``, ``&&``, ``||`` and brackets.

CEL's own ``||`` and ``&&`` absorb errors: ``pasi_total > 10.0 || judgement`` is true for a true judgement even when
``pasi_total`` holds a text. So a rule is cut at its logical operators into clauses, each clause runs alone, and the
results are joined by Kleene's three-valued logic. This is how a missing fact and a wrong fact are told apart without
reading error messages:

- a clause that names an absent fact is not run: it is *unknown*;
- a clause whose facts are all present is always run, also where another clause decides the rule or lacks a fact,
  and whatever goes wrong in it is a ``RuleError``.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import cel

FactValue = float | bool | str

#: The name under which a rule reads the investigator's own yes or no.
JUDGEMENT = "judgement"

LOGIC = frozenset({"_||_", "_&&_"})
OPERATORS = LOGIC | {"!_", "-_", "_>_", "_>=_", "_<_", "_<=_", "_==_", "_!=_", "_+_", "_-_", "_*_", "_/_"}


class RuleError(ValueError):
    """A rule that cannot be compiled, or that fails on facts which are present."""


class Verdict(StrEnum):
    """What the facts say about one rule. Unknown is neither met nor not met."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class CriterionKind(StrEnum):
    """Inclusion criteria must be met, exclusion criteria must not be met."""

    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"


class Standing(StrEnum):
    """How one subject stands on one criterion: satisfied lets the subject in, failed keeps the subject out."""

    SATISFIED = "satisfied"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Eligibility(StrEnum):
    """How one subject stands on all criteria of a protocol together."""

    ELIGIBLE = "eligible"
    NOT_ELIGIBLE = "not_eligible"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class _Clause:
    """A condition without logical operators, and both sides of it where it is an equality."""

    source: str
    facts: frozenset[str]
    program: cel.Program
    sides: tuple[cel.Program, ...]

    def verdict(self, facts: Mapping[str, FactValue]) -> Verdict:
        if not self.facts <= facts.keys():
            return Verdict.UNKNOWN
        given = {name: facts[name] for name in self.facts}
        result = _run(self.program, given, self.source)
        if not isinstance(result, bool):
            raise RuleError(f"'{self.source}' gives {result!r}, but a condition must give true or false.")
        # CEL calls a number and a text simply unequal, so a mistaken comparison would never be noticed.
        if len({_family(_run(side, given, self.source)) for side in self.sides}) > 1:
            raise RuleError(f"'{self.source}' compares values of different kinds.")
        return Verdict.MET if result else Verdict.NOT_MET

    def wanting(self, facts: Mapping[str, FactValue]) -> frozenset[str]:
        return self.facts - facts.keys()


@dataclass(frozen=True)
class _Not:
    operand: "_Node"

    def verdict(self, facts: Mapping[str, FactValue]) -> Verdict:
        opposite = {Verdict.MET: Verdict.NOT_MET, Verdict.NOT_MET: Verdict.MET, Verdict.UNKNOWN: Verdict.UNKNOWN}
        return opposite[self.operand.verdict(facts)]

    def wanting(self, facts: Mapping[str, FactValue]) -> frozenset[str]:
        return self.operand.wanting(facts)


@dataclass(frozen=True)
class _Join:
    """Two operands of ``||`` (decided by the first met) or ``&&`` (decided by the first not met)."""

    decisive: Verdict
    left: "_Node"
    right: "_Node"

    def verdict(self, facts: Mapping[str, FactValue]) -> Verdict:
        verdicts = {self.left.verdict(facts), self.right.verdict(facts)}
        for candidate in (self.decisive, Verdict.UNKNOWN):
            if candidate in verdicts:
                return candidate
        return verdicts.pop()

    def wanting(self, facts: Mapping[str, FactValue]) -> frozenset[str]:
        if self.verdict(facts) is not Verdict.UNKNOWN:
            return frozenset()
        return self.left.wanting(facts) | self.right.wanting(facts)


_Node = _Clause | _Not | _Join


@dataclass(frozen=True)
class Rule:
    """A compiled rule. ``facts`` are the names it mentions, ``judgement`` among them when it asks a person."""

    source: str
    facts: frozenset[str]
    _root: _Node = field(repr=False, compare=False)


def compile_rule(source: str) -> Rule:
    """Compile a rule once, to be evaluated many times.

    Raises ``RuleError`` with CEL's message for a syntax error, and with a sentence of our own for whatever lies
    outside the part of CEL described at the top of this module, or for a rule that names no fact at all.
    """
    try:
        program = cel.compile(source)
    except ValueError as error:
        raise RuleError(str(error)) from error
    if "//" in source:
        raise RuleError("A rule holds no comment: write comments with # in the protocol file.")
    foreign = sorted(set(program.functions()) - OPERATORS)
    if foreign:
        raise RuleError(
            f"A rule uses comparisons, + - * /, !, && and || only; this one also uses {', '.join(foreign)}."
        )
    if not program.variables():
        raise RuleError("A rule must name at least one fact.")
    return Rule(source, frozenset(program.variables()), _parse(source))


def evaluate(rule: Rule, facts: Mapping[str, FactValue]) -> Verdict:
    """Say whether the rule is met by these facts; facts that the rule does not name are ignored.

    Unknown is returned only when a fact that the rule needs is absent, so learning one more fact never
    turns met or not met into unknown. Raises ``RuleError`` when a clause whose facts are all present cannot be
    evaluated, compares values of different kinds or does not give true or false, and when a named fact is not a
    finite number, a yes/no or a text. Whole numbers are taken as floats, because CEL does not calculate with both.
    """
    return rule._root.verdict({name: _checked(name, facts[name]) for name in rule.facts & facts.keys()})


def wanting(rule: Rule, facts: Mapping[str, FactValue]) -> frozenset[str]:
    """The absent facts that leave the rule unknown: none when it is met or not met, and never one of a part that is
    decided without it. With all of them the rule is known. Raises ``RuleError`` as ``evaluate`` does."""
    return rule._root.wanting({name: _checked(name, facts[name]) for name in rule.facts & facts.keys()})


def standing(kind: CriterionKind, verdict: Verdict) -> Standing:
    """Translate the verdict on a criterion's rule into what it means for the subject."""
    if verdict is Verdict.UNKNOWN:
        return Standing.UNKNOWN
    is_wanted = (verdict is Verdict.MET) == (kind is CriterionKind.INCLUSION)
    return Standing.SATISFIED if is_wanted else Standing.FAILED


def overall(standings: Iterable[Standing]) -> Eligibility:
    """Join the standings on all criteria: one failure decides, then one unknown. No criterion at all is unknown."""
    found = set(standings)
    if Standing.FAILED in found:
        return Eligibility.NOT_ELIGIBLE
    if found == {Standing.SATISFIED}:
        return Eligibility.ELIGIBLE
    return Eligibility.UNKNOWN


def _parse(source: str) -> _Node:
    source = source.strip()
    # The weaker operator first: a && b || c is (a && b) || c.
    for operator, decisive in (("||", Verdict.MET), ("&&", Verdict.NOT_MET)):
        if sides := _split(source, operator):
            return _Join(decisive, _parse(sides[0]), _parse(sides[1]))
    if inner := _bracketed(source):
        return _parse(inner)
    if source.startswith("!") and (inner := _bracketed(source[1:].strip())):
        return _Not(_parse(inner))
    return _clause(source)


def _clause(source: str) -> _Clause:
    program = cel.compile(source)
    if LOGIC & set(program.functions()):
        raise RuleError(f"'{source}' hides && or || inside a comparison: write each condition on its own.")
    sides = _split(source, "==") or _split(source, "!=")
    return _Clause(source, frozenset(program.variables()), program, tuple(cel.compile(side) for side in sides))


def _split(source: str, operator: str) -> tuple[str, str] | tuple[()]:
    """Both sides of the first such operator outside brackets and quotes: only there are both sides complete."""
    position = source.find(operator)
    while position >= 0:
        left, right = source[:position], source[position + len(operator) :]
        if _compiles(left) and _compiles(right):
            return left, right
        position = source.find(operator, position + 1)
    return ()


def _bracketed(source: str) -> str:
    """What stands inside one pair of brackets around everything, else nothing."""
    inner = source[1:-1]
    return inner if source.startswith("(") and source.endswith(")") and _compiles(inner) else ""


def _compiles(source: str) -> bool:
    try:
        cel.compile(source)
    except ValueError:
        return False
    return True


def _run(program: cel.Program, facts: Mapping[str, FactValue], source: str) -> object:
    try:
        return program.execute(dict(facts))
    except (ArithmeticError, RuntimeError, TypeError, ValueError) as error:
        raise RuleError(f"'{source}' cannot be evaluated: {error}") from error


def _family(value: object) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


def _checked(name: str, value: object) -> FactValue:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float) and math.isfinite(value):
        return float(value)
    raise RuleError(f"The fact {name} is {value!r}, but a fact is a finite number, a yes/no or a text.")

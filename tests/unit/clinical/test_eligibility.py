"""Rules, verdicts and standings: tables that a clinician could sign, and every way a rule can be refused."""

import pytest

from clinical.eligibility import (
    CriterionKind,
    Eligibility,
    RuleError,
    Standing,
    Verdict,
    compile_rule,
    evaluate,
    overall,
    standing,
    wanting,
)

MET, NOT_MET, UNKNOWN = Verdict.MET, Verdict.NOT_MET, Verdict.UNKNOWN

THREE_VALUES = [
    # a      b      a || b   a && b
    (True, True, MET, MET),
    (True, False, MET, NOT_MET),
    (True, None, MET, UNKNOWN),
    (False, True, MET, NOT_MET),
    (False, False, NOT_MET, NOT_MET),
    (False, None, UNKNOWN, NOT_MET),
    (None, True, MET, UNKNOWN),
    (None, False, UNKNOWN, NOT_MET),
    (None, None, UNKNOWN, UNKNOWN),
]


@pytest.mark.parametrize(("a", "b", "either", "both"), THREE_VALUES)
def test_or_and_and_follow_the_three_valued_table(a, b, either, both):
    facts = {name: value for name, value in (("a", a), ("b", b)) if value is not None}
    assert evaluate(compile_rule("a || b"), facts) is either
    assert evaluate(compile_rule("a && b"), facts) is both


@pytest.mark.parametrize(
    ("facts", "verdict"), [({"a": True}, NOT_MET), ({"a": False}, MET), ({}, UNKNOWN)], ids=["true", "false", "absent"]
)
def test_not_turns_met_and_not_met_round_and_leaves_unknown(facts, verdict):
    assert evaluate(compile_rule("!(a)"), facts) is verdict
    assert evaluate(compile_rule("!a"), facts) is verdict


@pytest.mark.parametrize(
    ("rule", "facts", "verdict"),
    [
        ("pasi > 10.0 || bsa > 10.0", {"pasi": 10.1}, MET),
        ("pasi > 10.0 || bsa > 10.0", {"pasi": 10.0}, UNKNOWN),
        ("pasi > 10.0 || bsa > 10.0", {"pasi": 10.0, "bsa": 10.0}, NOT_MET),
        ("age >= 18.0 && age <= 65.0", {"age": 65.0}, MET),
        ("age >= 18.0 && age <= 65.0", {"age": 65.5}, NOT_MET),
        ("sas > 50.0 || judgement", {"judgement": False}, UNKNOWN),
        ("a && b || c", {"c": True}, MET),
        ("a && (b || c)", {"c": True}, UNKNOWN),
        ("a || b || c", {"b": True}, MET),
        ("!(a && b) && c", {"a": False, "c": True}, MET),
        ("sex == 'F || M'", {"sex": "F || M"}, MET),
        ("sex != 'F'", {"sex": "M"}, MET),
        ("-a + b * 2.0 - c / 4.0 < 0.0", {"a": 9.0, "b": 2.0, "c": 8.0}, MET),
        ("(a > 1.0) == b", {"a": 2.0, "b": True}, MET),
    ],
)
def test_a_rule_gives_this_verdict(rule, facts, verdict):
    assert evaluate(compile_rule(rule), facts) is verdict


def test_a_whole_number_counts_as_its_float():
    assert evaluate(compile_rule("age + 1.0 > 18.0"), {"age": 18}) is MET


def test_facts_that_the_rule_does_not_name_are_ignored():
    assert evaluate(compile_rule("a > 1.0"), {"a": 2.0, "other": float("nan")}) is MET


def test_a_rule_names_its_facts_and_keeps_its_source():
    rule = compile_rule("sas > 50.0 || judgement")
    assert (rule.source, rule.facts) == ("sas > 50.0 || judgement", frozenset({"sas", "judgement"}))


def test_a_wrong_kind_is_an_error_even_where_another_clause_is_met():
    with pytest.raises(RuleError, match=r"'pasi > 10\.0' cannot be evaluated"):
        evaluate(compile_rule("pasi > 10.0 || judgement"), {"pasi": "twelve", "judgement": True})


@pytest.mark.parametrize("rule", ["pasi > 10.0 || bsa > 10.0", "bsa > 10.0 || pasi > 10.0"])
def test_a_wrong_kind_is_an_error_even_where_another_fact_is_absent(rule):
    with pytest.raises(RuleError, match="cannot be evaluated"):
        evaluate(compile_rule(rule), {"pasi": True})


@pytest.mark.parametrize(
    ("rule", "facts", "message"),
    [
        ("a == 1.0", {"a": "1"}, "'a == 1.0' compares values of different kinds"),
        ("a != b", {"a": True, "b": 1.0}, "compares values of different kinds"),
        ("a == null", {"a": 1.0}, "compares values of different kinds"),
        ("a", {"a": 2.0}, "gives 2.0, but a condition must give true or false"),
        ("a + 1.0", {"a": 2.0}, "gives 3.0"),
        ("a > 1.0 && 1 / 0 == 1", {"a": 0.0}, "division by zero"),
        ("a.b > 1.0", {"a": 2.0}, "cannot be evaluated"),
        ("a > 1.0", {"a": float("nan")}, "The fact a is nan"),
        ("a > 1.0", {"a": float("inf")}, "The fact a is inf"),
        ("a > 1.0", {"a": None}, "The fact a is None"),
    ],
)
def test_a_clause_that_goes_wrong_is_never_swallowed(rule, facts, message):
    with pytest.raises(RuleError, match=message):
        evaluate(compile_rule(rule), facts)


def test_whole_and_fractional_numbers_are_of_the_same_kind():
    assert evaluate(compile_rule("a == 1"), {"a": 1.0}) is MET


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("a >", "Syntax error"),
        ("", "Syntax error"),
        ("a > 1.0 // || b", "holds no comment"),
        ("a ? b : c", r"also uses _\?_:_"),
        ("a in ['x']", "also uses @in"),
        ("age(birth) > 18.0", "also uses age"),
        ("[1.0].exists(x, x > a)", "also uses @not_strictly_false"),
        ("1.0 > 2.0", "at least one fact"),
        ("(a || b) == c", r"'\(a \|\| b\) == c' hides && or \|\| inside"),
        ("!!(a && b)", "hides && or"),
    ],
)
def test_a_rule_is_refused_when_compiled(source, message):
    with pytest.raises(RuleError, match=message):
        compile_rule(source)


@pytest.mark.parametrize(
    ("kind", "verdict", "expected"),
    [
        (CriterionKind.INCLUSION, MET, Standing.SATISFIED),
        (CriterionKind.INCLUSION, NOT_MET, Standing.FAILED),
        (CriterionKind.INCLUSION, UNKNOWN, Standing.UNKNOWN),
        (CriterionKind.EXCLUSION, MET, Standing.FAILED),
        (CriterionKind.EXCLUSION, NOT_MET, Standing.SATISFIED),
        (CriterionKind.EXCLUSION, UNKNOWN, Standing.UNKNOWN),
    ],
)
def test_standing_of_a_verdict(kind, verdict, expected):
    assert standing(kind, verdict) is expected


@pytest.mark.parametrize(
    ("standings", "expected"),
    [
        (["satisfied", "satisfied"], Eligibility.ELIGIBLE),
        (["satisfied", "unknown"], Eligibility.UNKNOWN),
        (["unknown", "failed"], Eligibility.NOT_ELIGIBLE),
        (["satisfied", "failed"], Eligibility.NOT_ELIGIBLE),
        (["failed", "unknown", "satisfied"], Eligibility.NOT_ELIGIBLE),
        ([], Eligibility.UNKNOWN),
    ],
)
def test_overall_eligibility(standings, expected):
    assert overall(map(Standing, standings)) is expected


@pytest.mark.parametrize(
    ("rule", "facts", "missing"),
    [
        ("calcium > 2.9 || calcium < 2.0", {}, {"calcium"}),
        ("calcium > 2.9 || calcium < 2.0", {"calcium": 2.4}, set()),
        ("pasi > 10.0 || bsa > 10.0", {"pasi": 10.1}, set()),
        ("pasi > 10.0 || bsa > 10.0", {"pasi": 10.0}, {"bsa"}),
        ("ongoing || past && days < 14.0", {"ongoing": False, "past": False}, set()),
        ("ongoing || past && days < 14.0", {"ongoing": False, "past": True}, {"days"}),
        ("ongoing || past && days < 14.0", {"ongoing": False}, {"past", "days"}),
        ("(a && b) || (c && d)", {"a": False, "c": True}, {"d"}),
        ("!(a || b) && c", {"a": True}, set()),
        ("!(a || b) && c", {"a": False, "c": True}, {"b"}),
        ("sas > 50.0 || judgement", {"sas": 20.0}, {"judgement"}),
    ],
)
def test_what_is_wanting_is_exactly_what_would_decide_the_rule(rule, facts, missing):
    assert wanting(compile_rule(rule), facts) == missing

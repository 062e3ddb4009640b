"""Generated rules and facts: knowing more never makes less known, and CEL agrees where all is known."""

import cel
from hypothesis import given
from hypothesis import strategies as st

from clinical.eligibility import (
    CriterionKind,
    Eligibility,
    Standing,
    Verdict,
    compile_rule,
    evaluate,
    overall,
    standing,
    wanting,
)

NUMBERS = ("pasi", "bsa", "age")
ANSWERS = ("consent", "judgement")

clauses = st.one_of(
    st.builds(
        "{} {} {}.0".format,
        st.sampled_from(NUMBERS),
        st.sampled_from(["<", "<=", ">", ">=", "==", "!="]),
        st.integers(0, 3),
    ),
    st.builds("{} == {}".format, st.sampled_from(NUMBERS), st.sampled_from(NUMBERS)),
    st.sampled_from(ANSWERS),
    st.sampled_from(["word == 'a || b'", "word != 'a && (b'"]),
)
rules = st.recursive(
    clauses,
    lambda inner: st.one_of(
        st.builds("{} || {}".format, inner, inner),
        st.builds("{} && {}".format, inner, inner),
        st.builds("({})".format, inner),
        st.builds("!({})".format, inner),
    ),
    max_leaves=8,
)
complete_facts = st.fixed_dictionaries(
    {name: st.sampled_from([0.0, 1.0, 2.0, 3.0]) for name in NUMBERS}
    | {name: st.booleans() for name in ANSWERS}
    | {"word": st.sampled_from(["a || b", "a && (b", "c"])}
)


@given(rules, complete_facts)
def test_with_all_facts_the_verdict_is_what_cel_says(source, facts):
    expected = Verdict.MET if cel.compile(source).execute(facts) else Verdict.NOT_MET
    assert evaluate(compile_rule(source), facts) is expected


@given(rules, complete_facts, st.data())
def test_a_further_fact_never_changes_a_known_verdict(source, facts, data):
    rule = compile_rule(source)
    known = data.draw(st.sets(st.sampled_from(sorted(facts))))
    before = evaluate(rule, {name: facts[name] for name in known})
    more = known | data.draw(st.sets(st.sampled_from(sorted(facts))))
    after = evaluate(rule, {name: facts[name] for name in more})
    assert before is Verdict.UNKNOWN or after is before


@given(rules, complete_facts, st.data())
def test_unknown_only_while_a_named_fact_is_absent(source, facts, data):
    rule = compile_rule(source)
    known = data.draw(st.sets(st.sampled_from(sorted(facts))))
    if evaluate(rule, {name: facts[name] for name in known}) is Verdict.UNKNOWN:
        assert rule.facts - known


@given(rules, complete_facts, st.data())
def test_a_known_verdict_is_also_what_cel_says_when_it_can(source, facts, data):
    known = data.draw(st.sets(st.sampled_from(sorted(facts))))
    given_facts = {name: facts[name] for name in known}
    verdict = evaluate(compile_rule(source), given_facts)
    try:
        expected = Verdict.MET if cel.compile(source).execute(given_facts) else Verdict.NOT_MET
    except RuntimeError:
        expected = Verdict.UNKNOWN
    assert verdict is expected


@given(rules, complete_facts, st.data())
def test_adding_one_fact_never_turns_met_or_not_met_into_unknown(source, facts, data):
    rule = compile_rule(source)
    known = {}
    verdicts = [evaluate(rule, known)]
    for name in data.draw(st.permutations(sorted(facts))):
        known[name] = facts[name]
        verdicts.append(evaluate(rule, known))
    settled = verdicts[-1]
    assert settled is not Verdict.UNKNOWN
    first_known = verdicts.index(settled)
    assert verdicts == [Verdict.UNKNOWN] * first_known + [settled] * (len(verdicts) - first_known)


@given(rules, complete_facts, st.data())
def test_a_fact_that_the_rule_does_not_name_changes_nothing(source, facts, data):
    rule = compile_rule(source)
    known = data.draw(st.sets(st.sampled_from(sorted(facts))))
    with_strangers = {name: facts[name] for name in known} | {"stranger": data.draw(st.booleans())}
    named_only = {name: facts[name] for name in known & rule.facts}
    assert evaluate(rule, with_strangers) is evaluate(rule, named_only)


@given(rules, rules, complete_facts, st.data())
def test_negation_goes_through_and_and_or_also_where_facts_are_missing(one, other, facts, data):
    known = {name: facts[name] for name in data.draw(st.sets(st.sampled_from(sorted(facts))))}

    def verdict(source):
        return evaluate(compile_rule(source), known)

    assert verdict(f"!(({one}) && ({other}))") is verdict(f"!({one}) || !({other})")
    assert verdict(f"!(({one}) || ({other}))") is verdict(f"!({one}) && !({other})")


@given(rules, complete_facts, st.data())
def test_excluding_by_a_rule_is_including_by_its_negation(source, facts, data):
    known = {name: facts[name] for name in data.draw(st.sets(st.sampled_from(sorted(facts))))}
    excluding = standing(CriterionKind.EXCLUSION, evaluate(compile_rule(source), known))
    assert excluding is standing(CriterionKind.INCLUSION, evaluate(compile_rule(f"!({source})"), known))


@given(st.lists(st.tuples(st.sampled_from(CriterionKind), rules), min_size=1, max_size=4), complete_facts, st.data())
def test_a_further_fact_never_takes_back_a_decision_on_eligibility(criteria, facts, data):
    def decide(names):
        known = {name: facts[name] for name in names}
        return overall(standing(kind, evaluate(compile_rule(source), known)) for kind, source in criteria)

    known = data.draw(st.sets(st.sampled_from(sorted(facts))))
    before = decide(known)
    assert before is Eligibility.UNKNOWN or decide(facts) is before
    assert decide(facts) is not Eligibility.UNKNOWN


@given(st.lists(st.sampled_from(Standing), max_size=6), st.data())
def test_order_and_repetition_of_criteria_do_not_decide(standings, data):
    turned = data.draw(st.permutations(standings))
    assert overall(turned + standings) is overall(standings)


@given(rules, complete_facts, st.data())
def test_with_what_is_wanting_a_rule_is_known_and_without_it_never(source, facts, data):
    rule = compile_rule(source)
    known = {name: facts[name] for name in data.draw(st.sets(st.sampled_from(sorted(facts))))}
    missing = wanting(rule, known)
    assert bool(missing) == (evaluate(rule, known) is Verdict.UNKNOWN)
    assert evaluate(rule, known | {name: facts[name] for name in missing}) is not Verdict.UNKNOWN
    others = {name: value for name, value in facts.items() if name not in missing}
    assert evaluate(rule, known | others) is evaluate(rule, known)

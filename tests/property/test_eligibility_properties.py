"""Generated rules and facts: knowing more never makes less known, and CEL agrees where all is known."""

import cel
from hypothesis import given
from hypothesis import strategies as st

from clinical.eligibility import Verdict, compile_rule, evaluate

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

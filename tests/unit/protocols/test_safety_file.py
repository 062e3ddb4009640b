"""The optional file of safety: expected events, events of special interest, stopping rules."""

import pytest

from clinical.safety.stopping_rules import StoppingRule
from clinical.safety.terms import NamedTerm
from protocols.differences import Aspect, Change, Part, differences
from protocols.loader import content_hash, parse
from protocols.problems import ProtocolError
from protocols.safety_plan import ExpectedEvent, SafetyPlan, SpecialInterest

S = "safety.toml"
SAFETY = """
source = "Investigator's brochure, edition 3, section 6.2"

[[expected]]
term = "fever"
grade_at_most = 2

[[expected]]
term = "Headache"

[special_interest]
terms = ["thromboembolic_event", "Injection site  pain"]
default = true
note = "Made up."

[[stopping_rule]]
code = "SR01"
text = "Two subjects with a related event of grade 3 or more"
subjects = 2
grade_at_least = 3
related = true

[[stopping_rule]]
code = "SR02"
text = "One subject with a serious clot"
subjects = 1
serious = true
special_interest = true
terms = ["thromboembolic_event"]
default = true
note = "Made up."
"""


def plan_of(files, catalogue, safety=SAFETY):
    return parse({**files, S: safety}, catalogue).safety


def problems_of(files, catalogue, safety):
    with pytest.raises(ProtocolError) as refused:
        plan_of(files, catalogue, safety)
    return [(problem.file, problem.key, problem.message) for problem in refused.value.problems]


def test_the_plan_is_read(files, catalogue):
    assert plan_of(files, catalogue) == SafetyPlan(
        source="Investigator's brochure, edition 3, section 6.2",
        expected=(ExpectedEvent(NamedTerm("fever"), 2), ExpectedEvent(NamedTerm("Headache"), 5)),
        special_interest=SpecialInterest(
            (NamedTerm("thromboembolic_event"), NamedTerm("Injection site  pain")), True, "Made up."
        ),
        stopping_rules=(
            StoppingRule(
                code="SR01",
                text="Two subjects with a related event of grade 3 or more",
                subjects=2,
                grade_at_least=3,
                is_related=True,
            ),
            StoppingRule(
                code="SR02",
                text="One subject with a serious clot",
                subjects=1,
                is_serious=True,
                is_special_interest=True,
                terms=(NamedTerm("thromboembolic_event"),),
                is_default=True,
                note="Made up.",
            ),
        ),
    )


def test_a_protocol_without_the_file_is_valid_and_says_nothing(files, catalogue):
    assert parse(files, catalogue).safety == SafetyPlan()


def test_a_stored_version_opens_with_the_file_and_without(files):
    assert parse(files, None).safety == SafetyPlan()
    assert len(parse({**files, S: SAFETY}, None).safety.stopping_rules) == 2


def test_the_file_is_part_of_the_fingerprint(files):
    assert content_hash(files) != content_hash({**files, S: SAFETY})


@pytest.mark.parametrize(
    ("term", "grade", "expected"),
    [("fever", 2, True), ("fever", 3, False), ("headache", 5, True), ("chills", 1, False)],
)
def test_an_event_is_expected_up_to_its_grade(files, catalogue, term, grade, expected):
    assert plan_of(files, catalogue).expects(term, grade) is expected


def test_without_reference_safety_information_nothing_is_known_to_be_expected():
    assert SafetyPlan().expects("fever", 1) is None


def test_events_of_special_interest_are_named_by_code_or_in_words(files, catalogue):
    plan = plan_of(files, catalogue)
    named = ("thromboembolic_event", "injection site pain", "fever")
    assert [plan.is_of_special_interest(term) for term in named] == [True, True, False]


@pytest.mark.parametrize(
    ("old", "new", "key", "message"),
    [
        (SAFETY, "", "", "says nothing"),
        (SAFETY, "[[expected", "", "is not valid TOML"),
        ("source =", "sources =", "source", "is missing"),
        ("grade_at_most = 2", "grade_at_most = 6", "expected[fever].grade_at_most", "must be 5 or less"),
        ("grade_at_least = 3", "grade_at_least = 0", "stopping_rule[SR01].grade_at_least", "must be 1 or more"),
        ("subjects = 2", "subjects = 0", "stopping_rule[SR01].subjects", "must be 1 or more"),
        ("subjects = 2", "subjects = 8", "stopping_rule[SR01].subjects", "only 7 subjects are planned"),
        ("related = true", "related = 1", "stopping_rule[SR01].related", "must be true or false"),
        ("related = true", "relation = true", "stopping_rule[SR01].relation", "is not a key known here"),
        ("[special_interest]", "[special_intrest]", "special_intrest", "is not a key known here"),
        ('"SR02"', '"SR01"', "stopping_rule", "names 'SR01' more than once"),
        ('term = "Headache"', 'term = "FEVER"', "expected", "names 'fever' more than once"),
        ('term = "Headache"', 'term = "head_ache"', "expected[head_ache].term", "'head_ache' is not a term known"),
        ('term = "Headache"', 'term = "other"', "expected[other].term", "'other' is not a term known"),
        (
            '["thromboembolic_event", "Injection',
            '["Fever", "fever", "Injection',
            "special_interest.terms",
            "'fever' mo",
        ),
        ('["thromboembolic_event"]', '["thrombosis_"]', "stopping_rule[SR02].terms", "'thrombosis_' is not a term"),
        ('["thromboembolic_event", "Injection site  pain"]', "[]", "special_interest.terms", "is empty"),
        (
            'serious = true\nspecial_interest = true\nterms = ["thromboembolic_event"]',
            'grade_at_least = 4\nterms = ["chills"]',
            "stopping_rule[SR02].grade_at_least",
            "none of the terms has so high a grade",
        ),
    ],
)
def test_each_mistake_is_one_problem_with_its_place(files, catalogue, old, new, key, message):
    assert SAFETY.count(old) == 1
    broken = SAFETY.replace(old, new)
    if "Fever" in new and "Headache" not in old:
        broken = broken.replace('[[expected]]\nterm = "fever"\ngrade_at_most = 2', "")
    found = [problem for problem in problems_of(files, catalogue, broken) if problem[1] == key]
    [(file, _key, said)] = found
    assert file == S
    assert message in said


def test_all_mistakes_are_reported_together(files, catalogue):
    broken = SAFETY.replace("subjects = 2", "subjects = 0").replace('term = "fever"', 'term = "fe_ver"')
    broken = broken.replace("default = true\nnote", "default = true\nnotes", 1)
    assert [key for _file, key, _message in problems_of(files, catalogue, broken)] == [
        "expected[fe_ver].term",
        "special_interest.note",
        "special_interest.notes",
        "stopping_rule[SR01].subjects",
    ]


def test_a_rule_on_words_may_ask_for_any_grade(files, catalogue):
    words = SAFETY.replace('terms = ["thromboembolic_event"]\ndefault', 'grade_at_least = 5\nterms = ["Clot"]\ndefault')
    assert plan_of(files, catalogue, words).stopping_rules[1].grade_at_least == 5


def test_a_plan_that_comes_later_is_a_difference(files, catalogue):
    without, with_plan = parse(files, catalogue), parse({**files, S: SAFETY}, catalogue)
    assert [(found.part, found.code, found.change) for found in differences(without, with_plan)] == [
        (Part.SAFETY, "", Change.ADDED),
        (Part.STOPPING_RULE, "SR01", Change.ADDED),
        (Part.STOPPING_RULE, "SR02", Change.ADDED),
    ]


@pytest.mark.parametrize(
    ("old", "new", "part", "aspect"),
    [
        ("edition 3", "edition 4", Part.SAFETY, Aspect.REFERENCE),
        ("grade_at_most = 2", "grade_at_most = 3", Part.SAFETY, Aspect.EXPECTED),
        ('"Injection site  pain"', '"Pain"', Part.SAFETY, Aspect.SPECIAL_INTEREST),
        ('"Two subjects with', '"Some subjects with', Part.STOPPING_RULE, Aspect.TEXT),
        ("subjects = 2", "subjects = 3", Part.STOPPING_RULE, Aspect.LIMIT),
        ("related = true", "related = false", Part.STOPPING_RULE, Aspect.EVENTS),
        ("serious = true\n", "", Part.STOPPING_RULE, Aspect.EVENTS),
    ],
)
def test_what_is_otherwise_is_named(files, catalogue, old, new, part, aspect):
    assert SAFETY.count(old) == 1
    one = parse({**files, S: SAFETY}, catalogue)
    other = parse({**files, S: SAFETY.replace(old, new)}, catalogue)
    assert [(found.part, found.aspects) for found in differences(one, other)] == [(part, (aspect,))]


def test_the_order_and_the_spelling_of_terms_are_no_difference(files, catalogue):
    same = SAFETY.replace('"Injection site  pain"', '"injection SITE pain"').replace('"Headache"', '"headache"')
    assert differences(parse({**files, S: SAFETY}, catalogue), parse({**files, S: same}, catalogue)) == ()

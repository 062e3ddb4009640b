from hypothesis import given
from hypothesis import strategies as st

from clinical.scoring.dlqi import (
    DEGREE_ITEMS,
    ITEMS_ALWAYS_RELEVANT,
    TROUBLE_DEGREES,
    Answers,
    Degree,
    Effect,
    KeptFromWork,
    dlqi_total,
    effect_of,
    item_scores,
    section_scores,
)

DEGREES = (Degree.NONE, Degree.SLIGHT, Degree.STRONG, Degree.VERY_STRONG)


def answered(*, may_be_missing: bool) -> st.SearchStrategy[Answers]:
    def one_of(codes: tuple[Degree, ...]) -> st.SearchStrategy[Degree | None]:
        return st.sampled_from((*codes, None) if may_be_missing else codes)

    degrees = {item: one_of(DEGREES if item in ITEMS_ALWAYS_RELEVANT else tuple(Degree)) for item in DEGREE_ITEMS}
    kept: tuple[KeptFromWork | None, ...] = (*KeptFromWork, None) if may_be_missing else tuple(KeptFromWork)
    return st.builds(
        Answers,
        degrees=st.fixed_dictionaries(degrees),
        kept_from_work=st.sampled_from(kept),
        trouble_at_work=st.sampled_from((*TROUBLE_DEGREES, None)),
    )


@given(answered(may_be_missing=False))
def test_a_full_questionnaire_has_a_total_from_0_to_30_that_is_the_sum_of_its_sections(answers: Answers) -> None:
    scores = item_scores(answers)
    total, sections = dlqi_total(scores), section_scores(scores)
    assert total is not None
    assert 0 <= total <= 30
    assert total == sum(score for score in sections.values() if score is not None)
    assert None not in sections.values()


@given(answered(may_be_missing=True))
def test_there_is_a_total_exactly_when_at_most_one_item_has_no_score(answers: Answers) -> None:
    scores = item_scores(answers)
    assert (dlqi_total(scores) is None) is (list(scores.values()).count(None) > 1)


@given(answered(may_be_missing=True), st.sampled_from(DEGREE_ITEMS))
def test_a_section_has_no_score_exactly_when_one_of_its_items_has_none(answers: Answers, item: int) -> None:
    blank = Answers(
        degrees={**answers.degrees, item: None},
        kept_from_work=answers.kept_from_work,
        trouble_at_work=answers.trouble_at_work,
    )
    before, after = section_scores(item_scores(answers)), section_scores(item_scores(blank))
    changed = {section for section in before if before[section] != after[section]}
    assert len(changed) <= 1
    assert all(after[section] is None for section in changed)


@given(answered(may_be_missing=False), st.sampled_from(DEGREE_ITEMS))
def test_a_stronger_answer_never_lowers_the_total(answers: Answers, item: int) -> None:
    totals = []
    for degree in DEGREES:
        changed = Answers(
            degrees={**answers.degrees, item: degree},
            kept_from_work=answers.kept_from_work,
            trouble_at_work=answers.trouble_at_work,
        )
        totals.append(dlqi_total(item_scores(changed)) or 0)
    assert totals == list(range(totals[0], totals[0] + 4))


@given(st.integers(0, 29))
def test_a_higher_total_never_means_a_smaller_effect(total: int) -> None:
    order = list(Effect)
    assert order.index(effect_of(total)) <= order.index(effect_of(total + 1))

"""What one version of a protocol changes against another."""

from dataclasses import replace

import pytest

from protocols.differences import ASPECTS, Aspect, Change, Part, differences
from protocols.loader import parse

P, A, V, C, N = "protocol.toml", "arms.toml", "visits.toml", "criteria.toml", "endpoints.toml"
W8 = """
[[visit]]
code = "W8"
name = "Week 8"
name_zh = "访视"
epoch = "after"
relative_to = "W0"
target = "P8W"
pre_window = "P3D"
post_window = "P3D"
forms = []
"""
EXAMPLES = """
[[example]]
name = "Not asked yet"
consent_on = 2024-01-01
facts = { consent_given = true }
expected_eligibility = "unknown"
"""
W4_BEFORE = 'epoch = "before"\nrelative_to = "W0"\ntarget = "P28D"'


def found(files, catalogue, file, old, new):
    """The differences after a text of one file is put in place of another that stands there once."""
    assert files[file].count(old) == 1
    changed = {**files, file: files[file].replace(old, new)}
    return differences(parse(files, catalogue), parse(changed, catalogue))


def test_the_same_protocol_differs_in_nothing(files, catalogue):
    assert differences(parse(files, catalogue), parse(files, catalogue)) == ()


def test_another_version_number_and_other_sources_are_no_difference(files, catalogue):
    assert found(files, catalogue, P, 'version = "1.0"', 'version = "1.1"') == ()
    assert found(files, catalogue, P, '"Made up"', '"Made up again"') == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "part", "code", "aspect"),
    [
        (P, '"A small trial"', '"Another trial"', Part.TRIAL, "", Aspect.TITLE),
        (P, '"Small"', '"Smaller"', Part.TRIAL, "", Aspect.TITLE),
        (P, '"A hospital"', '"Two hospitals"', Part.TRIAL, "", Aspect.SPONSOR),
        (P, '"Phase 1"', '"Phase 2"', Part.TRIAL, "", Aspect.PHASE),
        (P, '"Interventional"', '"Interventional, open"', Part.TRIAL, "", Aspect.DESIGN),
        (P, "planned_subjects = 7", "planned_subjects = 8", Part.TRIAL, "", Aspect.PLANNED_SUBJECTS),
        (P, "reminder_days_before = 3", "reminder_days_before = 4", Part.TRIAL, "", Aspect.REMINDER),
        (P, "= 3", "= 3\nreminder_days_before_closing = 1", Part.TRIAL, "", Aspect.REMINDER),
        (P, 'anchor = "W0"', 'anchor = "W0"\npga_levels = 5', Part.TRIAL, "", Aspect.PGA_SCALE),
        (A, 'stratified_by = ["site"]', "stratified_by = []", Part.ALLOCATION, "", Aspect.STRATA),
        (A, 'name = "Tablet"', 'name = "Pill"', Part.ARM, "TABLET", Aspect.NAME),
        (A, '"A tablet"', '"A pill"', Part.ARM, "TABLET", Aspect.PRODUCT),
        (A, '"intravenous"', '"subcutaneous"', Part.ARM, "CELLS", Aspect.ROUTE),
        (A, "500_000", "1_000_000", Part.ARM, "CELLS", Aspect.DOSE),
        (A, "dose_mg_low = 5", "dose_mg_low = 10", Part.ARM, "TABLET", Aspect.DOSE),
        (A, "dose_mg_high = 25", "dose_mg_high = 20", Part.ARM, "TABLET", Aspect.DOSE),
        (A, "share = 2", "share = 3", Part.ARM, "TABLET", Aspect.SHARE),
        (V, 'name = "After"', 'name = "Later"', Part.EPOCH, "after", Aspect.NAME),
        (V, '"Week 4"', '"Week four"', Part.VISIT, "W4", Aspect.NAME),
        (V, 'epoch = "after"\nrelative_to = "W0"\ntarget = "P28D"', W4_BEFORE, Part.VISIT, "W4", Aspect.EPOCH),
        (V, '"P28D"', '"P29D"', Part.VISIT, "W4", Aspect.TARGET),
        (V, '"P27D"', '"P20D"', Part.VISIT, "SCR", Aspect.WINDOW),
        (V, '"P13D"', '"P12D"', Part.VISIT, "W0", Aspect.WINDOW),
        (V, '["pasi", "bsa", "tablet"]', '["pasi", "tablet"]', Part.VISIT, "W4", Aspect.FORMS),
        (V, "forms = []", "forms = []\nby_phone = true", Part.VISIT, "W8", Aspect.BY_PHONE),
        (V, '"Unscheduled visit"', '"Further visit"', Part.OUTSIDE, "UNS", Aspect.NAME),
        (V, 'forms = ["pasi"]', "forms = []", Part.OUTSIDE, "ET", Aspect.FORMS),
        (V, '"HEAD", "TRUNK"]', '"TRUNK"]', Part.PANEL, "bsa", Aspect.LINES),
        (C, '"PASI > 10"', '"PASI over 10"', Part.CRITERION, "IN01", Aspect.TEXT),
        (C, "pasi_total > 10.0", "pasi_total > 12.0", Part.CRITERION, "IN01", Aspect.RULE),
        (C, '"Is there anxiety?"', '"Is there any anxiety?"', Part.CRITERION, "EX01", Aspect.QUESTION),
        (N, '"PASI-75"', '"PASI 75"', Part.ENDPOINT, "PASI75", Aspect.NAME),
        (N, '"primary"', '"other"', Part.ENDPOINT, "PASI75", Aspect.ROLE),
        (N, "improvement_at_least = 75", "improvement_at_least = 90", Part.ENDPOINT, "PASI75", Aspect.MEASURE),
        (N, '"4 weeks"\n\n', '"Week 4"\n\n', Part.ENDPOINT, "PASI75", Aspect.TIME_FRAME),
    ],
)
def test_a_changed_thing_is_named_with_the_one_aspect_that_is_otherwise(
    files, catalogue, file, old, new, part, code, aspect
):
    [difference] = found(files, catalogue, file, old, new)
    assert (difference.part, difference.code, difference.change) == (part, code, Change.CHANGED)
    assert difference.aspects == (aspect,)
    assert difference.thing is difference.after
    read = ASPECTS[part][aspect]
    assert read(difference.before) != read(difference.after)


def test_several_aspects_of_a_thing_are_named_together(files, catalogue):
    old = 'target = "P28D"\npre_window = "P3D"\npost_window = "P3D"\nforms = ["pasi", "bsa", "tablet"]'
    new = 'target = "P30D"\npre_window = "P2D"\npost_window = "P3D"\nforms = ["pasi", "tablet"]'
    [difference] = found(files, catalogue, V, old, new)
    assert difference.aspects == (Aspect.TARGET, Aspect.WINDOW, Aspect.FORMS)


def test_another_anchor_and_other_treatment_visits_are_named(files, catalogue):
    protocol = parse(files, catalogue)
    cells, tablet = protocol.arms
    other = replace(protocol, anchor="W4", arms=(cells, replace(tablet, dosing_visits=("W4",))))
    assert [(each.code, each.aspects) for each in differences(protocol, other)] == [
        ("", (Aspect.ANCHOR,)),
        ("TABLET", (Aspect.TREATMENT_VISITS,)),
    ]


def test_the_notice_before_closing_written_out_is_no_difference(files, catalogue):
    assert found(files, catalogue, P, "= 3", "= 3\nreminder_days_before_closing = 3") == ()


def test_the_order_of_forms_is_no_difference(files, catalogue):
    assert found(files, catalogue, V, '["pasi", "bsa", "tablet"]', '["tablet", "bsa", "pasi"]') == ()


def test_the_order_of_lines_is_no_difference(files, catalogue):
    assert found(files, catalogue, V, '"HEAD", "TRUNK"]', '"TRUNK", "HEAD"]') == ()


def test_a_visit_that_came_and_one_that_went_are_named(files, catalogue):
    assert W8 in files[V]
    [gone] = found(files, catalogue, V, W8, "")
    assert (gone.part, gone.code, gone.change, gone.aspects) == (Part.VISIT, "W8", Change.REMOVED, ())
    assert gone.thing is gone.before
    [came] = differences(parse({**files, V: files[V].replace(W8, "")}, catalogue), parse(files, catalogue))
    assert (came.code, came.change, came.thing) == ("W8", Change.ADDED, came.after)


def test_what_was_removed_comes_after_what_is_left_of_its_part(files, catalogue):
    renamed = files[C].replace('code = "IN01"', 'code = "IN09"')
    changed = {**files, C: renamed, "examples.toml": files["examples.toml"].replace("IN01", "IN09")}
    found = differences(parse(files, catalogue), parse(changed, catalogue))
    assert [(each.code, each.change) for each in found] == [("IN09", Change.ADDED), ("IN01", Change.REMOVED)]


def test_randomisation_may_be_taken_up_and_given_up(files, catalogue):
    block = '[allocation]\nstratified_by = ["site"]\n'
    arms = files[A].replace(block, "").replace("share = 2\n", "")
    without = {**files, A: arms}
    one, other = parse(files, catalogue), parse(without, catalogue)
    assert [(each.part, each.change) for each in differences(one, other)] == [
        (Part.ALLOCATION, Change.REMOVED),
        (Part.ARM, Change.CHANGED),
    ]
    assert differences(other, one)[0].change is Change.ADDED


def test_an_inclusion_criterion_that_becomes_an_exclusion_criterion_differs_in_its_kind(files, catalogue):
    old = '[[inclusion]]\ncode = "IN02"'
    found = differences(
        parse(files, catalogue),
        parse(
            {**files, C: files[C].replace(old, '[[exclusion]]\ncode = "IN02"'), "examples.toml": EXAMPLES}, catalogue
        ),
    )
    assert [(each.code, each.aspects) for each in found] == [("IN02", (Aspect.KIND,))]


def test_every_part_of_a_protocol_is_compared():
    assert set(ASPECTS) == set(Part)
    assert {aspect for aspects in ASPECTS.values() for aspect in aspects} == set(Aspect)

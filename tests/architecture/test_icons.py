"""No status without a look, no icon without a drawing."""

import re
from pathlib import Path

import pytest
from django.template import Context, Template

from assessments.form_data import FormStatus
from assessments.selectors import NOT_STARTED
from clinical.eligibility import Standing
from clinical.visit_windows import VisitState
from config.templatetags.dermis_ui import STATUS_LOOKS
from patients.models import SubjectStatus
from trials.models import LotStatus
from trials.normal_ranges import RangeState
from workspace.frame import PLACES

ROOT = Path(__file__).resolve().parents[2]
ICON = re.compile(r"""\{%\s*icon\s+["']([^"']+)["']""")
ICON_NAME = re.compile(r"""icon_name=["']([^"']+)["']""")
LOOKS = [(kind, value) for kind, values in STATUS_LOOKS.items() for value in values]


def drawn() -> set[str]:
    return set(re.findall(r'<symbol[^>]*\bid="([^"]+)"', (ROOT / "static/dermis/icons.svg").read_text()))


def named_in_templates() -> set[tuple[str, str]]:
    return {
        (path.relative_to(ROOT).as_posix(), name)
        for path in (ROOT / "templates").rglob("*.html")
        for pattern in (ICON, ICON_NAME)
        for name in pattern.findall(path.read_text())
    }


def test_every_icon_that_a_template_names_is_drawn() -> None:
    named = named_in_templates()
    assert len(named) > 20
    assert {(path, name) for path, name in named if name not in drawn()} == set()


def test_every_icon_of_a_status_or_of_the_navigation_is_drawn() -> None:
    looks = {look.icon for values in STATUS_LOOKS.values() for look in values.values()}
    assert looks | {icon for _name, _label, icon, _permission in PLACES} <= drawn()


@pytest.mark.parametrize(("kind", "value"), LOOKS, ids=lambda part: part)
def test_every_status_is_shown_as_word_icon_and_tone(kind: str, value: str) -> None:
    html = Template("{% load dermis_ui %}{% status kind value %}").render(Context({"kind": kind, "value": value}))
    look = STATUS_LOOKS[kind][value]
    assert str(look.word) in html
    assert f"icons.svg#{look.icon}" in html
    assert f"tone-{look.tone}" in html


@pytest.mark.parametrize(("kind", "value"), [("form", "lost"), ("weather", "rain")])
def test_a_status_without_a_look_is_an_error_not_a_blank(kind: str, value: str) -> None:
    page = Template("{% load dermis_ui %}{% status kind value %}")
    with pytest.raises(KeyError):
        page.render(Context({"kind": kind, "value": value}))


def test_every_state_of_forms_visits_criteria_subjects_and_lots_has_a_look() -> None:
    assert set(STATUS_LOOKS["form"]) == {*FormStatus.values, NOT_STARTED}
    assert set(STATUS_LOOKS["visit"]) == {state.value for state in VisitState}
    assert set(STATUS_LOOKS["standing"]) == {standing.value for standing in Standing}
    assert set(STATUS_LOOKS["subject"]) == set(SubjectStatus.values)
    assert set(STATUS_LOOKS["lot"]) == set(LotStatus.values)
    assert set(STATUS_LOOKS["normal_range"]) == {state.value for state in RangeState}


def test_every_tone_has_its_colours() -> None:
    css = "".join(path.read_text() for path in (ROOT / "static/dermis").glob("*.css"))
    tones = {look.tone for values in STATUS_LOOKS.values() for look in values.values()}
    assert {tone for tone in tones if f".tone-{tone}" not in css} == set()

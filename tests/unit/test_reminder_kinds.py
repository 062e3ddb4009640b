"""Every kind of reminder can be written, shown and named, and every run of the schedule can be carried out."""

from itertools import pairwise

import pytest
from celery import current_app
from django.conf import settings
from django.utils.translation import override

from config.templatetags.dermis_ui import STATUS_LOOKS
from notifications.compose import compose
from notifications.kinds import KINDS, Kind, line_of, register
from notifications.models import Reminder
from tests.factories import make_kind
from trials.models import Site, Trial
from workspace.background import label_of

LANGUAGES = ("en", "zh-hans")
STAGES = [pytest.param(kind, stage, id=f"{kind.code}-{stage}") for kind in KINDS.values() for stage in kind.stages]
SCHEDULE = settings.CELERY_BEAT_SCHEDULE


def reminder(kind: Kind, stage: str) -> Reminder:
    trial = Trial(registration="NCT03265613", short_title="Cells")
    site = Site(trial=trial, code="GZ", name="Guangzhou Hospital")
    return Reminder(pk=1, kind=kind.code, stage=stage, facts=kind.example, trial=trial, site=site)


def test_there_are_kinds() -> None:
    assert {"visit_window", "consent_renewal", "eligibility", "safety_clock"} <= set(KINDS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "stage"), STAGES)
def test_every_stage_is_written_in_every_language(kind: Kind, stage: str, language: str) -> None:
    with override(language):
        line = line_of(reminder(kind, stage))
    assert line.url.startswith("/")
    for words in (line.text, line.detail):
        assert words.strip()
        assert "%(" not in words
    written = compose([reminder(kind, stage)], language=language)
    assert line.text in written.subject
    assert line.text in written.text
    assert line.detail in written.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_stages_of_a_kind_read_alike(language: str) -> None:
    with override(language):
        for kind in KINDS.values():
            texts = sorted(line_of(reminder(kind, stage)).text for stage in kind.stages)
            assert all(one != other for one, other in pairwise(texts))


@pytest.mark.parametrize(("kind", "stage"), STAGES)
def test_every_stage_has_a_look_and_fits_its_column(kind: Kind, stage: str) -> None:
    assert stage in STATUS_LOOKS["reminder"]
    for name, value in (("stage", stage), ("kind", kind.code)):
        assert 0 < len(value) <= Reminder._meta.get_field(name).max_length


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_kind_has_a_label_and_stages(kind: Kind) -> None:
    assert str(kind.label).strip()
    assert kind.stages
    assert len(set(kind.stages)) == len(kind.stages)


def test_no_two_kinds_share_a_code(monkeypatch: pytest.MonkeyPatch) -> None:
    kind = make_kind("test_kind")
    monkeypatch.setitem(KINDS, kind.code, kind)
    register(kind)
    with pytest.raises(ValueError, match="two kinds of reminders are called test_kind"):
        register(make_kind("test_kind", is_urgent=True))
    assert all(code == each.code for code, each in KINDS.items())


@pytest.mark.parametrize("name", SCHEDULE)
def test_every_run_of_the_schedule_has_a_task_and_a_label(name: str) -> None:
    current_app.loader.import_default_modules()
    assert SCHEDULE[name]["task"] in current_app.tasks
    assert str(label_of(name)).strip()


def test_every_kind_that_is_swept_is_swept_by_the_schedule() -> None:
    assert {"visit_window", "consent_renewal", "eligibility", "safety_clock"} <= set(SCHEDULE)

"""Licensed wordings: loaded once, never changed, shown from their first day on; kept with the forms asked in them."""

from datetime import date, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from assessments.registry import INSTRUMENTS
from assessments.services import Entry, mark_not_done, save_form
from assessments.wording.display import Words, words_to_ask
from assessments.wording.file import WordingError
from assessments.wording.model import QuestionnaireWording
from assessments.wording.selectors import QUESTIONNAIRES, standings, wording_for, wordings_of
from assessments.wording.services import load_wording
from audit.context import acting
from audit.history import changes
from patients.models import Visit
from tests.factories import (
    complete_form,
    correct_form,
    make_member,
    make_randomised_trial,
    make_subject,
    make_trial_asking_for,
    make_wording,
    system,
    take_place,
    values_for,
    wording_file,
)
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

TODAY = date(2026, 5, 20)
DLQI = QUESTIONNAIRES["dlqi"]


@pytest.fixture
def trial(db: None) -> Trial:
    return make_trial_asking_for("dlqi", "zung_sas")


@pytest.fixture
def visit(site: Site, coordinator: User) -> Visit:
    return take_place(make_subject(site, coordinator), "SCR", coordinator)


def entered(visit: Visit, by: User, wording: QuestionnaireWording | None, code: str = "dlqi", seen: int = 0) -> Any:
    entry = Entry(values=values_for(code, visit), assessed_on=TODAY, words=Words(wording))
    reason = "Paper read again" if seen else ""
    return save_form(
        spec=INSTRUMENTS[code], visit=visit, entry=entry, complete=True, by=by, expected_version=seen, reason=reason
    )


def load(trial: Trial, text: str) -> tuple[QuestionnaireWording, bool]:
    return load_wording(trial=trial, content=text.encode(), file_name="dlqi.toml", by=system())


def test_a_loaded_wording_says_who_loaded_what_under_which_licence(trial: Trial) -> None:
    wording, is_new = load(trial, wording_file(answers_of=("item_07",)))
    assert is_new
    wording.refresh_from_db()
    assert (wording.licence, wording.copyright) == ("Agreement 42", "(c) Nobody, invented for a test")
    assert wording.texts["item_07a"] == "Invented question item_07a, en 1.0"
    assert wording.options["item_07"]["NR"] == "Invented answer NR of item_07"
    assert wording.loaded_by == system()
    assert {change.after for change in changes(wording, ["version"])} == {"1.0"}


def test_the_same_file_twice_changes_nothing_and_another_text_under_its_version_is_refused(trial: Trial) -> None:
    first, _new = load(trial, wording_file())
    assert load(trial, wording_file()) == (first, False)
    with pytest.raises(WordingError, match=r"dlqi.toml: version: .*Give the changed text a new version"):
        load(trial, wording_file().replace("Agreement 42", "Agreement 43"))
    assert list(wordings_of(trial)) == [first]


def test_another_language_or_trial_may_use_the_same_version(trial: Trial) -> None:
    load(trial, wording_file())
    assert load(trial, wording_file(language="zh-hans"))[1]
    assert load(make_randomised_trial(), wording_file())[1]


@pytest.mark.parametrize("change", [{"licence": "Other"}, {"texts": {"item_01": "Other"}}, None])
def test_the_database_keeps_a_wording_as_it_was_loaded(trial: Trial, change: dict[str, Any] | None) -> None:
    wording = make_wording(trial)
    rows = QuestionnaireWording.objects.filter(pk=wording.pk)
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), acting(by=system(), reason="Tidy up"):
        rows.delete() if change is None else rows.update(**change)


@pytest.mark.parametrize("missing", [{"licence": ""}, {"copyright": ""}, {"texts": {}}])
def test_the_database_takes_no_wording_without_licence_statement_or_text(trial: Trial, missing: dict[str, Any]) -> None:
    good: dict[str, Any] = {"licence": "Agreement", "copyright": "(c)", "texts": {"item_01": "Invented"}}
    row = QuestionnaireWording(
        trial=trial,
        instrument="dlqi",
        language="en",
        version="1",
        valid_from=TODAY,
        loaded_by=system(),
        **good | missing,
    )
    with pytest.raises(DatabaseError, match="assessments_wording_"), transaction.atomic(), acting(by=system()):
        row.save()


def test_the_wording_of_a_day_is_the_newest_that_is_valid_in_that_language(trial: Trial) -> None:
    first = make_wording(trial, valid_from="2026-05-01")
    second = make_wording(trial, version="2.0", valid_from="2026-05-20")
    make_wording(trial, "zung_sas", version="3.0", valid_from="2026-05-20")
    make_wording(make_randomised_trial(), version="4.0", valid_from="2026-05-20")
    days = (date(2026, 4, 30), date(2026, 5, 1), date(2026, 5, 19), TODAY)
    assert [wording_for(trial, DLQI, "en", day) for day in days] == [None, first, first, second]
    assert wording_for(trial, DLQI, "zh-hans", TODAY) is None
    with CaptureQueriesContext(connection) as queries:
        wording_for(trial, DLQI, "en", TODAY)
    assert len(queries) == 1


def test_the_standing_of_every_questionnaire_and_language_is_listed(trial: Trial) -> None:
    now = make_wording(trial, valid_from="2026-05-01")
    make_wording(trial, version="3.0", valid_from="2026-07-01")
    following = make_wording(trial, version="2.0", valid_from="2026-06-01")
    found = {(s.spec.code, s.language): s for s in standings(trial, list(wordings_of(trial)), TODAY)}
    assert set(found) == {(code, language) for code in QUESTIONNAIRES for language in ("en", "zh-hans")}
    assert (found["dlqi", "en"].wording, found["dlqi", "en"].following) == (now, following)
    assert (found["dlqi", "zh-hans"].wording, found["dlqi", "zh-hans"].following) == (None, None)
    assert found["dlqi", "en"].is_in_protocol


def test_a_form_keeps_the_words_it_was_begun_in(trial: Trial, visit: Visit, coordinator: User) -> None:
    first = make_wording(trial)
    form = entered(visit, coordinator, first)
    second = make_wording(trial, version="2.0")
    assert words_to_ask(DLQI, visit, form) == Words(first)
    corrected = entered(visit, coordinator, second, seen=form.row_version)
    corrected.refresh_from_db()
    assert corrected.wording == first


def test_a_form_that_was_begun_by_topics_stays_with_topics(trial: Trial, visit: Visit, coordinator: User) -> None:
    form = complete_form(visit, "dlqi", coordinator)
    wording = make_wording(trial)
    assert words_to_ask(DLQI, visit, form) == Words(None)
    assert words_to_ask(DLQI, visit, None) == Words(wording)
    assert correct_form(visit, "dlqi", coordinator, item_01="0").wording is None


def test_a_form_that_was_not_done_is_asked_in_the_words_of_the_day(
    trial: Trial, visit: Visit, coordinator: User
) -> None:
    skipped = mark_not_done(spec=DLQI, visit=visit, reason_not_done="Asleep", by=coordinator, expected_version=0)
    wording = make_wording(trial)
    assert words_to_ask(DLQI, visit, skipped) == Words(wording)
    assert entered(visit, coordinator, wording, seen=skipped.row_version).wording == wording


def test_a_form_that_is_no_questionnaire_has_no_words(trial: Trial, visit: Visit) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert words_to_ask(INSTRUMENTS["pasi"], visit, None) is None
    assert len(queries) == 0


def test_a_visit_before_the_first_day_of_a_wording_is_asked_by_topics(site: Site, coordinator: User) -> None:
    before = TODAY - timedelta(days=1)
    visit = take_place(make_subject(site, coordinator, before), "SCR", coordinator, on=before)
    make_wording(site.trial, valid_from="2026-05-20")
    assert words_to_ask(DLQI, visit, None) == Words(None)


def test_the_words_that_a_page_showed_are_taken_and_no_others(trial: Trial, visit: Visit) -> None:
    first, _second = make_wording(trial), make_wording(trial, version="2.0")
    elsewhere, other_form = make_wording(make_randomised_trial()), make_wording(trial, "zung_sas")
    assert words_to_ask(DLQI, visit, None, {"wording": str(first.pk)}) == Words(first)
    for sent in ("", "x", "9" * 30, str(elsewhere.pk), str(other_form.pk)):
        assert words_to_ask(DLQI, visit, None, {"wording": sent}) == Words(None), sent


def test_words_of_another_trial_or_questionnaire_are_never_kept(trial: Trial, visit: Visit, coordinator: User) -> None:
    for foreign in (make_wording(make_randomised_trial()), make_wording(trial, "zung_sas")):
        with pytest.raises(ValueError, match="is no wording of"), transaction.atomic():
            entered(visit, coordinator, foreign)


def test_what_is_stored_of_the_answers_does_not_depend_on_the_words(
    trial: Trial, visit: Visit, coordinator: User, site: Site
) -> None:
    by_topics = complete_form(visit, "dlqi", coordinator)
    other = take_place(make_subject(site, coordinator), "SCR", coordinator)
    by_text = entered(other, coordinator, make_wording(trial, answers_of=("item_01",)))
    names = [item.name for item in DLQI.items] + [derived.name for derived in DLQI.derived]
    assert [getattr(by_text, name) for name in names] == [getattr(by_topics, name) for name in names]


def test_the_command_loads_a_file_for_an_administrator(trial: Trial, tmp_path: Path) -> None:
    anna, file, said = make_member("administrator", trial=trial), tmp_path / "dlqi.toml", StringIO()
    file.write_text(wording_file(), encoding="utf-8")
    words = ["--trial", trial.registration, "--file", str(file), "--by", anna.username]
    for _twice in range(2):
        call_command("load_questionnaire_wording", *words, stdout=said)
    assert said.getvalue().splitlines() == [
        "dlqi, English, version 1.0: loaded, valid from 2026-01-15.",
        "dlqi, English, version 1.0: loaded before; nothing changed.",
    ]
    assert wordings_of(trial).get().loaded_by == anna


def test_the_command_says_what_is_wrong(trial: Trial, site: Site, coordinator: User, tmp_path: Path) -> None:
    anna, file = make_member("administrator", trial=trial), tmp_path / "dlqi.toml"
    file.write_text(wording_file().replace('"Agreement 42"', '""').replace("item_03", "item_33"), encoding="utf-8")
    for registration, path, name, message in (
        ("NCT1", file, anna.username, "run load_protocol first"),
        (trial.registration, tmp_path / "none.toml", anna.username, "none.toml cannot be read: No such file"),
        (trial.registration, file, coordinator.username, "may not load wording"),
        (trial.registration, file, "nobody", "may not load wording"),
        (trial.registration, file, anna.username, r"(?s)licence: is empty.*items.item_33: .*items.item_03: is missing"),
    ):
        with pytest.raises(CommandError, match=message):
            call_command("load_questionnaire_wording", "--trial", registration, "--file", str(path), "--by", name)
    assert not wordings_of(trial).exists()

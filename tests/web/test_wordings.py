"""Licensed wording on the pages: loaded by upload, shown wherever the questionnaire is, with its copyright
statement."""

import re
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import User
from assessments.instruments.dlqi.model import Dlqi
from patients.models import Visit
from tests.factories import (
    complete_form,
    make_member,
    make_subject,
    make_trial_asking_for,
    make_wording,
    take_place,
    values_for,
    wording_file,
)
from tests.web.pages import signed_in
from trials.models import Site, Trial

pytestmark = pytest.mark.usefixtures("clock")

STATEMENT = "(c) Nobody, invented for a test"
ASKED = "Invented question item_01, en 1.0"
TOPIC = "1. Discomfort of the skin"


@pytest.fixture
def trial(db: None) -> Trial:
    return make_trial_asking_for("dlqi", "zung_sas")


@pytest.fixture
def visit(site: Site, coordinator: User) -> Visit:
    return take_place(make_subject(site, coordinator), "SCR", coordinator)


@pytest.fixture
def office(trial: Trial) -> Client:
    return signed_in(make_member("administrator", trial=trial, full_name="Anna Bauer"))


def text(response: Any) -> str:
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split()))


def of(name: str, visit: Visit, code: str = "dlqi") -> str:
    subject = visit.subject
    return reverse(f"assessments:{name}", args=[subject.site.trial.registration, subject.number, visit.code, code])


def typed(visit: Visit, code: str = "dlqi", **changed: str) -> dict[str, str]:
    values = {name: str(value) for name, value in values_for(code, visit).items()}
    return {"assessed_on": "2026-05-20", "version": "0", **values, "complete": "1", **changed}


def url(name: str, trial: Trial, *more: str) -> str:
    return reverse(f"assessments:{name}", args=[trial.registration, *more])


def upload(client: Client, trial: Trial, content: str | bytes, name: str = "dlqi.toml") -> Any:
    sent = content.encode() if isinstance(content, str) else content
    return client.post(url("load-wording", trial), {"file": SimpleUploadedFile(name, sent)}, follow=True)


def rows_of_today(page: Any) -> list[str]:
    table = re.findall(r"<tr>(.*?)</tr>", page.content.decode().split("<tbody>")[1].split("</tbody>")[0], re.DOTALL)
    return [unescape(" ".join(re.sub(r"<[^>]+>", " ", row).split())) for row in table]


def test_without_licensed_text_every_questionnaire_runs_with_neutral_topics(trial: Trial, nurse: Client) -> None:
    page = nurse.get(url("wording", trial))
    rows = rows_of_today(page)
    assert len(rows) == 6
    assert all("Neutral topics" in row for row in rows)
    assert "No licensed text yet" in text(page)
    assert "Load wording" not in text(page)


def test_an_uploaded_file_is_listed_with_version_licence_language_and_text(trial: Trial, office: Client) -> None:
    page = upload(office, trial, wording_file(language="zh-hans", answers_of=("item_07",)))
    assert page.redirect_chain == [(url("wording", trial), 302)]
    said = text(page)
    assert "version 1.0 is loaded." in said
    licensed = [row for row in rows_of_today(page) if "Licensed text" in row]
    assert len(licensed) == 1
    assert licensed[0].startswith("Dermatology Life Quality Index (DLQI) Chinese Licensed text 1.0 Agreement 42")
    for expected in ("by Anna Bauer", STATEMENT, "Invented question item_10, zh-hans 1.0", "Invented answer NR"):
        assert expected in said
    assert "was loaded before; nothing changed." in text(
        upload(office, trial, wording_file(language="zh-hans", answers_of=("item_07",)))
    )


def test_a_version_that_is_not_valid_yet_is_announced(trial: Trial, office: Client) -> None:
    row = rows_of_today(upload(office, trial, wording_file(version="7.0", valid_from="2026-06-01")))[0]
    assert "Neutral topics Version 7.0 from 2026-06-01 on." in row


def test_everything_wrong_with_a_file_is_shown_at_once(trial: Trial, office: Client) -> None:
    wrong = wording_file().replace('"Agreement 42"', '""').replace("item_03", "item_33")
    page = upload(office, trial, wrong)
    assert page.status_code == 422
    said = text(page)
    for problem in (
        "dlqi.toml: licence: is empty: write the text.",
        "dlqi.toml: items.item_33: is not known here",
        "dlqi.toml: items.item_03: is missing: add it.",
    ):
        assert problem in said
    assert not trial.questionnaire_wordings.exists()


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * 300_000, b"items = ["])
def test_what_is_no_such_file_is_refused_with_a_page(trial: Trial, office: Client, content: bytes) -> None:
    assert upload(office, trial, content).status_code == 422
    assert office.post(url("load-wording", trial)).status_code == 422


def test_the_name_of_a_file_is_shown_as_text(trial: Trial, office: Client) -> None:
    page = upload(office, trial, "x = ", name="<b>.toml").content.decode()
    assert "&lt;b&gt;.toml" in page


def test_the_empty_file_is_downloaded_under_the_name_of_questionnaire_and_language(
    trial: Trial, office: Client
) -> None:
    response = office.get(url("empty-wording", trial, "zung_sas", "zh-hans"))
    assert response.headers["Content-Disposition"] == 'attachment; filename="zung_sas.zh-hans.toml"'
    assert 'instrument = "zung_sas"' in response.content.decode()
    for wrong in (("pasi", "en"), ("nothing", "en"), ("dlqi", "fr")):
        assert office.get(url("empty-wording", trial, *wrong)).status_code == 404


def test_a_page_without_licensed_text_shows_topics_and_no_statement(visit: Visit, nurse: Client) -> None:
    page = text(nurse.get(of("form-edit", visit)))
    assert TOPIC in page
    assert STATEMENT not in page


def test_the_entry_page_asks_in_licensed_words(trial: Trial, visit: Visit, nurse: Client) -> None:
    make_wording(trial, answers_of=("item_01",))
    page = nurse.get(of("form-edit", visit))
    said = text(page)
    for expected in (ASKED, "Invented instructions, en 1.0.", "Invented answer 3 of item_01", STATEMENT):
        assert expected in said
    assert TOPIC not in said
    assert "0 · none" in said  # of the other items, whose answers the file leaves to us
    assert f'aria-label="Reason for no value: {ASKED}"' in page.content.decode()


def test_the_answers_of_a_scale_keep_their_number(trial: Trial, visit: Visit, nurse: Client, coordinator: User) -> None:
    make_wording(trial, "zung_sas", answers_of=("item_02",))
    assert "1 · Invented answer 1 of item_02" in text(nurse.get(of("form-edit", visit, "zung_sas")))
    nurse.post(of("form-edit", visit, "zung_sas"), typed(visit, "zung_sas"))
    assert "1 · Invented answer 1 of item_02" in text(nurse.get(of("form", visit, "zung_sas")))


@pytest.mark.parametrize("page", ["form-edit", "form", "form-history"])
def test_the_statement_stands_on_every_page_that_shows_the_words(
    trial: Trial, visit: Visit, nurse: Client, page: str
) -> None:
    make_wording(trial, answers_of=("item_01",))
    assert nurse.post(of("form-edit", visit), typed(visit)).status_code == 302
    said = text(nurse.get(of(page, visit)))
    assert ASKED in said
    assert "Invented answer 2 of item_01" in said
    assert STATEMENT in said
    assert "Questionnaire in English, version 1.0, used under licence Agreement 42." in said


def test_the_history_of_one_item_is_headed_by_its_question(trial: Trial, visit: Visit, nurse: Client) -> None:
    make_wording(trial)
    nurse.post(of("form-edit", visit), typed(visit))
    assert f"History of {ASKED}" in text(nurse.get(of("form-history", visit) + "?item=item_01"))


def test_what_was_typed_in_error_comes_back_in_the_words_it_was_asked_in(
    trial: Trial, visit: Visit, nurse: Client
) -> None:
    first = make_wording(trial)
    make_wording(trial, version="2.0")
    page = nurse.post(of("form-edit", visit), typed(visit, item_01="7", wording=str(first.pk)))
    assert page.status_code == 422
    assert f"{ASKED} : Select a valid choice" in text(page)
    nurse.post(of("form-edit", visit), typed(visit, wording=str(first.pk)))
    assert Dlqi.objects.get().wording == first


def test_topics_that_were_on_the_page_are_not_turned_into_licensed_words(
    trial: Trial, visit: Visit, nurse: Client
) -> None:
    assert 'name="wording"' in nurse.get(of("form-edit", visit)).content.decode()
    make_wording(trial)
    nurse.post(of("form-edit", visit), typed(visit, wording=""))
    assert Dlqi.objects.get().wording is None
    assert TOPIC in text(nurse.get(of("form", visit)))


def test_a_reader_of_another_language_sees_the_words_as_asked_with_their_language_and_our_topic(
    trial: Trial, site: Site, visit: Visit, nurse: Client
) -> None:
    wording = make_wording(trial, language="zh-hans")
    assert TOPIC in text(nurse.get(of("form-edit", visit)))  # no English text is loaded
    nurse.post(of("form-edit", visit), typed(visit, wording=str(wording.pk)))
    page = nurse.get(of("form", visit))
    assert '<span lang="zh-hans">Invented question item_01, zh-hans 1.0</span>' in page.content.decode()
    assert TOPIC in text(page)
    assert "Questionnaire in Chinese, version 1.0" in text(page)


def test_a_new_form_is_asked_in_the_language_of_the_reader(trial: Trial, site: Site, visit: Visit) -> None:
    make_wording(trial)
    make_wording(trial, language="zh-hans")
    reader = signed_in(make_member("coordinator", site, language="zh-hans"))
    reader.cookies["django_language"] = "zh-hans"
    assert "Invented question item_01, zh-hans 1.0" in text(reader.get(of("form-edit", visit)))


def test_a_review_page_of_a_form_asked_by_topics_stays_as_it_was(
    trial: Trial, visit: Visit, nurse: Client, coordinator: User
) -> None:
    complete_form(visit, "dlqi", coordinator)
    make_wording(trial)
    page = text(nurse.get(of("form", visit)))
    assert TOPIC in page
    assert STATEMENT not in page


def test_words_are_shown_as_text_whatever_they_hold(trial: Trial, visit: Visit, office: Client, nurse: Client) -> None:
    upload(office, trial, wording_file().replace("Invented question item_01", "<script>alert(1)</script>"))
    page = nurse.get(of("form-edit", visit)).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_protocol_page_leads_to_the_wording(trial: Trial, nurse: Client) -> None:
    page = nurse.get(reverse("workspace:protocol", args=[trial.registration])).content.decode()
    assert url("wording", trial) in page

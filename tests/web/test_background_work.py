"""The page of background work: what runs, what failed, which mails wait, and what a mail looks like."""

import os
from datetime import datetime, timedelta

import pytest
from celery import Celery
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django_celery_results.backends import DatabaseBackend
from django_celery_results.models import TaskResult

from accounts.models import User
from notifications import queue
from notifications.models import LastRun, Mail
from notifications.services import MAX_ATTEMPTS
from tests.factories import make_member, make_site, make_trial
from tests.web.pages import signed_in, text, words
from tests.worlds import NOW
from trials.models import Site, Trial
from workspace.background import label_of

pytestmark = pytest.mark.usefixtures("clock", "queue_that_answers")


@pytest.fixture
def queue_that_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    app = Celery("listening", broker=os.environ["REDIS_URL"], set_as_current=False)
    app.conf.task_default_queue = "of_this_test"
    monkeypatch.setattr(queue, "current_app", app)


@pytest.fixture
def administrator(trial: Trial) -> Client:
    return signed_in(make_member("administrator", trial=trial))


def of(trial: Trial, name: str = "background", *more: int) -> str:
    return reverse(f"workspace:{name}", args=[trial.registration, *more])


# --- runs -------------------------------------------------------------------------------------------------------------


def row_of(page: str, label: str) -> str:
    """What the page says about one run, to the end of its row."""
    (row,) = (row for row in page.split("<tr>") if f'<th scope="row">{label}</th>' in row)
    return row.partition("</tr>")[0]


@pytest.mark.parametrize(
    ("ago", "state"),
    [(timedelta(0), "In time"), (timedelta(minutes=3), "In time"), (timedelta(minutes=3, seconds=1), "Overdue")],
)
def test_a_run_is_overdue_when_three_of_its_turns_have_passed(
    trial: Trial, administrator: Client, ago: timedelta, state: str
) -> None:
    LastRun.objects.create(name="mails", ran_at=NOW - ago, told=7, withdrawn=0)
    row = row_of(text(administrator.get(of(trial))), "Mails")
    assert state in row
    assert f"{(NOW - ago):%Y-%m-%d %H:%M:%S}" in row
    assert 'class="num">7<' in row
    assert 'class="num">0<' in row


def test_a_run_that_never_was_is_overdue_and_has_found_nothing(trial: Trial, administrator: Client) -> None:
    row = row_of(text(administrator.get(of(trial))), "Visit windows")
    assert "Overdue" in row
    assert "Never" in row
    assert row.count('class="num">–<') == 2


def test_every_run_of_the_schedule_is_on_the_page(trial: Trial, administrator: Client) -> None:
    page = text(administrator.get(of(trial)))
    for name in settings.CELERY_BEAT_SCHEDULE:
        assert row_of(page, str(label_of(name)))


def test_the_page_says_whether_the_queue_answers(
    trial: Trial, administrator: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Queue answers 0 tasks wait" in words(administrator.get(of(trial)))
    monkeypatch.setattr(queue, "current_app", Celery("silent", broker="redis://127.0.0.1:1/0", set_as_current=False))
    page = words(administrator.get(of(trial)))
    assert "Queue does not answer" in page
    assert "tasks wait" not in page


# --- what failed ------------------------------------------------------------------------------------------------------


def kept(task_id: str, result: object, status: str) -> None:
    """As a worker keeps what became of a task."""
    backend = DatabaseBackend(app=queue.current_app)
    backend.store_result(task_id, result, status)
    TaskResult.objects.filter(task_id=task_id).update(task_name=f"patients.tasks.{task_id}")


def refused_by_the_database(site: Site) -> Exception:
    """An error that quotes the row: its second line holds the values."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE notifications_lastrun SET told = -17 WHERE name = 'secret of a row'")
    assert "secret of a row" in str(caught.value)
    return caught.value


@pytest.mark.parametrize("status", ["FAILURE", "RETRY"])
def test_a_failure_is_shown_by_its_first_line_without_the_values_of_the_row(
    site: Site, administrator: Client, status: str
) -> None:
    LastRun.objects.create(name="secret of a row", ran_at=NOW)
    kept("sweep_visit_windows", refused_by_the_database(site), status)
    page = words(administrator.get(of(site.trial)))
    assert "patients.tasks.sweep_visit_windows" in page
    assert "IntegrityError: new row for relation" in page
    assert "exc_type" not in page
    assert "secret" not in page
    assert "-17" not in page


@pytest.mark.parametrize(
    "kept_as", ["not what we know\nsecret", '["x\\nsecret"]', "null", "", '{"exc_type": "E\\nsecret"}']
)
def test_a_failure_that_was_kept_in_another_way_is_shown_by_its_first_line(
    trial: Trial, administrator: Client, kept_as: str
) -> None:
    kept("sweep_consent", ValueError("x"), "FAILURE")
    TaskResult.objects.update(result=kept_as)
    page = administrator.get(of(trial))
    assert page.status_code == 200
    assert "secret" not in text(page)


def test_what_a_task_gave_back_is_not_shown(trial: Trial, administrator: Client) -> None:
    kept("sweep_consent", "secret", "SUCCESS")
    page = words(administrator.get(of(trial)))
    assert "patients.tasks.sweep_consent Done" in page
    assert "secret" not in page
    assert "No task has failed" in page


# --- mails ------------------------------------------------------------------------------------------------------------


def mail_to(person: User, **values: object) -> Mail:
    return Mail.objects.create(**{"recipient": person, "key": "digest:2026-05-20", **values})


def test_mails_are_listed_with_state_tries_and_the_first_line_of_the_error(site: Site, administrator: Client) -> None:
    said = "SMTPDataError: (451, b'later')\nsecond line"
    mail_to(make_member("coordinator", site, full_name="Wai Ting"), text="never shown", subject="never shown")
    mail_to(make_member("coordinator", site, full_name="Fei Li"), attempts=2, last_error=said)
    mail_to(make_member("coordinator", site, full_name="Gi Up"), attempts=MAX_ATTEMPTS, last_error=said)
    mail_to(make_member("coordinator", site, full_name="Se Nt"), attempts=1, sent_at=NOW - timedelta(hours=23))
    mail_to(make_member("coordinator", site, full_name="Lo Ng"), attempts=1, sent_at=NOW - timedelta(hours=25))
    page = words(administrator.get(of(site.trial)))
    assert "3 not sent, 1 sent in the last 24 hours" in page
    assert "SMTPDataError: (451, b&#x27;later&#x27;)" in page
    for hidden in ("second line", "never shown", "Se Nt", "Lo Ng"):
        assert hidden not in page
    order = [page.index(words) for words in ("Gi Up", "Given up", "Fei Li", "Failed, tried again", "Wai Ting", "Waits")]
    assert order == sorted(order)
    assert page.count("Try again") == 2


def test_mails_to_people_of_other_trials_are_not_shown_and_not_sent_again(site: Site, administrator: Client) -> None:
    elsewhere = make_site(make_trial("NCT03424629"), "VIE")
    stranger = mail_to(make_member("coordinator", elsewhere, full_name="Some Stranger"), attempts=60, last_error="x")
    assert "Some Stranger" not in text(administrator.get(of(site.trial)))
    assert administrator.post(of(site.trial, "try-again", stranger.pk)).status_code == 404
    stranger.refresh_from_db()
    assert stranger.attempts == 60


def test_a_mail_that_was_given_up_is_tried_again(site: Site, administrator: Client) -> None:
    later = NOW + timedelta(hours=1)
    mail = mail_to(make_member("coordinator", site), attempts=MAX_ATTEMPTS, last_error="x", send_after=later)
    answer = administrator.post(of(site.trial, "try-again", mail.pk), follow=True)
    assert "The mail is tried again within a minute or two." in text(answer)
    mail.refresh_from_db()
    assert (mail.attempts, mail.send_after) == (0, NOW)


def test_who_does_not_look_after_the_system_sees_none_of_it(site: Site, nurse: Client) -> None:
    mail = mail_to(make_member("coordinator", site), attempts=1, last_error="x")
    for name in ("background", "mail-preview", "mail-as-html"):
        assert nurse.get(of(site.trial, name)).status_code == 403
    assert nurse.post(of(site.trial, "try-again", mail.pk)).status_code == 403


# --- what a mail looks like -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "visit", "html"), [("en", "Week 12", "en"), ("zh-hans", "第12周", "zh-hans"), ("xx", "Week 12", "en")]
)
def test_the_preview_shows_every_kind_in_both_languages(
    site: Site, administrator: Client, language: str, visit: str, html: str
) -> None:
    page = text(administrator.get(f"{of(site.trial, 'mail-preview')}?language={language}"))
    for words_of_it in (visit, "2.0", "IN03, EX07", "GZ Guangzhou Hospital"):
        assert words_of_it in page
    assert f'src="{of(site.trial, "mail-as-html")}?language={html}"' in page
    assert 'sandbox=""' in page
    framed = text(administrator.get(f"{of(site.trial, 'mail-as-html')}?language={language}"))
    assert f'<html lang="{html}">' in framed
    assert visit in framed
    assert not Mail.objects.exists()


def test_a_trial_without_sites_has_a_preview_too(trial: Trial, administrator: Client) -> None:
    assert "Week 12" in text(administrator.get(f"{of(trial, 'mail-preview')}?language=en"))


def test_only_the_mail_in_its_frame_may_bring_its_own_look_and_be_framed(trial: Trial, administrator: Client) -> None:
    framed = administrator.get(of(trial, "mail-as-html"))
    policy = framed.headers["Content-Security-Policy"].split("; ")
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "frame-ancestors 'self'" in policy
    assert "default-src 'self'" in policy
    assert not [rule for rule in policy if rule.startswith("script-src")]
    assert framed.headers["X-Frame-Options"] == "SAMEORIGIN"
    for name in ("mail-preview", "background"):
        page = administrator.get(of(trial, name))
        assert "unsafe-inline" not in page.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
        assert page.headers["X-Frame-Options"] == "DENY"


def test_times_are_those_of_utc(trial: Trial, administrator: Client) -> None:
    ran_at = datetime.fromisoformat("2026-05-20T11:59:30+08:00")
    LastRun.objects.create(name="beat", ran_at=ran_at)
    assert "2026-05-20 03:59:30" in text(administrator.get(of(trial)))

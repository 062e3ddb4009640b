"""The page of exports: what it says, who may open it, and the download."""

import hashlib
import io
import zipfile
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from exports.models import ExportRecord
from tests.factories import infused_subject, make_member, make_site, make_trial
from tests.web.pages import signed_in, text
from trials.models import Trial


@pytest.fixture
def manager(trial: Trial) -> User:
    return make_member("data_manager", trial=trial, full_name="Dora Manager")


def address(name: str, trial: Trial) -> str:
    return reverse(f"exports:{name}", args=[trial.registration])


def test_the_page_explains_the_zip_before_the_first_export(trial: Trial, manager: User) -> None:
    page = signed_in(manager).get(address("list", trial))
    assert page.status_code == 200
    assert "No export has been made yet" in text(page)
    assert "initials and contact details" in text(page)
    assert f'action="{address("create", trial)}"' in text(page)


@pytest.mark.parametrize("role", ["coordinator", "investigator", "monitor", "auditor"])
def test_a_role_without_the_permission_is_refused(role: str, trial: Trial, site: Any) -> None:
    client = signed_in(make_member(role, site))
    assert client.get(address("list", trial)).status_code == 403
    assert client.post(address("create", trial)).status_code == 403


def test_a_stranger_to_the_trial_finds_nothing(trial: Trial) -> None:
    client = signed_in(make_member("data_manager", trial=make_trial_of_others(trial)))
    assert client.get(address("list", trial)).status_code == 404
    assert client.post(address("create", trial)).status_code == 404


def make_trial_of_others(trial: Trial) -> Trial:
    from audit.context import acting
    from tests.factories import system

    with acting(by=system()):
        return Trial.objects.create(registration="NCT00000000", title="Another trial", short_title="Another")


def test_without_sign_in_nothing_is_shown(trial: Trial) -> None:
    response = Client().post(address("create", trial))
    assert response.status_code in (302, 401, 403)
    assert not ExportRecord.objects.exists()


def test_an_export_is_made_by_post_only(trial: Trial, manager: User) -> None:
    assert signed_in(manager).get(address("create", trial)).status_code == 405


@pytest.mark.parametrize("role", ["data_manager", "statistician", "administrator"])
def test_the_download_is_a_zip_of_the_trial(role: str, committed_db: None) -> None:
    trial = make_trial()
    site = make_site(trial)
    infused_subject(site, make_member("investigator", site))
    client = signed_in(make_member(role, trial=trial))
    response = client.post(address("create", trial))
    content = b"".join(response.streaming_content)
    record = ExportRecord.objects.get()
    assert response.status_code == 200
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == f'attachment; filename="NCT03265613_{record.made_at:%Y%m%dT%H%M%SZ}.zip"'
    assert response["Cache-Control"] == "no-store"
    assert int(response["Content-Length"]) == len(content)
    assert hashlib.sha256(content).hexdigest() == record.sha256
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"GZ-001" in archive.read("subjects.csv")


def test_earlier_exports_are_listed_with_person_rows_and_checksum(committed_db: None) -> None:
    trial = make_trial()
    make_site(trial)
    manager = make_member("data_manager", trial=trial, full_name="Dora Manager")
    client = signed_in(manager)
    client.post(address("create", trial)).close()
    page = text(client.get(address("list", trial)))
    record = ExportRecord.objects.get()
    assert "Dora Manager" in page
    assert record.sha256 in page
    assert f'<td class="num" data-label="Rows">{record.rows}</td>' in page
    assert "No export has been made yet" not in page

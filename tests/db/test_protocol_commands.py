"""`check_protocols` and `load_protocol`, as somebody who keeps a protocol runs them."""

import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit.history import event_model
from protocols.loader import STUDIES, version_folders
from trials.models import ProtocolVersion, Trial

REGISTRATION = "NCT03424629"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a protocol that a test may change."""
    copy = tmp_path / REGISTRATION / "1.0"
    shutil.copytree(STUDIES / REGISTRATION / "1.0", copy)
    return copy


def run(*command: str | Path) -> str:
    out = StringIO()
    call_command(*(str(word) for word in command), stdout=out)
    return out.getvalue()


def refusal(*command: str | Path) -> str:
    with pytest.raises(CommandError) as refused:
        run(*command)
    return str(refused.value)


def change(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old} stands {text.count(old)} times in {file}"
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def test_every_protocol_that_comes_with_dermis_is_valid_and_its_examples_come_out() -> None:
    lines = run("check_protocols").splitlines()
    assert len(lines) == len(version_folders()) >= 4
    assert all(line.endswith(" example subjects as expected.") for line in lines)


def test_a_protocol_being_written_can_be_checked_where_it_lies(folder: Path) -> None:
    assert run("check_protocols", folder).startswith(f"{REGISTRATION} 1.0: valid, ")


@pytest.mark.parametrize("command", ["check_protocols", "load_protocol"])
def test_all_mistakes_are_told_together_each_with_file_and_key(db: None, folder: Path, command: str) -> None:
    change(folder, "protocol.toml", "planned_subjects = 57", 'planned_subjects = "57"')
    change(folder, "visits.toml", 'target = "P105D"', 'target = "15 weeks"')
    change(folder, "criteria.toml", "dlqi_total >= 10.0", "dlqi_totally >= 10.0")
    lines = refusal(command, folder).splitlines()
    assert lines[0] == f"The protocol in {folder} has problems:"
    assert [line.rsplit(": ", 1)[0].split(": ")[:2] for line in lines[1:]] == [
        ["criteria.toml", "inclusion[IN03].rule"],
        ["protocol.toml", "planned_subjects"],
        ["visits.toml", "visit[W15].target"],
    ]
    assert not Trial.objects.exists()


@pytest.mark.parametrize("command", ["check_protocols", "load_protocol"])
def test_an_example_that_comes_out_otherwise_is_named_and_nothing_is_stored(
    db: None, folder: Path, command: str
) -> None:
    change(folder, "criteria.toml", "dlqi_total >= 10.0", "dlqi_total >= 29.0")
    message = refusal(command, folder)
    assert "come out otherwise:\nexamples.toml: " in message
    assert "IN03 is failed, expected satisfied." in message
    assert not Trial.objects.exists()


@pytest.mark.parametrize("command", ["check_protocols", "load_protocol"])
def test_a_folder_that_is_not_there_or_no_folder_is_said_plainly(db: None, folder: Path, command: str) -> None:
    for wrong in (folder.with_name("9.9"), folder / "arms.toml"):
        assert refusal(command, wrong).startswith(f"There is no folder {wrong}.")


def test_check_protocols_goes_on_after_a_broken_folder(folder: Path, tmp_path: Path) -> None:
    change(folder, "arms.toml", "dose_mg_low = 5", "dose_mg_low = 50")
    missing = tmp_path / "nowhere"
    message = refusal("check_protocols", folder, missing)
    assert "arms.toml: arm[MTX].dose_mg_high: is below dose_mg_low" in message
    assert f"There is no folder {missing}." in message


def test_a_protocol_is_stored_with_its_trial(db: None, folder: Path) -> None:
    assert run("load_protocol", folder) == f"{REGISTRATION} v1.0 stored.\n"
    stored = ProtocolVersion.objects.get()
    assert stored.trial.registration == REGISTRATION
    assert stored.files["arms.toml"] == (folder / "arms.toml").read_text(encoding="utf-8")


def test_a_folder_may_be_named_from_inside_it(db: None, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert run("load_protocol", ".") == f"{REGISTRATION} v1.0 stored.\n"


def test_the_same_content_twice_changes_nothing(db: None, folder: Path) -> None:
    run("load_protocol", folder)
    before = list(ProtocolVersion.objects.values())
    assert run("load_protocol", folder) == f"{REGISTRATION} v1.0 is stored already; nothing changed.\n"
    assert list(ProtocolVersion.objects.values()) == before
    for model in (Trial, ProtocolVersion):
        assert event_model(model)._default_manager.count() == 1


def test_changed_files_under_a_stored_version_are_refused_with_what_to_do(db: None, folder: Path) -> None:
    run("load_protocol", folder)
    before = list(ProtocolVersion.objects.values())
    change(folder, "protocol.toml", "planned_subjects = 57", "planned_subjects = 60")
    message = refusal("load_protocol", folder)
    assert message.startswith(f"{REGISTRATION} v1.0 is stored with other content and cannot be replaced.")
    assert f"Copy the folder to {REGISTRATION}/<new version>" in message
    assert list(ProtocolVersion.objects.values()) == before


def test_the_changed_files_are_stored_as_a_new_version_beside_the_old(db: None, folder: Path) -> None:
    run("load_protocol", folder)
    amended = folder.with_name("1.1")
    shutil.copytree(folder, amended)
    change(amended, "protocol.toml", 'version = "1.0"', 'version = "1.1"')
    change(amended, "protocol.toml", "planned_subjects = 57", "planned_subjects = 60")
    assert run("load_protocol", amended) == f"{REGISTRATION} v1.1 stored.\n"
    assert list(ProtocolVersion.objects.values_list("version", flat=True)) == ["1.0", "1.1"]


def test_a_folder_named_otherwise_than_its_protocol_is_refused(db: None, folder: Path) -> None:
    other = folder.rename(folder.with_name("1.1"))
    message = refusal("load_protocol", other)
    assert "protocol.toml: version: is '1.0', but the folder is named '1.1': make them agree." in message

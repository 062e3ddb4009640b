"""docker-compose.yml, Dockerfile, .env.example and the settings speak of the same variables, programs and folders."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from celery import Celery
from django.conf import settings
from django.core.management import get_commands
from django.utils.module_loading import import_string

import config
from config.settings.environment import base_url, listed

ROOT = Path(__file__).resolve().parents[2]
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "dermis"}
DOCKERFILE = (ROOT / "Dockerfile").read_text()
EXPLAINED = set(re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
SUBSTITUTED = re.compile(r"\$\{([A-Z_]+)(?:(:[-?])([^}]*))?\}")
# Read by the programs of these images themselves.
READ_BY_IMAGES = {"postgres": {"POSTGRES_PASSWORD", "POSTGRES_INITDB_ARGS"}, "valkey": {"REDISCLI_AUTH"}}
SECRET = re.compile(r"PASSWORD|SECRET|_KEY$|_AUTH$|_URL$")


def texts(value: Any) -> list[str]:
    """Every text below a node."""
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts(part)]
    if isinstance(value, list):
        return [text for part in value for text in texts(part)]
    return [str(value)]


def substituted() -> dict[str, set[tuple[str, str]]]:
    """The variables that the compose file takes from outside, each with what is said about its absence."""
    found: dict[str, set[tuple[str, str]]] = {}
    for text in texts(SERVICES):
        for name, kind, words in SUBSTITUTED.findall(text):
            found.setdefault(name, set()).add((kind, words))
    return found


def sources_of_ours() -> str:
    """Everything of the repository that reads the environment."""
    places = [*ROOT.glob("config/**/*.py"), *ROOT.glob("audit/*.py"), ROOT / "manage.py", *ROOT.glob("tests/**/*.py")]
    return "\n".join(path.read_text() for path in places if path != Path(__file__))


def environment_of(service: dict[str, Any]) -> dict[str, Any]:
    return dict(service.get("environment", {}))


def command_of(service: dict[str, Any]) -> list[str]:
    """What the service runs: its own command, or that of the image."""
    if "command" in service:
        return [str(part) for part in service["command"]]
    words = re.search(r"^CMD \[(.*)\]", DOCKERFILE.replace("\\\n", ""), re.MULTILINE)
    assert words is not None
    return [part.rstrip(",") for part in shlex.split(words[1])]


def seconds(duration: str) -> int:
    amount, unit = re.fullmatch(r"(\d+)([sm])", duration).groups()  # type: ignore[union-attr]
    return int(amount) * (60 if unit == "m" else 1)


def test_every_variable_that_compose_takes_is_explained() -> None:
    assert len(substituted()) > 8
    assert substituted().keys() - EXPLAINED == set()


def test_every_variable_that_a_service_gets_is_read_by_what_it_runs() -> None:
    ours = sources_of_ours()
    script = (ROOT / "docker" / "create-roles.sh").read_text()
    unread = set()
    for name, service in SERVICES.items():
        for variable in environment_of(service):
            is_read = (
                f'"{variable}"' in ours
                if name in OURS
                else variable in READ_BY_IMAGES[name] or f"${variable}" in script
            )
            if not is_read:
                unread.add((name, variable))
    assert unread == set()


def test_every_variable_that_is_explained_is_used() -> None:
    used = sources_of_ours()
    assert {name for name in EXPLAINED if f'"{name}"' not in used and name not in substituted()} == set()


def test_what_must_be_set_says_so_in_words_and_nothing_secret_has_a_default() -> None:
    said: dict[str, str] = {}
    for name, ways in substituted().items():
        for kind, words in ways:
            if kind == ":?":
                assert words.startswith(f"set {name} to ") or words.startswith(f"set {name}, "), name
                said[name] = words
            if SECRET.search(name):
                assert kind != ":-" or not words, name
    secrets = {name for name in substituted() if SECRET.search(name)} - {"BASE_URL"}
    # A variable that two services share is demanded once; compose reads the whole file before it starts anything.
    assert secrets <= said.keys()


def test_no_password_is_written_down() -> None:
    for service in SERVICES.values():
        for variable, value in environment_of(service).items():
            if re.search(r"PASSWORD|SECRET|_AUTH$", variable):
                assert SUBSTITUTED.fullmatch(value), variable
        for text in texts(service):
            for address in re.findall(r"\w+://\w*:([^@\s]+)@", SUBSTITUTED.sub("GIVEN", text)):
                assert address == "GIVEN", text
    example = (ROOT / ".env.example").read_text()
    assert [line for line in example.splitlines() if re.match(r"[A-Z_]+=.", line)] == []


def test_every_volume_in_use_is_declared_and_every_declared_one_is_used() -> None:
    mounted = [volume.split(":")[0] for service in SERVICES.values() for volume in service.get("volumes", [])]
    assert {name for name in mounted if not name.startswith(".")} == COMPOSE["volumes"].keys()
    assert [name for name in mounted if name.startswith(".") and not (ROOT / name).exists()] == []


def test_a_folder_that_our_programs_write_to_is_a_volume_and_belongs_to_their_user() -> None:
    schedule = command_of(OURS["beat"])[command_of(OURS["beat"]).index("--schedule") + 1]
    folder = str(Path(schedule).parent)
    assert f"beat-data:{folder}" in OURS["beat"]["volumes"]
    assert f"chown dermis {folder}" in DOCKERFILE


def test_documents_lie_in_a_volume_that_belongs_to_our_user_and_to_the_web_server_alone() -> None:
    (folder,) = {environment_of(service)["DOCUMENTS_FOLDER"] for service in OURS.values()}
    assert {name for name, service in OURS.items() if f"documents:{folder}" in service.get("volumes", [])} == {"web"}
    assert f"mkdir /var/lib/dermis {folder} " in DOCKERFILE
    assert f"chown dermis {folder}" in DOCKERFILE
    # A volume inside another one would show the files to whoever has the outer one.
    assert not any(folder.startswith(f"{other.split(':')[1]}/") for other in OURS["beat"]["volumes"])


@pytest.mark.parametrize("name", OURS)
def test_our_services_run_programs_that_exist(name: str) -> None:
    command = command_of(OURS[name])
    match command[0]:
        case "celery":
            assert command[1:3] == ["-A", config.__name__]
            assert isinstance(config.celery_app, Celery)
            assert command[3] in ("worker", "beat")
        case "gunicorn":
            assert callable(import_string(f"{command[1]}.application"))
        case "python":
            assert (ROOT / command[1]).is_file()
            assert command[2] in get_commands()
        case program:
            raise AssertionError(program)


def test_gunicorn_writes_no_access_log_beside_ours() -> None:
    assert not any("access-log" in part for part in command_of(OURS["web"]))


def test_our_services_run_without_privileges() -> None:
    assert re.findall(r"^USER (\S+)", DOCKERFILE, re.MULTILINE)[-1:] == ["dermis"]
    assert re.search(r"useradd --system --uid [1-9]\d* .* dermis", DOCKERFILE)
    assert DOCKERFILE.index("\nUSER dermis") < DOCKERFILE.index("\nCMD ")
    for service in OURS.values():
        assert "user" not in service
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert "no-new-privileges:true" in service["security_opt"]


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_is_watched_and_started_again_or_runs_once(name: str) -> None:
    service = SERVICES[name]
    if service["restart"] == "no":
        waiting = [
            other["depends_on"][name]["condition"] for other in SERVICES.values() if name in other.get("depends_on", {})
        ]
        assert set(waiting) == {"service_completed_successfully"}
    else:
        assert service["restart"] == "unless-stopped"
        assert service["healthcheck"]["test"][0] in ("CMD", "CMD-SHELL")


def test_whoever_waits_for_a_healthy_service_waits_for_one_that_is_watched() -> None:
    for service in SERVICES.values():
        for name, wait in service.get("depends_on", {}).items():
            assert "healthcheck" in SERVICES[name] or wait["condition"] == "service_completed_successfully"


def test_the_web_server_is_reached_through_this_machine_only() -> None:
    assert [port for service in SERVICES.values() for port in service.get("ports", [])] == [
        "127.0.0.1:${DERMIS_PORT:-8000}:8000"
    ]


def test_the_web_server_is_asked_whether_it_lives_and_nothing_more() -> None:
    script = OURS["web"]["healthcheck"]["test"][-1]
    compile(script, "healthcheck", "exec")
    assert '"/healthz"' in script
    port = command_of(OURS["web"])[command_of(OURS["web"]).index("--bind") + 1].rpartition(":")[2]
    assert f'"127.0.0.1", {port},' in script


def test_a_stop_cuts_no_task_and_no_request_short() -> None:
    assert seconds(OURS["worker"]["stop_grace_period"]) > settings.CELERY_TASK_TIME_LIMIT
    assert seconds(OURS["web"]["stop_grace_period"]) > 30  # gunicorn's graceful timeout


def test_the_queue_throws_no_work_away() -> None:
    command = command_of(SERVICES["valkey"])
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"
    assert command[command.index("--appendonly") + 1] == "yes"


def test_the_optional_variables_may_be_empty() -> None:
    optional = {name: "" for name, ways in substituted().items() if (":-", "") in ways}
    assert optional.keys() == {"BASE_URL", "CSRF_TRUSTED_ORIGINS", "DERMIS_TRUST_PROXY"}
    assert base_url("https://ecrf.example.org", optional) == "https://ecrf.example.org"
    assert listed("CSRF_TRUSTED_ORIGINS", optional) == []


def compose_client() -> list[str] | None:
    """The command of a client that understands compose files, if there is one."""
    for command in (["docker", "compose"], ["docker-compose"]):
        if shutil.which(command[0]) and not subprocess.run([*command, "version"], capture_output=True).returncode:
            return command
    return None


def test_a_compose_client_accepts_the_file() -> None:
    client = compose_client()
    if client is None:
        pytest.skip("No Docker Compose client is on this machine, so the file is checked by its content only.")
    values = {name: "abc123" for name in substituted()} | {"DERMIS_PORT": "8000"}
    command = [*client, "--file", "docker-compose.yml", "config", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, **values}, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""

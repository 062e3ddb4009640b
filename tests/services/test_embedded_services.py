"""The private servers of the demo and the tests, run for real in a folder of their own."""

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg
import pytest
from kombu.connection import Connection

from config.embedded import (
    APPLICATION_ROLE,
    OWNER_ROLE,
    AlreadyRunning,
    MissingProgram,
    PostgresServer,
    postgres,
    prepare_database,
    valkey,
)
from config.embedded.launcher import ROOT, exclusive

HOLD_BOTH = """
    import sys, time
    from pathlib import Path
    from config.embedded import postgres, prepare_database, valkey

    folder = Path(sys.argv[1])
    with postgres(folder / "pg") as database, valkey(folder / "valkey") as broker:
        prepare_database(database)
        with database.connect(database="dermis") as connection:
            connection.execute("CREATE TABLE kept (word text)")
            connection.execute("INSERT INTO kept VALUES ('still here')")
        print(database.child.process.pid, broker.child.process.pid, flush=True)
        time.sleep(600)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """Not pytest's own: root's is closed to `nobody`, as whom PostgreSQL runs in some containers."""
    with tempfile.TemporaryDirectory(prefix="dermis-") as name:
        yield Path(name)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    with tempfile.TemporaryDirectory(prefix="dermis-") as name, postgres(Path(name) / "pg", fast=True) as running:
        prepare_database(running)
        yield running


def is_running(process: int) -> bool:
    """Zombies have ended: they only wait to be collected by whoever adopted them."""
    state = subprocess.run(["ps", "-o", "state=", "-p", str(process)], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


def one_value(connection: psycopg.Connection, query: str) -> object:
    row = connection.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_postgres_listens_on_no_network_address(server: PostgresServer) -> None:
    with server.connect() as connection:
        assert one_value(connection, "SHOW listen_addresses") == ""


def test_only_the_starting_user_can_reach_the_socket(server: PostgresServer) -> None:
    assert server.sockets.stat().st_mode & 0o077 == 0


def test_the_owner_role_owns_the_database_and_may_not_create_others(server: PostgresServer) -> None:
    with server.connect(user=OWNER_ROLE, database="dermis") as connection:
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
        assert one_value(connection, owner) == OWNER_ROLE
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE DATABASE another")


def test_the_application_role_may_create_nothing(server: PostgresServer) -> None:
    with server.connect(user=APPLICATION_ROLE, database="dermis") as connection:
        assert one_value(connection, "SHOW is_superuser") == "off"
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE TABLE mine (word text)")


def test_preparing_twice_changes_nothing_and_lets_the_test_owner_create_databases(server: PostgresServer) -> None:
    prepare_database(server, owner_creates_databases=True)
    with server.connect(user=OWNER_ROLE, database="dermis") as connection:
        connection.execute("CREATE DATABASE another")
        connection.execute("DROP DATABASE another")
    prepare_database(server)


def test_the_address_gives_django_the_socket_folder_as_its_host(server: PostgresServer) -> None:
    settings = environ.Env.db_url_config(server.url(user=APPLICATION_ROLE, database="dermis"))
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert (settings["HOST"], settings["PORT"]) == (str(server.sockets), 5432)
    assert (settings["USER"], settings["NAME"]) == (APPLICATION_ROLE, "dermis")


def test_chinese_text_is_text_in_the_database(server: PostgresServer) -> None:
    with server.connect() as connection:
        assert one_value(connection, "SELECT length('银屑病')") == 3


def test_a_second_start_finds_the_data_of_the_first(folder: Path) -> None:
    with postgres(folder / "pg", fast=True) as first, first.connect() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 7 AS number")
    assert first.child.process.poll() == 0
    with postgres(folder / "pg", fast=True) as second, second.connect() as connection:
        assert one_value(connection, "SELECT number FROM kept") == 7


def test_a_killed_database_whose_number_now_belongs_to_another_process_starts_again(folder: Path) -> None:
    with postgres(folder / "pg", fast=True) as server:
        server.child.process.kill()
        server.child.process.wait()
    pid_file = folder / "pg" / "postmaster.pid"
    lines = pid_file.read_text().split("\n")
    pid_file.write_text("\n".join([str(os.getppid()), *lines[1:]]))
    with postgres(folder / "pg", fast=True) as again, again.connect() as connection:
        assert one_value(connection, "SELECT 1") == 1


def test_an_interrupted_first_start_leaves_nothing_in_the_way(folder: Path) -> None:
    half_made = folder / "pg.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18")
    with postgres(folder / "pg", fast=True) as server:
        assert server.child.process.poll() is None


@pytest.mark.parametrize("name", ["x" * 100, "with a space, and a comma"])
def test_a_folder_no_socket_fits_into_is_no_obstacle(name: str) -> None:
    with tempfile.TemporaryDirectory(prefix=name) as unfit:
        folder = Path(unfit)
        with postgres(folder / "pg", fast=True) as database, valkey(folder / "valkey") as broker:
            assert not database.sockets.is_relative_to(folder)
            assert database.sockets.stat().st_mode & 0o077 == 0
            with database.connect() as session:
                assert one_value(session, "SHOW data_directory") == str(folder / "pg")
            with Connection(broker.url) as connection:
                connection.connect()
    assert not database.sockets.exists()


def test_valkey_carries_messages_at_the_address_it_gives(folder: Path) -> None:
    with valkey(folder / "valkey") as broker, Connection(broker.url) as connection:
        queue = connection.SimpleQueue("reminders")
        queue.put({"visit": "W12"})
        message = queue.get(timeout=5)
        message.ack()
        queue.close()
    assert message.payload == {"visit": "W12"}
    assert broker.child.process.poll() == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent has died")
def test_a_killed_parent_leaves_no_server_behind_and_the_data_whole(folder: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(HOLD_BOTH), str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        servers = [int(number) for number in holder.stdout.readline().split()]
        assert [is_running(number) for number in servers] == [True, True]
        holder.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while any(is_running(number) for number in servers) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [is_running(number) for number in servers] == [False, False]

    with (
        postgres(folder / "pg") as again,
        again.connect(database="dermis") as connection,
        valkey(folder / "valkey"),
    ):
        assert one_value(connection, "SELECT word FROM kept") == "still here"


def test_a_taken_folder_is_refused_with_the_sentence_given(folder: Path) -> None:
    with (
        exclusive(folder / "lock", wait_seconds=0, when_taken="first"),
        pytest.raises(AlreadyRunning, match=r"^A demo is already running\.$"),
        exclusive(folder / "lock", wait_seconds=0.1, when_taken="A demo is already running."),
    ):
        pass
    with exclusive(folder / "lock", wait_seconds=0, when_taken="free again"):
        pass


@pytest.mark.parametrize("variable", ["DERMIS_PG_BIN", "DERMIS_VALKEY_BIN"])
def test_a_named_program_that_is_not_there_is_said_in_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, str(folder / "nowhere"))
    serve = postgres if variable == "DERMIS_PG_BIN" else valkey
    with pytest.raises(MissingProgram, match=rf"^{variable} is .*nowhere, but [^\n]*\.$"), serve(folder / "data"):
        pass

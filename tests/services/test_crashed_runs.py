"""What a killed test run leaves in memory is removed by the next one, and nothing that is still in use."""

import os
import time
from pathlib import Path

from config.embedded.launcher import exclusive
from config.testing import clear_crashed_runs

TWO_MINUTES = 120


def run_in(place: Path, name: str, *, age: float) -> Path:
    """The folder of a run with a lock file that nobody holds, made so many seconds ago."""
    folder = place / name
    folder.mkdir()
    lock = folder / "pg.lock"
    lock.touch()
    os.utime(lock, times=(time.time() - age, time.time() - age))
    return folder


def test_the_folder_of_a_run_that_is_gone_is_removed(tmp_path: Path) -> None:
    gone = run_in(tmp_path, "dermis-gone", age=TWO_MINUTES)
    (gone / "pg").mkdir()
    clear_crashed_runs(tmp_path)
    assert not gone.exists()


def test_the_folder_of_a_run_that_is_alive_stays(tmp_path: Path) -> None:
    alive = run_in(tmp_path, "dermis-alive", age=TWO_MINUTES)
    with exclusive(alive / "pg.lock", wait_seconds=0, when_taken="Taken"):
        clear_crashed_runs(tmp_path)
        assert alive.exists()


def test_a_run_that_is_just_beginning_and_folders_of_others_stay(tmp_path: Path) -> None:
    beginning = run_in(tmp_path, "dermis-beginning", age=0)
    other = run_in(tmp_path, "somebody-else", age=TWO_MINUTES)
    clear_crashed_runs(tmp_path)
    assert beginning.exists()
    assert other.exists()

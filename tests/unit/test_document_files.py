"""What a file is by its first bytes, and how it is kept."""

import stat
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from safety import document_files
from safety.document_files import is_whole, keep, kind_of, place, remove


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.DERMIS_DOCUMENTS = tmp_path / "private"
    return tmp_path / "private"


@pytest.mark.parametrize(
    ("beginning", "name"),
    [
        (b"%PDF-1.4\n", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "JPEG"),
        (b"\xff\xd8\xff\xe1", "JPEG"),
    ],
)
def test_the_first_bytes_say_what_a_file_is(beginning: bytes, name: str) -> None:
    kind = kind_of(beginning)
    assert kind is not None
    assert kind.name == name


@pytest.mark.parametrize(
    "beginning",
    [
        b"",
        b"%PDF",
        b"MZ\x90\0\x03",
        b"\x7fELF",
        b" %PDF-1.4",
        b"\x89PNG\n",
        b"\xff\xd8",
        b"<svg onload=x>",
        b"<html>%PDF-",
        b"PK\x03\x04",
        b"GIF89a",
    ],
)
def test_everything_else_is_none_of_them(beginning: bytes) -> None:
    assert kind_of(beginning) is None


def test_a_file_is_kept_whole_under_a_name_that_says_nothing(folder: Path) -> None:
    kept = keep([b"%PDF-", b"", b"x" * 100_000])
    content = b"%PDF-" + b"x" * 100_000
    assert (kept.size, kept.digest) == (len(content), sha256(content).hexdigest())
    assert (folder / kept.stored_as).read_bytes() == content
    assert place(kept.stored_as) == folder / kept.stored_as
    assert len(kept.stored_as) == 32
    assert keep([b"%PDF-"]).stored_as != kept.stored_as


def test_nobody_else_on_the_machine_can_read_it(folder: Path) -> None:
    kept = keep([b"%PDF-"])
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(place(kept.stored_as).stat().st_mode) == 0o600


def test_a_file_that_breaks_off_leaves_nothing(folder: Path) -> None:
    def broken() -> Any:
        yield b"%PDF-"
        raise OSError("the line is gone")

    with pytest.raises(OSError, match="the line is gone"):
        keep(broken())
    assert list(folder.iterdir()) == []


def test_a_file_that_changed_or_is_gone_is_seen() -> None:
    kept = keep([b"%PDF-", b"x" * 200_000])
    assert is_whole(kept.stored_as, kept.digest)
    place(kept.stored_as).write_bytes(b"%PDF-" + b"x" * 199_999 + b"y")
    assert not is_whole(kept.stored_as, kept.digest)
    remove(kept.stored_as)
    remove(kept.stored_as)
    assert not is_whole(kept.stored_as, kept.digest)


def test_the_largest_size_is_that_of_the_settings(settings: Any) -> None:
    assert document_files.largest() == 20 * 2**20
    settings.DERMIS_LARGEST_DOCUMENT = 1000
    assert document_files.largest() == 1000

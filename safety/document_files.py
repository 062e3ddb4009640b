"""Files of documents: what they are by their first bytes, and where they are kept.

The folder is private: nothing in it is served by its name, which is random and says nothing.
"""

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.conf import settings

_PART = 64 * 2**10


@dataclass(frozen=True)
class FileKind:
    """A kind of file that may be attached: the bytes with which it begins, and the endings of its name."""

    name: str
    media_type: str
    begins_with: bytes
    endings: tuple[str, ...]


KINDS: Final = (
    FileKind("PDF", "application/pdf", b"%PDF-", (".pdf",)),
    FileKind("PNG", "image/png", b"\x89PNG\r\n\x1a\n", (".png",)),
    FileKind("JPEG", "image/jpeg", b"\xff\xd8\xff", (".jpg", ".jpeg")),
)
_BY_TYPE: Final = {kind.media_type: kind for kind in KINDS}
LONGEST_BEGINNING: Final = max(len(kind.begins_with) for kind in KINDS)


@dataclass(frozen=True)
class KeptFile:
    """A file as it was kept: its name in the folder, its size in bytes, its SHA-256 in hexadecimal."""

    stored_as: str
    size: int
    digest: str


def largest() -> int:
    """The size in bytes that a file may have at most."""
    return int(settings.DERMIS_LARGEST_DOCUMENT)


def kind_of(beginning: bytes) -> FileKind | None:
    """The kind of a file that begins so; None for every other. The bytes must stand at the very beginning (default)."""
    return next((kind for kind in KINDS if beginning.startswith(kind.begins_with)), None)


def kind_called(media_type: str) -> FileKind:
    """The kind that is stored under this type; ``LookupError`` where it is none of them."""
    return _BY_TYPE[media_type]


def keep(parts: Iterable[bytes]) -> KeptFile:
    """Write a new file to the folder, for nobody else on the machine to read, and down to the disk."""
    digest, size, stored_as = hashlib.sha256(), 0, secrets.token_hex(16)
    folder = Path(settings.DERMIS_DOCUMENTS)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(folder / stored_as, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        try:
            for part in parts:
                file.write(part)
                digest.update(part)
                size += len(part)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            remove(stored_as)
            raise
    return KeptFile(stored_as, size, digest.hexdigest())


def remove(stored_as: str) -> None:
    """Take back a file whose document was not stored after all."""
    place(stored_as).unlink(missing_ok=True)


def place(stored_as: str) -> Path:
    """Where the file is."""
    return Path(settings.DERMIS_DOCUMENTS) / stored_as


def is_whole(stored_as: str, digest: str) -> bool:
    """Whether the file is there and has this SHA-256; read in small parts."""
    found = hashlib.sha256()
    try:
        with place(stored_as).open("rb") as file:
            while part := file.read(_PART):
                found.update(part)
    except FileNotFoundError:
        return False
    return found.hexdigest() == digest

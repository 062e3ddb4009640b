"""A zip that is written piece by piece, with the rows and the checksum of every file in it."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

MANIFEST = "manifest.json"
PIECE_BYTES = 256 * 1024
COMPRESSION_LEVEL = 1
"""Of the levels 1 to 9 the fastest."""


@dataclass(frozen=True)
class Content:
    """A finished file: `rows` without the header line, None for a file that is no table."""

    rows: int | None
    sha256: str


class Archive:
    """A zip under construction; `contents` tells of the finished files, by name."""

    def __init__(self, zip_file: ZipFile) -> None:
        self._zip = zip_file
        self.contents: dict[str, Content] = {}

    def add(
        self, name: str, parts: Iterable[bytes | memoryview], *, rows: Callable[[], int | None] = lambda: None
    ) -> None:
        """A file from its parts, in memory of a fixed size whatever their number; `rows` is asked after the last."""
        digest = hashlib.sha256()
        # zipfile gives an entry opened by name the first moment a zip can hold (1980), so that the same content gives
        # the same bytes whenever it is written. The size is not known beforehand and may pass 2 GiB.
        with self._zip.open(name, "w", force_zip64=True) as target:
            for piece in _joined(parts):
                digest.update(piece)
                target.write(piece)
        self.contents[name] = Content(rows(), digest.hexdigest())

    def listing(self) -> dict[str, dict[str, int | str | None]]:
        """Rows and checksum of the finished files, by name."""
        return {name: asdict(content) for name, content in self.contents.items()}

    def add_manifest(self) -> None:
        """The last file: rows and checksum of all before it."""
        self.add(MANIFEST, [json.dumps({"files": self.listing()}, indent=2).encode(), b"\n"])


@contextmanager
def new_archive(target: IO[bytes]) -> Iterator[Archive]:
    """Write a zip into a file that can be read and repositioned."""
    with ZipFile(target, "w", ZIP_DEFLATED, compresslevel=COMPRESSION_LEVEL) as zip_file:
        yield Archive(zip_file)


def checksum(file: IO[bytes]) -> str:
    """SHA-256 of a whole file, which is left at its beginning."""
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(PIECE_BYTES):
        digest.update(piece)
    file.seek(0)
    return digest.hexdigest()


def _joined(parts: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    """The same bytes in fewer, larger pieces: a part of COPY is one row, too little to hash and compress by itself."""
    waiting: list[bytes | memoryview] = []
    size = 0
    for part in parts:
        waiting.append(part)
        size += len(part)
        if size >= PIECE_BYTES:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)

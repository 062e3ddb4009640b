"""Read a protocol version from its folder of TOML files, check everything, and fingerprint it."""

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from protocols.catalogue import Catalogue
from protocols.checks import check
from protocols.draft import Draft, Header, read_draft
from protocols.older_files import completed
from protocols.problems import Problem, ProtocolError
from protocols.schema import Protocol, VisitContent

FILES = ("protocol.toml", "arms.toml", "visits.toml", "criteria.toml", "endpoints.toml", "examples.toml")
#: Files that a protocol may have besides.
OPTIONAL_FILES = ("safety.toml",)

#: The protocols that come with this program: one folder per registration number, in it one per version.
STUDIES = Path(__file__).parent / "studies"


def version_folders(root: Path = STUDIES) -> tuple[Path, ...]:
    """Every ``<registration>/<version>`` folder that holds a protocol.toml, in order of name."""
    return tuple(sorted(path.parent for path in root.glob("*/*/protocol.toml")))


def load(folder: Path, catalogue: Catalogue) -> Protocol:
    """Read and check one folder named ``<registration>/<version>``. Raises as ``read_folder`` and ``parse`` do."""
    return parse(read_folder(folder), catalogue, folder=folder)


def read_folder(path: Path) -> dict[str, str]:
    """The TOML files of a folder: name to text, with line ends as \\n whatever the system writes.

    Raises ``ProtocolError`` for a file that is not UTF-8 text and ``FileNotFoundError`` when there is no such folder.
    """
    files, problems = {}, []
    for file in sorted(path.iterdir()):
        if file.suffix == ".toml":
            try:
                files[file.name] = file.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                problems.append(Problem(file.name, "", "is not UTF-8 text: save it as UTF-8."))
    if problems:
        raise ProtocolError(problems)
    return files


def parse(files: Mapping[str, str], catalogue: Catalogue | None, *, folder: PurePath | None = None) -> Protocol:
    """Make a protocol from the texts of its files, and prove that it can be used with this catalogue.

    With ``folder`` the registration and version must be those of its last two names. Without a catalogue the files
    are taken as already proven: a stored version must open even after an instrument has been retired. Raises
    ``ProtocolError`` with all problems at once.
    """
    problems = [
        Problem(name, "", f"is not a file of a protocol; those are {', '.join(FILES + OPTIONAL_FILES)}.")
        for name in files.keys() - {*FILES, *OPTIONAL_FILES}
    ]
    present = (*FILES, *(name for name in OPTIONAL_FILES if name in files))
    decoded = {name: _decode(name, files, problems) for name in present}
    draft = read_draft(decoded if catalogue is not None else completed(decoded), problems)
    if catalogue is not None:
        problems.extend(check(draft, catalogue))
    if folder is not None and draft.header is not None:
        problems.extend(_check_folder(draft.header, folder))
    if problems or draft.header is None or draft.unscheduled is None or draft.early_termination is None:
        raise ProtocolError(problems)
    return _assemble(draft, draft.header, draft.unscheduled, draft.early_termination)


def content_hash(files: Mapping[str, str]) -> str:
    """SHA-256 over names and texts as 64 hexadecimal digits. The order of the files does not matter."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name, files[name]):
            encoded = part.encode()
            # The length before each part keeps "ab"+"c" and "a"+"bc" apart.
            digest.update(len(encoded).to_bytes(8))
            digest.update(encoded)
    return digest.hexdigest()


def _decode(name: str, files: Mapping[str, str], problems: list[Problem]) -> dict[str, Any] | None:
    if name not in files:
        problems.append(Problem(name, "", "is missing: add this file."))
        return None
    try:
        return tomllib.loads(files[name])
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem(name, "", f"is not valid TOML: {error}."))
        return None


def _check_folder(header: Header, folder: PurePath) -> Iterator[Problem]:
    named = {"registration": (header.registration, folder.parent.name), "version": (header.version, folder.name)}
    for key, (value, name) in named.items():
        if value != name:
            yield Problem("protocol.toml", key, f"is '{value}', but the folder is named '{name}': make them agree.")


def _assemble(draft: Draft, header: Header, unscheduled: VisitContent, early_termination: VisitContent) -> Protocol:
    return Protocol(
        **vars(header),
        arms=tuple(draft.arms.items),
        allocation=draft.allocation,
        epochs=tuple(draft.epochs.items),
        visits=tuple(draft.visits.items),
        unscheduled=unscheduled,
        early_termination=early_termination,
        criteria=tuple(draft.criteria.items),
        endpoints=tuple(draft.endpoints.items),
        examples=tuple(draft.examples.items),
        panels=draft.panels or {},
        safety=draft.safety,
    )

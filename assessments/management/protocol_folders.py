"""Protocol folders as the commands read them."""

from pathlib import Path

from django.core.management.base import CommandError

from assessments.registry import catalogue
from protocols.examples import run_examples
from protocols.loader import parse, read_folder
from protocols.problems import ProtocolError
from protocols.schema import Protocol


def proven(folder: Path) -> tuple[Protocol, dict[str, str]]:
    """The protocol in a folder named `<registration>/<version>`, with the texts of its files.

    Raises CommandError with every problem of the files, each with file and key, or with every example subject that
    comes out otherwise than the protocol says.
    """
    folder = folder.resolve()
    try:
        files = read_folder(folder)
        protocol = parse(files, catalogue(), folder=folder)
    except (FileNotFoundError, NotADirectoryError) as error:
        raise CommandError(
            f"There is no folder {folder}. Name one such as protocols/studies/NCT03265613/1.0."
        ) from error
    except ProtocolError as error:
        raise CommandError(f"The protocol in {folder} has problems:\n{error}") from error
    if failures := run_examples(protocol):
        listed = "\n".join(f"examples.toml: {failure}" for failure in failures)
        raise CommandError(f"Example subjects of the protocol in {folder} come out otherwise:\n{listed}")
    return protocol, files

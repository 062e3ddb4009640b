"""What is wrong with a protocol: every problem with its file and key, all reported together."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing to put right. ``key`` is a place such as ``visit[W12].target``, or empty for the whole file."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.key, self.message) if part)


class ProtocolError(Exception):
    """A protocol that cannot be used, with all its problems in order of file and key."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(map(str, self.problems)))

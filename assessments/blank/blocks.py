"""What a blank form consists of, with its texts in one language: neither page nor paper."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Option:
    """A box to tick. `text` begins with the code where that is a score; `note` is any other code."""

    text: str
    note: str = ""


@dataclass(frozen=True)
class Choices:
    """One box for each answer; one of them is ticked."""

    options: tuple[Option, ...]
    kind: str = field(default="choices", init=False)


@dataclass(frozen=True)
class Comb:
    """One box for each character, in parts with a separator after each but the last; `pattern` shows how to write."""

    parts: tuple[int, ...]
    separators: tuple[str, ...] = ()
    pattern: str = ""
    kind: str = field(default="comb", init=False)

    @property
    def boxes(self) -> list[tuple[range, str]]:
        """The boxes of each part, and the separator after it."""
        return [(range(part), mark) for part, mark in zip(self.parts, (*self.separators, ""), strict=True)]


@dataclass(frozen=True)
class Ruled:
    """Lines to write on; `width` is short, medium or long."""

    width: str
    lines: int = 1
    kind: str = field(default="ruled", init=False)

    @property
    def rules(self) -> range:
        return range(self.lines)


@dataclass(frozen=True)
class Scale:
    """A line of exactly `length_mm` millimetres that the subject marks; what is read off it goes into `reading`."""

    length_mm: int
    reading: Comb
    kind: str = field(default="scale", init=False)


@dataclass(frozen=True)
class Printed:
    """An answer that is the only possible one, such as the unit of a result."""

    text: str
    kind: str = field(default="printed", init=False)


Answer = Choices | Comb | Ruled | Scale | Printed


@dataclass(frozen=True)
class Question:
    """One item. `reasons` are the boxes for why there is no value, `only_if` says when it is asked."""

    name: str
    label: str
    answer: Answer
    unit: str = ""
    hint: str = ""
    only_if: str = ""
    is_optional: bool = False
    reasons: tuple[Option, ...] = ()


@dataclass(frozen=True)
class Section:
    """Questions below a heading."""

    title: str
    hint: str
    questions: tuple[Question, ...]
    kind: str = field(default="section", init=False)


@dataclass(frozen=True)
class Grid:
    """Rows with the same questions: `rows` are (title, hint, answers), `legends` say what the scores mean."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[Answer, ...]], ...]
    legends: tuple[str, ...]
    kind: str = field(default="grid", init=False)


@dataclass(frozen=True)
class Line:
    """What a line is called, and the room for its answers, one a question."""

    label: str
    answers: tuple[Answer, ...]


@dataclass(frozen=True)
class Lines:
    """A repeating group as a ruled table: a question a column, whose own answer says how wide it is."""

    title: str
    hint: str
    only_if: str
    questions: tuple[Question, ...]
    lines: tuple[Line, ...]
    reasons: str
    kind: str = field(default="lines", init=False)


Block = Section | Grid | Lines


@dataclass(frozen=True)
class BlankForm:
    """A form nobody has filled in, of a trial and its protocol version; without a visit, that is left open.

    `calculated` are the values that nobody writes: they are worked out when the form is entered.
    """

    code: str
    title: str
    trial: str
    protocol_version: str
    visit_code: str
    visit_name: str
    blocks: tuple[Block, ...]
    calculated: tuple[str, ...]
    is_landscape: bool

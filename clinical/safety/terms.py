"""Under which term an event counts: a term of CTCAE, or the words in which it was recorded."""

from dataclasses import dataclass
from typing import Final

from clinical.safety.ctcae_events import EVENT_SCALES, EventTerm


def folded(words: str) -> str:
    """The words without what two writers of the same thing may differ in: capital letters and white space."""
    return " ".join(words.split()).casefold()


_BY_NAME: Final = {folded(scale.term): code for code, scale in EVENT_SCALES.items() if scale.term}


def counted_term(code: EventTerm, words: str) -> str:
    """What events are counted under: the code of a CTCAE term, else the folded words.

    Words that are the very name of a CTCAE term count with that term (default).
    """
    if code is not EventTerm.OTHER:
        return code.value
    named = _BY_NAME.get(folded(words))
    return folded(words) if named is None else named.value


@dataclass(frozen=True, slots=True)
class NamedTerm:
    """A term as a protocol names it: by the code of CTCAE that Dermis knows, or in words."""

    name: str

    @property
    def key(self) -> str:
        """What an event is counted under that this names (`counted_term`)."""
        is_code = self.name in list(EventTerm)
        return counted_term(EventTerm(self.name) if is_code else EventTerm.OTHER, self.name)

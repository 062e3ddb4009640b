"""Invented wording in the place of licensed text: nothing that a licence covers is in this repository."""

from accounts.models import User
from assessments.wording.file import asked_items, codes_of
from assessments.wording.model import QuestionnaireWording
from assessments.wording.selectors import QUESTIONNAIRES
from assessments.wording.services import load_wording
from tests.factories.trials import system
from trials.models import Trial

HEAD = """instrument = "{code}"
language = "{language}"
version = "{version}"
valid_from = {valid_from}
licence = "Agreement 42"
copyright = "(c) Nobody, invented for a test"
instructions = "Invented instructions, {language} {version}."

[items]
"""


def wording_file(
    code: str = "dlqi",
    *,
    language: str = "en",
    version: str = "1.0",
    valid_from: str = "2026-01-15",
    answers_of: tuple[str, ...] = (),
) -> str:
    """A file without mistakes; the items in `answers_of` have answers of their own."""
    spec = QUESTIONNAIRES[code]
    lines = [f'{item.name} = "Invented question {item.name}, {language} {version}"' for item in asked_items(spec)]
    for name in answers_of:
        lines += ["", f"[options.{name}]"]
        lines += [f'{answer} = "Invented answer {answer} of {name}"' for answer in codes_of(spec, name)]
    head = HEAD.format(code=code, language=language, version=version, valid_from=valid_from)
    return head + "\n".join(lines) + "\n"


def make_wording(
    trial: Trial, code: str = "dlqi", by: User | None = None, **file: str | tuple[str, ...]
) -> QuestionnaireWording:
    """The invented wording, loaded into the trial."""
    content = wording_file(code, **file).encode()  # type: ignore[arg-type]
    return load_wording(trial=trial, content=content, file_name=f"{code}.toml", by=by or system())[0]

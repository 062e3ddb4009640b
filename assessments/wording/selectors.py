"""Reads of licensed wordings."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import QuerySet

from assessments.form_specs import CrfSpec
from assessments.registry import INSTRUMENTS
from assessments.wording.model import QuestionnaireData, QuestionnaireWording
from trials.models import Trial
from trials.selectors import newest_protocol, protocol_of

QUESTIONNAIRES: dict[str, CrfSpec] = {
    code: spec for code, spec in INSTRUMENTS.items() if issubclass(spec.model, QuestionnaireData)
}


def is_language(code: str) -> bool:
    """Whether pages, and so questionnaires, can be shown in this language."""
    return code in dict(settings.LANGUAGES)


def wordings_of(trial: Trial) -> QuerySet[QuestionnaireWording]:
    """All versions that were loaded, by questionnaire and language, the newest first."""
    loaded = QuestionnaireWording.objects.filter(trial=trial).select_related("loaded_by")
    return loaded.order_by("instrument", "language", "-valid_from", "-pk")


def wording_for(trial: Trial, spec: CrfSpec, language: str, on: date) -> QuestionnaireWording | None:
    """The licensed text of the questionnaire in this language on this day; None: it is asked by our neutral topics."""
    valid = QuestionnaireWording.objects.filter(
        trial=trial, instrument=spec.code, language=language, valid_from__lte=on
    )
    return valid.order_by("-valid_from", "-pk").first()


def wording_by_key(trial: Trial, spec: CrfSpec, key: str) -> QuestionnaireWording | None:
    """The wording of this primary key, as a page sent it back; None for any other than one of this trial's
    questionnaire."""
    if not key.isdecimal() or len(key) > 9:
        return None
    return QuestionnaireWording.objects.filter(trial=trial, instrument=spec.code, pk=int(key)).first()


@dataclass(frozen=True)
class Standing:
    """In which words a questionnaire is asked in one language: `wording`, or neutral topics where that is None.

    `following` is the next version, which is loaded and not valid yet.
    """

    spec: CrfSpec
    language: str
    language_name: str
    is_in_protocol: bool
    wording: QuestionnaireWording | None
    following: QuestionnaireWording | None


def standings(trial: Trial, loaded: list[QuestionnaireWording], today: date) -> list[Standing]:
    """Every questionnaire in every language, of the trial's wordings as `wordings_of` sorts them."""
    asked = {form for visit in protocol_of(newest_protocol(trial)).visits for form in visit.forms}
    found = []
    for spec in QUESTIONNAIRES.values():
        for language, name in settings.LANGUAGES:
            own = [wording for wording in loaded if (wording.instrument, wording.language) == (spec.code, language)]
            wording = next((w for w in own if w.valid_from <= today), None)
            following = next((w for w in reversed(own) if w.valid_from > today), None)
            found.append(Standing(spec, language, str(name), spec.code in asked, wording, following))
    return found

"""Storing licensed wordings."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from assessments.wording.file import WordingError, read_wording
from assessments.wording.model import QuestionnaireWording
from assessments.wording.selectors import QUESTIONNAIRES
from audit.context import acting
from protocols.problems import Problem
from trials.models import Trial


@transaction.atomic
def load_wording(*, trial: Trial, content: bytes, file_name: str, by: User) -> tuple[QuestionnaireWording, bool]:
    """Store the wording that a file holds; returns it and whether it is new.

    The same file twice changes nothing. Raises WordingError with every problem of the file, and when the trial has
    another text under this version: answers were, or may have been, given to that one.
    """
    read = read_wording(content, file_name=file_name, questionnaires=QUESTIONNAIRES)
    # Two loads of one version wait for each other.
    Trial.objects.select_for_update(no_key=True).get(pk=trial.pk)
    versions = trial.questionnaire_wordings.filter(instrument=read.instrument, language=read.language)
    stored = versions.filter(version=read.version).first()
    if stored is None:
        new = QuestionnaireWording(trial=trial, loaded_by=by, **vars(read))
        new.full_clean()
        with acting(by=by, reason="Questionnaire wording loaded"):
            new.save(force_insert=True)
        return new, True
    if stored.sha256 != read.sha256:
        message = _("is loaded with another text, which stays as it is. Give the changed text a new version.")
        raise WordingError([Problem(file_name, "version", message)])
    return stored, False

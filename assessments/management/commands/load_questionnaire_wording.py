"""`manage.py load_questionnaire_wording --trial NCT03265613 --file dlqi.zh-hans.toml --by anna.bauer`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.permissions import Permission
from assessments.wording.file import WordingError
from assessments.wording.services import load_wording
from trials.models import Trial
from trials.selectors import held_roles


class Command(BaseCommand):
    help = "Load the licensed wording of a questionnaire into a trial; the same file twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--trial", required=True, help="registration of a trial whose protocol is loaded")
        parser.add_argument("--file", required=True, type=Path, help="one questionnaire in one language, as TOML")
        parser.add_argument("--by", required=True, help="sign-in name of the administrator who answers for it")

    def handle(self, *args: Any, trial: str, file: Path, by: str, **options: Any) -> None:
        found = Trial.objects.filter(registration=trial).first()
        if found is None:
            raise CommandError(f"No trial {trial} is loaded; run load_protocol first.")
        user = _administrator(by, found)
        try:
            wording, is_new = load_wording(trial=found, content=file.read_bytes(), file_name=file.name, by=user)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from error
        except WordingError as error:
            raise CommandError(f"The file has problems; nothing was loaded:\n{error}") from error
        name = f"{wording.instrument}, {wording.get_language_display()}, version {wording.version}"
        self.stdout.write(
            f"{name}: loaded, valid from {wording.valid_from}."
            if is_new
            else f"{name}: loaded before; nothing changed."
        )


def _administrator(name: str, trial: Trial) -> User:
    user = User.objects.filter(username__iexact=name, is_active=True).first()
    if user is None or not held_roles(user, trial).may_somewhere(Permission.MANAGE_TRIAL):
        raise CommandError(f"{name} may not load wording into {trial}; name an administrator of the trial.")
    return user

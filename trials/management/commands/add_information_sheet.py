"""`manage.py add_information_sheet NCT03265613 1.0 --languages zh en --valid-from 2026-01-15`"""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from trials.models import ConsentLanguage, ProtocolVersion, Trial
from trials.sheets import add_sheet


class Command(BaseCommand):
    help = "Add a version of a trial's information sheet; subjects can be registered once one is valid."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("registration", help="of a trial whose protocol is loaded")
        parser.add_argument("sheet_version", metavar="version", help="as printed on the sheet")
        parser.add_argument("--languages", nargs="+", required=True, choices=ConsentLanguage.values)
        parser.add_argument("--valid-from", required=True, type=date.fromisoformat, help="first day, as 2026-01-15")
        parser.add_argument("--valid-until", type=date.fromisoformat, help="last day; open when left out")
        parser.add_argument("--must-be-signed-again", action="store_true", help="also by who signed an earlier one")
        parser.add_argument("--protocol-version", help="who signs the sheet may be moved to this version")

    def handle(self, *args: Any, registration: str, sheet_version: str, **options: Any) -> None:
        try:
            trial = Trial.objects.get(registration=registration)
            sheet = add_sheet(
                trial=trial,
                version=sheet_version,
                languages=options["languages"],
                valid_from=options["valid_from"],
                valid_until=options["valid_until"],
                must_be_signed_again=options["must_be_signed_again"],
                protocol_version=_protocol_version(trial, options["protocol_version"]),
                by=User.objects.system(),
            )
        except Trial.DoesNotExist as error:
            raise CommandError(f"No trial {registration} is loaded; run load_protocol first.") from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        names = ", ".join(sheet.language_names)
        self.stdout.write(f"Sheet {sheet.version} of {registration} ({names}) is valid from {sheet.valid_from}.")


def _protocol_version(trial: Trial, version: str | None) -> ProtocolVersion | None:
    if version is None:
        return None
    found = trial.protocol_versions.filter(version=version).first()
    if found is None:
        raise CommandError(f"No version {version} of {trial.registration} is loaded; run load_protocol first.")
    return found

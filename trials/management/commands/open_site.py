"""`manage.py open_site NCT03265613 GZ "Guangzhou Hospital" CHN Asia/Shanghai`"""

from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from trials.models import Trial
from trials.services import open_site


class Command(BaseCommand):
    help = "Open a site of a trial."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("registration")
        parser.add_argument("code", help="begins every subject number")
        parser.add_argument("name")
        parser.add_argument("country", help="ISO 3166 code of three letters")
        parser.add_argument("time_zone", help="for example Asia/Shanghai")

    def handle(self, *args: Any, registration: str, **options: Any) -> None:
        try:
            trial = Trial.objects.get(registration=registration)
            facts = {name: options[name] for name in ("code", "name", "country", "time_zone")}
            site = open_site(trial=trial, by=User.objects.system(), **facts)
        except Trial.DoesNotExist as error:
            raise CommandError(f"No trial {registration} is loaded; run load_protocol first.") from error
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        self.stdout.write(f"Site {site} of {registration} is open.")

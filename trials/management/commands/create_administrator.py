"""`manage.py create_administrator NCT03265613 anna.bauer "Anna Bauer" anna@example.org`"""

from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from accounts.roles import ADMINISTRATOR
from accounts.services import create_account
from trials.models import Trial
from trials.services import delegate


class Command(BaseCommand):
    help = "Create the first administrator of a trial; further people are added on its page People."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("registration", help="of a trial whose protocol is loaded")
        parser.add_argument("username")
        parser.add_argument("full_name")
        parser.add_argument("email")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")

    @transaction.atomic
    def handle(self, *args: Any, registration: str, **options: Any) -> None:
        try:
            trial = Trial.objects.get(registration=registration)
        except Trial.DoesNotExist as error:
            raise CommandError(f"No trial {registration} is loaded; run load_protocol first.") from error
        password = self._password(from_stdin=options["password_stdin"])
        system = User.objects.system()
        person = {name: options[name] for name in ("username", "full_name", "email")}
        try:
            user = create_account(**person, password=password, by=system)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        delegate(user=user, trial=trial, role=ADMINISTRATOR, site=None, by=system)
        self.stdout.write(f"{user.full_name} can sign in as {user.username} and administers {registration}.")

    def _password(self, *, from_stdin: bool) -> str:
        if from_stdin:
            return input()
        first, second = getpass("Password: "), getpass("Again: ")
        if first != second:
            raise CommandError("The two passwords differ.")
        return first

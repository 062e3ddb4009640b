"""`manage.py load_protocol protocols/studies/NCT03265613/1.0`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from assessments.registry import catalogue
from protocols.loader import load, read_folder
from protocols.problems import ProtocolError
from trials.services import ProtocolFrozen, load_protocol


class Command(BaseCommand):
    help = "Check a protocol version and store it; the same content twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="<registration>/<version>, with its TOML files")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        try:
            load(folder, catalogue())
            files = read_folder(folder)
        except FileNotFoundError as error:
            raise CommandError(f"There is no folder {folder}.") from error
        except ProtocolError as error:
            raise CommandError(f"The protocol in {folder} has problems:\n{error}") from error
        try:
            version, is_new = load_protocol(files=files, catalogue=catalogue(), by=User.objects.system())
        except ProtocolFrozen as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{version} {'stored' if is_new else 'is stored already; nothing changed'}.")

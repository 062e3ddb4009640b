"""`manage.py load_protocol protocols/studies/NCT03265613/1.0`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from assessments.management.protocol_folders import proven
from assessments.registry import catalogue
from trials.services import ProtocolFrozen, load_protocol


class Command(BaseCommand):
    help = "Check a protocol version, run its example subjects and store it; the same content twice changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="<registration>/<version>, with its TOML files")

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        protocol, files = proven(folder)
        try:
            version, is_new = load_protocol(files=files, catalogue=catalogue(), by=User.objects.system())
        except ProtocolFrozen as error:
            raise CommandError(
                f"{error} Copy the folder to {protocol.registration}/<new version>, write the same number as version"
                " in its protocol.toml, and load that folder; subjects stay on the version they are on."
            ) from error
        self.stdout.write(f"{version} {'stored' if is_new else 'is stored already; nothing changed'}.")

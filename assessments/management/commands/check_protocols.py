"""`manage.py check_protocols [folder ...]`"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.management.protocol_folders import proven
from protocols.loader import version_folders


class Command(BaseCommand):
    help = "Check protocols and run their example subjects; without folders, every protocol that comes with Dermis."

    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folders", nargs="*", type=Path, help="<registration>/<version>, with its TOML files")

    def handle(self, *args: Any, folders: list[Path], **options: Any) -> None:
        failures = []
        for folder in folders or version_folders():
            try:
                protocol, _files = proven(folder)
            except CommandError as error:
                failures.append(str(error))
            else:
                name = f"{protocol.registration} {protocol.version}"
                self.stdout.write(f"{name}: valid, {len(protocol.examples)} example subjects as expected.")
        if failures:
            raise CommandError("\n".join(failures))

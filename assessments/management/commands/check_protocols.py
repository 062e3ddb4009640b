"""`manage.py check_protocols`"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.registry import catalogue
from protocols.examples import run_examples
from protocols.loader import load, version_folders
from protocols.problems import ProtocolError


class Command(BaseCommand):
    help = "Check every protocol that comes with Dermis and run its example subjects."

    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        failures = []
        for folder in version_folders():
            name = f"{folder.parent.name} {folder.name}"
            try:
                protocol = load(folder, catalogue())
            except ProtocolError as error:
                failures.append(f"{name}:\n{error}")
                continue
            wrong = run_examples(protocol)
            failures += [f"{name}: {text}" for text in wrong]
            if not wrong:
                self.stdout.write(f"{name}: valid, {len(protocol.examples)} example subjects as expected.")
        if failures:
            raise CommandError("\n".join(failures))

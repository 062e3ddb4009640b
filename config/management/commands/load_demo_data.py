"""`manage.py load_demo_data`: the demonstration's invented trial, people and subjects."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from config.demo.data import load


class Command(BaseCommand):
    help = "Fill an empty database with the demonstration; refuses where real subjects may be."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DERMIS_ENVIRONMENT:
            raise CommandError("Invented subjects are loaded with the demo or test settings only.")
        load(self.stdout.write)

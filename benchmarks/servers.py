"""Private servers with a migrated database, as the tests start them, for a benchmark to fill."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


@contextmanager
def migrated() -> Iterator[None]:
    """Django is set up and connected while this lasts."""
    from config.testing import private_services

    with private_services():
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
            cwd=ROOT,
            env={**os.environ, "DERMIS_DATABASE_ROLE": "owner"},
            check=True,
        )
        import django

        django.setup()
        from django.db import connection

        try:
            yield
        finally:
            connection.close()

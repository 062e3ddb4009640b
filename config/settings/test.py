"""For the tests: as production as the speed of a test run allows."""

import os
import tempfile
from pathlib import Path

from config.settings.base import *  # noqa: F403
from config.settings.environment import database

# Tools that only read settings (type checker, linters) start no server; the address then leads nowhere.
_source = {"DATABASE_URL": "postgres://dermis_app@/dermis", **os.environ}

SECRET_KEY = "a fixed key, for tests only"
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
DATABASES = {"default": {**database(_source), "CONN_MAX_AGE": 0, "CONN_HEALTH_CHECKS": False}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DEFAULT_FROM_EMAIL = "dermis@test.invalid"
DERMIS_DOCUMENTS = Path(tempfile.gettempdir()) / f"dermis-test-documents-{os.getuid()}"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

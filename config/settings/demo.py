"""`manage.py demo`: private servers on this machine, invented subjects, mail written to files."""

import os
from urllib.parse import quote

from config.settings.base import *  # noqa: F403
from config.settings.base import CELERY_BEAT_SCHEDULE, ROOT, _
from config.settings.environment import base_url, database

_folder = ROOT / ".demo"
_source = {"DATABASE_URL": f"postgres://dermis_app@:5432/{quote(str(_folder / 'pg'), safe='')}/dermis", **os.environ}

SECRET_KEY = os.environ.get("SECRET_KEY", "only for commands run by hand beside a running demo")
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
DERMIS_BASE_URL = base_url("http://127.0.0.1:8000")
DATABASES = {"default": database(_source)}
DERMIS_ENVIRONMENT = _("Demonstration: every person on these pages is invented.")
EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
EMAIL_FILE_PATH = os.environ.get("DERMIS_MAIL_FOLDER", str(_folder / "mail"))
DEFAULT_FROM_EMAIL = "dermis@demo.invalid"
# Somebody who tries the demonstration does not wait for a reminder, nor for the morning of a working day.
DERMIS_DIGEST_FROM_HOUR = None
CELERY_BEAT_SCHEDULE = {name: {**entry, "schedule": 30} for name, entry in CELERY_BEAT_SCHEDULE.items()}
DERMIS_DOCUMENTS = _folder / "documents"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False

"""For real: everything secret or local comes from the environment, and what is missing is named at start."""

import os
from pathlib import Path

import environ

from config import logs
from config.settings.base import *  # noqa: F403
from config.settings.base import STATIC_ROOT
from config.settings.environment import base_url, database, listed, required

_set = required(
    "SECRET_KEY",
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "REDIS_URL",
    "EMAIL_URL",
    "DEFAULT_FROM_EMAIL",
    "DOCUMENTS_FOLDER",
)

SECRET_KEY = _set["SECRET_KEY"]
ALLOWED_HOSTS = listed("ALLOWED_HOSTS")
# A name that begins with a dot stands for all below it as well.
DERMIS_BASE_URL = base_url(f"https://{(ALLOWED_HOSTS or [''])[0].removeprefix('.')}")
CSRF_TRUSTED_ORIGINS = listed("CSRF_TRUSTED_ORIGINS")
DATABASES = {"default": database()}
CELERY_BROKER_URL = _set["REDIS_URL"]
vars().update(environ.Env.email_url_config(_set["EMAIL_URL"]))
DEFAULT_FROM_EMAIL = _set["DEFAULT_FROM_EMAIL"]
DERMIS_DOCUMENTS = Path(_set["DOCUMENTS_FOLDER"])

SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
if os.environ.get("DERMIS_TRUST_PROXY") == "1":
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

LOGGING = logs.configuration(as_json=True)

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "whitenoise.storage.CompressedManifestStaticFilesStorage"
            if STATIC_ROOT.exists()
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}

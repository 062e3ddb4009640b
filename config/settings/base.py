"""What every way of running Dermis shares."""

import logging
import os
from datetime import timedelta
from pathlib import Path

import bootstrap_wrapper
import pghistory
import structlog
from csp.constants import NONE, SELF
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config import logs, version

ROOT = Path(__file__).resolve().parents[2]

DEBUG = False

APPEND_SLASH = True
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DERMIS_VERSION = version.VERSION
DERMIS_ENVIRONMENT: str | Promise = ""  # a sentence for the banner of installations that hold no real subjects
DERMIS_BASE_URL = "http://testserver"  # where people open Dermis, without a slash at the end: links in mails begin so

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
    "django_celery_results",
    "django_structlog",
    "pgtrigger",
    "pghistory",
    "audit",
    "accounts",
    "signatures",
    "trials",
    "notifications",
    "patients",
    "assessments",
    "safety",
    "exports",
    "workspace",
    "config",
]

MIDDLEWARE = [
    "config.health.HealthMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.request_log.RequestLogMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "accounts.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignInRequiredMiddleware",
    "config.request_log.PersonInLogMiddleware",
    "audit.middleware.AuditContextMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "workspace.errors.NullCharacterMiddleware",
    "workspace.errors.NotAllowedNowMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csrf",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "workspace.frame.frame",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- people ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "full_name", "email")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:sign_in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign_in"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.5  # hours
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_USERNAME_CALLABLE = "accounts.views.lockout_name"
# A hospital shares one address: locking by address would lock out a whole ward.
# History rows are written by triggers and never validated as models, so their CHECKs may be plain SQL (W045).
SILENCED_SYSTEM_CHECKS = ["axes.W006", "models.W045"]
AXES_LOCKOUT_CALLABLE = "accounts.views.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
# Idle sign-out: the session ends 30 minutes after the last page.
SESSION_COOKIE_AGE = 30 * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "workspace.errors.csrf_failure"

# --- the audit trail ------------------------------------------------------------------------------------------------
# The context (who, why) is stored in each history row and may not be absent: the write itself is refused without it.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField(null=False)
PGHISTORY_APPEND_ONLY = True
PGHISTORY_DEFAULT_TRACKERS = (pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())

# --- languages, times -----------------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [ROOT / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"
FORMAT_MODULE_PATH = ["config.formats"]

EMAIL_TIMEOUT = 10  # seconds; a dead mail server must not hold a row

# --- files ----------------------------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = ROOT / "staticfiles"
STATICFILES_DIRS = [
    ROOT / "static",
    ("vendor/bootstrap", bootstrap_wrapper.get_bootstrap_dir()),
]
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("map", "png", "gif", "jpg", "webp", "zip", "gz", "br", "woff2")

# Documents of cases: the largest one in bytes (default). Each way of running names the private folder they lie in.
DERMIS_LARGEST_DOCUMENT = 20 * 2**20
FILE_UPLOAD_HANDLERS = [
    "safety.uploads.LargestDocument",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- browser safety -------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- background work ------------------------------------------------------------------------------------------------
CELERY_BROKER_URL = os.environ.get("REDIS_URL", "")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its queue as long as it takes
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # A page that announces work must not wait for a queue that is down. The worker asks its queue to answer within a
    # second even when nothing is there (kombu's BRPOP), so five seconds of silence are a failure for it as well.
    "socket_connect_timeout": 2,
    "socket_timeout": 5,
    "socket_keepalive": True,
    "max_retries": 0,
}
CELERY_TASK_PUBLISH_RETRY = False  # what was announced stands in the database; the next sweep finds it
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_TRACK_STARTED = True
CELERY_RESULT_BACKEND = "django-db"
CELERY_RESULT_EXTENDED = True
CELERY_RESULT_EXPIRES = timedelta(days=14)
CELERY_TIMEZONE = TIME_ZONE
# Name under which the run is kept (notifications.LastRun), task, seconds. What nobody has taken when the next one comes
# expires: after an outage one run does the work of all.
CELERY_BEAT_SCHEDULE = {
    name: {"task": task, "schedule": seconds, "options": {"expires": seconds}}
    for name, task, seconds in (
        ("beat", "notifications.tasks.tick", 60),
        ("mails", "notifications.tasks.send_mails", 60),
        ("visit_window", "patients.tasks.sweep_visit_windows", 5 * 60),
        ("consent_renewal", "patients.tasks.sweep_consent", 5 * 60),
        ("eligibility", "patients.tasks.sweep_eligibility", 5 * 60),
        ("safety_clock", "safety.tasks.sweep_clocks", 60),
        ("safety_stopping_rule", "safety.tasks.tell_of_stopping_rules", 60),
    )
}
# The daily mail goes out from this hour on at the reader's site, on its working days (default). None: at any time.
DERMIS_DIGEST_FROM_HOUR: int | None = 7

# --- logs -----------------------------------------------------------------------------------------------------------
structlog.configure(**logs.STRUCTLOG)
LOGGING = logs.configuration(as_json=False)
DJANGO_STRUCTLOG_CELERY_ENABLED = True
# One line for each request and each task: the one that says how it ended.
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
DJANGO_STRUCTLOG_CELERY_TASK_START_LOG_LEVEL = logging.DEBUG

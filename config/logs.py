"""What log lines look like: readable lines where somebody watches, one JSON object a line in production.

Everything goes through the standard library's logging, so lines of Django, Celery and other packages look like ours.
"""

import re
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

# Whoever knows the address of a calendar feed reads the calendar.
_SECRET_ADDRESS = re.compile(r"(/calendar-feeds/)[^/\s\"'?]+")
# PostgreSQL repeats what was written: "DETAIL: Failing row contains (...)", "LINE 1: ... VALUES ('...". The line break
# before it is two characters where an error stands inside another text as `repr` gives it.
_ROW_VALUES = re.compile(
    r"(?:\n|\\n)(?:DETAIL|CONTEXT|LINE \d+): .*?(?=\n\nThe above exception|\n\nDuring handling|\Z)", re.DOTALL
)
_HARMLESS = (int, float, type(None))

_common: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
]

STRUCTLOG: dict[str, Any] = {
    "processors": [
        structlog.stdlib.filter_by_level,
        *_common,
        structlog.stdlib.PositionalArgumentsFormatter(),
        ProcessorFormatter.wrap_for_formatter,
    ],
    "logger_factory": structlog.stdlib.LoggerFactory(),
    "wrapper_class": structlog.stdlib.BoundLogger,
    "cache_logger_on_first_use": True,
}
"""Arguments of `structlog.configure`."""


def mask(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Takes secret addresses and values of rows out of whatever is logged, tracebacks included."""
    return {
        name: value if isinstance(value, _HARMLESS) else without_secrets(str(value)) for name, value in event.items()
    }


def without_secrets(text: str) -> str:
    """The text without secret addresses and without the values that PostgreSQL repeats in its errors."""
    return _ROW_VALUES.sub("\n(values left out)", _SECRET_ADDRESS.sub(r"\1***", text))


def configuration(*, as_json: bool) -> dict[str, Any]:
    """The value of LOGGING."""
    renderer: Processor = (
        structlog.processors.JSONRenderer()
        if as_json
        # Other renderings of an exception show local variables.
        else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "lines": {
                "()": ProcessorFormatter,
                "foreign_pre_chain": _common,
                "processors": [
                    ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    mask,
                    renderer,
                ],
            }
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "lines"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "axes": {"level": "WARNING"},
            # What these say of each request and task is said by request_finished, request_failed and task_succeeded
            # already, with the request's id.
            "django.request": {"level": "CRITICAL"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }

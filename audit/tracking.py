"""`@audited`: every insert, update and delete of a model's rows is kept by a database trigger.

The trigger fires whoever writes: the web pages, a bulk operation, raw SQL or a database client. The history row takes
the context (who and why) of the writing session and the table refuses a row without it, which refuses the write itself.
"""

from typing import TypeVar

import pghistory
from django.db import models
from django.db.models.expressions import RawSQL

Model = TypeVar("Model", bound=type[models.Model])

_NAMES_A_USER = "COALESCE(jsonb_typeof(pgh_context -> 'user') = 'number', false)"
_GIVES_A_REASON = "pgh_label = 'insert' OR COALESCE(btrim(pgh_context ->> 'reason') <> '', false)"


def audited(model: Model) -> Model:
    """Track every change of the model's rows in a history table beside it.

    The history table demands a user for every row and a reason for every row that is not a first entry
    (21 CFR 11.10(e); ICH E6(R3) 4.2.2(a)(ii)). `Model.audit_excludes` names fields that are no record of the trial and
    must not be copied, such as a password hash.
    """
    table = model._meta.db_table
    track = pghistory.track(
        exclude=list(getattr(model, "audit_excludes", ())),
        meta={
            "verbose_name": f"{model._meta.verbose_name} history",
            "constraints": [
                models.CheckConstraint(name=f"{table}_names_a_user", condition=_truth(_NAMES_A_USER)),
                models.CheckConstraint(name=f"{table}_gives_a_reason", condition=_truth(_GIVES_A_REASON)),
            ],
        },
    )
    return track(model)


def _truth(sql: str) -> RawSQL:
    return RawSQL(sql, (), output_field=models.BooleanField())

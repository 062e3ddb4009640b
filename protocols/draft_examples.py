"""From a table of examples.toml to an example subject, typed but not yet compared with the rest of the protocol."""

import math
from collections.abc import Iterable
from datetime import date, datetime

from clinical.eligibility import Eligibility, FactValue, Standing
from clinical.visit_windows import PlannedVisit
from protocols.schema import ExampleSubject
from protocols.toml_table import Table, shown


def read_example(table: Table) -> ExampleSubject:
    """The subject, what is known of it, and what must come out; nothing is compared with other files yet."""
    return ExampleSubject(
        name=table.text("name"),
        facts=_facts(table),
        judgements=_judgements(table),
        other_judgements=table.flag("other_judgements") if table.has("other_judgements") else None,
        expected_eligibility=table.choice("expected_eligibility", Eligibility),
        expected_standings={
            code: table.as_choice(f"expected_standings.{code}", value, Standing)
            for code, value in table.mapping("expected_standings").items()
        },
        consent_on=table.day("consent_on"),
        first_treatment_on=table.day("first_treatment_on") if table.has("first_treatment_on") else None,
        expected_visits=tuple(_expected_visits(table)),
    )


def _facts(table: Table) -> dict[str, FactValue | date]:
    facts: dict[str, FactValue | date] = {}
    for code, value in table.mapping("facts").items():
        is_day = isinstance(value, date) and not isinstance(value, datetime)
        if is_day or isinstance(value, bool | str):
            facts[code] = value
        elif isinstance(value, int | float) and math.isfinite(value):
            facts[code] = float(value)
        else:
            message = f"is {shown(value)}, but a fact is a finite number, true, false, a text or a day."
            table.report(f"facts.{code}", message)
    return facts


def _judgements(table: Table) -> dict[str, bool]:
    judgements: dict[str, bool] = {}
    for code, value in table.mapping("judgements").items():
        if isinstance(value, bool):
            judgements[code] = value
        else:
            table.report(f"judgements.{code}", f"is {shown(value)}, but a judgement is true or false without quotes.")
    return judgements


def _expected_visits(table: Table) -> Iterable[PlannedVisit]:
    for inner in table.inner("expected_visits"):
        yield PlannedVisit(
            code=inner.path.rpartition(".")[2],
            planned_on=inner.day("planned_on"),
            opens_on=inner.day("opens_on"),
            closes_on=inner.day("closes_on"),
        )
        inner.finish()

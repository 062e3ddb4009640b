"""Which operations of a migration run together, and how a group is written down."""

import re

import pytest
from django.db import migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.serializer import serializer_factory
from pgtrigger import Delete, Protect
from pgtrigger.migrations import AddTrigger, RemoveTrigger

from audit.operations import Together, together

BED = migrations.CreateModel("Bed", [("id", models.BigAutoField(primary_key=True))])
WARD = migrations.CreateModel("Ward", [("id", models.BigAutoField(primary_key=True))])
FLOOR = migrations.AddField("ward", "floor", models.IntegerField(default=0))
CHECK = migrations.AddConstraint("ward", models.CheckConstraint(condition=models.Q(floor__gte=0), name="above"))
UNIQUE = migrations.AddConstraint("ward", models.UniqueConstraint(fields=["floor"], name="one_a_floor"))
OF_BEDS = migrations.AddConstraint("bed", models.UniqueConstraint(fields=["id"], name="one_bed"))
INDEX = migrations.AddIndex("ward", models.Index(fields=["floor"], name="by_floor"))
TRIGGER = AddTrigger("ward", Protect(name="kept", operation=Delete))
NO_TRIGGER = RemoveTrigger("ward", "kept")
CHANGE = migrations.AlterField("ward", "floor", models.BigIntegerField(default=0))
CODE = migrations.RunPython(migrations.RunPython.noop)


def sizes(*operations: Operation) -> list[int]:
    """How many run together, group by group; the operations are the same in the same order."""
    groups = [
        list(group.operations) if isinstance(group, Together) else [group] for group in together(list(operations))
    ]
    assert [operation for group in groups for operation in group] == list(operations)
    return [len(group) for group in groups]


def test_fields_checks_indexes_and_triggers_run_together() -> None:
    assert sizes(NO_TRIGGER, FLOOR, CHECK, INDEX, TRIGGER) == [5]


def test_a_table_is_made_before_its_later_fields() -> None:
    assert sizes(WARD, BED, FLOOR, CHECK) == [2, 2]


@pytest.mark.parametrize("operation", [CHANGE, CODE])
def test_what_may_look_at_the_models_runs_by_itself(operation: Operation) -> None:
    assert sizes(NO_TRIGGER, FLOOR, operation, CHECK, TRIGGER) == [2, 1, 2]


def test_a_unique_constraint_does_not_run_with_a_new_field_of_its_model() -> None:
    assert sizes(FLOOR, CHECK, UNIQUE, TRIGGER) == [2, 2]


def test_a_unique_constraint_runs_with_new_fields_of_other_models() -> None:
    assert sizes(FLOOR, CHECK, OF_BEDS) == [3]


@pytest.mark.parametrize("operations", [[WARD, FLOOR], [FLOOR, CHANGE], [CODE], [FLOOR, UNIQUE], [FLOOR, WARD]])
def test_a_group_that_would_not_hold_is_refused(operations: list[Operation]) -> None:
    with pytest.raises(ValueError, match=re.escape(operations[-1].describe())):
        Together(operations)


def test_a_group_says_all_that_it_does() -> None:
    assert Together([FLOOR, INDEX]).describe() == f"{FLOOR.describe()}; {INDEX.describe()}"


def test_a_group_can_be_written_into_a_squashed_migration() -> None:
    text, imports = serializer_factory(Together([FLOOR, INDEX])).serialize()
    names = {"models": models, "migrations": migrations}
    for line in imports:
        if line.startswith("import "):
            exec(line, names)
    again = eval(text.rstrip().rstrip(","), names)
    assert [operation.describe() for operation in again.operations] == [FLOOR.describe(), INDEX.describe()]

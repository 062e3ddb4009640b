"""Operations that run together do to a database what they do one by one, forwards and backwards."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from pgtrigger import Delete, Operations, Protect, Update
from pgtrigger.migrations import AddTrigger, RemoveTrigger

from audit.operations import Together, together

pytestmark = pytest.mark.django_db

KEY = ("id", models.BigAutoField(primary_key=True))


def kept(operation: Operations) -> Protect:
    return Protect(name="kept", operation=operation)


EARLIER: list[Operation] = [
    migrations.CreateModel("Hospital", [KEY, ("name", models.CharField(max_length=9, db_index=True))]),
    AddTrigger("hospital", kept(Delete)),
]
OPERATIONS: list[Operation] = [
    migrations.CreateModel("Ward", [KEY, ("name", models.CharField(max_length=9))]),
    migrations.CreateModel("Bed", [KEY, ("ward", models.ForeignKey("hospital.ward", models.PROTECT))]),
    RemoveTrigger("hospital", "kept"),
    migrations.AddField("ward", "hospital", models.ForeignKey("hospital.hospital", models.PROTECT)),
    migrations.AddField("hospital", "chief_ward", models.ForeignKey("hospital.ward", models.PROTECT, null=True)),
    migrations.AddField("ward", "floor", models.SmallIntegerField(default=3), preserve_default=False),
    migrations.AddConstraint("ward", models.CheckConstraint(condition=models.Q(floor__gte=0), name="above_ground")),
    migrations.AddIndex("ward", models.Index(fields=["floor"], condition=models.Q(floor=1), name="on_the_first")),
    AddTrigger("hospital", kept(Update | Delete)),
    migrations.AlterField("ward", "floor", models.IntegerField()),
    migrations.AddField("bed", "letter", models.CharField(max_length=1, default="")),
    migrations.AddConstraint(
        "bed", models.UniqueConstraint(fields=["ward"], condition=~models.Q(letter=""), name="one_with_a_letter")
    ),
    migrations.AddConstraint("ward", models.UniqueConstraint(fields=["hospital", "name"], name="known_by_name")),
    AddTrigger("bed", kept(Delete)),
]


def before() -> ProjectState:
    return after(EARLIER, ProjectState())


def after(operations: list[Operation], state: ProjectState) -> ProjectState:
    return _migration(operations).mutate_state(state)


def statements(operations: list[Operation], *, backwards: bool = False) -> list[str]:
    """What the migration would do to the database; its models are rendered, as they are when one migrates."""
    migration, state = _migration(operations), before()
    assert state.apps.get_model("hospital", "hospital")
    with connection.schema_editor(collect_sql=True) as editor:
        (migration.unapply if backwards else migration.apply)(state, editor)
    return [line for line in editor.collected_sql if not line.startswith("--")]


def _migration(operations: list[Operation]) -> migrations.Migration:
    migration = migrations.Migration("0002", "hospital")
    migration.operations = operations
    return migration


def test_forwards_the_statements_are_those_of_the_operations_one_by_one() -> None:
    assert statements(together(OPERATIONS)) == statements(OPERATIONS)


def test_backwards_all_is_taken_back_in_the_reverse_order() -> None:
    assert statements(together(OPERATIONS), backwards=True) == statements(OPERATIONS, backwards=True)


def test_a_trigger_that_is_replaced_is_the_new_one_forwards_and_the_old_one_backwards() -> None:
    swap = [RemoveTrigger("hospital", "kept"), AddTrigger("hospital", kept(Update))]
    assert isinstance(together(swap)[0], Together)
    [new] = [sql for sql in statements(together(swap)) if "FOR EACH ROW" in sql]
    [old] = [sql for sql in statements(together(swap), backwards=True) if "FOR EACH ROW" in sql]
    assert "Cannot update rows" in new
    assert "Cannot delete rows" in old


def test_the_models_are_the_same_afterwards() -> None:
    assert after(together(OPERATIONS), before()) == after(OPERATIONS, before())


def test_the_models_are_rendered_once_for_all_operations() -> None:
    state = before()
    rendered = state.apps
    Together(OPERATIONS[:2]).state_forwards("hospital", state)
    assert "apps" not in state.__dict__
    assert state.apps is not rendered
    assert state.apps.get_model("hospital", "bed")._meta.get_field("ward").related_model.__name__ == "Ward"

"""Large migrations in seconds.

Django renders model classes anew after every operation of a migration, and an audited model has ten operations and
more. Between most of them nobody looks at the classes, so they run together: all see the classes from before the first
and after the last of them. What is done to the database, and in which order, stays the same.
"""

from collections.abc import Iterable, Sequence

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import (
    AddConstraint,
    AddField,
    AddIndex,
    CreateModel,
    RemoveConstraint,
    RemoveIndex,
)
from django.db.migrations.operations.base import Operation, OperationCategory
from django.db.migrations.state import ProjectState
from django.db.models import CheckConstraint
from pgtrigger.migrations import AddTrigger, RemoveTrigger

PARTS = (AddField, AddConstraint, RemoveConstraint, AddIndex, RemoveIndex, AddTrigger, RemoveTrigger)


class Together(Operation):
    """Operations that run one after the other and all see the models before the first and after the last of them.

    Raises ValueError when one of them must see what another has done; `together` makes groups without such.
    """

    category = OperationCategory.MIXED
    serialization_expand_args = ["operations"]

    def __init__(self, operations: Sequence[Operation]) -> None:
        for position, operation in enumerate(operations):
            if not _goes_with(operation, operations[:position]):
                raise ValueError(f"This operation cannot run together with those before it: {operation.describe()}")
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        # Without rendered classes only their descriptions change; the classes are rendered when next asked for.
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in self.operations:
            operation.database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        for operation in reversed(self.operations):
            operation.database_backwards(app_label, schema_editor, from_state, to_state)

    def describe(self) -> str:
        return "; ".join(operation.describe() for operation in self.operations)


def together(operations: Iterable[Operation]) -> list[Operation]:
    """The same operations in the same order; those in a row that can run together are one `Together`."""
    groups: list[list[Operation]] = []
    for operation in operations:
        if groups and _goes_with(operation, groups[-1]):
            groups[-1].append(operation)
        else:
            groups.append([operation])
    return [Together(group) if len(group) > 1 else group[0] for group in groups]


def _goes_with(operation: Operation, before: Sequence[Operation]) -> bool:
    """Whether an operation needs nothing that those before it change in the models."""
    if isinstance(operation, CreateModel):
        # A table is made with all columns its model has, so models go without the fields that are added later.
        return all(isinstance(other, CreateModel) for other in before)
    if not isinstance(operation, PARTS) or not all(isinstance(other, PARTS) for other in before):
        return False
    if isinstance(operation, AddConstraint) and not isinstance(operation.constraint, CheckConstraint):
        # Taking such a constraint back asks the model from before the group for the columns.
        return not any(
            isinstance(other, AddField) and other.model_name_lower == operation.model_name_lower for other in before
        )
    return True

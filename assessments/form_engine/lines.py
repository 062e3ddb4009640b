"""One line of a repeating group, as a form of its own."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django import forms

from assessments.form_engine.items import ItemsForm, model_form, names_of
from assessments.form_specs import RowGroup, is_empty
from assessments.widgets import select


class RowEntryForm(ItemsForm):
    """One line of a repeating group; its fields are called `<group>-<key>-<item>`."""

    group: RowGroup

    def __init__(self, *args: Any, key: str, missing: Mapping[str, str], **kwargs: Any) -> None:
        kwargs["prefix"] = f"{self.group.name}-{key}"
        super().__init__(*args, **kwargs)
        self.key = key
        self.label = str(self.group.label(key))
        self.prepare(missing={name: missing.get(self.group.address(key, name), "") for name in self._names})
        for item in self.items:
            if item.choices_of is not None:
                label = self.fields[item.name].label
                self.fields[item.name] = forms.ChoiceField(
                    choices=item.choices_of(key), label=label, required=False, widget=select()
                )

    @property
    def _names(self) -> list[str]:
        return [item.name for item in self.items]

    @property
    def is_blank(self) -> bool:
        """Nothing typed and no reason given: a line that people add counts only when it says something."""
        return not self.item_reasons() and all(is_empty(value) for value in self.item_values().values())


@cache
def row_form_class(group: RowGroup) -> type[RowEntryForm]:
    """The ModelForm of one line of a repeating group; made once per process."""
    base = model_form(RowEntryForm, group.model, group.items, in_table=group.in_table)
    names = names_of(group.derived)
    return type(
        f"{group.model.__name__}EntryForm", (base,), {"group": group, "items": group.items, "derived_names": names}
    )

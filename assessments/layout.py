"""Spec -> crispy layout: one section per group, one template per kind of question."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Field, Fieldset, Layout, LayoutObject
from django import forms
from django.db import models
from django.template.loader import render_to_string

from assessments.form_engine import ADD_PREFIX, MISSING_PREFIX, EntryForm, RowEntryForm
from assessments.form_specs import CrfSpec, Item, ItemGroup, RowGroup

ITEM_TEMPLATE = "assessments/item.html"
ROWS_TEMPLATE = "assessments/rows.html"


class ItemField(Field):
    """One item: label, hint, value with its unit, reason for no value, history."""

    def __init__(self, item: Item, **kwargs: Any) -> None:
        super().__init__(item.name, template=ITEM_TEMPLATE, **kwargs)
        self.item = item

    def render(self, form: EntryForm, context: Any, **kwargs: Any) -> str:
        extra = facts_of(form, self.item, self.item.name, form.spec.column(self.item.name))
        return super().render(form, context, extra_context=extra, **kwargs)


class RowsField(LayoutObject):
    """The lines of a repeating group."""

    def __init__(self, group: RowGroup) -> None:
        self.group = group

    def render(self, form: EntryForm, context: Any, **_kwargs: Any) -> str:
        lines = form.rows[self.group.name]
        facts = {
            "group": self.group,
            "lines": [{"key": line.key, "label": line.label, "form": line, "cells": cells_of(line)} for line in lines],
            "added": lines[-1].key if f"{ADD_PREFIX}{self.group.name}" in form.data else "",
            "keys": ",".join(line.key for line in lines),
            "may_add": self.group.keys is None,
            "heads": [(item, self.group.column(item.name).verbose_name) for item in self.group.items],
            "derived_columns": [
                (value, self.group.column(value.name).verbose_name) for value in self.group.derived_in_entry
            ],
        }
        return render_to_string(ROWS_TEMPLATE, {**context.flatten(), **facts})


def cells_of(line: RowEntryForm) -> list[dict[str, Any]]:
    """What the template shows of each item of a line."""
    group = line.group
    return [
        {"field": line[item.name]} | facts_of(line, item, group.address(line.key, item.name), group.column(item.name))
        for item in group.items
    ]


def facts_of(form: forms.BaseForm, item: Item, address: str, column: Any) -> dict[str, Any]:
    """What the template of an item knows besides its field."""
    name = MISSING_PREFIX + item.name
    return {
        "item": item,
        "address": address,
        "missing_field": form[name] if name in form.fields else None,
        "is_choice": isinstance(form.fields[item.name].widget, forms.RadioSelect),
        "is_scored": isinstance(column, models.IntegerField),
    }


def helper_for(spec: CrfSpec) -> FormHelper:
    """The crispy helper of an instrument's ordinary entry page."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    helper.layout = Layout(*(_section(group) for group in spec.groups))
    return helper


def _section(group: ItemGroup | RowGroup) -> LayoutObject:
    if isinstance(group, RowGroup):
        return RowsField(group)
    hint = [HTML(f'<p class="form-text">{group.hint}</p>')] if group.hint else []
    css_class = "form-section form-section-rows" if group.in_rows else "form-section"
    return Fieldset(str(group.title), *hint, *(ItemField(item) for item in group.items), css_class=css_class)

"""Spec -> crispy layout: one section per item group, one template per kind of question."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Field, Fieldset, Layout
from django import forms
from django.db import models

from assessments.form_engine import MISSING_PREFIX, EntryForm
from assessments.form_specs import CrfSpec, Item

ITEM_TEMPLATE = "assessments/item.html"


class ItemField(Field):
    """One item: label, hint, value with its unit, reason for no value, history."""

    def __init__(self, item: Item, **kwargs: Any) -> None:
        super().__init__(item.name, template=ITEM_TEMPLATE, **kwargs)
        self.item = item

    def render(self, form: EntryForm, context: Any, **kwargs: Any) -> str:
        name = MISSING_PREFIX + self.item.name
        column = form.spec.column(self.item.name)
        extra = {
            "item": self.item,
            "missing_field": form[name] if name in form.fields else None,
            "is_choice": isinstance(form.fields[self.item.name].widget, forms.RadioSelect),
            "is_scored": isinstance(column, models.IntegerField),
        }
        return super().render(form, context, extra_context=extra, **kwargs)


def helper_for(spec: CrfSpec) -> FormHelper:
    """The crispy helper of an instrument's ordinary entry page."""
    helper = FormHelper()
    helper.form_tag = False
    helper.disable_csrf = True
    sections = []
    for group in spec.groups:
        hint = [HTML(f'<p class="form-text">{group.hint}</p>')] if group.hint else []
        fields = [ItemField(item) for item in group.items]
        css_class = "form-section form-section-rows" if group.in_rows else "form-section"
        sections.append(Fieldset(str(group.title), *hint, *fields, css_class=css_class))
    helper.layout = Layout(*sections)
    return helper

"""Each instrument is declared once and completely: model and spec say the same."""

from collections import Counter
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps

from assessments.codes import YesNo
from assessments.form_data import BOOKKEEPING, ROW_BOOKKEEPING, RowData
from assessments.form_engine import MISSING_PREFIX, ReviewGroup, form_class, review_groups
from assessments.form_specs import ROW_KEY, CrfSpec, FormContext, RowGroup
from assessments.form_values import derived_values, objections, worked_on
from assessments.registry import INSTRUMENTS
from assessments.wording.model import QUESTIONNAIRE_BOOKKEEPING, QuestionnaireData
from protocols.catalogue import FactKind

EMPTY = FormContext(consent_on=date(2026, 1, 5), visit_on=date(2026, 1, 5))

every_instrument = pytest.mark.parametrize("spec", INSTRUMENTS.values(), ids=INSTRUMENTS.keys())
ROW_GROUPS = [(spec, group) for spec in INSTRUMENTS.values() for group in spec.row_groups]
every_row_group = pytest.mark.parametrize(
    ("spec", "group"), ROW_GROUPS, ids=[f"{spec.code}-{group.name}" for spec, group in ROW_GROUPS]
)


def field_names(spec: CrfSpec) -> set[str]:
    return {field.name for field in spec.model._meta.fields}


@every_instrument
def test_each_field_is_an_item_or_derived_or_bookkeeping_or_retired_and_only_one_of_them(spec: CrfSpec) -> None:
    bookkeeping = QUESTIONNAIRE_BOOKKEEPING if issubclass(spec.model, QuestionnaireData) else BOOKKEEPING
    named = [entry.name for entry in (*spec.items, *spec.derived)]
    places = Counter([*named, *bookkeeping, *spec.retired])
    assert {name: count for name, count in places.items() if count > 1} == {}
    assert set(places) == field_names(spec)


@every_row_group
def test_each_field_of_a_line_is_an_item_or_derived_or_bookkeeping_and_only_one_of_them(
    spec: CrfSpec, group: RowGroup
) -> None:
    named = [entry.name for entry in (*group.items, *group.derived)]
    places = Counter([*named, *ROW_BOOKKEEPING])
    assert {name: count for name, count in places.items() if count > 1} == {}
    assert set(places) == {field.name for field in group.model._meta.fields}
    assert group.model._meta.get_field("form").related_model is spec.model


def test_every_table_of_lines_belongs_to_one_group() -> None:
    models = Counter(group.model for _spec, group in ROW_GROUPS)
    tables = [model for model in apps.get_models() if issubclass(model, RowData)]
    assert models == Counter(model for model in tables if not hasattr(model, "pgh_tracked_model"))


@every_instrument
def test_a_cdash_name_is_given_once_in_a_form(spec: CrfSpec) -> None:
    names = Counter(entry.cdash for entry in (*spec.items, *spec.derived) if entry.cdash)
    assert {name for name, count in names.items() if count > 1} == set()


@every_instrument
def test_published_facts_come_from_items_or_derived_values(spec: CrfSpec) -> None:
    for publication in spec.publishes:
        group, key, name = spec.split(publication.address)
        holder = spec if group is None else group
        assert name in {entry.name for entry in (*holder.items, *holder.derived)}
        assert group is None or group.keys is None or key


@every_instrument
def test_published_facts_have_the_kind_of_their_field(spec: CrfSpec) -> None:
    for publication in spec.publishes:
        field = spec.column(publication.address)
        is_number = field.get_internal_type() in ("DecimalField", "IntegerField", "BigIntegerField")
        is_day = field.get_internal_type() == "DateField"
        is_yes_no = set(dict(field.flatchoices)) == set(YesNo.values)
        kind = publication.fact.kind
        assert (kind == FactKind.NUMBER) is is_number, publication.fact.code
        assert (kind == FactKind.DAY) is is_day, publication.fact.code
        assert (kind == FactKind.YES_NO) is is_yes_no, publication.fact.code


def test_a_fact_is_published_by_one_form_only() -> None:
    codes = Counter(fact.code for spec in INSTRUMENTS.values() for fact in spec.facts)
    assert {code for code, count in codes.items() if count > 1} == set()


def test_the_registry_knows_each_instrument_under_its_own_code() -> None:
    assert {code: spec.code for code, spec in INSTRUMENTS.items()} == {code: code for code in INSTRUMENTS}
    assert len({spec.model for spec in INSTRUMENTS.values()}) == len(INSTRUMENTS)


@every_instrument
def test_derive_returns_every_derived_name_for_an_empty_form(spec: CrfSpec) -> None:
    derived = spec.derive(worked_on(spec, {}, EMPTY), EMPTY)
    assert derived == {entry.name: None for entry in spec.derived}


@every_row_group
def test_derive_returns_every_derived_name_for_an_empty_line(spec: CrfSpec, group: RowGroup) -> None:
    keys = (group.keys(EMPTY) if group.keys else ()) or ("1",)
    derived = derived_values(spec, {group.name: tuple({ROW_KEY: key} for key in keys)}, EMPTY)
    for key in keys:
        assert {derived.get(group.address(key, value.name)) for value in group.derived} <= {None}


@every_instrument
def test_an_empty_form_has_nothing_wrong_with_it(spec: CrfSpec) -> None:
    assert objections(spec, {}, EMPTY) == []


@every_instrument
def test_prefilled_values_are_items(spec: CrfSpec) -> None:
    everything = {fact.code: Decimal("72.5000") for other in INSTRUMENTS.values() for fact in other.facts}
    context = FormContext(consent_on=EMPTY.consent_on, visit_on=EMPTY.visit_on, here=everything)
    fields = form_class(spec)(context=EMPTY).fields
    rows = {group.name for group in spec.row_groups}
    for name, value in spec.prefill(context).items():
        if name in rows:
            continue
        assert name in {item.name for item in spec.items}
        fields[name].clean(str(value))  # findings have four decimals; what is proposed must be accepted as it stands


@every_instrument
def test_the_entry_form_asks_for_every_item_and_for_nothing_derived(spec: CrfSpec) -> None:
    form = form_class(spec)(context=EMPTY)
    asked = {name for name in form.fields if not name.startswith(MISSING_PREFIX)}
    assert asked == {"assessed_on", *(item.name for item in spec.items)}
    for item in spec.items:
        assert (MISSING_PREFIX + item.name in form.fields) is (item.required and item.may_be_missing)
        assert f'name="{item.name}"' in str(form[item.name])
        assert str(form[item.name].label).strip()


@every_instrument
def test_the_review_page_shows_every_item_and_every_derived_value(spec: CrfSpec) -> None:
    groups = [group for group in review_groups(spec, _empty(spec)) if isinstance(group, ReviewGroup)]
    asked = [item.name for item in spec.items if item.is_asked({})]
    assert [row.name for group in groups for row in group.rows] == [*asked, *(entry.name for entry in spec.derived)]


@every_instrument
def test_a_retired_field_may_stay_empty(spec: CrfSpec) -> None:
    for name in spec.retired:
        field = spec.model._meta.get_field(name)
        assert field.null or field.blank, name


def _empty(spec: CrfSpec) -> Any:
    return spec.model()

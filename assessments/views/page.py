"""What the entry page of a form shows: the form, what is stored, what was typed and not saved, two versions at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict

from assessments import form_engine, selectors
from assessments.context import context_of
from assessments.form_engine import EntryForm, differences, form_class
from assessments.form_specs import Severity, is_empty
from assessments.form_values import (
    ASSESSED_ON,
    Version,
    changed_addresses,
    kept_unasked,
    not_asked,
    objections,
    stored_values,
)
from assessments.history import version_before
from assessments.layout import helper_for
from assessments.views.place import Place
from assessments.views.versions import CHOOSE_PREFIX, choices, chosen
from assessments.wording.display import use_words, words_to_ask

CONFIRM_PREFIX = "confirm__"
"""A soft check, by its code, and why the value stays."""
REASON_PREFIX = "reason__"
"""A changed item, by its address, and why it changes."""


@dataclass(frozen=True)
class EntryPage:
    """One form on its entry page. `version` is the one it was opened at, so that a conflict stays one until decided."""

    place: Place
    stored: Any
    rows: Mapping[str, Any]
    form: EntryForm
    version: int
    data: Mapping[str, Any] = field(default_factory=dict)
    restored_at: Any = None
    is_conflict: bool = False

    @classmethod
    def opened(cls, place: Place, user: Any, *, with_draft: bool = True) -> "EntryPage":
        """The form as it is stored, or as this user left it unsaved."""
        stored = selectors.stored_form(place.spec, place.visit)
        rows = selectors.stored_rows(place.spec, stored)
        page = cls(place, stored, rows, _unbound(place, stored, rows), stored.row_version if stored else 0)
        draft = selectors.kept_draft(place.spec, place.visit, user) if with_draft else None
        return page if draft is None else page._restored(draft)

    def _restored(self, draft: Any) -> "EntryPage":
        page = self.sent(_as_sent({**draft.data, "version": [str(draft.based_on)]}))
        page.form.forget_errors()
        if not page.differs():
            return self
        # Two versions that nobody has decided between stay two.
        is_undecided = any(name.startswith(CHOOSE_PREFIX) for name in draft.data)
        is_conflict = self.stored is not None and (is_undecided or draft.based_on != self.version)
        return replace(page, restored_at=draft.saved_at, is_conflict=is_conflict)

    @property
    def overtaken_by(self) -> Any:
        """Who has saved the form since this page was opened; None when nobody has."""
        return self.stored.assessed_by if self.stored is not None and self.version < self.stored.row_version else None

    def sent(self, data: Any) -> "EntryPage":
        """The same form with what was sent; where both versions were shown, with the one chosen for each item."""
        if self.stored is not None and any(name.startswith(CHOOSE_PREFIX) for name in data):
            data = chosen(self.place.spec, data, _unbound(self.place, self.stored, self.rows))
        # A fresh instance: validation must not write what was typed into the stored row, which is shown beside it.
        spec = self.place.spec
        instance = spec.model(missing=self.stored.missing if self.stored else {})
        form = form_class(spec)(data, instance=instance, context=self.form.context, stored_rows=self.rows)
        form.helper = helper_for(spec)
        use_words(form, words_to_ask(spec, self.place.visit, self.stored, data))
        form.is_valid()
        return replace(self, form=form, data=data, version=version_in(data), restored_at=None)

    def against(self, stored: Any) -> "EntryPage":
        """The same page beside what somebody else has stored in the meantime."""
        rows = selectors.stored_rows(self.place.spec, stored)
        return replace(self, stored=stored, rows=rows, is_conflict=True)

    def _empty_version(self) -> Version:
        spec = self.place.spec
        return Version(stored_values(spec, spec.model(), {}), {}, self.place.visit.occurred_on)

    def _stored_version(self) -> Version:
        spec, stored = self.place.spec, self.stored
        if stored is None:
            return self._empty_version()
        return Version(stored_values(spec, stored, self.rows), stored.missing or {}, stored.assessed_on)

    def _opened_version(self) -> Version:
        """What the page shows before anybody types: what is stored, or else what the form proposes."""
        if self.stored is not None:
            return self._stored_version()
        empty = self._empty_version()
        return replace(empty, values={**empty.values, **self.place.spec.prefill(self.form.context)})

    def _typed_version(self) -> Version:
        stored = self._stored_version()
        if not self.form.is_bound:
            return stored
        day = getattr(self.form, "cleaned_data", {}).get(ASSESSED_ON, stored.assessed_on)
        return Version(self.form.values(), self.form.missing_reasons(), day)

    def changed(self) -> list[form_engine.Difference]:
        """Every item that is typed otherwise than it is stored."""
        return differences(self.place.spec, self._stored_version(), self._typed_version(), self.form.context)

    def explained(self) -> dict[str, str]:
        """The explanations of the checks that ask at this moment, by code."""
        return {objection.code: text.strip() for objection, text in self._soft() if text.strip()}

    def differs(self) -> bool:
        """Whether what was typed says anything that is not stored, or cannot be understood."""
        stored = (self.stored.confirmed_checks or {}) if self.stored else {}
        says_more = any(stored.get(code) != text for code, text in self.explained().items())
        typed = changed_addresses(self.place.spec, self._opened_version(), self._typed_version())
        return says_more or bool(typed) or self._has_unreadable()

    def _has_unreadable(self) -> bool:
        """Whether a field holds something that is no value of its item, such as letters in a number."""
        forms: list[Any] = [self.form, *self.form.row_forms]
        return any(
            str(form[name].value() or "").strip() and name not in form.cleaned_data
            for form in forms
            for name in form.fields
        )

    def changes_nothing(self) -> bool:
        """Whether a save of a finished form would write what it already says."""
        if self.stored is None or self.stored.status != "complete" or self.version != self.stored.row_version:
            return False
        return not self.changed() and self.explained() == (self.stored.confirmed_checks or {})

    def reasons_of_changes(self, given: Mapping[str, str]) -> dict[str, str]:
        """The reasons given for single items that did change."""
        return {change.address: given[change.address] for change in self.changed() if change.address in given}

    def _conflict(self) -> dict[str, Any] | None:
        if not self.is_conflict:
            return None
        place, typed = self.place, self._typed_version()
        opened = version_before(place.spec, self.stored, self.version)
        if self.version == 0:
            opened = Version(stored_values(place.spec, place.spec.model(), {}), {}, place.visit.occurred_on)
        return {
            "by": self.stored.assessed_by,
            "rows": choices(place.spec, self.changed(), self.data, opened=opened, typed=typed),
        }

    def context(self) -> dict[str, Any]:
        """What the template shows."""
        needs_reason = self.stored is not None and self.stored.status != "draft"
        return {
            "form": self.form,
            "stored": self.stored,
            "version": self.stored.row_version if self.is_conflict and self.stored else self.version,
            "needs_reason": needs_reason,
            "reason": self.data.get("reason", ""),
            "changes": [(change, self.data.get(REASON_PREFIX + change.address, "")) for change in self.changed()]
            if needs_reason and self.form.is_bound
            else [],
            "is_itemised": "itemise" in self.data or any(name.startswith(REASON_PREFIX) for name in self.data),
            "soft": self._soft(),
            "live": self._live(),
            "unasked": self._unasked(),
            "can_see_history": True,
            "restored_at": self.restored_at,
            "conflict": self._conflict(),
            "overtaken_by": self.overtaken_by,
        }

    def _soft(self) -> list[tuple[Any, str]]:
        """Every check that asks about these values, with the explanation that was typed or is stored."""
        stored = (self.stored.confirmed_checks or {}) if self.stored else {}
        found = objections(self.place.spec, self._typed_version().values, self.form.context)
        return [
            (o, self.data.get(CONFIRM_PREFIX + o.code, stored.get(o.code, "")))
            for o in found
            if o.severity == Severity.SOFT
        ]

    def _unasked(self) -> str:
        """Addresses that are hidden for these answers: not asked, and empty."""
        spec, values = self.place.spec, self.form.shown_values()
        hidden = not_asked(spec, values) - set(kept_unasked(spec, values))
        groups = {group.name for group in spec.row_groups if not group.is_asked(values) and not values.get(group.name)}
        return " ".join(sorted(hidden | groups))

    def _live(self) -> dict[str, Any]:
        spec = self.place.spec
        if self.form.is_bound:
            derived = self.form.derived()
        else:
            derived = {value.name: getattr(self.stored, value.name, None) for value in spec.derived}
            derived |= {
                group.address(row.row_key, value.name): getattr(row, value.name)
                for group in spec.row_groups
                for row in self.rows.get(group.name, ())
                for value in group.derived
            }
        own = {value.name: derived.get(value.name) for value in spec.derived}
        return {
            "rows": [
                {
                    "derived": value,
                    "label": spec.label(value.name),
                    "value": form_engine.display(spec, value.name, own[value.name]),
                    "is_known": not is_empty(own[value.name]),
                }
                for value in spec.derived
            ],
            "lines": {
                address: form_engine.display(spec, address, value)
                for address, value in derived.items()
                if address not in own
            },
            "response": spec.compare(own, self.form.context),
            "objections": self.form.objections() if self.form.is_bound else [],
        }


def _unbound(place: Place, stored: Any, rows: Mapping[str, Any]) -> EntryForm:
    context = context_of(place.visit, place.spec)
    initial = {"assessed_on": place.visit.occurred_on, **place.spec.prefill(context)} if stored is None else None
    form = form_class(place.spec)(instance=stored, context=context, initial=initial, stored_rows=rows)
    form.helper = helper_for(place.spec)
    use_words(form, words_to_ask(place.spec, place.visit, stored))
    return form


def _as_sent(data: Mapping[str, list[str]]) -> QueryDict:
    """Kept fields as a page sends them."""
    sent = QueryDict(mutable=True)
    for name, values in data.items():
        sent.setlist(name, values)
    return sent


def version_in(data: Mapping[str, Any]) -> int:
    """The version that the page was opened at; 0 for none, and for what is no number."""
    sent = str(data.get("version", "0"))
    return int(sent) if sent.isascii() and sent.isdecimal() and len(sent) < 10 else 0

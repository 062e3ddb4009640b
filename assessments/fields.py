"""Model fields that know their limits: one declaration gives the CHECK constraint, the validator and the entry
widget."""

from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from clinical.numbers import plain
from patients.fields import PartialDay as PartialDay  # forms and safety share it


def range_messages(field: "Bounded") -> dict[str, Any]:
    """One plain sentence for whatever is wrong with a typed number."""
    outside = format_lazy(_("Enter a number from {low} to {high}."), low=field.low, high=field.high)
    return {"invalid": outside, **dict.fromkeys(("min_value", "max_value", "max_digits", "max_whole_digits"), outside)}


class DecimalEntry(forms.DecimalField):
    """A decimal number, with a point or a comma: 36.8 and 36,8 are the same."""

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.count(",") == 1 and "." not in value:
            value = value.replace(",", ".")
        return super().to_python(value)

    def run_validators(self, value: Any) -> None:
        try:
            super().run_validators(value)
        except ValidationError as error:
            # A number that is too large has too many digits as well; it is said once.
            raise ValidationError(list(dict.fromkeys(error.messages))) from error


class Bounded(models.Field):
    """`low` and `high` are both allowed. An empty value means not recorded yet, so every bounded field may be null."""

    def __init__(self, *args: Any, low: int, high: int, **kwargs: Any) -> None:
        self.low, self.high = low, high
        kwargs.update(null=True, blank=True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["null"], kwargs["blank"]
        return name, path, args, {**kwargs, "low": self.low, "high": self.high}

    @cached_property
    def validators(self) -> list[Any]:
        return [*super().validators, MinValueValidator(self.low), MaxValueValidator(self.high)]

    def db_check(self, connection: Any) -> str:
        return f"{connection.ops.quote_name(self.column)} BETWEEN {self.low} AND {self.high}"


class BoundedInteger(Bounded, models.IntegerField):
    """A whole number within limits."""

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        if self.choices:
            return super().formfield(**kwargs)
        return super().formfield(
            **{"min_value": self.low, "max_value": self.high, "error_messages": range_messages(self), **kwargs}
        )


class BoundedDecimal(Bounded, models.DecimalField):
    """A decimal number within limits; `max_digits` follows from the limits and the decimal places."""

    def __init__(self, *args: Any, decimal_places: int, low: int, high: int, **kwargs: Any) -> None:
        whole = max(len(str(abs(int(limit)))) for limit in (low, high))
        kwargs["max_digits"] = whole + decimal_places
        super().__init__(*args, decimal_places=decimal_places, low=low, high=high, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["max_digits"]
        return name, path, args, kwargs

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        defaults = {"min_value": self.low, "max_value": self.high, "error_messages": range_messages(self)}
        return super().formfield(**{**defaults, "form_class": DecimalEntry, **kwargs})


class MeasuredEntry(DecimalEntry):
    """A decimal number that is shown without idle zeros."""

    def prepare_value(self, value: Any) -> Any:
        return plain(value) if isinstance(value, Decimal) else value


class Measured(BoundedDecimal):
    """A result as reported, in whatever unit: from 0 to ten million, with up to four decimals."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        for name in ("low", "high", "decimal_places"):
            kwargs.pop(name, None)
        super().__init__(*args, low=0, high=10**7, decimal_places=4, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["low"], kwargs["high"], kwargs["decimal_places"]
        return name, path, args, kwargs

    def formfield(self, **kwargs: Any) -> forms.Field | None:
        return super().formfield(**{"form_class": MeasuredEntry, **kwargs})


class CellCount(Bounded, models.BigIntegerField):
    """A number of cells: whole, up to 10^12."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.pop("low", None), kwargs.pop("high", None)
        super().__init__(*args, low=0, high=10**12, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        del kwargs["low"], kwargs["high"]
        return name, path, args, kwargs

"""Publishing results: what a form found becomes Finding rows, in the transaction that stores the form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from patients.models import Finding, Visit
from patients.services.eligibility import review_decision


@dataclass(frozen=True)
class Result:
    """One published value with its unit."""

    value: Decimal | bool | str | date
    unit: str = ""

    def columns(self) -> dict[str, object]:
        """The one column of Finding that holds the value, the others empty."""
        columns: dict[type, str] = {bool: "yes_no", str: "text", date: "day", Decimal: "number", int: "number"}
        return {**dict.fromkeys(columns.values()), columns[type(self.value)]: self.value}


def publish(
    *, visit: Visit, source_form: str, repeat_key: str, collected_on: date, results: Mapping[str, Result]
) -> None:
    """Make the findings of one form exactly these: new ones added, changed ones changed, others removed.

    The caller holds the transaction and signs for the writes. At most four statements, whatever the number of results,
    and those that compare a decision on eligibility with the facts it rests on.
    """
    here = {"visit": visit, "source_form": source_form, "repeat_key": repeat_key}
    stored = {finding.test_code: finding for finding in Finding.objects.filter(**here)}
    new, changed = [], []
    for code, result in results.items():
        facts = {**result.columns(), "unit": result.unit, "collected_on": collected_on}
        finding = stored.pop(code, None)
        if finding is None:
            new.append(Finding(subject_id=visit.subject_id, test_code=code, **here, **facts))
        elif any(getattr(finding, name) != value for name, value in facts.items()):
            for name, value in facts.items():
                setattr(finding, name, value)
            changed.append(finding)
    if new:
        Finding.objects.bulk_create(new)
    if changed:
        Finding.objects.bulk_update(changed, ["number", "yes_no", "text", "day", "unit", "collected_on"])
    if stored:
        Finding.objects.filter(pk__in=[finding.pk for finding in stored.values()]).delete()
    if not visit.needs_enrolment and (new or changed or stored):
        review_decision(visit.subject)

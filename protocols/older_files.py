"""Files of a version that was stored by an earlier Dermis: what they lack since is added as they are opened.

A stored version never changes, and subjects stand on it for years. So every key that a later Dermis demands gets, for
files that are stored already, the value that leaves everything as it was.
"""

from collections.abc import Mapping
from typing import Any

Decoded = Mapping[str, Mapping[str, Any] | None]

_OUTSIDE_THE_SCHEDULE = {
    "unscheduled": {"name": "Unscheduled visit", "name_zh": "计划外访视", "forms": []},
    "early_termination": {"name": "Early termination visit", "name_zh": "提前终止访视", "forms": []},
}


def completed(files: Decoded) -> dict[str, Mapping[str, Any] | None]:
    """The decoded files with what Dermis 0.1 did not ask for: Chinese names of visits (the English ones stand in),
    visits outside the schedule (without forms), and the day of the first treatment under its present name."""
    found = dict(files)
    if (visits := files.get("visits.toml")) is not None:
        named = [{"name_zh": visit.get("name"), **visit} for visit in visits.get("visit", [])]
        found["visits.toml"] = {**_OUTSIDE_THE_SCHEDULE, **visits, "visit": named}
    if (examples := files.get("examples.toml")) is not None:
        found["examples.toml"] = {**examples, "example": [_renamed(each) for each in examples.get("example", [])]}
    return found


def _renamed(example: Mapping[str, Any]) -> dict[str, Any]:
    return {"first_treatment_on" if key == "first_infusion_on" else key: value for key, value in example.items()}

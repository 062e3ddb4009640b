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


LABORATORY_OF_0_2 = ("CA", "ALT", "AST", "BILI", "CREAT", "CYSTATC", "HGB", "PLAT", "WBC")
"""What the laboratory form asked before protocols could say it."""


def completed(files: Decoded) -> dict[str, Mapping[str, Any] | None]:
    """The decoded files with what Dermis 0.1 did not ask for: Chinese names of visits (the English ones stand in),
    visits outside the schedule (without forms), and the day of the first treatment under its present name; and with
    what 0.2 did not ask for: the lines of the laboratory form."""
    found = dict(files)
    if (visits := files.get("visits.toml")) is not None:
        named = [{"name_zh": visit.get("name"), **visit} for visit in visits.get("visit", [])]
        panels = {} if "panels" in visits else _panels(visits)
        found["visits.toml"] = {**_OUTSIDE_THE_SCHEDULE, **panels, **visits, "visit": named}
    if (examples := files.get("examples.toml")) is not None:
        found["examples.toml"] = {**examples, "example": [_renamed(each) for each in examples.get("example", [])]}
    return found


def _panels(visits: Mapping[str, Any]) -> dict[str, Any]:
    contents = [*visits.get("visit", []), *(visits.get(key, {}) for key in _OUTSIDE_THE_SCHEDULE)]
    asks_laboratory = any("laboratory" in content.get("forms", []) for content in contents)
    return {"panels": {"laboratory": list(LABORATORY_OF_0_2)}} if asks_laboratory else {}


def _renamed(example: Mapping[str, Any]) -> dict[str, Any]:
    return {"first_treatment_on" if key == "first_infusion_on" else key: value for key, value in example.items()}

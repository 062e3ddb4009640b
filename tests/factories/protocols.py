"""An amended protocol."""

from assessments.registry import catalogue
from protocols.loader import STUDIES, read_folder
from tests.factories.trials import system
from trials.models import ProtocolVersion, Trial
from trials.services import load_protocol

WEEK_10 = """
[[visit]]
code = "W10"
name = "Week 10"
name_zh = "第10周"
epoch = "treatment"
relative_to = "W0"
target = "P70D"
pre_window = "P3D"
post_window = "P3D"
forms = ["pasi"]
default = true
note = "Made up for a test."

"""


def amend(trial: Trial, version: str = "1.1", **changes: str) -> ProtocolVersion:
    """Version 1.1 of NCT03265613: one more visit in week 10; `changes` replace further files (without .toml)."""
    files = read_folder(STUDIES / "NCT03265613" / "1.0")
    files = {name: text.replace('version = "1.0"', f'version = "{version}"') for name, text in files.items()}
    head, rest = files["visits.toml"].split('# "12 weeks (plus or minus 3 days)', 1)
    files["visits.toml"] = f'{head}{WEEK_10}# "12 weeks (plus or minus 3 days){rest}'
    files |= {f"{name}.toml": text for name, text in changes.items()}
    return load_protocol(files=files, catalogue=catalogue(), by=system())[0]

"""The trials of the demonstration and their sites. All hospitals are invented."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class DemoSite:
    """A site with its code, name, country and time zone."""

    code: str
    name: str
    country: str
    time_zone: str


@dataclass(frozen=True)
class DemoTrial:
    """A trial as the demonstration runs it.

    `target` is how many subjects may be enrolled where it is not the number that the protocol plans; `block_sizes` are
    the block lengths of a randomised trial.
    """

    registration: str
    sites: tuple[DemoSite, ...]
    target: int | None = None
    block_sizes: tuple[int, ...] = ()


SHEET_VERSION = "1.0"
SHEET_VALID_FROM = date(2020, 1, 1)

TRIALS = (
    DemoTrial(
        "NCT03265613",
        sites=(
            DemoSite("GZ", "Guangzhou Demo Hospital", "CHN", "Asia/Shanghai"),
            DemoSite("VIE", "Vienna Demo Clinic", "AUT", "Europe/Vienna"),
        ),
        target=16,
    ),
    DemoTrial("NCT03745417", sites=(DemoSite("GZ", "Guangzhou Demo Hospital", "CHN", "Asia/Shanghai"),)),
    DemoTrial(
        "NCT03424629",
        sites=(
            DemoSite("TJ", "Tianjin Demo Hospital", "CHN", "Asia/Shanghai"),
            DemoSite("PEK", "Beijing Demo Hospital", "CHN", "Asia/Shanghai"),
        ),
        block_sizes=(3, 6),
    ),
    DemoTrial("NCT03765957", sites=(DemoSite("CS", "Changsha Demo Hospital", "CHN", "Asia/Shanghai"),)),
)

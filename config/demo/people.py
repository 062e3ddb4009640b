"""The invented people of the demonstration."""

from dataclasses import dataclass

DEMO_PASSWORD = "psoriasis-demo-2026"


@dataclass(frozen=True)
class DemoPerson:
    """A person with an account, in one role; no site codes means every site of every trial."""

    username: str
    full_name: str
    role_code: str
    site_codes: tuple[str, ...] = ()
    language: str = "en"


PEOPLE = (
    DemoPerson("li.na", "Li Na", "coordinator", ("GZ",)),
    DemoPerson("zhang.wei", "Zhang Wei", "investigator", ("GZ",)),
    DemoPerson("maria.huber", "Maria Huber", "coordinator", ("VIE",)),
    DemoPerson("jonas.gruber", "Jonas Gruber", "investigator", ("VIE",)),
    DemoPerson("liu.yang", "Liu Yang", "coordinator", ("TJ", "PEK")),
    DemoPerson("sun.hao", "Sun Hao", "investigator", ("TJ", "PEK")),
    DemoPerson("he.min", "He Min", "coordinator", ("CS",)),
    DemoPerson("tang.jie", "Tang Jie", "investigator", ("CS",)),
    DemoPerson("chen.yu", "Chen Yu", "monitor", ("GZ", "VIE", "TJ", "PEK", "CS")),
    DemoPerson("sara.lind", "Sara Lind", "safety_monitor"),
    DemoPerson("david.okafor", "David Okafor", "data_manager"),
    DemoPerson("emma.rossi", "Emma Rossi", "statistician"),
    DemoPerson("admin", "Anna Bauer", "administrator"),
    DemoPerson("paul.auditor", "Paul Novak", "auditor"),
    DemoPerson("wang.fang", "Wang Fang 王芳", "coordinator", ("GZ",), "zh-hans"),
)

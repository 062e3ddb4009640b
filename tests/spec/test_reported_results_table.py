"""Where a result lies to the normal range that a laboratory prints as a number, or as below or above one."""

from decimal import Decimal

import pytest

from clinical.laboratory.reference_range import ReferenceRange
from clinical.laboratory.reported import Qualifier, flag_reported

TABLE = """
result | low | high | flag
4      | 5   | 40   | low
5      | 5   | 40   | normal
40     | 5   | 40   | normal
41     | 5   | 40   | high
5      | -   | -    | unknown
< 5    | 5   | 40   | low
< 4    | 5   | 40   | low
< 6    | 5   | 40   | unknown
< 5    | -   | 40   | normal
< 50   | -   | 40   | unknown
< 5    | 0   | 40   | normal
< 5    | -   | -    | unknown
> 40   | 5   | 40   | high
> 60   | 5   | 40   | high
> 30   | 5   | 40   | unknown
> 60   | 5   | -    | normal
> 4    | 5   | -    | unknown
> 60   | -   | -    | unknown
"""


def _number(text: str) -> Decimal | None:
    return None if text == "-" else Decimal(text)


@pytest.mark.parametrize("row", TABLE.strip().splitlines()[1:])
def test_a_reported_result_lies_low_normal_high_or_nobody_knows(row: str) -> None:
    result, low, high, expected = (cell.strip() for cell in row.split("|"))
    sign, value = result.split() if " " in result else ("", result)
    limits = ReferenceRange(_number(low), _number(high))
    flag = flag_reported(Decimal(value), limits, Qualifier(sign) if sign else None)
    assert flag.name.lower() == expected

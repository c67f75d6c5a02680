from __future__ import annotations

import numpy as np
import pytest

from ecg_core.extract.conduction_groups import count_groups


@pytest.mark.parametrize(
    ("waves", "run", "ratios"),
    [
        ("", 0, 0),
        ("....", 0, 0),
        ("cccccc", 0, 0),
        ("cc.ccc", 1, 0),  # the first group may have begun before the recording
        ("c.c.c.c", 1, 1),  # 2:1
        ("c..c..c..c", 2, 1),  # 3:1
        ("c.c.cc.c.c", 1, 2),  # 2:1 and 3:2
        ("..cc.ccc", 1, 0),  # before the first conducted wave nothing is told
        ("ccc....", 0, 0),
        ("c.cc..ccc.c", 2, 2),
    ],
)
def test_groups(waves: str, run: int, ratios: int) -> None:
    owners = np.array([number if wave == "c" else -1 for number, wave in enumerate(waves)], dtype=np.int64)
    assert count_groups(owners) == (run, ratios)

import pytest

from ecg_core.errors import UnknownNameError, UsageError
from ecg_core.measurements import Measurement, Measurements

PR = Measurement("pr_interval", 214.0, "ms", u=5.0)
ST = Measurement("st_j", 0.25, "mV", lead="V2", u=0.02)
NO_P = Measurement("p_axis", None, "deg", reason="no P wave found")


def test_values_by_name_alias_and_lead() -> None:
    table = Measurements([PR, ST, NO_P], extractor="test 1")
    assert table.get("pr_interval") is PR
    assert table.get("pr") is PR
    assert table.get("st_j", lead="v2") is ST
    assert table.value("st_j", lead="V2") == 0.25
    assert len(table) == 3
    assert list(table) == [PR, ST, NO_P]


def test_absence_has_a_reason() -> None:
    table = Measurements([NO_P])
    assert table.value("p_axis") is None
    assert table.reason("p_axis") == "no P wave found"
    assert table.get("qrs_axis") is None
    assert table.reason("qrs_axis") == "not attempted by the extractor"


def test_wrong_questions_are_errors() -> None:
    table = Measurements([PR, ST])
    with pytest.raises(UnknownNameError):
        table.get("pr_intervall")
    with pytest.raises(UsageError, match="per lead"):
        table.get("st_j")
    with pytest.raises(UsageError, match="not measured per lead"):
        table.get("pr_interval", lead="II")
    with pytest.raises(UnknownNameError):
        table.get("st_j", lead="V12")
    with pytest.raises(UsageError, match="twice"):
        Measurements([PR, PR])

import pytest

from ecg_core.errors import UnknownNameError
from ecg_core.rules.units import UNITS
from ecg_core.vocabulary import (
    LEAD_GROUPS,
    STANDARD_LEADS,
    codes,
    lead_name,
    measurement,
    measurements,
    statement,
    statements,
)


def test_the_lists_are_whole() -> None:
    assert len(statements()) == 230
    assert len(measurements()) >= 110


@pytest.mark.parametrize(
    "name",
    ["heart_rate", "p_duration", "pr_interval", "qrs_duration", "qt_interval", "qtc_bazett", "qtc_fridericia", "p_axis",
     "qrs_axis", "t_axis", "st_j"],
)  # fmt: skip
def test_names_other_tools_rely_on(name: str) -> None:
    assert measurement(name).name == name


def test_every_measurement_is_defined_in_full() -> None:
    aliases = [definition.alias for definition in measurements().values()]
    assert len(set(aliases)) == len(aliases)
    hidden = [d.alias for d in measurements().values() if d.alias != d.name and d.alias in measurements()]
    assert not hidden, "an alias hides another measurement"
    for definition in measurements().values():
        assert definition.definition
        assert definition.label
        assert definition.unit in (*UNITS, "mV")
        assert (definition.kind == "category") == bool(definition.categories)
        if definition.kind == "number":
            assert definition.low is not None
            assert definition.high is not None
            assert definition.low < definition.high
        if definition.kind == "number" and definition.scope in ("global", "lead"):
            assert definition.tolerance is not None
            assert definition.tolerance > 0


def test_aliases_and_statements_resolve() -> None:
    assert measurement("pr") is measurement("pr_interval")
    assert statement("CON_LBBB").group == "conduction"
    assert statement("AVC_LONGPR").codes["scp"] == ("1AVB", "LPR")


def test_unknown_names_carry_a_suggestion() -> None:
    with pytest.raises(UnknownNameError) as caught:
        measurement("pr_intervall")
    assert caught.value.suggestion == "pr_interval"
    with pytest.raises(UnknownNameError) as caught:
        statement("AVC_LONGP")
    assert caught.value.hint == "did you mean 'AVC_LONGPR'?"
    with pytest.raises(UnknownNameError):
        lead_name("V12")


def test_leads() -> None:
    assert lead_name("AVR") == "aVR"
    assert lead_name(" v3r ") == "V3R"
    for group in LEAD_GROUPS.values():
        assert [lead for lead in STANDARD_LEADS if lead in group] == list(group)


def test_every_code_of_a_statement_is_in_the_table() -> None:
    wrong = [
        (definition.id, system, code)
        for definition in statements().values()
        for system, listed in definition.codes.items()
        for code in listed
        for part in code.split("+")
        if part not in codes()[system]
    ]
    assert wrong == []


def test_the_table_of_codes() -> None:
    assert list(codes()) == ["scp", "aha", "snomed", "minnesota"]
    assert len(codes()["scp"]) >= 71
    assert len(codes()["snomed"]) >= 133
    assert all(code.isdigit() for system in ("aha", "snomed") for code in codes()[system])
    assert all(meaning for listed in codes().values() for meaning in listed.values())
    assert codes()["snomed"]["164889003"] == "atrial fibrillation"

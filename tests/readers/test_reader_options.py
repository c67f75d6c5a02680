import pytest

from ecg_core.errors import UnknownNameError, UsageError
from ecg_core.readers import ReadOptions
from ecg_core.readers.options import to_millivolts
from ecg_core.readers.patient import parse_age, parse_sex


@pytest.mark.parametrize(
    ("unit", "factor"), [("mV", 1), ("mv", 1), ("uV", 1e-3), ("µV", 1e-3), ("μV", 1e-3), ("V", 1e3), ("mmHg", None)]
)
def test_units_of_voltage(unit, factor):
    assert to_millivolts(unit) == factor


def test_lead_names_are_standardised():
    assert ReadOptions(leads=("i", "AVR")).leads == ("I", "aVR")


def test_an_unknown_lead_name_is_refused_with_the_nearest():
    with pytest.raises(UnknownNameError, match="unknown lead 'aVX'"):
        ReadOptions(leads=("I", "aVX"))


@pytest.mark.parametrize(
    "wrong",
    [
        {"sampling_rate": 0},
        {"sampling_rate": -500},
        {"sampling_rate": float("nan")},
        {"units": "mmHg"},
        {"leads": ("I", "i")},
        {"leads": ()},
    ],
)
def test_options_that_cannot_be_true_are_refused(wrong):
    with pytest.raises(UsageError):
        ReadOptions(**wrong)


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("56", 56),
        ("56.0", 56),
        ("045Y", 45),
        ("011Y", 11),
        ("010M", 10 / 12),
        ("63 years", 63),
        ("NaN", None),
        ("Unknown", None),
        ("", None),
        ("-1", None),
        ("45X", None),
    ],
)
def test_ages_as_files_spell_them(text, age):
    assert parse_age(text) == (pytest.approx(age) if age is not None else None, None)


@pytest.mark.parametrize("text", ["300", "300.0", ">89", "> 89"])
def test_ages_hidden_because_over_89(text):
    age, note = parse_age(text)
    assert age == 90
    assert "over 89" in note


def test_an_impossible_age_is_unknown_and_noted():
    age, note = parse_age("181")
    assert age is None
    assert "181" in note


@pytest.mark.parametrize(
    ("text", "sex"), [("F", "female"), ("Female", "female"), ("m", "male"), (" MALE ", "male"), ("O", None), ("", None)]
)
def test_sexes_as_files_spell_them(text, sex):
    assert parse_sex(text) == sex

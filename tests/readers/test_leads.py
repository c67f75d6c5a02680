import numpy as np
import pytest
from pydicom.sr.codedict import codes

from ecg_core.errors import UnreadableError
from ecg_core.readers.leads import choose_leads, complete_limb_leads, standard_lead
from ecg_core.vocabulary import STANDARD_LEADS


@pytest.mark.parametrize(
    ("label", "lead"),
    [
        ("i", "I"),
        (" AVR ", "aVR"),
        ("Lead I (Einthoven)", "I"),
        ("Lead aVF (Goldberger)", "aVF"),
        ("aVL, augmented voltage, left", "aVL"),
        ("MDC_ECG_LEAD_V1", "V1"),
        ("MDC_ECG_LEAD_AVF", "aVF"),
        ("ECG II", "II"),
        ("EKG Lead V3", "V3"),
        ("DIII", "III"),
        ("2:1", "I"),
        ("2:3", "V1"),
        ("2:61", "III"),
        ("2:62", "aVR"),
        ("5.6.3-9-8", "V6"),
        ("5.6.3-9-64", "aVF"),
        ("2:12", "V4R"),
        ("v3r", "V3R"),
    ],
)
def test_standard_lead_knows_how_files_spell_leads(label, lead):
    assert standard_lead(label) == lead


@pytest.mark.parametrize("label", ["vx", "X", "RESP", "MLII", "2:16", "2:0", "2:999", "V", "c1", "1", "", "-aVR", "Vi"])
def test_standard_lead_makes_no_lead_of_other_channels(label):
    assert standard_lead(label) is None


def test_codes_are_those_of_the_dicom_dictionary():
    leads = ("I", "II", "III", "V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9", "V3R", "V4R", "V5R", "V6R")
    listed = {lead: getattr(codes.cid3001, f"Lead{lead}").value for lead in leads}
    assert {lead: standard_lead(code) for lead, code in listed.items()} == {lead: lead for lead in leads}


def test_choose_leads_puts_channels_into_standard_order():
    chosen = choose_leads(["V1", "avf", "RESP", "I"])
    assert chosen.leads == ("I", "aVF", "V1")
    assert chosen.channels == (3, 1, 0)
    assert chosen.notes == ("channels left out, no standard leads: RESP",)


def test_choose_leads_refuses_two_channels_of_one_lead():
    with pytest.raises(UnreadableError, match="lead II stands twice: channels 1 and 3"):
        choose_leads(["II", "V5", "Lead II"])


def test_choose_leads_refuses_a_file_without_leads():
    with pytest.raises(UnreadableError, match=r"no channel is a known lead .*RESP"):
        choose_leads(["RESP", "PLETH"])
    with pytest.raises(UnreadableError, match="no channels"):
        choose_leads([])


def test_a_modified_lead_stands_in_with_a_note_and_derives_nothing():
    chosen = choose_leads(["MLII", "I", "V5"])
    assert chosen.leads == ("I", "II", "V5")
    assert chosen.exact == (True, False, True)
    assert "MLII" in chosen.notes[0]
    leads, _, provenance = complete_limb_leads(chosen, np.ones((3, 4)))
    assert leads == ("I", "II", "V5")
    assert provenance == ("recorded",) * 3


def test_a_modified_lead_gives_way_to_the_true_one():
    chosen = choose_leads(["MLII", "II"])
    assert chosen.channels == (1,)
    assert chosen.notes == ("channels left out, no standard leads: MLII",)


def _all_limb_leads(samples: int = 50) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    one, two = rng.integers(-2000, 2000, (2, samples)) / 1000
    return {
        "I": one,
        "II": two,
        "III": two - one,
        "aVR": -(one + two) / 2,
        "aVL": one - two / 2,
        "aVF": two - one / 2,
    }


@pytest.mark.parametrize(
    "given", [("I", "II"), ("I", "III"), ("II", "III"), ("aVL", "aVF"), ("I", "aVR"), ("I", "II", "III")]
)
def test_any_two_limb_leads_give_the_others(given):
    truth = _all_limb_leads()
    leads, signal, provenance = complete_limb_leads(choose_leads(given), np.stack([truth[lead] for lead in given]))
    assert leads == STANDARD_LEADS[:6]
    np.testing.assert_allclose(signal, np.stack([truth[lead] for lead in leads]), atol=1e-12)
    assert {lead for lead, kind in zip(leads, provenance, strict=True) if kind == "recorded"} == set(given)


def test_recorded_leads_are_never_replaced():
    truth = _all_limb_leads()
    disagreeing = np.stack([truth["I"], truth["II"], truth["III"] + 0.3])
    _, signal, _ = complete_limb_leads(choose_leads(["I", "II", "III"]), disagreeing)
    np.testing.assert_array_equal(signal[2], disagreeing[2])


def test_missing_samples_stay_missing_in_derived_leads():
    source = np.array([[1.0, np.nan, 3.0], [1.0, 2.0, 3.0]])
    leads, signal, _ = complete_limb_leads(choose_leads(["I", "II"]), source)
    np.testing.assert_array_equal(np.isnan(signal[leads.index("aVF")]), [False, True, False])


def test_one_limb_lead_gives_no_other():
    assert complete_limb_leads(choose_leads(["II", "V5"]), np.ones((2, 3)))[0] == ("II", "V5")

"""GE CardioSoft and CASE XML exports of a resting ECG (root element ``CardiologyXML``)."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ecg_core.errors import UnreadableError
from ecg_core.readers.leads import choose_leads, complete_limb_leads
from ecg_core.readers.options import ReadOptions
from ecg_core.readers.patient import age_at, parse_age, parse_date, parse_sex
from ecg_core.readers.reported import keep_plausible
from ecg_core.readers.xml_files import find_root_name, get_number, get_text, parse, parse_integers
from ecg_core.recording import Patient, Recording

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

KIND = "GE CardioSoft XML"
ROOT = "CardiologyXML"

_REPORTED = {
    "rr_mean": "RRInterval",
    "heart_rate": "VentricularRate",
    "p_duration": "PDuration",
    "pr_interval": "PQInterval",
    "qrs_duration": "QRSDuration",
    "qt_interval": "QTInterval",
    "p_axis": "PAxis",
    "qrs_axis": "RAxis",
    "t_axis": "TAxis",
}
# Vocabulary name -> element below RestingECGMeasurements. QTCInterval does not name its formula.


class CardioSoftReader:
    """Reads the ten seconds of ``StripData``; the median beat and the full disclosure are left alone."""

    def sniff(self, path: Path, head: bytes) -> bool:
        """Say whether the root element is ``CardiologyXML``."""
        return find_root_name(head) == ROOT

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording in mV, with the cart's own measurements in `Recording.reported`.

        Raises:
            UnreadableError: if the document is damaged, holds no resting ECG, or states no scale.
            PluginError: if defusedxml is not installed.
        """
        root = parse(path, KIND, ROOT)
        strip = root.find("StripData")
        if strip is None:
            raise UnreadableError("the document holds no resting ECG (no StripData)", hint="export the resting ECG")
        sampling_rate = get_number(strip, "SampleRate") or 0.0
        options.check_against(KIND, sampling_rate)
        stored = strip.findall("WaveformData")
        chosen = choose_leads([element.get("lead", "") for element in stored])
        rows = [
            parse_integers(stored[channel].text or "", lead, get_number(strip, "ChannelSampleCountTotal"))
            for lead, channel in zip(chosen.leads, chosen.channels, strict=True)
        ]
        microvolts = _microvolts_per_bit(strip)
        leads, signal, provenance = complete_limb_leads(chosen, np.stack(rows) * (microvolts / 1000))
        patient, notes = _patient(root)
        return Recording(
            signal=signal,
            sampling_rate=sampling_rate,
            leads=leads,
            provenance=provenance,
            patient=patient,
            source="cardiosoft",
            name=path.stem,
            reported=keep_plausible(
                {name: get_number(root, f"RestingECGMeasurements/{tag}") for name, tag in _REPORTED.items()}
            ),
            notes=(*chosen.notes, *notes),
        )


def _microvolts_per_bit(strip: Element) -> float:
    unit = strip.find("Resolution[@units='uVperLsb']")
    value = None if unit is None else get_number(strip, "Resolution")
    if not value:
        raise UnreadableError(
            "the leads are not calibrated: no Resolution in uVperLsb", hint="amplitudes in mV cannot be known"
        )
    return value


def _patient(root: Element) -> tuple[Patient, tuple[str, ...]]:
    person = root.find("PatientInfo")
    if person is None:
        return Patient(), ()
    unit = person.find("Age")
    age, note = parse_age(f"{get_text(person, 'Age')} {'' if unit is None else unit.get('units', '')}")
    if age is None and note is None:
        age = age_at(_day(person, "BirthDateTime"), _day(root, "ObservationDateTime"))
        note = None if age is None else "age computed from the date of birth"
    return Patient(age=age, sex=parse_sex(get_text(person, "Gender"))), (note,) if note else ()


def _day(element: Element, path: str) -> date | None:
    """Return a date given as Year, Month and Day, or None if it is none."""
    parts = [get_text(element, f"{path}/{part}") for part in ("Year", "Month", "Day")]
    return parse_date("{:0>4}{:0>2}{:0>2}".format(*parts))

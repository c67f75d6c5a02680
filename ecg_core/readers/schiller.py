"""Schiller XML exports of a resting ECG (SEMA / AT-10: root element ``...SchillerEDI``)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ecg_core.errors import UnreadableError
from ecg_core.readers.leads import choose_leads, complete_limb_leads
from ecg_core.readers.options import ReadOptions, to_millivolts
from ecg_core.readers.patient import age_at, parse_date, parse_sex
from ecg_core.readers.reported import keep_plausible
from ecg_core.readers.xml_files import find_root_name, get_number, get_text, parse, parse_integers
from ecg_core.recording import Patient, Recording

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

KIND = "Schiller XML"
ROOT = "com.xiriuz.sema.xml.schillerEDI.SchillerEDI"

_REPORTED = {
    "HR": "heart_rate",
    "RR": "rr_mean",
    "P": "p_duration",
    "PQ": "pr_interval",
    "QRS": "qrs_duration",
    "QT": "qt_interval",
    "AXIS_P": "p_axis",
    "AXIS_QRS": "qrs_axis",
    "AXIS_T": "t_axis",
}
# Name of a global annotation -> vocabulary name. QTC does not name its formula.


class SchillerReader:
    """Reads the rhythm strip; the averaged beat is left alone."""

    def sniff(self, path: Path, head: bytes) -> bool:
        """Say whether the root element is that of a Schiller export."""
        return find_root_name(head) == ROOT

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording in mV, with the cart's own measurements in `Recording.reported`.

        Raises:
            UnreadableError: if the document is damaged, holds no rhythm strip, or states no scale or rate.
            PluginError: if defusedxml is not installed.
        """
        root = parse(path, KIND, ROOT)
        strips = [
            waves for waves in root.iterfind("eventdata/event/wavedata") if get_text(waves, "type") == "ECG_RHYTHMS"
        ]
        if not strips:
            raise UnreadableError("the document holds no rhythm strip (ECG_RHYTHMS)", hint="export the resting ECG")
        strip = strips[0]
        sampling_rate = _sampling_rate(strip)
        options.check_against(KIND, sampling_rate)
        stored = strip.findall("channel")
        chosen = choose_leads([get_text(channel, "name") for channel in stored])
        rows = [
            parse_integers(get_text(stored[channel], "data"), lead, get_number(stored[channel], "samplecount"))
            for lead, channel in zip(chosen.leads, chosen.channels, strict=True)
        ]
        if len({row.size for row in rows}) > 1:
            raise UnreadableError("the leads differ in length", hint="export the recording again")
        leads, signal, provenance = complete_limb_leads(chosen, np.stack(rows) * _millivolts_per_bit(strip))
        more = (f"only the first of {len(strips)} rhythm strips was read",) if len(strips) > 1 else ()
        return Recording(
            signal=signal,
            sampling_rate=sampling_rate,
            leads=leads,
            provenance=provenance,
            patient=_patient(root),
            source="schiller",
            name=path.stem,
            reported=_reported(root),
            notes=(*chosen.notes, *more),
        )


def _sampling_rate(strip: Element) -> float:
    rate = strip.find("resolution/samplerate")
    value = None if rate is None else get_number(rate, "value")
    if rate is None or value is None or get_number(rate, "exponent") != 1:
        # No specification is public, and no file with another exponent was seen.
        raise UnreadableError("the sampling rate is missing, or has an exponent other than 1")
    return value


def _millivolts_per_bit(strip: Element) -> float:
    step = get_number(strip, "resolution/yres/unitperbit")
    factor = to_millivolts(get_text(strip, "resolution/yres/units"))
    if not step or factor is None:
        raise UnreadableError(
            "the leads are not calibrated: no step in a unit of voltage", hint="amplitudes in mV cannot be known"
        )
    return step * factor


def _patient(root: Element) -> Patient:
    born = parse_date(get_text(root, "patdata/birthdate"))
    taken = parse_date(get_text(root, "examdescript/startdatetime/date"))
    return Patient(age=age_at(born, taken), sex=parse_sex(get_text(root, "patdata/gender")))


def _reported(root: Element) -> Mapping[str, float]:
    stated = {
        _REPORTED[name]: get_number(annotation, "value")
        for annotation in root.iterfind("eventdata/event/annotation_global")
        if (name := get_text(annotation, "name")) in _REPORTED
    }
    return keep_plausible(stated)

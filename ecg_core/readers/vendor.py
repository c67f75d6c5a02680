"""HL7 aECG, Philips Sierra XML, GE MUSE XML, SCP-ECG and EDF, as ecgdatakit decodes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ecg_core.readers.decoded import collect_reported, decode, keep_age_and_sex, require_one_rate, stack_millivolts
from ecg_core.readers.leads import choose_leads, complete_limb_leads
from ecg_core.readers.options import ReadOptions
from ecg_core.readers.reported import keep_plausible
from ecg_core.readers.scp_counts import lower_counts
from ecg_core.readers.xml_files import find_root_name
from ecg_core.recording import Recording

_PULSE_MILLIVOLTS = 0.9
"""Height from which a stretch that is the same in all leads is taken for a calibration pulse of 1 mV (engineering
default; a flat stretch without it may be a lost contact, and stays)."""


class DecodedReader:
    """What the formats have in common; a subclass names itself and settles the traps of its format."""

    source: ClassVar[str]
    kind: ClassVar[str]
    parser: ClassVar[str]

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording in mV, with the cart's own measurements in `Recording.reported`.

        Raises:
            UnreadableError: if the file is damaged, holds no signal, or a lead is not calibrated in volts.
            PluginError: if ecgdatakit is not installed.
        """
        record, remarks = decode(path, self.parser, self.kind)
        chosen = choose_leads([lead.label for lead in record.leads])
        leads = [record.leads[channel] for channel in chosen.channels]
        sampling_rate = require_one_rate(chosen.leads, self.find_rates(record, leads))
        options.check_against(self.kind, sampling_rate)
        signal, cut = self.trim(stack_millivolts(chosen.leads, leads), sampling_rate)
        names, signal, provenance = complete_limb_leads(chosen, signal)
        person, notes = keep_age_and_sex(record)
        return Recording(
            signal=signal,
            sampling_rate=sampling_rate,
            leads=names,
            provenance=provenance,
            patient=person,
            source=self.source,
            name=path.stem,
            reported=self.collect_reported(record),
            notes=(*chosen.notes, *cut, *notes, *remarks),
        )

    def find_rates(self, record: Any, leads: Sequence[Any]) -> list[float]:
        """Return the exact sampling rate of each lead in Hz."""
        return [lead.sampling_rate for lead in leads]

    def trim(self, signal: NDArray[np.float64], sampling_rate: float) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        """Return the part of the signal that is ECG, and a note of what was cut off."""
        return signal, ()

    def collect_reported(self, record: Any) -> Mapping[str, float]:
        """Return the cart's own values by vocabulary name."""
        return collect_reported(record)


class AecgReader(DecodedReader):
    """HL7 annotated ECG (HL7 V3, 2003 and later). Leads are named by MDC codes; only the rhythm series is read."""

    source, kind, parser = "aecg", "HL7 aECG", "HL7aECGParser"

    def sniff(self, path: Path, head: bytes) -> bool:
        """Say whether the root element is ``AnnotatedECG``."""
        return find_root_name(head) == "AnnotatedECG"

    def find_rates(self, record: Any, leads: Sequence[Any]) -> list[float]:
        """Return the rate from the increment of the time axis, which need not be a whole number of Hz."""
        return [float(record.raw_metadata["rhythm_time"]["sampling_rate_exact"])] * len(leads)


class SierraReader(DecodedReader):
    """Philips Sierra XML (PageWriter, TraceMaster, HeartStart), versions 1.03 and 1.04."""

    source, kind, parser = "sierra", "Philips Sierra XML", "SierraXMLParser"

    def sniff(self, path: Path, head: bytes) -> bool:
        """Say whether the root element is ``restingecgdata``."""
        return find_root_name(head) == "restingecgdata"

    def trim(self, signal: NDArray[np.float64], sampling_rate: float) -> tuple[NDArray[np.float64], tuple[str, ...]]:
        """Cut off the calibration pulse that ends every lead of these files, and would be taken for a beat.

        It is the stretch at the end that is the same in all leads, which no ECG is (III is II - I).
        """
        differs = np.flatnonzero(np.ptp(signal, axis=0) > 0)
        end = int(differs[-1]) + 1 if differs.size else 0
        tail = signal[0, end:]
        if len(signal) < 2 or not np.any(tail > _PULSE_MILLIVOLTS):
            return signal, ()
        return signal[:, :end], (
            f"the last {tail.size / sampling_rate:.2f} s hold a calibration pulse and are left out",
        )


class MuseReader(DecodedReader):
    """GE MUSE XML. It stores eight leads; III and the augmented leads are derived."""

    source, kind, parser = "muse", "GE MUSE XML", "GEMuseXMLParser"

    def sniff(self, path: Path, head: bytes) -> bool:
        """Say whether the root element is ``RestingECG``."""
        return find_root_name(head) == "RestingECG"


class ScpReader(DecodedReader):
    """SCP-ECG (EN 1064). Its leads may start one after another."""

    source, kind, parser = "scp", "SCP-ECG", "SCPECGParser"

    def sniff(self, path: Path, head: bytes) -> bool:
        """Say whether the pointer section is marked ``SCPECG``, as EN 1064 demands."""
        return head[16:22] == b"SCPECG"

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the recording, as `DecodedReader.read`; what a lead states beyond its stored samples is left out."""
        lowered = lower_counts(path.read_bytes())
        if lowered is None:
            return super().read(path, options)
        content, there, stated = lowered
        with TemporaryDirectory() as folder:
            copy = Path(folder, path.name)
            copy.write_bytes(content)
            recording = super().read(copy, options)
        note = f"the file states {stated} samples in each lead and holds {there}, the most that the format can"
        return replace(recording, notes=(*recording.notes, note))

    def find_rates(self, record: Any, leads: Sequence[Any]) -> list[float]:
        """Return the rate from the sample interval, which is stated in microseconds."""
        return [1e6 / record.raw_metadata["rhythm_sample_interval_us"]] * len(leads)

    def collect_reported(self, record: Any) -> Mapping[str, float]:
        """Return the cart's own values; the intervals from the boundaries of the first reference beat (section 7)."""
        stated = dict(collect_reported(record))
        blocks = record.raw_metadata.get("measurement_blocks") or ()
        if blocks:
            beat = blocks[0]
            stated |= {
                "p_duration": beat["p_offset"] - beat["p_onset"],
                "pr_interval": beat["qrs_onset"] - beat["p_onset"],
                "qrs_duration": beat["qrs_offset"] - beat["qrs_onset"],
                "qt_interval": beat["t_offset"] - beat["qrs_onset"],
            }
        return keep_plausible(stated)


class EdfReader(DecodedReader):
    """EDF and EDF+ with ECG channels."""

    source, kind, parser = "edf", "EDF", "EDFParser"

    def sniff(self, path: Path, head: bytes) -> bool:
        """Say whether the version field is that of EDF and the counts of records and signals are numbers."""
        counts = (head[236:244].strip(), head[252:256].strip())
        return head[:8] == b"0       " and all(count.lstrip(b"-").isdigit() for count in counts)

    def find_rates(self, record: Any, leads: Sequence[Any]) -> list[float]:
        """Return samples per data record over its duration, which need not be a whole number of Hz."""
        exact = record.raw_metadata.get("exact_sampling_rates", {})
        return [float(exact.get(lead.label, lead.sampling_rate)) for lead in leads]

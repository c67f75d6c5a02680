"""Any folder of WFDB records with wave annotations ``( p ) ( N ) ( t )``.

Either one file per lead, named after it as in LUDB (``rec.ii``), or one file for all (``--annotator atr``): with
signal numbers (``chan``) in it the marks belong to those leads, without to all leads together.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ecg_core.bench.reference import TOGETHER, DataSet, Reference
from ecg_core.bench.waves import of_channel, read_lead_marks, wave_marks
from ecg_core.extract.marks import LeadMarks, WaveMarks
from ecg_core.readers.leads import standard_lead
from ecg_core.readers.wfdb_annotations import read_annotations
from ecg_core.readers.wfdb_header import read_header
from ecg_core.vocabulary import LEADS


def _fits(folder: Path) -> bool:
    return any(folder.rglob("*.hea"))


def _load(folder: Path, annotators: Sequence[str]) -> list[Reference]:
    references = []
    for path in folder.rglob("*.hea"):
        record = path.with_suffix("")
        marks = _of_annotators(record, annotators) if annotators else read_lead_marks(record, LEADS, None, "manual")
        if any(wave.size for lead in marks.leads.values() for wave in (lead.p, lead.qrs, lead.t)):
            references.append(Reference(str(record.relative_to(folder)), path, marks))
    return references


def _of_annotators(record: Path, annotators: Sequence[str]) -> LeadMarks:
    """Return the marks of the named files that the record has."""
    leads: dict[str, WaveMarks] = {}
    for extension in annotators:
        if not record.with_name(f"{record.name}.{extension}").is_file():
            continue
        annotations = read_annotations(record, extension)
        lead = standard_lead(extension)
        if lead is not None:
            leads[lead] = wave_marks(annotations, record)
        elif not annotations.channels.any():
            leads[TOGETHER] = wave_marks(annotations, record)
        else:
            labels = [channel.label for channel in read_header(record.with_name(f"{record.name}.hea")).channels]
            for number in np.unique(annotations.channels):
                name = standard_lead(labels[number]) if number < len(labels) else None
                if name is not None:
                    leads[name] = wave_marks(of_channel(annotations, int(number)), record)
    return LeadMarks(leads, " ".join(annotators))


WFDB = DataSet("wfdb", _fits, _load)
"""The last resort: whatever has headers and annotation files named after leads, or the annotators asked for."""

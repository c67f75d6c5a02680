"""Bare arrays: CSV, NPY, NPZ and Parquet. What the file does not state, the caller must; nothing is assumed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import UnreadableError, UsageError
from ecg_core.readers.array_files import Table, form_of, load
from ecg_core.readers.leads import choose_leads, complete_limb_leads, standard_lead
from ecg_core.readers.options import HEAD_BYTES, ReadOptions, to_millivolts
from ecg_core.recording import Recording

_FLAGS = {
    "sampling rate": "--fs 500 (sampling_rate=)",
    "units": "--units mV (units=)",
    "leads": "--leads I,II,V1 (leads=)",
}


class ArrayReader:
    """Reads CSV with or without a header row of lead names, NPY, NPZ, and Parquet with a column per lead."""

    def sniff(self, path: Path, head: bytes) -> bool:
        """Say whether the content is one of the four forms."""
        return form_of(head) is not None

    def read(self, path: Path, options: ReadOptions) -> Recording:
        """Return the array in mV.

        The table may lie either way, leads by samples or samples by leads; the count of leads decides.

        Raises:
            UnreadableError: if the file is damaged, or its shape fits the leads in no way or in both.
            UsageError: if sampling rate, units or leads are stated neither by the file nor by the caller, or
                differently by both.
        """
        with path.open("rb") as stream:
            form = form_of(stream.read(HEAD_BYTES))
        if form is None:
            raise UnreadableError("the content is none of CSV, NPY, NPZ, Parquet")
        table = load(form, path)
        labels = _labels(table.labels, options.leads)
        sampling_rate = options.sampling_rate if table.sampling_rate is None else table.sampling_rate
        units = options.units if table.units is None else table.units
        missing = [
            name
            for name, value in (("sampling rate", sampling_rate), ("units", units), ("leads", labels))
            if value is None
        ]
        if sampling_rate is None or units is None or labels is None:
            raise UsageError(
                f"the file does not state its {' and '.join(missing)}",
                hint="give " + ", ".join(_FLAGS[name] for name in missing),
            )
        factor = to_millivolts(units)
        if factor is None:
            raise UnreadableError(f"unit {units!r} is no unit of voltage known here", hint="known: mV, uV, V")
        if options.sampling_rate not in (None, sampling_rate) or to_millivolts(options.units or units) != factor:
            raise UsageError(
                f"the file states {sampling_rate:g} Hz and {units}, the call something else",
                hint="leave out --fs and --units",
            )
        chosen = choose_leads(labels)
        rows = _rows(table, len(labels))[list(chosen.channels)]
        leads, signal, provenance = complete_limb_leads(chosen, rows.astype(np.float64) * factor)
        return Recording(
            signal=signal,
            sampling_rate=sampling_rate,
            leads=leads,
            provenance=provenance,
            source="array",
            name=path.stem,
            notes=chosen.notes,
        )


def _labels(in_file: tuple[str, ...] | None, given: tuple[str, ...] | None) -> tuple[str, ...] | None:
    """Return the channel labels; the caller may name columns whose header names no lead, not rename leads."""
    if in_file is None or given is None:
        return in_file if given is None else given
    known = [standard_lead(label) for label in in_file]
    if any(known) and tuple(lead for lead in known if lead) != given:
        raise UsageError(
            f"the file names the leads {', '.join(lead for lead in known if lead)}, the call {', '.join(given)}",
            hint="leave out --leads",
        )
    return in_file if any(known) else given


def _rows(table: Table, count: int) -> NDArray[Any]:
    """Return the values as ``[channels, samples]``, turned so that there are `count` channels."""
    values = table.values
    if values.dtype.kind not in "iuf":
        raise UnreadableError(f"the signal holds {values.dtype}, not real numbers")
    if values.ndim == 1:
        values = values[np.newaxis]
    if values.ndim != 2:
        raise UnreadableError(
            f"an array of shape {values.shape} is no single recording", hint="save one recording, leads by samples"
        )
    if table.by_column:
        fits = (False, values.shape[1] == count)
    else:
        fits = (values.shape[0] == count, values.shape[1] == count)
    if fits == (True, True):
        raise UnreadableError(
            f"a table of {values.shape[0]} x {values.shape[1]} could lie either way",
            hint="save it as CSV with a header row of lead names",
        )
    if not any(fits):
        raise UnreadableError(
            f"{count} leads do not fit a table of {values.shape[0]} x {values.shape[1]}",
            hint="name exactly the leads that the table holds, in its order",
        )
    return values if fits[0] else values.T

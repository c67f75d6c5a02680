"""Lead names as files spell them, standard order, and the limb leads that follow from two others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import UnreadableError
from ecg_core.recording import Provenance
from ecg_core.vocabulary import LEADS, LIMB_LEADS

_FOLDED = {lead.casefold(): lead for lead in LEADS} | {"di": "I", "dii": "II", "diii": "III"}

_NUMBERS = {
    **dict(enumerate(("I", "II", "V1", "V2", "V3", "V4", "V5", "V6", "V7"), start=1)),
    **dict(enumerate(("V3R", "V4R", "V5R", "V6R"), start=11)),
    **dict(enumerate(("III", "aVR", "aVL", "aVF"), start=61)),
    **dict(enumerate(("V8", "V9"), start=66)),
}
# The same numbers serve MDC (ISO/IEEE 11073-10101, "2:1") and SCP-ECG (EN 1064, in DICOM "5.6.3-9-1"): DICOM PS3.16
# CID 3001. Note that V1 is 3 and III is 61: a list taken in numeric order names the wrong leads.
_CODE = re.compile(r"(?:2:|5\.6\.3-9-)(\d+)")

_PREFIX = re.compile(r"^(?:mdc[_ ]ecg[_ ]lead[_ ]|(?:(?:ecg|ekg)[_ ])?(?:lead[_ ])?)")
_SUFFIX = re.compile(r"(?:\s*\((?:einthoven|goldberger|wilson)\)|, augmented voltage, (?:right|left|foot))$")

_MODIFIED = {"mli": "I", "mlii": "II", "mliii": "III"}
# Holter leads with the limb electrodes on the trunk: fit for rhythm, not exact in amplitude and axis.

_FROM_I_II = {
    "I": (1.0, 0.0),
    "II": (0.0, 1.0),
    "III": (-1.0, 1.0),
    "aVR": (-0.5, -0.5),
    "aVL": (1.0, -0.5),
    "aVF": (-0.5, 1.0),
}
# Each limb lead as a sum of I and II (Einthoven 1913, Goldberger 1942; e.g. Kligfield 2007, AHA/ACC/HRS part I).


@dataclass(frozen=True, slots=True)
class ChosenLeads:
    """Which channel of a file holds which lead.

    Attributes:
        leads: lead names in standard order.
        channels: for each lead the index of its channel in the file.
        exact: for each lead whether it is that lead itself and not a modified one (MLII).
        notes: channels left out, modified leads.
    """

    leads: tuple[str, ...]
    channels: tuple[int, ...]
    exact: tuple[bool, ...]
    notes: tuple[str, ...]


def standard_lead(label: str) -> str | None:
    """Return the standard name of a lead, or None if the label is none.

    Knows any case, ``Lead I (Einthoven)``, ``MDC_ECG_LEAD_V1``, the codes ``2:1`` and ``5.6.3-9-1``, and ``DII``.
    """
    text = label.strip().casefold()
    code = _CODE.fullmatch(text)
    if code:
        return _NUMBERS.get(int(code[1]))
    return _FOLDED.get(_SUFFIX.sub("", _PREFIX.sub("", text)).strip())


def choose_leads(labels: Sequence[str]) -> ChosenLeads:
    """Find the leads among the channels of a file.

    Args:
        labels: one label per channel, in file order.

    Raises:
        UnreadableError: if no channel is a lead, or two are the same one.
    """
    found: dict[str, int] = {}
    left_out: list[int] = []
    for channel, label in enumerate(labels):
        lead = standard_lead(label)
        if lead is None:
            left_out.append(channel)
        elif lead in found:
            raise UnreadableError(
                f"lead {lead} stands twice: channels {found[lead] + 1} and {channel + 1}",
                hint="keep one of them; which one is meant cannot be told",
            )
        else:
            found[lead] = channel

    exact = frozenset(found)
    notes = []
    for channel in tuple(left_out):
        lead = _MODIFIED.get(labels[channel].strip().casefold())
        if lead is not None and lead not in found:
            found[lead] = channel
            left_out.remove(channel)
            notes.append(f"lead {lead} is the modified lead {labels[channel].strip()}: amplitudes and axis are inexact")
    if not found:
        names = ", ".join(repr(label) for label in labels[:8])
        raise UnreadableError(
            f"no channel is a known lead (found {names})" if labels else "the file holds no channels",
            hint=f"known leads: {', '.join(LEADS)}",
        )
    if left_out:
        notes.append("channels left out, no standard leads: " + ", ".join(labels[channel] for channel in left_out))
    leads = tuple(lead for lead in LEADS if lead in found)
    return ChosenLeads(
        leads, tuple(found[lead] for lead in leads), tuple(lead in exact for lead in leads), tuple(notes)
    )


def complete_limb_leads(
    chosen: ChosenLeads, signal: NDArray[np.float64]
) -> tuple[tuple[str, ...], NDArray[np.float64], tuple[Provenance, ...]]:
    """Derive the limb leads that are missing, where any two are there.

    Args:
        chosen: the leads; modified ones are never derived from.
        signal: shape ``[leads, samples]``, in mV, in the order of `chosen`.

    Returns:
        All leads in standard order, their signal ``[leads, samples]`` in mV, and the provenance of each. NaN in a
        source makes NaN in what is derived from it.
    """
    rows = dict(zip(chosen.leads, signal, strict=True))
    sources = [lead for lead, exact in zip(chosen.leads, chosen.exact, strict=True) if exact and lead in LIMB_LEADS][:2]
    missing = [lead for lead in LIMB_LEADS if lead not in rows]
    if len(sources) < 2 or not missing:
        return chosen.leads, signal, _provenance(chosen.leads, ())
    # Any two limb leads determine the frontal plane, so this system always has a solution; it is exact in binary
    # arithmetic up to the last bit because its coefficients are halves.
    weights = np.array([_FROM_I_II[lead] for lead in missing]) @ np.linalg.inv([_FROM_I_II[lead] for lead in sources])
    derived = weights @ np.stack([rows[lead] for lead in sources])
    rows.update(zip(missing, derived, strict=True))
    leads = tuple(lead for lead in LEADS if lead in rows)
    return leads, np.stack([rows[lead] for lead in leads]), _provenance(leads, missing)


def _provenance(leads: Sequence[str], derived: Sequence[str]) -> tuple[Provenance, ...]:
    return tuple("derived" if lead in derived else "recorded" for lead in leads)

"""How far each lead can be trusted: before beats are known, and after."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecg_core.extract.cancel import beat_segments, subtract_beats
from ecg_core.extract.delineation import Delineation
from ecg_core.extract.entries import absent, measured
from ecg_core.extract.filters import high_pass, low_pass, median_filled, runs, windowed_rms
from ecg_core.extract.interchange import measure_interchange
from ecg_core.extract.limb_relations import measure_limb_relations
from ecg_core.extract.windows import qrs_mask
from ecg_core.measurements import Measurement, Quality
from ecg_core.vocabulary import PRECORDIAL_LEADS, STANDARD_LEADS

FLAT_SD = 0.01
"""mV; a stretch below it carries no ECG (vocabulary, lead_flat)."""
FLAT_SHARE = 0.8
CONSTANT_STEP = 1e-5
"""mV between samples; what polyphase resampling leaves of a constant stretch (engineering default)."""
CLIPPED_LIMIT = 0.01
"""Share of clipped samples above which amplitudes are wrong (vocabulary, lead_usable)."""
PLATEAU_SECONDS = 0.02
CLIP_ENTRY = 0.05
"""mV within 10 ms beside a plateau: a rail is hit abruptly, the crest of a slow drift is not (engineering default)."""
NOISELESS_SHARE = 0.1
"""Share of the time in which most leads of a recording without noise do not move at all (engineering default)."""
MISSING_LIMIT = 0.5
NOISE_LIMIT = 0.15
"""mV of 20-150 Hz noise above which a lead does not help to find beats (engineering default: about a small R wave)."""
WILD_LIMIT = 10.0
"""mV peak to peak within 1 s; beyond any QRS (engineering default)."""
WILD_SHARE = 0.2
HF_LIMIT, WANDER_LIMIT, CORRELATION_LIMIT = 0.05, 0.5, 0.90
"""lead_usable: noise in mV, wander left after filtering in mV, median beat correlation (vocabulary)."""
STEP_WINDOW, STEP_REACH, STEP_BESIDE = 0.3, 0.1, 0.3
"""baseline_step: running median, distance, and how far beside it the drift is taken, in s (engineering defaults)."""
GAIN_LIMITS = 0.1, 10.0
"""mV; a median beat smaller or larger than that in most leads is a matter of gain or unit (engineering default: the
smallest in 450 recordings of LUDB, PTB-XL and CPSC 2018 is 0.33 mV, the largest 3.4 mV)."""
GOOD_LEADS, GOOD_BEATS, POOR_LEADS = 8, 3, 2
GOOD_NOISE, POOR_NOISE = 0.03, 0.06
"""recording_quality: leads, beats, and median noise over leads in mV. With graded noise added to LUDB the errors of PR
and QRS grow by a tenth at 0.04 mV, and by half and more at 0.08 mV."""
BURST_FACTOR = 5.0
BURST_FLOOR = 0.03
"""mV; in a very clean lead five times almost nothing is no burst (engineering default)."""


@dataclass(frozen=True, slots=True)
class LeadQuality:
    """Quality of one lead before any beat is known.

    Attributes:
        usable: whether the lead may serve to find beats and, so far, for amplitudes.
        flat: standard deviation below 0.01 mV over 80 % of the time, or constant for 1 s.
        clipped_fraction: share of samples on a plateau at the lead's extreme.
        baseline_wander: p95 - p5 below 0.5 Hz, mV.
        high_frequency_noise: RMS of 20-150 Hz in the quietest third of 50-ms windows, mV.
        mains_amplitude: amplitude of the 50 or 60 Hz line, whichever is larger, mV.
        missing_fraction: share of samples that the recording does not hold.
    """

    usable: bool
    flat: bool
    clipped_fraction: float
    baseline_wander: float
    high_frequency_noise: float
    mains_amplitude: float
    missing_fraction: float


def lead_quality(
    raw: NDArray[np.float64], missing: NDArray[np.bool_], sampling_rate: float, leads: tuple[str, ...]
) -> dict[str, LeadQuality]:
    """Judge every lead before beat detection.

    Args:
        raw: shape ``[leads, samples]``, mV, gaps filled with 0.
        missing: shape ``[leads, samples]``, True where the recording holds no sample.
        sampling_rate: in Hz.
        leads: names of the rows.
    """
    filled = median_filled(raw, missing)
    missing_share = missing.mean(axis=1)
    flat = _flat(filled, missing, sampling_rate)
    clipped = _clipped_fraction(filled, sampling_rate)
    slow = low_pass(filled, 0.5, sampling_rate)
    wander = np.subtract(*np.percentile(slow, [95, 5], axis=1))
    noise_windows = windowed_rms(high_pass(filled, 20.0, sampling_rate), round(0.05 * sampling_rate))
    noise = np.percentile(noise_windows, 33, axis=1)
    mains = _mains_amplitude(filled, sampling_rate)
    wild = _wild_share(filled - slow, sampling_rate) > WILD_SHARE
    usable = ~flat & (missing_share <= MISSING_LIMIT) & (clipped <= CLIPPED_LIMIT) & (noise < NOISE_LIMIT) & ~wild
    return {
        lead: LeadQuality(
            usable=bool(usable[row]),
            flat=bool(flat[row]),
            clipped_fraction=float(clipped[row]),
            baseline_wander=float(wander[row]),
            high_frequency_noise=float(noise[row]),
            mains_amplitude=float(mains[row]),
            missing_fraction=float(missing_share[row]),
        )
        for row, lead in enumerate(leads)
    }


def refuse_leads(qualities: Mapping[str, LeadQuality]) -> dict[str, str]:
    """Say of each lead whose amplitudes may not be measured why.

    Args:
        qualities: what `lead_quality` said of each lead.
    """
    refused = {lead: f"lead {lead} is missing" for lead in STANDARD_LEADS if lead not in qualities}
    for lead, quality in qualities.items():
        if quality.missing_fraction > MISSING_LIMIT:
            refused[lead] = f"lead {lead} is missing for more than half of the time"
        elif quality.flat:
            refused[lead] = f"lead {lead} is flat"
        elif not quality.usable:
            refused[lead] = f"lead {lead} is clipped or too noisy"
    return refused


def measure_quality(
    delineation: Delineation, qualities: Mapping[str, LeadQuality], provenance: Mapping[str, str]
) -> list[Measurement]:
    """Return every quality measurement of the vocabulary, for all standard leads and for others the recording holds.

    Exchanged electrodes are among them; nothing that is measured elsewhere is changed by any of these.

    Args:
        delineation: the delineated recording.
        qualities: what `lead_quality` said of each lead.
        provenance: lead name -> "recorded", "derived" or "digitised"; derived leads satisfy Einthoven's and
            Goldberger's relations by construction and cannot witness them.
    """
    noise, bursts = _residual_noise(delineation)
    correlation = _beat_correlation(delineation)
    left_wander = np.subtract(
        *np.percentile(low_pass(delineation.signal, 0.5, delineation.sampling_rate), [95, 5], axis=1)
    )
    span = (0, delineation.signal.shape[1] - 1)
    steps = _baseline_step(delineation)
    size = np.ptp(delineation.representative, axis=1)
    items: list[Measurement] = []
    usable_count = 0
    extra = [lead for lead in delineation.leads if lead not in STANDARD_LEADS]
    for lead in (*STANDARD_LEADS, *extra):
        if lead not in qualities:
            items += [absent(name, f"lead {lead} is missing", lead=lead) for name in _LEAD_NAMES]
            continue
        row, quality = delineation.leads.index(lead), qualities[lead]
        usable = (
            quality.usable
            and noise[row] < HF_LIMIT
            and left_wander[row] < WANDER_LIMIT
            and (correlation is None or correlation[row] >= CORRELATION_LIMIT)
        )
        usable_count += usable and lead in STANDARD_LEADS
        items += [
            measured("baseline_wander", quality.baseline_wander, lead=lead, u=0.05, span=span),
            measured("high_frequency_noise", float(noise[row]), lead=lead, u=0.1 * float(noise[row]), span=span),
            measured("mains_amplitude", quality.mains_amplitude, lead=lead, u=0.005, span=span),
            measured("burst_count", int(bursts[row]), lead=lead, span=span),
            measured("lead_flat", quality.flat, lead=lead, span=span),
            measured("clipped_fraction", quality.clipped_fraction, lead=lead, u=0.002, span=span),
            absent("beat_correlation", "fewer than 2 dominant beats", lead=lead)
            if correlation is None
            else measured("beat_correlation", float(correlation[row]), lead=lead, u=0.02, span=span),
            measured("lead_usable", bool(usable), lead=lead, span=span),
            measured("baseline_step", float(steps[row]), lead=lead, u=0.05, span=span),
            _signal_to_noise(lead, float(size[row]), float(noise[row]), delineation.averaged),
        ]
    gone = [lead for lead in STANDARD_LEADS if lead not in qualities or qualities[lead].missing_fraction > 0.5]
    items += [
        *measure_limb_relations(delineation, provenance),
        measured("missing_leads", len(gone)),
        measured("usable_lead_count", usable_count),
        measured("recording_quality", _grade(usable_count, delineation.averaged, float(np.median(noise)))),
        _gain_suspicion(size, delineation.averaged),
        _precordial_correlation(delineation),
        *measure_interchange(
            delineation, refuse_leads(qualities), {lead for lead in qualities if qualities[lead].flat}
        ),
    ]
    return items


_LEAD_NAMES = (
    "baseline_wander",
    "high_frequency_noise",
    "mains_amplitude",
    "burst_count",
    "lead_flat",
    "clipped_fraction",
    "beat_correlation",
    "lead_usable",
    "baseline_step",
    "signal_to_noise",
)


def _grade(usable: int, averaged: int, noise: float) -> Quality:
    if usable < POOR_LEADS or noise > POOR_NOISE:
        return "poor"
    return "good" if usable >= GOOD_LEADS and averaged >= GOOD_BEATS and noise <= GOOD_NOISE else "fair"


def _signal_to_noise(lead: str, size: float, noise: float, averaged: int) -> Measurement:
    name = "signal_to_noise"
    if averaged == 0:
        return absent(name, "no representative beat", lead=lead)
    if noise == 0.0:
        return absent(name, "no noise found", lead=lead)
    return measured(name, size / noise, lead=lead, u=0.1 * size / noise)


def _gain_suspicion(size: NDArray[np.float64], averaged: int) -> Measurement:
    if averaged == 0:
        return absent("gain_suspicion", "no representative beat")
    usual, (low, high) = float(np.median(size)), GAIN_LIMITS
    return measured("gain_suspicion", "too_large" if usual > high else "too_small" if usual < low else "none")


def _baseline_step(delineation: Delineation) -> NDArray[np.float64]:
    """Return the largest step of the level of each lead in mV, shape ``[leads]``."""
    from scipy.ndimage import median_filter

    # Nothing but beats is taken away, neither wander nor the step itself.
    without_beats = delineation.raw - delineation.signal + subtract_beats(delineation)
    filled = median_filled(without_beats, delineation.missing)
    # The level moves slowly enough to be looked at every 20 ms.
    thinning = max(1, round(0.02 * delineation.sampling_rate))
    thinned = filled[:, ::thinning]
    rate = delineation.sampling_rate / thinning
    reach, beside = round(STEP_REACH * rate), round(STEP_BESIDE * rate)
    if thinned.shape[1] <= reach + 2 * beside:
        return np.zeros(len(thinned))
    level = median_filter(thinned, size=(1, 2 * round(STEP_WINDOW * rate / 2) + 1), mode="nearest")
    change = level[:, reach:] - level[:, :-reach]
    drift = (change[:, : -2 * beside] + change[:, 2 * beside :]) / 2
    steps: NDArray[np.float64] = np.abs(change[:, beside:-beside] - drift).max(axis=1)
    return steps


def _flat(filled: NDArray[np.float64], missing: NDArray[np.bool_], sampling_rate: float) -> NDArray[np.bool_]:
    width = max(2, round(0.5 * sampling_rate))
    count = filled.shape[1] // width
    if count == 0:
        quiet_share = (filled.std(axis=1) < FLAT_SD).astype(np.float64)
    else:
        blocks = filled[:, : count * width].reshape(len(filled), count, width)
        quiet_share = (blocks.std(axis=2) < FLAT_SD).mean(axis=1)
    still = (np.abs(np.diff(filled, axis=1)) < CONSTANT_STEP) & ~missing[:, 1:]
    constant = [any(stop - start >= sampling_rate for start, stop in runs(row)) for row in still]
    flat: NDArray[np.bool_] = (quiet_share >= FLAT_SHARE) | np.array(constant, dtype=bool)
    return flat


def _clipped_fraction(filled: NDArray[np.float64], sampling_rate: float) -> NDArray[np.float64]:
    shortest, beside = max(2, round(PLATEAU_SECONDS * sampling_rate)), max(1, round(0.01 * sampling_rate))
    fraction = np.zeros(len(filled))
    # Without noise the baseline itself is a plateau, and the lowest level of a lead that only rises from it. Most leads
    # then rest at times; that one lead does not move may as well be its amplifier at the rail.
    still = np.abs(np.diff(filled, axis=1)) < CONSTANT_STEP
    resting = [sum(stop - start for start, stop in runs(row) if stop - start >= shortest) for row in still]
    noiseless = bool(np.median(resting) >= NOISELESS_SHARE * still.shape[1])
    for row, lead in enumerate(filled):
        low, high = lead.min(), lead.max()
        tolerance = 0.002 * (high - low)
        rest = float(np.median(lead))
        clipped = 0
        for at_rail, rail in ((lead >= high - tolerance, high), (lead <= low + tolerance, low)):
            if noiseless and abs(rail - rest) <= tolerance:
                continue
            for start, stop in runs(at_rail):
                around = lead[[max(0, start - beside), min(lead.size - 1, stop - 1 + beside)]]
                if stop - start >= shortest and np.abs(around - rail).max() >= CLIP_ENTRY:
                    clipped += stop - start
        fraction[row] = clipped / lead.size
    return fraction


def _wild_share(centred: NDArray[np.float64], sampling_rate: float) -> NDArray[np.float64]:
    width = min(centred.shape[1], round(sampling_rate))
    count = centred.shape[1] // width
    blocks = centred[:, : count * width].reshape(len(centred), count, width)
    share: NDArray[np.float64] = (np.ptp(blocks, axis=2) > WILD_LIMIT).mean(axis=1)
    return share


def _mains_amplitude(filled: NDArray[np.float64], sampling_rate: float) -> NDArray[np.float64]:
    """Amplitude of the larger of the 50 and 60 Hz lines above the spectrum beside them."""
    samples = filled.shape[1]
    taper = np.hanning(samples)
    spectrum = np.abs(np.fft.rfft((filled - filled.mean(axis=1, keepdims=True)) * taper, axis=1)) * 2 / taper.sum()
    frequency = np.fft.rfftfreq(samples, 1 / sampling_rate)
    best = np.zeros(len(filled))
    for line in (50.0, 60.0):
        # A window of a second or less cannot tell the line from its surroundings.
        inside, beside = np.abs(frequency - line) <= 0.5, np.abs(frequency - line) <= 3.0
        beside &= np.abs(frequency - line) > 1.0
        if not inside.any() or not beside.any():
            continue
        background = np.sqrt(np.mean(spectrum[:, beside] ** 2, axis=1))
        peak = spectrum[:, inside].max(axis=1)
        best = np.maximum(best, np.where(peak > 3 * background, peak, 0.0))
    return best


def _residual_noise(delineation: Delineation) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """RMS of what 20-150 Hz leave after the beats are taken away, outside QRS, and the number of bursts in it."""
    rate = delineation.sampling_rate
    residual = high_pass(subtract_beats(delineation, bridge=False), 20.0, rate)
    outside = ~qrs_mask(delineation)
    quiet = residual[:, outside] if outside.any() else residual
    noise = np.sqrt(np.mean(quiet**2, axis=1))
    width = round(0.1 * rate)
    # QRS samples are blanked rather than cut out: a burst must keep its place.
    energy = windowed_rms(np.where(outside, residual, 0.0), width)
    threshold = np.maximum(BURST_FACTOR * np.median(energy, axis=1), BURST_FLOOR)
    bursts = np.array([len(runs(row)) for row in energy > threshold[:, None]], dtype=np.int64)
    return noise, bursts


def _beat_correlation(delineation: Delineation) -> NDArray[np.float64] | None:
    segments, template = beat_segments(delineation)
    if len(segments) < 2:
        return None
    centred = segments - segments.mean(axis=2, keepdims=True)
    reference = template - template.mean(axis=1, keepdims=True)
    scale = np.linalg.norm(centred, axis=2) * np.linalg.norm(reference, axis=1)
    products = np.einsum("bls,ls->bl", centred, reference)
    correlation: NDArray[np.float64] = np.median(products / np.maximum(scale, 1e-9), axis=0)
    return np.clip(correlation, -1.0, 1.0)


def _precordial_correlation(delineation: Delineation) -> Measurement:
    name = "precordial_correlation"
    for lead in PRECORDIAL_LEADS:
        if lead not in delineation.leads:
            return absent(name, f"lead {lead} is missing")
    if delineation.averaged == 0:
        return absent(name, "no representative beat")
    template = beat_segments(delineation)[1][[delineation.leads.index(lead) for lead in PRECORDIAL_LEADS]]
    centred = template - template.mean(axis=1, keepdims=True)
    scaled = centred / np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    neighbours = np.einsum("ls,ls->l", scaled[:-1], scaled[1:])
    return measured(name, tuple(round(float(value), 3) for value in neighbours))

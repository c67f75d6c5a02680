"""Extractors: a `Recording` becomes `Measurements`."""

from __future__ import annotations

from dataclasses import replace
from typing import Protocol, cast, runtime_checkable

import numpy as np

from ecg_core.errors import NotAssessableError
from ecg_core.hookspecs import DEFAULT_EXTRACTOR
from ecg_core.measurements import Measurements
from ecg_core.plugin_manager import PluginManager
from ecg_core.recording import Recording

__all__ = ["LONGEST_WHOLE", "WINDOW", "Extractor", "analysis_window", "measure"]

LONGEST_WHOLE = 120.0
"""Recordings up to this long are analysed whole, in s."""

WINDOW = 10.0
"""Of longer ones the first part of this length is, in s, unless start or duration say otherwise."""

SHORTEST = 0.5
"""Nothing shorter can hold a heartbeat that is known to be one, in s (engineering default)."""

FLAT = 0.005
"""A lead that moves less than this over the whole window holds no signal, in mV (two steps of 2.5 microvolts)."""


@runtime_checkable
class Extractor(Protocol):
    """A measuring engine.

    `name` and `version` stand in every report. `extract` must return an entry for every name of the vocabulary (for
    per-lead ones: in each of the twelve standard leads), a value or a reason, and the same for the same recording.
    """

    name: str
    version: str

    def extract(self, recording: Recording) -> Measurements:
        """Measure a recording of at least one lead that is not flat; NaN stands where nothing was recorded."""
        ...


def measure(
    recording: Recording,
    *,
    extractor: str = DEFAULT_EXTRACTOR,
    start: float | None = None,
    duration: float | None = None,
    plugins: PluginManager | None = None,
) -> Measurements:
    """Measure a recording.

    Args:
        recording: what a reader returned.
        extractor: name of the measuring engine, ``NAME`` or ``DIST:NAME``.
        start: start of the window to analyse, in s; see `analysis_window`.
        duration: length of that window, in s.
        plugins: where to find the engine; the installed ones by default.

    Raises:
        NotAssessableError: if there is no signal to measure.
        UsageError: if the window does not overlap the recording.
        PluginError: if the engine cannot be loaded.
        UnknownNameError: if there is no such engine.
    """
    engine = cast(Extractor, (plugins or PluginManager.shared()).make("ecg_extractors", extractor))
    window = analysis_window(recording, start, duration)
    check_assessable(window)
    return engine.extract(window)


def analysis_window(recording: Recording, start: float | None = None, duration: float | None = None) -> Recording:
    """Return the part of a recording that is analysed, with a note where that is not the whole.

    Recordings of up to 120 s are analysed whole, of longer ones the first 10 s, unless `start` or `duration` (in s) say
    otherwise. A start alone means 10 s from there on.

    Raises:
        UsageError: if the window does not overlap the recording.
    """
    if start is None and duration is None:
        if recording.duration <= LONGEST_WHOLE:
            return recording
        duration = WINDOW
    window = recording.window(start or 0.0, WINDOW if duration is None else duration)
    if window.signal.shape == recording.signal.shape:
        return recording
    first = window.start - recording.start
    note = f"analysed {window.duration:g} s from {first:g} s on, of {recording.duration:g} s recorded"
    return replace(window, notes=(*window.notes, note))


def check_assessable(recording: Recording) -> None:
    """Refuse a recording in which nothing can be measured.

    Raises:
        NotAssessableError: if it is too short, or no lead holds a signal.
    """
    if recording.duration < SHORTEST:
        raise NotAssessableError(
            f"the recording holds {recording.duration:g} s of signal", hint=f"at least {SHORTEST:g} s are needed"
        )
    known = np.isfinite(recording.signal)
    if not known.any():
        raise NotAssessableError(
            "no lead holds a sample", hint="the file was read, but every sample is marked as missing"
        )
    highest = np.where(known, recording.signal, -np.inf).max(axis=1)
    lowest = np.where(known, recording.signal, np.inf).min(axis=1)
    if not (highest - lowest > FLAT).any():
        raise NotAssessableError("every lead is flat", hint="check the electrodes, the gain and the units of the file")

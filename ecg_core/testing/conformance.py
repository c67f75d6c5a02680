"""The conformance tests of each kind of component: the built-in ones pass the same tests as a stranger's.

The tests of readers, extractors and reports raise `AssertionError`, naming the clause that is broken; a pack's faults
come as a `PackError`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ecg_core.errors import Fault, PackError, PluginError, UsageError
from ecg_core.findings import Interpretation
from ecg_core.plugin_manager import PluginManager
from ecg_core.readers import ReadOptions
from ecg_core.report import Renderer
from ecg_core.testing.check_extractor import check_extractor
from ecg_core.testing.check_reader import check_reader

__all__ = ["check_component", "check_extractor", "check_pack", "check_reader", "check_report"]


def check_report(renderer: Renderer, interpretation: Interpretation | None = None) -> None:
    """Check a renderer: bytes, never empty, and the same for the same interpretation.

    Args:
        renderer: what a `ReportSpec` makes.
        interpretation: what to render; a made-up sinus rhythm by default.

    Raises:
        AssertionError: if the contract is broken.
    """
    if interpretation is None:
        from ecg_core.pipeline import interpret
        from ecg_core.testing.synthetic import sinus_rhythm

        interpretation = interpret(sinus_rhythm())
    report = renderer.render(interpretation)
    assert isinstance(report, bytes), f"render() gave {type(report).__name__}, not bytes"
    assert report, "render() gave an empty report"
    assert renderer.render(interpretation) == report, "the same interpretation gave two different reports"


def check_pack(place: str | Path) -> str:
    """Check a pack, given by folder or installed name: no fault, and every case passes.

    Returns:
        What was checked, in words.

    Raises:
        PackError: with every fault of the linter, or else with every case that fails.
    """
    from ecg_core.rules.check import lint_pack
    from ecg_core.rules.load import load_protocol
    from ecg_core.testing.cases import load_cases, run_case

    protocol = load_protocol(place)
    faults = lint_pack(protocol.folder)
    if faults:
        raise PackError(str(place), faults)
    results = [run_case(protocol, case) for case in load_cases(protocol.folder, protocol)]
    failed = [Fault(str(protocol.folder), 1, 1, str(result)) for result in results if not result.passed]
    if failed:
        raise PackError(str(place), failed, hint="see: ecg-core protocol test PACK")
    return f"{len(protocol.rules)} rules, {len(results)} cases"


def check_component(
    hook: str,
    name: str,
    *,
    examples: Sequence[Path] = (),
    sampling_rate: float | None = None,
    units: str | None = None,
    leads: tuple[str, ...] | None = None,
    plugins: PluginManager | None = None,
) -> str:
    """Make a component and run the conformance test of its kind.

    Args:
        hook: hook that offers it, e.g. "ecg_readers".
        name: ``NAME`` or ``DIST:NAME``.
        examples: for readers: recordings in their format.
        sampling_rate: for readers: what the examples do not state, in Hz.
        units: for readers: likewise.
        leads: for readers: likewise.
        plugins: where to find it; the installed plugins by default.

    Returns:
        What was checked, in words.

    Raises:
        PluginError: if it cannot be made or breaks its contract.
        UsageError: if a reader comes without example recordings.
    """
    component: Any = (plugins or PluginManager.shared()).make(hook, name)
    try:
        match hook:
            case "ecg_readers":
                if not examples:
                    raise UsageError(f"reader {name!r} needs a recording to be checked on", hint="add --example FILE")
                check_reader(component, examples, options=ReadOptions(sampling_rate, units, leads))
            case "ecg_extractors":
                check_extractor(component)
            case "ecg_reports":
                check_report(component)
            case "ecg_protocols":
                return check_pack(Path(component.folder))
            case _:
                return "it can be made; this version has no further test of its kind"
    except AssertionError as error:
        raise PluginError(
            f"{name!r} breaks the contract of {hook}: {error}", hint="see: ecg_core.testing.conformance"
        ) from error
    return "it keeps its contract"

"""Run the cases of a pack: examples with measurements given and a verdict expected."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ecg_core.errors import PackError
from ecg_core.findings import Verdict
from ecg_core.measurements import Measurement, Measurements
from ecg_core.rules.case_files import read_cases
from ecg_core.rules.engine import truths
from ecg_core.rules.protocol import Case, Protocol
from ecg_core.vocabulary import measurement


@dataclass(frozen=True, slots=True)
class CaseResult:
    """What became of a case.

    Attributes:
        case: the case.
        raw: verdict of the rule's criteria.
        final: verdict after suppression.
    """

    case: Case
    raw: Verdict
    final: Verdict

    @property
    def passed(self) -> bool:
        """Whether both verdicts are as expected; a final truth that is unknown counts as not true."""
        final_fits = self.case.final is None or self.case.final == (self.final is Verdict.TRUE)
        return self.raw.value == self.case.expect and final_fits

    def __str__(self) -> str:
        expected = (
            self.case.expect if self.case.final is None else f"{self.case.expect}, final {self.case.final}".lower()
        )
        got = self.raw.value if self.case.final is None else f"{self.raw.value}, final {self.final.value}"
        return f"{self.case.rule}: {self.case.name}: expected {expected}, got {got}"


def load_cases(folder: Path, protocol: Protocol) -> list[Case]:
    """Read all cases of a pack, and those of the packs it extends that hold for it.

    Args:
        folder: the pack's folder.
        protocol: the pack, loaded.

    Raises:
        PackError: if a case file has faults, all of them listed.
    """
    statements = {rule.statement for rule in protocol.rules.values()}
    found, faults = read_cases(folder, statements, protocol.bases)
    if faults:
        raise PackError(protocol.id, faults)
    return [located.case for located in found]


def run_case(protocol: Protocol, case: Case, *, engine: Literal["durable", "python"] = "python") -> CaseResult:
    """Judge one case with the whole pack.

    Measurements that the case does not give are not measurable; those it gives have the vocabulary's tolerance as
    uncertainty.

    Args:
        protocol: the pack.
        case: one of its cases.
        engine: the forward chainer.
    """
    assume = {code: Verdict(verdict) for code, verdict in case.assume.items()}
    decided = truths(protocol, case_measurements(case), assume=assume, engine=engine)
    statement = protocol.rules[case.rule].statement
    return CaseResult(case, decided.raw[statement], decided.final[statement])


def case_measurements(case: Case) -> Measurements:
    """Return what a case gives as measurements of a recording."""
    return Measurements(
        (
            Measurement(name, value, measurement(name).unit, lead=lead, u=measurement(name).tolerance)
            for (name, lead), value in case.given.items()
        ),
        extractor="case",
    )

"""From measurements to findings: criteria are judged, statements chained, and what follows from them worded.

Order of truth: the reference back end judges every criterion; a forward chainer derives the statements from them
(`raw`), then lets statements silence each other (`final`). Rules of resolution and safety: clinical convention 0.4-0.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from ecg_core.errors import EcgCoreError, UnknownNameError
from ecg_core.findings import Verdict
from ecg_core.measurements import Measurements
from ecg_core.rules.backends import chainer, durable
from ecg_core.rules.backends.reference import Judging
from ecg_core.rules.certainty import demographic_needs
from ecg_core.rules.judgement import Engine, Judgement, Pack, word_judgement
from ecg_core.rules.network import compile_network, criterion_symbol, raw_symbol
from ecg_core.rules.protocol import Protocol

ENGINES: tuple[Engine, ...] = ("durable", "python")
"""The forward chainers: durable-rules, and plain Python."""


@dataclass(frozen=True, slots=True)
class Truths:
    """What is true of one recording, without explanations.

    Attributes:
        raw: verdict of each statement's criteria.
        final: verdict of each statement after suppression.
        symbols: verdict of every symbol of the pack's network.
    """

    raw: Mapping[str, Verdict]
    final: Mapping[str, Verdict]
    symbols: Mapping[str, Verdict]


def truths(
    protocol: Protocol,
    measurements: Measurements,
    *,
    assume: Mapping[str, Verdict] | None = None,
    engine: Engine = "python",
) -> Truths:
    """Decide every statement of a pack.

    Args:
        protocol: the pack.
        measurements: of one recording.
        assume: statement -> raw verdict that is taken instead of the derived one.
        engine: chainer to use; "durable" is checked against "python" each time.

    Raises:
        UnknownNameError: if an assumed statement is not in the pack.
        PluginError: if durable-rules is asked for and cannot be imported.
        PackError: if the statements of the pack depend on themselves.
    """
    return _truths(_pack(_ById(protocol)), Judging(measurements), assume or {}, engine, frozenset())


def evaluate(protocol: Protocol, measurements: Measurements, *, engine: Engine = "durable") -> Judgement:
    """Apply a pack to the measurements of one recording.

    Args:
        protocol: the pack.
        measurements: of one recording, age and sex among them where known.
        engine: chainer to use; "durable" is checked against "python" each time.

    Raises:
        PluginError: if durable-rules is asked for and cannot be imported.
        PackError: if the statements of the pack depend on themselves.
    """
    pack = _pack(_ById(protocol))
    withheld = withheld_rules(protocol, measurements)
    assume = {protocol.rules[rule_id].statement: Verdict.UNKNOWN for rule_id in withheld}
    judging = Judging(measurements)
    decided = _truths(pack, judging, assume, engine, withheld)
    return word_judgement(pack, measurements, judging, decided.symbols, withheld, engine)


def withheld_rules(protocol: Protocol, measurements: Measurements) -> frozenset[str]:
    """Return the ids of the rules that do not speak for a patient of this age; none if the age is unknown."""
    age = measurements.value("age")
    if not isinstance(age, int | float) or age >= protocol.min_age:
        return frozenset()
    return frozenset(rule.id for rule in protocol.rules.values() if not rule.all_ages)


class _ById:
    """A protocol as a key: the same object, not an equal one (its mappings cannot be hashed)."""

    __slots__ = ("protocol",)

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    def __hash__(self) -> int:
        return id(self.protocol)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ById) and other.protocol is self.protocol


@lru_cache(maxsize=8)
def _pack(key: _ById) -> Pack:
    rules = {rule.statement: rule for rule in key.protocol.rules.values()}
    return Pack(
        protocol=key.protocol,
        rules=rules,
        network=compile_network(key.protocol),
        needs={rule.id: demographic_needs(rule) for rule in rules.values()},
    )


def _truths(
    pack: Pack,
    judging: Judging,
    assume: Mapping[str, Verdict],
    engine: Engine,
    withheld: frozenset[str],
) -> Truths:
    if engine not in ENGINES:
        raise UnknownNameError("rule engine", engine, ENGINES)
    inputs = dict.fromkeys(pack.network.inputs, Verdict.UNKNOWN)
    for rule in pack.rules.values():
        if rule.id not in withheld:
            for name, criterion in rule.criteria.items():
                inputs[criterion_symbol(rule.id, name)] = judging.verdict(criterion.body)
    symbols = chainer.chain(pack.network, inputs, assume)
    if engine == "durable":
        _refuse_difference(symbols, durable.chain(pack.network, inputs, assume))
    return Truths(
        raw={code: symbols[raw_symbol(code)] for code in pack.rules},
        final={code: symbols[symbol] for code, symbol in pack.network.final.items()},
        symbols=symbols,
    )


def _refuse_difference(expected: Mapping[str, Verdict], found: Mapping[str, Verdict]) -> None:
    # Costs a fiftieth of what durable-rules costs, so it is done each time and not by sampling.
    if expected != found:
        different = ", ".join(symbol for symbol in expected if expected[symbol] is not found[symbol])
        raise EcgCoreError(
            f"the two rule engines disagree on {different}", hint="report this with the recording; use --engine python"
        )

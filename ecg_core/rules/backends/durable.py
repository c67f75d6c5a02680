"""The forward chainer on durable-rules, within the part of that library that was measured to be right.

durable-rules sees only symbolic facts "symbol a is in state t": never a number, a null, a negation or a pack's text.
Each symbol is known to it by a number. Implications of `ecg_core.rules.normal_form` become its rules; the host (this
module) asserts one layer of symbols after the other and leaves at U what no implication decided. Outside these bounds
the library crashes, hangs or answers wrongly, so `DurableChainer` refuses a network that needs more.

It drives the library's C engine itself, with the calls that durable's own `Host` makes. That leaves out what makes the
`Host` unsafe here: its two background threads, its habit of swallowing exceptions, and its endless loop over actions.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any
from weakref import finalize

from ecg_core.errors import EcgCoreError, PluginError
from ecg_core.findings import Verdict
from ecg_core.rules.network import Network, assumed_symbols
from ecg_core.rules.normal_form import MAX_WIDTH, Fact, Implication, State, normalise

MAX_RULES = 4095
"""Rules of one ruleset (the engine's table holds 4,096, `$begin` among them)."""

MAX_LEVEL = 511
"""Conditions at one level of the engine's net; with 520 it loops for ever."""

MAX_SHARING = 200
"""Rules that may end in the same condition (the engine's list holds 256 and overruns at the end)."""

SHARD = 32
"""Symbols that share one shard: the engine walks a level one condition after the other, so levels are kept short."""

_BEGIN: Fact = ("$begin", "T")
_BEGIN_RULE = "$begin"
_STATE: dict[Verdict, State] = {Verdict.TRUE: "T", Verdict.FALSE: "F", Verdict.UNKNOWN: "U"}
_VERDICT = {state: verdict for verdict, state in _STATE.items()}
_ADVICE = "run with the Python chainer instead: --engine python"


def available() -> bool:
    """Say whether durable-rules can be imported."""
    try:
        _engine()
    except PluginError:
        return False
    return True


def chain(
    network: Network, inputs: Mapping[str, Verdict], assume: Mapping[str, Verdict] | None = None
) -> dict[str, Verdict]:
    """Solve a network; same contract as `ecg_core.rules.backends.chainer.chain`.

    The compiled rules are kept for the next call with the same network.

    Raises:
        PluginError: if durable-rules cannot be imported.
        EcgCoreError: if the network exceeds what the engine is trusted with, or if the engine fails.
        UnknownNameError: if an assumed statement is not in the network.
    """
    return _chainer(network).chain(inputs, assume)


@lru_cache(maxsize=4)
def _chainer(network: Network) -> DurableChainer:
    return DurableChainer(network)


class DurableChainer:
    """A network compiled into the engine. It belongs to the process that made it and cannot be pickled.

    Args:
        network: what to solve.

    Raises:
        PluginError: if durable-rules cannot be imported.
        EcgCoreError: if the network exceeds what the engine is trusted with.
    """

    def __init__(self, network: Network) -> None:
        self._engine = _engine()
        self._network = network
        normal_form = normalise(network)
        self._strata = normal_form.strata
        self._facts, rules, self._concludes = _rules(normal_form.implications)
        _refuse_excess(rules, self._facts)
        # The step limit: a rule fires at most once in a session, because each fact is asserted at most once.
        self._limit = len(rules)
        self._sessions = 0
        self._lock = threading.Lock()
        self._handle = self._engine.create_ruleset("ecg_core", json.dumps(rules))
        self.close = finalize(self, self._engine.delete_ruleset, self._handle)

    def chain(self, inputs: Mapping[str, Verdict], assume: Mapping[str, Verdict] | None = None) -> dict[str, Verdict]:
        """Solve the network for one recording.

        Args:
            inputs: verdict of every criterion, by symbol.
            assume: statement -> raw verdict that is taken instead of the derived one.

        Returns:
            The verdict of every symbol of the network, inputs included.
        """
        assumed = assumed_symbols(self._network, assume or {})
        with self._lock:
            self._sessions += 1
            session = str(self._sessions)
            derived: dict[str, State] = {}
            try:
                # First, because deleting a session in which no rule has fired frees memory that was never set.
                self._assert(session, _BEGIN, derived)
                try:
                    states = self._solve(session, inputs, assumed, derived)
                finally:
                    self._engine.delete_state(self._handle, session)
            except (self._engine.error, MemoryError) as error:
                raise EcgCoreError(f"durable-rules failed: {error}", hint=_ADVICE) from error
        wanted = [*self._network.inputs, *(equation.symbol for equation in self._network.equations)]
        return {symbol: _VERDICT[states[symbol]] for symbol in wanted}

    def _solve(
        self,
        session: str,
        inputs: Mapping[str, Verdict],
        assumed: Mapping[str, Verdict],
        derived: dict[str, State],
    ) -> dict[str, State]:
        """Assert layer by layer; `derived` collects what the rules conclude."""
        states: dict[str, State] = {symbol: _STATE[inputs[symbol]] for symbol in self._network.inputs}
        for symbol, state in states.items():
            self._assert(session, (symbol, state), derived)
        for stratum in self._strata:
            for symbol in stratum:
                state = _STATE[assumed[symbol]] if symbol in assumed else derived.get(symbol, "U")
                states[symbol] = state
                self._assert(session, (symbol, state), derived)
        return states

    def _assert(self, session: str, fact: Fact, derived: dict[str, State]) -> None:
        """Assert a fact and record what the rules that it completes conclude."""
        for text in self._facts.get(fact, ()):
            code, state_handle = self._engine.assert_fact(self._handle, f'{{"sid":"{session}",{text}')
            if code != 0:
                raise EcgCoreError(f"durable-rules refused a fact with code {code}", hint=_ADVICE)
            for name in self._fired(state_handle):
                if name != _BEGIN_RULE:
                    symbol, state = self._concludes[name]
                    if derived.setdefault(symbol, state) != state:
                        raise EcgCoreError(f"durable-rules found {symbol} both true and false", hint=_ADVICE)

    def _fired(self, state_handle: int) -> Iterator[str]:
        """Yield the names of the rules on the agenda, taking each off it."""
        started = self._engine.start_action_for_state(self._handle, state_handle)
        messages = started[1] if started else None
        for _ in range(self._limit + 1):
            if messages is None:
                return
            # The message is {"rule name": what it joined}.
            yield messages[2 : messages.index('"', 2)]
            messages = self._engine.complete_and_start_action(self._handle, state_handle)
        raise EcgCoreError("durable-rules exceeded its step limit", hint=_ADVICE)


def _engine() -> Any:
    try:
        from durable.engine import durable_rules_engine
    except ImportError as error:
        raise PluginError(
            f"durable-rules cannot be imported: {error}",
            hint="it needs Python 3.11 or 3.12 and a C compiler; otherwise use --engine python",
        ) from error
    return durable_rules_engine


def _rules(
    implications: tuple[Implication, ...],
) -> tuple[dict[Fact, list[str]], dict[str, Any], dict[str, tuple[str, State]]]:
    """Write implications as durable's rules.

    Returns:
        For each fact that some rule waits for, the rest of the JSON text that asserts it (more than once where many
        rules share it); the ruleset; and what each rule concludes.
    """
    numbers: dict[str, int] = {}
    uses: defaultdict[Fact, int] = defaultdict(int)
    facts: dict[Fact, list[str]] = {}
    idents = _identifiers()

    def condition(fact: Fact) -> dict[str, Any]:
        symbol, state = fact
        number = numbers.setdefault(symbol, len(numbers))
        copy = uses[fact] // MAX_SHARING
        uses[fact] += 1
        shard = f"{number // SHARD}.{copy}"
        copies = facts.setdefault(fact, [])
        if copy == len(copies):
            copies.append(f'"id":"{next(idents)}","k":"{shard}","a":"{number}","t":"{state}"}}')
        return {"$and": [{"k": shard}, {"a": str(number)}, {"t": state}]}

    rules: dict[str, Any] = {_BEGIN_RULE: {"all": [{"m": condition(_BEGIN)}]}}
    concludes: dict[str, tuple[str, State]] = {}
    for implication in implications:
        # Sorted: a set's order differs from process to process.
        joined = sorted(implication.term) or [_BEGIN]
        name = f"r{len(rules)}"
        rules[name] = {"all": [{f"m{index}": condition(fact)} for index, fact in enumerate(joined)]}
        concludes[name] = (implication.symbol, implication.state)
    return facts, rules, concludes


def _identifiers() -> Iterator[str]:
    """Yield short fact ids with distinct hashes: the engine takes facts with equal hashes for the same fact."""
    taken: set[int] = set()
    number = 0
    while True:
        text = str(number)
        number += 1
        if (hashed := fnv1a(text)) not in taken:
            taken.add(hashed)
            yield text


def fnv1a(text: str) -> int:
    """Return the 32-bit FNV-1a hash, by which the engine tells facts, sessions and properties apart."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def _refuse_excess(rules: Mapping[str, Any], facts: Mapping[Fact, list[str]]) -> None:
    shards = {text.split('"k":"')[1].split('"')[0] for copies in facts.values() for text in copies}
    widest = max(len(rule["all"]) for rule in rules.values())
    for what, count, limit in (
        ("rules", len(rules), MAX_RULES),
        ("shards", len(shards), MAX_LEVEL),
        ("facts joined by one rule", widest, MAX_WIDTH),
    ):
        if count > limit:
            raise EcgCoreError(f"too much for durable-rules: {count} {what}, at most {limit}", hint=_ADVICE)

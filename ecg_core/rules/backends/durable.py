"""The forward chainer on durable-rules, within the part of that library that was measured to be right.

durable-rules sees only symbolic facts "symbol a is in state t": never a number, a null, a negation or a pack's text.
Each symbol is known to it by a number. Implications of `ecg_core.rules.normal_form` become its rules, shared out to as
many rulesets as they need. The host (this module) takes one symbol after the other, asserts the facts that its rules
wait for until one of them fires, and leaves unknown what none decided. Outside these bounds the library crashes, hangs
or answers wrongly, so `DurableChainer` refuses a network that needs more.

It drives the library's C engine itself, with the calls that durable's own `Host` makes. That leaves out what makes the
`Host` unsafe here: its two background threads, its habit of swallowing exceptions, and its endless loop over actions.
"""

from __future__ import annotations

import json
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple
from weakref import finalize

from ecg_core.errors import EcgCoreError, PluginError
from ecg_core.findings import Verdict
from ecg_core.rules.network import Network, assumed_symbols
from ecg_core.rules.normal_form import MAX_WIDTH, Fact, Implication, State, holding, normalise

MAX_RULES = 4095
"""Rules of one ruleset, `$begin` among them (the engine's table holds 4,096)."""

PART_RULES = 750
"""Rules in one ruleset if there is a choice (engineering default): an assertion costs more the larger its ruleset is,
and beyond 2,000 rules more than twice as much."""

MAX_LEVEL = 511
"""Conditions at one level of the engine's net; with 520 it loops for ever."""

MAX_SHARING = 200
"""Rules that may end in the same condition (the engine's list holds 256 and overruns at the end)."""

SHARD = 32
"""Symbols that share one shard: the engine walks a level one condition after the other, so levels are kept short."""

MAX_SYMBOLS = SHARD * (MAX_LEVEL - MAX_RULES * MAX_WIDTH // MAX_SHARING)
"""Symbols of one ruleset: a level then holds few enough shards, however many of its facts are split for sharing."""

_BEGIN: Fact = ("$begin", "T")
_BEGIN_RULE = "$begin"
_VERDICT: dict[State | None, Verdict] = {"T": Verdict.TRUE, "F": Verdict.FALSE, None: Verdict.UNKNOWN}
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
        engine = _engine()
        form = normalise(network)
        self._network = network
        self._copies = form.copies
        self._rulesets = [_Ruleset(engine, part) for part in _parts(form.implications)]
        self._sessions = 0
        self._lock = threading.Lock()
        self._error = engine.error

    def close(self) -> None:
        """Give the rulesets back to the engine."""
        for ruleset in self._rulesets:
            ruleset.close()

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
            try:
                verdicts = self._solve(str(self._sessions), inputs, assumed)
            except (self._error, MemoryError) as error:
                raise EcgCoreError(f"durable-rules failed: {error}", hint=_ADVICE) from error
        wanted = [*self._network.inputs, *(equation.symbol for equation in self._network.equations)]
        return {symbol: verdicts[symbol] for symbol in wanted}

    def _solve(self, session: str, inputs: Mapping[str, Verdict], assumed: Mapping[str, Verdict]) -> dict[str, Verdict]:
        verdicts = {symbol: inputs[symbol] for symbol in self._network.inputs}
        facts = {fact for symbol, verdict in verdicts.items() for fact in holding(symbol, verdict)}
        for ruleset in self._rulesets:
            ruleset.solve(session, assumed, verdicts, facts)
        for symbol, (true, false) in self._copies.items():
            verdicts[symbol] = Verdict.TRUE if true in facts else Verdict.FALSE if false in facts else Verdict.UNKNOWN
        return verdicts


class _Awaited(NamedTuple):
    """A fact that some rules wait for.

    Attributes:
        fact: the fact.
        text: the rest of the JSON text that asserts it to them.
    """

    fact: Fact
    text: str


class _Ruleset:
    """Some symbols' implications in one ruleset of the engine, with one session at a time.

    Args:
        engine: the C engine.
        implications: by symbol, in the order in which the symbols are solved.
    """

    def __init__(self, engine: Any, implications: Mapping[str, tuple[Implication, ...]]) -> None:
        self._engine = engine
        self._begin, self._awaited, rules, self._concludes = _rules(implications)
        # The step limit: a rule fires at most once in a session, because each fact is asserted at most once.
        self._limit = len(rules)
        self._handle = engine.create_ruleset("ecg_core", json.dumps(rules))
        self.close = finalize(self, engine.delete_ruleset, self._handle)

    def solve(
        self, session: str, assumed: Mapping[str, Verdict], verdicts: dict[str, Verdict], facts: set[Fact]
    ) -> None:
        """Solve the symbols in turn.

        Args:
            session: id of the session; a new one each time.
            assumed: symbol -> verdict that is taken instead of the derived one.
            verdicts: takes the verdict of each symbol.
            facts: all facts that hold of the symbols before; takes those of each symbol.
        """
        derived: dict[str, State] = {}
        asserted: set[str] = set()
        try:
            # First, because deleting a session in which no rule has fired frees memory that was never set.
            self._assert(session, self._begin, derived)
            for symbol, awaited in self._awaited.items():
                if symbol not in assumed:
                    for fact, text in awaited:
                        if symbol in derived:
                            break
                        if fact in facts and text not in asserted:
                            asserted.add(text)
                            self._assert(session, text, derived)
                verdict = assumed[symbol] if symbol in assumed else _VERDICT[derived.get(symbol)]
                verdicts[symbol] = verdict
                facts.update(holding(symbol, verdict))
        finally:
            self._engine.delete_state(self._handle, session)

    def _assert(self, session: str, text: str, derived: dict[str, State]) -> None:
        """Assert a fact and record what the rules that it completes conclude."""
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


def _parts(
    implications: Mapping[str, tuple[Implication, ...]],
) -> Iterator[dict[str, tuple[Implication, ...]]]:
    """Share symbols out to rulesets, in their order.

    Raises:
        EcgCoreError: if one symbol is too much for a ruleset.
    """
    part: dict[str, tuple[Implication, ...]] = {}
    rules, symbols = 1, {_BEGIN[0]}
    for symbol, own in implications.items():
        used = {name for implication in own for name, _ in implication.term}
        _refuse_excess(symbol, own, len(used))
        if part and (rules + len(own) > PART_RULES or len(symbols | used) > MAX_SYMBOLS):
            yield part
            part, rules, symbols = {}, 1, {_BEGIN[0]}
        part[symbol] = own
        rules += len(own)
        symbols |= used
    yield part


def _rules(
    implications: Mapping[str, tuple[Implication, ...]],
) -> tuple[str, dict[str, tuple[_Awaited, ...]], dict[str, Any], dict[str, tuple[str, State]]]:
    """Write implications as durable's rules.

    Returns:
        The text that asserts the first fact of a session; for each symbol the facts that its rules wait for, those that
        decide it alone first; the ruleset; and what each rule concludes.
    """
    numbers: dict[str, int] = {}
    uses: defaultdict[Fact, int] = defaultdict(int)
    texts: dict[tuple[Fact, int], str] = {}
    idents = _identifiers()

    def awaited(fact: Fact) -> tuple[_Awaited, dict[str, Any]]:
        """Return a fact and the condition that one more rule has on it."""
        symbol, state = fact
        number = numbers.setdefault(symbol, len(numbers))
        copy = uses[fact] // MAX_SHARING
        uses[fact] += 1
        shard = f"{number // SHARD}.{copy}"
        if (fact, copy) not in texts:
            texts[fact, copy] = f'"id":"{next(idents)}","k":"{shard}","a":"{number}","t":"{state}"}}'
        return _Awaited(fact, texts[fact, copy]), {"$and": [{"k": shard}, {"a": str(number)}, {"t": state}]}

    begin, condition = awaited(_BEGIN)
    rules: dict[str, Any] = {_BEGIN_RULE: {"all": [{"m": condition}]}}
    concludes: dict[str, tuple[str, State]] = {}
    waiting: dict[str, tuple[_Awaited, ...]] = {}
    for symbol, own in implications.items():
        alone: dict[_Awaited, None] = {}
        joined: dict[_Awaited, None] = {}
        for implication in own:
            # Sorted: a set's order differs from process to process.
            parts = [awaited(fact) for fact in sorted(implication.term) or [_BEGIN]]
            name = f"r{len(rules)}"
            rules[name] = {"all": [{f"m{index}": test} for index, (_, test) in enumerate(parts)]}
            concludes[name] = (symbol, implication.state)
            (alone if len(parts) == 1 else joined).update(dict.fromkeys(item for item, _ in parts))
        waiting[symbol] = tuple({**alone, **joined})
    return begin.text, waiting, rules, concludes


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


def _refuse_excess(symbol: str, implications: tuple[Implication, ...], used: int) -> None:
    """Refuse what cannot be shared out: the implications of one symbol."""
    for what, count, limit in (
        ("rules", len(implications), MAX_RULES - 1),
        ("symbols", used, MAX_SYMBOLS - 1),
        ("facts joined by one rule", max((len(item.term) for item in implications), default=0), MAX_WIDTH),
    ):
        if count > limit:
            raise EcgCoreError(
                f"too much for durable-rules: {count} {what} for {symbol}, at most {limit}", hint=_ADVICE
            )

"""Cost of the rules per recording: judging criteria, chaining findings in Python and in durable-rules, wording.

    python benchmarks/bench_rules.py [--json FILE] [--repeat N] [PACK]

Runs on the cases of a pack (the adult pack by default), one recording per case, in CPU time of one process. The ratios
are what can be compared between machines.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ecg_core.findings import Verdict
from ecg_core.rules.backends import chainer, durable
from ecg_core.rules.engine import evaluate, truths
from ecg_core.rules.load import load_protocol
from ecg_core.rules.network import Network, compile_network
from ecg_core.rules.normal_form import normalise
from ecg_core.testing.cases import case_measurements, load_cases

ADULT12 = Path(__file__).resolve().parent.parent / "protocols" / "ecg_protocol_adult12"


def milliseconds(run: Callable[[], object]) -> float:
    start = time.process_time()
    run()
    return (time.process_time() - start) * 1e3


def typical(costs: list[float]) -> float:
    """Median: the machine may be shared."""
    return sorted(costs)[len(costs) // 2]


def measure_pack(folder: Path, repeat: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as cache:
        os.environ["ECG_CORE_CACHE"] = cache
        loading, loading_again = (milliseconds(lambda: load_protocol(folder)) for _ in range(2))
        protocol = load_protocol(folder)
    network = compile_network(protocol)
    recordings = [case_measurements(case) for case in load_cases(folder, protocol)][:repeat]
    inputs = [
        {symbol: decided.symbols[symbol] for symbol in network.inputs}
        for decided in (truths(protocol, recording) for recording in recordings)
    ]
    form = normalise(network)
    found: dict[str, float] = {
        "recordings": len(recordings),
        "statements": len(protocol.rules),
        "criteria": len(network.inputs),
        "equations": len(network.equations),
        "implications": sum(map(len, form.implications.values())),
        "load pack, not cached, ms": loading,
        "load pack, cached, ms": loading_again,
        "judge and chain (python), ms": typical(
            [milliseconds(lambda item=item: truths(protocol, item)) for item in recordings]
        ),
        "evaluate with words (python), ms": typical(
            [milliseconds(lambda item=item: evaluate(protocol, item, engine="python")) for item in recordings]
        ),
        "evaluate with all traces, ms": typical(
            [
                milliseconds(lambda item=item: dict(evaluate(protocol, item, engine="python").traces))
                for item in recordings
            ]
        ),
        "chain in python, ms": typical(
            [milliseconds(lambda item=item: chainer.chain(network, item)) for item in inputs]
        ),
    }
    if durable.available():
        found |= measure_durable(network, inputs)
        found["durable / python"] = found["chain in durable-rules, ms"] / found["chain in python, ms"]
        found["durable / all rule work"] = (
            found["chain in durable-rules, ms"] / found["evaluate with words (python), ms"]
        )
    return found


def measure_durable(network: Network, inputs: list[dict[str, Verdict]]) -> dict[str, float]:
    solvers: list[durable.DurableChainer] = []
    building = milliseconds(lambda: solvers.append(durable.DurableChainer(network)))
    chaining = typical([milliseconds(lambda item=item: solvers[0].chain(item)) for item in inputs])
    return {"build durable-rules, ms": building, "chain in durable-rules, ms": chaining}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pack", type=Path, nargs="?", default=ADULT12)
    parser.add_argument("--repeat", type=int, default=100, help="number of cases to run")
    parser.add_argument("--json", type=Path, metavar="FILE")
    arguments = parser.parse_args()
    found = measure_pack(arguments.pack, arguments.repeat)
    for name, value in found.items():
        print(f"{name:36} {value:10.2f}" if isinstance(value, float) else f"{name:36} {value:10d}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"python": sys.version.split()[0], **found}, indent=2) + "\n")


if __name__ == "__main__":
    main()

"""``ecg-core protocol``: list, show, lint, test, document and start packs."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ecg_core.cli.console import counted, emit, table, tell
from ecg_core.cli.options import EngineOption, VerboseOption, pack_names, pack_place
from ecg_core.errors import PackError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from ecg_core.rules.protocol import Case, Protocol, Rule

PackArgument = Annotated[
    str, typer.Argument(metavar="PACK", help="An installed name or a folder.", autocompletion=pack_names)
]
PacksArgument = Annotated[
    list[str], typer.Argument(metavar="PACK...", help="Installed names or folders.", autocompletion=pack_names)
]


def list_packs(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False, verbose: VerboseOption = 0
) -> None:
    """List the installed packs; one that cannot be used is listed with its fault."""
    from ecg_core.rules.discover import installed_packs
    from ecg_core.rules.load import load_protocol

    rows = []
    for pack in installed_packs():
        row = {"id": pack.name, "version": "", "distribution": pack.distribution, "rules": 0, "status": "ok"}
        if pack.folder is None:
            row["status"] = f"broken: {pack.error}"
        else:
            try:
                protocol = load_protocol(pack.folder)
            except PackError as error:
                row["status"] = f"broken: {error.faults[0]}"
            else:
                row |= {"version": protocol.version, "rules": len(protocol.rules)}
        rows.append(row)
    if as_json:
        emit(json.dumps(rows, indent=2) + "\n")
    else:
        emit(table(list(rows[0]), [[str(value) for value in row.values()] for row in rows]) if rows else "no packs\n")


def show(
    pack: PackArgument,
    rule: Annotated[str | None, typer.Argument(help="Id of a rule, or the code of its statement.")] = None,
    verbose: VerboseOption = 0,
) -> None:
    """Show a pack's rules by group, or one rule with its criteria, thresholds, sources, mimics and cases."""
    from ecg_core.cli.rule_text import rule_text
    from ecg_core.rules.load import load_protocol
    from ecg_core.testing.cases import load_cases

    protocol = load_protocol(pack_place(pack))
    if rule is None:
        emit(_overview(protocol))
        return
    wanted = _rule(protocol, rule)
    cases = [case for case in load_cases(protocol.folder, protocol) if case.rule == wanted.id]
    emit(rule_text(protocol, wanted, cases))


def lint(packs: PacksArgument, verbose: VerboseOption = 0) -> None:
    """Check packs and print every fault as file:line:column; exit 5 if there is one."""
    from ecg_core.rules.check import lint_pack
    from ecg_core.rules.load import pack_folder

    count = 0
    for pack in packs:
        faults = lint_pack(pack_folder(pack_place(pack)))
        count += len(faults)
        emit("".join(f"{fault}\n" for fault in faults))
        tell(f"{pack}: {counted(len(faults), 'fault')}")
    if count:
        raise typer.Exit(PackError.exit_code)


def run_cases(packs: PacksArgument, engine: EngineOption = None, verbose: VerboseOption = 0) -> None:
    """Run every case of packs and print those that fail; exit 5 if one does."""
    from ecg_core.rules.load import load_protocol
    from ecg_core.testing.cases import load_cases, run_case

    failures = 0
    for pack in packs:
        protocol = load_protocol(pack_place(pack))
        results = [
            run_case(protocol, case, engine=engine or "python") for case in load_cases(protocol.folder, protocol)
        ]
        failed = [result for result in results if not result.passed]
        failures += len(failed)
        emit("".join(f"{result}\n  given {_given(result.case)}\n" for result in failed))
        tell(f"{pack}: {counted(len(results), 'case')}, {len(failed)} failed")
    if failures:
        raise typer.Exit(PackError.exit_code)


def new(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="Folder to make; it must not exist or be empty.")],
    pack_id: Annotated[str, typer.Option("--id", metavar="NAME", help="Id of the pack: lower case, digits, _.")],
    verbose: VerboseOption = 0,
) -> None:
    """Start a pack: a distribution with two example rules, their thresholds and cases, ready to lint and test."""
    from ecg_core.cli.template import write_pack

    pack = write_pack(folder, pack_id)
    emit(f"{pack}\n")
    tell(f"next: ecg-core protocol lint {pack}; ecg-core protocol test {pack}; ecg-core interpret RECORDING -p {pack}")


def docs(
    pack: PackArgument,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Folder for the pages; it must not exist or be empty.")
    ],
    verbose: VerboseOption = 0,
) -> None:
    """Write a pack as Markdown: an index, and a page for each rule with criteria, thresholds, sources and cases."""
    from ecg_core.report.pack_pages import pack_pages
    from ecg_core.rules.load import load_protocol
    from ecg_core.testing.cases import load_cases

    protocol = load_protocol(pack_place(pack))
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UsageError(f"{out} is not empty", hint="name a new folder: pages of rules that are gone would stay")
    pages = pack_pages(protocol, load_cases(protocol.folder, protocol))
    for name, text in pages.items():
        path = out / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    emit(f"{out / 'index.md'}\n")
    tell(f"{counted(len(pages), 'page')} written")


def schema(
    kind: Annotated[
        Literal["rule", "thresholds", "protocol", "cases"], typer.Argument(help="Which file of a pack.")
    ] = "rule",
    verbose: VerboseOption = 0,
) -> None:
    """Print the JSON Schema of one kind of pack file, for editors that check YAML."""
    from ecg_core.rules.schema import json_schema

    emit(json.dumps(json_schema(kind), indent=2) + "\n")


def _given(case: Case) -> str:
    """Write what a case gives, e.g. ``pr_interval 214 ms, st_j[V2] 0.2 mV``."""
    from ecg_core.vocabulary import measurement

    items = []
    for (name, lead), value in case.given.items():
        number = f"{value:g}" if isinstance(value, float) else str(value)
        place = name if lead is None else f"{name}[{lead}]"
        items.append(f"{place} {number} {measurement(name).unit}".rstrip())
    return ", ".join(items) or "nothing"


def _overview(protocol: Protocol) -> str:
    lines = [
        f"{protocol.id} {protocol.version}: {protocol.title}, edition {protocol.edition}",
        f"{counted(len(protocol.rules), 'rule')}, {counted(len(protocol.thresholds), 'threshold')}, "
        f"from age {protocol.min_age:g} y, sha256 {protocol.sha256}",
        *(f"extends {base.id} {base.version}, sha256 {base.sha256}" for base in protocol.bases),
    ]
    counts = Counter(rule.group for rule in protocol.rules.values())
    for group, count in counts.items():
        lines.append(f"\n{group} ({count})")
        members = [rule for rule in protocol.rules.values() if rule.group == group]
        width = max(len(rule.id) for rule in members)
        lines += [f"  {rule.id:<{width}}  {rule.statement:<14} {_grade(rule)}" for rule in members]
    return "".join(f"{line}\n" for line in lines)


def _grade(rule: Rule) -> str:
    from ecg_core.vocabulary import statement

    return f"{rule.severity:<10} {rule.urgency}  {statement(rule.statement).name} ({rule.status})"


def _rule(protocol: Protocol, name: str) -> Rule:
    by_statement = {rule.statement: rule for rule in protocol.rules.values()}
    found = protocol.rules.get(name) or by_statement.get(name)
    if found is None:
        raise UnknownNameError("rule", name, [*protocol.rules, *by_statement])
    return found

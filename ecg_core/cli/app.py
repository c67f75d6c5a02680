"""The commands put together; a bare path means ``interpret``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ecg_core.cli import bench, doctor, explain, info, interpret, measure, plugins, protocol, protocol_diff
from ecg_core.cli import eval as evaluation
from ecg_core.cli.console import emit
from ecg_core.cli.options import STDIN

_DEFAULT = "interpret"


class DefaultToInterpret(TyperGroup):
    """A group in which ``ecg-core FILE ...`` means ``ecg-core interpret FILE ...``."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default command in front of a path or of an option that only it can know."""
        if args and args[0] not in self.commands and (self._is_foreign_option(args[0]) or _is_path(args[0])):
            args = [_DEFAULT, *args]
        return super().parse_args(ctx, args)

    def _is_foreign_option(self, word: str) -> bool:
        own = {"--help"}.union(*(parameter.opts for parameter in self.params))
        return word.startswith("-") and word != STDIN and word not in own


def _is_path(word: str) -> bool:
    """Tell a path from a mistyped command, which deserves a suggestion instead of "no such file"."""
    return word == STDIN or "." in word or "/" in word or Path(word).exists() or Path(f"{word}.hea").exists()


def _version(asked: bool) -> None:
    if asked:
        from ecg_core import __version__

        emit(f"ecg-core {__version__}\n")
        raise typer.Exit


def _help_if_bare(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        emit(context.get_help() + "\n")


def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version and stop.")
    ] = False,
) -> None:
    """Interpret electrocardiograms by published criteria, with the evidence for every finding.

    "ecg-core FILE" interprets a recording. Research use only; not a medical device.
    """
    _help_if_bare(context)


def _group(summary: str) -> typer.Typer:
    """Return a group of commands that shows its help where none is named."""
    return typer.Typer(callback=_help_if_bare, invoke_without_command=True, rich_markup_mode=None, help=summary)


app = typer.Typer(
    name="ecg-core",
    cls=DefaultToInterpret,
    callback=_root,
    invoke_without_command=True,
    # Plain help: rich would double the time of --help, and its error boxes hide the one line that matters.
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.command("interpret")(interpret.interpret)
app.command("measure")(measure.measure)
app.command("info")(info.info)
app.command("explain")(explain.explain)
app.command("doctor")(doctor.doctor)

_bench = _group("Measure accuracy against people's marks.")
_bench.command("delineation")(bench.delineation)
app.add_typer(_bench, name="bench")

_eval = _group("Measure agreement with cardiologists' labels.")
_eval.command("labels")(evaluation.labels)
app.add_typer(_eval, name="eval")

_protocol = _group("List, show, check, test, compare, document and start protocol packs.")
_protocol.command("list")(protocol.list_packs)
_protocol.command("show")(protocol.show)
_protocol.command("lint")(protocol.lint)
_protocol.command("test")(protocol.run_cases)
_protocol.command("new")(protocol.new)
_protocol.command("diff")(protocol_diff.diff)
_protocol.command("docs")(protocol.docs)
_protocol.command("schema")(protocol.schema)
app.add_typer(_protocol, name="protocol")

_plugins = _group("List plugins and check that they keep their contract.")
_plugins.command("list")(plugins.list_plugins)
_plugins.command("check")(plugins.check)
app.add_typer(_plugins, name="plugins")

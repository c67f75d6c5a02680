"""Tests that hold the shape of the project: sizes, names, imports."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ecg_core
from ecg_core.hookspecs import HOOK_KINDS, Hooks

ROOT = Path(__file__).resolve().parent.parent
PYTHON_FILES = sorted((ROOT / "ecg_core").rglob("*.py"))
OURS = ("ecg_core", "plugins", "protocols", "training", "tests", "docs", "benchmarks", "changelog.d")
NEVER = {"torch", "transformers", "neurokit2", "sklearn"}

PUBLIC = [
    "EcgCoreError",
    "Evidence",
    "Finding",
    "Interpretation",
    "Measurement",
    "Measurements",
    "Patient",
    "Protocol",
    "Recording",
    "RuleTrace",
    "Verdict",
    "__version__",
    "interpret",
    "load_protocol",
    "measure",
    "read_recording",
]


def test_files_stay_small() -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in PYTHON_FILES}
    assert {path: length for path, length in lengths.items() if length > 400} == {}


def test_public_names() -> None:
    assert ecg_core.__all__ == PUBLIC
    assert len(PUBLIC) <= 20
    for name in PUBLIC:
        assert getattr(ecg_core, name) is not None


@pytest.mark.parametrize("hook", HOOK_KINDS)
def test_hook_is_documented_with_an_example_that_runs(hook: str) -> None:
    doc = getattr(Hooks, hook).__doc__
    example = re.search(r"Example::\n\n(.*)", doc, re.DOTALL)
    assert example, f"{hook} has no Example"
    lines = [line[12:] for line in example.group(1).rstrip().splitlines()]
    kinds = {kind.__name__: kind for kind in HOOK_KINDS.values()}
    namespace: dict[str, object] = {"hookimpl": lambda function: function, **kinds}
    exec("\n".join(lines), namespace)
    yielded = namespace[hook]()  # type: ignore[operator]
    assert all(type(component) is HOOK_KINDS[hook] for component in yielded)


def test_every_hook_is_a_kind_and_back() -> None:
    assert {name for name in vars(Hooks) if name.startswith("ecg_")} == set(HOOK_KINDS)


@pytest.mark.parametrize("hook", HOOK_KINDS)
def test_hook_is_tested(hook: str) -> None:
    others = [path for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__)]
    assert any(hook in path.read_text(encoding="utf-8") for path in others)


def imported_by(*arguments: str) -> set[str]:
    """Run a command in a fresh process and return the top-level modules it left behind."""
    code = (
        "import json, sys\n"
        "from ecg_core.cli import main\n"
        "code = main(sys.argv[1:])\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})), file=sys.stderr)\n"
        "sys.exit(code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, check=True)
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize("arguments", [["--help"], ["interpret", "--help"], ["protocol", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(arguments: list[str]) -> None:
    heavy = {"numpy", "scipy", "wfdb", "pydicom", "pandas", "pyarrow", "durable", "lark", "rich", *NEVER}
    if len(arguments) == 1:  # below the top, typer itself uses pydantic to describe options
        heavy.add("pydantic")
    assert heavy & imported_by(*arguments) == set()


def test_plugins_list_imports_no_component() -> None:
    assert {"numpy", "scipy", "wfdb", "pydicom", *NEVER} & imported_by("plugins", "list") == set()


@pytest.mark.parametrize(
    ("words", "offered"), [("interpret -p ad", "adult12"), ("interpret --reader wf", "wfdb"), ("protocol li", "lint")]
)
def test_completion_imports_no_numpy(words: str, offered: str) -> None:
    line = f"ecg-core {words}"
    completion = {"_ECG_CORE_COMPLETE": "complete_bash", "COMP_WORDS": line, "COMP_CWORD": str(line.count(" "))}
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "ecg_core"],
        env={**os.environ, **completion},
        capture_output=True,
        text=True,
        check=True,
    )
    assert offered in done.stdout.splitlines()
    assert "ecg_core.cli" in done.stderr
    assert "numpy" not in done.stderr


def test_importing_the_package_costs_nothing() -> None:
    code = "import sys, ecg_core, ecg_core.cli; assert not {'numpy', 'pydantic', 'yaml', 'rich'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_interpret_reaches_no_deep_learning_library() -> None:
    from pydicom.data import get_testdata_file

    path = get_testdata_file("waveform_ecg.dcm")
    assert isinstance(path, str)
    modules = imported_by("interpret", path, "-f", "json")
    assert not modules & NEVER
    assert "numpy" in modules


def test_no_path_of_a_machine_in_the_tree() -> None:
    pattern = re.compile(r"(?<![\w.])/(?:work|home|root|Users)/\w")
    texts = {".py", ".yaml", ".yml", ".toml", ".md", ".txt", ".lark", ".json", ".cfg", ""}
    found = [
        str(path.relative_to(ROOT))
        for path in [*ROOT.glob("*"), *(path for folder in OURS for path in (ROOT / folder).rglob("*"))]
        if path.is_file()
        and path.suffix in texts
        and "_build" not in path.parts
        and pattern.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []

"""A stranger's packs and plugins, built, installed and used for real; broken ones take nothing else down."""

from __future__ import annotations

import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from third_party import Environment, install_strangers, run

from ecg_core.cli.template import template_folder
from ecg_core.testing.synthetic import sinus_rhythm


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    return install_strangers(tmp_path_factory.mktemp("strangers"))


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The words that make `interpret` read a made-up recording."""
    recording = sinus_rhythm()
    path = tmp_path_factory.mktemp("recordings") / "sinus.csv"
    np.savetxt(path, recording.signal.T, delimiter=",", header=",".join(recording.leads), comments="", fmt="%.5f")
    return [str(path), "--fs", "500", "--units", "mV", "--age", "50", "--sex", "male"]


@pytest.fixture(scope="module")
def packs(stranger: Environment) -> dict[tuple[str, str], dict[str, Any]]:
    done = stranger.run("protocol", "list", "--json")
    assert done.returncode == 0, done.stderr
    return {(row["distribution"], row["id"]): row for row in json.loads(done.stdout)}


@pytest.fixture(scope="module")
def plugins(stranger: Environment) -> dict[str, dict[str, Any]]:
    done = stranger.run("plugins", "list", "--json")
    assert done.returncode == 0, done.stderr
    return {row["distribution"]: row for row in json.loads(done.stdout)}


def test_pack_is_listed(packs: dict[tuple[str, str], dict[str, Any]]) -> None:
    row = packs["ecg-protocol-example", "example"]
    assert (row["version"], row["rules"], row["status"]) == ("0.1.0", 2, "ok")


def test_pack_lints_and_passes_its_cases_by_name(stranger: Environment) -> None:
    linted = stranger.run("protocol", "lint", "example")
    assert (linted.returncode, linted.stdout) == (0, "")
    tested = stranger.run("protocol", "test", "example")
    assert (tested.returncode, tested.stdout) == (0, "")
    assert "11 cases, 0 failed" in tested.stderr


def test_pack_interprets(stranger: Environment, table: list[str]) -> None:
    done = stranger.run("interpret", *table, "-p", "example", "-p", "adult12", "-f", "json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert [pack["id"] for pack in result["provenance"]["packs"]] == ["example", "adult12"]
    assert {"long_pr", "long_qt"} <= {rule.rpartition(":")[2].rpartition("/")[2] for rule in result["traces"]}


def test_pack_whose_module_raises_is_only_data(
    stranger: Environment, packs: dict[tuple[str, str], dict[str, Any]]
) -> None:
    assert packs["ecg-protocol-raising", "raising"]["status"] == "ok"
    assert stranger.run("plugins", "check", "raising").returncode == 0


def test_pack_of_a_later_schema_is_listed_as_broken(
    stranger: Environment, packs: dict[tuple[str, str], dict[str, Any]]
) -> None:
    assert "pack layout 2 is not known" in packs["ecg-protocol-future", "future"]["status"]
    done = stranger.run("protocol", "test", "future")
    assert done.returncode == 5
    assert "protocol.yaml:3:" in done.stderr


def test_pack_offered_twice_must_be_chosen_by_distribution(stranger: Environment) -> None:
    ambiguous = stranger.run("protocol", "show", "clinic")
    assert ambiguous.returncode == 6
    assert "ecg-protocol-north" in ambiguous.stderr
    assert "ecg-protocol-south" in ambiguous.stderr
    assert stranger.run("protocol", "show", "ecg-protocol-south:clinic").returncode == 0


def test_broken_plugins_are_listed_and_take_nothing_down(plugins: dict[str, dict[str, Any]]) -> None:
    assert {name: row["status"] for name, row in plugins.items()} == {
        "broken-plugin": "failed",
        "ecg-core": "ok",
        "odd-plugin": "incompatible",
        "old-plugin": "incompatible",
        "twin-a": "ok",
        "twin-b": "ok",
    }
    assert plugins["broken-plugin"]["error"] == "RuntimeError: boom"
    assert "ecg_teapots" in plugins["odd-plugin"]["error"]
    assert "API 0" in plugins["old-plugin"]["error"]


def test_strict_list_fails_and_names_every_fault(stranger: Environment) -> None:
    done = stranger.run("plugins", "list", "--strict")
    assert done.returncode == 6
    for name in ("broken-plugin", "odd-plugin", "old-plugin", "twin-a and twin-b"):
        assert name in done.stderr


def test_name_offered_twice_must_be_chosen_by_distribution(stranger: Environment, table: list[str]) -> None:
    ambiguous = stranger.run("interpret", *table, "-p", "example", "-f", "plain")
    assert ambiguous.returncode == 6
    assert "twin-a:plain or twin-b:plain" in ambiguous.stderr
    chosen = stranger.run("interpret", *table, "-p", "example", "-f", "twin-b:plain")
    assert chosen.returncode == 0, chosen.stderr
    assert chosen.stdout.startswith("twin_b: ")
    alone = stranger.run("interpret", *table, "-p", "example", "-f", "plain", ECG_CORE_DISABLE_PLUGINS="twin-a")
    assert alone.stdout == chosen.stdout


def test_component_of_an_incompatible_plugin_stops_the_run(stranger: Environment, table: list[str]) -> None:
    done = stranger.run("interpret", *table, "-p", "example", "-f", "old")
    assert done.returncode == 6
    assert "old-plugin" in done.stderr


def test_stranger_passes_the_conformance_test(stranger: Environment) -> None:
    done = stranger.run("plugins", "check", "twin-a:plain")
    assert done.returncode == 0, done.stderr
    broken = stranger.run("plugins", "check", "broken-plugin")
    assert broken.returncode == 6
    assert "boom" in broken.stderr


def test_doctor_names_what_is_broken(stranger: Environment) -> None:
    done = stranger.run("doctor")
    assert done.returncode == 1
    failed = [line.split()[1] for line in done.stdout.splitlines() if line.strip().startswith("FAIL")]
    assert {"broken-plugin", "odd-plugin", "old-plugin", "future"} <= set(failed)
    assert not {"measure", "interpret", "example", "raising"} & set(failed)


def test_folder_made_by_new_works_without_installation(stranger: Environment, table: list[str], tmp_path: Path) -> None:
    made = stranger.run("protocol", "new", str(tmp_path / "mine"), "--id", "mine")
    assert made.returncode == 0, made.stderr
    pack = made.stdout.strip()
    done = stranger.run("interpret", *table, "-p", pack)
    assert done.returncode == 0, done.stderr
    assert "mine 0.1.0" in done.stdout


def test_our_own_wheel_holds_the_template_and_the_pack(tmp_path: Path) -> None:
    root = Path(__file__).resolve().parent.parent
    run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], folder=root)
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    template = {path.relative_to(template_folder()).as_posix() for path in template_folder().rglob("*.*")}
    assert {f"ecg_core/cli/template_pack/{path}" for path in template if "__pycache__" not in path} <= held
    assert {"ecg_core/py.typed", "ecg_core/rules/grammar.lark", "ecg_protocol_adult12/protocol.yaml"} <= held
    assert not any(name.startswith(("protocols/", "plugins/", "tests/", "training/")) for name in held)

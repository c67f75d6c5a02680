"""Distributions of strangers, good and broken, built and installed into a virtual environment of their own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

from ecg_core.cli.template import template_folder, write_pack

GOOD_PLUGIN = """
from ecg_core.hookspecs import ReportSpec, hookimpl


@hookimpl
def ecg_reports():
    return [ReportSpec(name="plain", factory="PACKAGE.report:Plain", summary="one line")]
"""

RENDERER = """
class Plain:
    def render(self, interpretation):
        return f"PACKAGE: {len(interpretation.findings)} findings\\n".encode()
"""

OLD_PLUGIN = """
from ecg_core.hookspecs import ReportSpec, hookimpl


@hookimpl
def ecg_reports():
    return [ReportSpec(name="old", factory="old_plugin.report:Old", api=0)]
"""

ODD_PLUGIN = """
from ecg_core.hookspecs import hookimpl


@hookimpl
def ecg_teapots():
    return []
"""

PROJECT = """
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "1.0"

[project.entry-points."{group}"]
{entry} = "{package}"

[tool.hatch.build.targets.wheel]
packages = ["{package}"]
"""


@dataclass(frozen=True)
class Environment:
    """A virtual environment in which the strangers are installed."""

    python: Path
    folder: Path

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run ``ecg-core`` there, away from the source tree."""
        return subprocess.run(
            [str(self.python), "-m", "ecg_core", *arguments],
            cwd=self.folder,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )


def install_strangers(folder: Path) -> Environment:
    """Build every stranger's wheel and install them all, offline."""
    sources = folder / "sources"
    shutil.copytree(template_folder(), sources / "template")
    write_plugin(sources, "twin-a", {"__init__": GOOD_PLUGIN, "report": RENDERER})
    write_plugin(sources, "twin-b", {"__init__": GOOD_PLUGIN, "report": RENDERER})
    write_plugin(sources, "broken-plugin", {"__init__": "raise RuntimeError('boom')\n"})
    write_plugin(sources, "old-plugin", {"__init__": OLD_PLUGIN})
    write_plugin(sources, "odd-plugin", {"__init__": ODD_PLUGIN})
    raising = write_pack(sources / "raising", "raising")
    (raising / "__init__.py").write_text("raise RuntimeError('a pack is data and is never imported')\n")
    future = write_pack(sources / "future", "future")
    replace(future / "protocol.yaml", "schema: 1", "schema: 2")
    for owner in ("north", "south"):
        write_pack(sources / owner, "clinic")
        rename_distribution(sources / owner, owner)

    wheels = folder / "wheels"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    run(
        [
            *pip,
            "wheel",
            "--no-build-isolation",
            "--no-deps",
            "--no-index",
            "-w",
            str(wheels),
            *map(str, sources.iterdir()),
        ]
    )
    environment = folder / "environment"
    venv.create(environment, with_pip=False, symlinks=True)
    python = environment / "bin" / "python"
    run([*pip, "--python", str(python), "install", "--no-index", "--no-deps", *map(str, wheels.iterdir())])
    # The heavy dependencies and ecg-core itself come from the environment that runs the tests.
    own = Path(sysconfig.get_path("purelib", vars={"base": str(environment), "platbase": str(environment)}))
    (own / "outer.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
    return Environment(python, folder)


def write_plugin(sources: Path, name: str, modules: dict[str, str]) -> None:
    """Write the project of a plugin."""
    package = name.replace("-", "_")
    (sources / name / package).mkdir(parents=True)
    project = PROJECT.format(name=name, package=package, entry=package, group="ecg_core.plugins")
    (sources / name / "pyproject.toml").write_text(project)
    for module, text in modules.items():
        (sources / name / package / f"{module}.py").write_text(text.replace("PACKAGE", package))


def rename_distribution(project: Path, owner: str) -> None:
    """Make the pack "clinic" of a second owner: other distribution and package, same id."""
    package = f"ecg_protocol_{owner}"
    (project / "ecg_protocol_clinic").rename(project / package)
    replace(project / "pyproject.toml", "ecg-protocol-clinic", f"ecg-protocol-{owner}")
    replace(project / "pyproject.toml", "ecg_protocol_clinic", package)


def replace(file: Path, old: str, new: str) -> None:
    """Replace text that must be there."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))


def run(command: list[str], *, folder: Path | None = None) -> None:
    """Run a command that must succeed; its output is shown if it does not."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

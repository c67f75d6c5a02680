"""Find the installed packs without importing any of them: a pack is data and cannot run code."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from ecg_core.errors import PluginError

GROUP = "ecg_core.protocols"


@dataclass(frozen=True, slots=True)
class InstalledPack:
    """One entry point of the group and what stands behind it.

    Attributes:
        name: name of the pack.
        package: top-level package that holds it.
        distribution: distribution that declares it.
        version: version of that distribution.
        folder: where it is; None if broken.
        error: why it cannot be used; None if it can.
    """

    name: str
    package: str
    distribution: str
    version: str
    folder: Path | None
    error: str | None = None

    @property
    def status(self) -> str:
        """Whether it can be used: "ok" or "broken"."""
        return "ok" if self.error is None else "broken"


def installed_packs() -> list[InstalledPack]:
    """Return every pack that a distribution of this environment declares, broken ones too, by name."""
    # An editable install can show the same entry point twice on sys.path.
    found = {_pack(point) for point in entry_points(group=GROUP)}
    return sorted(found, key=lambda pack: (pack.name, pack.distribution))


def find_pack(name: str) -> InstalledPack | None:
    """Return the pack chosen by ``NAME`` or ``DIST:NAME``, or None if no distribution declares it.

    Raises:
        PluginError: if two distributions declare it, or it is broken.
    """
    distribution, _, wanted = name.rpartition(":")
    offers = [pack for pack in installed_packs() if pack.name == wanted and distribution in ("", pack.distribution)]
    if not offers:
        return None
    if len(offers) > 1:
        givers = [pack.distribution for pack in offers]
        raise PluginError(
            f"protocol pack {wanted!r} is offered by {' and '.join(givers)}",
            hint="choose one: " + " or ".join(f"{giver}:{wanted}" for giver in givers),
        )
    pack = offers[0]
    if pack.error is not None:
        raise PluginError(
            f"protocol pack {name!r} of {pack.distribution} {pack.version} is broken: {pack.error}",
            hint=f"install {pack.distribution} again",
        )
    return pack


def _pack(point: EntryPoint) -> InstalledPack:
    distribution, version = (point.dist.name, point.dist.version) if point.dist else ("unknown", "")
    folder, error = _locate(point.value)
    return InstalledPack(point.name, point.value, distribution, version, folder, error)


def _locate(package: str) -> tuple[Path | None, str | None]:
    # find_spec would import the parent of a dotted name, and with it a stranger's code.
    if not package.isidentifier():
        return None, f"{package!r} is not the name of a top-level package"
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return None, f"package {package!r} is not there"
    folder = Path(next(iter(spec.submodule_search_locations)))
    if not (folder / "protocol.yaml").is_file():
        return None, f"package {package!r} holds no protocol.yaml"
    return folder, None

"""The hooks of ecg-core and what they yield.

A plugin is an import-light module named in the entry-point group ``ecg_core.plugins``. Each hook returns frozen
descriptors whose ``factory`` is a string ``"package.module:Class"``; the heavy module is imported only when its
component is chosen, so listing plugins stays cheap.

A whole plugin::

    from ecg_core.hookspecs import ReaderSpec, hookimpl

    @hookimpl
    def ecg_readers():
        return [ReaderSpec(name="myformat", factory="my_package.reader:MyReader", summary="My device's files")]
"""

from __future__ import annotations

from dataclasses import dataclass

import pluggy

from ecg_core.errors import UsageError

API_VERSION = 1
"""Version of the descriptors and contracts below; a plugin of another version is listed as incompatible."""

PROJECT = "ecg_core"

DEFAULT_EXTRACTOR = "learned"
"""The extractor that measures where none is named."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """What every hook yields.

    Attributes:
        name: name by which users choose it; unique among components of its kind.
        factory: ``"package.module:Class"``; called without arguments when the component is chosen.
        api: version of the contract it was written for.
        summary: one line for ``ecg-core plugins list``.
        requires: distributions it needs beside ecg-core, e.g. ``("torch",)``.
    """

    name: str
    factory: str
    api: int = API_VERSION
    summary: str = ""
    requires: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        module, _, attribute = self.factory.partition(":")
        if not module or not attribute:
            raise UsageError(f"factory {self.factory!r} is not of the form 'package.module:Class'")
        if not self.name or ":" in self.name:
            raise UsageError(f"component name {self.name!r} is empty or holds a colon")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSpec(Component):
    """A file format. The factory makes a `ecg_core.readers.Reader`.

    Attributes:
        suffixes: usual file name endings, lower case with the dot; a hint only, content decides.
    """

    suffixes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractorSpec(Component):
    """A measuring engine. The factory makes a `ecg_core.extract.Extractor`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSpec(Component):
    """A signal or image encoder of the multimodal model."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BackboneSpec(Component):
    """A language-model backbone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardSpec(Component):
    """A reward function for reinforcement learning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSpec(Component):
    """An output format. The factory makes a `ecg_core.report.Renderer`.

    Attributes:
        media_type: e.g. "application/json".
        suffix: usual file name ending, with the dot.
    """

    media_type: str = "text/plain"
    suffix: str = ".txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProtocolSpec(Component):
    """A protocol pack made by code. The factory makes an object whose ``folder`` is a path to a pack.

    Packs that are plain data need no hook: they use the entry-point group ``ecg_core.protocols``.
    """


class Hooks:
    """The hook specifications."""

    @hookspec
    def ecg_readers(self) -> list[ReaderSpec]:  # type: ignore[empty-body]
        """Yield file formats.

        Example::

            @hookimpl
            def ecg_readers():
                return [ReaderSpec(name="npy", factory="my_reader:NpyReader", suffixes=(".npy",))]
        """

    @hookspec
    def ecg_extractors(self) -> list[ExtractorSpec]:  # type: ignore[empty-body]
        """Yield measuring engines.

        Example::

            @hookimpl
            def ecg_extractors():
                return [ExtractorSpec(name="mine", factory="my_engine:Engine", requires=("onnxruntime",))]
        """

    @hookspec
    def ecg_signal_encoders(self) -> list[EncoderSpec]:  # type: ignore[empty-body]
        """Yield signal encoders of the multimodal model.

        Example::

            @hookimpl
            def ecg_signal_encoders():
                return [EncoderSpec(name="compact", factory="my_encoder:Compact", requires=("torch",))]
        """

    @hookspec
    def ecg_image_encoders(self) -> list[EncoderSpec]:  # type: ignore[empty-body]
        """Yield image encoders of the multimodal model.

        Example::

            @hookimpl
            def ecg_image_encoders():
                return [EncoderSpec(name="patch", factory="my_encoder:Patch", requires=("torch",))]
        """

    @hookspec
    def ecg_backbones(self) -> list[BackboneSpec]:  # type: ignore[empty-body]
        """Yield language-model backbones.

        Example::

            @hookimpl
            def ecg_backbones():
                return [BackboneSpec(name="tiny", factory="my_model:Tiny", requires=("transformers",))]
        """

    @hookspec
    def ecg_rewards(self) -> list[RewardSpec]:  # type: ignore[empty-body]
        """Yield reward functions.

        Example::

            @hookimpl
            def ecg_rewards():
                return [RewardSpec(name="brevity", factory="my_rewards:Brevity")]
        """

    @hookspec
    def ecg_reports(self) -> list[ReportSpec]:  # type: ignore[empty-body]
        """Yield output formats of ``ecg-core interpret -f NAME``.

        Example::

            @hookimpl
            def ecg_reports():
                return [ReportSpec(name="csv", factory="my_report:Csv", media_type="text/csv", suffix=".csv")]
        """

    @hookspec
    def ecg_protocols(self) -> list[ProtocolSpec]:  # type: ignore[empty-body]
        """Yield protocol packs made by code; data packs use the group ``ecg_core.protocols`` instead.

        Example::

            @hookimpl
            def ecg_protocols():
                return [ProtocolSpec(name="local", factory="my_packs:Local")]
        """


HOOK_KINDS: dict[str, type[Component]] = {
    "ecg_readers": ReaderSpec,
    "ecg_extractors": ExtractorSpec,
    "ecg_signal_encoders": EncoderSpec,
    "ecg_image_encoders": EncoderSpec,
    "ecg_backbones": BackboneSpec,
    "ecg_rewards": RewardSpec,
    "ecg_reports": ReportSpec,
    "ecg_protocols": ProtocolSpec,
}
"""Hook name -> descriptor it must yield."""

"""Our own readers, extractors and reports, declared exactly as a stranger would declare theirs."""

from __future__ import annotations

from ecg_core.hookspecs import ExtractorSpec, ReaderSpec, ReportSpec, hookimpl


@hookimpl
def ecg_readers() -> list[ReaderSpec]:
    """WFDB, DICOM waveforms, carts' own formats, and bare arrays."""
    return [
        ReaderSpec(
            name="wfdb",
            factory="ecg_core.readers.wfdb:WfdbReader",
            summary="WFDB records (PhysioNet): .hea with .dat or .mat",
            suffixes=(".hea", ".dat", ".mat"),
        ),
        ReaderSpec(
            name="dicom",
            factory="ecg_core.readers.dicom:DicomReader",
            summary="DICOM 12-lead and general ECG waveforms",
            suffixes=(".dcm",),
        ),
        ReaderSpec(
            name="aecg",
            factory="ecg_core.readers.vendor:AecgReader",
            summary="HL7 annotated ECG",
            suffixes=(".xml", ".aecg"),
            requires=("ecgdatakit",),
        ),
        ReaderSpec(
            name="sierra",
            factory="ecg_core.readers.vendor:SierraReader",
            summary="Philips Sierra XML",
            suffixes=(".xml",),
            requires=("ecgdatakit",),
        ),
        ReaderSpec(
            name="muse",
            factory="ecg_core.readers.vendor:MuseReader",
            summary="GE MUSE XML",
            suffixes=(".xml",),
            requires=("ecgdatakit",),
        ),
        ReaderSpec(
            name="cardiosoft",
            factory="ecg_core.readers.cardiosoft:CardioSoftReader",
            summary="GE CardioSoft and CASE XML",
            suffixes=(".xml",),
            requires=("defusedxml",),
        ),
        ReaderSpec(
            name="schiller",
            factory="ecg_core.readers.schiller:SchillerReader",
            summary="Schiller XML",
            suffixes=(".xml",),
            requires=("defusedxml",),
        ),
        ReaderSpec(
            name="scp",
            factory="ecg_core.readers.vendor:ScpReader",
            summary="SCP-ECG (EN 1064)",
            suffixes=(".scp",),
            requires=("ecgdatakit",),
        ),
        ReaderSpec(
            name="edf",
            factory="ecg_core.readers.vendor:EdfReader",
            summary="EDF and EDF+ with ECG channels",
            suffixes=(".edf",),
            requires=("ecgdatakit",),
        ),
        ReaderSpec(
            name="array",
            factory="ecg_core.readers.array:ArrayReader",
            summary="CSV, NPY, NPZ and Parquet tables; needs --fs, --units and --leads",
            suffixes=(".csv", ".npy", ".npz", ".parquet"),
        ),
    ]


@hookimpl
def ecg_extractors() -> list[ExtractorSpec]:
    """The classical engine, the learned one, and NeuroKit2."""
    return [
        ExtractorSpec(
            name="classical",
            factory="ecg_core.extract.classical:ClassicalExtractor",
            summary="multi-lead detection, representative beats, spatial-velocity boundaries (numpy, scipy)",
        ),
        ExtractorSpec(
            name="learned",
            factory="ecg_core.extract.learned:LearnedExtractor",
            summary="a small segmentation network per lead, the median over leads, the classical engine as a check",
        ),
        ExtractorSpec(
            name="neurokit",
            factory="ecg_core.extract.neurokit:NeurokitExtractor",
            summary="NeuroKit2's delineation, for comparison only",
            requires=("neurokit2",),
        ),
        ExtractorSpec(
            name="neurokit-prominence",
            factory="ecg_core.extract.neurokit:NeurokitProminenceExtractor",
            summary="NeuroKit2's delineation by prominence, for comparison only",
            requires=("neurokit2",),
        ),
    ]


@hookimpl
def ecg_reports() -> list[ReportSpec]:
    """Text for a reader, JSON for a program."""
    return [
        ReportSpec(name="text", factory="ecg_core.report.text:TextRenderer", summary="text for a reader"),
        ReportSpec(
            name="json",
            factory="ecg_core.report.json:JsonRenderer",
            summary="everything, with a published schema",
            media_type="application/json",
            suffix=".json",
        ),
    ]

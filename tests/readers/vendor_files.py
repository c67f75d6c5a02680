"""Small recordings in the formats of carts, written by hand: ``[samples, leads]`` of whole uV, leads I, II, V1."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LEADS = ("I", "II", "V1")
SURNAME = "Mustermann"
"""What every file that has room for it calls the patient, and no recording may repeat."""

Digital = NDArray[np.int16]


def _listed(row: Digital, separator: str = " ") -> str:
    return separator.join(map(str, row.tolist()))


def _packed(row: Digital) -> str:
    return base64.b64encode(np.ascontiguousarray(row, dtype="<i2").tobytes()).decode()


def aecg(digital: Digital, *, increment: str = "0.002", unit: str = "uV") -> bytes:
    sequences = "".join(
        f'<component><sequence><code code="MDC_ECG_LEAD_{lead}" codeSystem="2.16.840.1.113883.6.24"/>'
        f'<value xsi:type="SLIST_PQ"><origin value="0" unit="{unit}"/><scale value="1" unit="{unit}"/>'
        f"<digits>{_listed(row)}</digits></value></sequence></component>"
        for lead, row in zip(LEADS, digital.T, strict=True)
    )
    annotation = (
        '<subjectOf><annotationSet><component><annotation><code code="MDC_ECG_TIME_PD_PR" '
        'codeSystem="2.16.840.1.113883.6.24"/><value xsi:type="PQ" value="148" unit="ms"/></annotation>'
        "</component></annotationSet></subjectOf>"
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><!-- a comment <AnnotatedXYZ> before the root -->'
        '<AnnotatedECG xmlns="urn:hl7-org:v3" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        "<componentOf><timepointEvent><componentOf><subjectAssignment><subject><trialSubject>"
        f"<subjectDemographicPerson><name><family>{SURNAME}</family></name>"
        '<administrativeGenderCode code="F"/><birthTime value="19600101"/></subjectDemographicPerson>'
        "</trialSubject></subject></subjectAssignment></componentOf></timepointEvent></componentOf>"
        '<component><series><code code="RHYTHM"/><effectiveTime><low value="20200202091000"/></effectiveTime>'
        f"{annotation}<component><sequenceSet><component><sequence>"
        '<code code="TIME_ABSOLUTE"/><value xsi:type="GLIST_TS"><head value="20200202091000"/>'
        f'<increment value="{increment}" unit="s"/></value></sequence></component>{sequences}'
        "</sequenceSet></component></series></component></AnnotatedECG>"
    ).encode()


def sierra(digital: Digital, *, version: str = "1.03") -> bytes:
    return (
        '<?xml version="1.0" encoding="UTF-8"?><restingecgdata xmlns="http://www3.medical.philips.com"><documentinfo>'
        f"<documenttype>SierraECG</documenttype><documentversion>{version}</documentversion></documentinfo>"
        "<patient><generalpatientdata><age><years>60</years></age><sex>Female</sex>"
        f"<name><lastname>{SURNAME}</lastname></name></generalpatientdata></patient>"
        '<dataacquisition date="2020-02-02" time="09:10:00"><signalcharacteristics><samplingrate>500</samplingrate>'
        "<signalresolution>1</signalresolution><bitspersample>16</bitspersample><signalsigned>True</signalsigned>"
        "<signaloffset>0</signaloffset><numberchannelsvalid>3</numberchannelsvalid></signalcharacteristics>"
        '</dataacquisition><waveforms><parsedwaveforms dataencoding="Base64" numberofleads="3" leadlabels="I II V1" '
        f'durationperchannel="{2 * len(digital)}" samplespersecond="500" resolution="1" bitspersample="16">'
        f"{base64.b64encode(digital.T.astype('<i2').tobytes()).decode()}</parsedwaveforms></waveforms>"
        "<interpretations><interpretation><globalmeasurements><heartrate>61</heartrate><print>148</print>"
        "<qrsdur>90</qrsdur><qtint>400</qtint><pfrontaxis>50</pfrontaxis><qrsfrontaxis>Failed</qrsfrontaxis>"
        "</globalmeasurements></interpretation></interpretations></restingecgdata>"
    ).encode()


def muse(digital: Digital, *, units: str = "MICROVOLTS") -> bytes:
    leads = "".join(
        f"<LeadData><LeadByteCountTotal>{2 * len(row)}</LeadByteCountTotal><LeadSampleCountTotal>{len(row)}"
        f"</LeadSampleCountTotal><LeadAmplitudeUnitsPerBit>1</LeadAmplitudeUnitsPerBit><LeadAmplitudeUnits>{units}"
        f"</LeadAmplitudeUnits><LeadID>{lead}</LeadID><LeadSampleSize>2</LeadSampleSize>"
        f"<WaveFormData>{_packed(row)}</WaveFormData></LeadData>"
        for lead, row in zip(LEADS, digital.T, strict=True)
    )
    return (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<!DOCTYPE RestingECG SYSTEM "restecg.dtd">\n<RestingECG>'
        f"<PatientDemographics><PatientLastName>{SURNAME}</PatientLastName><PatientAge>60</PatientAge>"
        "<AgeUnits>YEARS</AgeUnits><Gender>FEMALE</Gender></PatientDemographics>"
        "<RestingECGMeasurements><VentricularRate>61</VentricularRate><PRInterval>148</PRInterval>"
        "<QTCorrected>401</QTCorrected><POnset>0</POnset></RestingECGMeasurements>"
        "<Waveform><WaveformType>Rhythm</WaveformType><SampleBase>500</SampleBase>"
        f"<SampleExponent>0</SampleExponent>{leads}</Waveform></RestingECG>"
    ).encode("latin-1")


def cardiosoft(digital: Digital, *, change: Callable[[str], str] = lambda text: text) -> bytes:
    leads = "".join(
        f'<WaveformData lead="{lead}">\t{_listed(row, ",")}\n</WaveformData>'
        for lead, row in zip(LEADS, digital.T, strict=True)
    )
    text = (
        '<?xml version="1.0" encoding="ISO-8859-1"?>\n<CardiologyXML><ObservationDateTime><Day>2</Day><Month>2</Month>'
        f"<Year>2020</Year></ObservationDateTime><PatientInfo><Name><FamilyName>{SURNAME}</FamilyName></Name>"
        '<Age units="YEARS">60</Age><BirthDateTime><Day>1</Day><Month>1</Month><Year>1950</Year></BirthDateTime>'
        "<Gender>FEMALE</Gender></PatientInfo><RestingECGMeasurements>"
        '<VentricularRate units="BPM">61</VentricularRate><PQInterval units="ms">148</PQInterval>'
        '<QTInterval units="ms"></QTInterval><QTCInterval units="ms">401</QTCInterval>'
        '<MedianSamples><SampleRate>500</SampleRate><WaveformData lead="I">1,2,3</WaveformData></MedianSamples>'
        '</RestingECGMeasurements><StripData><SampleRate units="Hz">500</SampleRate>'
        f"<ChannelSampleCountTotal>{len(digital)}</ChannelSampleCountTotal>"
        f'<Resolution units="uVperLsb">1</Resolution>{leads}</StripData></CardiologyXML>'
    )
    return change(text).encode("latin-1")


def schiller(digital: Digital, *, change: Callable[[str], str] = lambda text: text) -> bytes:
    def waves(kind: str, rows: Digital) -> str:
        channels = "".join(
            f"<channel><name>{lead}</name><data>{_listed(row, ',')}</data>"
            f"<samplecount>{len(row)}</samplecount></channel>"
            for lead, row in zip(LEADS, rows.T, strict=True)
        )
        return (
            f"<wavedata><type>{kind}</type><resolution><samplerate><exponent>1</exponent><value>500</value></samplerate>"
            f"<yres><unitperbit>1.0</unitperbit><units>UV</units></yres></resolution>{channels}</wavedata>"
        )

    root = "com.xiriuz.sema.xml.schillerEDI.SchillerEDI"
    stated = "".join(
        f"<annotation_global><name>{name}</name><value>{value}</value></annotation_global>"
        for name, value in {"HR": 61, "PQ": 148, "QTC": 401, "QT": "-", "BP_D": 80}.items()
    )
    text = (
        f'<?xml version="1.0"?>\n<{root}><patdata><lastname>{SURNAME}</lastname><birthdate>19600101</birthdate>'
        "<gender>FEMALE</gender></patdata><examdescript><startdatetime><date>20200202</date></startdatetime>"
        f"</examdescript><eventdata><event>{waves('ECG_AVERAGES', digital[:5])}{waves('ECG_RHYTHMS', digital)}{stated}"
        f"</event></eventdata></{root}>"
    )
    return change(text).encode()


def scp(digital: Digital, *, starts: tuple[int, ...] = (1, 1, 1), interval: int = 2000, stated: int = 0) -> bytes:
    def tag(number: int, value: bytes) -> bytes:
        return struct.pack("<BH", number, len(value)) + value

    person = (
        tag(0, SURNAME.encode() + b"\0") + tag(4, struct.pack("<HB", 60, 1)) + tag(8, b"\2")
        + tag(25, struct.pack("<HBB", 2020, 2, 2)) + tag(255, b"")
    )  # fmt: skip
    bounds = b"".join(
        struct.pack("<IIB", start, start + (stated or len(digital)) - 1, code)
        for start, code in zip(starts, (1, 2, 3), strict=True)
    )
    rows = b"".join(row.astype("<i2").tobytes() for row in digital.T)
    bodies = {
        1: person,
        3: struct.pack("<BB", 3, 0x04 | 3 << 3) + bounds,
        6: struct.pack("<HHBB3H", 1000, interval, 0, 0, *[2 * len(digital)] * 3) + rows,
        7: struct.pack("<BBHH5H3h", 1, 0, 984, 0, 286, 388, 434, 554, 834, 44, -61, 999),
    }
    sections = {number: _section(number, body) for number, body in bodies.items()}
    position = 6 + 16 + 10 * 12
    pointers = struct.pack("<HII", 0, 16 + 10 * 12, 7)
    data = b""
    for number in range(1, 12):
        section = sections.get(number, b"")
        pointers += struct.pack("<HII", number, len(section), position + 1 if section else 0)
        data += section
        position += len(section)
    record = struct.pack("<I", position) + _section(0, pointers, b"SCPECG") + data
    return struct.pack("<H", binascii.crc_hqx(record, 0xFFFF)) + record


def _section(number: int, body: bytes, reserved: bytes = bytes(6)) -> bytes:
    rest = struct.pack("<HIBB", number, 16 + len(body), 20, 20) + reserved + body
    return struct.pack("<H", binascii.crc_hqx(rest, 0xFFFF)) + rest


def edf(digital: Digital, *, duration: str = "2", unit: str = "uV") -> bytes:
    def field(text: object, width: int) -> bytes:
        return str(text).encode().ljust(width)

    labels = [f"ECG {lead}" for lead in LEADS]
    columns = [
        (labels, 16), ([""] * 3, 80), ([unit] * 3, 8), (["-32768"] * 3, 8), (["32767"] * 3, 8), (["-32768"] * 3, 8),
        (["32767"] * 3, 8), ([""] * 3, 80), ([len(digital)] * 3, 8), ([""] * 3, 32),
    ]  # fmt: skip
    patient = f"0 F 01-JAN-1960 {SURNAME}"
    header = field("0", 8) + field(patient, 80) + field("Startdate 02-FEB-2020 X X X", 80)
    header += field("02.02.20", 8) + field("09.10.00", 8) + field(256 * 4, 8) + field("EDF+C", 44)
    header += field(1, 8) + field(duration, 8) + field(3, 4)
    header += b"".join(field(value, width) for values, width in columns for value in values)
    return header + b"".join(row.astype("<i2").tobytes() for row in digital.T)


FORMATS: dict[str, tuple[str, Callable[..., bytes]]] = {
    "aecg": ("ecg.xml", aecg),
    "sierra": ("ecg.xml", sierra),
    "muse": ("ecg.xml", muse),
    "cardiosoft": ("ecg.xml", cardiosoft),
    "schiller": ("ecg.xml", schiller),
    "scp": ("ecg.scp", scp),
    "edf": ("ecg.edf", edf),
}
"""Reader -> file name and what writes it."""


def write(folder: Path, reader: str, digital: Digital, **options: object) -> Path:
    """Write a file of a reader's format, and return its path."""
    name, make = FORMATS[reader]
    path = folder / name
    path.write_bytes(make(digital, **options))
    return path

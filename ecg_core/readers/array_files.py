"""The four forms of bare arrays: which one a file is, and its table as it stands there."""

from __future__ import annotations

import io
import math
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray

from ecg_core.errors import UnreadableError
from ecg_core.readers.leads import standard_lead
from ecg_core.readers.limits import check_sample_count
from ecg_core.readers.options import HEAD_BYTES

Form = Literal["csv", "npy", "npz", "parquet"]

_CELL = re.compile(r"\s*(?:[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[-+]?\d+)?|nan)?\s*", re.IGNORECASE)
_NPY_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
_STATED = ("fs", "sampling_rate", "units", "leads")


@dataclass(frozen=True, slots=True)
class Table:
    """A table as the file holds it.

    Attributes:
        values: one or two dimensions, any real number type.
        labels: names of the channels, or None if the file has none.
        by_column: whether columns are known to be channels; else the count of leads decides.
        sampling_rate: in Hz, or None if the file does not state it.
        units: unit of the values, or None if the file does not state it.
    """

    values: NDArray[Any]
    labels: tuple[str, ...] | None = None
    by_column: bool = False
    sampling_rate: float | None = None
    units: str | None = None


def form_of(head: bytes) -> Form | None:
    """Return the form of a file by its first `HEAD_BYTES` bytes, or None if it is none of the four."""
    if head.startswith(b"\x93NUMPY"):
        return "npy"
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        name = head[30 : 30 + int.from_bytes(head[26:28], "little")]
        return "npz" if name.endswith(b".npy") else None
    return "csv" if _looks_like_csv(head) else None


def load(form: Form, path: Path) -> Table:
    """Read the table of a file of known form.

    Raises:
        UnreadableError: if the file is damaged, too large, or holds no table of real numbers.
    """
    return _LOADERS[form](path)


def _load_csv(path: Path) -> Table:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableError(f"byte {error.start} is no text", hint="save the table as UTF-8") from error
    first_line, _, rest = text.partition("\n")
    delimiter = _delimiter(first_line)
    cells = _cells(first_line, delimiter)
    labels = None if all(map(_CELL.fullmatch, cells)) else tuple(cells)
    body = rest if labels else text
    if not body.strip():
        raise UnreadableError("the table has no rows of numbers")
    check_sample_count((body.count("\n") + 1) * len(cells))
    if delimiter is not None:
        mark = re.escape(delimiter)
        # An empty cell is a missing sample; loadtxt knows only "nan".
        body = re.sub(rf"(?:^|(?<={mark}))[ \r]*(?={mark})|(?<={mark})[ \r]*$", "nan", body, flags=re.MULTILINE)
    try:
        values = np.loadtxt(io.StringIO(body), delimiter=delimiter, comments=None, ndmin=2)
    except ValueError as error:
        comma = delimiter != "," and re.search(r"\d,\d", body)
        raise UnreadableError(
            f"the table holds a row that is not like the others: {str(error).partition(';')[0].rstrip('.')}",
            hint="write decimal points, not commas" if comma else "every row needs the same count of numbers",
        ) from error
    if labels is not None and values.shape[1] != len(labels):
        raise UnreadableError(f"the header names {len(labels)} columns, the rows have {values.shape[1]}")
    return Table(values, labels=labels, by_column=labels is not None)


def _load_npy(path: Path) -> Table:
    with path.open("rb") as stream:
        return Table(_array(stream, path.stat().st_size, path.name))


def _load_npz(path: Path) -> Table:
    with zipfile.ZipFile(path) as archive:
        members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
        arrays = [name for name in members if name not in _STATED]
        signal = "signal" if "signal" in arrays else arrays[0] if len(arrays) == 1 else None
        if signal is None:
            raise UnreadableError(
                f"the archive holds {len(arrays)} arrays ({', '.join(arrays[:8])}), none of them named signal",
                hint="name the one to be read: np.savez(path, signal=..., fs=..., units=..., leads=...)",
            )
        loaded: dict[str, NDArray[Any]] = {}
        for name in {signal, *_STATED} & members.keys():
            with archive.open(members[name]) as stream:
                loaded[name] = _array(stream, members[name].file_size, name)
    rates = {float(loaded[name].item()) for name in ("fs", "sampling_rate") if name in loaded}
    units = {str(unit) for unit in loaded["units"].ravel()} if "units" in loaded else set()
    if len(rates) > 1 or len(units) > 1:
        raise UnreadableError("the archive states more than one sampling rate or unit")
    return Table(
        loaded[signal],
        labels=tuple(str(label) for label in loaded["leads"].ravel()) if "leads" in loaded else None,
        sampling_rate=next(iter(rates), None),
        units=next(iter(units), None),
    )


def _array(stream: IO[bytes], size: int, name: str) -> NDArray[Any]:
    """Read one NPY stream, after checking that it holds as many bytes as its header promises; never a pickle."""
    version = np.lib.format.read_magic(stream)
    if version not in _NPY_HEADERS:
        raise UnreadableError(f"{name} is NPY version {version}, which is not read", hint="save a plain array")
    shape, _, dtype = _NPY_HEADERS[version](stream)
    if dtype.kind not in "iufU":
        raise UnreadableError(f"{name} holds {dtype}, not real numbers", hint="save a plain array of floats")
    check_sample_count(math.prod(shape))
    promised = stream.tell() + math.prod(shape) * dtype.itemsize
    if size < promised:
        raise UnreadableError(f"{name} is cut off: {size} of {promised} bytes", hint="copy the file again")
    stream.seek(0)
    array: NDArray[Any] = np.lib.format.read_array(stream, allow_pickle=False)
    return array


def _load_parquet(path: Path) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    file = pq.ParquetFile(path)
    check_sample_count(file.metadata.num_rows * file.metadata.num_columns)
    schema = file.schema_arrow
    labels = tuple(
        field.name for field in schema if pa.types.is_integer(field.type) or pa.types.is_floating(field.type)
    )
    unfit = [field for field in schema if field.name not in labels and standard_lead(field.name)]
    if unfit or not labels:
        what = f"column {unfit[0].name} holds {unfit[0].type}" if unfit else "no column holds numbers"
        raise UnreadableError(what, hint="write one column of numbers per lead and one row per sample")
    columns = file.read(columns=list(labels))
    stated = _decoded(schema.metadata)
    rate = stated.get("sampling_rate")
    return Table(
        np.column_stack([columns.column(label).to_numpy() for label in labels]),
        labels=labels,
        by_column=True,
        sampling_rate=None if rate is None else float(rate),
        units=stated.get("units"),
    )


_LOADERS: Mapping[Form, Callable[[Path], Table]] = {
    "csv": _load_csv,
    "npy": _load_npy,
    "npz": _load_npz,
    "parquet": _load_parquet,
}


def _decoded(metadata: Mapping[bytes, bytes] | None) -> dict[str, str]:
    return {key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in (metadata or {}).items()}


def _looks_like_csv(head: bytes) -> bool:
    """Say whether the first line names two leads, or the first or the second is a row of numbers."""
    try:
        # The last character or line of a full head may be cut.
        text = head.decode("utf-8-sig") if len(head) < HEAD_BYTES else head.decode("utf-8-sig", errors="ignore")
    except UnicodeDecodeError:
        return False
    lines = text.splitlines()
    if "\x00" in text or not lines:
        return False
    if len(head) >= HEAD_BYTES:
        # A line of leads-by-samples is longer than the head: then all but its last cell counts.
        lines = lines[:-1] if len(lines) > 1 else [lines[0].rpartition(_delimiter(lines[0]) or ",")[0]]
    if any(_is_row_of_numbers(line) for line in lines[:2]):
        return True
    return bool(lines) and sum(map(bool, map(standard_lead, _cells(lines[0], _delimiter(lines[0]))))) >= 2


def _is_row_of_numbers(line: str) -> bool:
    cells = _cells(line, _delimiter(line))
    return any(cell.strip() for cell in cells) and all(map(_CELL.fullmatch, cells))


def _delimiter(line: str) -> str | None:
    # A comma comes last: beside another delimiter it is a decimal comma, which is refused by name later.
    return next((mark for mark in ("\t", ";", ",") if mark in line), None)


def _cells(line: str, delimiter: str | None) -> list[str]:
    # numpy.savetxt writes its header row after "# ".
    return [cell.strip().strip("\"'") for cell in line.strip("\r\n").removeprefix("#").split(delimiter)]

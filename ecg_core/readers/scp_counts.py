"""SCP-ECG files that state more samples than their format can hold.

Section 3 counts the samples of a lead in 32 bits, section 6 the bytes of its data in 16 (EN 1064): an uncompressed lead
ends after 32,767 samples, whatever section 3 says, and some carts write such files.
"""

from __future__ import annotations

import binascii
import struct

_RECORD_HEADER, _SECTION_HEADER, _POINTER, _LEAD = 6, 16, 10, 9
_HUFFMAN, _LEADS, _RHYTHM = 2, 3, 6
FULL = 0xFFFF // 2
"""Samples of two bytes that the length of a lead's data can count."""


def lower_counts(data: bytes) -> tuple[bytes, int, int] | None:
    """Make section 3 state the samples that are there, if a lead is as full as it can be and states more.

    Args:
        data: a whole file.

    Returns:
        The file with lowered counts, the samples per lead that are there, and the most that were stated; None if the
        counts agree, the samples are compressed, or the file is damaged, which its decoder will find.
    """
    try:
        sections = _sections(data)
        start, length = sections[_LEADS]
        rhythm, _ = sections[_RHYTHM]
        count = data[start + _SECTION_HEADER]
        sizes = struct.unpack_from(f"<{count}H", data, rhythm + _SECTION_HEADER + 6)
        leads = [start + _SECTION_HEADER + 2 + _LEAD * number for number in range(count)]
        stated = [last - first + 1 for first, last in (struct.unpack_from("<II", data, lead) for lead in leads)]
    except (struct.error, IndexError, KeyError):
        return None
    if _HUFFMAN in sections or not sizes or set(sizes) != {2 * FULL} or max(stated) <= FULL:
        return None
    mended = bytearray(data)
    for lead, samples in zip(leads, stated, strict=True):
        (first,) = struct.unpack_from("<I", data, lead)
        struct.pack_into("<I", mended, lead + 4, first + min(samples, FULL) - 1)
    for begin, end in ((start, start + length), (0, len(mended))):
        struct.pack_into("<H", mended, begin, binascii.crc_hqx(bytes(mended[begin + 2 : end]), 0xFFFF))
    return bytes(mended), FULL, max(stated)


def _sections(data: bytes) -> dict[int, tuple[int, int]]:
    """Return position and length of each section that is there."""
    (length,) = struct.unpack_from("<I", data, _RECORD_HEADER + 4)
    first = _RECORD_HEADER + _SECTION_HEADER
    pointers = (
        struct.unpack_from("<HII", data, position)
        for position in range(first, _RECORD_HEADER + min(length, len(data)) - _POINTER + 1, _POINTER)
    )
    return {number: (index - 1, size) for number, size, index in pointers if size}

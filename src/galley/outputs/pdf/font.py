"""A font whose glyphs show nothing, for text that is not seen: made here, so that none has to be shipped or fetched.

Runs in: worker, and parent (a result's own `save_to_pdf`). Pure.

A composite font (PDF 1.7, 9.7) with two-byte codes. The code of a character is its number within its Unicode plane, a
ToUnicode map says which character it is, and its glyph is chosen by its width alone. The fonts of all planes share
the glyphs.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from functools import cache

from galley.outputs.pdf.text import ASCII_WIDTHS, DESCENT, EM, HALF_WIDTHS, char_width

WIDTHS = tuple(sorted({EM, EM // 2, *ASCII_WIDTHS}))
"""The widths of the glyphs; the first, of width 0, stands for characters that are missing."""
_CODES = 1 << 16
_PER_BLOCK = 100
"""Ranges in one block of a character map: its format allows no more."""


@cache
def truetype() -> bytes:
    """A TrueType font file with a glyph for each of `WIDTHS`: the tables that PDF asks of an embedded one.

    A glyph is one line from corner to corner, there and back, so that there is nothing to fill: readers (pdfium) drop
    text whose glyphs have no extent at all.
    """
    ascent, count = EM - DESCENT, len(WIDTHS)
    glyphs = [_glyph(width) for width in WIDTHS]
    places = [sum(map(len, glyphs[:number])) // 2 for number in range(count + 1)]
    tables: Mapping[bytes, bytes] = {
        b"glyf": b"".join(glyphs),
        b"head": struct.pack(
            ">IIIIHHQQhhhhHHhhh", 0x10000, 0x10000, 0, 0x5F0F3CF5, 3, EM, 0, 0, 0, -DESCENT, EM, ascent, 0, 8, 2, 0, 0
        ),
        b"hhea": struct.pack(">IhhhHhhhhhhhhhhhH", 0x10000, ascent, -DESCENT, 0, EM, 0, 0, EM, 1, *(0,) * 7, count),
        b"hmtx": struct.pack(">" + "Hh" * count, *(value for width in WIDTHS for value in (width, 0))),
        b"loca": struct.pack(f">{count + 1}H", *places),
        b"maxp": struct.pack(">IH13H", 0x10000, count, 2, 1, *(0,) * 4, 1, *(0,) * 6),
    }
    entries = 1 << (len(tables).bit_length() - 1)
    header = struct.pack(
        ">IHHHH", 0x10000, len(tables), 16 * entries, entries.bit_length() - 1, 16 * (len(tables) - entries)
    )
    place = len(header) + 16 * len(tables)
    directory, content = b"", b""
    for tag, table in tables.items():
        padded = table + bytes(-len(table) % 4)
        checksum = sum(struct.unpack(f">{len(padded) // 4}I", padded)) & 0xFFFFFFFF
        directory += struct.pack(">4sIII", tag, checksum, place + len(content), len(table))
        content += padded
    return header + directory + content


def _glyph(width: int) -> bytes:
    if not width:
        return b""
    ascent = EM - DESCENT
    box = struct.pack(">hhhhh", 1, 0, -DESCENT, width, ascent)
    outline = struct.pack(">HHBBhhhh", 1, 0, 1, 1, 0, width, -DESCENT, EM)
    return box + outline


@cache
def to_unicode(plane: int) -> bytes:
    """The character map of a plane: code -> UTF-16, in ranges that change the last byte only, as the format asks.

    Compressed as for FlateDecode.
    """
    ranges = [
        f"<{first:04X}> <{first + 255:04X}> <{chr((plane << 16) + first).encode('utf-16-be', 'surrogatepass').hex()}>"
        for first in range(0, _CODES, 256)
    ]
    blocks = [ranges[start : start + _PER_BLOCK] for start in range(0, len(ranges), _PER_BLOCK)]
    lines = [
        "/CIDInit /ProcSet findresource begin",
        "12 dict begin",
        "begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        f"/CMapName /Galley-UTF16-{plane} def",
        "/CMapType 2 def",
        "1 begincodespacerange",
        "<0000> <FFFF>",
        "endcodespacerange",
    ]
    for block in blocks:
        lines += [f"{len(block)} beginbfrange", *block, "endbfrange"]
    lines += ["endcmap", "CMapName currentdict /CMap defineresource pop", "end", "end"]
    return zlib.compress("\n".join(lines).encode("ascii"), 9)


@cache
def glyph_map(plane: int) -> bytes:
    """Code -> glyph, by the width of the plane's character. Compressed as for FlateDecode."""
    glyphs = {width: struct.pack(">H", number) for number, width in enumerate(WIDTHS)}
    return zlib.compress(b"".join(glyphs[char_width(chr((plane << 16) + code))] for code in range(_CODES)), 9)


def widths(plane: int) -> str:
    """The array of widths of a plane's characters that are not as wide as high."""
    if plane:
        return "[]"
    ascii_widths = " ".join(str(width) for width in ASCII_WIDTHS)
    halves = " ".join(f"{first} {last} {EM // 2}" for first, last in HALF_WIDTHS)
    return f"[0 [{ascii_widths}] {halves}]"

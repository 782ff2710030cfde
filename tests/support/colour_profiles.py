"""ICC profiles for tests, built by hand: Pillow builds only sRGB, and this repository holds no binary profiles."""

import struct
from collections.abc import Sequence

DISPLAY_P3 = ((0.51512, 0.2412, -0.00105), (0.29198, 0.69225, 0.04189), (0.1571, 0.06657, 0.78407))
"""The primaries of Display P3 in XYZ, adapted to D50 (ICC.1, `rXYZ`, `gXYZ`, `bXYZ`)."""
_WHITE = (0.9642, 1.0, 0.8249)


def rgb_profile(primaries: Sequence[tuple[float, float, float]] = DISPLAY_P3, gamma: float = 2.2) -> bytes:
    """Return a profile of a display with these primaries."""
    tags = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), map(_xyz, primaries), strict=True))
    return _profile(b"RGB ", tags | dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _curve(gamma)))


def grey_profile(gamma: float) -> bytes:
    """Return a profile of a scanner in greyscale."""
    return _profile(b"GRAY", {b"kTRC": _curve(gamma)})


def _xyz(value: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(number * 65_536) for number in value))


def _curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    """Return a profile of version 2.4 (ICC.1:2001-04): a header, a table of tags, and the tags."""
    description = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
    tags = {b"desc": description, b"cprt": b"text\0\0\0\0none\0", b"wtpt": _xyz(_WHITE)} | tags
    table, body = struct.pack(">I", len(tags)), b""
    begin = 128 + 4 + 12 * len(tags)
    for name, value in tags.items():
        table += struct.pack(">4sII", name, begin + len(body), len(value))
        body += value + bytes(-len(value) % 4)
    kind = struct.pack(">I4sI4s4s4s", begin + len(body), b"test", 0x02400000, b"mntr", space, b"XYZ ")
    date = struct.pack(">6H", 2020, 1, 1, 0, 0, 0)
    rest = b"acsp" + struct.pack(">4sIIIQI", b"APPL", 0, 0, 0, 0, 0) + _xyz(_WHITE)[8:]
    return (kind + date + rest).ljust(128, b"\0") + table + body

"""Names of sent files, from the description of the picture."""

import re
import unicodedata

LONGEST_STEM = 48
"""In characters: names stay readable in Telegram and far below the 255 bytes of file systems."""
_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d", re.IGNORECASE)
"""Names that Windows keeps for devices, whatever the extension (Microsoft Learn, Naming Files)."""


def file_name(prompt: str, request_id: int, extension: str) -> str:
    """Return a name such as `a-lighthouse-in-a-storm.webp`, from the letters and digits of all scripts.

    The name of a description without any is `imagine-` with the id of the request.
    """
    words = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", prompt))
    stem = ""
    for word in words:
        longer = f"{stem}-{word}" if stem else word[:LONGEST_STEM]
        if len(longer) > LONGEST_STEM:
            break
        stem = longer
    if not stem or _RESERVED.fullmatch(stem):
        stem = f"imagine-{request_id}"
    return f"{stem.lower()}.{extension}"

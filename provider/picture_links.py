"""Finds the link to a picture in an answer, in whichever known form (docs/media-api.md)."""

import re
from collections.abc import Mapping

_LINKS = (
    "url",
    "urls",
    "image_url",
    "image_urls",
    "result_url",
    "result_urls",
    "output_url",
    "picture_url",
    "file_url",
    "download_url",
    "output",
    "outputs",
    "result",
    "results",
    "data",
)
"""Names of fields with a link as text, in a list or in an object; the first that holds one counts."""
_OBJECTS = ("image", "images", "picture", "pictures", "file", "files")
"""Names of fields with a link in an object. A text in them may be the source of an edit, echoed by the provider."""
_ADDRESS = re.compile(
    r"""[\s<("'`]*((?:https?:)?//[^\s<>"'`]+?)(?=[\s<>"'`]|\)?\s*$|,\s*https?://)""", re.IGNORECASE
)
_DEEPEST = 4


def find_link(part: Mapping[str, object], depth: int = 0) -> str | None:
    """Return the first http or https address in the fields of an object that hold pictures, or None."""
    if depth > _DEEPEST:
        return None
    named = {name.replace("_", "").replace("-", "").lower(): value for name, value in part.items()}
    for names, as_text in ((_LINKS, True), (_OBJECTS, False)):
        for name in names:
            found = _address(named.get(name.replace("_", "")), depth, as_text=as_text)
            if found is not None:
                return found
    return None


def _address(value: object, depth: int, *, as_text: bool) -> str | None:
    if isinstance(value, Mapping):
        return find_link(value, depth + 1)
    if isinstance(value, list) and depth <= _DEEPEST:
        found = (_address(item, depth + 1, as_text=as_text) for item in value)
        return next((link for link in found if link is not None), None)
    return _read_address(value) if isinstance(value, str) and as_text else None


def _read_address(text: str) -> str | None:
    """Return the address at the start of a text: `<https://…>`, in quotes, or the first of several."""
    found = _ADDRESS.match(text)
    if found is None:
        return None
    return f"https:{found[1]}" if found[1].startswith("//") else found[1]

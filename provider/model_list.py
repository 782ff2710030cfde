"""Finds the models that a key may use in the answer to an empty create (docs/media-api.md).

That answer lists the models, but the form of the list is not known. They may be strings or objects in a list, quoted
words of a message, or words between separators.
"""

import re
from collections.abc import Iterator

from provider.fields import Json

_QUOTED = re.compile(r"""['"`«]([\w.:/@+-]+)['"`»]""")
_WORD = re.compile(r"[\w.:/@+-]*\w")
_SEPARATOR = re.compile(r"[|,;\n]| and | or | и | или ")
_NOT_MODELS = frozenset({"model", "prompt", "string", "object", "undefined", "null", "required", "invalid"})
_NO_LIST = frozenset({"path", "code", "type"})
"""Fields of an issue that do not list models."""


def read_models(answer: Json) -> list[str]:
    """Return the names of the models in an answer, in its order. Empty if the answer has no list of a known form."""
    issues = answer.get("issues")
    about_model = [
        issue
        for issue in (issues if isinstance(issues, list) else [])
        if isinstance(issue, dict) and "model" in str(issue.get("path"))
    ]
    # Other issues list other values, such as the ratios.
    for described in (about_model, answer):
        found = dict.fromkeys(word for word in _names(described) if word.lower() not in _NOT_MODELS)
        if found:
            return list(found)
    return []


def _names(value: object, *, listed: bool = False) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in _NO_LIST:
                yield from _names(inner, listed=name in {"id", "name"})
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner, listed=True)
    elif isinstance(value, str):
        if listed and _WORD.fullmatch(value.strip()):
            yield value.strip()
        else:
            yield from _QUOTED.findall(value) or _separated(value)


def _separated(text: str) -> list[str]:
    """Return the words between separators: `Expected one of: a-1, b-2` has two."""
    parts = [part.strip(" .") for part in _SEPARATOR.split(text)]
    words = [part for part in parts if _WORD.fullmatch(part)]
    if len(parts) > 1 and parts[0] not in words:
        words = [*_WORD.findall(parts[0])[-1:], *words]
    # Names of models have digits or hyphens; a sentence with commas is no list.
    return words if any(re.search(r"[\d-]", word) for word in words) else []

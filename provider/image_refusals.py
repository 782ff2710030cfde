"""Decides whether a refusal of the media API is about the picture to edit: its address, its format or its loading.

The API documents `images` as links, and public clients disagree on `data:` addresses (docs/media-api.md). So a refusal
because of the picture means: send the same picture in another way.
"""

import re
from collections.abc import Iterator, Mapping

_PICTURE = re.compile(
    r"\b(?:images?|imgs?|pictures?|photos?|ur[li]s?|links?|base64|mime|data:|jpe?g|png|webp|attachments?|files?"
    r"|schemes?|protocols?|https?|formats?|(?:body|payload|entity) too large)\b"
    r"|image_|_image|input_?image|изображени|картин|фото|ссылк|файл",
    re.IGNORECASE,
)
_LOADING = re.compile(
    r"load|fetch|access|reach|open|retriev|time[d -]?out|invalid|unsupported|decod|загру|скача|доступ|открыть",
    re.IGNORECASE,
)
_NOT_LOADED = re.compile(
    r"(?:load|fetch|retriev|open|read|get|access|process|decod|reach)\w*\W+(?:\w+\W+){0,3}?"
    r"(?:images?|pictures?|photos?|files?|ur[li]s?|links?)\b"
    r"|(?:загрузить|скачать|открыть|получить)\W+(?:\w+\W+){0,2}?(?:изображени|картин|фото|файл)",
    re.IGNORECASE,
)
"""Such as "Failed to fetch the image: 401 Unauthorized": the answer of the picture's server, not of the provider."""
_PICTURE_NAME = re.compile(r"image|img|picture|photo|url|file|attachment", re.IGNORECASE)
"""Names of parameters that hold a picture. The API has `images`."""
_PROMPT = re.compile(r"prompt|описани|промпт", re.IGNORECASE)
_REQUIRED = re.compile(rf"model|модел|{_PROMPT.pattern}", re.IGNORECASE)
"""The required parameters of a create."""
_LONGEST_WORDS = 200


def picture_refusal(answer: Mapping[str, object]) -> str | None:
    """Return the words of a refusal that is about the picture, or None if it is not.

    Issues decide if they name parameters, because the message may quote the prompt. Otherwise the words decide.
    """
    issues = list(_issues(answer))
    named = [issue for issue in issues if _names(issue)]
    for issue in named:
        if _is_named(issue):
            return _line(issue.get("message") or issue.get("expected") or issue.get("code") or "refused")
    if named:
        return None
    texts = [answer.get("message"), answer.get("error"), answer.get("detail"), answer.get("code")]
    texts += [issue.get("message") for issue in issues]
    return next((_line(text) for text in texts if text and _PICTURE.search(str(text))), None)


def names_picture(answer: Mapping[str, object]) -> bool:
    """Return whether a refusal is about the picture beyond doubt, regardless of other words in it."""
    words = f"{answer.get('message')} {answer.get('error')}"
    return any(map(_is_named, _issues(answer))) or bool(_NOT_LOADED.search(words))


def asks_for_prompt(answer: Mapping[str, object]) -> bool:
    """Return whether a refusal is about the prompt."""
    return _mentions(answer, _PROMPT)


def asks_for_parameter(answer: Mapping[str, object]) -> bool:
    """Return whether a refusal is about a parameter that each create needs."""
    return _mentions(answer, _REQUIRED)


def failed_to_load(message: str) -> bool:
    """Return whether the message of a failed task says that the picture to edit could not be loaded."""
    return bool(_PICTURE.search(message) and _LOADING.search(message))


def _mentions(answer: Mapping[str, object], words: re.Pattern[str]) -> bool:
    parts = ("issues", "errors", "message", "error", "detail", "data")
    return any(words.search(str(answer.get(part) or "")) for part in parts)


def _issues(answer: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    """Yield the issues: a list of objects or texts, or one object with a parameter as each key."""
    inner = [part for name in ("error", "data") if isinstance(part := answer.get(name), Mapping)]
    found = [part.get(name) for part in (answer, *inner) for name in ("issues", "errors")]
    for value in (*found, answer.get("detail")):
        if isinstance(value, Mapping):
            yield from ({"path": [name], "message": message} for name, message in value.items())
        elif isinstance(value, list):
            yield from (issue if isinstance(issue, Mapping) else {"message": issue} for issue in value)


def _names(issue: Mapping[str, object]) -> list[str]:
    """Return the parameter that an issue names, with the parts of its path, without indices."""
    path = issue.get("path") or issue.get("loc") or issue.get("param") or issue.get("field")
    parts = path if isinstance(path, list) else [path] if path else []
    return [part for part in parts if isinstance(part, str) and part and not part.isdigit()]


def _is_named(issue: Mapping[str, object]) -> bool:
    """Return whether an issue names the parameter that holds the picture."""
    return any(_PICTURE_NAME.search(name) for name in _names(issue))


def _line(words: object) -> str:
    if isinstance(words, Mapping):
        words = words.get("message") or words
    return " ".join(str(words).split())[:_LONGEST_WORDS]

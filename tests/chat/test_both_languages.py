"""The texts of both languages say the same, in the words that Telegram uses and with the right punctuation."""

import re

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent

from chat.translations import FOLDER, LANGUAGES

_TERM = re.compile(
    r"(?<![\w</])/[a-z]+"  # commands
    r"|--[a-z]+"
    r"|\b[A-Z][A-Z_]{3,}\b"  # settings, file formats
    r"|</?[a-z-]+"  # tags
    r"|\{ ?\$\w+"
    r"|https?:\S+|Telegram|Midjourney|[⏳🎨⏸🔁📐✏📎↩⚠◻🖥📱📷🖼✕✓]"
)
_LATIN_IN_RUSSIAN = frozenset(
    {"Telegram", "English", "JPEG", "PNG", "WebP", "HEIC", "AVIF", "GIF", "BMP", "TIFF", "UTC", "https", "S3"}
    | {"imagine-bot", "check"}
)
_SAME_IN_BOTH = frozenset({"prompt-back", "notice-unreadable", "language-en", "language-ru"})
"""Messages without words, and the names of the languages in their own language."""


def _texts(language: str) -> dict[str, str]:
    """Return the source of each message without its selectors."""
    resource = FluentParser().parse((FOLDER / f"{language}.ftl").read_text(encoding="utf-8"))
    return {e.id.name: _source(e.value) for e in resource.body if isinstance(e, fluent.Message) and e.value}


def _source(pattern: fluent.Pattern) -> str:
    """Return a pattern with one variant of each selector, because languages differ in their plurals."""
    parts: list[str] = []
    for element in pattern.elements:
        if isinstance(element, fluent.TextElement):
            parts.append(element.value)
        elif isinstance(element.expression, fluent.SelectExpression):
            other = next(v for v in element.expression.variants if v.default)
            parts.append(_source(other.value))
        elif isinstance(element.expression, fluent.VariableReference):
            parts.append(f"{{ ${element.expression.id.name} }}")
        else:
            parts.append("{ }")
    return "".join(parts)


def _variants(language: str) -> dict[str, str]:
    """Return the source text of each message as it stands in the file, with all variants."""
    text = (FOLDER / f"{language}.ftl").read_text(encoding="utf-8")
    resource = FluentParser().parse(text)
    return {
        e.id.name: text[e.value.span.start : e.value.span.end]
        for e in resource.body
        if isinstance(e, fluent.Message) and e.value and e.value.span
    }


ENGLISH, RUSSIAN = _texts("en"), _texts("ru")


@pytest.mark.parametrize("name", ENGLISH)
def test_both_languages_name_the_same_things(name: str) -> None:
    assert sorted(_TERM.findall(ENGLISH[name])) == sorted(_TERM.findall(RUSSIAN[name]))


@pytest.mark.parametrize("name", ENGLISH)
def test_both_languages_have_as_many_paragraphs(name: str) -> None:
    assert ENGLISH[name].count("\n\n") == RUSSIAN[name].count("\n\n")


def test_english_says_reply_as_telegram_does() -> None:
    for name, text in _variants("en").items():
        assert not re.search(r"\banswer", text, re.IGNORECASE), name


def test_russian_has_the_em_dash() -> None:
    text = (FOLDER / "ru.ftl").read_text(encoding="utf-8")
    assert not re.findall(r".*[ \u00a0][–-][ \u00a0].*", text)
    assert not re.findall(r".*\S—\S.*", text)


def test_russian_is_russian() -> None:
    for name, text in _variants("ru").items():
        shown = re.sub(r"<[^>]*>|\{[^}]*?\}|\[[a-z]+\]|/[a-z]+\b/?|--[a-z]+", " ", text)
        shown = re.sub(r"\{ \$\w+ ->|\b[A-Z]+_[A-Z_]+\b|\w+\(|dateStyle: \"long\"", " ", shown)
        words = re.findall(r"[A-Za-z][\w-]*", shown)
        assert set(words) <= _LATIN_IN_RUSSIAN, (name, words)
        if name not in _SAME_IN_BOTH and re.search(
            r"[a-z]{3}", re.sub(r"\{[^}]*\}|<[^>]*>", "", ENGLISH[name])
        ):
            assert ENGLISH[name] != text, name


def test_russian_does_not_guess_the_user_s_gender() -> None:
    """A past tense or a short adjective after "вы" would; so would the user as "следующий" or "2-й"."""
    for name, text in _variants("ru").items():
        assert not re.search(
            r"\b[Вв]ы\b[^.,;:!?]*\b(?:\w+-й|следующий|\w{3,}(?:лся|лась)|сам|готов)\b", text
        ), name


def test_the_languages_are_the_ones_that_exist() -> None:
    assert LANGUAGES == ("en", "ru")

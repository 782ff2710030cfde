"""The texts of all languages say the same, in the words that Telegram uses and with the right punctuation.

A check of one language is in `_WRONG` or has its name; every other check holds for each language in LANGUAGES.
"""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from babel import Locale
from fluent.syntax import ast as fluent
from fluent.syntax.visitor import Visitor

from chat.translations import DEFAULT_LANGUAGE, FOLDER, LANGUAGES, load

OTHERS = [language for language in LANGUAGES if language != DEFAULT_LANGUAGE]
_TERM = re.compile(
    r"(?<![\w</])/[a-z]+"  # commands
    r"|--[a-z]+"
    r"|\b[A-Z][A-Z_]{3,}\b"  # settings, file formats
    r"|</?[a-z-]+"  # tags
    r"|\{ ?\$\w+"
    r"|https?:\S+|Telegram|Midjourney|[⏳🎨⏸🔁📐✏📎↩↪⚠◻🖥📱📷🖼✕✓☆★📋↗⋯🗑🙈🔎📦📌]"
)
_LATIN_IN_RUSSIAN = frozenset(
    {
        "Telegram",
        "BotFather",
        "English",
        "Español",
        "Português",
        "JPEG",
        "PNG",
        "WebP",
        "HEIC",
        "AVIF",
        "GIF",
        "BMP",
        "TIFF",
    }
    | {"UTC", "https", "S3", "imagine-bot", "check"}
)
_NAMES = frozenset(f"language-{language}" for language in LANGUAGES)
"""The names of the languages, each in its own language."""
_SAME_IN_ALL = frozenset({"prompt-back", "notice-unreadable", *_NAMES})
"""Messages without words, and the names of the languages."""
_ENGLISH_TOO = {
    "es": "admins bot botfather bucket chat check decide describe https id imagine internet mb me min no original"
    " render sticker stickers telegram utc avif bmp gif heic jpeg png tiff webp",
    "pt": "admins as bot botfather bucket chat check decide do for https id imagine internet link links log mb me"
    " megapixel megapixels min no original render telegram utc zero avif bmp gif heic jpeg png tiff webp",
}
"""Words of a language that are English words, too."""
_WRONG = {
    "en": r"\banswer",  # Telegram says "reply"
    "ru": r"[ \u00a0][–-][ \u00a0]|\S—\S",  # the dash between words is long, with blanks around it
    # Telegram says "Responder", "Eliminar", "Iniciar" and "toca"; users are "tú", of any gender and country.
    "es": r"\b(?:contest|borr|suprim|elimín|puls[ae]|haz clic|usted|vosotr|vuestr|vos\b|os\b|móvil|ordenador|vídeo"
    r"|bienvenid|tú mism|estás list|estás segur|sólo\b)",
    # Telegram says "Responder", "Apagar", "Iniciar" and "toque"; users are "você", of any gender, in Brazil.
    "pt": r"\b(?:exclu[ai]|delet|elimin|clique|carregue em|tu\b|te\b|ti\b|teus?\b|tuas?\b|contigo|vós|ficheiro|ecrã"
    r"|telemóvel|autocolante|bem-vind|você mesm|está pronto|tem certeza)",
}
_PLURALS = frozenset({"zero", "one", "two", "few", "many", "other"})


def _messages(language: str) -> dict[str, fluent.Pattern]:
    return {e.id.name: e.value for e in load(language).body if isinstance(e, fluent.Message) and e.value}


def _texts(language: str) -> dict[str, str]:
    """Return the source of each message without its selectors."""
    return {name: _source(pattern) for name, pattern in _messages(language).items()}


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


def _all_variants(pattern: fluent.Pattern) -> Iterator[fluent.Pattern]:
    """Yield a pattern, and each variant of its selectors."""
    yield pattern
    for select in _selects(pattern):
        for variant in select.variants:
            yield from _all_variants(variant.value)


def _selects(pattern: fluent.Pattern) -> list[fluent.SelectExpression]:
    placeables = [e.expression for e in pattern.elements if isinstance(e, fluent.Placeable)]
    return [e for e in placeables if isinstance(e, fluent.SelectExpression)]


def _key(variant: fluent.Variant) -> str:
    return variant.key.name if isinstance(variant.key, fluent.Identifier) else variant.key.value


def _plurals(pattern: fluent.Pattern) -> dict[str, dict[str, fluent.Pattern]]:
    """Return the variants by category of each selector of plurals, by the name of its number."""
    found = {}
    for select in _selects(pattern):
        variants = {_key(variant): variant.value for variant in select.variants}
        if not _PLURALS.isdisjoint(variants):
            assert isinstance(select.selector, fluent.VariableReference)
            found[select.selector.id.name] = {k: v for k, v in variants.items() if not k.isdecimal()}
    return found


class _Names(Visitor):
    """Collects the names of the variables in a pattern."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def visit_VariableReference(self, node: fluent.VariableReference) -> None:  # noqa: N802 - the visitor's name
        self.found.add(node.id.name)


def _variables(pattern: fluent.Pattern) -> set[str]:
    names = _Names()
    names.visit(pattern)
    return names.found


def _shown(pattern: fluent.Pattern) -> Iterator[str]:
    """Yield the words of each variant of a message without tags, code, variables, commands and names of settings."""
    for variant in _all_variants(pattern):
        text = "".join(e.value if isinstance(e, fluent.TextElement) else " " for e in variant.elements)
        yield re.sub(r"<[^>]*>|(?<!\w)/[a-z]+\b/?|--[a-z]+|\b[A-Z]+_[A-Z_]+\b", " ", text)


def _words(pattern: fluent.Pattern) -> set[str]:
    return {word.casefold() for text in _shown(pattern) for word in re.findall(r"[^\W\d_]{2,}", text)}


def _outline(language: str) -> list[str]:
    """Return the names of the messages in the order of the file, with `##` for each heading."""
    headings = fluent.GroupComment
    return [
        e.id.name if isinstance(e, fluent.Message) else "##"
        for e in load(language).body
        if isinstance(e, fluent.Message | headings)
    ]


MESSAGES = {language: _messages(language) for language in LANGUAGES}
ENGLISH = _texts(DEFAULT_LANGUAGE)


def test_each_language_has_a_file_and_its_name_is_the_same_in_all() -> None:
    assert {path.stem for path in FOLDER.glob("*.ftl")} == set(LANGUAGES)
    assert LANGUAGES[0] == DEFAULT_LANGUAGE
    for language in LANGUAGES:
        texts = _texts(language)
        assert {name: texts[name] for name in _NAMES} == {name: ENGLISH[name] for name in _NAMES}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_messages_in_the_same_order_under_the_same_headings(language: str) -> None:
    assert _outline(language) == _outline(DEFAULT_LANGUAGE)


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_names_the_same_things(language: str) -> None:
    texts = _texts(language)
    named = {name: Counter(_TERM.findall(text)) for name, text in texts.items()}
    assert named == {name: Counter(_TERM.findall(text)) for name, text in ENGLISH.items()}


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_as_many_paragraphs_and_lines(language: str) -> None:
    breaks = {name: text.count("\n") for name, text in _texts(language).items()}
    assert breaks == {name: text.count("\n") for name, text in ENGLISH.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_has_the_plurals_of_its_language(language: str) -> None:
    """The categories are those of CLDR. "other" is left to fractions in some languages, such as Russian."""
    categories = set(Locale(language).plural_form.tags)
    for name, pattern in MESSAGES[language].items():
        plurals = _plurals(pattern)
        assert plurals.keys() == _plurals(MESSAGES[DEFAULT_LANGUAGE][name]).keys(), name
        for number, variants in plurals.items():
            assert variants.keys() - {"other"} == categories, (name, number)
            named = {key: _variables(variant) for key, variant in variants.items()}
            if "one" not in map(Locale(language).plural_form, (0, 21)):
                named.pop("one")  # it means 1 and nothing else, so "one picture" is right, too
            assert len(set(map(frozenset, named.values()))) == 1, (name, number)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_plurals_of_a_number_differ(language: str) -> None:
    for name, pattern in MESSAGES[language].items():
        for number, variants in _plurals(pattern).items():
            shown = [_source(variant) for variant in variants.values()]
            assert len(set(shown)) == len(shown), (name, number)


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: str) -> None:
    texts = _texts(language)
    words = {name for name, pattern in MESSAGES[DEFAULT_LANGUAGE].items() if _words(pattern)}
    same = {name for name in words if texts[name] == ENGLISH[name]}
    assert {name for name in same - _SAME_IN_ALL if not _is_international(texts[name])} == set()


def _is_international(text: str) -> bool:
    """Return whether a text is a button whose only word is one of many languages."""
    return re.fullmatch(r"\W*(?:Original|Sticker)\W*", text) is not None


@pytest.mark.parametrize("language", sorted(_ENGLISH_TOO))
def test_no_english_word_is_left(language: str) -> None:
    english = {word for name in ENGLISH.keys() - _NAMES for word in _words(MESSAGES[DEFAULT_LANGUAGE][name])}
    allowed = set(_ENGLISH_TOO[language].split())
    left = {name: _words(pattern) & english - allowed for name, pattern in MESSAGES[language].items()}
    assert {name: words for name, words in left.items() if words and name not in _NAMES} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_only_russian_has_cyrillic_letters(language: str) -> None:
    for name, pattern in MESSAGES[language].items():
        for text in _shown(pattern):
            assert language == "ru" or name == "language-ru" or not re.search("[а-яё]", text, re.I), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_has_a_word_that_its_language_avoids(language: str) -> None:
    for name, pattern in MESSAGES[language].items():
        for text in _shown(pattern):
            assert not re.search(_WRONG[language], text, re.IGNORECASE), (name, text)


@pytest.mark.parametrize("language", LANGUAGES)
def test_questions_and_exclamations_of_spanish_alone_are_opened_and_closed(language: str) -> None:
    for name, pattern in MESSAGES[language].items():
        marks = "".join(re.findall("[¿?¡!]", " ".join(_shown(pattern))))
        rest = re.sub(r"¿\?|¡!", "", marks) if language == "es" else re.sub("[?!]", "", marks)
        assert rest == "", (name, marks)


@pytest.mark.parametrize("language", ["es", "pt"])
def test_quotes_are_curly_and_numbers_stay_with_their_units(language: str) -> None:
    text = (FOLDER / f"{language}.ftl").read_text(encoding="utf-8")
    assert not re.findall(r".*[\d}] (?:MB|h|min|s)\b.*", text)
    assert len(re.findall("[\\d}]\u00a0(?:MB|h|min|s)\\b", text)) >= 5
    for name, pattern in MESSAGES[language].items():
        for shown in _shown(pattern):
            assert not re.search("[\"'‘’„»]|(?<!^)«", shown), (name, shown)
            assert re.sub("[^“”]", "", shown) == "“”" * shown.count("“"), (name, shown)


def test_russian_is_in_cyrillic_letters() -> None:
    for name, pattern in MESSAGES["ru"].items():
        words = {word for text in _shown(pattern) for word in re.findall(r"[A-Za-z][\w-]*", text)}
        assert words <= _LATIN_IN_RUSSIAN, (name, words)


def test_russian_does_not_guess_the_user_s_gender() -> None:
    """A past tense or a short adjective after "вы" would; so would the user as "следующий" or "2-й"."""
    for name, pattern in MESSAGES["ru"].items():
        for text in _shown(pattern):
            assert not re.search(
                r"\b[Вв]ы\b[^.,;:!?]*\b(?:\w+-й|следующий|\w{3,}(?:лся|лась)|сам|готов)\b", text
            ), name

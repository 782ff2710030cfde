"""The names of the curated styles in all languages, as users write them behind `style:`."""

import functools

from chat.translations import LANGUAGES, Translator
from core.styles import CURATED, Style, key_of
from core.word_search import fold


def name_of(style: Style, translate: Translator) -> str:
    """Return the name of a style on its button: the user's own, or that in the user's language."""
    return style.label if style.label is not None else translate.raw(f"style-name-{style.key}")


def written_name(style: Style, translate: Translator) -> str:
    """Return the name of a style as one word, to be written behind `style:`."""
    return name_of(style, translate).lower().replace(" ", "-")


@functools.cache
def curated_names() -> dict[str, Style]:
    """Return the curated styles by all their names: the keys themselves, and the names in all languages.

    Each has a second spelling without accents.
    """
    names = {style.key: style for style in CURATED}
    for language in LANGUAGES:
        translate = Translator(language)
        for style in CURATED:
            name = name_of(style, translate).lower()
            names |= {name: style, fold(name): style}
    return names


@functools.cache
def curated_keys() -> dict[str, Style]:
    """Return the curated styles by the keys of all their names."""
    return {key_of(name): style for name, style in curated_names().items()}

"""Words of users in every language of the bot: yes and no, thanks, commands, and the sides of a shape."""

import re

import pytest

from chat.style_names import curated_keys, curated_names
from chat.translations import LANGUAGES, Translator
from core.model import AspectRatio
from core.styles import key_of
from handlers.bare_answers import agrees, is_bare_answer, says_no
from handlers.misspelt_commands import nearest_command
from handlers.praise import is_praise
from handlers.prompt import parse_prompt


def _label(language: str, name: str) -> str:
    """Return the words of a button, as users type them."""
    return " ".join(re.findall(r"\w+", Translator(language).raw(name)))


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_a_button_are_the_answer_that_the_button_gives(language: str) -> None:
    assert agrees(_label(language, "button-draw"))
    assert says_no(_label(language, "button-cancel"))
    assert says_no(_label(language, "button-keep"))
    assert says_no(_label(language, "button-no-thanks"))
    deletion = _label(language, "button-forget")
    assert is_bare_answer(deletion)
    assert not agrees(deletion)
    assert not says_no(deletion)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_styles_that_a_language_names_in_its_texts_are_found(language: str) -> None:
    translate = Translator(language)
    help_codes = re.findall("<code>([^<]*)</code>", translate("help", ratios=""))
    styles = [style for code in help_codes for style in parse_prompt(code).styles or ()]
    assert [curated_names()[style].key for style in styles] == ["ink"]
    example, none, *_ = re.findall("<code>([^<]*)</code>", translate("style-choose", current=""))
    assert [curated_names()[style].key for style in parse_prompt(example).styles or ()] == ["ink"]
    assert parse_prompt(none).styles == ()


@pytest.mark.parametrize(
    "text", ["a fox estilo:oleo", "a fox estilo:Óleo", "estilo: oleo, a fox", "a fox --style oleo"]
)
def test_a_style_is_found_without_its_accents(text: str) -> None:
    parsed = parse_prompt(text)
    assert parsed.prompt == "a fox"
    assert [curated_keys()[key_of(name)].key for name in parsed.styles or ()] == ["oil"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_thanks_in_the_words_of_the_bot_are_praise(language: str) -> None:
    thanks = re.split("[!.]", Translator(language).raw("praised"))[0]
    assert is_praise(thanks)


@pytest.mark.parametrize(
    "text",
    [
        "Sí",
        "si",
        "Sí, por favor",
        "¡claro!",
        "Dale",
        "vale 👍",
        "dibújalo",
        "Sim",
        "pode ser",
        "Tá bom",
        "isso!",
    ],
)
def test_yes_in_spanish_and_portuguese(text: str) -> None:
    assert agrees(text)


@pytest.mark.parametrize(
    "text", ["No, gracias", "mejor no", "Cancela", "Não", "nao", "Não, obrigada!", "deixa pra lá"]
)
def test_no_in_spanish_and_portuguese(text: str) -> None:
    assert says_no(text)


@pytest.mark.parametrize(
    "text",
    [
        "no hay gatos",
        "sí, un gato",
        "un claro de luna",
        "si llueve",
        "um sim",
        "não chove",
        "noite",
        "vale do silício",
    ],
)
def test_words_with_more_than_yes_or_no_are_a_description(text: str) -> None:
    assert not is_bare_answer(text)


@pytest.mark.parametrize(
    "text",
    [
        *[
            "¡Muchas gracias!",
            "graciaaas",
            "qué bonito 😍",
            "me encanta",
            "quedó muy bien",
            "Buen trabajo",
            "jajaja",
        ],
        *[
            "obrigado!",
            "valeu",
            "que lindo",
            "ficou perfeito",
            "muito legal",
            "ameiii",
            "nossa, que incrível",
        ],
    ],
)
def test_praise_in_spanish_and_portuguese(text: str) -> None:
    assert is_praise(text)


@pytest.mark.parametrize(
    "text",
    [
        *[
            "más bonito",
            "que sea de noche",
            "una mujer hermosa",
            "Encanto",
            "mejor",
            "un perro bueno en la nieve",
        ],
        *["mais bonito", "que seja noite", "gente linda", "uma boa", "mar", "uma mulher linda"],
        *[
            "ammo",
            "boom",
            "show me the picture",
            "the top one",
            "Bella",
            "brigade",
            "crack",
        ],  # of other languages
    ],
)
def test_words_that_only_resemble_praise_are_none(text: str) -> None:
    assert not is_praise(text)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        *[("/dibuja un zorro", "imagine"), ("/dibujar", "imagine"), ("/imagen un zorro", "imagine")],
        *[("/desenha uma raposa", "imagine"), ("/Desenhe", "imagine"), ("/imagem", "imagine")],
        *[
            ("/historial", "history"),
            ("/histórico", "history"),
            ("/favoritas", "favorites"),
            ("/cuota", "quota"),
        ],
        *[("/límite", "quota"), ("/ayuda", "help"), ("/ajuda", "help"), ("/idioma", "language")],
        *[("/ajustes", "settings"), ("/configuracion", "settings"), ("/exportar", "export")],
        *[
            ("/file", None),
            ("/film", None),
            ("/nota", None),
            ("/color", None),
            ("/design", None),
            ("/time", None),
        ],
    ],
)
def test_a_command_in_spanish_or_portuguese_has_a_suggestion(text: str, command: str | None) -> None:
    assert nearest_command(text, in_group=False) == command


@pytest.mark.parametrize("text", ["16 por 9", "un zorro --ar 16 por 9", "uma raposa --ar 16 POR 9"])
def test_the_sides_of_a_shape_may_be_joined_by_por(text: str) -> None:
    assert parse_prompt(text).ratio is AspectRatio.WIDE


@pytest.mark.parametrize("text", ["16 por 9 gatos", "3 por 4 veces", "gatos 16 por 9"])
def test_por_between_other_words_is_prose(text: str) -> None:
    assert parse_prompt(text).prompt == text

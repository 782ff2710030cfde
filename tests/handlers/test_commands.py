"""Commands: every spelling of a command is that command, and a misspelt one has a suggestion."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.commands import is_command, named_bot, parse_command
from handlers.misspelt_commands import nearest_command
from tests.handlers.test_prompt import INVISIBLE


@pytest.mark.parametrize(
    ("text", "name", "mention", "args"),
    [
        ("/imagine a cat", "imagine", None, "a cat"),
        ("/Imagine a cat", "imagine", None, "a cat"),
        ("/IMAGINE@imagine_bot a cat", "imagine", "imagine_bot", "a cat"),
        ("/imagine: a cat", "imagine", None, "a cat"),
        ("/imagine@imagine_bot: a cat", "imagine", "imagine_bot", "a cat"),
        ("/imagine, a cat", "imagine", None, "a cat"),
        ("/imagine. a cat", "imagine", None, "a cat"),
        ("/imagine! a cat", "imagine", None, "a cat"),
        ("/imagine .5 miles", "imagine", None, ".5 miles"),
        ("/quota?", "quota", None, "?"),
        ("/imagine\na cat", "imagine", None, "a cat"),
        ("／imagine a cat", "imagine", None, "a cat"),
        ("/ imagine a cat", "imagine", None, "a cat"),
        ("/imagineкот", "imagine", None, "кот"),
        ("@imagine_bot /imagine a cat", "imagine", "imagine_bot", "a cat"),
        ("/imagine", "imagine", None, None),
        ("/imagine \u200b", "imagine", None, None),
        ("/imagine --ar 1:1", "imagine", None, "--ar 1:1"),
        ("/imagine — a cat", "imagine", None, "— a cat"),
        ("/imagin a cat", "imagin", None, "a cat"),
    ],
)
def test_a_command_is_parsed(text: str, name: str, mention: str | None, args: str | None) -> None:
    command = parse_command(text)
    assert command is not None
    assert (command.command, command.mention, command.args) == (name, mention, args)


@pytest.mark.parametrize(
    "text", ["", "a cat", "1/2 cat", "/", "/1️⃣"[:1] + "ж", "imagine a cat", "@imagine_bot a cat"]
)
def test_another_text_is_no_command(text: str) -> None:
    assert parse_command(text) is None


@given(
    places=st.lists(st.tuples(st.integers(0, 30), st.sampled_from(INVISIBLE)), max_size=6),
    spelling=st.sampled_from(
        ["/imagine a cat", "/Imagine@imagine_bot a cat", "/imagine: a cat", "／imagine a cat"]
    ),
)
def test_invisible_characters_anywhere_change_no_command(
    places: list[tuple[int, str]], spelling: str
) -> None:
    text = spelling
    for place, character in places:
        text = text[:place] + character + text[place:]
    command = parse_command(text)
    assert is_command(text)
    assert command is not None
    assert (command.command, command.args) == ("imagine", "a cat")


@given(st.sampled_from([c for c in INVISIBLE if c]))
def test_an_invisible_character_alone_separates_a_command_from_its_arguments(separator: str) -> None:
    command = parse_command(f"/imagine{separator}a cat")
    assert command is not None
    assert (command.command, command.args) == ("imagine", "a cat")


@given(st.text(max_size=60))
def test_any_text_is_a_command_or_none(text: str) -> None:
    command = parse_command(text)
    assert command is None or is_command(text)
    assert nearest_command(text, in_group=True) is None or is_command(text)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/imagin a fox", "imagine"),
        ("/imagne", "imagine"),
        ("/imaginee a fox", "imagine"),
        ("/Imagen: a fox", "imagine"),
        ("/imаgine a fox", "imagine"),  # with a Cyrillic letter
        ("/шьфпшту лиса", "imagine"),  # typed on the Russian layout
        ("/histroy", "history"),
        ("/qota", "quota"),
        ("/setings", "settings"),
        ("/img a fox", "imagine"),
        ("/imgn", "imagine"),
        ("/imag a fox", "imagine"),
        ("/ima", "imagine"),
        ("/image a fox", "imagine"),
        ("/images", "imagine"),
        ("/imagine_a_fox", "imagine"),
        ("/imagineafox", "imagine"),
        ("/imagine2 a fox", "imagine"),
        ("/imagin3", "imagine"),
        ("/iamgien a fox", "imagine"),
        ("/mgine a fox", "imagine"),
        ("//imagin a fox", "imagine"),
        ("/ imagin a fox", "imagine"),
        ("@imagine_bot, /imagin a fox", "imagine"),
        ("/имаджин лиса", "imagine"),
        ("/имажин лиса", "imagine"),
        ("/имэйджин лиса", "imagine"),
        ("/Имейдж лиса", "imagine"),
        ("/draw a fox", "imagine"),
        ("/drow a fox", "imagine"),
        ("/нарисуй лису", "imagine"),
        ("/нарисой лису", "imagine"),
        ("/qouta", "quota"),
        ("/quota_today", "quota"),
        ("/quotas", "quota"),
        ("/квота", "quota"),
        ("/quue", "queue"),
        ("/hsitory", "history"),
        ("/hist", "history"),
        ("/hlp", "help"),
        ("/хелп", "help"),
        ("/помощь", "help"),
        ("/sttings", "settings"),
        ("/promt", "prompt"),
        ("/промт", "prompt"),
        ("/stats", None),
        ("/status", None),
        ("/quote", None),
        ("/quiz", None),
        ("/info", None),
        ("/story", None),
        ("/promote", None),
        ("/set 5", None),
        ("/me", None),
        ("/i", None),
        ("/im", None),
        ("/magic", None),
        ("/weather", None),
        ("/drop", None),
        ("/hello", None),
        ("/погода", None),
        ("/ban", None),
        ("a fox", None),
        ("/", None),
        ("/" + "imagen" * 600, None),
    ],
)
def test_a_misspelt_command_has_a_suggestion(text: str, command: str | None) -> None:
    assert nearest_command(text, in_group=True) == command


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("/imagin@other_bot a fox", "other_bot"),
        ("/имаджин@other_bot лиса", "other_bot"),
        ("/имаджин лиса @other_bot", None),
        ("@other_bot /imagin", "other_bot"),
        ("/imagin", None),
    ],
)
def test_a_misspelt_command_may_name_a_bot(text: str, name: str | None) -> None:
    assert named_bot(text) == name


@given(st.data())
def test_each_command_with_one_mistake_has_a_suggestion(data: st.DataObject) -> None:
    command = data.draw(st.sampled_from(["imagine", "history", "queue", "quota", "help", "settings"]))
    at = data.draw(st.integers(1, len(command) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz"))
    mistake = data.draw(
        st.sampled_from(
            [
                command[:at] + command[at + 1 :],
                command[:at] + letter + command[at:],
                command[:at] + letter + command[at + 1 :],
                command[: at - 1] + command[at] + command[at - 1] + command[at + 1 :],
            ]
        )
    )
    assert nearest_command(f"/{mistake} x", in_group=True) or mistake in {"quote", "heal"}

"""The texts: complete in every language, used, with the right arguments, escaped, and valid for Telegram."""

import ast
import inspect
import re
from datetime import date
from pathlib import Path

import pytest
from fluent.syntax import FluentParser
from fluent.syntax import ast as fluent
from fluent.syntax.visitor import Visitor
from hypothesis import given
from hypothesis import strategies as st

from bot.notices import Notice
from chat import menu
from chat.admin_callbacks import AdminQuestion
from chat.captions import TOAST_UNITS, strip_html
from chat.dates import moment
from chat.picture_sender import PictureSender
from chat.private_replies import PrivateReplies
from chat.profile import LONGEST_DESCRIPTION, LONGEST_SHORT_DESCRIPTION
from chat.sender import Sender
from chat.translations import FOLDER, LANGUAGES, TextError, Translations, Translator
from core.model import Allowance, AspectRatio, Failure, Rejection, RejectionReason
from generation.alarms import Alarm
from handlers.rejection_texts import RejectionTexts
from playground.entities import parse, units
from storage.admin_actions import ActionKind
from storage.preferences import WhoMayDraw
from tests.support.manual_clock import ManualClock
from tests.support.process_launcher import ROOT


def _modules(*packages: str) -> list[Path]:
    return sorted(path for package in packages for path in (ROOT / package).rglob("*.py"))


class _Variables(Visitor):
    """Collects the names of the variables in a message."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_VariableReference(self, node: fluent.VariableReference) -> None:  # noqa: N802 - the visitor's name
        self.names.add(node.id.name)


def _messages(language: str) -> dict[str, set[str]]:
    """Return the names of the variables of each message."""
    resource = FluentParser().parse((FOLDER / f"{language}.ftl").read_text(encoding="utf-8"))
    assert not [entry for entry in resource.body if isinstance(entry, fluent.Junk)]
    found: dict[str, set[str]] = {}
    for entry in resource.body:
        if isinstance(entry, fluent.Message):
            variables = _Variables()
            variables.visit(entry)
            assert entry.id.name not in found, f"{entry.id.name} twice in {language}.ftl"
            found[entry.id.name] = variables.names
    return found


def _calls() -> list[tuple[str, set[str], str]]:
    """Return every use of a text in the code: its name or a prefix with `*`, its arguments, and its position."""
    found: list[tuple[str, set[str], str]] = []
    for path in _modules("chat", "payments", "handlers", "generation", "admin_page", "bot"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _is_translation(node.func) and node.args:
                arguments = {k.arg for k in node.keywords if k.arg}
                for double in (k.value for k in node.keywords if k.arg is None):
                    arguments |= _unpacked(double)
                found += [(name, arguments, f"{path}:{node.lineno}") for name in _names(node.args[0])]
    return found


def _unpacked(arguments: ast.expr) -> set[str]:
    """Return the names of arguments after `**`: of a dictionary, or those of a time."""
    if isinstance(arguments, ast.Call):
        assert isinstance(arguments.func, ast.Name)
        assert arguments.func.id == moment.__name__
        return {"at", "when"}
    assert isinstance(arguments, ast.Dict)
    return {str(key.value) for key in arguments.keys if isinstance(key, ast.Constant)}


def _is_translation(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute) and function.attr == "raw":
        return True
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if isinstance(function, ast.Call):
        return getattr(function.func, "attr", "") == "for_language"
    return name == "translate"


def _names(argument: ast.expr) -> list[str]:
    if isinstance(argument, ast.Constant):
        return [str(argument.value)]
    if isinstance(argument, ast.IfExp):
        return _names(argument.body) + _names(argument.orelse)
    if isinstance(argument, ast.JoinedStr):
        first = argument.values[0]
        assert isinstance(first, ast.Constant)
        return [str(first.value) + "*"]
    return []  # a variable: the constant is checked in its own place


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_messages_with_the_same_variables(language: str) -> None:
    assert _messages(language) == _messages("en")


def test_every_text_in_the_code_exists_and_gets_its_variables() -> None:
    messages = _messages("en")
    for name, arguments, position in _calls():
        wanted = [m for m in messages if m.startswith(name[:-1])] if name.endswith("*") else [name]
        assert wanted, position
        for message in wanted:
            assert messages[message] == arguments, f"{message} at {position}"


def test_every_text_is_used() -> None:
    used = [name for name, _, _ in _calls()]
    for message in _messages("en"):
        assert any(
            message == name or (name.endswith("*") and message.startswith(name[:-1])) for name in used
        ), f"{message} is not used"


OTHER_FAILURES = {Failure.BLOCKED, Failure.SOURCE_TOO_MANY_PIXELS, Failure.SOURCE_TOO_LARGE}
"""A user who blocked the bot gets no text, and the texts about pixels and bytes have arguments of their own."""


def test_every_enum_value_and_command_has_a_text() -> None:
    messages = _messages("en")
    assert all(f"command-{name}" in messages for name in {*menu.ADMIN, *menu.GROUP_ADMIN})
    assert all(f"button-who-{who}" in messages for who in WhoMayDraw)
    assert all(f"language-{language}" in messages for language in LANGUAGES)
    assert all(f"failed-{f}" in messages for f in Failure if f not in OTHER_FAILURES)
    assert {Failure.SOURCE_TOO_MANY_PIXELS, Failure.SOURCE_TOO_LARGE} <= messages.keys()
    assert all(f"button-ratio-{ratio.slug}" in messages for ratio in AspectRatio)
    assert all(f"notice-{notice}" in messages for notice in Notice)
    assert all(f"alarm-{alarm}" in messages for alarm in Alarm)
    assert all(f"audit-kind-{kind}" in messages for kind in ActionKind)
    assert all(f"admin-ask-{question}" in messages for question in AdminQuestion)
    assert "cancelled" in messages


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("number", [0, 1, 2, 5, 11, 21, 22, 25, 101, 1_000_000])
def test_every_text_is_html_within_the_limits_of_telegram(language: str, number: int) -> None:
    texts = Translator(language)
    for message, names in _messages(language).items():
        numbers = {"left", "daily", "used", "pending", "place", "elapsed", "length", "limit"}
        numbers |= {"hours", "minutes", "seconds", "number", "total", "balance", "megapixels"}
        numbers |= {"units", "stars", "each"}
        arguments: dict[str, str | int | date] = {n: number if n in numbers else "<b>&x" for n in names}
        if "at" in names:
            arguments["at"] = "1790035200"
        if "date" in names:
            arguments["date"] = date(2026, 11, 24)
        if message.startswith(("failed-", "cancelled")) or message == Failure.SOURCE_TOO_MANY_PIXELS:
            arguments["left"] = texts("left", left=number)
        text, _ = parse(texts(message, **arguments), "HTML")
        limit = 64 if message.startswith(("button-", "offer-")) or message.endswith("-placeholder") else 1_000
        limit = 200 if message.startswith(("toast-", "notice-")) else limit
        assert 0 < units(text) <= limit
        assert "{" not in text
        assert text == re.sub(r" +\n", "\n", text)
        if message.startswith("command-"):
            assert len(text) <= 256  # Bot API, BotCommand
        if message.endswith("description"):
            limit = LONGEST_SHORT_DESCRIPTION if message.startswith("short") else LONGEST_DESCRIPTION
            assert len(text) <= limit
        if message.startswith(("toast-", "button-", "description", "short-description")) and not names:
            assert texts.raw(message) == text


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "осталась 1 картинка."),
        (2, "осталось 2 картинки."),
        (5, "осталось 5 картинок."),
        (11, "осталось 11 картинок."),
        (21, "осталась 21 картинка."),
        (22, "осталось 22 картинки."),
        (0, "закончились."),
    ],
)
def test_russian_plurals_follow_the_number(number: int, words: str) -> None:
    assert Translator("ru")("left", left=number).endswith(words)


@pytest.mark.parametrize(
    ("language", "number", "words"),
    [
        ("en", 1, "1 picture left"),
        ("en", 2, "2 pictures left"),
        ("es", 1, "te queda 1 imagen hoy."),
        ("es", 2, "te quedan 2 imágenes hoy."),
        ("es", 1_000_000, "te quedan 1.000.000 de imágenes hoy."),
        ("pt", 1, "1 imagem hoje."),
        ("pt", 2, "2 imagens hoje."),
        ("pt", 1_000_000, "1.000.000 de imagens hoje."),
    ],
)
def test_plurals_follow_the_number(language: str, number: int, words: str) -> None:
    assert words in Translator(language)("left", left=number)


def test_no_picture_is_singular_in_portuguese_alone() -> None:
    assert "0 imagem." in Translator("pt")("quota-unlimited", used=0)
    assert "0 imágenes." in Translator("es")("quota-unlimited", used=0)


@given(st.text(min_size=1, max_size=80))
def test_a_user_s_text_is_shown_and_never_parsed_as_html(prompt: str) -> None:
    shown, entities = parse(Translator("en")("ask-ratio", prompt=prompt), "HTML")
    assert entities == []
    if not set(prompt) & set("\r\x00"):
        assert prompt in shown or prompt.strip() in shown


@pytest.mark.parametrize(
    ("code", "language"),
    [
        *[
            ("ru", "ru"),
            ("ru-RU", "ru"),
            ("RU", "ru"),
            ("en-GB", "en"),
            ("de", "en"),
            (None, "en"),
            ("", "en"),
        ],
        *[("es", "es"), ("es-MX", "es"), ("pt", "pt"), ("pt-br", "pt"), ("pt-PT", "pt"), ("est", "en")],
    ],
)
def test_the_language_follows_the_language_code(code: str | None, language: str) -> None:
    assert Translations().for_language(code).language == language


def test_a_language_is_loaded_once() -> None:
    translations = Translations()
    russian = translations.for_language("ru")
    translations.load_all()
    assert translations.for_language("ru-RU") is russian
    assert translations.for_language("es") is translations.for_language("es")


def test_a_missing_text_or_argument_is_an_error() -> None:
    texts = Translator("en")
    with pytest.raises(TextError):
        texts("no-such-text")
    with pytest.raises(TextError):
        texts("ask-ratio")


SENDING_METHODS = {
    name
    for sends in (Sender, PictureSender, PrivateReplies)
    for name, method in inspect.getmembers(sends, inspect.isfunction)
    if not name.startswith("_") and {"text", "caption"} & set(inspect.signature(method).parameters)
}
"""The methods that send a text to a user."""


def _is_literal_text(node: ast.expr) -> bool:
    literal = [n.value for n in ast.walk(node) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    arguments_of_calls = {
        id(arg) for call in ast.walk(node) if isinstance(call, ast.Call) for arg in call.args
    }
    if isinstance(node, ast.Constant | ast.JoinedStr | ast.BinOp) and id(node) not in arguments_of_calls:
        return any(character.isalpha() for text in literal for character in text)
    return False


def test_no_text_for_users_is_written_in_code() -> None:
    assert {"send_text", "toast", "send_ephemeral", "send_photo", "send"} <= SENDING_METHODS
    for path in _modules("handlers", "generation", "payments", "admin_page", "bot"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in SENDING_METHODS:
                arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
                assert not any(map(_is_literal_text, arguments)), f"{path}:{node.lineno}"


def test_the_labels_of_buttons_are_not_written_in_code() -> None:
    tree = ast.parse((ROOT / "chat" / "keyboards.py").read_text(encoding="utf-8"))
    labels = [
        k.value for n in ast.walk(tree) if isinstance(n, ast.Call) for k in n.keywords if k.arg == "text"
    ]
    assert labels
    assert not any(map(_is_literal_text, labels))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_for_a_refusal_fits_an_alert(language: str) -> None:
    texts, clock = Translations().for_language(language), ManualClock()
    rejections = RejectionTexts(clock)
    allowance = Allowance(daily=1_000_000, pending=1_000, group_daily=1_000_000)
    reasons = [
        rejections.of_rejection(Rejection(reason, left), allowance, texts, pressed=pressed)
        for reason in RejectionReason
        for left in range(4)
        for pressed in (False, True)
    ]
    names = ("word-banned", "unsafe-pause", "group-nobody", "group-admins-only", "quota-none")
    reasons += [texts(name) for name in names]
    assert [units(strip_html(reason)) for reason in reasons if units(strip_html(reason)) > TOAST_UNITS] == []

"""Finds the command that a misspelt one resembles."""

import re

from chat.menu import GROUP_ADMIN, PRIVATE, SHOP
from handlers.normalising import normalise

_OFFERED = {False: {*PRIVATE, "settings", "start", "prompt", "report"}, True: {*GROUP_ADMIN, "prompt"}}
"""Commands that may be suggested in a private chat, and in a group."""
_OFFERED_BY_SHOP = frozenset({*SHOP, "gift", "terms", "paysupport"})
"""Those that may be suggested in a private chat, too, by a bot that sells pictures."""
_OTHER_WORDS = {
    "imagine": "draw image нарисуй рисуй нарисовать картинка dibuja dibujar dibujo desenha desenhar desenho imagem",
    "history": "история historial histórico",
    "queue": "очередь",
    "quota": "лимит limite",
    "help": "помощь ayuda ajuda",
    "language": "idioma",
    "settings": "настройки ajustes configuración configurações",
    "style": "стиль стили estilo estilos",
    "words": "слова palabras palavras",
}
"""Words that users write in the place of a command."""
_OF_OTHER_BOTS = frozenset(
    {"heal", "promo", "promote", "quote", "quotes", "raw", "repost", "set", "story", "stt"}
)
"""Words that resemble a command and are common commands of other bots."""
_FIRST_WORD = re.compile(r"\s*(?:@\w+[\s,:;]+)?/+\ ?([^\s@:,;=.!/]+)")
_BEHIND_COMMAND = re.compile(r"(?:@\w+)?[\s:,;=.!/]*")
_SHORTEST_START = 3
_ALIKE = str.maketrans("авекмнорстухіј", "abekmhopctyxij")
_RUSSIAN_KEYS = str.maketrans("йцукенгшщзфывапролдячсмить", "qwertyuiopasdfghjklzxcvbnm")
_SOUND_PAIRS = (("дж", "g"), ("кв", "qu"), ("эй", "a"), ("ей", "a"))
_SOUNDS = str.maketrans(
    dict(zip("абвгдеёжзийклмнопрстуфхцыэ", "abvgdeegziiklmnoprstufhcye", strict=True))
    | {"ч": "ch", "ш": "sh", "щ": "sh", "ъ": "", "ь": "", "ю": "u", "я": "ya"}
)


def nearest_command(text: str, *, in_group: bool, sells: bool = False) -> str | None:
    """Return the command that the command at the start of a text resembles, or None.

    A word resembles a command if it is the start of it (of at least three letters, with or without the vowels), if it
    is all of it and more, or if one edit makes it the command, two for a command of six letters or more; a word that
    users write in the place of a command counts as that command, and Cyrillic letters count as the Latin ones of the
    same look, key or sound. An edit inserts, deletes or replaces a letter, or swaps two neighbours.
    """
    match = _FIRST_WORD.match(normalise(text).folded.lower())
    if match is None or match[1] in _OF_OTHER_BOTS:
        return None
    offered = _OFFERED[in_group] | (_OFFERED_BY_SHOP if sells and not in_group else set())
    found: list[tuple[int, str]] = []
    for spelling in _latin_spellings(match[1]):
        for command in sorted(offered):
            for word in (command, *_OTHER_WORDS.get(command, "").split()):
                edits = _edits_to(spelling, word, glued=word == "imagine")
                if edits is not None:
                    found.append((edits, command))
    return min(found)[1] if found else None


def words_behind(text: str) -> str:
    """Return the words behind the command at the start of a text, also ones that are glued to /imagine."""
    shown, folded = normalise(text)
    match = _FIRST_WORD.match(folded)
    if match is None:
        return ""
    behind = _BEHIND_COMMAND.match(folded, match.end())
    words = shown[behind.end() if behind else match.end() :].strip()
    glued = shown[match.start(1) : match.end(1)]
    if glued.lower().startswith("imagine"):
        glued = glued[len("imagine") :]
        # A few letters before more words are a misspelt end of the command.
        if glued.startswith("_") or (not words and len(glued) >= _SHORTEST_START):
            words = f"{glued.replace('_', ' ')} {words}"
    return words.strip()


def _latin_spellings(word: str) -> set[str]:
    by_sound = word
    for pair, sound in _SOUND_PAIRS:
        by_sound = by_sound.replace(pair, sound)
    return {
        word,
        word.translate(_ALIKE),
        word.translate(_RUSSIAN_KEYS),
        by_sound.translate(_SOUNDS),
    }


def _edits_to(word: str, command: str, *, glued: bool) -> int | None:
    """Return the number of edits that make a word a command, 0 for a start or a longer form of it; None if too many.

    With `glued`, letters may follow the command without a blank.
    """
    if word.startswith(command) and (glued or not word[len(command) :][:1].isalpha()):
        return 0
    without_vowels = command[0] + re.sub("[aeiouy]", "", command[1:])
    if len(word) >= _SHORTEST_START and (command.startswith(word) or without_vowels.startswith(word)):
        return 0
    allowed = 2 if len(command) >= 6 else 1
    if len(word) < _SHORTEST_START or abs(len(word) - len(command)) > allowed:
        return None
    edits = _distance(word, command)
    return edits if edits <= allowed else None


def _distance(word: str, other: str) -> int:
    """Return the number of letters to insert, delete, replace or swap (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(word, 1):
        next_row = [i]
        for j, expected in enumerate(other, 1):
            cost = min(row[j] + 1, next_row[j - 1] + 1, row[j - 1] + (letter != expected))
            swapped = i > 1 and j > 1 and letter == other[j - 2] and word[i - 2] == expected
            next_row.append(min(cost, before[j - 2] + 1) if swapped else cost)
        before, row = row, next_row
    return row[-1]

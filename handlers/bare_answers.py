"""Texts that say yes or no and nothing else, or yes and a ratio."""

import re

from handlers.normalising import normalise

_NO = frozenset(
    {
        *{"no", "nope", "no thanks", "no thank you", "cancel", "never mind", "nevermind", "keep it"},
        *{"нет", "нет спасибо", "не надо", "не нужно", "отмена", "отменить", "отмени", "оставить", "оставь"},
        *{"no gracias", "mejor no", "cancelar", "cancela", "cancélalo", "déjalo", "dejalo", "conservarlo"},
        *{"não", "nao", "não obrigado", "não obrigada", "nao obrigado", "nao obrigada", "melhor não"},
        *{
            "melhor nao",
            "cancele",
            "deixa",
            "deixa pra lá",
            "deixa pra la",
            "manter",
            "não precisa",
            "nao precisa",
        },
        *{"não precisa mais", "nao precisa mais"},
    }
)
_YES = frozenset(
    {
        *{"yes", "yes please", "yep", "yeah", "yup", "y", "sure", "of course", "ok", "okay", "please"},
        *{"please do", "do it", "go", "go ahead", "draw", "draw it", "yes draw", "yes draw it", "ok draw it"},
        *{"да", "да пожалуйста", "да конечно", "ага", "угу", "давай", "давайте", "да давай", "ок", "окей"},
        *{"хорошо", "ладно", "конечно", "можно", "го", "рисуй", "нарисуй", "рисуйте", "нарисуйте"},
        *{"нарисовать", "да рисуй", "да нарисуй", "давай рисуй", "ок рисуй", "пожалуйста"},
        *{"sí", "si", "sí por favor", "si por favor", "por favor", "claro", "claro que sí", "claro que si"},
        *{"por supuesto", "de acuerdo", "dale", "vale", "bueno", "adelante", "hazlo", "dibuja", "dibujar"},
        *{"dibújalo", "dibujalo", "dibújala", "dibujala", "sí dibújalo", "si dibujalo", "sí dibuja"},
        *{"sim", "sim por favor", "com certeza", "pode", "pode ser", "pode sim", "isso", "beleza", "blz"},
        *{"tá bom", "ta bom", "bora", "desenha", "desenhe", "desenhar", "sim desenha", "sim desenhe"},
    }
)
_YES_TO_DELETION = frozenset(
    {
        *{"delete it all", "да удалить", "удалить", "удалить всё", "удалить все", "удали"},
        *{"eliminar todo", "eliminar", "elimina", "elimínalo", "sí eliminar", "si eliminar", "borrar todo"},
        *{"apagar tudo", "apagar", "apaga", "apaga tudo", "sim apagar", "borrar", "borra todo"},
    }
)
_YES_SIGNS, _NO_SIGNS = (
    frozenset({"+", "++", "+1", "👍", "👌", "✅", "🆗", "✔"}),
    frozenset({"-", "👎", "❌"}),
)
_SKIN_TONES = re.compile("[\U0001f3fb-\U0001f3ff\ufe0f]")
_YES_AND_MORE = re.compile(
    rf"\s*(?:{'|'.join(sorted(_YES, key=len, reverse=True))})[\s,.!:;]+(\S.*)", re.IGNORECASE | re.DOTALL
)


def says_no(text: str) -> bool:
    """Return whether a text says no and nothing else."""
    return _words(text) in _NO or _sign(text) in _NO_SIGNS


def agrees(text: str) -> bool:
    """Return whether a text says yes and nothing else, to a question other than the one of /forget."""
    return _words(text) in _YES or _sign(text) in _YES_SIGNS


def is_bare_answer(text: str) -> bool:
    """Return whether a text says yes or no and nothing else."""
    return says_no(text) or agrees(text) or _words(text) in _YES_TO_DELETION


def without_yes(text: str) -> str:
    """Return a text without the yes at its start, or the text itself if it has none or says nothing else."""
    match = _YES_AND_MORE.fullmatch(normalise(text).shown)
    return match[1] if match else text


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", normalise(text).folded.casefold()))


def _sign(text: str) -> str:
    return _SKIN_TONES.sub("", normalise(text).folded).strip(" \n\t.!")

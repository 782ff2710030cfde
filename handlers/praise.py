"""Thanks and praise, which users write under pictures and which ask for nothing."""

import re
import unicodedata

from handlers.normalising import normalise

_PRAISE = """
    thanks thank thankyou thx tnx ty tysm wow woah whoa great nice cool beautiful awesome amazing lovely perfect
    excellent brilliant gorgeous stunning fantastic wonderful superb super fabulous incredible impressive magnificent
    good best love loved adore bravo congrats congratulations kudos lol lmao haha hahaha yay omg neat cute pretty funny
    спасибо спс спасибочки пасиб благодарю вау ого круто круть классно класс супер красиво красота красивая красивый
    прекрасно прекрасная отлично отличная шикарно шикарная восхитительно великолепно потрясающе офигенно офигеть
    обалденно обалдеть бомба огонь молодец молодчина умница браво ура здорово чудесно замечательно мило прелесть
    идеально топ лучший лучшая лучшее люблю обожаю нравится понравилось хаха хахаха ахаха лол
    gracias genial hermoso hermosa bonito bonita lindo linda precioso preciosa divino divina increíble increible
    espectacular maravilloso maravillosa perfecto perfecta excelente fantástico fantástica fantastico fantastica
    buen bueno buena buenísimo buenísima buenisimo buenisima bien guay chévere chevere chido chida bacán estupendo
    estupenda fenomenal impresionante encanta encantó gusta gustó adoro felicidades felicitaciones guau jaja jajaja
    obrigado obrigada obg brigado valeu vlw maravilhoso maravilhosa incrível incrivel perfeito perfeita ótimo ótima
    otimo otima sensacional espetacular legal bacana maneiro lindíssimo lindíssima adorei amei gostei curti arrasou
    parabéns parabens uau
"""
_AROUND = """
    a an the this that these it its it's is was are so very much really just too you your youre u i im my me we us of
    and all lot lots one ever picture pictures pic image job work well done absolutely totally truly for oh ah man dude
    guys everyone bot both again s m re
    ты вы тебе вам это этот эта эти мне нам очень так такой такая такое как какая какой какое просто большое огромное
    прям прямо всё все и за картинку картинка картинки фото работа работу самый самая самое реально ну ой ах бот ботик
    бро же вот вообще получилось вышло
    muy mucho muchas muchísimas muchisimas mil qué que tan te lo la el los las un una es está este esta esto son por
    todo todos quedó quedo salió hecho foto imagen dibujo trabajo eres y
    muito muita demais tão é tá ficou você vc o os as um uma esse essa isso pela pelo tudo imagem desenho trabalho
    nossa eu
"""
_PRAISING_EMOJI = re.compile(
    "[\U0001f600-\U0001f64f\U0001f910-\U0001f92f\U0001f970-\U0001f97a\U0001f3fb-\U0001f3ff"
    "\u2764\u2665\u2763\U0001f493-\U0001f49f\U0001f5a4\U0001f90d\U0001f90e\U0001fa77"
    "\U0001f44c-\U0001f44f\U0001f4aa\U0001f525\u2728\u2b50\U0001f31f\U0001f4af\U0001f389\U0001f38a\U0001f3c6]"
)
"""Faces, hands, hearts and stars. Any other emoji may be something to draw."""
_REPEATED = re.compile(r"(.)\1+")


def _squeezed(word: str) -> str:
    """Return a word with each run of a letter as one letter: users write "wooow" and "спасибооо"."""
    return _REPEATED.sub(r"\1", word)


_PRAISE_WORDS = frozenset(map(_squeezed, _PRAISE.split()))
_ALL_WORDS = _PRAISE_WORDS | frozenset(map(_squeezed, _AROUND.split()))


def is_praise(text: str) -> bool:
    """Return whether a text is thanks or praise and nothing else: such words, emoji, or two numbers such as 10/10."""
    folded = normalise(text).folded.casefold()
    if re.fullmatch(r"\W*(\d{1,3})\W*/\W*(\d{1,3})\W*", folded):
        return True
    words = [_squeezed(word) for word in re.findall(r"\w+", folded)]
    if not words:
        rest = _PRAISING_EMOJI.sub("", folded)
        return folded.strip() != "" and all(unicodedata.category(c)[0] != "S" for c in rest)
    return _ALL_WORDS.issuperset(words) and not _PRAISE_WORDS.isdisjoint(words)

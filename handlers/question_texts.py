"""The sentences of the bot's questions with buttons: everything that cannot be followed, then the question itself."""

from chat.captions import one_line
from chat.translations import Translator
from core.model import AspectRatio, SourcePicture
from handlers.foreign_flags import feature_of
from handlers.prompt import ParsedPrompt


def problems(parsed: ParsedPrompt, translate: Translator, *, is_edit: bool) -> list[str]:
    """Return one sentence for each part of a text that cannot be followed. In an edit, that is each ratio."""
    sentences = []
    if parsed.lacking:
        features = dict.fromkeys(translate(f"lacks-{feature_of(flag)}") for flag in parsed.lacking)
        named = ", ".join(features)
        flags = " ".join(parsed.lacking)
        if parsed.prompt:
            sentences.append(translate("flags-lacking", features=named, flags=flags))
        else:
            sentences.append(translate("flags-lacking-alone", features=named, flags=flags))
    if parsed.unknown_flags:
        sentences.append(translate("flag-unknown", flag=one_line(" ".join(parsed.unknown_flags))))
    if parsed.unknown_style:
        sentences.append(_unknown_style(parsed, translate))
    if is_edit:
        return [*sentences, translate("edit-keeps-shape")] if parsed.names_shape else sentences
    if parsed.unknown_ratio:
        sentences.append(translate("ratio-unknown", ratio=one_line(parsed.unknown_ratio)))
    if parsed.ratios:
        sentences.append(translate("ratio-twice"))
    return sentences


def _unknown_style(parsed: ParsedPrompt, translate: Translator) -> str:
    name = one_line(parsed.unknown_style or "")
    if not parsed.like_styles:
        return translate("style-unknown", name=name)
    return translate("style-unknown-like", name=name, names=", ".join(parsed.like_styles))


def question_text(
    parsed: ParsedPrompt,
    translate: Translator,
    source: SourcePicture | None,
    ratio: AspectRatio | None,
    *,
    plain_words: bool = False,
    both: bool = False,
) -> str:
    """Return the problems of a text and the question that its buttons answer.

    `ratio` is the known one, if any. With `both`, the buttons draw the words or change a picture.
    """
    prompt = one_line(parsed.prompt)
    if source is not None:
        question = translate("ask-edit", prompt=prompt)
    elif both:
        question = translate("ask-either", prompt=prompt)
    elif plain_words or ratio is not None:
        question = translate("ask-draw", prompt=prompt)
    else:
        question = translate("ask-ratio", prompt=prompt)
    return " ".join([*problems(parsed, translate, is_edit=source is not None), question])


def draw_label(parsed: ParsedPrompt, translate: Translator, source: SourcePicture | None) -> str:
    """Return the label of the button that draws the text as it is."""
    if source is not None:
        return translate.raw("button-change")
    return translate.raw("button-draw" if parsed.unknown_flags else "button-draw-without")

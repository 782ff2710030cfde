"""The styles of a user: the curated ones and their own, found by name and applied to prompts."""

import difflib
from dataclasses import replace

from chat.style_names import curated_keys, written_name
from chat.translations import Translator
from core.model import Origin, Request
from core.styles import CURATED, Style, key_of, split_styles
from handlers.prompt import LONGEST_PROMPT, ParsedPrompt, PromptTooLong
from storage.preferences import Preferences
from storage.styles import Styles

_MOST_LIKE, _LIKENESS = 3, 0.5
"""Names that the answer to an unknown one lists, and how alike they must be (difflib.get_close_matches)."""
_LESS_LIKE = 0.15


class Styling:
    """Finds styles and adds their words to prompts. A user's own style goes before a curated one of the same name."""

    def __init__(self, *, styles: Styles, preferences: Preferences) -> None:
        self._styles = styles
        self._preferences = preferences

    async def all_of(self, user_id: int) -> list[Style]:
        """Return a user's own styles, then the curated ones that none of them replaces."""
        own = await self._styles.of(user_id)
        replaced = {curated.key for style in own if (curated := curated_keys().get(style.key))}
        return [*own, *(style for style in CURATED if style.key not in replaced)]

    async def find(self, user_id: int, name: str) -> Style | None:
        """Return the style with a name in any spelling, or None."""
        key = key_of(name)
        own = await self._styles.of(user_id)
        return next((style for style in own if style.key == key), None) or curated_keys().get(key)

    async def usual(self, user_id: int) -> Style | None:
        """Return the style that a user chose for all pictures, or None."""
        chosen = (await self._preferences.of(user_id)).style
        return None if chosen is None else await self.find(user_id, chosen)

    async def names_like(self, user_id: int, name: str, translate: Translator) -> tuple[str, ...]:
        """Return the names that are like one that no style has, as they are written behind `style:`."""
        names = {key_of(written): written for written in curated_keys()}
        for style in await self.all_of(user_id):
            written = written_name(style, translate)
            # All names of a curated style are compared, and shown is the one in the user's language.
            names |= {key: written for key, curated in curated_keys().items() if curated is style}
            names[key_of(written)] = written
        alike = difflib.get_close_matches(key_of(name), list(names), n=2 * _MOST_LIKE, cutoff=_LIKENESS)
        # A name of another language that is far less alike is none that the user means.
        likeness = {key: difflib.SequenceMatcher(None, key_of(name), key).ratio() for key in alike}
        alike = [key for key in alike if likeness[key] > max(likeness.values()) - _LESS_LIKE]
        return tuple(dict.fromkeys(names[key] for key in alike))[:_MOST_LIKE]

    async def apply(
        self, origin: Origin, parsed: ParsedPrompt, translate: Translator, *, usual: bool, changes: bool
    ) -> ParsedPrompt:
        """Return a prompt with the words of the styles that its text names, or of the usual one. Raises PromptTooLong.

        Without `usual`, the usual style is not added. With `changes`, a text that only names a style asks to change a
        picture into it. A name of no style becomes `unknown_style`. A second call changes nothing.
        """
        if parsed.styles is None:
            style = await self.usual(origin.user_id) if usual and parsed.prompt else None
            return parsed if style is None else _filled(parsed, [style])
        found: list[Style] = []
        unknown = None
        for name in parsed.styles:
            style = await self.find(origin.user_id, name)
            if style is not None:
                found.append(style)
            else:
                unknown = name
        if unknown is not None:
            alike = await self.names_like(origin.user_id, unknown, translate)
            parsed = replace(parsed, unknown_style=unknown, like_styles=alike)
        if not found:
            return replace(parsed, styles=())
        if parsed.prompt:
            return _filled(parsed, found)
        if changes:
            return replace(parsed, prompt=found[-1].change(), styles=())
        return replace(parsed, styles=tuple(style.key for style in found))

    async def split(self, user_id: int, prompt: str) -> tuple[str, list[Style]]:
        """Return a prompt without the words of styles, and the styles that it had."""
        return split_styles(prompt, [*await self.all_of(user_id), *CURATED])

    async def of_picture(self, user_id: int, request: Request, parsed: ParsedPrompt) -> ParsedPrompt:
        """Return the prompt of a picture with the shape and the styles of a text that has no words.

        A named style replaces that of the picture. A picture keeps a shape that the text does not name.
        """
        prompt = request.prompt
        if parsed.styles is not None:
            prompt, _ = await self.split(user_id, prompt)
        ratio = parsed.ratio if parsed.names_shape else request.ratio
        return replace(parsed, prompt=prompt, ratio=ratio, styles=parsed.styles or ())


def _filled(parsed: ParsedPrompt, styles: list[Style]) -> ParsedPrompt:
    prompt = parsed.prompt
    for style in styles:
        prompt = style.fill(prompt)
    if len(prompt) > LONGEST_PROMPT:
        raise PromptTooLong(len(prompt), with_style=True)
    return replace(parsed, prompt=prompt, styles=())

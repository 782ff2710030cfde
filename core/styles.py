"""Styles: words that a prompt gets, either behind it or around it.

The words become a part of the prompt, so the caption, the history and the copied description show them. A style is
found again in a prompt by its words (`split_styles`), so no column has to remember it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.word_search import fold

BLANK = "_"
"""Stands for the prompt in a template."""
LONGEST_NAME = 16
"""In characters. The name is a part of callback data, see `LONGEST_KEY`."""
LONGEST_KEY = 32
"""In bytes of UTF-8: callback data of 64 bytes also has ids of up to 13 digits."""
LONGEST_TEMPLATE = 300
"""In characters."""
MOST_OWN = 20
"""Templates of one user."""
_BLANKS = re.compile(rf"(?<!\w){BLANK}+(?!\w)")
_DASHES = re.compile(r"-{2,}")
_SEPARATORS = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Style:
    """A style: its key, the emoji on its button, and the words, which may have a blank for the prompt.

    `label` is the name as its user wrote it, or None for a curated style, which has a name in each language.
    """

    key: str
    emoji: str
    template: str
    label: str | None = None

    @property
    def is_own(self) -> bool:
        """Return whether the style is a user's template."""
        return self.label is not None

    @property
    def words(self) -> str:
        """Return the words without the blank, for a description of the style."""
        return self.template if not _BLANKS.search(self.template) else _BLANKS.sub("…", self.template)

    def fill(self, prompt: str) -> str:
        """Return a prompt with the words of the style.

        The media API reads flags behind two dashes, so no word of a style may follow them.
        """
        before, after = self._around()
        prompt = _DASHES.sub("—", prompt)
        if after.startswith(","):
            prompt = prompt.rstrip(" .,;")
        return f"{before}{prompt}{after}"

    def change(self) -> str:
        """Return the prompt that changes a picture into this style."""
        if _BLANKS.search(self.template):
            return self.fill("the same picture")
        return f"the same picture in the style of {self.template}"

    def prompt_in(self, filled: str) -> str | None:
        """Return the prompt to which `fill` added this style, or None if it did not."""
        before, after = self._around()
        is_filled = filled.startswith(before) and filled.endswith(after)
        prompt = filled[len(before) : len(filled) - len(after)].strip()
        return prompt if is_filled and prompt and len(filled) > len(before) + len(after) else None

    def _around(self) -> tuple[str, str]:
        """Return the words before and behind the prompt."""
        blank = _BLANKS.search(self.template)
        if blank is None:
            return "", f", {self.template}"
        return self.template[: blank.start()], self.template[blank.end() :]


def key_of(name: str) -> str:
    """Return one spelling for all spellings of a name: without case, accents, blanks and hyphens."""
    return _SEPARATORS.sub("", fold(name))


def count_blanks(template: str) -> int:
    """Return the number of blanks in a template."""
    return len(_BLANKS.findall(template))


def has_words(template: str) -> bool:
    """Return whether a template has any word besides its blank."""
    return re.search(r"\w", _BLANKS.sub("", template)) is not None


def split_styles(filled: str, styles: Sequence[Style]) -> tuple[str, list[Style]]:
    """Return a prompt without the words of these styles, and the styles that it had, the last one added first.

    Of several that fit the longest counts.
    """
    found: list[Style] = []
    while True:
        fitting = [(len(style.template), style) for style in styles if style.prompt_in(filled) is not None]
        if not fitting:
            return filled, found
        _, longest = max(fitting, key=lambda pair: pair[0])
        found.append(longest)
        filled = longest.prompt_in(filled) or ""


CURATED = tuple(
    Style(key, emoji, words)
    for key, emoji, words in (
        ("watercolor", "💧", "watercolour painting, soft washes, paper texture"),
        ("ink", "🖋", "black ink drawing, confident lines, hatching"),
        ("oil", "🖼", "oil painting, thick visible brushstrokes"),
        ("pencil", "✏️", "pencil sketch, fine graphite shading"),
        ("lineart", "〰️", "clean line art, thin even outlines, white background"),
        ("poster", "📰", "screen-printed poster, flat colours, bold simple shapes"),
        ("comic", "💥", "comic book art, bold outlines, halftone dots"),
        ("anime", "🌸", "anime illustration, cel shading, vivid colours"),
        ("film", "🎞", "film photo, 35 mm, natural light, fine grain"),
        ("3d", "🔮", "3D render, smooth materials, soft studio light"),
        ("isometric", "📦", "isometric illustration, clean geometry, soft shadows"),
        ("pixel", "👾", "pixel art, limited palette, crisp square pixels"),
        ("clay", "🏺", "claymation, modelling clay, visible fingerprints"),
        ("paper", "✂️", "layered paper cut art, coloured paper, soft shadows"),
        ("glass", "⛪", "stained glass, dark lead lines, glowing colours"),
        ("embroidery", "🧵", "embroidery, coloured thread stitches on fabric"),
    )
)
"""The styles that every user has, in the order of their buttons."""

"""Draws pictures from prompts, which are written on them. A prompt has one picture for each variation."""

import functools
import hashlib
import io
import math
import random
import textwrap

from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

PIXELS = 1_000_000


def size(ratio: str, pixels: int = PIXELS) -> tuple[int, int]:
    """Return the width and height of a picture with about `pixels` pixels in a ratio such as `16:9`."""
    width, height = (int(part) for part in ratio.split(":"))
    unit = math.sqrt(pixels / (width * height))
    return max(16, round(width * unit)), max(16, round(height * unit))


def draw(prompt: str, ratio: str, pixels: int = PIXELS, variation: int = 0) -> Image.Image:
    """Draw a variation of a prompt."""
    dice = _dice(prompt, variation)
    width, height = size(ratio, pixels)
    picture = _sky(dice, width, height)
    _shapes(dice, picture)
    _words(picture, prompt)
    return picture


def edit(source: bytes, prompt: str, variation: int = 0) -> Image.Image:
    """Return a visibly changed picture. A keyword of the prompt selects the effect; otherwise its hash does.

    Variations differ in brightness and colour.
    """
    with Image.open(io.BytesIO(source)) as opened:
        picture = opened.convert("RGB")
    words = prompt.lower()
    named = next((way for word, way in _WAYS.items() if word in words), None)
    ways = list(dict.fromkeys(_WAYS.values()))
    chosen = named or ways[hashlib.sha256(prompt.encode()).digest()[0] % len(ways)]
    changed = chosen(picture)
    if variation:
        dice = _dice(prompt, variation)
        changed = ImageEnhance.Color(changed).enhance(dice.uniform(0.3, 2.2))
        changed = ImageEnhance.Brightness(changed).enhance(dice.uniform(0.75, 1.25))
    _words(changed, prompt, top=True)  # the bottom may hold the prompt of the source
    return changed


def _dice(prompt: str, variation: int) -> random.Random:
    seed = f"{prompt} {variation}" if variation else prompt
    return random.Random(hashlib.sha256(seed.encode()).digest())  # noqa: S311 - a picture, not a secret


def _night(picture: Image.Image) -> Image.Image:
    dark = ImageEnhance.Brightness(picture).enhance(0.35)
    return Image.blend(dark, Image.new("RGB", picture.size, (10, 20, 80)), 0.3)


def _sepia(picture: Image.Image) -> Image.Image:
    return ImageOps.colorize(picture.convert("L"), (40, 20, 5), (255, 240, 200))


def _warm(picture: Image.Image) -> Image.Image:
    return Image.blend(picture, Image.new("RGB", picture.size, (255, 120, 40)), 0.35)


_LATIN = str.maketrans(
    dict(zip("абвгдеёзийклмнопрстуфыэ", "abvgdeeziyklmnoprstufye", strict=True))
    | {
        "ж": "zh",
        "х": "kh",
        "ц": "ts",
        "ч": "ch",
        "ш": "sh",
        "щ": "shch",
        "ю": "yu",
        "я": "ya",
        "ь": "",
        "ъ": "",
    }
)
"""Transliterates Russian if no installed font has Cyrillic letters."""
_WAYS = {
    "night": _night,
    "ночь": _night,
    "noche": _night,
    "noite": _night,
    "mirror": ImageOps.mirror,
    "зеркал": ImageOps.mirror,
    "espejo": ImageOps.mirror,
    "espelho": ImageOps.mirror,
    "sepia": _sepia,
    "old": _sepia,
    "sunset": _warm,
    "закат": _warm,
    "atardecer": _warm,
    "pôr do sol": _warm,
    "negative": ImageOps.invert,
}


def webp(picture: Image.Image) -> bytes:
    """Encode a picture as WebP, the format of the provider."""
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=80, method=0)
    return out.getvalue()


def jpeg(picture: Image.Image) -> bytes:
    """Encode a picture as JPEG, the format of photos in Telegram."""
    out = io.BytesIO()
    picture.save(out, "JPEG")
    return out.getvalue()


def _colour(dice: random.Random, low: int, high: int) -> tuple[int, int, int]:
    return dice.randint(low, high), dice.randint(low, high), dice.randint(low, high)


def _sky(dice: random.Random, width: int, height: int) -> Image.Image:
    top, bottom = _colour(dice, 10, 120), _colour(dice, 120, 245)
    strip = Image.new("RGB", (1, 2))
    strip.putpixel((0, 0), top)
    strip.putpixel((0, 1), bottom)
    return strip.resize((width, height), Image.Resampling.BILINEAR)


def _shapes(dice: random.Random, picture: Image.Image) -> None:
    width, height = picture.size
    layer = Image.new("RGBA", picture.size)
    pen = ImageDraw.Draw(layer)
    for _ in range(7):
        radius = dice.uniform(0.05, 0.28) * min(width, height)
        x, y = dice.uniform(0, width), dice.uniform(0, height)
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), (*_colour(dice, 60, 255), 110))
    for depth in range(3):
        level = height * (0.62 + 0.13 * depth)
        swing, phase = height * 0.06, dice.uniform(0, 6)
        hill = [(width * part / 40, level + swing * math.sin(phase + 7 * part / 40)) for part in range(41)]
        pen.polygon([(0, height), *hill, (width, height)], (*_colour(dice, 10, 110), 190))
    picture.paste(layer.filter(ImageFilter.GaussianBlur(0.8)), mask=layer.getchannel("A"))


@functools.cache
def _system_font() -> str | None:
    """Return the name of an installed font with Cyrillic letters, or None. Pillow's built-in font has none."""
    for name in (
        "DejaVuSans.ttf",
        "NotoSans-Regular.ttf",
        "LiberationSans-Regular.ttf",
        "Arial.ttf",
        "arial.ttf",
    ):
        try:
            ImageFont.truetype(name, 12)
        except OSError:
            continue
        return name
    return None


def _font(points: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    name = _system_font()
    return ImageFont.truetype(name, points) if name else ImageFont.load_default(points)


def _words(picture: Image.Image, prompt: str, *, top: bool = False) -> None:
    width, height = picture.size
    points = max(9, min(width, height) // 18)
    font = _font(points)
    shown = (
        prompt
        if isinstance(font, ImageFont.FreeTypeFont) and _system_font()
        else prompt.lower().translate(_LATIN)
    )
    lines = textwrap.wrap(" ".join(shown.split())[:160], max(8, int(width * 0.9 / (points * 0.55))))[:4]
    pen = ImageDraw.Draw(picture)
    at = points * 0.7 if top else height - (len(lines) + 0.7) * points * 1.25
    for line in lines:
        pen.text(
            (width * 0.05, at), line, "white", font, stroke_width=max(1, points // 12), stroke_fill="black"
        )
        at += points * 1.25

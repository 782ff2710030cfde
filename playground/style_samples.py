"""Small examples of the curated styles, for the buttons that name one. The page draws them; Telegram shows no pictures.

Each is the same lighthouse at dusk with an effect of Pillow, so it shows the idea of a style and promises no picture.
"""

import functools
import io
import random
import re
from collections.abc import Callable

from PIL import Image, ImageChops, ImageDraw, ImageEnhance, ImageFilter, ImageOps

SIDE = 96
"""Pixels. The page shows them at half the size, for dense screens."""
_LARGE = 2 * SIDE
_STYLE_BUTTON = re.compile(r"(?:ps|ds):-?\d+:(\w+)(?::\d+)?")
"""The callback data of the buttons that choose a style for all pictures, or draw one picture in it."""
_SKY, _SUN, _SEA, _ROCK = (247, 190, 140), (255, 238, 170), (58, 112, 158), (70, 62, 74)
_TOWER, _BAND, _LAMP = (244, 240, 232), (204, 62, 58), (255, 214, 92)


def sample_of(callback_data: str | None) -> str | None:
    """Return the name of the example for a button, or None for a button without one."""
    match = _STYLE_BUTTON.fullmatch(callback_data or "")
    return match[1] if match is not None and match[1] in _EFFECTS else None


@functools.cache
def webp_sample(name: str) -> bytes:
    """Return an example as WebP. Raises KeyError for an unknown name."""
    small = _EFFECTS[name](_scene()).convert("RGB").resize((SIDE, SIDE), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    small.save(out, "WEBP", quality=70)
    return out.getvalue()


def _scene(shadow: int = 0) -> Image.Image:
    """Return a lighthouse above the sea, its parts with a shadow of so many pixels."""
    picture = Image.new("RGB", (_LARGE, _LARGE), _SKY)
    side = _LARGE / 100
    for shape, colour in (
        ("sun", _SUN),
        ("sea", _SEA),
        ("rock", _ROCK),
        ("tower", _TOWER),
        ("band", _BAND),
        ("lamp", _LAMP),
    ):
        mask = Image.new("L", picture.size)
        pen = ImageDraw.Draw(mask)
        for part in _PARTS[shape]:
            at = [value * side for value in part]
            (pen.ellipse if shape == "sun" else pen.polygon)(at, 255)
        if shadow:
            below = Image.new("L", picture.size)
            below.paste(mask, (shadow, shadow))
            dark = below.filter(ImageFilter.GaussianBlur(shadow))
            picture.paste((30, 26, 40), mask=dark.point([value // 2 for value in range(256)]))
        picture.paste(colour, mask=mask)
    return picture


_PARTS: dict[str, list[list[int]]] = {
    "sun": [[8, 14, 44, 50]],
    "sea": [[0, 66, 30, 62, 60, 67, 100, 63, 100, 100, 0, 100]],
    "rock": [[38, 100, 46, 80, 62, 74, 84, 78, 100, 92, 100, 100]],
    "tower": [[58, 78, 62, 32, 76, 32, 80, 78]],
    "band": [[59, 68, 60, 58, 78, 58, 79, 68], [61, 48, 62, 38, 76, 38, 77, 48]],
    "lamp": [[63, 32, 63, 22, 75, 22, 75, 32]],
}


def _noise(low: int, high: int) -> Image.Image:
    spots = random.Random(1).randbytes(_LARGE * _LARGE)  # noqa: S311 - a picture, not a secret
    return _levels(Image.frombytes("L", (_LARGE, _LARGE), spots), low, high)


def _levels(grey: Image.Image, darkest: int, lightest: int) -> Image.Image:
    """Return a grey picture with other values for black and white."""
    return grey.point([min(255, darkest + value * (lightest - darkest) // 255) for value in range(256)])


def _lines(step: int, width: int, slope: int) -> Image.Image:
    """Return dark lines on white. `slope` is 1 for falling and -1 for rising lines."""
    hatched = Image.new("L", (_LARGE, _LARGE), 255)
    pen = ImageDraw.Draw(hatched)
    for x in range(-_LARGE, 2 * _LARGE, step):
        pen.line((x, 0, x + slope * _LARGE, _LARGE), 60, width)
    return hatched


def _outlines(picture: Image.Image, width: int = 3) -> Image.Image:
    """Return black outlines on white."""
    edges = picture.filter(ImageFilter.FIND_EDGES).convert("L").filter(ImageFilter.MaxFilter(width))
    framed = ImageOps.expand(edges.crop((4, 4, _LARGE - 4, _LARGE - 4)), 4, 0)
    return framed.point([0 if value > 40 else 255 for value in range(256)])


def _shaded(picture: Image.Image, shade: Image.Image) -> Image.Image:
    return ImageChops.multiply(picture, shade.convert("RGB"))


def _watercolor(picture: Image.Image) -> Image.Image:
    soft = ImageEnhance.Color(picture.filter(ImageFilter.GaussianBlur(4))).enhance(0.8)
    pale = Image.blend(soft, Image.new("RGB", soft.size, "white"), 0.35)
    rims = _levels(_outlines(picture).filter(ImageFilter.GaussianBlur(3)), 190, 255)
    return _shaded(_shaded(pale, rims), _noise(232, 255))


def _ink(picture: Image.Image) -> Image.Image:
    dark = picture.convert("L").point([255 if value < 130 else 0 for value in range(256)])
    drawn = Image.new("L", picture.size, 255)
    drawn.paste(_lines(7, 2, 1), mask=dark)
    return ImageChops.darker(drawn, _outlines(picture))


def _oil(picture: Image.Image) -> Image.Image:
    dabs = picture.effect_spread(14).filter(ImageFilter.ModeFilter(7))
    relief = _noise(0, 255).filter(ImageFilter.GaussianBlur(3)).filter(ImageFilter.EMBOSS)
    thick = ImageChops.overlay(
        ImageEnhance.Color(dabs).enhance(1.3), ImageOps.autocontrast(relief).convert("RGB")
    )
    return Image.blend(dabs, thick, 0.7)


def _pencil(picture: Image.Image) -> Image.Image:
    grey = _levels(ImageOps.autocontrast(picture.convert("L")), 170, 255)
    soft = _levels(_outlines(picture).filter(ImageFilter.GaussianBlur(1)), 90, 255)
    return ImageChops.multiply(ImageChops.multiply(grey, soft), _noise(190, 255))


def _lineart(picture: Image.Image) -> Image.Image:
    return _outlines(picture)


def _poster(picture: Image.Image) -> Image.Image:
    grey, printed = picture.convert("L"), Image.new("RGB", picture.size, "#14325a")
    for lightest, colour in ((80, "#d9483b"), (120, "#f2a65a"), (206, "#fbe7c2")):
        printed.paste(colour, mask=grey.point([255 if value > lightest else 0 for value in range(256)]))
    return printed


def _comic(picture: Image.Image) -> Image.Image:
    dots = Image.new("L", picture.size, 255)
    pen = ImageDraw.Draw(dots)
    for x in range(0, _LARGE, 10):
        for y in range(0, _LARGE, 10):
            pen.ellipse((x, y, x + 5, y + 5), 205)
    bold = ImageEnhance.Color(picture).enhance(2.2)
    return _shaded(_shaded(bold, dots), _outlines(picture, 7))


def _anime(picture: Image.Image) -> Image.Image:
    pink = Image.blend(
        ImageEnhance.Color(picture).enhance(1.9), Image.new("RGB", picture.size, "#ff9ecb"), 0.22
    )
    return _shaded(pink, _levels(_outlines(picture), 120, 255))


def _film(picture: Image.Image) -> Image.Image:
    faded = Image.blend(
        ImageEnhance.Contrast(picture).enhance(0.75), Image.new("RGB", picture.size, "#8a6d3b"), 0.2
    )
    corners = _levels(ImageOps.invert(Image.radial_gradient("L").resize(picture.size)), 150, 310)
    return _shaded(_shaded(faded.filter(ImageFilter.GaussianBlur(1)), corners), _noise(205, 255))


def _render(picture: Image.Image) -> Image.Image:
    light = _levels(
        Image.linear_gradient("L").transpose(Image.Transpose.ROTATE_90).resize(picture.size), 255, 150
    )
    return _shaded(_scene(shadow=9).filter(ImageFilter.GaussianBlur(1)), light)


def _isometric(_picture: Image.Image) -> Image.Image:
    drawn = Image.new("RGB", (_LARGE, _LARGE), "#dfe9f2")
    pen = ImageDraw.Draw(drawn)

    def cube(x: int, y: int, half: int, height: int, colour: tuple[int, int, int]) -> None:
        top = [(x, y - half // 2), (x + half, y), (x, y + half // 2), (x - half, y)]
        left = [(x - half, y), (x, y + half // 2), (x, y + half // 2 + height), (x - half, y + height)]
        right = [(x + half, y), (x, y + half // 2), (x, y + half // 2 + height), (x + half, y + height)]
        for side, light in ((left, 0.8), (right, 0.6), (top, 1.0)):
            pen.polygon(side, tuple(int(part * light) for part in colour))

    cube(_LARGE // 2, 120, 84, 18, _SEA)
    cube(_LARGE // 2, 106, 46, 16, (120, 110, 120))
    for number in range(4):
        cube(_LARGE // 2, 86 - 20 * number, 22, 20, _BAND if number % 2 else _TOWER)
    cube(_LARGE // 2, 12, 14, 14, _LAMP)
    return drawn


def _pixel(picture: Image.Image) -> Image.Image:
    few = picture.resize((24, 24), Image.Resampling.NEAREST)
    return few.resize(picture.size, Image.Resampling.NEAREST)


def _clay(picture: Image.Image) -> Image.Image:
    lumpy = picture.effect_spread(5).filter(ImageFilter.MedianFilter(9)).filter(ImageFilter.GaussianBlur(2))
    bumps = _noise(90, 165).filter(ImageFilter.GaussianBlur(5))
    relief = ImageOps.autocontrast(ImageChops.add(lumpy.convert("L"), bumps, 2).filter(ImageFilter.EMBOSS))
    return ImageChops.overlay(
        ImageEnhance.Color(lumpy).enhance(1.3), relief.filter(ImageFilter.GaussianBlur(2)).convert("RGB")
    )


def _paper(_picture: Image.Image) -> Image.Image:
    return _shaded(_scene(shadow=5), _noise(232, 255))


def _glass(picture: Image.Image) -> Image.Image:
    lead = ImageChops.darker(_lines(44, 5, 1), _lines(62, 5, -1))
    glowing = ImageEnhance.Brightness(ImageEnhance.Color(picture).enhance(2.6)).enhance(1.1)
    lit = ImageChops.multiply(glowing, _levels(_lines(44, 22, 1), 200, 255).convert("RGB"))
    return _shaded(_shaded(lit, lead), _outlines(picture, 7))


def _embroidery(picture: Image.Image) -> Image.Image:
    blurred = picture.filter(ImageFilter.ModeFilter(5))
    stitches = _levels(ImageChops.multiply(_lines(6, 2, 1), _lines(18, 1, -1)), 110, 255)
    return _shaded(ImageEnhance.Color(blurred).enhance(1.5), stitches)


_EFFECTS: dict[str, Callable[[Image.Image], Image.Image]] = {
    "watercolor": _watercolor,
    "ink": _ink,
    "oil": _oil,
    "pencil": _pencil,
    "lineart": _lineart,
    "poster": _poster,
    "comic": _comic,
    "anime": _anime,
    "film": _film,
    "3d": _render,
    "isometric": _isometric,
    "pixel": _pixel,
    "clay": _clay,
    "paper": _paper,
    "glass": _glass,
    "embroidery": _embroidery,
}

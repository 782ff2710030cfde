"""The profile picture that `imagine-bot setup` gives to a bot without one: a lighthouse at night, drawn here."""

import io

from PIL import Image, ImageDraw, ImageFilter, ImageOps

SIDE = 640
"""In pixels: the size in which Telegram keeps profile pictures (TDLib, chatPhoto, "c")."""
_DRAWN = SIDE * 2
"""Everything is drawn in double size, so that edges are smooth afterwards."""
_HORIZON, _LAMP = int(_DRAWN * 0.70), (_DRAWN // 2, int(_DRAWN * 0.315))
_STARS = ((0.20, 0.24), (0.30, 0.12), (0.43, 0.19), (0.63, 0.10), (0.72, 0.22), (0.83, 0.33), (0.16, 0.43))
_NIGHT, _DUSK, _GLOW = "#131a4d", "#5b3f9e", "#ff9e6b"
_WHITE, _RED, _DARK, _LIGHT = "#fff6ea", "#e0483e", "#1b1f3f", "#ffe9a8"


def draw_profile_picture() -> bytes:
    """Return a square JPEG. Telegram shows the circle in it, so its corners hold nothing but sky and sea."""
    picture = _gradient(_DRAWN, _HORIZON, _NIGHT, _DUSK, _GLOW)
    picture = picture.crop((0, 0, _DRAWN, _DRAWN))
    picture.paste(_gradient(_DRAWN, _DRAWN - _HORIZON, "#3c3a7c", "#232a63", "#121739"), (0, _HORIZON))
    pen = ImageDraw.Draw(picture)
    for x, y in _STARS:
        _disc(pen, x * _DRAWN, y * _DRAWN, _DRAWN * 0.006, _WHITE)
    picture = _add_light(picture)
    _draw_tower(ImageDraw.Draw(picture))
    out = io.BytesIO()
    picture.resize((SIDE, SIDE), Image.Resampling.LANCZOS).save(out, "JPEG", quality=92)
    return out.getvalue()


def _gradient(width: int, height: int, first: str, middle: str, last: str) -> Image.Image:
    """Return a vertical gradient of three colours."""
    grey = Image.linear_gradient("L").resize((width, height))
    return ImageOps.colorize(grey, first, last, middle)


def _add_light(picture: Image.Image) -> Image.Image:
    """Return the picture with two beams and a glow around the lamp."""
    x, y = _LAMP
    light = Image.new("L", picture.size, 0)
    pen = ImageDraw.Draw(light)
    for far in (0, _DRAWN):
        pen.polygon([(x, y), (far, y - _DRAWN * 0.17), (far, y + _DRAWN * 0.06)], fill=120)
    _disc(pen, x, y, _DRAWN * 0.11, 150)
    light = light.filter(ImageFilter.GaussianBlur(_DRAWN * 0.012))
    return Image.composite(Image.new("RGB", picture.size, _LIGHT), picture, light)


def _draw_tower(pen: ImageDraw.ImageDraw) -> None:
    """Draw the rock, the striped tower, its gallery, the lamp and the roof."""
    x, lamp = _LAMP
    top, foot = int(_DRAWN * 0.385), int(_DRAWN * 0.76)
    pen.ellipse((_DRAWN * 0.26, _DRAWN * 0.715, _DRAWN * 0.74, _DRAWN * 0.87), fill=_DARK)
    stripes = 5
    for number in range(stripes):
        upper, lower = (top + (foot - top) * part / stripes for part in (number, number + 1))
        pen.polygon(
            [
                (x - _half(upper), upper),
                (x + _half(upper), upper),
                (x + _half(lower), lower),
                (x - _half(lower), lower),
            ],
            fill=_RED if number % 2 else _WHITE,
        )
    pen.rectangle((x - _DRAWN * 0.052, _DRAWN * 0.255, x + _DRAWN * 0.052, top), fill=_LIGHT)
    _disc(pen, x, lamp, _DRAWN * 0.034, "#fffdf2")
    pen.rectangle((x - _DRAWN * 0.092, top - _DRAWN * 0.022, x + _DRAWN * 0.092, top), fill=_DARK)
    pen.polygon(
        [(x - _DRAWN * 0.074, _DRAWN * 0.26), (x + _DRAWN * 0.074, _DRAWN * 0.26), (x, _DRAWN * 0.17)],
        fill=_RED,
    )
    _disc(pen, x, _DRAWN * 0.168, _DRAWN * 0.014, _RED)
    door = _DRAWN * 0.022
    pen.rounded_rectangle((x - door, foot - door * 3, x + door, foot), radius=door, fill=_DARK)


def _half(y: float) -> float:
    """Return half the width of the tower at a height."""
    return _DRAWN * (0.067 + 0.11 * (y / _DRAWN - 0.385))


def _disc(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float, fill: str | int) -> None:
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=fill)

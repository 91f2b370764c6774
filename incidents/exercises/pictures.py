"""Photos for the scenario, drawn when they are needed: no picture of a real place or person is shipped."""

from __future__ import annotations

import io
import math
import random

from PIL import ExifTags, Image, ImageDraw

WIDTH, HEIGHT = 960, 720


def draw(random_: random.Random, *, mended: bool, point: tuple[float, float] | None = None) -> bytes:
    """A JPEG of a road with what is wrong on it, or with the wrong mended.

    `point` (lon, lat) is written into it as a phone's camera does.
    """
    picture = Image.new("RGB", (WIDTH, HEIGHT))
    pen = ImageDraw.Draw(picture)
    horizon = random_.randint(210, 300)
    sky = random_.choice([(173, 205, 230), (198, 203, 208), (120, 140, 165), (236, 214, 180)])
    ground = random_.choice([(108, 132, 84), (150, 130, 96), (126, 126, 118)])
    for y in range(horizon):
        light = int(30 * y / horizon)
        pen.line([(0, y), (WIDTH, y)], fill=tuple(min(255, part + light) for part in sky))
    pen.rectangle([0, horizon, WIDTH, HEIGHT], fill=ground)
    _houses(pen, random_, horizon)
    middle = random_.randint(400, 560)
    road = [(middle - 40, horizon), (middle + 40, horizon), (WIDTH - 60, HEIGHT), (60, HEIGHT)]
    pen.polygon(road, fill=(84, 86, 90))
    for step in range(6):
        top = horizon + 30 + step * 75
        half = 2 + step * 2
        pen.polygon(
            [(middle - half, top), (middle + half, top), (middle + half + 2, top + 34), (middle - half - 2, top + 34)],
            fill=(232, 226, 198),
        )
    x, y = random_.randint(300, 660), random_.randint(460, 620)
    if mended:
        pen.rounded_rectangle([x - 110, y - 36, x + 110, y + 36], radius=16, fill=(58, 60, 64))
        pen.line([(x - 110, y + 36), (x + 110, y + 36)], fill=(40, 42, 46), width=4)
    else:
        _trouble(pen, random_, x, y)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=82, exif=_exif(point))
    return out.getvalue()


def _houses(pen: ImageDraw.ImageDraw, random_: random.Random, horizon: int) -> None:
    x = 0
    while x < WIDTH:
        width, height = random_.randint(70, 150), random_.randint(50, 150)
        wall = random_.choice([(214, 196, 160), (186, 176, 168), (160, 178, 190), (204, 150, 120)])
        pen.rectangle([x, horizon - height, x + width, horizon + 8], fill=wall)
        roof, ridge = horizon - height, horizon - height - 34
        pen.polygon([(x - 6, roof), (x + width // 2, ridge), (x + width + 6, roof)], fill=(150, 72, 58))
        x += width + random_.randint(0, 60)


def _trouble(pen: ImageDraw.ImageDraw, random_: random.Random, x: int, y: int) -> None:
    """A hole, a puddle or a heap."""
    outline = []
    for step in range(12):
        angle = step / 12 * math.tau
        wide, high = random_.randint(80, 130), random_.randint(26, 46)
        outline.append((x + math.cos(angle) * wide, y + math.sin(angle) * high))
    pen.polygon(outline, fill=random_.choice([(46, 42, 38), (112, 128, 132), (96, 84, 60)]))
    for _stone in range(14):
        left, top = x + random_.randint(-120, 110), y + random_.randint(-44, 40)
        size = random_.randint(4, 14)
        pen.ellipse([left, top, left + size, top + size], fill=random_.choice([(140, 132, 120), (70, 66, 60)]))


def _exif(point: tuple[float, float] | None) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "Demonstration"
    if point is not None:
        lon, lat = point
        exif[ExifTags.IFD.GPSInfo] = {
            ExifTags.GPS.GPSLatitudeRef: "N" if lat >= 0 else "S",
            ExifTags.GPS.GPSLatitude: _sexagesimal(abs(lat)),
            ExifTags.GPS.GPSLongitudeRef: "E" if lon >= 0 else "W",
            ExifTags.GPS.GPSLongitude: _sexagesimal(abs(lon)),
        }
    return exif


def _sexagesimal(degrees: float) -> tuple[float, float, float]:
    minutes = (degrees % 1) * 60
    return (float(int(degrees)), float(int(minutes)), round((minutes % 1) * 60, 3))

"""Cut the pictures of the README out of what `make test-browser` drew: python scripts/pictures.py"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
# Picture → the screenshot, and how many of its pixels from the top.
PICTURES = {"page": ("overview-desktop-light", 1150), "report": ("report-desktop-light", 1150)}
WIDTH = 900


def cut(name: str, height: int) -> Image.Image:
    """The upper part of a screenshot, smaller, in 255 colours: charts need no more."""
    with Image.open(ROOT / "screenshots" / f"{name}.png") as whole:
        part = whole.convert("RGB").crop((0, 0, whole.width, height))
    small = part.resize((WIDTH, height * WIDTH // part.width), Image.Resampling.LANCZOS)
    return small.quantize(255, dither=Image.Dither.NONE)


def main() -> None:
    """Write docs/pictures/."""
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(exist_ok=True)
    for picture, (name, height) in PICTURES.items():
        cut(name, height).save(folder / f"{picture}.png", optimize=True)


if __name__ == "__main__":
    main()

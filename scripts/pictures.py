"""Cut the pictures of the README out of what `make test-browser` drew: python scripts/pictures.py"""

from __future__ import annotations

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
# Picture → the screenshot, and which part of it: left, top, right and bottom in pixels.
PICTURES = {
    "page": ("overview-desktop-light", (0, 0, 1280, 1150)),
    "report": ("report-desktop-light", (0, 0, 1280, 1150)),
    "cohorts": ("trends-desktop-light", (340, 1270, 1240, 1700)),
}
WIDTH = 900


def cut(name: str, part: tuple[int, int, int, int]) -> Image.Image:
    """A part of a screenshot, smaller, in 255 colours: charts need no more."""
    with Image.open(ROOT / "screenshots" / f"{name}.png") as whole:
        found = whole.convert("RGB").crop(part)
    small = found.resize((WIDTH, found.height * WIDTH // found.width), Image.Resampling.LANCZOS)
    return small.quantize(255, dither=Image.Dither.NONE)


def main() -> None:
    """Write docs/pictures/."""
    folder = ROOT / "docs" / "pictures"
    folder.mkdir(exist_ok=True)
    for picture, (name, part) in PICTURES.items():
        cut(name, part).save(folder / f"{picture}.png", optimize=True)


if __name__ == "__main__":
    main()

"""What to say of words on the command line of make that are no option: which one was meant.

Usage: unknown_options.py "<known names>" <given name>…
"""

from __future__ import annotations

import sys
from difflib import get_close_matches


def meant(name: str, known: list[str]) -> str:
    """The sentence for one unknown name."""
    near = get_close_matches(name.upper().replace("-", "_"), known, n=1, cutoff=0.5)
    return f"there is no {name}=" + (f" (did you mean {near[0]}=?)" if near else "")


if __name__ == "__main__":
    options = sys.argv[1].split()
    print("; ".join(meant(name, options) for name in sys.argv[2:]) + f"; there are {', '.join(options)}")

"""Write the script that draws charts in the report: Vega, Vega-Lite and vega-embed, as vl-convert has them.

It lies in the repository because vl-convert, with a JavaScript engine in it, takes 84 MB once installed, and
nobody needs the rest of it to read a report. A test compares the file with the pinned package.
Usage: python scripts/vega_bundle.py
"""

from __future__ import annotations

from pathlib import Path

import vl_convert

TARGET = Path(__file__).resolve().parents[1] / "dashboard" / "report" / "vega.js"


def bundle() -> str:
    """The script as it stands in the report: in a function of its own, so that its names meet no others."""
    versions = f"vega {vl_convert.get_vega_version()}, vega-embed {vl_convert.get_vega_embed_version()}"
    licence = (
        f"/* {versions}, vega-lite: see NOTICE of Pullhouse for the licences (BSD-3-Clause, ISC, MIT). */"
    )
    return f"{licence}\n(function () {{\n{vl_convert.javascript_bundle().strip()}\n}})();\n"


if __name__ == "__main__":
    TARGET.write_text(bundle(), encoding="utf-8")
    print(f"{TARGET}: {TARGET.stat().st_size:,} bytes")

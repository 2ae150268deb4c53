"""`python -m dashboard [--port=8501] [--address=127.0.0.1]`: start the page under Streamlit."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

APP = Path(__file__).with_name("app.py")
# Nothing is sent to anybody, nobody but this machine is answered, and no traceback is shown.
FLAGS = {
    "browser.gatherUsageStats": "false",
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "server.fileWatcherType": "none",
    "server.headless": "true",
    # Streamlit's own red, links and captions are too pale on their backgrounds (WCAG 2 wants 4.5 to 1).
    "theme.light.textColor": "#0a0a0a",
    "theme.light.primaryColor": "#0b4f96",
    "theme.light.linkColor": "#0b4f96",
    "theme.dark.primaryColor": "#9ecbff",
    "theme.dark.linkColor": "#9ecbff",
}


def command(port: int, address: str) -> list[str]:
    """The command line that starts the page."""
    flags = FLAGS | {"server.port": str(port), "server.address": address}
    options = [f"--{name}={value}" for name, value in flags.items()]
    return [sys.executable, "-m", "streamlit", "run", str(APP), *options]


def main() -> None:
    """Become Streamlit, so that Ctrl-C ends it and nothing stays behind."""
    parser = argparse.ArgumentParser(prog="python -m dashboard", description=__doc__)
    parser.add_argument("--port", type=int, default=8501)
    parser.add_argument("--address", default="127.0.0.1", help="the container listens on all of its own")
    options = parser.parse_args()
    root = str(APP.parents[1])
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH")]))
    arguments = command(options.port, options.address)
    os.execve(arguments[0], arguments, os.environ | {"PYTHONPATH": path})  # noqa: S606


if __name__ == "__main__":
    main()

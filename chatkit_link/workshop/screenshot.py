"""A picture of a widget, drawn by the renderer of the chat in a Chromium of this machine."""

import io
import json
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Generator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

from PIL import Image, ImageChops
from typing_extensions import override

from chatkit_link.errors import ConfigurationError
from chatkit_link.resources import PACKAGE

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MAC_CHROMES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_TALLEST = 4_000
_MARGIN = 16


def find_chromium() -> str | None:
    """The program, or None where there is none."""
    if found := next(filter(None, map(shutil.which, CHROMIUMS)), None):
        return found
    return next((path for path in MAC_CHROMES if Path(path).is_file()), None)


def draw(tree: dict[str, Any], *, width: int = 480, scheme: Literal["light", "dark"] = "light") -> bytes:
    """The widget as a PNG, ``width`` pixels wide with its margin.

    Raises:
        ConfigurationError: there is no Chromium, the page is not built, or the browser does not draw.
    """
    chromium = find_chromium()
    if chromium is None:
        raise ConfigurationError("There is no Chromium on this machine: install one (on Debian: apt install chromium).")
    if not (PACKAGE / "static" / "workshop.html").is_file():
        raise ConfigurationError("The page that draws widgets is not built: run `make build`.")
    with tempfile.TemporaryDirectory(prefix="chatkit-link-picture-", ignore_cleanup_errors=True) as folder:
        shot = Path(folder) / "widget.png"
        with _serving(tree) as address:
            command = [
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--force-device-scale-factor=1",
                # What moves has ended: the bars of a chart have their height.
                "--force-prefers-reduced-motion",
                f"--user-data-dir={folder}/profile",
                f"--window-size={width},{_TALLEST}",
                # The clock of the page stands still while it loads, so the picture waits for all of it.
                "--virtual-time-budget=5000",
                f"--screenshot={shot}",
                f"{address}/workshop.html#picture-{scheme}",
            ]
            try:
                subprocess.run(command, capture_output=True, check=True, timeout=60)
            except (subprocess.SubprocessError, OSError) as error:
                raise ConfigurationError(f"{chromium} does not draw the widget: it ended with an error.") from error
        return _cropped(shot.read_bytes())


def _cropped(png: bytes) -> bytes:
    """Without the empty rest of the page below the widget. The corner has the colour of the page."""
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    ground = Image.new("RGB", picture.size, picture.getpixel((0, 0)))
    box = ImageChops.difference(picture, ground).getbbox()
    if box is None:
        raise ConfigurationError("The widget draws nothing: its picture is blank.")
    written = io.BytesIO()
    picture.crop((0, 0, picture.width, min(picture.height, box[3] + _MARGIN))).save(written, "PNG")
    return written.getvalue()


class _Page(SimpleHTTPRequestHandler):
    """The built pages, and the tree to draw."""

    def __init__(self, *args: Any, tree: bytes, **named: Any) -> None:
        self._tree = tree
        super().__init__(*args, **named)

    @override
    def do_GET(self) -> None:
        if self.path != "/picture.json":
            super().do_GET()
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(self._tree)

    @override
    def log_message(self, format: str, *args: Any) -> None:
        pass


@contextmanager
def _serving(tree: dict[str, Any]) -> Generator[str]:
    page = partial(_Page, tree=json.dumps(tree).encode(), directory=str(PACKAGE / "static"))
    with ThreadingHTTPServer(("127.0.0.1", 0), page) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()

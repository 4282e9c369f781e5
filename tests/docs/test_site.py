"""The built site in a browser: its navigation leads to every page and its plots are drawn.

Run by ``make docs-check``, which builds the site and installs Chromium first. A page of the tests'
own shows the page in question in a frame and writes down what the browser made of it.
"""

from __future__ import annotations

import html
import http.server
import json
import re
import shutil
import subprocess
import threading
import urllib.parse
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SITE = ROOT / "docs" / "_build" / "html"
FULL_RESULTS = ROOT / "benchmarks" / "results" / "full"
PLOTS = {"encode", "decode", "decode_all", "decode_iter", "spike", "formats", "memory", "by_size"}

OBSERVER = """<!doctype html><meta charset="utf-8"><pre id="seen"></pre>
<iframe id="page" width="1400" height="1000"></iframe>
<script>
const frame = document.getElementById("page");
frame.onload = () => {
  const page = frame.contentDocument;
  const all = (selector) => [...page.querySelectorAll(selector)];
  for (const image of all("img")) image.loading = "eager";
  const images = all(".content img, article img");
  Promise.allSettled(images.map((image) => image.decode())).then(() => {
    document.getElementById("seen").textContent = JSON.stringify({
      title: page.title,
      heading: page.querySelector("h1")?.textContent ?? "",
      images: images.map((image) => [image.getAttribute("src"), image.naturalWidth]),
      navigation: all(".sidebar-tree a.reference").map((link) => link.href),
      visible: page.querySelector(".sidebar-tree")?.getBoundingClientRect().width ?? 0,
      next: page.querySelector("a.next-page")?.href ?? null,
      tables: all("article table").length,
    });
  });
};
frame.src = new URLSearchParams(location.search).get("page");
</script>
"""


class _Handler(http.server.SimpleHTTPRequestHandler):
    def do_GET(self) -> None:
        if not self.path.startswith("/observer?"):
            super().do_GET()
            return
        body = OBSERVER.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Leave pytest's output alone."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Serve the built site; the address that it is at."""
    assert (SITE / "index.html").is_file(), "build the site first: make docs"
    handler = partial(_Handler, directory=str(SITE))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def browse(tmp_path: Path) -> Any:
    """Run headless Chromium with further arguments."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    assert browser, "there is no chromium: make docs-check installs it"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [
                *(browser, "--headless", "--no-sandbox", "--disable-gpu"),
                *("--disable-dev-shm-usage", f"--user-data-dir={tmp_path / 'profile'}"),
                *arguments,
            ],
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run


@pytest.fixture
def look(address: str, browse: Any) -> Any:
    """Open a page in headless Chromium and return what it shows."""

    def open_page(page: str) -> dict[str, Any]:
        query = urllib.parse.urlencode({"page": f"/{page}"})
        observer = f"{address}observer?{query}"
        result = browse("--virtual-time-budget=20000", "--dump-dom", observer)
        found = re.search(r'<pre id="seen">(.+?)</pre>', result.stdout, re.DOTALL)
        assert found, f"the browser shows nothing of {page}:\n{result.stderr[-2000:]}"
        seen: dict[str, Any] = json.loads(html.unescape(found[1]))
        return seen

    return open_page


def _pages(address: str, links: list[str]) -> set[str]:
    return {link.removeprefix(address).split("#")[0] for link in links}


def test_navigation_is_shown_and_leads_to_every_page(look: Any, address: str) -> None:
    seen = look("index.html")
    assert seen["heading"].startswith("pymongo-cpp")
    assert seen["visible"] > 100
    linked = _pages(address, seen["navigation"])
    built = {path.relative_to(SITE).as_posix() for path in SITE.rglob("*.html")}
    generated = {"genindex.html", "py-modindex.html", "search.html", "index.html"}
    assert linked >= built - generated
    assert linked <= built


def test_each_page_leads_to_a_next_one(look: Any, address: str) -> None:
    seen = look("quickstart.html")
    assert seen["heading"].startswith("Quickstart")
    assert seen["next"] == f"{address}dropin.html"


def test_plots_are_drawn(look: Any) -> None:
    seen = look("performance.html")
    assert seen["heading"].startswith("Performance")
    drawn = {Path(source).stem: width for source, width in seen["images"]}
    # A checkout without published results has nothing to draw, and its page says so.
    assert set(drawn) == (PLOTS if any(FULL_RESULTS.glob("*.json")) else set())
    assert all(width > 300 for width in drawn.values()), drawn


def test_tables_of_the_review_are_shown(look: Any) -> None:
    for page in ("review/results", "review/decision-matrix", "compatibility"):
        assert look(f"{page}.html")["tables"] >= 1, page


@pytest.mark.parametrize("page", ["index", "results", "decision-matrix", "implementation"])
def test_a_document_for_reviewers_prints_on_two_pages(
    page: str, address: str, browse: Any, tmp_path: Path
) -> None:
    printed = tmp_path / "printed.pdf"
    browse(f"--print-to-pdf={printed}", "--no-pdf-header-footer", f"{address}review/{page}.html")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", printed.read_bytes())) <= 2

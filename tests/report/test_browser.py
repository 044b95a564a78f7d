"""The page in a real browser: it is drawn, its script runs, nothing is complained of and nothing is fetched."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from tests.report.ledgers import BEGIN, Piece, Turn, make_journal

from galley.report import write_page

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def chromium() -> str:
    for name in ("chromium", "chromium-browser", "google-chrome"):
        found = shutil.which(name)
        if found is not None:
            return found
    pytest.skip("no Chromium is installed (on Debian: apt-get install chromium)")


def browse(chromium: str, profile: Path, page: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    """Open the page in a browser without a past; what it prints."""
    quiet = ("--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run")
    return subprocess.run(
        [
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            *quiet,
            f"--user-data-dir={profile}",
            "--enable-logging=stderr",
            "--v=0",
            "--window-size=1280,2000",
            *flags,
            page.absolute().as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
    )


def failing_run(folder: Path) -> Path:
    """A run with failures, an idle worker and one that died, and a second run."""
    Image.new("RGB", (300, 400), "green").save(folder / "green.png")
    pieces = [Piece(f"/in/{n}.png", 5 + n, 6 + n, "gpu:0") for n in range(90)]
    pieces.append(Piece(str(folder / "green.png"), 96, 97, "gpu:1", kind="crashed", message="the worker died"))
    events = [(0, "gpu:0", "starting", ""), (5, "gpu:0", "ready", "it runs"), (9, "gpu:2", "died", "exit status 1")]
    first = Turn(pieces, end=100, slots=["gpu:0", "gpu:1", "gpu:2"], events=events)
    second = Turn([Piece("/in/late.png", 0, 1, "gpu:0")], begin=BEGIN + 90_000, end=30, slots=["gpu:0"])
    return make_journal(folder / "out", [first, second])


def many_pages(folder: Path) -> Path:
    pieces = (Piece(f"/in/{n % 99}.pdf", n / 50, n / 50 + 0.1, f"gpu:{n % 16}", page=n) for n in range(20_000))
    return make_journal(folder / "out", [Turn(pieces, end=401, slots=[f"gpu:{n}" for n in range(16)])])


def nothing(folder: Path) -> Path:
    return make_journal(folder / "out", [Turn([], end=1)])


@pytest.mark.parametrize(
    ("make", "headline", "lanes"),
    [
        (failing_run, "Done, but 1 of 92 pages failed", 3),
        (many_pages, "Done: all 20,000 pages", 16),
        (nothing, "Finished: there was nothing to do", 0),
    ],
)
def test_the_page_is_drawn_without_complaint(
    tmp_path: Path, chromium: str, make: object, headline: str, lanes: int
) -> None:
    assert callable(make)
    page = write_page(make(tmp_path))
    shown = browse(chromium, tmp_path / "profile", page, "--dump-dom")
    assert f"<h1>{headline}</h1>" in shown.stdout
    assert len(re.findall(r'<div class="number[^"]*" data-lane=', shown.stdout)) == lanes
    # The script adds a line to every chart; without it the charts stand there all the same.
    assert ('class="cursor"' in shown.stdout) == bool(lanes)
    assert "CONSOLE" not in shown.stderr, shown.stderr


def test_the_page_is_seen_in_light_and_dark(tmp_path: Path, chromium: str) -> None:
    page = write_page(failing_run(tmp_path))
    ground = {}
    for scheme, number in (("dark", 0), ("light", 1)):
        shot = tmp_path / f"{scheme}.png"
        flags = (f"--screenshot={shot}", "--hide-scrollbars", f"--blink-settings=preferredColorScheme={number}")
        browse(chromium, tmp_path / "profile", page, *flags)
        with Image.open(shot) as picture:
            colours = picture.convert("RGB").getcolors(1 << 24)
            assert len(colours) > 100, "there is more to see than a plain ground"
            ground[scheme] = sum(picture.convert("RGB").getpixel((2, 2)))
            # The thumbnail of the failed page, or what is left of its green behind JPEG and scaling.
            assert any(g > 110 and r < 30 and b < 30 for _, (r, g, b) in colours)
    assert ground["dark"] < 120 < 600 < ground["light"]


def test_pointing_at_a_chart_shows_the_numbers_of_a_step(tmp_path: Path, chromium: str) -> None:
    page = write_page(failing_run(tmp_path))
    point = """<script>
      const plot = document.querySelector(".plot"), box = plot.getBoundingClientRect();
      plot.dispatchEvent(new PointerEvent("pointermove", {clientX: box.left + box.width / 2, clientY: box.top + 5}));
    </script></body>"""
    page.write_text(page.read_text().replace("</body>", point))
    shown = browse(chromium, tmp_path / "profile", page, "--dump-dom").stdout
    readout = re.search(r'<div class="readout"[^>]*>([^<]*)', shown)
    assert readout is not None
    assert re.search(r", 5 s: 5 pages ended$", readout[1]), readout[1]
    cells = re.findall(r'<div class="number[^>]*data-lane="\d+">(.*?)</div>', shown)
    assert cells == ["<b>100 %</b> busy here", "<b>0 %</b> busy here", "<b>0 %</b> busy here"]

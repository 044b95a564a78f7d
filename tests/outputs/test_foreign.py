from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from galley.errors import BadArguments
from galley.foreign import ForeignConfig, ForeignPage, Markdown
from galley.outputs import foreign
from galley.outputs.saving import SavePlan, save_page

TEXT = {(True, False): "a ![](imgs/box.jpg)", (False, True): "b"}
PAGE = ForeignPage(
    "a b.pdf",
    3,
    "sub/a b_3",
    {"key": 1},
    {"res": {"rec_texts": ["one", "zwei"]}},
    pictures={"first": np.zeros((4, 6, 3), np.uint8), "second": np.zeros((4, 6, 4), np.uint8)},
    html={"table_1": "<table></table>", "table_2": "ü"},
    markdown=Markdown({"markdown_texts": TEXT[True, False]}, {"imgs/box.jpg": np.zeros((5, 7, 3), np.uint8)}, TEXT),
    files={"xlsx": {"_table_1.xlsx": b"1"}},
)


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_every_form_has_its_file_below_the_pages_own_name(tmp_path: Path) -> None:
    written = save_page(PAGE, SavePlan(str(tmp_path), (*PAGE.forms(), "text")))
    assert sorted(written) == sorted(str(tmp_path / name) for name in files_below(tmp_path))
    assert files_below(tmp_path) == [
        "sub/a b_3.md",
        "sub/a b_3.txt",
        "sub/a b_3_first.png",
        "sub/a b_3_res.json",
        "sub/a b_3_second.png",
        "sub/a b_3_table_1.html",
        "sub/a b_3_table_1.xlsx",
        "sub/a b_3_table_2.html",
        "sub/imgs/a b_3/box.jpg",
    ]
    assert (tmp_path / "sub/a b_3.txt").read_text() == "one\nzwei\n"
    assert (tmp_path / "sub/a b_3.md").read_text() == "a ![](imgs/a%20b_3/box.jpg)"


def test_a_file_name_takes_the_first(tmp_path: Path) -> None:
    foreign.save_html(PAGE, tmp_path / "x.html")
    foreign.file_saver("xlsx")(PAGE, tmp_path / "y.xlsx")
    foreign.save_markdown(PAGE, tmp_path / "z.md", pretty=False, show_formula_number=True)
    assert files_below(tmp_path) == ["imgs/z/box.jpg", "x.html", "y.xlsx", "z.md"]
    assert (tmp_path / "x.html").read_text() == "<table></table>"
    assert (tmp_path / "z.md").read_text() == "b"


def test_transparent_pictures_can_become_jpeg(tmp_path: Path) -> None:
    save_page(replace(PAGE, input_path="a.jpg"), SavePlan(str(tmp_path), ("img",)))
    with Image.open(tmp_path / "sub/a b_3_second.jpg") as picture:
        assert (picture.mode, picture.size) == ("RGB", (6, 4))


@pytest.mark.parametrize("given", ["/etc/box.jpg", "../../box.jpg", "imgs/../../box.jpg"])
def test_no_picture_is_written_outside_of_the_folder(tmp_path: Path, given: str) -> None:
    assert PAGE.markdown is not None
    markdown = replace(PAGE.markdown, pictures={given: np.zeros((5, 7, 3), np.uint8)})
    foreign.save_markdown(replace(PAGE, markdown=markdown), tmp_path / "out")
    assert files_below(tmp_path) == ["out/sub/a b_3.md", "out/sub/imgs/a b_3/box.jpg"]


def test_text_of_a_layout_and_of_nothing() -> None:
    blocks = [{"block_content": "head"}, {"block_content": "body"}]
    assert foreign.plain_text(replace(PAGE, tree={"res": {"parsing_res_list": blocks}})) == "head\n\nbody\n"
    with pytest.raises(BadArguments, match="no text"):
        foreign.plain_text(replace(PAGE, tree={"res": {}}))


def test_why_something_is_not_there_is_said(tmp_path: Path) -> None:
    bare = replace(PAGE, pictures=None, html=None, markdown=None, files={}, left_out={"html": "OSError: x"})
    assert bare.forms() == ("json",)
    with pytest.raises(BadArguments, match=r"keep=\('img'"):
        foreign.pictures_of(bare)
    with pytest.raises(BadArguments, match="could not be made: OSError: x"):
        foreign.save_html(bare, tmp_path)
    with pytest.raises(BadArguments, match="markdown"):
        foreign.save_markdown(bare, tmp_path)
    assert files_below(tmp_path) == []


def test_what_can_be_kept_is_known() -> None:
    with pytest.raises(BadArguments, match="'imgs' is unknown; choose from arrays, img"):
        ForeignConfig("a:B", keep=("imgs",))

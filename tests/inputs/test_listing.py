from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from galley.errors import BadArguments
from galley.inputs import InputOptions, list_pages, load_pixels, page_stem
from galley.pages import PageKind, PageRef, Unreadable

if TYPE_CHECKING:
    from tests.inputs.conftest import Encoder


def pages(inputs: object, options: InputOptions | None = None) -> list[PageRef]:
    items = list(list_pages(inputs, options or InputOptions()))  # type: ignore[arg-type]
    assert not [item for item in items if isinstance(item, Unreadable)]
    return [item for item in items if isinstance(item, PageRef)]


def names(inputs: object) -> list[str]:
    return [page.name for page in pages(inputs)]


def message(inputs: object, options: InputOptions | None = None) -> str:
    """The message of an input that yields exactly one `Unreadable`."""
    items = list(list_pages(inputs, options or InputOptions()))  # type: ignore[arg-type]
    assert len(items) == 1
    assert isinstance(items[0], Unreadable)
    return items[0].message


def make(root: Path, *files: str) -> None:
    for name in files:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


# --- what yields pages
# -------------------------------------------------------------------------------------------


def test_a_picture_is_one_page(tmp_path: Path) -> None:
    make(tmp_path, "x.png")
    for given in (str(tmp_path / "x.png"), tmp_path / "x.png", [tmp_path / "x.png"], (f"{tmp_path}/x.png",)):
        (page,) = pages(given)
        assert (page.kind, page.path, page.index, page.count, page.name) == (
            PageKind.IMAGE,
            str(tmp_path / "x.png"),
            None,
            None,
            "x",
        )


def test_a_pdf_is_its_pages(tmp_path: Path, three_pages: bytes) -> None:
    (tmp_path / "doc.pdf").write_bytes(three_pages)
    found = pages(tmp_path / "doc.pdf")
    assert [(page.kind, page.index, page.count) for page in found] == [(PageKind.PDF, i, 3) for i in range(3)]
    assert [page_stem(page) for page in found] == ["doc_0", "doc_1", "doc_2"]


def test_a_tiff_is_its_frames_even_if_there_is_one(tmp_path: Path, encode: Encoder) -> None:
    (tmp_path / "one.tif").write_bytes(encode("TIFF"))
    (tmp_path / "two.TIFF").write_bytes(encode("TIFF", save_all=True, append_images=[encode.image]))
    found = pages(tmp_path)
    assert [(page.kind, page.name, page.index, page.count) for page in found] == [
        (PageKind.TIFF, "one", 0, 1),
        (PageKind.TIFF, "two", 0, 2),
        (PageKind.TIFF, "two", 1, 2),
    ]


def test_a_folder_is_its_supported_files(tmp_path: Path) -> None:
    make(tmp_path, "b.png", "a.JPG", "notes.txt", "sub/c.webp", "Makefile", ".hidden.png")
    assert names(tmp_path) == [".hidden", "a", "b", "sub/c"]


def test_a_file_whose_name_looks_like_a_pattern_wins(tmp_path: Path) -> None:
    make(tmp_path, "scan[1].png", "scan1.png")
    assert names(tmp_path / "scan[1].png") == ["scan[1]"]
    assert names(str(tmp_path / "scan[12].png")) == ["scan1"]


def test_a_pattern(tmp_path: Path) -> None:
    make(tmp_path, "x.png", "x.jpg", "sub/y.png")
    assert names(f"{tmp_path}/*.png") == ["x"]
    assert names(f"{tmp_path}/**/*.png") == ["sub/y", "x"]


def test_names_that_are_not_utf_8(tmp_path: Path, encode: Encoder, three_pages: bytes) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.png")).write_bytes(encode("PNG"))
    (tmp_path / os.fsdecode(b"caf\xe9doc.pdf")).write_bytes(three_pages)
    (tmp_path / os.fsdecode(b"caf\xe9two.tif")).write_bytes(encode("TIFF"))
    found = pages(tmp_path)
    assert len(found) == 5
    for page in found:
        assert load_pixels(page).shape[2] == 3
        (tmp_path / f"{page_stem(page)}_res.json").write_text("{}")


def test_arrays_are_numbered_by_position(picture: NDArray[np.uint8], tmp_path: Path) -> None:
    make(tmp_path, "x.png")
    found = pages([picture, tmp_path / "x.png", picture[:, :, 0], picture[:, :, :1]])
    assert [page.name for page in found] == ["array_0000", "x", "array_0002", "array_0003"]
    assert found[0].pixels is picture
    for page in found[2:]:
        assert page.pixels is not None
        assert np.array_equal(page.pixels, np.repeat(picture[:, :, :1], 3, axis=2))
    assert names(picture) == ["array_0000"]


def test_iterators_are_consumed_one_by_one(picture: NDArray[np.uint8]) -> None:
    taken = []

    def arrays() -> Iterator[NDArray[np.uint8]]:
        for i in range(3):
            taken.append(i)
            yield picture

    found = list_pages(arrays())
    next(found)
    assert taken == [0]
    assert len(list(found)) == 2


def test_a_folder_is_listed_lazily(tmp_path: Path) -> None:
    make(tmp_path, "a.png", "b/c.png")
    found = list_pages(tmp_path)
    next(found)
    make(tmp_path, "b/d.png")
    assert [str(page) for page in found] == [f"{tmp_path}/b/c.png", f"{tmp_path}/b/d.png"]


def test_an_empty_list_has_no_pages() -> None:
    assert list(list_pages([])) == []


def test_the_parent_stays_free_of_opencv(tmp_path: Path, encode: Encoder, three_pages: bytes) -> None:
    (tmp_path / "x.png").write_bytes(encode("PNG"))
    (tmp_path / "doc.pdf").write_bytes(three_pages)
    (tmp_path / "two.tif").write_bytes(encode("TIFF"))
    script = (
        "import sys; from galley.inputs import list_pages; pages = list(list_pages(sys.argv[1])); "
        "assert len(pages) == 5, pages; assert not {'cv2', 'openvino', 'onnxruntime'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)


# --- what yields none
# --------------------------------------------------------------------------------------------


def test_a_missing_path(tmp_path: Path) -> None:
    assert message(tmp_path / "x.png") == "no such file or folder"
    assert message(tmp_path / "folder") == "no such file or folder"
    assert message(tmp_path / "x.png" / "y.png") == "no such file or folder"
    assert message("") == "no such file or folder"


def test_an_impossible_path() -> None:
    assert "not a possible file name" in message("a\0b.png")


def test_an_empty_folder(tmp_path: Path) -> None:
    assert "holds no file of a supported kind (bmp, " in message(tmp_path)
    make(tmp_path, "notes.txt", "sub/more.txt")
    assert "holds no file of a supported kind" in message(tmp_path)


def test_a_pattern_without_a_match(tmp_path: Path) -> None:
    assert "no file matches" in message(f"{tmp_path}/*.png")
    assert "folder cannot be listed" in message(f"{tmp_path}/missing/*.png")


def test_an_unsupported_suffix(tmp_path: Path) -> None:
    make(tmp_path, "x.txt", "noext")
    assert "not a supported kind of file" in message(tmp_path / "x.txt")
    assert "not a supported kind of file" in message(tmp_path / "noext")


@pytest.mark.parametrize("name", ["x.png", "x.pdf", "x.tif"])
def test_a_file_of_zero_bytes(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert message(tmp_path / name) == "the file is empty (0 bytes)"
    assert message(tmp_path) == "the file is empty (0 bytes)"


@pytest.mark.parametrize("content", [b"no PDF at all", b"%PDF-1.7\n" + bytes(1000)])
def test_an_invalid_pdf(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.pdf").write_bytes(content)
    assert message(tmp_path).startswith("damaged, or not a PDF file")


def test_an_invalid_pdf_of_others(real_documents: Path) -> None:
    assert message(real_documents / "invalid.pdf").startswith("damaged, or not a PDF file")


def test_an_encrypted_pdf(tmp_path: Path, locked: bytes) -> None:
    path = tmp_path / "x.pdf"
    path.write_bytes(locked)
    assert "give its password with pdf_password" in message(path)
    assert "does not open it" in message(path, InputOptions(pdf_password="wrong"))
    # Letters beyond ASCII in the password must not be an error of their own kind.
    assert "does not open it" in message(path, InputOptions(pdf_password="falsch-\u00e4"))
    assert len(pages(path, InputOptions(pdf_password="sesame"))) == 1


def test_an_encrypted_pdf_of_others(real_documents: Path) -> None:
    assert "give its password with pdf_password" in message(real_documents / "encrypted.pdf")


def test_a_damaged_tiff(tmp_path: Path, encode: Encoder) -> None:
    (tmp_path / "x.tif").write_bytes(encode("TIFF")[:50])
    (tmp_path / "y.tif").write_bytes(b"no picture")
    items = list(list_pages(tmp_path))
    assert len(items) == 2
    assert all(isinstance(item, Unreadable) and "damaged" in item.message for item in items)


def test_a_folder_named_like_a_picture(tmp_path: Path) -> None:
    (tmp_path / "x.png").mkdir()
    assert message(tmp_path / "x.png") == "a folder, not a file that can be read"
    assert message(tmp_path) == "a folder with the name of a picture or document, and none in it"
    make(tmp_path, "x.png/y.png")
    assert names(f"{tmp_path}/x.png/") == ["y"]
    assert names(tmp_path) == ["x.png/y"]


def test_a_loop_of_links(tmp_path: Path) -> None:
    (tmp_path / "x.png").symlink_to("x.png")
    assert "leads back to itself" in message(tmp_path / "x.png")
    assert "leads back to itself" in message(tmp_path)


def test_a_link_to_nowhere(tmp_path: Path) -> None:
    (tmp_path / "x.png").symlink_to("gone.png")
    assert message(tmp_path) == "no such file or folder"


@pytest.mark.parametrize("name", ["x.png", "x.pdf", "x.tif"])
def test_a_named_pipe_does_not_block(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    assert message(tmp_path / name) == "a named pipe, not a file that can be read"
    assert message(tmp_path) == "a named pipe, not a file that can be read"


def test_a_socket_and_a_device(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "x.png"))
        assert message(tmp_path) == "a socket, not a file that can be read"
    (tmp_path / "x.png").unlink()
    (tmp_path / "x.png").symlink_to("/dev/zero")
    assert message(tmp_path) == "a device, not a file that can be read"


def test_without_permission(tmp_path: Path) -> None:
    make(tmp_path, "in/x.png", "in/locked/y.png", "in/z.png")
    (tmp_path / "in/x.png").chmod(0)
    (tmp_path / "in/locked").chmod(0)
    for folder in (tmp_path, *tmp_path.parents[:2]):
        folder.chmod(0o755)
    # Root may read everything, so another user looks.
    script = (
        "import os, sys; from galley.inputs import list_pages\n"
        "if os.getuid() == 0: os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "for item in list_pages(sys.argv[1]): print(os.path.basename(str(item)), getattr(item, 'message', 'page'))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "in")], check=True, capture_output=True, text=True
    )
    assert answer.stdout.splitlines() == [
        "locked the folder cannot be listed: no permission to read it",
        "x.png no permission to read it",
        "z.png page",
    ]


@pytest.mark.parametrize(
    ("array", "named"),
    [
        (np.zeros((4, 4, 3), np.float32), "dtype float32 and shape (4, 4, 3)"),
        (np.zeros((4, 4, 4), np.uint8), "dtype uint8 and shape (4, 4, 4)"),
        (np.zeros((2, 4, 4, 3), np.uint8), "shape (2, 4, 4, 3)"),
        (np.zeros((0, 4, 3), np.uint8), "shape (0, 4, 3)"),
        (np.zeros(4, np.uint8), "shape (4,)"),
        (np.array(7, np.uint8), "shape ()"),
        (np.array([object()]), "dtype object"),
    ],
)
def test_a_wrong_array_costs_no_other_input(array: NDArray[np.generic], named: str, picture: NDArray[np.uint8]) -> None:
    first, second = list_pages([array, picture])  # type: ignore[list-item]
    assert isinstance(first, Unreadable)
    assert named in first.message
    assert isinstance(second, PageRef)


@pytest.mark.parametrize("wrong", [None, 7, b"x.png", [b"x.png"], [None], [["x.png"]], {"x.png"}, {"a": 1}])
def test_an_input_of_another_type(wrong: object) -> None:
    with pytest.raises(BadArguments, match=r"type|bytes"):
        list_pages(wrong)  # type: ignore[arg-type]


def test_one_bad_input_costs_no_other(tmp_path: Path, three_pages: bytes) -> None:
    make(tmp_path, "a.png", "c.png")
    (tmp_path / "b.pdf").write_bytes(b"x")
    (tmp_path / "d.pdf").write_bytes(three_pages)
    os.mkfifo(tmp_path / "e.png")
    assert [(Path(str(item)).name, isinstance(item, PageRef)) for item in list_pages(tmp_path)] == [
        ("a.png", True),
        ("b.pdf", False),
        ("c.png", True),
        ("d.pdf, page 1", True),
        ("d.pdf, page 2", True),
        ("d.pdf, page 3", True),
        ("e.png", False),
    ]


def test_a_run_over_many_files_is_flat_in_memory(tmp_path: Path) -> None:
    # 200 folders of 100 links each: only one listing may be held.
    make(tmp_path, "x.png")
    for i in range(200):
        (tmp_path / f"in/{i}").mkdir(parents=True)
        for k in range(100):
            os.link(tmp_path / "x.png", tmp_path / f"in/{i}/{k}.png")
    script = (
        "import sys, tracemalloc; from galley.inputs import list_pages\n"
        "pages = list_pages(sys.argv[1]); next(pages); tracemalloc.start()\n"
        "assert sum(1 for _ in pages) == 19999; print(tracemalloc.get_traced_memory()[1])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path / "in")], check=True, capture_output=True, text=True
    )
    assert int(answer.stdout) < 300_000

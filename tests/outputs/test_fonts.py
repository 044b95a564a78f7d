from __future__ import annotations

from pathlib import Path

from galley.outputs.fonts import find_font, font, font_folders


def touch(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    return path


def test_the_best_font_is_taken_wherever_it_lies(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    touch(one / "DejaVuSans.ttf")
    assert find_font([one, other, tmp_path / "missing"]) is None
    micro = touch(one / "truetype" / "wqy" / "wqy-microhei.ttc")
    assert find_font([one, other]) == (micro, 0)
    noto = touch(other / "opentype" / "NotoSansCJK-Regular.ttc")
    touch(other / "opentype" / "NotoSansCJK-Regular.txt")
    assert find_font([one, other]) == (noto, 2), "the simplified Chinese face of the collection"


def test_a_single_font_has_one_face(tmp_path: Path) -> None:
    path = touch(tmp_path / "NotoSansCJK-Regular.otf")
    assert find_font([tmp_path]) == (path, 0)


def test_the_folders_of_the_user_come_first() -> None:
    home = Path("/home/someone")
    folders = font_folders({"XDG_DATA_DIRS": "/opt/share:/usr/share"}, home)
    assert folders[0] == home / ".local/share/fonts"
    assert Path("/opt/share/fonts") in folders
    assert font_folders({"XDG_DATA_HOME": "/data"}, home)[0] == Path("/data/fonts")
    assert font_folders({"WINDIR": "C:/Windows"}, home)[-1] == Path("C:/Windows/Fonts")


def test_there_is_always_a_font_of_the_size_asked_for() -> None:
    small, large = font(10).getbbox("Quay"), font(40).getbbox("Quay")
    assert large[2] > 3 * small[2]

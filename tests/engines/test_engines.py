"""What every engine must do alike, and how one is chosen."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from galley.devices import Slot
from galley.engines import ENGINES, Session, choose_engine, installed_engines, open_session
from galley.errors import BadArguments, DeviceError, ModelError

ON_CPU = ("openvino", "onnxruntime")
X = np.array([[1, 2, 3], [4, -5, 6]], dtype=np.float32)
PRODUCT = np.array([[5, 8], [0, 14]], dtype=np.float32)


@pytest.fixture(params=ON_CPU)
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def session(engine: str, graph: Path, slot: Slot) -> Session:
    return open_session(graph, engine=engine, slot=slot)


def test_outputs_are_right_and_in_order(session: Session) -> None:
    product, total = session.run(X)
    np.testing.assert_array_equal(product, PRODUCT)
    np.testing.assert_array_equal(total, X + 1)
    assert product.dtype == np.float32


def test_a_session_says_what_it_takes_and_gives(session: Session, engine: str) -> None:
    assert [(each.name, each.dtype, each.shape) for each in session.inputs] == [("x", "float32", (None, 3))]
    assert [(each.name, each.shape) for each in session.outputs] == [("product", (None, 2)), ("sum", (None, 3))]
    info = session.info
    assert (info.engine, info.device) == (engine, "cpu")
    assert info.version[0].isdigit()


def test_the_batch_may_change_and_results_stay(session: Session) -> None:
    first = session.run(X)
    kept = [array.copy() for array in first]
    session.run(np.zeros((7, 3), np.float32))
    assert session.run(np.zeros((1, 3), np.float32))[0].shape == (1, 2)
    for array, before in zip(first, kept, strict=True):
        np.testing.assert_array_equal(array, before)
        assert array.flags.owndata or array.base is not None
        array[...] = 0


def test_an_input_in_pieces_is_taken(session: Session) -> None:
    wide = np.zeros((2, 6), np.float32)
    wide[:, ::2] = X
    np.testing.assert_array_equal(session.run(wide[:, ::2])[0], PRODUCT)
    np.testing.assert_array_equal(session.run(np.asfortranarray(X))[0], PRODUCT)


def test_the_wrong_number_of_inputs_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="zip"):
        session.run(X, X)


def test_only_the_outputs_asked_for_are_given(engine: str, graph: Path, slot: Slot) -> None:
    (total,) = open_session(graph, engine=engine, slot=slot, outputs=["sum"]).run(X)
    np.testing.assert_array_equal(total, X + 1)
    swapped = open_session(graph, engine=engine, slot=slot, outputs=["sum", "product"])
    np.testing.assert_array_equal(swapped.run(X)[1], PRODUCT)
    assert [each.name for each in swapped.outputs] == ["sum", "product"]
    with pytest.raises(ModelError, match=r"tiny\.onnx has no output other; it has product, sum"):
        open_session(graph, engine=engine, slot=slot, outputs=["other"])


def test_fp32_is_what_it_says(engine: str, graph: Path, slot: Slot) -> None:
    session = open_session(graph, engine=engine, slot=slot, precision="fp32")
    assert session.info.precision == "fp32"
    np.testing.assert_array_equal(session.run(X)[0], PRODUCT)


@pytest.mark.parametrize("precision", ["bf16", "fp16"])
def test_a_precision_is_given_or_refused(engine: str, graph: Path, slot: Slot, precision: str) -> None:
    try:
        session = open_session(graph, engine=engine, slot=slot, precision=precision)
    except DeviceError as error:
        assert f"precision {precision} was asked for" in str(error)
    else:
        assert session.info.precision == precision
        np.testing.assert_allclose(session.run(X)[0], PRODUCT, rtol=0.01)


def test_an_unknown_precision_is_refused(graph: Path, slot: Slot) -> None:
    with pytest.raises(BadArguments, match="'int3' is unknown; it may be auto, fp32, bf16, fp16"):
        open_session(graph, engine=None, slot=slot, precision="int3")


def test_a_file_that_is_no_graph_is_named(engine: str, graph: Path, slot: Slot, tmp_path: Path) -> None:
    broken = tmp_path / "broken.onnx"
    for content in (b"", b"this is no graph", graph.read_bytes()[:-20]):
        broken.write_bytes(content)
        with pytest.raises(ModelError, match=r"broken\.onnx"):
            open_session(broken, engine=engine, slot=slot)
    with pytest.raises(ModelError, match=r"missing\.onnx does not exist"):
        open_session(tmp_path / "missing.onnx", engine=engine, slot=slot)


def test_a_session_can_be_closed(session: Session) -> None:
    session.close()
    with pytest.raises(AttributeError):
        session.run(X)


@pytest.mark.parametrize(
    ("name", "kind", "installed", "chosen"),
    [
        (None, "cpu", {"openvino", "onnxruntime"}, "openvino"),
        (None, "cpu", {"onnxruntime"}, "onnxruntime"),
        ("onnxruntime", "cpu", {"openvino", "onnxruntime"}, "onnxruntime"),
        (None, "gpu", {"openvino", "onnxruntime", "tensorrt"}, "onnxruntime"),
        ("tensorrt", "gpu", {"onnxruntime", "tensorrt"}, "tensorrt"),
    ],
)
def test_an_engine_is_chosen(name: str | None, kind: str, installed: set[str], chosen: str) -> None:
    assert choose_engine(name, kind, installed) == chosen


@pytest.mark.parametrize(
    ("name", "kind", "installed", "reason"),
    [
        ("onnxruntime", "cpu", {"openvino"}, r"not installed \(found: openvino\).*galley-ocr\[onnxruntime\]"),
        (None, "gpu", {"openvino"}, r"engine onnxruntime is not installed.*galley-ocr\[gpu\]"),
        (None, "cpu", set[str](), r"found: none"),
        ("openvino", "gpu", {"openvino"}, "openvino does not run on gpu; there: onnxruntime, tensorrt"),
        ("tensorrt", "cpu", {"tensorrt"}, "tensorrt does not run on cpu; there: openvino, onnxruntime"),
        (None, "npu", {"openvino"}, "no engine of Galley runs on npu; there are engines for: cpu, gpu"),
    ],
)
def test_an_impossible_engine_is_explained(name: str | None, kind: str, installed: set[str], reason: str) -> None:
    with pytest.raises(DeviceError, match=reason):
        choose_engine(name, kind, installed)


def test_an_unknown_engine_lists_the_known() -> None:
    with pytest.raises(BadArguments, match="'paddle' is unknown; known engines: openvino, onnxruntime, tensorrt"):
        choose_engine("paddle", "cpu", ENGINES)


def test_ctrl_c_is_heard_after_sessions_were_closed(engine: str, graph: Path) -> None:
    script = f"""
import os, signal
from pathlib import Path
from galley.devices import Device, Slot
from galley.engines import open_session
slot = Slot(Device("cpu"), 0, (0,), False)
for session in [open_session(Path({str(graph)!r}), engine={engine!r}, slot=slot) for _ in range(3)]:
    session.close()
del session
signal.signal(signal.SIGINT, signal.default_int_handler)
try:
    os.kill(os.getpid(), signal.SIGINT)
except KeyboardInterrupt:
    print("interrupted")
"""
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (answer.returncode, answer.stdout) == (0, "interrupted\n"), answer.stderr


def test_choosing_loads_no_runtime() -> None:
    script = (
        "import sys, galley.engines as e; e.choose_engine(None, 'cpu', e.installed_engines());"
        "print(sorted({'openvino', 'onnxruntime', 'cv2'} & set(sys.modules)))"
    )
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
    assert installed_engines() >= set(ON_CPU)

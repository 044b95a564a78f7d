from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import galley
from galley.compat import names
from galley.compat.names import NamedPipeline, Origin, resolve
from galley.errors import BadArguments


@pytest.fixture
def modules(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder on the import path."""
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.fixture
def paddleocr(modules: Path) -> None:
    """Something that looks like PaddleOCR 3 and cannot be imported."""
    package = modules / "paddleocr"
    package.mkdir()
    (package / "__init__.py").write_text(
        "from ._models import TextDetection\n"
        "from ._pipelines import (\n    DocPreprocessor,\n    PaddleOCRVL,\n    PPStructureV3,\n)\n"
        "from ._errors import APIError\n"
        "raise ImportError('the parent must not import this')\n"
    )


def test_every_pipeline_class_of_galley_has_a_name() -> None:
    classes = {name: getattr(galley, name) for name in galley.__all__}
    pipelines = {name: each for name, each in classes.items() if hasattr(each, "export_paddlex_config_to_yaml")}
    assert set(names.OWN) == set(pipelines)
    for name, pipeline in pipelines.items():
        assert resolve(name) == NamedPipeline(name, Origin.GALLEY, f"{pipeline.__module__}:{name}")


@pytest.mark.parametrize("name", ["DocPreprocesor", "doc_preprocessor", "docpreprocessor"])
def test_near_matches_of_an_unknown_name_are_said(name: str) -> None:
    with pytest.raises(BadArguments, match=r"did you mean .*DocPreprocessor"):
        resolve(name)


@pytest.mark.usefixtures("paddleocr")
def test_a_paddleocr_pipeline_without_its_prefix_is_recognized() -> None:
    with pytest.raises(BadArguments, match="did you mean paddleocr:PaddleOCRVL"):
        resolve("PaddleOCRVL")


@pytest.mark.parametrize("name", ["", ":", "a:", ":B", "a.:B", "a:B.C", "a b:C", "a:B:C", "../x:Y"])
def test_what_is_no_name_at_all_is_refused(name: str) -> None:
    with pytest.raises(BadArguments, match=r"package\.module:Class"):
        resolve(name)


@pytest.mark.skipif(names._find_module("paddleocr") is not None, reason="PaddleOCR is installed here")
def test_without_paddleocr_it_is_said_how_to_install_it() -> None:
    for name in ("paddleocr:PaddleOCRVL", "PaddleOCRVL"):
        with pytest.raises(BadArguments, match=r"paddleocr:PaddleOCRVL.*pip install paddleocr"):
            resolve(name)


@pytest.mark.usefixtures("paddleocr")
def test_paddleocr_is_asked_without_being_imported() -> None:
    assert resolve("paddleocr:PPStructureV3") == NamedPipeline(
        "paddleocr:PPStructureV3", Origin.PADDLEOCR, "paddleocr:PPStructureV3"
    )
    assert resolve("paddleocr:TextDetection").origin is Origin.PADDLEOCR
    assert "paddleocr" not in sys.modules


@pytest.mark.usefixtures("paddleocr")
@pytest.mark.parametrize("name", ["pp_structurev3", "PPStructureV4", "PPStructure"])
def test_near_matches_among_the_names_of_paddleocr(name: str) -> None:
    with pytest.raises(BadArguments, match="did you mean PPStructureV3"):
        resolve(f"paddleocr:{name}")


@pytest.mark.usefixtures("paddleocr")
def test_what_paddleocr_exports_beside_pipelines_is_no_pipeline() -> None:
    with pytest.raises(BadArguments, match="no pipeline 'APIError'"):
        resolve("paddleocr:APIError")


def test_a_class_of_ones_own_is_found_and_nothing_is_executed(modules: Path) -> None:
    package = modules / "someones"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError\n")
    (package / "heavy.py").write_text("raise RuntimeError\nclass Mine:\n    def predict(self, batch): ...\n")
    assert resolve("someones.heavy:Mine") == NamedPipeline("someones.heavy:Mine", Origin.USER, "someones.heavy:Mine")
    assert not [name for name in sys.modules if name.startswith("someones")]


def test_folders_without_an_init_are_packages_too(modules: Path) -> None:
    deep = modules / "spaces" / "between"
    deep.mkdir(parents=True)
    (deep / "names.py").write_text("class Mine:\n    def predict(self, batch): ...\n")
    assert resolve("spaces.between.names:Mine").target == "spaces.between.names:Mine"
    with pytest.raises(BadArguments, match="PYTHONPATH"):
        resolve("spaces.beyond.names:Mine")


@pytest.mark.parametrize(
    "source",
    [
        "from elsewhere import *",
        "from elsewhere import Mine",
        "import elsewhere as Mine",
        "Mine = make()",
        "if True:\n    class Mine: ...",
        "def Mine(device): ...",
        "def __getattr__(name): ...",
        "class Mine(Base): ...",
        "class Mine:\n    predict = other",
        "class Mine:\n    def __init__(self, device):\n        self.predict = print",
        "class Mine(",  # for the worker to report
    ],
)
def test_what_may_be_there_is_left_to_the_worker(modules: Path, source: str) -> None:
    (modules / "possible.py").write_text(source)
    assert resolve("possible:Mine").target == "possible:Mine"


def test_what_cannot_be_there_is_said_at_once(modules: Path) -> None:
    (modules / "certain.py").write_text(
        "class Mine:\n    def run(self): ...\nclass Other:\n    def predict(self): ...\n"
    )
    with pytest.raises(BadArguments, match="has no method predict"):
        resolve("certain:Mine")
    with pytest.raises(BadArguments, match="no 'Othr'; did you mean Other"):
        resolve("certain:Othr")
    for name in ("missing:Mine", "certain.deeper:Mine"):
        with pytest.raises(BadArguments, match="PYTHONPATH"):
            resolve(name)


def test_the_main_script_is_no_module() -> None:
    with pytest.raises(BadArguments, match="workers do not import the main script"):
        resolve("__main__:Mine")


def test_resolving_loads_no_library() -> None:
    script = (
        "import sys; from galley.compat.names import resolve;"
        "resolve('galley.compat.doc_preprocessor:DocPreprocessor');"
        "heavy = {'numpy', 'cv2', 'PIL', 'galley.compat.doc_preprocessor'} & set(sys.modules);"
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)

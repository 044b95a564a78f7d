"""The layers and walls of ARCHITECTURE.md, enforced."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "galley"
MODULES = sorted(SOURCE.rglob("*.py"))
MAX_MODULE_LINES = 500
MAX_FUNCTION_LINES = 60


def module_name(path: Path) -> str:
    """`src/galley/fleet/run.py` -> `fleet.run`; packages without `.__init__`, the root package as `__init__`."""
    parts = list(path.relative_to(SOURCE).with_suffix("").parts)
    if parts[-1] == "__init__" and len(parts) > 1:
        parts.pop()
    return ".".join(parts)


def imports_of(path: Path) -> Iterator[tuple[str, int]]:
    """Every module of galley that is imported, at the top or inside functions; not what is only for types."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(node)
        for branch in ast.walk(tree)
        if isinstance(branch, ast.If) and isinstance(branch.test, ast.Name) and branch.test.id == "TYPE_CHECKING"
        for node in ast.walk(branch)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                yield resolve(node.module, alias.name), node.lineno
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno


def resolve(module: str, name: str) -> str:
    """`from galley.fleet import run` names a module, `from galley.pages import Done` a value in one."""
    base = SOURCE.parent.joinpath(*module.split("."))
    is_module = (base / f"{name}.py").exists() or (base / name / "__init__.py").exists()
    return f"{module}.{name}" if is_module else module


def layers() -> dict[str, tuple[list[str], list[str]]]:
    """Layer -> (its modules, the layers it may import), from the table in ARCHITECTURE.md."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").split("\n## Layers\n")[1].split("\n## ")[0]
    rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", text, flags=re.MULTILINE)
    table = {
        name.strip(): ([m.strip(" `") for m in modules.split(",")], [m.strip() for m in allowed.split(",")])
        for name, modules, allowed in rows
        if name.strip() != "layer"
    }
    assert len(table) >= 8, "the layer table of ARCHITECTURE.md was not found"
    return table


def layer_of(module: str) -> str:
    """The layer whose entry matches `module` most closely."""
    matches = [
        (len(entry), layer)
        for layer, (entries, _) in layers().items()
        for entry in entries
        if module == entry or module.startswith(entry + ".")
    ]
    assert matches, f"{module} is in no row of the layer table in ARCHITECTURE.md"
    return max(matches)[1]


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_imports_go_downward(path: Path) -> None:
    layer = layer_of(module_name(path))
    allowed = {*layers()[layer][1], layer}
    for imported, line in imports_of(path):
        if imported == "galley" or not imported.startswith("galley."):
            continue
        target = layer_of(imported.removeprefix("galley."))
        assert target in allowed, f"{path.name}:{line}: {layer} may not import {imported} ({target})"


def test_every_module_of_the_table_exists() -> None:
    names = {module_name(path) for path in MODULES}
    for entries, _ in layers().values():
        for entry in entries:
            assert entry in names, f"ARCHITECTURE.md names {entry}, which does not exist"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_modules_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_MODULE_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < MAX_FUNCTION_LINES, f"{node.name} is too long"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_every_module_says_what_it_is_for_and_where_it_runs(path: Path) -> None:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    assert docstring, "no module docstring"
    if path.name != "__init__.py" or "def " in path.read_text(encoding="utf-8"):
        assert "Runs in:" in docstring or module_name(path) == "__init__"


def calls_in(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node.lineno


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_only_the_command_line_prints_and_exits(path: Path) -> None:
    if module_name(path).split(".")[0] in ("cli", "__main__"):
        return
    for function, line in calls_in(path):
        assert function not in ("print", "exit", "sys.exit"), f"{path.name}:{line} calls {function}"


@pytest.mark.parametrize("path", MODULES, ids=module_name)
def test_only_models_remote_inputs_and_answering_open_connections(path: Path) -> None:
    name = module_name(path)
    if name.startswith(("models", "answering")) or name == "inputs.remote":
        return
    for imported, line in imports_of(path):
        assert imported.split(".")[0] not in ("http", "requests", "ftplib"), f"{path.name}:{line}"
        assert not imported.startswith("urllib.request"), f"{path.name}:{line}"


def test_importing_galley_is_light() -> None:
    script = (
        "import sys; import galley; "
        "heavy = {'cv2', 'numpy', 'openvino', 'onnxruntime', 'PIL', 'rich'} & set(sys.modules); "
        "sys.exit(f'loaded {heavy}' if heavy else 0)"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_the_parent_of_a_whole_run_loads_no_inference_library(doc_models: None, samples: Path) -> None:
    script = f"""
import sys
from galley import DocPreprocessor
with DocPreprocessor(device="cpu") as pipeline:
    (result,) = pipeline.predict({str(samples / "english.png")!r})
    result.img
heavy = {{"cv2", "openvino", "onnxruntime"}} & set(sys.modules)
sys.exit(f"loaded {{heavy}}" if heavy else 0)
"""
    subprocess.run([sys.executable, "-"], input=script.encode(), check=True)

"""Pipelines by name: which class a name means, found without importing anything heavy.

Runs in: parent. Modules are looked up and their source is read, but only workers import them.

A name is one of
- the name of a class of Galley's own, such as `DocPreprocessor`;
- `paddleocr:NAME`, a pipeline class of the installed PaddleOCR;
- `package.module:Class`, anybody's class: constructible with `device=`, its `predict(batch)` gives one dict-like
  result for each element of the batch.
"""

from __future__ import annotations

import ast
import difflib
import pkgutil
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib.machinery import ModuleSpec
from pathlib import Path

from galley.errors import BadArguments

OWN: Mapping[str, str] = {
    "DocPreprocessor": "galley.compat.doc_preprocessor",
    "OCR": "galley.compat.ocr",
    "PaddleOCR": "galley.compat.ocr",
    "PPStructureV3": "galley.compat.structure",
    "TableRecognitionPipelineV2": "galley.compat.table_recognition",
    "SealRecognition": "galley.compat.seal_recognition",
    "DocUnderstanding": "galley.compat.doc_understanding",
}
"""Class of Galley's own -> its module, whose `INTERFACE` has its keywords and defaults."""

_PADDLEOCR_MODULES = ("_pipelines", "_models")
"""Where `paddleocr/__init__.py` (3.x) takes its classes with a `predict` from."""

_HOW_TO_INSTALL = (
    "PaddleOCR is not installed in this Python environment ({python}); install it with "
    "`python -m pip install paddleocr`, and with it an engine: paddlepaddle, paddlepaddle-gpu or onnxruntime"
)


class Origin(Enum):
    """Whose pipeline it is."""

    GALLEY = "galley"
    PADDLEOCR = "paddleocr"
    USER = "user"


@dataclass(frozen=True, slots=True)
class NamedPipeline:
    """What a name means."""

    name: str
    """As it was given."""
    origin: Origin
    target: str
    """`package.module:Class`; only a worker may import it, unless `origin` is `GALLEY`."""


def resolve(name: str) -> NamedPipeline:
    """The pipeline that `name` means.

    That its class can be made, and has a `predict`, is certain only when a worker has opened it.

    Raises:
        BadArguments: no such pipeline, with near matches; or what it needs is not installed, with how to install it.
    """
    module, colon, attribute = name.partition(":")
    if not colon:
        return _resolve_own(name)
    if not (module and attribute.isidentifier() and all(part.isidentifier() for part in module.split("."))):
        raise BadArguments(
            f"pipeline {name!r} is not understood; give {', '.join(OWN)}, paddleocr:NAME or package.module:Class"
        )
    if module == "paddleocr":
        return _resolve_paddleocr(name, attribute)
    return _resolve_user(name, module, attribute)


def _resolve_own(name: str) -> NamedPipeline:
    if name in OWN:
        return NamedPipeline(name, Origin.GALLEY, f"{OWN[name]}:{name}")
    known = [*OWN, *(f"paddleocr:{each}" for each in paddleocr_names())]
    # A name without its prefix is nearer to the name with it than to any other.
    near = [each for each in known if _plain(each.removeprefix("paddleocr:")) == _plain(name)]
    hint = _did_you_mean(near) if near else _near(name, known)
    raise BadArguments(
        f"there is no pipeline {name!r}{hint if hint else '.'} There are {', '.join(OWN)}, paddleocr:NAME and "
        f"package.module:Class{'' if near else _if_it_is_paddleocrs(name)}"
    )


def _if_it_is_paddleocrs(name: str) -> str:
    """How to get at a pipeline of a PaddleOCR that is not installed, of which nobody here knows what it has."""
    if not name.isidentifier() or _find_module("paddleocr") is not None:
        return ""
    return f". If it is one of PaddleOCR's, it is paddleocr:{name}; {_HOW_TO_INSTALL.format(python=sys.executable)}"


def _resolve_paddleocr(name: str, attribute: str) -> NamedPipeline:
    if _find_module("paddleocr") is None:
        raise BadArguments(f"pipeline {name!r}: {_HOW_TO_INSTALL.format(python=sys.executable)}")
    known = paddleocr_names()
    if known and attribute not in known:
        raise BadArguments(f"the installed PaddleOCR has no pipeline {attribute!r}{_near(attribute, known)}")
    return NamedPipeline(name, Origin.PADDLEOCR, f"paddleocr:{attribute}")


def _resolve_user(name: str, module: str, attribute: str) -> NamedPipeline:
    if module == "__main__":
        raise BadArguments(
            f"pipeline {name!r}: workers do not import the main script; write the script's module name instead of "
            "__main__, or put the class in a module of its own"
        )
    spec = _find_module(module)
    if spec is None:
        raise BadArguments(
            f"pipeline {name!r}: there is no module {module!r} on the import path; add its folder to PYTHONPATH"
        )
    source = _read_source(spec)
    if source is not None:
        _check_class(name, attribute, source)
    return NamedPipeline(name, Origin.USER, f"{module}:{attribute}")


def paddleocr_names() -> tuple[str, ...]:
    """The classes of the installed PaddleOCR that have a `predict`; none without it, or if it is built otherwise."""
    spec = _find_module("paddleocr")
    source = None if spec is None else _read_source(spec)
    if source is None:
        return ()
    return tuple(
        alias.asname if alias.asname is not None else alias.name
        for node in source.body
        if isinstance(node, ast.ImportFrom) and node.level == 1 and node.module in _PADDLEOCR_MODULES
        for alias in node.names
    )


def _find_module(name: str) -> ModuleSpec | None:
    """As `importlib.util.find_spec`, which would import the packages above a module."""
    top, *below = name.split(".")
    spec = next(filter(None, (finder.find_spec(top, None) for finder in sys.meta_path)), None)
    for part in below:
        if spec is None or spec.submodule_search_locations is None:
            return None
        spec = _find_in(list(spec.submodule_search_locations), f"{spec.name}.{part}")
    return spec


def _find_in(folders: Iterable[str], name: str) -> ModuleSpec | None:
    """As the import system's own search, which fails below a namespace package that is not imported."""
    portions: list[str] = []
    for folder in folders:
        finder = pkgutil.get_importer(folder)
        spec = None if finder is None else finder.find_spec(name)
        if spec is not None and spec.loader is not None:
            return spec
        if spec is not None and spec.submodule_search_locations is not None:
            portions.extend(spec.submodule_search_locations)
    if not portions:
        return None
    namespace = ModuleSpec(name, None, is_package=True)
    namespace.submodule_search_locations = portions
    return namespace


def _read_source(spec: ModuleSpec) -> ast.Module | None:
    """The module's syntax tree, if it is written in Python and can be read."""
    if spec.origin is None or not spec.origin.endswith(".py"):
        return None
    try:
        return ast.parse(Path(spec.origin).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return None  # for the worker to report, which has the whole story


def _check_class(name: str, attribute: str, source: ast.Module) -> None:
    definitions = {node.name: node for node in source.body if isinstance(node, (ast.ClassDef, ast.FunctionDef))}
    found = definitions.get(attribute)
    if isinstance(found, ast.ClassDef):
        if _surely_lacks_predict(found):
            raise BadArguments(f"pipeline {name!r}: the class {attribute} has no method predict")
    elif found is None and not _may_define(source, attribute):
        raise BadArguments(f"pipeline {name!r}: its module has no {attribute!r}{_near(attribute, list(definitions))}")


def _surely_lacks_predict(found: ast.ClassDef) -> bool:
    if found.bases or found.keywords or found.decorator_list:
        return False
    return {"predict", "__getattr__"}.isdisjoint(_names_in(found))


def _names_in(tree: ast.AST) -> Iterator[str]:
    """Every name and attribute that occurs, bound or not; more than there are, but none too few."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.alias):
            yield node.name if node.asname is None else node.asname


def _may_define(source: ast.Module, attribute: str) -> bool:
    """Whether the name occurs where it could be bound, or names are bound that cannot be read off the source."""
    return not {attribute, "*", "globals", "__getattr__"}.isdisjoint(_names_in(source))


def _near(name: str, known: Iterable[str]) -> str:
    plain = {_plain(each): each for each in known}
    near = difflib.get_close_matches(_plain(name), list(plain), n=3, cutoff=0.6)
    return _did_you_mean([plain[each] for each in near])


def _did_you_mean(near: list[str]) -> str:
    return f"; did you mean {' or '.join(near)}?" if near else ""


def _plain(name: str) -> str:
    """PaddleOCR's command calls `PPStructureV3` `pp_structurev3`: the same, for near matches."""
    return name.lower().replace("_", "")

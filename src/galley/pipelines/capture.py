"""Taking the plain data out of a result whose class only this process knows.

Runs in: worker. Follows PaddleX's result classes (3.x) by the names of their properties and methods only: `json`,
`img`, `html`, `markdown`, `save_to_xlsx` and so on; a plain dict is a result as well.
"""

from __future__ import annotations

import datetime
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from galley.errors import BadArguments
from galley.foreign import FILE_SUFFIXES, ForeignPage, Markdown, Picture

_LARGE_PICTURE = 1 << 16  # bytes
_LARGE_ARRAY = 1 << 20  # bytes
_SCRATCH_STEM = "page"
_WRITTEN_AS_TEXT = (datetime.date, datetime.time, datetime.timedelta, PurePath)
_STANDARD = (*_WRITTEN_AS_TEXT, complex)
"""Of the standard library: every process knows them."""


class _LeftOut(Exception):
    """A value that does not travel; the message says why."""


def capture(result: Any, place: ForeignPage, forms: Sequence[str], *, complete: bool = False) -> ForeignPage:
    """The plain data of `result`.

    Args:
        result: dict-like; otherwise of any class.
        place: where it belongs; its own fields are empty.
        forms: which of `galley.foreign.FORMS` to take along.
        complete: raise where a form cannot be taken, instead of noting it in `left_out`.

    Raises:
        TypeError: it is not dict-like.
        BadArguments: `complete`, and the result has no such form.
        Exception: whatever the result's own methods raise; of a form, only if `complete`.
    """
    if not isinstance(result, Mapping):
        raise TypeError(f"the pipeline gave a result of type {type(result).__name__}; it must be a dict or like one")
    left_out: dict[str, str] = {}
    tree = _own_tree(result)
    fields = _fields(result, tree, "arrays" in forms, left_out)
    taken: dict[str, Any] = {}
    for form in forms:
        if form == "arrays":
            continue
        try:
            taken[form] = _take(result, form)
        except Exception as error:
            if complete:
                raise
            if not isinstance(error, BadArguments):  # it has the form, and cannot make it
                left_out[form] = f"{type(error).__name__}: {error}"
    return replace(
        place,
        fields=fields,
        tree=tree if tree else {"res": _for_json(fields)},
        left_out=left_out,
        pictures=taken.get("img"),
        html=taken.get("html"),
        markdown=taken.get("markdown"),
        files={form: taken[form] for form in FILE_SUFFIXES if form in taken},
    )


# ---- fields -------------------------------------------------------------------------------------------------------


def _fields(
    result: Mapping[Any, Any], tree: Mapping[str, Any], arrays: bool, left_out: dict[str, str]
) -> dict[Any, Any]:
    """The result's own keys and values; from its JSON where a value itself cannot travel."""
    json = tree.get("res")
    fields = {}
    for key, value in result.items():
        try:
            fields[key] = _plain(value, arrays)
        except _LeftOut as reason:
            if isinstance(json, Mapping) and key in json:
                fields[key] = json[key]
            else:
                left_out[str(key)] = str(reason)
    return fields


def _plain(value: Any, arrays: bool) -> Any:
    """`value` without anything that only this process knows.

    Raises:
        _LeftOut: there is nothing left of it.
    """
    if value is None or isinstance(value, (bool, np.generic, *_STANDARD)):
        return value
    for base, simplified in _SIMPLIFIED.items():
        if isinstance(value, base):
            return simplified(value)
    if isinstance(value, (np.ndarray, Image.Image)):
        return _plain_pixels(value, arrays)
    if isinstance(value, Mapping):
        return _plain_mapping(value, arrays)
    for kind in (list, tuple, set, frozenset):
        if isinstance(value, kind):
            return kind(_plain(each, arrays) for each in value)
    raise _LeftOut(f"holds a {type(value).__module__}.{type(value).__qualname__}, which only the worker knows")


_SIMPLIFIED: Mapping[type, Callable[[Any], Any]] = {int: int, float: float, str: str.__str__, bytes: bytes}
"""Type -> how a value of a class derived from it becomes one of the type itself."""


def _plain_pixels(value: NDArray[Any] | Image.Image, arrays: bool) -> Any:
    if isinstance(value, Image.Image):
        if not arrays:
            raise _LeftOut("a picture; it travels with keep=('arrays', …)")
        return value.copy()  # of Pillow's own class, not of a file format
    if value.dtype.hasobject:
        return _plain(value.tolist(), arrays)
    if not arrays and _is_large(value):
        raise _LeftOut("an array of the size of a page; it travels with keep=('arrays', …)")
    return np.asarray(value)


def _plain_mapping(value: Mapping[Any, Any], arrays: bool) -> dict[Any, Any]:
    """What can travel of a mapping within the result."""
    plain = {}
    reason: _LeftOut | None = None
    for key, each in value.items():
        try:
            plain[_plain(key, arrays)] = _plain(each, arrays)
        except _LeftOut as error:
            reason = error
    if reason is not None and not plain:
        raise reason
    return plain


def _is_large(array: NDArray[Any]) -> bool:
    looks_like_pixels = array.dtype == np.uint8 and array.ndim >= 2
    return array.nbytes >= (_LARGE_PICTURE if looks_like_pixels else _LARGE_ARRAY)


# ---- JSON ---------------------------------------------------------------------------------------------------------


def _own_tree(result: Mapping[Any, Any]) -> dict[str, Any]:
    """The JSON that the result makes of itself, below keys of its own or below `res`; empty if it makes none."""
    own = getattr(result, "json", None) if _offers(result, "json") else None
    if callable(own):
        own = own()
    if not isinstance(own, Mapping):
        return {}
    tree: dict[str, Any] = _for_json(own)
    return tree if isinstance(tree.get("res"), dict) else {"res": tree}


def _for_json(value: Any) -> Any:
    """`value` as JSON can hold it; what it cannot hold is left out of mappings, and None in lists."""
    if isinstance(value, Mapping):
        pairs = ((str(key), _for_json(each)) for key, each in value.items() if _has_json(each))
        return dict(pairs)
    if isinstance(value, np.ndarray):
        return [_for_json(each) for each in value.tolist()] if value.ndim else value.item()
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_for_json(each) if _has_json(each) else None for each in value]
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, _WRITTEN_AS_TEXT):
        return str(value)
    return value


def _has_json(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return not _is_large(value)
    return value is None or isinstance(value, _JSON)


_JSON = (bool, int, float, str, Mapping, list, tuple, set, frozenset, np.generic, *_WRITTEN_AS_TEXT)


# ---- forms --------------------------------------------------------------------------------------------------------


def _take(result: Mapping[Any, Any], form: str) -> Any:
    if not _offers(result, f"save_to_{form}" if form in FILE_SUFFIXES else form):
        raise BadArguments(f"this kind of result ({type(result).__name__}) has no {form}")
    if form == "img":
        return {str(key): _picture(each) for key, each in result.img.items()}  # type: ignore[attr-defined]
    if form == "html":
        return {str(key): str(each) for key, each in result.html.items()}  # type: ignore[attr-defined]
    if form == "markdown":
        return _markdown(result)
    return _written_files(result, form)


def _offers(result: Any, name: str) -> bool:
    # Looking at the class: a property would be computed.
    return hasattr(type(result), name) or name in getattr(result, "__dict__", {})


def _picture(value: Any) -> Picture:
    """A Pillow picture, or BGR or grey pixels, as a `Picture`."""
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value if value.ndim == 2 else value[:, :, ::-1])
    if value.mode not in ("L", "RGB", "RGBA"):
        value = value.convert("RGB")
    return np.asarray(value, np.uint8)


def _markdown(result: Any) -> Markdown:
    content = result.markdown
    pictures = content.get("markdown_images", {})
    fields = {str(key): _plain(value, False) for key, value in content.items() if key != "markdown_images"}
    variants = {(True, False): str(fields["markdown_texts"])}
    if _offers(result, "_to_markdown"):
        for pretty, numbered in ((True, True), (False, False), (False, True)):
            other = result._to_markdown(pretty=pretty, show_formula_number=numbered)
            variants[pretty, numbered] = str(other["markdown_texts"])
    return Markdown(
        fields, {str(path): _picture(each) for path, each in pictures.items() if each is not None}, variants
    )


def _written_files(result: Any, form: str) -> dict[str, bytes]:
    """What the result's own saver writes, by the rest of the file name after the stem."""
    suffix = FILE_SUFFIXES[form]
    with tempfile.TemporaryDirectory() as folder, _known_stem(result):
        getattr(result, f"save_to_{form}")(save_path=folder)
        return {
            path.name.removeprefix(_SCRATCH_STEM): path.read_bytes()
            for path in sorted(Path(folder).iterdir())
            if path.suffix == suffix
        }


@contextmanager
def _known_stem(result: Any) -> Iterator[None]:
    """Meanwhile the result takes itself for that of an input of a known name."""
    known = {"input_path": f"{_SCRATCH_STEM}.png", "page_index": None}
    before = {key: result[key] for key in known if key in result}
    try:
        result.update({key: known[key] for key in before})
        yield
    finally:
        result.update(before)

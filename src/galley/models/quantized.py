"""The int8 graphs in the store: made on this machine of the float32 weights, once, by `galley models quantize`.

Runs in: parent. A graph lives in `<home>/models/int8/<name>/`, with a note of the weights and examples it was made of.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import filelock

from galley.errors import BadArguments, ModelError
from galley.models.placing import NOTE, disk_errors, empty_scratch, hash_file, place_folder, write_note
from galley.models.rules import Model, Task
from galley.models.store import Store, open_store

QUANTIZABLE = (Task.TEXT_RECOGNITION,)
"""What runs in int8 where that precision is asked for; all else runs as with `auto`.

Reading takes four fifths of the time of a page.
"""

GRAPH, _WEIGHTS = "graph.xml", "graph.bin"
"""The file in OpenVINO's own format, and its weights beside it."""


def find_quantized(model: Model, store: Store | None = None) -> Path:
    """The checked int8 graph of a model of the store.

    Raises:
        BadArguments: the model comes from a folder of the user's.
        ModelError: there is none, it is damaged, or it was made of other weights; the message names the command.
    """
    store = open_store() if store is None else store
    if model.cache is None:
        raise BadArguments(f"precision int8 is for models of the store; {model.name} comes from {model.origin}")
    folder = _folder(model, store)
    advice = "make it once, of pages like yours: galley models quantize PAGES..."
    try:
        note = json.loads((folder / NOTE).read_text(encoding="utf-8"))
        made_of, files = note["made_of"], note["files"]
        whole = all(hash_file(folder / name) == files[name] for name in (GRAPH, _WEIGHTS))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise ModelError(f"there is no int8 graph of {model.name} in {store.home}; {advice}") from error
    if not whole:
        raise ModelError(f"the int8 graph of {model.name} in {folder} is damaged; {advice}")
    if made_of != hash_file(model.path):
        raise ModelError(f"the int8 graph of {model.name} was made of other weights than those in use; {advice}")
    return folder / GRAPH


def place_quantized(model: Model, built: Path, facts: Mapping[str, object], store: Store) -> Path:
    """Move the graph in the folder `built`, on the store's file system, into the store; returns its new place.

    Raises:
        OutputError: the store cannot be written.
    """
    with disk_errors(store.home):
        files = {name: hash_file(built / name) for name in (GRAPH, _WEIGHTS)}
        write_note(built, {"model": model.name, "made_of": hash_file(model.path), "files": files, **facts})
        with filelock.FileLock(store.home / "store.lock"):
            scratch = store.home / "fetching"
            empty_scratch(scratch)
            place_folder(built, _folder(model, store), scratch)
            empty_scratch(scratch)
    return _folder(model, store) / GRAPH


def _folder(model: Model, store: Store) -> Path:
    return store.home / "models" / "int8" / model.name

"""What the journal notes when a run begins: settings, command, versions and workers.

Runs in: parent.
"""

from __future__ import annotations

import platform
import re
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import metadata

from galley.batches.settings import BatchSettings
from galley.devices import Slot
from galley.journal import RunStart

HIDDEN = "***"
"""In place of a secret."""

_SECRET = re.compile("password|passwd|secret|token|api[_-]?key", re.IGNORECASE)
_VERSIONS_OF = (
    "galley-ocr",
    "numpy",
    "openvino",
    "onnxruntime",
    "onnxruntime-gpu",
    "opencv-python-headless",
    "openai",
    "transformers",
    "torch",
    "paddleocr",
)


def describe_start(batch: BatchSettings, slots: Sequence[Slot]) -> RunStart:
    """For a run of `batch` on these slots."""
    command = {
        name: getattr(batch, name)
        for name in ("input_dir", "output_dir", "pattern", "retry_failed", "fresh", "hash_inputs")
    }
    if batch.documents is not None:
        command["documents"] = [form.suffix for form in batch.documents.forms]
    return RunStart(
        fingerprint=batch.fingerprint,
        settings=dict(batch.identity),
        command={**command, "arguments": hide_secrets(sys.argv)},
        versions=_versions(),
        slots=[{"name": slot.name, "cores": list(slot.cores), "threads": slot.threads} for slot in slots],
    )


def hide_secrets(words: Sequence[str]) -> list[str]:
    """A command line without what follows flags that are named for secrets: journal and report are read by many."""
    shown: list[str] = []
    secret = False
    for word in words:
        flag, equals, _ = word.partition("=")
        named = flag.startswith("-") and _SECRET.search(flag) is not None
        shown.append(HIDDEN if secret else f"{flag}={HIDDEN}" if named and equals else word)
        secret = named and not equals
    return shown


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version(), "system": platform.platform()}
    for name in _VERSIONS_OF:
        with suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return versions

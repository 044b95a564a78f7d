"""What the journal notes when a run begins: settings, command, versions and workers.

Runs in: parent.
"""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import metadata

from galley.batches.settings import BatchSettings
from galley.devices import Slot
from galley.journal import RunStart

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
        command={**command, "arguments": sys.argv},
        versions=_versions(),
        slots=[{"name": slot.name, "cores": list(slot.cores), "threads": slot.threads} for slot in slots],
    )


def _versions() -> dict[str, str]:
    versions = {"python": platform.python_version(), "system": platform.platform()}
    for name in _VERSIONS_OF:
        with suppress(metadata.PackageNotFoundError):
            versions[name] = metadata.version(name)
    return versions

"""Pipelines that do what the test tells them, the worst included."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Any

from galley.devices import Slot


class Echo:
    """Answers with the page itself."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot

    def describe(self) -> Mapping[str, str]:
        return {"pid": str(os.getpid())}

    def load(self, page: Any) -> Any:
        return page

    def predict(self, loaded: Sequence[Any]) -> Sequence[Any]:
        return list(loaded)

    def close(self) -> None:
        pass


class Sleep(Echo):
    """Sleeps for the seconds that the page says."""

    def predict(self, loaded: Sequence[Any]) -> Sequence[Any]:
        for seconds in loaded:
            time.sleep(seconds)
        return list(loaded)

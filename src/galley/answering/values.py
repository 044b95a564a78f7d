"""A question, its answer, and what whoever answers must offer.

Runs in: worker. Values only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from galley.config import UnderstandingOptions


@dataclass(frozen=True, slots=True, eq=False)
class Question:
    """What is asked."""

    text: str
    picture: Any
    """A `galley.pages.EncodedPicture`, or pixels: BGR, uint8, shape (height, width, 3)."""
    options: UnderstandingOptions


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered, and what it cost."""

    text: str
    model: str
    finish_reason: str | None = None
    """`stop`, or `length` where the answer was cut off at `max_new_tokens`; None where nobody said."""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    seconds: float = 0.0
    """From the question to the answer, with all repetitions."""
    requests: int = 1
    """How often it had to be asked."""


class Answerer(Protocol):
    """Whoever answers questions."""

    encoded: bool
    """Whether pictures are to come as files; else as pixels."""

    def describe(self) -> str:
        """Which model answers, and where."""
        ...

    def answer(self, questions: Sequence[Question]) -> list[Answer]:
        """As many answers, in the same order.

        Raises:
            NoAnswer: there is none for the question, and would be none the next time.
            DeviceLost: nobody is there to answer.
        """
        ...

    def close(self) -> None:
        """Release what is held."""
        ...

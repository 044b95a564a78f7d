"""How many files a run will look into, for the estimate of how long it takes.

Runs in: parent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from galley.inputs.elements import TreeInput, classify
from galley.inputs.walking import count


def count_files(inputs: Sequence[object]) -> int:
    """The number of files named by `inputs` (paths, folders, patterns, URLs, arrays, questions); none is opened."""
    questions = sum(isinstance(value, Mapping) for value in inputs)
    elements = [classify(value, position) for position, value in enumerate(inputs) if not isinstance(value, Mapping)]
    return questions + sum(
        count(element.root, element.pattern) if isinstance(element, TreeInput) else 1 for element in elements
    )

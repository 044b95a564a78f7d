"""What the journal notes when a run begins."""

from __future__ import annotations

import pytest

from galley.batches.start import hide_secrets


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["galley", "--pdf_password", "sesame", "--quiet"], ["galley", "--pdf_password", "***", "--quiet"]),
        (["galley", "--pdf_password=sesame=", "-i", "x"], ["galley", "--pdf_password=***", "-i", "x"]),
        (["own.py", "--api-key", "k", "--OPENAI_API_KEY=k"], ["own.py", "--api-key", "***", "--OPENAI_API_KEY=***"]),
        (
            ["galley", "--input_dir", "password", "--pdf_password"],
            ["galley", "--input_dir", "password", "--pdf_password"],
        ),
    ],
)
def test_secrets_on_the_command_line_are_not_noted(words: list[str], shown: list[str]) -> None:
    assert hide_secrets(words) == shown

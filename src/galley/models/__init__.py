"""Models: which there are, where their files come from, and how each wants to be fed.

Runs in: parent (catalogue, store, folders); workers are given `galley.models.rules.Model` values.
"""

from __future__ import annotations

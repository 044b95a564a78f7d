"""Galley: document-OCR pipelines in parallel, with the interface of a single one."""

from __future__ import annotations

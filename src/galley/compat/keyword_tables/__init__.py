"""From PaddleOCR's keywords to Galley's settings: one table for each pipeline.

Constructor keywords and command-line flags are both made from these rows, so that a name, its type, its meaning
and its help stand in one place.
"""

"""PaddleOCR's interface: its class names, keywords, flags and result objects, over Galley's own.

The only place where PaddleOCR's names mean something. `table` is the one table from their names to our
configuration; the classes and the command line are both made from it.
"""

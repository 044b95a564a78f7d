"""PaddleOCR's interface: its class names, keywords, flags and result objects, over Galley's own.

The only place where PaddleOCR's names mean something. `keyword_tables` lead from their keywords to our configuration;
the classes and the command line are both made from them.
"""

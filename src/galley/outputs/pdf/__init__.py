"""Searchable PDF: the pages as they look, under text that is not seen but can be selected, copied and found."""

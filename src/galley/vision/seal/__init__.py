"""Seals: finding their ink on a page, the ellipse of their edge, and the text along it. Arrays in, arrays out."""

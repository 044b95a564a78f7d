"""Measurements of Galley, each a command of its own: `python benchmarks/NAME.py --help`."""

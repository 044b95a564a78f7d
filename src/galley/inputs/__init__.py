"""Inputs: which pages there are (`list_pages`, parent) and their pixels (`PageLoader`, worker).

Runs in: parent and worker. OpenCV is loaded only when pixels are.
"""

from galley.inputs.counting import count_files
from galley.inputs.folder import check_folder, count_files_in, find_files
from galley.inputs.listing import Input, list_pages, pages_of_file
from galley.inputs.loading import PageLoader, load_pixels
from galley.inputs.names import page_stem
from galley.inputs.options import InputOptions
from galley.inputs.page_counter import PageCounter

__all__ = [
    "Input",
    "InputOptions",
    "PageCounter",
    "PageLoader",
    "check_folder",
    "count_files",
    "count_files_in",
    "find_files",
    "list_pages",
    "load_pixels",
    "page_stem",
    "pages_of_file",
]

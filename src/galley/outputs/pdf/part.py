"""What a worker leaves of one page for the PDF of its document, as a value and as a file.

Runs in: worker, and parent (a result's own `save_to_pdf`).

The file is a line of JSON and then the bytes of the streams: it is read back by Galley alone, soon after.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from galley.errors import BadInput
from galley.outputs.files import write_file
from galley.outputs.pdf.text import TextContent


@dataclass(frozen=True, slots=True)
class Picture:
    """An encoded picture, as PDF holds it."""

    entries: str
    """Of its dictionary, without length: size, colours, filter."""
    data: bytes


@dataclass(frozen=True, slots=True)
class PagePart:
    """One page."""

    size: tuple[int, int]
    """Width and height, in pixels, of the upright page that the text is about."""
    text: TextContent
    rotation: int = 0
    """Clockwise degrees by which what is below the text is turned until it is upright."""
    picture: Picture | None = None
    """What is below the text; None where that is the page of the document itself."""
    hidden_text: bool = False
    """Whether the page of the document has text that is not drawn, and is to lose it."""
    points: tuple[float, float] | None = None
    """Width and height of the picture's page when upright; None where the document's own page says it."""


def write_part(part: PagePart, path: Path) -> None:
    """Write it whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    header = {
        "size": part.size,
        "rotation": part.rotation,
        "hidden_text": part.hidden_text,
        "points": part.points,
        "planes": part.text.planes,
        "text": len(part.text.stream),
        "picture": None if part.picture is None else part.picture.entries,
    }
    data = b"" if part.picture is None else part.picture.data
    write_file(path, json.dumps(header).encode() + b"\n" + part.text.stream + data)


def read_part(path: Path) -> PagePart:
    """The same again.

    Raises:
        BadInput: it is not there, or not whole.
    """
    try:
        header, _, rest = path.read_bytes().partition(b"\n")
        fields = json.loads(header)
        length = fields["text"]
        picture = fields["picture"]
        points = fields["points"]
        return PagePart(
            size=(fields["size"][0], fields["size"][1]),
            text=TextContent(rest[:length], tuple(fields["planes"])),
            rotation=fields["rotation"],
            hidden_text=fields["hidden_text"],
            picture=None if picture is None else Picture(picture, rest[length:]),
            points=None if points is None else (points[0], points[1]),
        )
    except (OSError, ValueError, KeyError) as error:
        raise BadInput(f"what was written for a page is not there any more: {str(path)!r}: {error}") from error


def has_picture(path: Path) -> bool:
    """Whether the part has a picture of its page.

    Raises:
        BadInput: it is not there, or not whole.
    """
    try:
        with path.open("rb") as file:
            return json.loads(file.readline())["picture"] is not None
    except (OSError, ValueError, KeyError) as error:
        raise BadInput(f"what was written for a page is not there any more: {str(path)!r}: {error}") from error

"""The parts of a Word file that are the same in all of them, or hang on the page's size only.

Runs in: worker and parent. Pure. Source: ECMA-376, Office Open XML, parts 1 and 2.
"""

from __future__ import annotations

from collections.abc import Iterator

EMU_PER_TWIP = 635
"""The unit of drawings against that of pages: 1/914400 and 1/1440 of an inch."""

_LONG_SIDE = 16838
"""Of a page of A4, in twips."""
_MARGIN = 1134
"""Two centimetres."""
_THINNEST = 0.4
"""No page is thinner than that part of its longer side, or its text would have no room."""

_MAIN = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

DOCUMENT_START = (
    f'{_HEAD}<w:document xmlns:w="{_MAIN}" xmlns:r="{_OFFICE}" '
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" '
    'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" '
    'xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><w:body>'
)
DOCUMENT_END = "</w:body></w:document>"
RELATIONS_START = (
    f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rIdStyles" Type="{_OFFICE}/styles" Target="styles.xml"/>'
    f'<Relationship Id="rIdSettings" Type="{_OFFICE}/settings" Target="settings.xml"/>'
)
RELATIONS_END = "</Relationships>"


def picture_relation(number: int) -> str:
    """Where the picture of that number is."""
    return f'<Relationship Id="rId{number}" Type="{_OFFICE}/image" Target="media/image{number}.jpg"/>'


def page_size(width: int, height: int) -> tuple[int, int]:
    """Width and height in twips of a sheet of the page's form whose longer side is that of A4."""
    longer = max(width, height, 1)
    return (
        round(_LONG_SIDE * max(_THINNEST, width / longer)),
        round(_LONG_SIDE * max(_THINNEST, height / longer)),
    )


def text_size(page: tuple[int, int]) -> tuple[int, int]:
    """Width and height in twips of what is within the margins."""
    return page[0] - 2 * _MARGIN, page[1] - 2 * _MARGIN


def section(page: tuple[int, int]) -> str:
    """The end of the body: the size of the sheets."""
    turned = ' w:orient="landscape"' if page[0] > page[1] else ""
    margins = " ".join(f'w:{side}="{_MARGIN}"' for side in ("top", "right", "bottom", "left"))
    return (
        f'<w:sectPr><w:pgSz w:w="{page[0]}" w:h="{page[1]}"{turned}/>'
        f'<w:pgMar {margins} w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>'
    )


def constant_parts() -> Iterator[tuple[str, str]]:
    """Names and contents of the other parts."""
    yield (
        "[Content_Types].xml",
        f'{_HEAD}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/><Default Extension="jpg" ContentType="image/jpeg"/>'
        f'<Override PartName="/word/document.xml" ContentType="{_TYPE}.document.main+xml"/>'
        f'<Override PartName="/word/styles.xml" ContentType="{_TYPE}.styles+xml"/>'
        f'<Override PartName="/word/settings.xml" ContentType="{_TYPE}.settings+xml"/></Types>',
    )
    yield (
        "_rels/.rels",
        f'{_HEAD}<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="rId1" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>',
    )
    yield (
        "word/settings.xml",
        f'{_HEAD}<w:settings xmlns:w="{_MAIN}"><w:compat><w:compatSetting w:name="compatibilityMode" '
        'w:uri="http://schemas.microsoft.com/office/word" w:val="15"/></w:compat></w:settings>',
    )
    yield "word/styles.xml", f'{_HEAD}<w:styles xmlns:w="{_MAIN}">{"".join(_styles())}</w:styles>'


def _styles() -> Iterator[str]:
    yield (
        '<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="SimSun" '
        'w:cs="Arial"/><w:sz w:val="21"/><w:szCs w:val="21"/></w:rPr></w:rPrDefault>'
        '<w:pPrDefault><w:pPr><w:spacing w:after="120" w:line="264" w:lineRule="auto"/></w:pPr></w:pPrDefault>'
        "</w:docDefaults>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        '<w:style w:type="table" w:default="1" w:styleId="TableNormal"><w:name w:val="Normal Table"/><w:tblPr>'
        '<w:tblCellMar><w:left w:w="108" w:type="dxa"/><w:right w:w="108" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        "</w:style>"
    )
    yield _style("Title", "Title", '<w:keepNext/><w:spacing w:after="240"/><w:jc w:val="center"/>', 36, "<w:b/>")
    for level, size in enumerate((30, 26, 24, 22, 21), 1):
        paragraph = f'<w:keepNext/><w:spacing w:before="240" w:after="120"/><w:outlineLvl w:val="{level - 1}"/>'
        yield _style(f"Heading{level}", f"heading {level}", paragraph, size, "<w:b/>")
    yield _style("Caption", "caption", '<w:spacing w:after="200"/><w:jc w:val="center"/>', 18, "")
    yield _style("Picture", "Picture", '<w:keepNext/><w:jc w:val="center"/>', 21, "")
    yield _style("ListParagraph", "List Paragraph", '<w:ind w:left="425" w:hanging="425"/>', 21, "")
    fonts = '<w:rFonts w:ascii="Courier New" w:hAnsi="Courier New" w:cs="Courier New"/>'
    yield _style("Listing", "Listing", '<w:spacing w:line="240" w:lineRule="auto"/>', 18, fonts)
    edges = ("top", "left", "bottom", "right", "insideH", "insideV")
    lines = "".join(f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="auto"/>' for edge in edges)
    yield (
        '<w:style w:type="table" w:styleId="TableGrid"><w:name w:val="Table Grid"/><w:basedOn w:val="TableNormal"/>'
        '<w:pPr><w:spacing w:after="0" w:line="240" w:lineRule="auto"/></w:pPr>'
        f"<w:tblPr><w:tblBorders>{lines}</w:tblBorders></w:tblPr></w:style>"
    )


def _style(identifier: str, name: str, paragraph: str, size: int, run: str) -> str:
    """A paragraph style; the size is in half points."""
    following = '<w:next w:val="Normal"/>' if identifier.startswith(("Title", "Heading")) else ""
    fonts, weight = (run, "") if run.startswith("<w:rFonts") else ("", run)
    return (
        f'<w:style w:type="paragraph" w:styleId="{identifier}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/>'
        f"{following}<w:qFormat/><w:pPr>{paragraph}</w:pPr>"
        f'<w:rPr>{fonts}{weight}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/></w:rPr></w:style>'
    )

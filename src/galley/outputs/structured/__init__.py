"""Files of structured pages and of the documents made of them: Markdown, Word, LaTeX, pictures.

All of them take the same way: a page becomes a `leaf` (its blocks without pixels), leaves become `elements`
(headings, paragraphs, tables …, put together over columns and pages), and each form writes elements in its own signs.
"""

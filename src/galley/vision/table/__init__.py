"""Tables: a picture and its lines of text in, cells on a grid out. Arrays in, arrays out.

The order of the steps: `upright` (straighten the picture), `rules` (what is ruled), then either `ruled` (walls) or
`aligned` (`columns`, `rows`, `heads`), `cuts` (lines that run through several cells), `blanks` (ink that nobody has
read). `galley.pipelines.table_reader` calls them and reads what they ask for.
"""

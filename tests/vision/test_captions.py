"""Captions, told from sentences about figures."""

from __future__ import annotations

import pytest

from galley.vision.captions import caption_kind, speaks_of_figure


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Figure 3: Two frames", "figure_title"),
        ("Fig. 2. two frames", "figure_title"),
        ("Table I: Parameters", "table_title"),
        ("Table 2-1 FUNCTION_USAGE view", "table_title"),
        ("图1 系统结构", "figure_title"),
        ("表 2 结果", "table_title"),
        ("图3 中国的河流", "figure_title"),
        ("图3给出了观测的结果", None),
        ("表2中的数据", None),
        ("Figure 3", "figure_title"),
        ("Table 3-1 summarizes these registers", None),
        ("Figures are nice", None),
        ("Tables", None),
        ("", None),
    ],
)
def test_a_caption_has_a_number_and_no_verb(text: str, kind: str | None) -> None:
    assert caption_kind(text) == kind


def test_sentences_about_figures_are_told_apart() -> None:
    assert speaks_of_figure("Figure 3-5 shows the difference")
    assert speaks_of_figure("图2所示的桥梁")
    assert not speaks_of_figure("Figure 3-5 Special registers")

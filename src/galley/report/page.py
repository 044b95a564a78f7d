"""The page of a report: one HTML file with everything inside.

Runs in: pure, but for reading its own style and script.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from html import escape
from importlib import resources

from galley.report.axes import Unit, choose_unit, time_ticks, value_ticks
from galley.report.drawing import draw_failed, draw_lane, draw_throughput
from galley.report.facts import LOW_SHARE, Facts, Lane, judge, remark
from galley.report.tables import (
    format_time,
    list_environment,
    list_failures,
    list_files,
    list_runs,
    list_settings,
    list_slowest,
)
from galley.wording import counted, describe_seconds, shown

_MOST_LANES = 256
_MOST_REMARKS = 12
_ICONS = {
    "ok": '<circle cx="12" cy="12" r="10"/><path d="m7.5 12.5 3 3 6-7"/>',
    "warn": '<path d="M12 3 2.5 20h19zM12 10v4.5M12 17.2v.1"/>',
    "bad": '<circle cx="12" cy="12" r="10"/><path d="m8.5 8.5 7 7M15.5 8.5l-7 7"/>',
    "busy": '<circle cx="12" cy="12" r="10"/><path d="M12 6.5V12l3.5 2.5"/>',
}


def render_page(facts: Facts, thumbnails: Mapping[tuple[int, int], str]) -> str:
    """The whole page; thumbnails are data URIs by number of file and page."""
    style, script = (_own_file(name) for name in ("page.css", "page.js"))
    title = f"{judge(facts.counts, facts.runs).headline} · {shown(facts.output)}"
    body = "".join(
        (
            _header(facts),
            "<main>",
            _timeline(facts),
            list_failures(facts, thumbnails),
            list_slowest(facts),
            list_files(facts),
            list_runs(facts),
            list_environment(facts),
            list_settings(facts),
            "</main>",
            f"<footer>Made by galley report from the journal as it was on {format_time(facts.made)}.</footer>",
        )
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; img-src data:; '
        "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{escape(title)}</title><style>{style}</style></head>'
        f'<body>{body}<script type="application/json" id="bins">{_bin_data(facts)}</script>'
        f"<script>{script}</script></body></html>\n"
    )


def _own_file(name: str) -> str:
    return resources.files("galley.report").joinpath(name).read_text(encoding="utf-8")


def _header(facts: Facts) -> str:
    verdict = judge(facts.counts, facts.runs)
    return (
        f'<header><div class="place"><span>Galley batch in <b>{escape(shown(facts.output))}</b></span>'
        f"<span>as of {format_time(facts.made)} {_zone(facts.made)}</span></div>"
        f'<div class="verdict {verdict.tone}"><svg viewBox="0 0 24 24" aria-hidden="true">{_ICONS[verdict.tone]}</svg>'
        f"<div><h1>{escape(verdict.headline)}</h1><p>{escape(verdict.explanation)}</p></div></div>"
        f"{_whole(facts)}{_tiles(facts)}</header>"
    )


def _whole(facts: Facts) -> str:
    """All pages as one bar."""
    counts = facts.counts
    total = counts.done + counts.failed + counts.pending
    if not total:
        return ""
    label = f"{counts.done:,} done, {counts.failed:,} failed, {counts.pending:,} pending"
    parts = "".join(
        f'<i class="{name}" style="flex:{count} 0 0"></i>'
        for name, count in (("done", counts.done), ("failed", counts.failed), ("pending", counts.pending))
        if count
    )
    return f'<div class="whole" role="img" aria-label="{label}">{parts}</div>'


def _tiles(facts: Facts) -> str:
    counts, seconds = facts.counts, facts.timeline.seconds
    total = counts.done + counts.failed + counts.pending
    files = f"in {counted(counts.files, 'file')}"
    tiles = [("Pages done", f"{counts.done:,}", f"of {total:,} {files}")]
    if counts.pending:
        tiles.append(("Pages pending", f"{counts.pending:,}", f"{_percent(counts.pending / total)} of all"))
    tiles.append(("Pages failed", f"{counts.failed:,}", _percent(counts.failed / total) + " of all" if total else ""))
    pages = sum(facts.done) + sum(facts.failed)
    if pages:
        runs = len(facts.timeline.stretches)
        unit = choose_unit(pages / seconds)
        rate = f"{pages / seconds * unit.seconds:.3g} <small>{unit.name}</small>"
        tiles.append(("Time running", _with_unit(describe_seconds(seconds)), f"in {counted(runs, 'run')}"))
        tiles.append(("Throughput", rate, "all workers together"))
    if facts.durations.count:
        half, most = facts.durations.percentile(50), facts.durations.percentile(95)
        tiles.append(("Time of a page", _with_unit(_plain(half)), f"95 % under {_plain(most)}"))
    if any(lane.started for lane in facts.lanes):
        worked = sum(sum(lane.busy) for lane in facts.lanes)
        present = sum(lane.seconds for lane in facts.lanes)
        useless = sum(not lane.pages for lane in facts.lanes)
        note = f"{useless} of {len(facts.lanes)} did no page" if useless else counted(len(facts.lanes), "worker")
        tiles.append(("Workers busy", _percent(worked / present if present else 0), note))
    content = "".join(
        f"<div><dt>{name}</dt><dd>{value}</dd><dd class=note>{note}</dd></div>" for name, value, note in tiles
    )
    return f'<dl class="tiles">{content}</dl>'


def _timeline(facts: Facts) -> str:
    timeline = facts.timeline
    if not (any(facts.done) or any(facts.failed) or any(lane.started for lane in facts.lanes)):
        return ""
    width = describe_seconds(timeline.width).replace(".0 s", " s").replace(" 0 s", "").replace(" 0 min", "")
    rest = f"One step is {width}. Point at the charts to read the numbers of a step."
    gaps = "Time between runs is left out; dashed lines are where a run begins. " if len(timeline.stretches) > 1 else ""
    older = f"{counted(facts.left_out, 'earlier run is', 'earlier runs are')} left out. " if facts.left_out else ""
    lanes = facts.lanes[:_MOST_LANES]
    rows = "".join(_lane_row(facts, number, lane) for number, lane in enumerate(lanes))
    hidden = len(facts.lanes) - len(lanes)
    more = f'<p class="soft small">and {hidden:,} more workers</p>' if hidden else ""
    return (
        '<section id="timeline"><h2>Throughput and workers over time</h2>'
        f'<p class="soft small">{gaps}{older}Local time, {_zone(timeline.stretches[0].begin)}.</p>{_key()}'
        f'<div class="chart">{_throughput_row(facts)}{_failed_row(facts)}{rows}'
        f"<span></span>{_time_axis(facts)}<span></span></div>{more}"
        f'<div class="readout" role="status">{rest}</div>{_remarks(facts)}</section>'
    )


def _key() -> str:
    meanings = (
        ("busy", "working on pages"),
        ("idle", "idle"),
        ("starting", "opening its pipeline"),
        ("down", "no process"),
        ("death", "died"),
        ("failed", "failed pages"),
    )
    return f'<ul class="key">{"".join(f"<li><i class={name}></i>{what}</li>" for name, what in meanings)}</ul>'


def _throughput_row(facts: Facts) -> str:
    # Not by the seconds of the run in a bin: one page in the last tenth of a second is no throughput.
    done, failed = ([count / facts.timeline.width for count in counts] for counts in (facts.done, facts.failed))
    most = max((a + b for a, b in zip(done, failed, strict=True)), default=0.0)
    unit: Unit = choose_unit(most)
    ticks = value_ticks(most * unit.seconds)
    top = float(ticks[-1].label) / unit.seconds
    levels = "".join(f'<span style="bottom:{tick.place:.2%}">{tick.label}</span>' for tick in ticks)
    rules = "".join(f'<hr style="bottom:{tick.place:.2%}">' for tick in ticks[1:])
    return (
        f'<div class="levels" aria-hidden="true">{levels}</div>'
        f'<div class="plot tall">{rules}{draw_throughput(facts.timeline, done, failed, top)}'
        f'<span class="unit">{unit.name}</span></div><span></span>'
    )


def _failed_row(facts: Facts) -> str:
    """When pages failed: too few to be seen among those that did not."""
    count = sum(facts.failed)
    if not count:
        return ""
    return (
        f'<b>failed</b><div class="plot">{draw_failed(facts.timeline, facts.failed)}</div>'
        f'<div class="number"><b>{count:,}</b> <small>page{"s" if count != 1 else ""}</small></div>'
    )


def _lane_row(facts: Facts, number: int, lane: Lane) -> str:
    busiest = max(each.share for each in facts.lanes)
    low = " low" if lane.share < LOW_SHARE * busiest or not lane.pages else ""
    pages = counted(lane.pages, "page")
    return (
        f'<b>{escape(lane.slot)}</b><div class="plot">{draw_lane(facts.timeline, lane)}</div>'
        f'<div class="number{low}" data-lane="{number}"><b>{_percent(lane.share)}</b> <small>{pages}</small></div>'
    )


def _time_axis(facts: Facts) -> str:
    ticks = time_ticks(facts.timeline)
    spans = "".join(
        f'<span{" class=last" if tick.place > 0.93 else ""} style="left:{tick.place:.2%}">{tick.label}</span>'
        for tick in ticks
    )
    return f'<div class="times" aria-hidden="true">{spans}</div>'


def _remarks(facts: Facts) -> str:
    sentences = remark(facts.lanes)
    if not sentences:
        return ""
    shown = sentences[:_MOST_REMARKS]
    if len(sentences) > len(shown):
        shown.append(f"And {counted(len(sentences) - len(shown), 'more worker')} did little or died.")
    return f'<ul class="remarks">{"".join(f"<li>{escape(sentence)}</li>" for sentence in shown)}</ul>'


def _bin_data(facts: Facts) -> str:
    """The numbers behind the charts, for the script; shares of busy time in percent, -1 where a worker was not used."""
    spans = facts.timeline.spans()
    lanes = [
        [
            round(100 * min(busy / span, 1)) if here and span > 0 else -1
            for busy, span, here in zip(lane.busy, spans, lane.present, strict=True)
        ]
        for lane in facts.lanes[:_MOST_LANES]
    ]
    data = {
        "width": f"{facts.timeline.width:g} s",
        "begins": [round(begin, 1) for begin in facts.timeline.begins()],
        "done": facts.done,
        "failed": facts.failed,
        "lanes": lanes,
    }
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def _zone(moment: float) -> str:
    """`UTC+02:00`, the local time's distance from UTC."""
    minutes = time.localtime(moment).tm_gmtoff // 60
    return f"UTC{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def _percent(share: float) -> str:
    """A share with two digits where it is small, and never rounded to nothing or everything."""
    if 0 < share < 0.1:
        return f"{share * 100:.2g} %"
    return f"{share * 100:.3g} %" if 0.99 < share < 1 else f"{share * 100:.0f} %"


def _plain(seconds: float) -> str:
    """A short time to two or three digits: `12 ms`, `0.37 s`, `4.2 s`."""
    if seconds < 0.1:
        return f"{seconds * 1000:.3g} ms"
    return f"{seconds:.2g} s" if seconds < 10 else describe_seconds(seconds)


def _with_unit(text: str) -> str:
    """Units smaller than their numbers."""
    words = text.split()
    return " ".join(f"<small>{word}</small>" if number % 2 else word for number, word in enumerate(words))

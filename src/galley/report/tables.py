"""The parts of a report's page that are text: failures, slow pages, files, runs, environment, settings.

Runs in: pure.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from galley.journal import FileRecord, PageEntry, RunRecord
from galley.journal.records import RUNNING, WHOLE
from galley.report.facts import Facts, FailureGroup, name_code, name_page
from galley.wording import counted, describe_seconds, shown

_MEANINGS = {
    "unreadable": "The input is missing, damaged, encrypted, too large, or of no supported kind. An input that is "
    "repaired or replaced is done again by the next run.",
    "rejected": "The pipeline raised an exception, and would raise it again. The details say where.",
    "crashed": "The worker died, alone with this page, as often as pages may be tried (--max_tries).",
    "timed_out": "The page took longer than allowed, and its worker was killed (--page_timeout).",
    "no_worker": "No worker was left when the page's turn came.",
    "not_written": "The result could not be written.",
}
_MOST_TEXT = 4000
"""Characters of one message or traceback that are shown."""
_RUNS_SHOWN = 50


def list_failures(facts: Facts, thumbnails: Mapping[tuple[int, int], str]) -> str:
    """All kinds of failures, with examples; thumbnails by number of file and page."""
    if not facts.failures:
        return ""
    groups = "".join(_list_group(group, thumbnails) for group in facts.failures)
    more = (
        f'<p class="soft small">All failures: report.json beside this page, or '
        f"<code>galley status --all {escape(shown(facts.output))}</code>.</p>"
    )
    return f'<section id="failures"><h2>Failures</h2>{more}{groups}</section>'


def _list_group(group: FailureGroup, thumbnails: Mapping[tuple[int, int], str]) -> str:
    reasons = "".join(f"<li><b>{count:,} ×</b>{escape(_cut(message, 300))}</li>" for message, count in group.reasons)
    pictures = [thumbnails.get((page.file, page.page), "") for _, page in group.examples]
    # Where no page of the kind can be shown, boxes without pictures would say nothing.
    boxes = [_draw_box(picture) if any(pictures) else "" for picture in pictures]
    cards = "".join(_draw_card(file, page, box) for (file, page), box in zip(group.examples, boxes, strict=True))
    left = group.count - len(group.examples)
    more = f'<p class="soft small">and {left:,} more of this kind</p>' if left > 0 else ""
    return (
        f'<h3><span class="badge">{group.count:,}</span> {escape(group.kind.replace("_", " "))}</h3>'
        f'<p class="soft small">{_MEANINGS.get(group.kind, "")}</p>'
        f'<ul class="reasons">{reasons}</ul><div class="cards">{cards}</div>{more}'
    )


def _draw_box(picture: str) -> str:
    content = f'<img src="{escape(picture)}" alt="the page">' if picture else "cannot be shown"
    return f'<div class="thumb">{content}</div>'


def _draw_card(file: FileRecord, page: PageEntry, box: str) -> str:
    folder, slash, name = shown(file.path).rpartition("/")
    number = "" if page.page == WHOLE else f" page&nbsp;{page.page + 1}"
    facts = [counted(page.tries, "try", "tries")]
    if page.slot is not None:
        facts.append(f"on {page.slot}")
    if page.seconds is not None and page.seconds >= 0.05:
        facts.append(f"after {describe_seconds(page.seconds)}")
    detail = ""
    if page.detail.strip():
        detail = f"<details><summary>Details</summary><pre>{escape(_cut(page.detail, _MOST_TEXT))}</pre></details>"
    return (
        f'<div class="card">{box}<div><b>{escape(name)}</b>{number}<p class="soft">{escape(folder + slash)}</p>'
        f'<p>{escape(_cut(page.message, 400))}</p><p class="soft">{escape(", ".join(facts))}</p>{detail}</div></div>'
    )


def list_slowest(facts: Facts) -> str:
    """The pages on which workers spent most."""
    if not facts.slowest:
        return ""
    most = max(page.seconds for _, page in facts.slowest if page.seconds is not None)
    rows = "".join(_slow_row(file, page, most) for file, page in facts.slowest)
    head = _head("Page", "Worker", "Outcome", ">Time", "")
    return (
        '<section id="slowest"><h2>Slowest pages</h2><p class="soft small">Time that a worker spent on the page, '
        f'loading included.</p><div class="wide"><table>{head}<tbody>{rows}</tbody></table></div></section>'
    )


def _slow_row(file: FileRecord, page: PageEntry, most: float) -> str:
    seconds = 0.0 if page.seconds is None else page.seconds
    outcome = "done" if page.kind is None else page.kind.replace("_", " ")
    return (
        f"<tr><td>{escape(name_page(file, page))}</td><td>{escape(page.slot or '')}</td><td>{escape(outcome)}</td>"
        f'<td class="right">{describe_seconds(seconds) if seconds >= 10 else f"{seconds:.2f} s"}</td>'
        f'<td class="bar"><i style="width:{100 * seconds / most:.1f}%"></i></td></tr>'
    )


def list_files(facts: Facts) -> str:
    """Files that were left out, and those that did not keep still."""
    parts = []
    if facts.counts.skipped:
        parts.append(_file_table(facts.skipped, facts.counts.skipped, "of no supported kind, skipped"))
    if facts.noted:
        parts.append(_file_table(facts.noted, len(facts.noted), "that changed or vanished while they were worked on"))
    return f'<section id="files"><h2>Files to know about</h2>{"".join(parts)}</section>' if parts else ""


def _file_table(files: Sequence[FileRecord], count: int, what: str) -> str:
    rows = "".join(f"<tr><td>{escape(shown(f.path))}</td><td>{escape(f.message)}</td></tr>" for f in files)
    more = f"; the first {len(files)} of them" if count > len(files) else ""
    noun = "file" if count == 1 else "files"
    return (
        f'<div class="wide"><table><caption>{count:,} {noun} {what}{more}</caption>'
        f"{_head('File', 'Why')}<tbody>{rows}</tbody></table></div>"
    )


def list_runs(facts: Facts) -> str:
    """The runs, the latest first."""
    shown = facts.runs[::-1][:_RUNS_SHOWN]
    rows = "".join(_run_row(run, facts.made) for run in shown)
    more = f", the latest {_RUNS_SHOWN} of {len(facts.runs):,}" if len(facts.runs) > _RUNS_SHOWN else ""
    head = _head(">Run", "Begun", ">Lasted", "How it ended", "Exit code", "Command")
    return (
        f'<section id="runs"><h2>Runs{more}</h2><div class="wide"><table>{head}<tbody>{rows}</tbody></table></div>'
        "</section>"
    )


def _run_row(run: RunRecord, now: float) -> str:
    end = now if run.state == RUNNING else run.ended
    lasted = "unknown" if end is None else describe_seconds(max(end - run.started, 0))
    how = run.message if run.message.startswith(run.state) else f"{run.state}: {run.message}".removesuffix(": ")
    command = " ".join(str(word) for word in run.command.get("arguments", ()))
    return (
        f'<tr><td class="right">{run.id}</td><td>{format_time(run.started)}</td><td class="right">{lasted}</td>'
        f"<td>{escape(_cut(how, 400))}</td>"
        f"<td>{'' if run.state == RUNNING else escape(name_code(run.exit_code))}</td>"
        f"<td><code>{escape(shown(_cut(command, 600)))}</code></td></tr>"
    )


def list_environment(facts: Facts) -> str:
    """Versions, and what each worker of the last run had and said."""
    if not facts.runs:
        return ""
    last = facts.runs[-1]
    said = {lane.slot: lane.description for lane in facts.lanes}
    versions = _pairs(last.versions, "Versions in the last run")
    rows = "".join(
        f"<tr><td>{escape(str(slot['name']))}</td><td>{escape(_list_cores(slot.get('cores', ())))}</td>"
        f'<td class="right">{slot.get("threads", "")}</td><td>{escape(said.get(str(slot["name"]), ""))}</td></tr>'
        for slot in last.slots
    )
    head = _head("Worker", "CPU cores", ">Threads", "What it runs, as it said itself")
    workers = f"<table><caption>Workers of the last run</caption>{head}<tbody>{rows}</tbody></table>"
    return (
        f'<section id="environment"><h2>Environment</h2><div class="wide">{versions}</div>'
        f'<div class="wide">{workers}</div></section>'
    )


def list_settings(facts: Facts) -> str:
    """What the results of the last run depend on, and what else it was told."""
    if not facts.runs:
        return ""
    last = facts.runs[-1]
    command = {name: value for name, value in last.command.items() if name != "arguments"}
    return (
        '<section id="settings"><h2>Settings</h2><div class="wide">'
        f"{_pairs(last.settings, f'What results depend on (fingerprint {last.fingerprint})')}</div>"
        f'<div class="wide">{_pairs(command, "What else the run was told")}</div></section>'
    )


def format_time(moment: float) -> str:
    """A moment in local time."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(moment))


def _list_cores(cores: Iterable[int]) -> str:
    """Core numbers with ranges: `0-3, 8`."""
    parts: list[list[int]] = []
    for core in sorted(cores):
        if parts and core == parts[-1][-1] + 1:
            parts[-1].append(core)
        else:
            parts.append([core])
    return ", ".join(str(part[0]) if len(part) == 1 else f"{part[0]}-{part[-1]}" for part in parts)


def _pairs(values: Mapping[str, Any], caption: str) -> str:
    rows = "".join(
        f"<tr><th scope=row>{escape(name)}</th><td>{escape(shown(_cut(_show(value), 600)))}</td></tr>"
        for name, value in values.items()
    )
    return f"<table><caption>{escape(caption)}</caption><tbody>{rows}</tbody></table>"


def _show(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _head(*titles: str) -> str:
    """The head of a table; titles that begin with `>` are of columns of numbers."""
    cells = "".join(
        f'<th scope=col class="right">{title[1:]}</th>' if title.startswith(">") else f"<th scope=col>{title}</th>"
        for title in titles
    )
    return f"<thead><tr>{cells}</tr></thead>"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} …"

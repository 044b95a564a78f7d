from __future__ import annotations

import pytest
from tests.answering.scripted import Scripted

from galley.answering.reach import require_servers, why_unreachable
from galley.errors import DeviceError

AWAY = "http://127.0.0.1:9/v1"


def test_whatever_answers_is_there() -> None:
    with Scripted(key="x") as locked, Scripted(html=True) as other:
        assert why_unreachable(locked.url) is None
        assert why_unreachable(other.url) is None
        require_servers([locked.url, other.url])


def test_a_server_that_is_away_is_named_with_the_reason() -> None:
    with Scripted() as one, pytest.warns(UserWarning, match=f"left out for now: {AWAY}: Connection refused"):
        require_servers([AWAY, one.url])


def test_without_any_server_nothing_can_be_done() -> None:
    other = "http://127.0.0.2:9/v1"
    with pytest.raises(DeviceError, match=f"no server answers: {AWAY}: Connection refused; {other}: "):
        require_servers([AWAY, other])

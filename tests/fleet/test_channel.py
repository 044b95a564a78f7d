from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from galley.fleet.channel import Channel
from galley.fleet.messages import Finished, Parcel


@pytest.fixture
def pair() -> Iterator[tuple[Channel, Channel]]:
    ours, theirs = socket.socketpair()
    channels = Channel(ours.detach()), Channel(theirs.detach())
    yield channels
    for channel in channels:
        channel.close()


def through(pair: tuple[Channel, Channel], messages: list[Any]) -> list[Any]:
    sender, receiver = pair
    for message in messages:
        sender.queue(message)
    thread = threading.Thread(target=sender.flush)
    thread.start()
    arrived: list[Any] = []
    while len(arrived) < len(messages):
        arrived += receiver.receive()
    thread.join()
    return arrived


CONTENTS = st.one_of(
    st.integers(),
    st.binary(max_size=300),
    st.integers(0, 3_000_000).map(lambda size: np.arange(size, dtype=np.uint8)),
    st.lists(st.integers(60_000, 70_000).map(lambda size: np.zeros(size, np.uint8)), max_size=100),
)


@given(contents=st.lists(CONTENTS, max_size=12))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_messages_of_any_size_arrive_in_order(pair: tuple[Channel, Channel], contents: list[Any]) -> None:
    arrived = through(pair, [Finished(seq, Parcel.pack(content), 0.5) for seq, content in enumerate(contents)])
    assert [message.seq for message in arrived] == list(range(len(contents)))
    for message, content in zip(arrived, contents, strict=True):
        np.testing.assert_equal(message.result.unpack(), content)


def test_every_way_to_cut_the_bytes_gives_the_same_messages(pair: tuple[Channel, Channel]) -> None:
    sender, receiver = pair
    os.set_blocking(receiver.fileno(), False)
    messages = ["one", Parcel.pack(np.ones(70_000, np.uint8)), "two", "three"]
    raw = bytearray()
    for message in messages:
        sender.queue(message)
    raw += b"".join(sender._outgoing)
    for cut in [*range(1, 60), 1000, 70_000, 70_100, len(raw) - 1]:
        arrived = []
        for part in (raw[:cut], raw[cut:]):
            sent = 0
            while sent < len(part):
                sent += os.write(sender.fileno(), part[sent : sent + 50_000])
                with pytest.raises(BlockingIOError):
                    while True:
                        arrived += receiver.receive()
        assert [arrived[0], *arrived[2:]] == ["one", "two", "three"]
        assert arrived[1].unpack().sum() == 70_000


def test_a_full_socket_never_blocks_the_sender_that_must_not_wait(pair: tuple[Channel, Channel]) -> None:
    sender, receiver = pair
    os.set_blocking(sender.fileno(), False)
    page = np.random.default_rng(0).integers(0, 255, 5_000_000, np.uint8)
    sender.queue(Parcel.pack(page))
    arrived: list[Any] = []
    refused = 0
    while not sender.flush():
        refused += 1
        arrived += receiver.receive()
    while not arrived:
        arrived += receiver.receive()
    assert refused > 0
    assert np.array_equal(arrived[0].unpack(), page)


def test_the_end_is_told_after_the_last_message() -> None:
    ours, theirs = socket.socketpair()
    sender, receiver = Channel(ours.detach()), Channel(theirs.detach())
    sender.queue("last words")
    sender.flush()
    sender.close()
    assert list(receiver.messages()) == ["last words"]
    with pytest.raises(EOFError):
        receiver.receive()
    receiver.close()


def test_sending_to_nobody_is_an_error() -> None:
    ours, theirs = socket.socketpair()
    sender = Channel(ours.detach())
    theirs.close()
    sender.queue("hello")
    with pytest.raises(OSError, match="Broken pipe"):
        sender.flush()
    sender.close()


def test_what_cannot_be_pickled_is_not_half_sent(pair: tuple[Channel, Channel]) -> None:
    sender, _ = pair
    with pytest.raises(TypeError):
        sender.queue(threading.Lock())
    assert through(pair, ["next"]) == ["next"]


def test_pixels_are_not_copied_on_the_way_out() -> None:
    page = np.zeros((1000, 1000), np.uint8)
    (buffer,) = Parcel.pack(page).buffers
    page[5, 5] = 77
    assert memoryview(buffer).cast("B")[5005] == 77

"""Device strings, slots and their environments."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from galley.devices import (
    ALLOCATOR_SETTINGS,
    KINDS,
    THREAD_VARIABLES,
    VISIBLE_DEVICES,
    Device,
    describe_found,
    limit_memory,
    parse_devices,
    plan_slots,
    require_devices,
    share_cores,
    slot_environment,
)
from galley.errors import BadArguments, DeviceError

devices = st.builds(Device, st.sampled_from(KINDS), st.integers(0, 200))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cpu", ["cpu:0"]),
        ("gpu", ["gpu:0"]),
        ("GPU:3", ["gpu:3"]),
        ("gpu:0,1,2,3", ["gpu:0", "gpu:1", "gpu:2", "gpu:3"]),
        ("gpu:0-3", ["gpu:0", "gpu:1", "gpu:2", "gpu:3"]),
        ("gpu:0-1,5", ["gpu:0", "gpu:1", "gpu:5"]),
        ("gpu:0,0", ["gpu:0", "gpu:0"]),
        ("cpu:0,1", ["cpu:0", "cpu:1"]),
        ("gpu:0,1+cpu:0", ["gpu:0", "gpu:1", "cpu:0"]),
        (" npu:2 + iluvatar_gpu:1 ", ["npu:2", "iluvatar_gpu:1"]),
    ],
)
def test_grammar(text: str, expected: list[str]) -> None:
    assert [str(device) for device in parse_devices(text)] == expected


@pytest.mark.parametrize(
    "text",
    ["", "gpu:", "gpu:a", "gpu:0,", "gpu:-1", "gpu:3-1", "cpu,gpu:0", "gpu:0;1", "tpu:0", "gpu:0-99999", "gpu:0+"],
)
def test_what_is_no_device_is_refused_with_the_text_in_the_message(text: str) -> None:
    with pytest.raises(BadArguments, match="device") as caught:
        parse_devices(text)
    assert repr(text) in str(caught.value)


@given(st.lists(devices, min_size=1, max_size=8))
def test_any_list_of_devices_survives_being_written_and_parsed(given_devices: list[Device]) -> None:
    assert list(parse_devices("+".join(str(device) for device in given_devices))) == given_devices


@given(st.text(max_size=30))
def test_parsing_never_fails_in_another_way(text: str) -> None:
    with contextlib.suppress(BadArguments):
        parse_devices(text)


@given(st.lists(devices, min_size=1, max_size=12), st.integers(1, 5), st.integers(1, 40))
def test_slots_share_the_cores(given_devices: list[Device], instances: int, core_count: int) -> None:
    cores = tuple(range(100, 100 + core_count))
    slots = plan_slots(given_devices, instances, cores)
    assert len(slots) == len(given_devices) * instances
    assert len({slot.name for slot in slots}) == len(slots)
    assert all(slot.cores and slot.threads == len(slot.cores) for slot in slots)
    assert {core for slot in slots for core in slot.cores} <= set(cores)
    sizes = {len(slot.cores) for slot in slots}
    assert max(sizes) - min(sizes) <= 1
    if len(slots) <= core_count:
        assert sorted(core for slot in slots for core in slot.cores) == list(cores)
    else:
        load = [sum(core in slot.cores for slot in slots) for core in cores]
        assert max(load) - min(load) <= 1


@given(st.integers(1, 64), st.integers(1, 64))
def test_shares_are_neighbouring_runs(core_count: int, shares: int) -> None:
    for share in share_cores(range(core_count), shares):
        assert list(share) == list(range(share[0], share[0] + len(share)))


def test_a_single_cpu_device_is_not_pinned_and_two_are() -> None:
    (alone,) = plan_slots(parse_devices("cpu"), 1, (0, 1))
    pair = plan_slots(parse_devices("cpu:0,1"), 1, (0, 1))
    assert not alone.pinned
    assert [slot.pinned for slot in pair] == [True, True]
    assert [slot.cores for slot in pair] == [(0,), (1,)]


def test_names_tell_instances_apart() -> None:
    slots = plan_slots(parse_devices("gpu:0,1"), 2, (0, 1, 2, 3))
    assert [slot.name for slot in slots] == ["gpu:0", "gpu:0#1", "gpu:1", "gpu:1#1"]
    repeated = plan_slots(parse_devices("gpu:0,0"), 1, (0, 1))
    assert [slot.name for slot in repeated] == ["gpu:0", "gpu:0#1"]


def test_the_user_may_set_the_threads() -> None:
    (slot,) = plan_slots(parse_devices("cpu"), 1, (0, 1, 2, 3), threads=2)
    assert slot.threads == 2
    with pytest.raises(BadArguments, match="threads"):
        plan_slots(parse_devices("cpu"), 1, (0,), threads=0)


def test_no_instances_is_refused() -> None:
    with pytest.raises(BadArguments, match="at least 1"):
        plan_slots(parse_devices("cpu"), 0, (0,))


def test_the_environment_limits_threads_and_shows_one_device() -> None:
    slots = plan_slots(parse_devices("gpu:1"), 1, (0, 1, 2))
    environment = slot_environment(slots[0], {"HOME": "/home/someone", "OMP_NUM_THREADS": "64"})
    assert environment["CUDA_VISIBLE_DEVICES"] == "1"
    assert environment["HOME"] == "/home/someone"
    assert {environment[variable] for variable in THREAD_VARIABLES} == {"3"}


def test_the_allocator_gives_large_blocks_back_unless_the_user_says_otherwise() -> None:
    (slot,) = plan_slots(parse_devices("cpu"), 1, (0,))
    assert slot_environment(slot, {}).items() >= ALLOCATOR_SETTINGS.items()
    own = {"MALLOC_MMAP_THRESHOLD_": "65536"}
    assert slot_environment(slot, own)["MALLOC_MMAP_THRESHOLD_"] == "65536"


def test_a_parent_that_sees_some_devices_hands_on_the_right_one() -> None:
    (slot,) = plan_slots(parse_devices("gpu:1"), 1, (0,))
    assert slot_environment(slot, {"CUDA_VISIBLE_DEVICES": "4,5"})["CUDA_VISIBLE_DEVICES"] == "5"
    with pytest.raises(DeviceError, match="shows 1 device"):
        slot_environment(slot, {"CUDA_VISIBLE_DEVICES": "4"})


@pytest.mark.parametrize("kind", VISIBLE_DEVICES)
def test_every_accelerator_has_its_variable(kind: str) -> None:
    (slot,) = plan_slots([Device(kind, 3)], 1, (0,))
    assert slot_environment(slot, {})[VISIBLE_DEVICES[kind]] == "3"


def test_a_cpu_slot_leaves_accelerators_alone() -> None:
    (slot,) = plan_slots(parse_devices("cpu"), 1, (0,))
    assert slot_environment(slot, {"CUDA_VISIBLE_DEVICES": "7"})["CUDA_VISIBLE_DEVICES"] == "7"


def test_memory_is_limited_for_every_slot() -> None:
    slots = plan_slots(parse_devices("gpu:0,1"), 2, (0, 1, 2, 3))
    assert [slot.memory_limit for slot in limit_memory(slots, 4000)] == [4000] * 4
    assert limit_memory(slots, None) == slots
    with pytest.raises(BadArguments, match="device_memory is 0; it must be at least 1"):
        limit_memory(slots, 0)


def test_a_missing_device_is_named_with_what_was_found() -> None:
    require_devices(parse_devices("cpu:0,1,2"), {"cpu": 2})
    require_devices(parse_devices("gpu:0,1"), {"cpu": 2, "gpu": 2})
    with pytest.raises(DeviceError, match=r"gpu:1, gpu:2; found: cpu \(2 cores\), gpu:0"):
        require_devices(parse_devices("gpu:0,1,2"), {"cpu": 2, "gpu": 1})


def test_found_devices_in_words() -> None:
    assert describe_found({"cpu": 1, "gpu": 4}) == "cpu (1 core), gpu:0-3"

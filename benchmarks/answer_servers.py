"""OpenAI-compatible servers that answer questions after a lognormal time: `python benchmarks/answer_servers.py`.

Runs in: a process of its own, so that it can be killed. Prints the address of each server, then serves.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random

_LONGEST = 4.0
_MODELS = json.dumps({"object": "list", "data": [{"id": "simulated"}]}).encode()
_ANSWER = json.dumps(
    {
        "model": "simulated",
        "choices": [{"finish_reason": "stop", "message": {"role": "assistant", "content": "an answer"}}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 3},
    }
).encode()


_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"


class SimulatedServer:
    """One server; each of its answers takes a time of its own."""

    def __init__(self, median: float, sigma: float, seed: int) -> None:
        self._median, self._sigma = median, sigma
        self._source = random.Random(seed)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, kept open for request after request."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                await reader.readexactly(_length(head))
                asked = head.startswith(b"POST")
                if asked and self._median:
                    await asyncio.sleep(self._seconds())
                body = _ANSWER if asked else _MODELS
                writer.write(_HEAD % len(body) + body)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def _seconds(self) -> float:
        return min(_LONGEST, self._median * self._source.lognormvariate(0, self._sigma))


def _length(head: bytes) -> int:
    """Bytes of the body that follows."""
    named = (line.partition(b":") for line in head.lower().split(b"\r\n"))
    return next((int(value) for name, _, value in named if name == b"content-length"), 0)


async def _serve(count: int, median: float, sigma: float) -> None:
    servers = [
        await asyncio.start_server(SimulatedServer(median, sigma, seed).serve, "127.0.0.1", 0, limit=1 << 20)
        for seed in range(count)
    ]
    for server in servers:
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1", flush=True)
    await asyncio.gather(*(server.serve_forever() for server in servers))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--count", type=int, default=1, help="servers")
    parser.add_argument("--median", type=float, default=0.8, help="seconds for an answer; 0 for none")
    parser.add_argument("--sigma", type=float, default=0.8)
    arguments = parser.parse_args()
    asyncio.run(_serve(arguments.count, arguments.median, arguments.sigma))


if __name__ == "__main__":
    main()

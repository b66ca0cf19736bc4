"""Our server and servers of other makes, under the same callers, in turn, on this machine.

::

    python -m tests.benchmarks.caller_audio /tmp/callers
    python -m tests.benchmarks.voice_benchmark /tmp/callers --calls 4 --rounds 3 \\
        --server "ours=.venv/bin/python -m tests.benchmarks.voice_server" \\
        --server "pipecat=/tmp/pipecat/bin/python -m tests.benchmarks.peers.pipecat_server --cached"

Each command gets ``--port`` and ``--audio`` added and must say ``ready`` when it listens. The servers run one
at a time, in turn, each time anew, so that what else the machine does meets all alike; figures are medians
over the rounds, and the first server is set against each other one. ``--sweep 4,8,12`` looks for the number
of calls at once up to which the 95th percentile of the gap stays under a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import os
import shlex
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.caller_script import Script, load_script
from tests.benchmarks.media_client import run_load
from tests.benchmarks.media_figures import header, row

Figures = dict[str, Any]

ROOT = Path(__file__).parents[2]
START_S = 60.0
UNDER_S = 1.0  # what the 95th percentile of the gap is to stay under
MEDIANS = (
    "gap_p50_s", "gap_p95_s", "stop_p50_s", "stop_p95_s", "cpu_s_per_call_minute", "client_late_p99_s",
)  # fmt: skip
SUMS = ("premature", "with_pause", "missed", "turns", "barge_ins", "not_stopped")
RATIOS = (
    ("gap p50", "gap_p50_s"),
    ("gap p95", "gap_p95_s"),
    ("barge-in stop p50", "stop_p50_s"),
    ("processor time a call-minute", "cpu_s_per_call_minute"),
)


@dataclass(frozen=True)
class Server:
    """A server by the command that starts it."""

    name: str
    command: tuple[str, ...]

    @asynccontextmanager
    async def running(self, audio: Path) -> AsyncIterator[tuple[str, int]]:
        """Its address and its process, from ready until done. Raises RuntimeError when it does not start."""
        port = free_port()
        process = await asyncio.create_subprocess_exec(
            *self.command, "--port", str(port), "--audio", str(audio),
            stdout=asyncio.subprocess.PIPE, cwd=ROOT, start_new_session=True,
            env={**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
        try:
            await asyncio.wait_for(until_ready(self.name, process, port), START_S)
            yield f"ws://127.0.0.1:{port}/media", process.pid
        finally:
            if process.returncode is None:
                os.killpg(process.pid, signal.SIGTERM)
                try:
                    await asyncio.wait_for(process.wait(), 10.0)
                except TimeoutError:
                    os.killpg(process.pid, signal.SIGKILL)
                    await process.wait()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
        return port


async def until_ready(name: str, process: asyncio.subprocess.Process, port: int) -> None:
    assert process.stdout is not None
    while (line := await process.stdout.readline()).strip() != b"ready":
        if not line:
            raise RuntimeError(f"{name} ended before it was ready")
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            writer.close()
            return


async def measure(server: Server, audio: Path, script: Script, calls: int, *, seed: int) -> Figures:
    """One run of one server, after a short call to warm it up."""
    async with server.running(audio) as (address, pid):
        await run_load(address, replace(script, utterances=script.utterances[:2]), 1)
        return await run_load(address, script, calls, pid=pid, seed=seed)


def combined(runs: list[Figures]) -> Figures:
    """Medians and sums over the rounds."""
    first = runs[0]
    figures: Figures = {key: median(run[key] for run in runs) for key in MEDIANS}
    figures |= {key: sum(run[key] for run in runs) for key in SUMS}
    figures["calls"] = first["calls"]
    figures["failed_calls"] = [failure for run in runs for failure in run["failed_calls"]]
    figures["sound"] = {
        key: sum(run["sound"][key] for run in runs) for key in ("replies", "whole", "gaps", "gaps_s")
    }
    return figures


def ratios(ours: Figures, theirs: Figures) -> dict[str, float]:
    """Ours as a part of theirs."""
    return {
        name: ours[key] / theirs[key] if theirs[key] not in (0, math.inf) else math.nan
        for name, key in RATIOS
    }


async def compare(servers: list[Server], audio: Path, calls: int, rounds: int) -> dict[str, Any]:
    """Run all in turn, and print as it goes."""
    script = load_script(audio)
    runs: dict[str, list[Figures]] = {server.name: [] for server in servers}
    print(header())
    for number in range(rounds):
        for server in servers:
            figures = await measure(server, audio, script, calls, seed=number)
            runs[server.name].append(figures)
            print(row(f"{server.name}, round {number + 1}", figures), flush=True)
    totals = {name: combined(of_it) for name, of_it in runs.items()}
    print()
    print(header())
    for name, figures in totals.items():
        print(row(name, figures))
    ours, *peers = servers
    for peer in peers:
        print(f"\n{ours.name} : {peer.name}")
        for name, value in ratios(totals[ours.name], totals[peer.name]).items():
            print(f"  {name:30}{value:6.2f}")
        for key in ("premature", "missed"):
            print(f"  {key:30}{totals[ours.name][key]} : {totals[peer.name][key]}")
    return {"runs": runs, "totals": totals}


async def sweep(servers: list[Server], audio: Path, levels: list[int]) -> dict[str, Any]:
    """For each server the most calls at once, of ``levels``, with the gap's p95 under a second."""
    script = load_script(audio)
    found: dict[str, Any] = {}
    print(header())
    for server in servers:
        most, failures, tried = 0, 0, []
        for calls in levels:
            figures = await measure(server, audio, script, calls, seed=calls)
            tried.append(figures)
            print(row(f"{server.name}, {calls} calls", figures), flush=True)
            if figures["gap_p95_s"] < UNDER_S:
                most, failures = calls, 0
            else:
                failures += 1
            # A machine that is shared may be busy for one run: two in a row are believed.
            if failures == 2:
                break
        found[server.name] = {"most_calls": most, "runs": tried}
    print()
    for name, capacity in found.items():
        print(f"{name}: {capacity['most_calls']} calls at once with p95 under {UNDER_S:.0f} s")
    return found


def _server(text: str) -> Server:
    name, equals, command = text.partition("=")
    if not equals:
        raise argparse.ArgumentTypeError("NAME=COMMAND")
    return Server(name, tuple(shlex.split(command)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="made by caller_audio")
    parser.add_argument(
        "--server", type=_server, action="append", required=True, help="NAME=COMMAND; ours first"
    )
    parser.add_argument("--calls", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sweep", type=lambda text: [int(part) for part in text.split(",")])
    parser.add_argument("--json", type=Path, help="write all figures into this file")
    given = parser.parse_args()
    work = (
        sweep(given.server, given.folder, given.sweep)
        if given.sweep
        else compare(given.server, given.folder, given.calls, given.rounds)
    )
    # However it is ended, the server under test is not left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))
    figures = asyncio.run(work)
    if given.json:
        given.json.write_text(json.dumps(figures, indent=2), encoding="utf-8")


if __name__ == "__main__":
    main()

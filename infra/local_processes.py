"""Child processes that are gone when their parent is: stopped, interrupted, crashed or killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 60
STOP_SECONDS = 10

# Reads process groups until its parent closes the pipe or dies, then ends those groups. It is what
# cleans up after a SIGKILL, when no code of ours runs any more.
REAPER = """
import os, signal, sys
for group in sys.stdin.read().split():
    try:
        os.killpg(int(group), signal.SIGKILL)
    except ProcessLookupError:
        pass
"""


class LocalError(Exception):
    """Something of the local set-up does not start, answer or stop; the text says what."""


@dataclass(frozen=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def last_words(self) -> str:
        """The last traceback in its log, as later requests bury it, or else the log's end."""
        lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        begun = [number for number, line in enumerate(lines) if line.startswith("Traceback")]
        shown = lines[begun[-1] :][:30] if begun else lines[-15:]
        return "\n".join([f"From {self.log}:", *shown])

    def check_running(self) -> None:
        if self.process.poll() is not None:
            raise LocalError(f"{self.name} ended by itself. {self.last_words()}")


def free_ports(count: int) -> list[int]:
    """Ports that are free now, all held at once so that no two are the same."""
    holders = [socket.socket() for _ in range(count)]
    try:
        for holder in holders:
            holder.bind(("127.0.0.1", 0))
        return [int(holder.getsockname()[1]) for holder in holders]
    finally:
        for holder in holders:
            holder.close()


def wait_for_port(child: Child, port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        child.check_running()
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    waited = f"{child.name} did not open its port in {START_SECONDS} s."
    raise LocalError(f"{waited} {child.last_words()}")


class Processes:
    """Starts children, each in its own session with its output in a file, and ends them all."""

    def __init__(self, logs: Path) -> None:
        self._logs = logs
        self._children: list[Child] = []
        logs.mkdir(parents=True, exist_ok=True)
        read_end, self._to_reaper = os.pipe()  # our end is not inherited: it dies with us
        self._reaper = subprocess.Popen(
            [sys.executable, "-c", REAPER], stdin=read_end, start_new_session=True
        )
        os.close(read_end)

    def start(
        self, name: str, command: list[str], env: dict[str, str], cwd: Path | None = None
    ) -> Child:
        log = self._logs / f"{name}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        child = Child(name, process, log)
        self._children.append(child)
        os.write(self._to_reaper, b"%d\n" % process.pid)
        return child

    def check_running(self) -> None:
        for child in self._children:
            child.check_running()

    def close(self) -> None:
        """Ends every child with its whole process group, the last started first, and makes sure."""
        for child in reversed(self._children):
            _end(child)
        survivors = [child.name for child in self._children if _group_lives(child.process.pid)]
        if not survivors:
            self._reaper.kill()  # it has nothing to do, and its list grows stale
        os.close(self._to_reaper)
        self._reaper.wait()
        if survivors:
            raise LocalError(f"Could not end: {', '.join(survivors)}")


def _end(child: Child) -> None:
    # SIGINT, to the process alone: the emulator then ends the Pythons it started; a signal through
    # its children's shell would be lost.
    with suppress(ProcessLookupError):
        child.process.send_signal(signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        child.process.wait(timeout=STOP_SECONDS)
    with suppress(ProcessLookupError):
        os.killpg(child.process.pid, signal.SIGKILL)  # whoever is left of its group
    child.process.wait()
    deadline = time.monotonic() + STOP_SECONDS
    while _group_lives(child.process.pid) and time.monotonic() < deadline:
        time.sleep(0.02)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # macOS says so of a group of which only zombies are left
        return False
    if not Path("/proc/self/stat").exists():
        return True
    # In a container whose first process reaps nothing, the dead stay as zombies: they do not count.
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, _parent, its_group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(its_group) == group and state not in "ZX":
                return True
    return False

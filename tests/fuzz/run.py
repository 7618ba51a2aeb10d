"""Coverage-guided fuzzing: `python tests/fuzz/run.py [--target NAME ...] [--seconds 60] [--keep]`.

Each target runs in a process of its own. An input that breaks a law ends its target; it is printed
with the traceback and stays in .local/fuzz/<target>/. `--keep` makes what was found, cut to
what reaches something new, the corpus under tests/fuzz/corpus/, which CI replays.

Needs atheris (installed on first use); it has wheels for Linux on x86-64.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import logging
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
for _folder in (ROOT / "infra", ROOT / "tests" / "unit", ROOT / "tests", ROOT, HERE):
    sys.path.insert(0, str(_folder))

WORK = ROOT / ".local" / "fuzz"
LONGEST_INPUT = 8192
SECONDS_EACH = 20  # of one input, before it counts as endless
MEGABYTES = 2048
_WORD = re.compile(rb"[^\s,;\"<>{}\[\]()&?]{3,40}")
_MOST_WORDS = 250


def main(arguments: Sequence[str]) -> int:
    """Run the targets; 0 where every law held, 1 where one was broken."""
    from fuzz_names import NAMES

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", action="append", choices=NAMES, help="may be repeated")
    parser.add_argument("--seconds", type=int, default=60, help="for each target")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", action="store_true", help="write the corpus anew")
    parser.add_argument("--child", choices=("fuzz", "keep"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    names = options.target or NAMES
    if options.child == "fuzz":
        _fuzz(names[0], options.seconds, options.seed)
    if options.child == "keep":
        return _keep(names[0])
    if importlib.util.find_spec("atheris") is None:
        needed = str(HERE / "requirements.txt")
        subprocess.run([sys.executable, "-m", "pip", "install", "-q", "-r", needed], check=True)
    broken = [name for name in names if not _run(name, options)]
    if broken:
        print(f"Broken: {', '.join(broken)}")
    return 1 if broken else 0


def _run(name: str, options: argparse.Namespace) -> bool:
    folder = WORK / name
    folder.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(Path(__file__)), "--target", name, "--child"]
    how = ["--seconds", str(options.seconds), "--seed", str(options.seed)]
    done = subprocess.run(
        [*command, "fuzz", *how],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    said = done.stdout.decode("utf-8", "replace")
    runs = re.search(r"stat::number_of_executed_units: *(\d+)", said)
    print(f"{name:15} {runs[1] if runs else '?':>9} executions in {options.seconds} s")
    if done.returncode:
        print(said[said.find("=== Uncaught Python exception") :][-6000:])
    elif options.keep:
        subprocess.run([*command, "keep"], check=True)
    return done.returncode == 0


def _quiet() -> None:
    """Nobody reads the log of a hundred thousand calls."""
    import structlog

    level = structlog.make_filtering_bound_logger(logging.CRITICAL)
    structlog.configure(wrapper_class=level)


def _fuzz(name: str, seconds: int, seed: int) -> None:
    import atheris

    _quiet()
    found = WORK / name / "inputs"
    found.mkdir(parents=True, exist_ok=True)
    # Only what is imported in here is watched, and the plugin imports much when it needs it.
    with atheris.instrument_imports(include=["handler"]):
        from fuzz_targets import kept, seeds, target

        run = target(name)
        beginning = [*seeds(name), *kept(name)]
        for content in beginning:
            (found / hashlib.sha256(content).hexdigest()).write_bytes(content)
            run(content)
    words = WORK / name / "words"
    words.write_bytes(_dictionary(beginning))
    atheris.Setup(
        [
            "fuzz",
            str(found),
            f"-max_total_time={seconds}",
            f"-seed={seed}",
            f"-max_len={LONGEST_INPUT}",
            f"-timeout={SECONDS_EACH}",
            f"-rss_limit_mb={MEGABYTES}",
            f"-dict={words}",
            f"-artifact_prefix={WORK / name}{os.sep}",
            "-print_final_stats=1",
        ],
        run,
    )
    atheris.Fuzz()


def _dictionary(inputs: Sequence[bytes]) -> bytes:
    words = sorted({word for content in inputs for word in _WORD.findall(content)})
    step = max(1, len(words) // _MOST_WORDS)
    return b"".join(
        b'"' + b"".join(b"\\x%02x" % byte for byte in word) + b'"\n' for word in words[::step]
    )


def _keep(name: str) -> int:
    from fuzz_corpus import files_of, keep, smallest
    from fuzz_targets import kept, seeds, target

    _quiet()
    inputs = [*seeds(name), *kept(name), *files_of(WORK / name / "inputs")]
    chosen = smallest(target(name), inputs)
    size = keep(name, chosen)
    print(f"{name:15} {len(inputs):>9} inputs, {len(chosen)} kept, {size:,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Adds bytecode to a Lambda artefact: `python3 infra/bytecode.py ARTEFACT.zip 3.12`.

A cold start spends most of its time compiling: Lambda's file system is read-only and keeps nothing.
Only the runtime's own minor version makes bytecode it will load, so a Python of that version is
looked for; without one the artefact stays as it is, which is slower but right. Hash-based and
unchecked, as the times in a zip mean nothing.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # fixed, so that the same content gives the same artefact


def python_of(version: str) -> str | None:
    """A Python of exactly this minor version: on the PATH or among pyenv's."""
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
    for candidate in [shutil.which(f"python{version}"), sys.executable, *map(str, pyenv)]:
        if candidate is None:
            continue
        # A pyenv shim is on the PATH for versions that are not switched on, hence the trial.
        code = "import sys; print('%d.%d' % sys.version_info[:2])"
        asked = subprocess.run([candidate, "-c", code], capture_output=True, text=True, check=False)
        if asked.returncode == 0 and asked.stdout.strip() == version:
            return candidate
    return None


def compile_artefact(artefact: Path, python: str) -> None:
    """Compiles every module in the zip and writes the zip anew, in sorted order."""
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch, "tree")
        with zipfile.ZipFile(artefact) as archive:
            archive.extractall(tree)
        # The recorded paths are those of the Lambda machine: tracebacks then read right.
        paths = ["-s", str(tree), "-p", "/var/task"]
        how = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash", *paths]
        subprocess.run([python, *how, str(tree)], check=True)
        fresh = Path(scratch, "fresh.zip")
        with zipfile.ZipFile(fresh, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for file in sorted(path for path in tree.rglob("*") if path.is_file()):
                entry = zipfile.ZipInfo(file.relative_to(tree).as_posix(), ZIP_EPOCH)
                entry.compress_type = zipfile.ZIP_DEFLATED
                entry.external_attr = 0o644 << 16  # readable by Lambda's user whatever our umask
                archive.writestr(entry, file.read_bytes())
        shutil.copyfile(fresh, artefact)


def main(artefact: str, version: str) -> None:
    python = python_of(version)
    if python is None:
        print(f"No Python {version} here: packaged without bytecode, cold starts take longer.")
        return
    compile_artefact(Path(artefact), python)
    print(f"Bytecode for Python {version} added.")


if __name__ == "__main__":
    main(*sys.argv[1:])

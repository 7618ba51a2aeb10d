"""The project's one entry for people: `python3 infra/dev.py COMMAND`.

  demo     settle a real settlement file and print its journal with the proof
  test     everything: lint, types, known vulnerabilities, unit tests, the packaged Lambda, one run
           through the emulator
  check    the fast part of it: lint, types, unit tests
  local    the plugin on this machine with an emulated AWS (--once: stop after one settlement)
  package  build the Lambda artefact, list what is in it and check its CloudFormation template
  contracts  write the OpenAPI description and the Postman collection anew from the models
  setup    only make .venv and node_modules ready

Each sets up first what it needs and is not there yet.
"""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

OLDEST_PYTHON = (3, 11)
# Before anything newer Pythons only understand: an old one is to read this line, not a traceback.
if tuple(sys.version_info[:2]) < OLDEST_PYTHON:
    sys.exit("Found Python {}.{}, needed is 3.11 or later.".format(*sys.version_info[:2]))

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# Apart: what checkov pins contradicts what the product pins.
CHECKOV_VENV = ROOT / ".venv-checkov"
CHECKOV_PINS = "infra/requirements-checkov.txt"
NODE_MODULES = ROOT / "node_modules"
SAMPLE = "tests/data/settlements/ca_v1_2025-08b_blank_line_inside.txt"
ARTEFACT = ROOT / ".serverless" / "amazon-netsuite-plugin.zip"
SBOM = ROOT / ".serverless" / "sbom.json"
TEMPLATE = ROOT / ".serverless" / "cloudformation-template-update-stack.json"
OLDEST_JAVA = 11
NODE_NEEDED = "20.19 or later of 20, 22.13 or later of 22, or 24 and up"  # as osls needs it

RUFF = [["-m", "ruff", "check", "."], ["-m", "ruff", "format", "--check", "."]]
MYPY = ["-m", "mypy"]
BANDIT = ["-m", "bandit", "-q", "-c", "pyproject.toml", "-r", "handler", "infra"]
ADVISORIES = ["infra/advisories.py"]  # asks the network; says so where there is none
UNIT_TESTS = ["-m", "pytest", "-n", "auto", "-m", "not e2e and not package"]
# One after the other and in one process: that one process then takes its emulator down on Ctrl-C.
# -rs says what was left out: the browser's tests, where there is no Chromium.
SLOW_TESTS = ["-m", "pytest", "-rs", "-m", "e2e or package"]


def environment() -> dict[str, str]:
    """The project's Python comes first: the emulator and the packager start `python3`."""
    path = os.pathsep.join([str(PYTHON.parent), os.environ.get("PATH", os.defpath)])
    return {**os.environ, "PATH": path}


def run(*command: str | Path) -> int:
    """Runs in a process group of its own: it and its children hear of Ctrl-C once, from us."""
    process = subprocess.Popen(
        [str(part) for part in command], cwd=ROOT, env=environment(), start_new_session=True
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        raise


def python(arguments: list[str]) -> int:
    return run(PYTHON, *arguments)


def answer_of(*command: str) -> str | None:
    """What a tool says of itself, or None where there is none that works."""
    if shutil.which(command[0]) is None:
        return None
    asked = subprocess.run(command, capture_output=True, text=True, check=False)
    return (asked.stdout + asked.stderr).strip() if asked.returncode == 0 else None


def node_problem() -> str | None:
    said = answer_of("node", "--version")
    found = re.match(r"v(\d+)\.(\d+)", said or "")
    if found is None:
        return f"Node.js was not found; needed is {NODE_NEEDED}."
    major, minor = int(found[1]), int(found[2])
    if not (major >= 24 or (major == 22 and minor >= 13) or (major == 20 and minor >= 19)):
        return f"Found Node.js {major}.{minor}, needed is {NODE_NEEDED}."
    if shutil.which("npm") is None:
        return "Found Node.js but not npm, which usually comes with it; both are needed."
    return None


def java_problem() -> str | None:
    said = answer_of("java", "-version")
    found = re.search(r'version "(?:1\.)?(\d+)', said or "")  # Java 8 calls itself 1.8
    if found is None:
        return f"Java was not found; needed is {OLDEST_JAVA} or later, for DynamoDB Local."
    if int(found[1]) < OLDEST_JAVA:
        return f"Found Java {found[1]}, needed is {OLDEST_JAVA} or later, for DynamoDB Local."
    return None


def emulator_problems() -> list[str]:
    return [problem for problem in (node_problem(), java_problem()) if problem]


def demand(problems: list[str]) -> None:
    if problems:
        sys.exit("\n".join(problems))


def fingerprint(*files: str) -> str:
    content = b"\0".join((ROOT / file).read_bytes() for file in files)
    return hashlib.sha256(content).hexdigest()


def set_up_python() -> None:
    """Makes .venv and installs into it when the requirements or the Python version changed."""
    version = ".".join(map(str, sys.version_info[:2]))
    wanted = f"{version} {fingerprint('requirements.txt', 'requirements-dev.txt')}"
    marker = VENV / ".installed"
    installed = marker.read_text() if marker.exists() and PYTHON.exists() else ""
    if installed == wanted:
        return
    print("Installing the Python packages into .venv (about a minute, once) ...", flush=True)
    if not installed.startswith(version + " "):
        if answer_of(sys.executable, "-c", "import ensurepip, venv") is None:
            sys.exit("This Python cannot make a venv; on Debian: apt install python3-venv")
        if run(sys.executable, "-m", "venv", "--clear", VENV) != 0:
            sys.exit("Could not make .venv; see above.")
    pip = ["-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    if python([*pip, "-r", "requirements-dev.txt"]) != 0:
        sys.exit("Could not install requirements-dev.txt; see above.")
    marker.write_text(wanted)


def set_up_checkov() -> bool:
    """Makes .venv-checkov anew when its pin or the Python changed. False when that failed."""
    wanted = f"{sys.version_info[:2]} {fingerprint(CHECKOV_PINS)}"
    marker = CHECKOV_VENV / ".installed"
    if marker.exists() and marker.read_text() == wanted:
        return True
    print("Installing checkov into .venv-checkov (half a minute, once) ...", flush=True)
    if run(sys.executable, "-m", "venv", "--clear", "--without-pip", CHECKOV_VENV) != 0:
        return False
    pip = ["-m", "pip", "--python", str(CHECKOV_VENV / "bin" / "python")]
    # Not compiled: a third of the time, and most of it is for clouds nobody asks about.
    install = ["install", "-qq", "--no-compile", "--disable-pip-version-check"]
    if python([*pip, *install, "-r", CHECKOV_PINS]) != 0:
        return False
    marker.write_text(wanted)
    return True


def set_up_node() -> bool:
    """Installs node_modules anew when the lock changed. False when that failed."""
    wanted = fingerprint("package-lock.json")
    marker = NODE_MODULES / ".installed"
    if marker.exists() and marker.read_text() == wanted:
        return True
    print("Installing the emulator into node_modules (about a minute, once) ...", flush=True)
    if run("npm", "ci", "--no-fund", "--no-audit", "--loglevel", "error") != 0:
        return False
    marker.write_text(wanted)
    return True


def set_up(*, emulator: bool) -> None:
    if emulator:
        demand(emulator_problems())
    set_up_python()
    if emulator and not set_up_node():
        sys.exit("Could not install node_modules; see above.")


def demo() -> int:
    problems = emulator_problems()
    set_up_python()
    if not problems and not set_up_node():
        problems = ["npm ci failed; see above."]
    if problems:
        print(f"The emulator is left out; the demo needs none. {' '.join(problems)}")
    return python(["-m", "handler", "settle", SAMPLE])


def steps(commands: list[list[str]]) -> int:
    """Runs all of them, also after a failure: one run then shows everything there is to repair."""
    failed = []
    for command in commands:
        shown = " ".join(command[1:])
        print(f"\n--- {shown}", flush=True)
        begun = time.monotonic()
        if python(command) != 0:
            failed.append(shown)
        print(f"    {time.monotonic() - begun:.1f} s", flush=True)
    print("\nFailed: " + "; ".join(failed) if failed else "\nAll passed.")
    return 1 if failed else 0


def check() -> int:
    set_up_python()
    return steps([*RUFF, MYPY, BANDIT, UNIT_TESTS])


def test() -> int:
    set_up(emulator=True)
    return steps([*RUFF, MYPY, BANDIT, ADVISORIES, UNIT_TESTS, SLOW_TESTS])


def package() -> int:
    problem = node_problem()
    demand([problem] if problem else [])
    set_up_python()
    if not set_up_node():
        sys.exit("Could not install node_modules; see above.")
    if run("node", "node_modules/.bin/serverless", "package", *sys.argv[2:]) != 0:
        return 1
    print(f"{ARTEFACT.relative_to(ROOT)}: {ARTEFACT.stat().st_size / 1e6:.1f} MB")
    if python(["infra/sbom.py", str(ARTEFACT), str(SBOM)]) != 0:
        return 1
    # W3005, a dependency said twice, is in what osls generates.
    ignored = ["--ignore-checks", "W3005", "--non-zero-exit-code", "warning"]
    linted = run(VENV / "bin" / "cfn-lint", *ignored, "--template", TEMPLATE)
    return linted or check_rules()


def check_rules() -> int:
    """Checkov's rules, none of them left out but where the template says why."""
    if not set_up_checkov():
        sys.exit("Could not install checkov; see above.")
    told = ["--compact", "--quiet", "--skip-download"]  # it asks nobody for more rules
    checkov = CHECKOV_VENV / "bin" / "checkov"
    return run(checkov, "--framework", "cloudformation", *told, "--file", TEMPLATE)


def local() -> int:
    set_up(emulator=True)
    # In place of this process: signals then reach the one that has the children to end.
    os.chdir(ROOT)
    script = str(ROOT / "infra" / "local.py")
    os.execve(PYTHON, [str(PYTHON), script, *sys.argv[2:]], environment())  # noqa: S606


def contracts() -> int:
    set_up_python()
    return python(["infra/describe.py"])


def setup() -> int:
    set_up(emulator=True)
    print("Ready.")
    return 0


COMMANDS = {
    "demo": demo,
    "test": test,
    "check": check,
    "local": local,
    "package": package,
    "contracts": contracts,
    "setup": setup,
}


def main() -> int:
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in COMMANDS:
        print(__doc__)
        return 0 if name in ("-h", "--help") else 2
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.default_int_handler)  # one way to stop, one way to clean up
    try:
        return COMMANDS[name]()
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())

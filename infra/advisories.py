"""Says whether an installed package has a known vulnerability: `python infra/advisories.py`.

pip-audit asks, first PyPI and then OSV. It calls a package that the service does not know one
without vulnerabilities, and ends with 0 where none was known: on a machine that reaches a mirror
alone that would look like an answer. So what it skipped is counted here.

Exit 1 on a vulnerability. 0 without one, and also where no service answered: that is said in one
line, and the build of somebody without a network goes on.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence

# Vulnerability id -> why it does no harm here; shown at each run, so that it is not forgotten.
ACCEPTED: Mapping[str, str] = {}
SERVICES = (["--vulnerability-service", "pypi"], ["--vulnerability-service", "osv"])
# Of all that is installed: with what the pinned packages bring along.
COMMAND = ["-m", "pip_audit", "--local", "--format", "json", "--progress-spinner", "off"]
_SECONDS = 60
_MOST_NAMED = 8


def asked(service: Sequence[str], seconds: int = _SECONDS) -> str:
    """Return what pip-audit says as JSON; empty where it has nothing to say in time."""
    command = [sys.executable, *COMMAND, *service]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds)
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout


def judged(text: str, accepted: Mapping[str, str] = ACCEPTED) -> tuple[int | None, list[str]]:
    """Return the exit code and the lines to print; no code where the service told of nothing.

    Args:
        text: what pip-audit printed.
        accepted: vulnerabilities that are known and do no harm, with the reason.
    """
    try:
        packages = json.loads(text)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return None, []
    known = [one for one in packages if "skip_reason" not in one]
    if not known:
        return None, []
    lines, code = [], 0
    for package in known:
        for found in package["vulns"]:
            names = {found["id"], *found.get("aliases", [])}
            named = f"{package['name']} {package['version']}: {', '.join(sorted(names))}"
            reason = next((accepted[name] for name in sorted(names & accepted.keys())), "")
            if reason:
                lines.append(f"{named}, accepted: {reason}")
                continue
            code = 1
            mended = ", ".join(found.get("fix_versions", [])) or "no version"
            lines.append(f"{named}, mended in {mended}")
    unknown = sorted(one["name"] for one in packages if "skip_reason" in one)
    lines.append(f"{len(known)} of {len(packages)} packages were looked up.")
    if unknown:
        more = ", ..." if len(unknown) > _MOST_NAMED else ""
        lines.append(f"Unknown to the service: {', '.join(unknown[:_MOST_NAMED])}{more}")
    return code, lines


def main() -> int:
    """Ask one service after the other until one answers."""
    for service in SERVICES:
        code, lines = judged(asked(service))
        if code is not None:
            print("\n".join(lines))
            return code
    print(
        "NOT CHECKED: neither PyPI's advisories nor OSV could be asked from here, so nothing is "
        "known of vulnerabilities."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())

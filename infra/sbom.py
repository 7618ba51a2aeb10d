"""Lists what is in a Lambda artefact, as CycloneDX: `python infra/sbom.py ARTEFACT.zip SBOM.json`.

The artefact itself is read, not the requirements: its dist-info says which versions came to lie
in it, and the names of the vendored scripts theirs. `python3 infra/dev.py package` writes it beside
the artefact, for scanners that look vulnerabilities up long after the deployment.
"""

from __future__ import annotations

import hashlib
import re
import sys
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from email.message import Message
from email.parser import HeaderParser
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.markers import Marker, UndefinedEnvironmentName
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

PLUGIN = "amazon-netsuite-plugin"
# What decides whether a requirement holds where the artefact runs; without extras.
LAMBDA = {
    "implementation_name": "cpython",
    "os_name": "posix",
    "platform_machine": "x86_64",
    "platform_python_implementation": "CPython",
    "platform_system": "Linux",
    "python_full_version": "3.12.0",
    "python_version": "3.12",
    "sys_platform": "linux",
    "extra": "",
}
_METADATA = re.compile(r"[^/]+\.dist-info/METADATA")
_SCRIPT = re.compile(r"handler/dashboard/static/vendor/([a-z-]+)-(\d[\w.]*?)\.min\.js")
# What the scripts are called where they come from.
_OF_NPM = {"chart": "chart.js", "htmx": "htmx.org"}
_LONGEST_LICENSE = 60  # some packages put the whole text there


def written(artefact: Path) -> str:
    """Return the list as JSON of CycloneDX 1.6.

    The same artefact has the same serial number, whenever it is listed.

    Raises:
        OSError, BadZipFile: there is no artefact.
    """
    digest = hashlib.sha256(artefact.read_bytes()).hexdigest()
    with zipfile.ZipFile(artefact) as archive:
        packages = dict(_packages(archive))
        scripts = list(_scripts(archive))
        version = _own_version(archive)
    plugin = Component(
        name=PLUGIN,
        version=version,
        type=ComponentType.APPLICATION,
        bom_ref=PLUGIN,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )
    known = {name: _component(said) for name, said in packages.items()}
    bom = Bom(components=[*known.values(), *scripts])
    bom.serial_number = uuid.uuid5(uuid.NAMESPACE_OID, digest)
    bom.metadata.component = plugin
    needed: set[str] = set()
    for name, said in packages.items():
        asked = sorted(_asked_for(said, known))
        needed.update(asked)
        bom.register_dependency(known[name], [known[other] for other in asked])
    # What no other package asks for is what the plugin itself does.
    bom.register_dependency(plugin, [*(known[name] for name in known.keys() - needed), *scripts])
    return JsonV1Dot6(bom).output_as_string(indent=2)


def _packages(archive: zipfile.ZipFile) -> Iterator[tuple[str, Message]]:
    for name in sorted(archive.namelist()):
        if _METADATA.fullmatch(name):
            said = HeaderParser().parsestr(archive.read(name).decode())
            yield canonicalize_name(said["Name"]), said


def _component(said: Message) -> Component:
    purl = PackageURL("pypi", None, canonicalize_name(said["Name"]), said["Version"])
    license_text = (said["License-Expression"] or said["License"] or "").strip()
    is_named = 0 < len(license_text) <= _LONGEST_LICENSE
    return Component(
        name=said["Name"],
        version=said["Version"],
        type=ComponentType.LIBRARY,
        purl=purl,
        bom_ref=str(purl),
        licenses=[LicenseFactory().make_from_string(license_text)] if is_named else [],
    )


def _asked_for(said: Message, known: Mapping[str, object]) -> Iterator[str]:
    """Yield the packages in the artefact that one of them asks for."""
    for text in said.get_all("Requires-Dist", []):
        try:
            asked = Requirement(text)
            holds = asked.marker is None or Marker(str(asked.marker)).evaluate(LAMBDA)
        except (InvalidRequirement, UndefinedEnvironmentName):
            continue
        if holds and canonicalize_name(asked.name) in known:
            yield canonicalize_name(asked.name)


def _scripts(archive: zipfile.ZipFile) -> Iterator[Component]:
    """Yield the scripts of others that the pages bring along."""
    for name in sorted(archive.namelist()):
        found = _SCRIPT.fullmatch(name)
        if found:
            purl = PackageURL("npm", None, _OF_NPM.get(found[1], found[1]), found[2])
            digest = hashlib.sha256(archive.read(name)).hexdigest()
            yield Component(
                name=purl.name,
                version=found[2],
                type=ComponentType.LIBRARY,
                purl=purl,
                bom_ref=str(purl),
                hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
            )


def _own_version(archive: zipfile.ZipFile) -> str:
    text = archive.read("handler/__init__.py").decode()
    found = re.search(r'__version__ = "([^"]+)"', text)
    return found[1] if found else ""


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(written(Path(sys.argv[1])) + "\n", encoding="utf-8")

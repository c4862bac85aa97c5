"""The FHIR server and the second validator: one node process for all tests, installed once into a cache."""

from __future__ import annotations

import hashlib
import json
import os
import select
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

HERE = Path(__file__).parent
NEEDED = (20, 19)
"""Oldest node that the packages run on."""
REQUIRED = "INFUSION_CONSOLE_NEEDS_NODE"
"""Set by the gate where node is present: then a server that cannot be installed is a failure."""
CACHE = "INFUSION_CONSOLE_NODE_CACHE"


@dataclass(frozen=True)
class NodePlace:
    """Where the packages are, or why they are not."""

    folder: Path | None
    why_not: str = ""


def node_place() -> NodePlace:
    """Install the packages of the lock file once; says why when that cannot be."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return NodePlace(None, "node and npm are not installed")
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    digits = tuple(int(part) for part in version.removeprefix("v").split(".")[:2])
    if digits < NEEDED:
        return NodePlace(None, f"node {version} is older than {NEEDED[0]}.{NEEDED[1]}")
    lock = (HERE / "package-lock.json").read_bytes()
    folder = _cache() / f"fhir-{hashlib.sha256(lock).hexdigest()[:16]}"
    if folder.is_dir():
        return NodePlace(folder)
    return _install(npm, folder)


def _cache() -> Path:
    given = os.environ.get(CACHE) or os.environ.get("XDG_CACHE_HOME")
    return Path(given or Path.home() / ".cache") / "infusion-console"


def _install(npm: str, folder: Path) -> NodePlace:
    folder.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(dir=folder.parent, prefix="fhir-new-"))
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, beside / name)
    try:
        done = subprocess.run(
            [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--fetch-retries=1"],
            cwd=beside, capture_output=True, text=True, check=False, timeout=120,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        shutil.rmtree(beside)
        return NodePlace(None, "npm did not end in two minutes")
    if done.returncode:
        shutil.rmtree(beside)
        said = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
        return NodePlace(None, f"npm could not install the server: {said[0] if said else 'no reason given'}")
    try:
        beside.rename(folder)
    except OSError:
        # Another run was faster; its packages are the same.
        shutil.rmtree(beside)
    return NodePlace(folder)


@dataclass(frozen=True)
class NodeServer:
    """The running server as tests speak to it."""

    port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/fhir/R4"

    def _test(self, path: str, body: object = None) -> Any:
        with httpx.Client(timeout=60, trust_env=False) as client:
            address = f"http://127.0.0.1:{self.port}/_test/{path}"
            reply = client.post(address, content=b"" if body is None else json.dumps(body).encode())
        assert reply.status_code == 200, reply.text
        return reply.json()

    def clear(self) -> None:
        self._test("clear")

    def fail(self, *faults: dict[str, object]) -> None:
        """Each fault meets one request, in order."""
        self._test("faults", list(faults))

    def all(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._test("all")
        return found

    def received(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._test("received")
        return found

    def issues(self, resources: Sequence[bytes]) -> list[str]:
        """What the two validators say of each resource."""
        with httpx.Client(timeout=60, trust_env=False) as client:
            reply = client.post(
                f"http://127.0.0.1:{self.port}/_test/validate", content=b"[" + b",".join(resources) + b"]"
            )
        return [
            said
            for resource, both in zip(resources, reply.json(), strict=True)
            for said in (f"{one} in {resource[:300]!r}" for one in (*both["first"], *both["second"]))
        ]


@contextmanager
def running(folder: Path) -> Iterator[NodeServer]:
    """Start the server; it ends with its standard input."""
    source = (HERE / "server.mjs").read_bytes()
    script = folder / f"server-{hashlib.sha256(source).hexdigest()[:16]}.mjs"
    if not script.exists():
        script.write_bytes(source)
    with subprocess.Popen(
        ["node", str(script)], cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            ready, _, _ = select.select([process.stdout], [], [], 60)
            line = process.stdout.readline() if ready else b""
            assert line.strip().isdigit(), "the FHIR server did not start"
            yield NodeServer(int(line))
        finally:
            with suppress(BrokenPipeError):
                process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

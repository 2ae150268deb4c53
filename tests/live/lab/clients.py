"""Clients that nobody here wrote: Debian stable's on this machine, Debian unstable's in a folder, and PyPI's.

Each one is a command that pulls one reference into a store that is new, so that every pull is a cold one.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

# Inside the folder, in a mount namespace of its own: nothing stays mounted, and docker finds / to be a mount.
_INSIDE = """
mount --bind "$0" "$0"
for place in proc sys dev tmp; do mount --rbind "/$place" "$0/$place"; done
exec chroot "$0" "$@"
"""


def inside(root: Path, *command: str) -> list[str]:
    """A command inside a folder that holds another Debian."""
    return ["unshare", "--mount", "--propagation", "private", "sh", "-euc", _INSIDE, str(root), *command]


@dataclass(frozen=True)
class Machine:
    """Where clients are: the other Debian, the engines' sockets, a virtual environment with those of PyPI."""

    today: Path
    sockets: dict[str, Path]
    python: Path


Command = Callable[[Machine, str, Path], list[str]]


def _docker(engine: str, *pull: str) -> Command:
    def command(machine: Machine, reference: str, folder: Path) -> list[str]:
        address = f"unix://{machine.sockets[engine]}"
        return ["docker", "--config", str(folder), "-H", address, "pull", "--quiet", *pull, reference]

    return command


def _build(machine: Machine, reference: str, folder: Path) -> list[str]:
    """BuildKit, inside the engine; the file takes something out of the image, so that layers are fetched."""
    (folder / "Dockerfile").write_text(
        f"FROM {reference} AS a\nFROM scratch\nCOPY --from=a /data /data\n", "utf-8"
    )
    address = f"unix://{machine.sockets['docker-28']}"
    return inside(machine.today, "docker", "-H", address, "buildx", "build", "--quiet", str(folder))


def _ctr(engine: str, is_today: bool, *pull: str) -> Command:
    """It fetches by itself, into the engine's store."""

    def command(machine: Machine, reference: str, folder: Path) -> list[str]:
        words = [
            "ctr",
            "-a",
            str(machine.sockets[engine]),
            "content",
            "fetch",
            "--plain-http",
            *pull,
            reference,
        ]
        return inside(machine.today, *words) if is_today else words

    return command


def _podman(program: str, is_today: bool, *pull: str) -> Command:
    def command(machine: Machine, reference: str, folder: Path) -> list[str]:
        # Its path may have 50 characters.
        run_root = f"/tmp/pullhouse-{hashlib.sha256(bytes(folder)).hexdigest()[:12]}"
        places = ["--root", str(folder / "root"), "--runroot", run_root, "--storage-driver", "vfs"]
        words = [program, *places, "pull", "--quiet", "--tls-verify=false", *pull, reference]
        return inside(machine.today, *words) if is_today else words

    return command


def _skopeo(is_today: bool) -> Command:
    def command(machine: Machine, reference: str, folder: Path) -> list[str]:
        words = ["skopeo", "copy", "--src-tls-verify=false", f"docker://{reference}", f"dir:{folder}/image"]
        return inside(machine.today, *words) if is_today else words

    return command


def _today(*words: str) -> Command:
    """A program of the other Debian; REFERENCE and FOLDER in its words are replaced."""

    def command(machine: Machine, reference: str, folder: Path) -> list[str]:
        return inside(machine.today, *_filled(words, reference, folder))

    return command


def _python(*words: str) -> Command:
    def command(machine: Machine, reference: str, folder: Path) -> list[str]:
        return [str(machine.python / words[0]), *_filled(words[1:], reference, folder)]

    return command


def _filled(words: tuple[str, ...], reference: str, folder: Path) -> list[str]:
    return [word.replace("REFERENCE", reference).replace("FOLDER", str(folder)) for word in words]


# By the name in gateway/clients.csv, and which of its versions.
CLIENTS: dict[str, Command] = {
    "docker 20.10": _docker("docker-20"),
    "docker 28": _docker("docker-28"),
    "docker 28 (containerd store)": _docker("docker-28-containerd"),
    "buildkit": _build,
    "containerd 1.6": _ctr("containerd-1.6", False),
    "containerd 2.1": _ctr("containerd-2.1", True),
    "podman 4.3": _podman("podman", False),
    "podman 5": _podman("podman", True),
    "buildah 1.28": _podman("buildah", False),
    "skopeo 1.9": _skopeo(False),
    "skopeo 1.22": _skopeo(True),
    "crane": _today("crane", "pull", "--insecure", "REFERENCE", "FOLDER/image.tar"),
    "cosign": _today("cosign", "save", "--allow-http-registry", "--dir", "FOLDER/image", "REFERENCE"),
    "oras": _today("oras", "copy", "--from-plain-http", "--to-oci-layout", "REFERENCE", "FOLDER/image:x"),
    "apptainer": _today(
        "apptainer", "--silent", "pull", "--no-https", "FOLDER/image.sif", "docker://REFERENCE"
    ),
    "crpy": _python("crpy", "pull", "http://REFERENCE", "FOLDER/image.tar"),
}

# The same pull of another platform than the machine's.
OTHER_PLATFORM: dict[str, Command] = {
    "docker 20.10": _docker("docker-20", "--platform", "linux/arm64"),
    "docker 28 (containerd store)": _docker("docker-28-containerd", "--platform", "linux/arm64"),
    "containerd 1.6": _ctr("containerd-1.6", False, "--platform", "linux/arm64"),
    "containerd 2.1": _ctr("containerd-2.1", True, "--platform", "linux/arm64"),
    "podman 4.3": _podman("podman", False, "--arch", "arm64"),
}


def run(
    machine: Machine,
    client: str,
    reference: str,
    folder: Path,
    patience_s: float = 60,
    commands: Mapping[str, Command] = CLIENTS,
) -> tuple[int, str]:
    """Exit code and output of one pull."""
    folder.mkdir(parents=True, exist_ok=True)
    environment = {
        "PATH": f"{os.defpath}:/usr/sbin:/sbin:/usr/local/bin:{Path(sys.executable).parent}",
        "HOME": str(folder),
        "LC_ALL": "C",
        "BUILDKIT_PROGRESS": "plain",
    }
    done = subprocess.run(
        commands[client](machine, reference, folder),
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=patience_s,
    )
    return done.returncode, done.stdout

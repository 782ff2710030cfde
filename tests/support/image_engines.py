"""Builds the image and runs it: with Docker or Podman, or with Buildah and runc, which need no service.

All of them run it as `compose.yaml` does: the root read-only, no capabilities, no new privileges, /tmp in memory, /data
from outside. The network is that of the machine, so that the stand-ins can be reached on loopback.
"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from tests.support.image_base import BuildFailed, call, make_base, pip_volumes
from tests.support.process_launcher import ROOT
from tests.support.runc_bundle import MEMORY, PIDS, Container, bundle

IMAGE = "localhost/imagine-bot:image-test"
STAND_IN_BASE = "localhost/imagine-bot-base:image-test"
_SUBSYSTEMS = Path("/sys/fs/cgroup")


class Engine(Protocol):
    """Something that builds and runs the image. The commands are for the test to start."""

    @property
    def name(self) -> str: ...

    def pull(self, base: str) -> None:
        """Fetch the base from its registry. Raises BuildFailed."""

    def make_base(self) -> None:
        """Make `STAND_IN_BASE`. Raises BuildFailed."""

    def build(self, base: str) -> None:
        """Build `IMAGE`. Raises BuildFailed."""

    def config(self) -> dict[str, Any]:
        """Return the configuration of the image, as Docker writes it."""

    def history(self) -> str:
        """Return the instructions of all layers."""

    def size(self) -> int:
        """Return the size of the image in bytes, without compression."""

    def run(self, container: Container) -> list[str]:
        """Return the command that runs a container to its end and removes it."""

    def execute(self, name: str, *command: str) -> list[str]:
        """Return the command that runs another process in a container."""

    def kill(self, name: str, signal: str) -> list[str]:
        """Return the command that sends a signal to process 1 of a container."""

    def state(self, name: str) -> str:
        """Return what is known of a container, or an empty text: `running` is in it while process 1 runs."""

    def pid(self, name: str) -> int:
        """Return the id of process 1 outside the container."""

    def close(self) -> None:
        """Remove what the engine has made."""


@dataclass(frozen=True, slots=True)
class Docker:
    """Docker, or Podman, which has the same commands."""

    program: str
    folder: Path

    @property
    def name(self) -> str:
        return call(self.program, "--version").decode().strip()

    def pull(self, base: str) -> None:
        call(self.program, "pull", "--quiet", f"docker.io/library/{base}")

    def make_base(self) -> None:
        make_base(root := self.folder / "base")
        call(
            self.program,
            "import",
            "-",
            STAND_IN_BASE,
            stdin=call("tar", f"--directory={root}", "--create", "."),
        )

    def build(self, base: str) -> None:
        # Docker has no mounts for a build: with it, pip asks the public index.
        podman = ["--pull=never", "--format=docker", *pip_volumes(self.folder)]
        of_podman = podman if self.program == "podman" else []
        arguments = ["--network=host", f"--build-arg=BASE={base}", f"--tag={IMAGE}", *of_podman]
        call(self.program, "build", *arguments, ROOT)

    def config(self) -> dict[str, Any]:
        (found,) = json.loads(call(self.program, "image", "inspect", IMAGE))
        config: dict[str, Any] = found["Config"]
        return config

    def history(self) -> str:
        return call(self.program, "history", "--no-trunc", IMAGE).decode()

    def size(self) -> int:
        (found,) = json.loads(call(self.program, "image", "inspect", IMAGE))
        return int(found["Size"])

    def run(self, container: Container) -> list[str]:
        options = [
            *("run", "--rm", "--interactive", f"--name={container.name}", "--network=host", "--read-only"),
            *("--cap-drop=ALL", "--security-opt=no-new-privileges", "--tmpfs=/tmp"),
            *(f"--memory={MEMORY}", f"--pids-limit={PIDS}", f"--volume={container.data}:/data"),
            *(f"--env={name}={value}" for name, value in container.environment.items()),
        ]
        if container.entrypoint is not None:
            options.append(f"--entrypoint={container.entrypoint}")
        if container.user is not None:
            options.append(f"--user={container.user}")
        return [self.program, *options, IMAGE, *container.arguments]

    def execute(self, name: str, *command: str) -> list[str]:
        return [self.program, "exec", name, *command]

    def kill(self, name: str, signal: str) -> list[str]:
        return [self.program, "kill", f"--signal={signal}", name]

    def state(self, name: str) -> str:
        return _output(self.program, "container", "inspect", "--format={{.State.Status}}", name)

    def pid(self, name: str) -> int:
        return int(call(self.program, "container", "inspect", "--format={{.State.Pid}}", name))

    def close(self) -> None:
        _output(self.program, "image", "rm", "--force", IMAGE, STAND_IN_BASE)


@dataclass(slots=True)
class Buildah:
    """Buildah without its own namespaces, and runc. Everything is in one folder, which is a new one."""

    folder: Path
    driver: str = "overlay"
    _root: Path | None = None

    def __post_init__(self) -> None:
        try:
            self._mounted("scratch")
        except BuildFailed:  # a machine that forbids mounts: copies work everywhere
            self.driver = "vfs"

    @property
    def name(self) -> str:
        versions = [call(program, "--version").decode().splitlines()[0] for program in ("buildah", "runc")]
        return f"{', '.join(versions)}, storage {self.driver}"

    def pull(self, base: str) -> None:
        self._buildah("pull", "--quiet", f"docker.io/library/{base}")

    def make_base(self) -> None:
        container, mounted = self._mounted("scratch")
        make_base(mounted)
        self._buildah("commit", "--quiet", "--rm", container, STAND_IN_BASE)

    def build(self, base: str) -> None:
        options = ["--pull-never", "--isolation=chroot", "--network=host", "--format=docker"]
        arguments = [f"--build-arg=BASE={base}", f"--tag={IMAGE}", *pip_volumes(self.folder)]
        self._buildah("build", *options, *arguments, str(ROOT))
        _, self._root = self._mounted(IMAGE)

    def config(self) -> dict[str, Any]:
        config: dict[str, Any] = self._inspect()["Docker"]["config"]
        return config

    def history(self) -> str:
        return json.dumps(self._inspect()["OCIv1"]["history"])

    def size(self) -> int:
        (found,) = json.loads(self._buildah("images", "--json", IMAGE))
        number, unit = found["size"].split()
        return round(float(number) * {"KB": 1e3, "MB": 1e6, "GB": 1e9}[unit])

    def run(self, container: Container) -> list[str]:
        assert self._root is not None
        (folder := self.folder / container.name).mkdir()
        (file := folder / "config.json").write_text(
            json.dumps(bundle(container, self.config(), self._root)), encoding="utf-8"
        )
        file.chmod(0o600)
        return [*self._runc, "run", f"--bundle={folder}", container.name]

    def execute(self, name: str, *command: str) -> list[str]:
        return [*self._runc, "exec", name, *command]

    def kill(self, name: str, signal: str) -> list[str]:
        return [*self._runc, "kill", name, signal]

    def state(self, name: str) -> str:
        return _output(*self._runc, "state", name)

    def pid(self, name: str) -> int:
        return int(json.loads(call(*self._runc, "state", name))["pid"])

    def close(self) -> None:
        for container in json.loads(_output(*self._runc, "list", "--format=json") or "null") or ():
            _output(*self._runc, "delete", "--force", container["id"])
        self._buildah("rm", "--all")
        self._buildah("rmi", "--all", "--force")

    @property
    def _runc(self) -> list[str]:
        # Without a place for cgroups there are no limits of memory and processes.
        rootless = [] if any(_SUBSYSTEMS.iterdir()) else ["--rootless=true"]
        return ["runc", f"--root={self.folder / 'runc'}", *rootless]

    def _buildah(self, *arguments: str) -> str:
        places = [f"--root={self.folder / 'store'}", f"--runroot={self.folder / 'run'}"]
        return call("buildah", *places, f"--storage-driver={self.driver}", *arguments).decode().strip()

    def _mounted(self, image: str) -> tuple[str, Path]:
        """Return the name of a new container and the folder of its root."""
        container = self._buildah("from", "--pull-never", image)
        return container, Path(self._buildah("mount", container))

    def _inspect(self) -> dict[str, Any]:
        inspected: dict[str, Any] = json.loads(self._buildah("inspect", "--type=image", IMAGE))
        return inspected


def _output(*command: str) -> str:
    """Return the output of a command that may fail."""
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout


def find_engine(folder: Path) -> Engine | str:
    """Return the first engine that works here, of those in IMAGE_ENGINE if it is set; else the reason for none."""
    if os.geteuid() != 0:
        return "the folder of /data must belong to user 10001, which only root can arrange"
    wanted = os.environ.get("IMAGE_ENGINE", "docker buildah podman").split()
    if not _works("unshare", "--mount", "--pid", "--ipc", "--uts", "--fork", "--mount-proc", "true"):
        return "this machine allows no namespaces, so nothing can start a container"
    for program in wanted:
        if program == "buildah" and shutil.which("buildah") and shutil.which("runc"):
            return Buildah(folder)
        if program != "buildah" and shutil.which(program) and _works(program, "info"):
            return Docker(program, folder)
    return f"none of {', '.join(wanted)} works here; on Debian: apt-get install buildah runc python3-venv"


def _works(*command: str) -> bool:
    return subprocess.run(command, capture_output=True, check=False).returncode == 0

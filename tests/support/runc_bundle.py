"""A container of the image, and the configuration with which runc runs it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MEMORY, PIDS = 2**30, 256
"""Limits of compose.yaml: bytes and processes."""


@dataclass(frozen=True, slots=True)
class Container:
    """A container of the image. `arguments` come instead of its command, `entrypoint` and `user` instead of its own."""

    name: str
    data: Path
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    entrypoint: str | None = None
    user: str | None = None


def bundle(container: Container, config: Mapping[str, Any], root: Path) -> dict[str, Any]:
    """Return the configuration of runc (opencontainers/runtime-spec, config.md).

    `config` is that of the image, as Docker writes it, and `root` the folder with its files.
    """
    entrypoint = config["Entrypoint"] if container.entrypoint is None else [container.entrypoint]
    command = container.arguments or ([] if container.entrypoint else config["Cmd"])
    variables = [*config["Env"], *(f"{name}={value}" for name, value in container.environment.items())]
    uid, gid = (container.user or config["User"]).split(":")
    return {
        "ociVersion": "1.0.2",
        "process": {
            "terminal": False,
            "user": {"uid": int(uid), "gid": int(gid)},
            "args": [*entrypoint, *command],
            "env": list({variable.partition("=")[0]: variable for variable in variables}.values()),
            "cwd": config["WorkingDir"],
            "capabilities": {},
            "noNewPrivileges": True,
        },
        "root": {"path": str(root), "readonly": True},
        "hostname": container.name,
        "mounts": _mounts(container.data),
        "linux": {
            "namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts")],
            "resources": {"memory": {"limit": MEMORY}, "pids": {"limit": PIDS}},
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list"],
            "readonlyPaths": ["/proc/sys", "/proc/sysrq-trigger"],
        },
    }


def _mounts(data: Path) -> list[dict[str, Any]]:
    safe = ["nosuid", "noexec", "nodev"]
    return [
        {"destination": "/proc", "type": "proc", "source": "proc", "options": safe},
        {
            "destination": "/dev",
            "type": "tmpfs",
            "source": "tmpfs",
            "options": ["nosuid", "mode=755", "size=64k"],
        },
        {
            "destination": "/dev/shm",  # noqa: S108 - within the container
            "type": "tmpfs",
            "source": "shm",
            "options": [*safe, "mode=1777", "size=64m"],
        },
        {"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": [*safe, "mode=1777"]},  # noqa: S108
        {"destination": "/data", "type": "bind", "source": str(data), "options": ["bind", *safe]},
    ]

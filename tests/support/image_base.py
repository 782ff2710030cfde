"""A base for the image on a machine that reaches no image registry, and the names of the machine's package sources.

The base is made of Debian's packages, with Debian's Python. The image built on it is not the one that users get, whose
Python is another one at another path. Everything that the Dockerfile does is the same.
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

APT = Path("/etc/apt")
PUBLIC_HOSTS = {"deb.debian.org", "security.debian.org", "pypi.org", "files.pythonhosted.org"}
SECONDS = 1_800
"""Time for one command that builds something. Only a hanging one takes so long."""
_PACKAGES = (
    "base-files",
    "base-passwd",
    "ca-certificates",
    "coreutils",
    "dash",
    "findutils",
    "libstdc++6",  # every Debian has it, for apt
    "grep",
    "libc-bin",
    "passwd",
    "python3-venv",
)
_LEFT_OUT = (
    "var/",
    "etc/apt",
    "etc/ssl",
    *(f"usr/share/{name}" for name in ("doc", "man", "locale", "info", "perl")),
)
_OF_PIP = ("cert", "client-cert", "default-timeout", "extra-index-url", "index-url", "proxy", "trusted-host")
"""The settings of pip that say how an index is reached. Folders of this machine are left out."""


class BuildFailed(Exception):
    """A command that builds or runs an image failed. Its message is the end of the output, without package hosts."""


def call(*command: str | Path, stdin: bytes = b"") -> bytes:
    """Run a command to its end and return its standard output. Raises BuildFailed."""
    ended = subprocess.run(command, input=stdin, capture_output=True, timeout=SECONDS, check=False)
    if ended.returncode != 0:
        output = (ended.stdout[-2_000:] + ended.stderr[-4_000:]).decode(errors="replace")
        raise BuildFailed(f"{command[0]} ended with {ended.returncode}:\n{without_hosts(output)}")
    return ended.stdout


def make_base(root: Path) -> None:
    """Fill an empty folder with the root file system of the base: files of packages that are installed here.

    Takes seconds, where a new Debian takes a minute. Raises BuildFailed.
    """
    for name in ("bin", "sbin", "lib", "lib64"):
        (root / "usr" / name).mkdir(parents=True)
        (root / name).symlink_to(f"usr/{name}")
    for name in ("proc", "dev", "sys", "run", "tmp", "var/tmp"):
        (root / name).mkdir(parents=True)
    for name in ("tmp", "var/tmp"):
        (root / name).chmod(0o1777)
    files = [line.lstrip("/") for line in call("dpkg", "-L", *_installed()).decode().splitlines()]
    wanted = [file for file in files if file and not file.startswith((*_LEFT_OUT, "package diverts "))]
    python = Path("/usr/bin/python3").resolve().name
    compiled = Path(f"/usr/lib/{python}").rglob("*.pyc")  # no package lists them
    wanted += [str(file).lstrip("/") for file in compiled]
    existing = [file for file in wanted if os.path.lexists(f"/{file}")]
    packed = call(
        *("tar", "--create", "--directory=/", "--no-recursion", "--null", "--files-from=-"),
        stdin="\0".join(dict.fromkeys(existing)).encode(),
    )
    call("tar", "--extract", f"--directory={root}", "--keep-directory-symlink", stdin=packed)
    (root / "usr" / "bin" / "python").symlink_to(python)
    (bundle := root / "etc/ssl/certs/ca-certificates.crt").parent.mkdir(parents=True)
    authorities = sorted((root / "usr/share/ca-certificates").rglob("*.crt"))  # none that was added here
    bundle.write_bytes(b"".join(file.read_bytes() for file in authorities))
    for name in ("passwd", "group"):
        shutil.copy(f"/usr/share/base-passwd/{name}.master", root / "etc" / name)


def _installed() -> list[str]:
    """Return the packages of the base, with what they need, as far as they are installed."""
    without = ("recommends", "suggests", "conflicts", "breaks", "replaces", "enhances")
    options = ["--recurse", "--installed", *(f"--no-{relation}" for relation in without)]
    depends = call("apt-cache", "depends", *options, *_PACKAGES).decode()
    names = sorted(set(re.findall(r"^[a-z0-9]\S*", depends, re.MULTILINE)))
    return call("dpkg-query", "--show", "--showformat=${binary:Package}\n", *names).decode().split()


def pip_volumes(folder: Path) -> list[str]:
    """Return options with which Buildah and Podman mount this machine's settings of pip while they build.

    A mount leaves nothing in the image. `folder` takes the file for it.
    """
    settings = _pip_settings()
    chosen = {
        name: " ".join(w for w in settings[name].split() if "file:" not in w)
        for name in _OF_PIP
        if name in settings
    }
    lines = ["[global]", *(f"{name} = {value}" for name, value in chosen.items() if value)]
    (file := folder / "pip.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    file.chmod(0o600)
    certificates = [chosen[name] for name in ("cert", "client-cert") if name in chosen]
    return [f"--volume={file}:/etc/pip.conf:ro", *(f"--volume={path}:{path}:ro" for path in certificates)]


def private_words() -> list[str]:
    """Return what must not be in the image: the hosts of this machine's package sources and proxies."""
    proxies = [value for name, value in os.environ.items() if name.lower().endswith("_proxy")]
    texts = [
        *_pip_settings().values(),
        *proxies,
        *(file.read_text(encoding="utf-8") for file in _apt_files()),
    ]
    links = [link for text in texts for link in re.findall(r"\w+://[^\s\"']+", text)]
    hosts = {host for link in links if (host := urlsplit(link).hostname)}
    return sorted(
        host for host in hosts - PUBLIC_HOSTS if "." in host and not host.replace(".", "").isdigit()
    )


def without_hosts(text: str) -> str:
    """Return a text without the hosts of this machine's package sources."""
    for word in private_words():
        text = text.replace(word, "…")
    return text


def _pip_settings() -> dict[str, str]:
    """Return the settings of pip on this machine. Variables of the environment come before files."""
    listed = call(sys.executable, "-m", "pip", "config", "list").decode()
    found: dict[str, str] = {}
    for scope, name, value in re.findall(r"^(\S+?)\.(\S+)='(.*)'$", listed, re.MULTILINE):
        if scope == ":env:" or name not in found:
            found[name] = value
    return found


def _apt_files() -> list[Path]:
    return [*APT.glob("sources.list"), *APT.glob("sources.list.d/*")]

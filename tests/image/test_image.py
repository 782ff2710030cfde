"""The image, built and run: read-only, as user 10001, without capabilities."""

import asyncio
import json
import signal
import socket
from collections.abc import Callable
from contextlib import closing

import pytest

from bot.stop_signals import exit_code
from tests.support import dockerfile
from tests.support.containers import USER, ContainerProcess, Containers
from tests.support.image_base import private_words
from tests.support.image_engines import Engine
from tests.support.world import World

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.image, pytest.mark.slow]

BEFORE_AND_AFTER_THE_START = (0.3, 1.0, 2.0, 10.0)
"""Seconds from the handler for SIGTERM to the signal. A start takes five seconds."""
HEALTH_CHECK: list[str] = json.loads(dockerfile.instructions("HEALTHCHECK")[0].partition("CMD ")[2])

LOOK_AROUND = """
import json, os
def writes(folder):
    try:
        open(os.path.join(folder, "x"), "w").close()
    except OSError as error:
        return error.strerror
    return "yes"
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
found = {name: status[name].strip() for name in ("CapEff", "CapBnd", "NoNewPrivs")}
found |= {"ids": [os.getuid(), os.getgid(), *os.getgroups()], "pid": os.getppid()}
found |= {folder: writes(folder) for folder in ("/", "/venv", "/etc", "/tmp", "/data")}
print(json.dumps(found))
"""
TOOLS = {
    "cc",
    "gcc",
    "g++",
    "ld",
    "make",
    "git",
    "curl",
    "wget",
    "uv",
    "ruff",
    "pytest",
    "hatchling",
    "editables",
}
LEFTOVERS = {".git", ".env", ".cache", "secrets.env", "id_rsa", ".netrc", ".pypirc"}
SEARCH = """
import json, os, sys
words = [word.encode() for word in json.load(sys.stdin)]
named, private, read = [], [], 0
for top, folders, files in os.walk("/"):
    if top == "/":
        folders[:] = set(folders) - {"proc", "sys", "dev", "data", "tmp"}
    named += [os.path.join(top, name) for name in (*folders, *files)]
    for name in files:
        path = os.path.join(top, name)
        if os.path.isfile(path) and not os.path.islink(path):
            content = open(path, "rb").read()
            read += len(content)
            if any(word in content for word in words):
                private.append(path)
print(json.dumps({"named": named, "private": private, "read": read}))
"""


def free_port(host: str) -> int:
    """Return a free port of an address, or skip the test if this machine has no IPv6."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with closing(socket.socket(family)) as probe:
            probe.bind((host, 0))
            return int(probe.getsockname()[1])
    except OSError as error:
        pytest.skip(f"{host}: {error}")


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])  # noqa: S104 - within the container
async def test_it_starts_and_its_health_check_passes(
    bot: World, running: Callable[[], ContainerProcess], host: str
) -> None:
    listen = f"{f'[{host}]' if ':' in host else host}:{free_port(host)}"
    await bot.process.start(LISTEN=listen)
    for command in (HEALTH_CHECK, [*HEALTH_CHECK, "/readyz"]):
        assert await running().execute(*command) == (0, "")
    assert await bot.process.stop() == 0


async def test_a_killed_container_goes_on_with_its_volume(bot: World) -> None:
    await bot.process.start()
    user = bot.add_user()
    await bot.deliver_one_and_hold_one(user)
    await bot.process.kill()
    bot.finish_tasks()
    await bot.process.start()
    await bot.wait_for_picture(user, 2)
    await bot.wait_until_closed()
    assert await bot.process.stop() == 0
    assert bot.media.calls["create"] == 2
    assert not bot.process.tracebacks


@pytest.mark.parametrize("after", BEFORE_AND_AFTER_THE_START)
async def test_process_1_obeys_sigterm(
    bot: World, running: Callable[[], ContainerProcess], after: float
) -> None:
    await bot.process.start(until=None)
    await running().wait_until_it_obeys()
    await asyncio.sleep(after)
    assert await bot.process.stop() in {0, exit_code(signal.SIGTERM)}
    assert not bot.process.tracebacks


async def test_check_and_the_demo_run_in_it(bot: World, containers: Containers) -> None:
    code, output = await containers.run_to_end(
        containers.container("check", environment=bot.process.settings)
    )
    assert code == 0, output
    code, output = await containers.run_to_end(containers.container("demo", "--once"))
    assert (code, "The picture: /data/demo-out/picture.jpg" in output) == (0, True), output
    assert (containers.data / "demo-out" / "picture.jpg").stat().st_uid == USER


async def test_it_has_no_rights_and_writes_only_its_volume_and_tmp(containers: Containers) -> None:
    code, output = await containers.run_to_end(
        containers.container("-I", "-c", LOOK_AROUND, entrypoint="python")
    )
    assert code == 0, output
    found = json.loads(output)
    assert found["ids"][:2] == [USER, USER]
    assert set(found["ids"]) == {USER}
    assert (int(found["CapEff"], 16), int(found["CapBnd"], 16), found["NoNewPrivs"]) == (0, 0, "1")
    assert {found[folder] for folder in ("/", "/venv", "/etc")} == {"Read-only file system"}
    assert {found[folder] for folder in ("/tmp", "/data")} == {"yes"}  # noqa: S108 - within the container


async def test_it_holds_nothing_but_what_running_needs(engine: Engine, containers: Containers) -> None:
    words = private_words()
    code, output = await containers.run_to_end(
        containers.container("-I", "-c", SEARCH, entrypoint="python", user="0:0"), json.dumps(words).encode()
    )
    assert code == 0, output
    found = json.loads(output)
    assert found["read"] > 100e6
    assert not found["private"], "a host of this machine's package sources is in these files"
    names = {path: path.rpartition("/")[2] for path in found["named"]}
    assert not [
        path for path, name in names.items() if name in TOOLS | LEFTOVERS and "/usr/share/" not in path
    ]
    packages = {"pip", "setuptools", "hatchling", "tests"}
    assert not [
        path
        for path, name in names.items()
        if name in packages and path.startswith("/venv/lib/python") and path.count("/") == 5
    ]
    assert not [path for path in names if path.startswith("/venv/bin/pip")]
    assert not {"/src", "/tools", "/wheel", "/program"} & names.keys()
    assert "/venv/bin/imagine-bot" in names
    told = json.dumps(engine.config()) + engine.history()
    assert not any(word in told for word in words), (
        "a host of this machine's package sources is in the image's history"
    )
    assert "PIP_" not in told

"""The image, built once for all tests of this folder, and containers of it."""

import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support import dockerfile
from tests.support.containers import ContainerProcess, Containers
from tests.support.image_base import BuildFailed, call
from tests.support.image_engines import STAND_IN_BASE, Engine, find_engine
from tests.support.process_launcher import ChildProcess
from tests.support.runc_bundle import Container
from tests.support.world import World, open_world

_REPORT = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[_REPORT] = []


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which engine was used, and how long each step took."""
    for line in terminalreporter.config.stash[_REPORT]:
        terminalreporter.write_line(f"image: {line}")


@pytest.fixture(scope="session")
def engine(pytestconfig: pytest.Config) -> Iterator[Engine]:
    """Yield an engine that has built the image. Without one that works here, the tests are skipped."""
    report = pytestconfig.stash[_REPORT]
    with tempfile.TemporaryDirectory(prefix="image-") as folder:
        found = find_engine(Path(folder))
        if isinstance(found, str):
            report.append(f"not built: {found}")
            pytest.skip(found)
        report.append(found.name)
        try:
            _build(found, report)
            _skip_unless_containers_start(found, Path(folder), report)
            yield found
        finally:
            found.close()


def _build(engine: Engine, report: list[str]) -> None:
    (base,) = (line.removeprefix("BASE=") for line in dockerfile.instructions("ARG") if "BASE=" in line)

    def timed(what: str, step: Callable[[], None]) -> None:
        begin = time.monotonic()
        step()
        report.append(f"{what}: {time.monotonic() - begin:.0f} s")

    try:
        timed(f"{base} fetched", lambda: engine.pull(base))
    except BuildFailed:
        timed(f"no registry with {base}, a base made of Debian's packages", engine.make_base)
        base = STAND_IN_BASE
    timed("built", lambda: engine.build(base))
    report.append(f"size: {engine.size() / 1e6:.0f} MB")


def _skip_unless_containers_start(engine: Engine, folder: Path, report: list[str]) -> None:
    """Skip the tests on a machine that forbids what every container needs, such as its place for cgroups."""
    probe = Container(f"imagine-probe-{folder.name}", folder, entrypoint="/bin/true")
    try:
        call(*engine.run(probe))
    except BuildFailed as error:
        report.append(f"built, but not run: {error}")
        pytest.skip(f"this machine starts no container: {error}")


@pytest.fixture
def containers(engine: Engine, tmp_path: Path) -> Containers:
    """Return containers with an empty /data, which is `tmp_path`."""
    return Containers(engine, tmp_path)


@pytest_asyncio.fixture(loop_scope="session")
async def bot(containers: Containers, tmp_path: Path) -> AsyncIterator[World]:
    """Yield a world whose bot runs in containers of the image."""

    async def launch(settings: dict[str, str]) -> ChildProcess:
        return await containers.start(containers.container(environment=settings))

    async with open_world(tmp_path) as world:
        world.process.launch = launch
        yield world


@pytest.fixture
def running(bot: World) -> Callable[[], ContainerProcess]:
    """Return a function that returns the container of the world's bot."""

    def container() -> ContainerProcess:
        process = bot.process.child
        assert isinstance(process, ContainerProcess)
        return process

    return container

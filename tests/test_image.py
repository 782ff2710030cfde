"""The Dockerfile agrees with the project."""

import fnmatch
import importlib.util
import json
import re
import tomllib
from pathlib import PurePath

from bot.settings import Settings
from bot.web import HEALTH_PATH
from tests.support import dockerfile
from tests.support.process_launcher import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _copied() -> list[str]:
    """Return the files and folders of the project that go into the image."""
    (extras,) = (line for line in dockerfile.instructions("ARG") if line.startswith("EXTRAS="))
    copies = [line.split() for line in dockerfile.instructions("COPY") if not line.startswith("--from")]
    default = extras.removeprefix("EXTRAS=")
    return [source.replace("${EXTRAS}", default) for *sources, _target in copies for source in sources]


def test_everything_that_the_image_needs_reaches_the_builder() -> None:
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert "*" in lines
    allowed = [line.removeprefix("!") for line in lines if line.startswith("!")]
    for source in _copied():
        assert (ROOT / source).exists()
        assert any(fnmatch.fnmatchcase(source, pattern) for pattern in allowed), source


def test_each_choice_of_extras_has_a_lock_file_with_their_packages() -> None:
    base = _locked("requirements.lock")
    extras = PROJECT["project"]["optional-dependencies"]
    for file, names in {
        "requirements-postgres.lock": {"postgres"},
        "requirements-replicas.lock": {"postgres", "replicas"},
        "requirements-observed.lock": {"postgres", "replicas", "tracing", "sentry"},
    }.items():
        wanted = {re.split(r"[\[><=]", package)[0] for name in names for package in extras[name]}
        assert wanted <= _locked(file).keys()
        assert not wanted & base.keys()
        assert base.items() <= _locked(file).items()
        assert _locked(file).items() <= _locked("requirements-dev.lock").items()


def test_building_needs_nothing_that_running_needs() -> None:
    (*groups,) = PROJECT["dependency-groups"]
    tools = {
        re.split(r"[\[><=]", package)[0]
        for group in groups
        for package in PROJECT["dependency-groups"][group]
    }
    assert set(PROJECT["build-system"]["requires"]) <= tools <= _locked("requirements-build.lock").keys()
    assert not tools & _locked("requirements-observed.lock").keys()
    assert _locked("requirements-build.lock").items() <= _locked("requirements-dev.lock").items()


def test_the_mutation_tester_is_locked_beside_the_packages_of_the_tests() -> None:
    locked, of_tests = _locked("requirements-mutants.lock"), _locked("requirements-dev.lock")
    assert "mutmut" in locked
    assert "mutmut" not in of_tests
    assert {name: of_tests[name] for name in locked.keys() & of_tests.keys()}.items() <= locked.items()


def _locked(file: str) -> dict[str, str]:
    """Return the version of each package in a lock file."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return dict(line.split(" ")[0].split("==") for line in lines if "==" in line)


def test_the_image_has_every_package() -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert set(packages) <= set(_copied())


def test_both_stages_are_of_the_same_base_which_is_pinned() -> None:
    (base,) = (line for line in dockerfile.instructions("ARG") if line.startswith("BASE="))
    assert re.fullmatch(r"BASE=python:3\.\d+-slim@sha256:[0-9a-f]{64}", base)
    assert [line.split()[0] for line in dockerfile.instructions("FROM")] == ["${BASE}"] * 2


def test_the_labels_of_the_image_are_those_of_the_project() -> None:
    labels = dockerfile.labels()
    assert labels["org.opencontainers.image.title"] == PROJECT["project"]["name"]
    assert labels["org.opencontainers.image.version"] == PROJECT["project"]["version"]
    assert labels["org.opencontainers.image.licenses"] == PROJECT["project"]["license"]


def test_the_image_sets_and_starts_what_exists() -> None:
    names = dockerfile.environment().keys() - {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    assert names <= {field.upper() for field in Settings.model_fields}
    assert dockerfile.instructions("EXPOSE") == [str(dockerfile.port())]
    (entrypoint,) = dockerfile.instructions("ENTRYPOINT")
    (command,) = json.loads(entrypoint)
    assert command in PROJECT["project"]["scripts"]


def test_the_health_check_of_the_image_asks_only_whether_the_process_is_well() -> None:
    (check,) = dockerfile.instructions("HEALTHCHECK")
    command = json.loads(check.partition("CMD ")[2])
    assert command[:-1] == ["python", "-P", "-m"]
    assert importlib.util.find_spec(command[-1]) is not None
    assert HEALTH_PATH == "/healthz"  # the path that bot.healthcheck asks without an argument


def test_the_image_runs_as_a_user_by_number() -> None:
    (user,) = dockerfile.instructions("USER")
    assert all(part.isdecimal() and int(part) > 0 for part in user.split(":"))
    assert PurePath(dockerfile.instructions("WORKDIR")[-1]) == PurePath(dockerfile.instructions("VOLUME")[0])

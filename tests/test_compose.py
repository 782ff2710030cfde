"""compose.yaml and the Caddyfile: their schema, and facts that no schema knows."""

import re
import subprocess
import sys
from typing import Any

import pytest
import yaml

from bot.settings import ADMIN_PATH, Settings
from bot.web import HEALTH_PATH, METRICS_PATH, READY_PATH, WEBHOOK_PATH
from generation.signed_links import PICTURE_PATH, SOURCE_PATH
from tests.support import dockerfile
from tests.support.process_launcher import DEADLINE, ROOT

COMPOSE = ROOT / "compose.yaml"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))["services"]
REPLICAS = ("bot", "bot-2")
CADDYFILE = (ROOT / "deploy" / "caddy" / "Caddyfile").read_text(encoding="utf-8")
SETTINGS = {field.upper() for field in Settings.model_fields}
LONGEST_STOP = 10
"""Seconds (docs/operating.md, SIGTERM)."""


def test_compose_accepts_the_file() -> None:
    command = ["-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", str(COMPOSE)]
    checked = subprocess.run(
        [sys.executable, *command], capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_without_a_profile_there_is_one_bot_and_nothing_else() -> None:
    assert [name for name, service in SERVICES.items() if "profiles" not in service] == ["bot"]
    assert {profile for service in SERVICES.values() for profile in service.get("profiles", [])} == {
        "replicas"
    }


def test_both_replicas_run_the_same_program() -> None:
    of_one = {"profiles", "depends_on", "ports", "volumes", "tmpfs", "environment"}
    first, second = ({k: v for k, v in SERVICES[name].items() if k not in of_one} for name in REPLICAS)
    assert first == second


@pytest.mark.parametrize("name", REPLICAS)
def test_a_bot_gets_only_settings_listens_and_has_time_to_stop(name: str) -> None:
    bot = SERVICES[name]
    assert bot["environment"].keys() <= SETTINGS
    assert _port(bot["environment"]["LISTEN"]) == dockerfile.port()
    (published,) = bot["ports"]
    assert re.fullmatch(rf"127\.0\.0\.1:\d+:{dockerfile.port()}", published)
    assert int(bot["stop_grace_period"].removesuffix("s")) > LONGEST_STOP
    assert bot["healthcheck"]["test"][1:] == ["python", "-P", "-m", "bot.healthcheck", READY_PATH]


def test_each_variable_is_a_setting_or_explained() -> None:
    used = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text(encoding="utf-8")))
    manual = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    assert used >= {"DATABASE_URL", "PUBLIC_URL", "POSTGRES_PASSWORD"}
    assert all(name in SETTINGS or f"{name}=" in manual for name in used)


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_is_confined(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["mem_limit"]
    assert service["pids_limit"]


@pytest.mark.parametrize("name", SERVICES)
def test_the_log_of_each_service_has_an_end(name: str) -> None:
    logging = SERVICES[name]["logging"]
    assert logging["driver"] == "json-file"  # the default driver, which keeps everything unless it is limited
    assert logging["options"].keys() == {"max-size", "max-file"}


@pytest.mark.parametrize("name", REPLICAS)
def test_process_1_of_a_bot_is_an_init(name: str) -> None:
    assert SERVICES[name]["init"]


def test_the_database_is_not_published_and_its_major_version_is_fixed() -> None:
    postgres = SERVICES["postgres"]
    assert "ports" not in postgres
    assert re.fullmatch(r"postgres:\d+", postgres["image"])
    assert postgres["environment"]["POSTGRES_PASSWORD"] == "${POSTGRES_PASSWORD:-}"


def test_only_the_proxy_is_reachable_from_outside() -> None:
    published = {name: service.get("ports", []) for name, service in SERVICES.items()}
    assert published.pop("proxy") == ["80:80", "443:443"]
    assert all(port.startswith("127.0.0.1:") for ports in published.values() for port in ports)


def test_the_proxy_passes_the_paths_for_others_to_both_replicas() -> None:
    (mount,) = (volume for volume in SERVICES["proxy"]["volumes"] if "Caddyfile" in volume)
    assert (ROOT / mount.split(":")[0]).read_text(encoding="utf-8") == CADDYFILE
    paths_for_telegram = [f"{WEBHOOK_PATH}/*", f"{SOURCE_PATH}/*", f"{PICTURE_PATH}/*"]
    assert _directive("@bot path") == [*paths_for_telegram, ADMIN_PATH, f"{ADMIN_PATH}/*"]
    assert _directive("reverse_proxy") == [*(f"{name}:{dockerfile.port()}" for name in REPLICAS), "{"]
    assert _directive("health_uri") == [READY_PATH]
    assert "PUBLIC_URL" in SERVICES["proxy"]["environment"]
    paths = _without_comments(CADDYFILE)
    assert not any(path in paths for path in (HEALTH_PATH, METRICS_PATH))


def _directive(name: str) -> list[str]:
    """Return the arguments of a directive that the Caddyfile has once."""
    (line,) = re.findall(rf"^\s*{re.escape(name)} (.*)$", _without_comments(CADDYFILE), flags=re.M)
    return str(line).split()


def _without_comments(text: str) -> str:
    return re.sub(r"^\s*#.*\n", "", text, flags=re.M)


def _port(listen: str) -> int:
    return int(listen.rpartition(":")[2])

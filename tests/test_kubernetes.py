"""deploy/kubernetes: the schemas of Kubernetes, and facts that they do not know."""

import tomllib
from typing import Any
from urllib.parse import urlsplit

import kubernetes_validate  # type: ignore[import-untyped]
import pytest
import yaml

from bot.env_file import read
from bot.readiness import DATABASE_SECONDS
from bot.settings import ADMIN_PATH, Settings
from bot.web import HEALTH_PATH, METRICS_PATH, READY_PATH, WEBHOOK_PATH
from generation.signed_links import PICTURE_PATH, SOURCE_PATH
from tests.support import dockerfile
from tests.support.process_launcher import ROOT

FOLDER = ROOT / "deploy" / "kubernetes"
KUSTOMIZATION = yaml.safe_load((FOLDER / "kustomization.yaml").read_text(encoding="utf-8"))
FILES = sorted(path.name for path in FOLDER.glob("*.yaml") if path.name != "kustomization.yaml")
VERSIONS = ("1.28", "1.37")
"""The oldest and the newest version of Kubernetes for which the manifests are checked."""
SETTINGS = {field.upper() for field in Settings.model_fields}
LONGEST_STOP = 10
"""Seconds (docs/operating.md, SIGTERM)."""


def _manifest(name: str) -> Any:
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


DEPLOYMENT = _manifest("deployment")
POD = DEPLOYMENT["spec"]["template"]["spec"]
(CONTAINER,) = POD["containers"]
METRICS_PORT = int(read(FOLDER / "settings.env").values["METRICS_LISTEN"].rpartition(":")[2])
LABELS = DEPLOYMENT["spec"]["template"]["metadata"]["labels"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", FILES)
def test_kubernetes_accepts_the_manifest(name: str, version: str) -> None:
    kubernetes_validate.validate(_manifest(name.removesuffix(".yaml")), version, strict=True)


def test_kustomize_uses_each_file() -> None:
    assert sorted(KUSTOMIZATION["resources"]) == FILES
    generators = KUSTOMIZATION["configMapGenerator"] + KUSTOMIZATION["secretGenerator"]
    for generator in generators:
        (file,) = generator["envs"]
        assert (FOLDER / file).exists() or (FOLDER / f"{file}.example").exists()
    configured = [next(iter(source.values()))["name"] for source in CONTAINER["envFrom"]]
    assert configured == [generator["name"] for generator in generators]


def test_the_image_has_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    (image,) = KUSTOMIZATION["images"]
    assert (image["name"], image["newTag"]) == (CONTAINER["image"], project["version"])


def test_the_files_hold_settings_and_no_secret() -> None:
    settings, secrets = (read(FOLDER / name) for name in ("settings.env", "secrets.env.example"))
    assert settings.exists
    assert secrets.exists
    values = settings.values | secrets.values
    assert not settings.values.keys() & secrets.values.keys()
    assert values.keys() <= SETTINGS
    assert not settings.bad_lines + secrets.bad_lines
    assert (values["BOT_TOKEN"], values["GPTUNNEL_API_KEY"]) == ("", "")
    assert urlsplit(values["DATABASE_URL"]).netloc == "USER:PASSWORD@postgres.example.org:5432"
    assert "deploy/kubernetes/secrets.env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_the_example_is_complete_once_its_secrets_are_filled_in() -> None:
    values = {name.lower(): value for name, value in dockerfile.environment().items()}
    for name in ("settings.env", "secrets.env.example"):
        values |= {key.lower(): value for key, value in read(FOLDER / name).values.items()}
    values |= {"bot_token": "1234:token-token-token-token-token-token", "gptunnel_api_key": "key-key-key"}
    settings = Settings.model_validate(values)
    assert settings.updates == "webhook"
    assert settings.listen_address[1] == CONTAINER["ports"][0]["containerPort"]


def test_the_probes_ask_paths_that_the_bot_serves() -> None:
    paths = {
        kind: CONTAINER[f"{kind}Probe"]["httpGet"]["path"] for kind in ("startup", "liveness", "readiness")
    }
    assert paths == {"startup": HEALTH_PATH, "liveness": HEALTH_PATH, "readiness": READY_PATH}
    assert CONTAINER["readinessProbe"]["timeoutSeconds"] > DATABASE_SECONDS
    annotations = DEPLOYMENT["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/path"] == METRICS_PATH
    assert annotations["prometheus.io/port"] == str(METRICS_PORT)


def test_each_port_is_the_one_of_the_container() -> None:
    port, metrics = CONTAINER["ports"]
    assert port == {"name": "http", "containerPort": dockerfile.port()}
    assert metrics == {"name": "metrics", "containerPort": METRICS_PORT}
    (service_port,) = _manifest("service")["spec"]["ports"]
    assert service_port["targetPort"] == port["name"]
    (ingress,) = _manifest("networkpolicy")["spec"]["ingress"]
    assert ingress["ports"] == [{"port": port["name"]}, {"port": metrics["name"]}]
    probes = [CONTAINER[f"{kind}Probe"]["httpGet"]["port"] for kind in ("startup", "liveness", "readiness")]
    assert set(probes) == {port["name"]}


def test_only_four_paths_are_public() -> None:
    ingress = _manifest("ingress")["spec"]
    (rule,) = ingress["rules"]
    paths = rule["http"]["paths"]
    assert [(path["path"], path["pathType"]) for path in paths] == [
        (WEBHOOK_PATH, "Prefix"),
        (ADMIN_PATH, "Prefix"),
        (PICTURE_PATH, "Prefix"),
        (SOURCE_PATH, "Prefix"),
    ]
    service = {"name": _manifest("service")["metadata"]["name"], "port": {"name": "http"}}
    assert all(path["backend"]["service"] == service for path in paths)
    host = urlsplit(read(FOLDER / "settings.env").values["PUBLIC_URL"]).hostname
    assert (rule["host"], ingress["tls"][0]["hosts"]) == (host, [host])


def test_the_bot_has_time_to_stop() -> None:
    before = int(CONTAINER["lifecycle"]["preStop"]["exec"]["command"][1])
    assert POD["terminationGracePeriodSeconds"] > before + LONGEST_STOP


def test_a_replica_is_ready_before_another_one_ends() -> None:
    spec = DEPLOYMENT["spec"]
    assert spec["replicas"] == 2
    assert spec["strategy"]["rollingUpdate"] == {"maxUnavailable": 0, "maxSurge": 1}
    assert _manifest("poddisruptionbudget")["spec"]["minAvailable"] == spec["replicas"] - 1


def test_each_selector_finds_the_replicas() -> None:
    selectors = [
        DEPLOYMENT["spec"]["selector"]["matchLabels"],
        _manifest("service")["spec"]["selector"],
        _manifest("networkpolicy")["spec"]["podSelector"]["matchLabels"],
        _manifest("poddisruptionbudget")["spec"]["selector"]["matchLabels"],
        *(spread["labelSelector"]["matchLabels"] for spread in POD["topologySpreadConstraints"]),
    ]
    assert all(selector == LABELS for selector in selectors)


def test_the_container_is_confined() -> None:
    user, group = map(int, dockerfile.instructions("USER")[0].split(":"))
    assert POD["securityContext"] == {
        "runAsNonRoot": True,
        "runAsUser": user,
        "runAsGroup": group,
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    assert CONTAINER["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert (POD["automountServiceAccountToken"], POD["enableServiceLinks"]) == (False, False)
    assert CONTAINER["resources"]["limits"]["memory"]

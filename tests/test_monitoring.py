"""deploy/prometheus and deploy/grafana: each metric and label exists, and each alarm rings when it should, alone."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from core.metrics import Metrics
from core.model import Failure, State
from tests.support.process_launcher import DEADLINE, ROOT

FOLDER = ROOT / "deploy" / "prometheus"
RULES: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((FOLDER / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD = json.loads((ROOT / "deploy" / "grafana" / "imagine.json").read_text(encoding="utf-8"))
PANELS: list[dict[str, Any]] = DASHBOARD["panels"]
OF_PROMETHEUS = {"job", "instance", "le"}
"""Labels that every series may have, and that of the buckets of a histogram."""
SELECTOR = re.compile(r"\b(imagine_\w+|up)(?:\{([^}]*)\})?")
needs_promtool = pytest.mark.skipif(
    shutil.which("promtool") is None and "CI" not in os.environ, reason="prometheus is not installed"
)


def _series() -> dict[str, set[str]]:
    """Return the labels of each series of the program, by name."""
    found: dict[str, set[str]] = {"up": set()}
    for collector in vars(Metrics()).values():
        if not hasattr(collector, "_labelnames"):
            continue
        labels = set(collector._labelnames)
        for family in collector.describe():
            suffixes = {"counter": ["_total"], "histogram": ["_bucket", "_sum", "_count"]}.get(
                family.type, [""]
            )
            found |= {family.name + suffix: labels for suffix in suffixes}
    return found


SERIES = _series()


def _expressions() -> Iterator[tuple[str, str]]:
    """Yield each expression of the alarms and of the dashboard, with a name for it."""
    for rule in RULES:
        yield rule["alert"], rule["expr"]
    for panel in PANELS:
        for target in panel.get("targets", []):
            expression = target["expr"].replace("$__rate_interval", "5m").replace("$job", "imagine-bot")
            yield f"panel {panel['title']}", expression


@pytest.mark.parametrize(("name", "expression"), list(_expressions()))
def test_each_metric_and_each_label_is_one_of_the_program(name: str, expression: str) -> None:
    used = SELECTOR.findall(expression)
    assert used, name
    for metric, matchers in used:
        assert metric in SERIES, metric
        for label, values in re.findall(r'(\w+)\s*(?:=~|!~|!=|=)\s*"([^"]*)"', matchers):
            assert label in SERIES[metric] | OF_PROMETHEUS, (metric, label)
            if (metric, label) == ("imagine_requests_total", "end"):
                _check_ends(values)
    for labels in re.findall(r"by \(([^)]*)\)", expression):
        known = set().union(*(SERIES[metric] for metric, _ in used)) | OF_PROMETHEUS
        assert {label.strip() for label in labels.split(",")} <= known


def _check_ends(values: str) -> None:
    """Check that each alternative of a pattern of ends is an end of a request."""
    ends = {*map(str, State), *map(str, Failure)}
    plain = re.sub(r"(\w+-)\(([^)]*)\)", lambda m: "|".join(m[1] + part for part in m[2].split("|")), values)
    assert set(plain.split("|")) <= ends


def test_the_dashboard_shows_each_metric() -> None:
    shown = {
        metric for name, text in _expressions() for metric, _ in SELECTOR.findall(text) if "panel" in name
    }
    names = {re.sub(r"_(bucket|sum|count)$", "", name) for name in SERIES}
    assert names == {re.sub(r"_(bucket|sum|count)$", "", name) for name in shown}


def test_the_panels_of_the_dashboard_have_places_of_their_own() -> None:
    assert len({panel["id"] for panel in PANELS}) == len(PANELS)
    taken: set[tuple[int, int]] = set()
    for panel in PANELS:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
    variables = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    used = set(re.findall(r"\$\{?([a-z]\w*)", json.dumps(PANELS)))
    assert used == variables


def test_each_alarm_has_a_paragraph_in_the_manual() -> None:
    manual = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
    paragraphs = dict(re.findall(r"^#### (Imagine\w+)\n\n(.+)", manual, re.MULTILINE))
    assert list(paragraphs) == [rule["alert"] for rule in RULES]
    assert all(len(text) > 80 for text in paragraphs.values())
    for rule in RULES:
        assert rule["annotations"]["runbook"] == f"docs/operating.md#{rule['alert'].lower()}"
        assert rule["labels"]["severity"] in {"page", "ticket"}


def _promtool(*arguments: str | Path) -> str:
    program = shutil.which("promtool")
    assert program is not None, "CI installs prometheus (.ci/run)"
    ended = subprocess.run(
        [program, *arguments], capture_output=True, text=True, timeout=DEADLINE, check=False
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


@needs_promtool
def test_prometheus_accepts_the_files_and_each_expression(tmp_path: Path) -> None:
    _promtool("check", "config", FOLDER / "prometheus.yml")
    rules = [{"record": f"n{number}", "expr": text} for number, (_, text) in enumerate(_expressions())]
    (file := tmp_path / "rules.yml").write_text(json.dumps({"groups": [{"name": "all", "rules": rules}]}))
    assert f"{len(rules)} rules found" in _promtool("check", "rules", file)


JOB = 'job="imagine-bot",instance="a"'
HEALTHY = {
    f"up{{{JOB}}}": "1x180",
    f'imagine_requests_total{{{JOB},end="delivered"}}': "100+10x180",
    f'imagine_requests_total{{{JOB},end="moderated"}}': "100+9x180",
    f'imagine_requests_total{{{JOB},end="timeout"}}': "5+1x180",
    f'imagine_media_calls_total{{{JOB},call="result",outcome="ok"}}': "0+60x180",
    f'imagine_media_calls_total{{{JOB},call="result",outcome="NotAccepted"}}': "0+6x180",
    f'imagine_telegram_calls_total{{{JOB},method="sendPhoto",outcome="ok"}}': "0+60x180",
    f'imagine_telegram_calls_total{{{JOB},method="sendPhoto",outcome="Rejected"}}': "0+60x180",
    f"imagine_balance_roubles{{{JOB}}}": "500x180",
    f"imagine_disk_refuses{{{JOB}}}": "0x180",
    f"imagine_disk_free_bytes{{{JOB}}}": "5000000000x180",
    f'imagine_loop_lag_seconds_bucket{{{JOB},le="0.1"}}': "0+100x180",
    f'imagine_loop_lag_seconds_bucket{{{JOB},le="+Inf"}}': "0+100x180",
    f'imagine_delivering_seconds_bucket{{{JOB},le="5"}}': "0+10x180",
    f'imagine_delivering_seconds_bucket{{{JOB},le="+Inf"}}': "0+10x180",
    f"imagine_waiting{{{JOB}}}": "5x180",
    f"imagine_replicas{{{JOB}}}": "1x180",
    f"imagine_leader{{{JOB}}}": "1x180",
    f"imagine_failed_payments{{{JOB}}}": "0x180",
    f"imagine_backup_timestamp_seconds{{{JOB}}}": "0x180",
    f"imagine_backup_failures_total{{{JOB}}}": "0x180",
    f"imagine_retention_passed_timestamp_seconds{{{JOB}}}": "1x180",
    f'imagine_unknown_creates_total{{{JOB},then="repeated"}}': "2x180",
}
"""Series of three hours of a healthy bot, a value a minute (Prometheus, Unit Testing for Rules)."""
RINGS: dict[str, dict[str, str]] = {
    "ImagineDown": {f"up{{{JOB}}}": "1x30 0x150"},
    "ImagineRequestsFail": {f'imagine_requests_total{{{JOB},end="timeout"}}': "5+10x180"},
    "ImagineServicePaused": {f'imagine_requests_total{{{JOB},end="service-paused"}}': "_x170 1x10"},
    "ImagineBalanceLow": {f"imagine_balance_roubles{{{JOB}}}": "99x180"},
    "ImagineUnknownCreates": {f'imagine_unknown_creates_total{{{JOB},then="refunded"}}': "_x160 3x20"},
    "ImagineProviderErrors": {
        f'imagine_media_calls_total{{{JOB},call="result",outcome="NotAccepted"}}': "0+90x180"
    },
    "ImagineTelegramErrors": {
        f'imagine_telegram_calls_total{{{JOB},method="sendPhoto",outcome="TryLater"}}': "0+20x180"
    },
    "ImagineDatabaseRefusesWrites": {f"imagine_disk_refuses{{{JOB}}}": "0x140 1x40"},
    "ImagineDiskAlmostFull": {f"imagine_disk_free_bytes{{{JOB}}}": "900000000x180"},
    "ImagineEventLoopLate": {
        f'imagine_loop_lag_seconds_bucket{{{JOB},le="0.1"}}': "0+50x180",
        f'imagine_loop_lag_seconds_bucket{{{JOB},le="1"}}': "0+100x180",
    },
    "ImagineManyWait": {f"imagine_waiting{{{JOB}}}": "51x180"},
    "ImagineDeliverySlow": {
        f'imagine_delivering_seconds_bucket{{{JOB},le="5"}}': "0+5x180",
        f'imagine_delivering_seconds_bucket{{{JOB},le="320"}}': "0+10x180",
    },
    "ImagineReplicaMissing": {f"imagine_replicas{{{JOB}}}": "2x180"},
    "ImagineNoLeader": {f"imagine_leader{{{JOB}}}": "0x180"},
    "ImaginePaymentNotBooked": {f"imagine_failed_payments{{{JOB}}}": "0x140 1x40"},
    "ImaginePaymentsMissed": {f'imagine_missed_payments_total{{{JOB},kind="payment"}}': "_x160 1x20"},
    "ImagineBackupMissing": {f"imagine_backup_failures_total{{{JOB}}}": "0x140 1x40"},
}
"""For each alarm, the series that let it ring at the end of the three hours."""
RINGS_LATER: dict[str, dict[str, str]] = {
    "ImagineBackupMissing": {
        f"imagine_backup_timestamp_seconds{{{JOB}}}": "1x600",
        f"imagine_retention_passed_timestamp_seconds{{{JOB}}}": "1+240x600",
    },
    "ImagineOldContentsStay": {},
}
"""For these alarms, the series that let them ring after forty hours."""


def _test(series: dict[str, str], *, rings: str | None, hours: int = 3) -> dict[str, Any]:
    return {
        "interval": "1m" if hours == 3 else "4m",
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "alert_rule_test": [],
        "promql_expr_test": [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": f"{hours}h",
                "exp_samples": [{"labels": f'{{alertname="{rings}"}}', "value": 1}] if rings else [],
            }
        ],
    }


@pytest.mark.slow
@needs_promtool
def test_each_alarm_rings_alone_and_none_for_a_healthy_bot(tmp_path: Path) -> None:
    assert [rule["alert"] for rule in RULES] == list(RINGS | RINGS_LATER)
    later = {name: values.replace("x180", "x600") for name, values in HEALTHY.items()}
    tests = [_test(HEALTHY, rings=None)]
    tests += [_test(HEALTHY | series, rings=name) for name, series in RINGS.items()]
    tests += [_test(later | series, rings=name, hours=40) for name, series in RINGS_LATER.items()]
    document = {
        "rule_files": [str(FOLDER / "alerts.yml")],
        "evaluation_interval": "10m",
        "tests": tests,
    }
    (file := tmp_path / "test.yml").write_text(json.dumps(document))
    _promtool("test", "rules", file)

"""What an operator copies to watch a relay asks for figures that there are, and rings when it says."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.system.proxies import DEPLOY, program
from troth_relay import limits
from troth_relay.config import Config
from troth_relay.metrics import Metrics, Moment
from troth_relay.store import Stats

ALERTS: Final = DEPLOY / "alerts.yml"
DASHBOARD: Final[dict[str, Any]] = json.loads((DEPLOY / "dashboard.json").read_text())
NAME: Final = re.compile(r"troth_relay_\w+")
SELECTED: Final = re.compile(r'(troth_relay_\w+)\{(\w+)="(\w+)"\}')
WAIT_S: Final = 60


def expressions() -> Iterator[str]:
    """Return all that the panels and the rules ask for."""
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel["targets"])
    yield from re.findall(r"^\s+expr: (.+)$", ALERTS.read_text(), re.MULTILINE)


def told() -> str:
    """Return what a relay tells Prometheus."""
    return Metrics().text(Moment(1, (), (Stats(1, 1, 1), 1))).decode()


def test_every_figure_is_told() -> None:
    """Each name that a panel or a rule asks for is one that a relay tells, and so is each reason and fault."""
    names = set(re.findall(r"^(troth_relay_\w+)", told(), re.MULTILINE))
    asked = {name for expression in expressions() for name in NAME.findall(expression)}
    assert len(asked) > 10
    assert asked <= names
    for name, label, value in {found for expression in expressions() for found in SELECTED.findall(expression)}:
        assert f'{name}{{{label}="{value}"}}' in told()


def test_every_figure_is_shown() -> None:
    """Each figure that a relay tells of itself stands on the dashboard; what a library adds need not."""
    names = {name for name in re.findall(r"^(troth_relay_\w+)", told(), re.MULTILINE) if not name.endswith("_created")}
    shown = {
        name for panel in DASHBOARD["panels"] for target in panel["targets"] for name in NAME.findall(target["expr"])
    }
    assert {name for name in names if "_process_" not in name} <= shown


def test_dashboard_is_laid_out() -> None:
    """No two panels lie over one another, each says what it is, and the source is the operator's choice."""
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert taken.isdisjoint(cells)
        assert max(x for x, _ in cells) < 24
        assert panel["description"].endswith(".")
        assert panel["datasource"]["uid"] == "${source}"
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def promtool(*arguments: str, folder: Path) -> None:
    """Let Prometheus' own tool look."""
    command = [program("promtool"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=WAIT_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_rules_are_understood_and_ring(tmp_path: Path) -> None:
    """Prometheus understands each rule, and in the cases beside this test each rings when it should, and not before."""
    shutil.copy(ALERTS, tmp_path)
    shutil.copy(Path(__file__).with_name("alerts_test.yml"), tmp_path)
    promtool("check", "rules", "--lint-fatal", "alerts.yml", folder=tmp_path)
    promtool("test", "rules", "alerts_test.yml", folder=tmp_path)


def test_panels_are_understood(tmp_path: Path) -> None:
    """Prometheus understands what each panel asks."""
    asked = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    rules = [
        {"record": f"panel:{number}", "expr": expression.replace("$__rate_interval", "5m")}
        for number, expression in enumerate(asked)
    ]
    # JSON is YAML too.
    (tmp_path / "panels.yml").write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    promtool("check", "rules", "panels.yml", folder=tmp_path)


def test_rules_fit_the_relay() -> None:
    """What the rules say of bounds and of where they are asked is what the relay has."""
    text = ALERTS.read_text()
    assert f"> {limits.CONNECTIONS_MAX * 9 // 10}" in text
    (address,) = re.findall(r'targets: \["([^"]+)"\]', text)
    assert Config(metrics=address).metrics_address == ("127.0.0.1", int(address.rpartition(":")[2]))


@pytest.mark.parametrize("rule", re.findall(r"- alert: (\w+)", ALERTS.read_text()))
def test_every_rule_says_what_to_do(rule: str) -> None:
    """Each rule says what happened and what to do, and whether it can wait."""
    (block,) = re.findall(rf"- alert: {rule}\n(.*?)(?=\n      - alert|\Z)", ALERTS.read_text(), re.DOTALL)
    assert re.search(r"severity: (page|look)\}", block)
    assert re.search(r"summary: [A-Z].+\.$", block, re.MULTILINE)
    assert re.search(r"action: [A-Z].+\.$", block, re.MULTILINE)

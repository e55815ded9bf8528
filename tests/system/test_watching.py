"""What an operator copies to watch a relay asks for figures that there are, and rings when it says."""

import asyncio
import itertools
import json
import re
import shutil
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.contracts.relay_client import Key, connected, envelope
from tests.contracts.relay_process import serving
from tests.system.proxies import DEPLOY, free_port, program
from troth_relay import limits
from troth_relay.config import Config
from troth_relay.metrics import Metrics, Moment
from troth_relay.store import Stats
from troth_wire.messages import Refuse

ALERTS: Final = DEPLOY / "alerts.yml"
DASHBOARD: Final[dict[str, Any]] = json.loads((DEPLOY / "dashboard.json").read_text())
NAME: Final = re.compile(r"troth_relay_\w+")
SELECTED: Final = re.compile(r'(troth_relay_\w+)\{(\w+)="(\w+)"\}')
PANELS: Final = ("stat", "timeseries")
UNITS: Final = ("short", "s", "bytes", "cps")
"""What Grafana calls the units that are used: plain numbers, seconds, bytes by 1024, so many a second."""
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
    cases = Path(__file__).with_name("alerts_test.yml").read_text()
    rung = set(re.findall(r"alertname: (\w+)\n +exp_alerts:\n", cases))
    assert rung == set(re.findall(r"alert: (\w+)", ALERTS.read_text()))


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


def shape(value: object) -> object:
    """Return what kinds of things a value is made of: names and their kinds, and the kinds in a list."""
    if isinstance(value, dict):
        return {name: shape(part) for name, part in value.items()}
    return [shape(part) for part in value] if isinstance(value, list) else type(value)


def test_dashboard_is_one_of_grafanas() -> None:
    """Every field has a name and a kind that Grafana's own schema for dashboards gives it, and no field is amiss."""
    assert {name: type(value) for name, value in DASHBOARD.items()} == {
        **dict.fromkeys(("title", "uid", "refresh", "timezone"), str),
        **dict.fromkeys(("schemaVersion", "version"), int),
        **dict.fromkeys(("time", "templating", "annotations"), dict),
        **dict.fromkeys(("tags", "panels"), list),
        "editable": bool,
    }
    assert 8 <= len(DASHBOARD["uid"]) <= 40
    assert shape(DASHBOARD["time"]) == {"from": str, "to": str}
    (variable,) = DASHBOARD["templating"]["list"]
    assert (variable["type"], variable["query"], variable["name"]) == ("datasource", "prometheus", "source")
    for panel in DASHBOARD["panels"]:
        assert panel["type"] in PANELS
        expected = {
            "id": int,
            **dict.fromkeys(("type", "title", "description"), str),
            "datasource": {"type": str, "uid": str},
            "gridPos": dict.fromkeys("xywh", int),
            "targets": [dict.fromkeys(("refId", "expr", "legendFormat"), str)] * len(panel["targets"]),
        }
        assert {name: shape(value) for name, value in panel.items() if name != "fieldConfig"} == expected
        assert len({target["refId"] for target in panel["targets"]}) == len(panel["targets"])
        defaults = panel["fieldConfig"]["defaults"]
        assert panel["fieldConfig"] == {"defaults": defaults, "overrides": []}
        assert defaults.keys() <= {"unit", "min", "thresholds"}
        assert defaults["unit"] in UNITS
        if "thresholds" in defaults:
            assert defaults["thresholds"]["mode"] in ("absolute", "percentage")
            values = [step["value"] for step in defaults["thresholds"]["steps"]]
            # The first reaches down without end, and they rise.
            assert values[0] is None
            assert values[1:] == sorted(values[1:])


@contextmanager
def prometheus(folder: Path, watched: int) -> Iterator[Callable[[str], Any]]:
    """Run Prometheus with the operator's rules on a relay's figures; what is given out asks its interface."""
    shutil.copy(ALERTS, folder)
    job = {"job_name": "troth-relay", "static_configs": [{"targets": [f"127.0.0.1:{watched}"]}]}
    often = {"scrape_interval": "1s", "evaluation_interval": "1s"}
    configuration = {"global": often, "rule_files": ["alerts.yml"], "scrape_configs": [job]}
    (folder / "prometheus.yml").write_text(json.dumps(configuration))
    address = f"127.0.0.1:{free_port()}"
    command = [program("prometheus"), "--config.file=prometheus.yml", f"--web.listen-address={address}"]
    with subprocess.Popen(
        [*command, "--storage.tsdb.path=figures"], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:

        def ask(path: str) -> Any:
            try:
                with urllib.request.urlopen(f"http://{address}/api/v1/{path}", timeout=WAIT_S) as answer:
                    return json.load(answer)["data"]
            except OSError:
                assert running.poll() is None
                return None

        try:
            yield ask
        finally:
            running.kill()


async def _used(url: str, until: Callable[[], bool]) -> None:
    """Use a relay until something holds: store, be refused, be sent away."""
    key = Key.numbered(1)
    async with asyncio.timeout(WAIT_S), connected(url) as client:
        await client.follow(key)
        for number in itertools.count(1):
            await client.push(key, [envelope(number)])
            await client.read(key, until=number)
            async with connected(url) as other:
                await other.socket.send_bytes(b"nonsense")
                assert isinstance(await other.receive(), Refuse)
            if await asyncio.to_thread(until):
                return


def test_every_panel_shows_something(tmp_path: Path) -> None:
    """Prometheus asks a relay that is used, and has an answer to each panel and each rule; what happened is in it."""
    program("prometheus")
    asked = {target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]}
    figures: dict[str, list[float]] = {}
    watched = free_port()

    def seen(ask: Callable[[str], Any]) -> bool:
        for expression in asked:
            query = urllib.parse.quote(expression.replace("$__rate_interval", "15s"))
            found = ask(f"query?query={query}")
            figures[expression] = [float(row["value"][1]) for row in found["result"]] if found else []
        happened = [expression for expression in asked if "rate(" in expression]
        return all(figures.values()) and all(any(figures[expression]) for expression in happened)

    with (
        serving(tmp_path / "relay.db", "--metrics", f"127.0.0.1:{watched}") as (_, url),
        prometheus(tmp_path, watched) as ask,
    ):
        asyncio.run(_used(url, lambda: seen(ask)))
        groups = ask("rules")["groups"]
    assert figures["troth_relay_connections"][0] >= 1
    rules = [rule for group in groups for rule in group["rules"]]
    assert {rule["name"] for rule in rules} == set(re.findall(r"- alert: (\w+)", ALERTS.read_text()))
    assert {rule["health"] for rule in rules} <= {"ok", "unknown"}
    assert [rule["name"] for rule in rules if rule["state"] == "firing"] == []


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

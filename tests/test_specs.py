"""The pages and the code say the same: what stands in both is compared here."""

import ast
import re
from collections.abc import Iterable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Final

import pytest

from troth import (
    beacon,
    collecting,
    crossing,
    cursor,
    document,
    edits,
    engine,
    evidence,
    filing,
    guard,
    holding,
    leaving,
    listening,
    loading,
    meeting,
    mending,
    outbox,
    passage,
    recalling,
    restoring,
    tail,
    unsettled,
    writer,
)
from troth.operations import OperationKind
from troth.record import Header, Kind
from troth_wire import limits
from troth_wire.messages import FORMS, MailboxKind, Reason
from troth_wire.session import NEXT, REFUSED

ROOT: Final = Path(__file__).resolve().parents[1]
SPECS: Final = ROOT / "specs"
PAGES: Final = sorted(page.name for page in SPECS.glob("*.md") if page.name != "README.md")
LABEL: Final = re.compile(r"troth/[a-z]+(?:/[0-9]+)?")

Table = list[dict[str, str]]


def read(page: str) -> str:
    """The text of a page."""
    return (SPECS / page).read_text()


def tables(page: str) -> Iterable[Table]:
    """The tables of a page, each a list of rows by column."""
    for block in re.findall(r"(?:^\|.*\|\n?)+", read(page), re.MULTILINE):
        head, rule, *rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in block.splitlines()]
        assert set("".join(rule)) <= set("-|"), f"{page} has a table without a head"
        yield [dict(zip(head, row, strict=True)) for row in rows]


def table(page: str, *columns: str) -> Table:
    """The one table of a page that begins with these columns."""
    found = [rows for rows in tables(page) if tuple(rows[0])[: len(columns)] == columns]
    assert len(found) == 1, f"{page} has {len(found)} tables of {columns}"
    return found[0]


def quoted(cell: str) -> list[str]:
    """The names in a cell, in order, each once."""
    return list(dict.fromkeys(re.findall(r"`([A-Za-z_]\w*)`", cell)))


def name(cell: str) -> str:
    """The one name in a cell."""
    (only,) = quoted(cell)
    return only


def constants() -> dict[str, tuple[int, str]]:
    """The value and the docstring of every bound in `troth_wire.limits`."""
    body = ast.parse(Path(limits.__file__).read_bytes()).body
    found = {}
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            reason = ast.literal_eval(after.value) if isinstance(after, ast.Expr) else ""
            found[statement.target.id] = (getattr(limits, statement.target.id), reason)
    return found


@cache
def labels_in_code() -> set[str]:
    """Every label in a bytes literal of the engine and the client."""
    rooms = (ROOT / "core", ROOT / "clients")
    trees = [ast.parse(path.read_bytes()) for room in rooms for path in room.rglob("*.py")]
    literals = [node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    return {found for text in literals if isinstance(text, bytes) for found in LABEL.findall(text.decode("latin-1"))}


def test_messages_are_those_of_the_page() -> None:
    """Every message has the code and the fields of the page, the fields in its order, and there is no other."""
    on_page = {
        name(row["Message"]): (int(row["Code"]), [field for field in quoted(row["Fields"]) if field.islower()])
        for row in table("relay.md", "Message", "Code")
    }
    in_code = {form.__name__: (code, [field.name for field in fields(form)]) for form, (code, _) in FORMS.items()}
    assert on_page == in_code


def test_reasons_are_those_of_the_page() -> None:
    """Every reason to refuse has the number of the page, and there is no other."""
    on_page = {name(row["Reason"]): int(row["Number"]) for row in table("relay.md", "Reason", "Number")}
    assert on_page == {reason.name: reason.value for reason in Reason}


def test_mailboxes_are_of_the_kinds_of_the_page() -> None:
    """Every kind of mailbox has the number of the page, and there is no other."""
    on_page = {name(row["Kind"]): int(row["Number"]) for row in table("relay.md", "Kind", "Number")}
    assert on_page == {kind.name: kind.value for kind in MailboxKind}


def test_states_are_those_of_the_page() -> None:
    """Both tables of states are those of the page, row by row."""
    steps = table("relay.md", "State", "Message")
    assert [(name(row["State"]), name(row["Message"]), name(row["Next"])) for row in steps] == [
        (state.name, form.__name__, after.name) for (state, form), after in NEXT.items()
    ]
    refusals = table("relay.md", "State", "Refusal")
    assert [(name(row["State"]), name(row["Refusal"]), name(row["Next"])) for row in refusals] == [
        (state.name, reason.name, after.name) for (state, reason), after in REFUSED.items()
    ]


def test_who_speaks_is_who_the_page_says() -> None:
    """What a state leads on by is said by one side, as the page has it, until entries flow."""
    side = {name(row["Message"]): row["From"] for row in table("relay.md", "Message", "Code")}
    speakers: dict[str, set[str]] = {}
    for (state, form), after in NEXT.items():
        if state is not after:
            speakers.setdefault(state.name, set()).add(side[form.__name__])
    for state, _ in REFUSED:
        speakers.setdefault(state.name, set()).add(side["Refuse"])
    assert all(len(found) == 1 for found in speakers.values())


def test_headers_are_those_of_the_page() -> None:
    """A header has the version and then the fields of the page, in its order."""
    on_page = [name(row["Field"]) for row in table("record.md", "Field", "Form")]
    assert on_page == ["version", *(field.name for field in fields(Header))]


def test_kinds_are_those_of_the_page() -> None:
    """Every kind of record has the number of the page, and the ones that the page keeps are not known."""
    on_page = table("record.md", "Kind", "Number")
    known = {name(row["Kind"]): int(row["Number"]) for row in on_page if not row["Payload"].startswith("kept")}
    kept = {int(row["Number"]) for row in on_page} - set(known.values())
    assert known == {kind.name: kind.value for kind in Kind}
    assert kept.isdisjoint(set(Kind))


def test_operations_are_those_of_the_page() -> None:
    """Every operation has the number of the page."""
    on_page = {name(row["Operation"]): int(row["Number"]) for row in table("membership.md", "Operation", "Number")}
    assert on_page == {kind.name: kind.value for kind in OperationKind}


def test_labels_are_those_of_the_pages() -> None:
    """Every label that separates one use of a key or hash from another stands on a page and in the code."""
    on_pages = {label for page in PAGES for label in LABEL.findall(read(page))}
    assert on_pages - labels_in_code() == set()
    if not (SPECS / "document.md").exists():
        pytest.skip("document.md is not written yet")
    assert labels_in_code() - on_pages == set()


def test_an_epoch_derives_what_the_page_says() -> None:
    """The labels under which an epoch key gives its keys are those of the page."""
    on_page = {row["Label"].strip("`") for row in table("envelope.md", "Label", "Use")}
    source = (ROOT / "core" / "troth" / "keys.py").read_text()
    in_code = set(re.findall(r'derive\(self\.key, b"([^"]+)"', source))
    assert on_page == in_code


def test_limits_are_those_of_the_page() -> None:
    """Every bound stands on the page with its value, its unit and the reason that the code gives, in one order."""
    on_page = [
        (name(row["Name"]), int(row["Value"]), row["Reason"]) for row in table("limits.md", "Name", "Value", "Unit")
    ]
    assert on_page == [(bound, value, reason) for bound, (value, reason) in constants().items()]


def test_every_limit_has_a_reason_and_a_unit() -> None:
    """A bound without a sentence that gives its reason, or without a unit, is not there."""
    assert all(len(reason.split()) > 3 and reason.endswith(".") for _, reason in constants().values())
    assert all(row["Unit"] for row in table("limits.md", "Name", "Value"))
    assert all(row["Unit"] == "bytes" for row in table("limits.md", "Name", "Value") if "_BYTES" in row["Name"])


def test_every_bound_that_a_page_names_is_one() -> None:
    """A page calls no bound by a name that no code knows."""
    known = set(constants())
    for path in ROOT.rglob("*.py"):
        if path.parts[len(ROOT.parts)] in ("core", "relay", "clients"):
            known |= set(re.findall(r"^([A-Z_]+)(?:: \w+)? = ", path.read_text(), re.MULTILINE))
    named = {bound for page in PAGES for bound in re.findall(r"`([A-Z_]+_(?:MAX|MIN))`", read(page))}
    assert named - known == set()


def listed() -> list[str]:
    """What the list of pages links to."""
    return [re.findall(r"\]\(([^)]+)\)", row["Page"])[0] for row in table("README.md", "Page", "What it settles")]


def test_every_page_is_listed() -> None:
    """Whatever lies among the specifications is in the list of pages, so that no rule hides."""
    folders = {folder.name + "/" for folder in SPECS.iterdir() if folder.is_dir() and folder.name != "__pycache__"}
    assert {*PAGES, *folders} - set(listed()) == set()


@pytest.mark.parametrize("page", listed())
def test_every_listed_page_exists(page: str) -> None:
    """What the list of pages links to is there, and says something."""
    target = SPECS / page
    if not target.exists():
        pytest.skip(f"{page} is not written yet")
    assert any(target.iterdir()) if page.endswith("/") else target.read_text().startswith("# ")


@pytest.mark.parametrize("page", ["README.md", *PAGES])
def test_links_lead_somewhere(page: str) -> None:
    """Every link from one page to another ends at a page that is there, or one that the list still awaits."""
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)]+)\)", read(page))]
    missing = [link for link in links if not link.startswith("http") and not (SPECS / link).exists()]
    assert [link for link in missing if link not in listed()] == []


def test_a_table_is_read_as_it_stands() -> None:
    """The reader of tables finds columns by their names, and every row."""
    rows = table("relay.md", "Message", "Code")
    assert [row["Message"] for row in rows][:2] == ["`Hello`", "`Prove`"]
    with pytest.raises(AssertionError):
        table("relay.md", "No", "Such")


def test_edits_are_those_of_the_page() -> None:
    """Every kind of edit stands in the page with its fields, in their order, and no other."""
    stated = {name(row["Edit"]): quoted(row["Fields"]) for row in table("document.md", "Edit", "Fields")}
    forms = (edits.Put, edits.Delete, edits.Insert, edits.Splice)
    assert stated == {form.__name__: [field.name for field in fields(form)] for form in forms}


def test_values_are_those_of_the_page() -> None:
    """Every kind of value that a document holds stands in the page, and no other."""
    stated = {name(row["Value"]) for row in table("document.md", "Value", "Bounds")}
    scalars = {"None" if form is type(None) else form.__name__ for form in document._SCALARS}
    assert stated == scalars | {"Text", "list", "dict"}


def test_what_the_guard_refuses_is_what_the_page_says() -> None:
    """Reasons and columns of the guard, and the version of its rules, are those of the page."""
    assert {name(row["Refused"]): row["Meaning"] for row in table("guard.md", "Refused", "Meaning")} == {
        reason.name: reason.value for reason in guard.Refused
    }
    assert {name(row["Column"]): int(row["Number"], 16) for row in table("guard.md", "Column", "Number")} == {
        column.name: column.value for column in guard.Column
    }
    assert f"`rules` is {guard.RULES}." in read("guard.md")


def test_the_engines_tables_are_those_of_the_page() -> None:
    """Every table that the engine writes to a store stands on the vault's page, and no other."""
    on_page = {name(row["Table"]) for row in table("vault.md", "Table", "Key")}
    modules = (
        beacon,
        collecting,
        crossing,
        cursor,
        engine,
        evidence,
        filing,
        holding,
        leaving,
        listening,
        loading,
        meeting,
        mending,
        outbox,
        passage,
        recalling,
        restoring,
        tail,
        unsettled,
        writer,
    )
    trees = [ast.parse(Path(module.__file__ or "").read_bytes()) for module in modules]
    calls = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Call)]
    tables = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id == "Row"]
    names = {item.attr for item in tables if isinstance(item, ast.Attribute)}
    names |= {item.id for item in tables if isinstance(item, ast.Name)}
    in_code = {str(getattr(module, constant)) for constant in names for module in modules if hasattr(module, constant)}
    assert on_page == in_code

"""Each sabotage breaks what it says, in this process, and nothing without a name is broken."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.troth_couple.people import DAY as TODAY
from tests.troth_couple.people import Couple
from troth import crypto, loading
from troth.engine import Engine
from troth.step import Step
from troth_app.demo.sabotage import SABOTAGES, commit
from troth_couple import Book
from troth_couple import entry as entries

KEY, NONCE = bytes(32), bytes(24)
SEALING = ((crypto, "aead_seal"), (crypto, "aead_open"))


@pytest.fixture(autouse=True)
def _mended(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put everything back afterwards that a sabotage replaces."""
    for place, name in (*SEALING, (loading, "_queue"), (Engine, "_take"), (entries, "verify")):
        monkeypatch.setattr(place, name, getattr(place, name))


def patched() -> list[object]:
    """Give what a sabotage may replace."""
    mine = [crypto.aead_seal, crypto.aead_open, entries.verify]
    return [*mine, getattr(loading, "_queue"), getattr(Engine, "_take")]  # noqa: B009


def test_no_name_breaks_nothing() -> None:
    """Without a name, everything stays as it is; a name that is not known is refused."""
    before = patched()
    commit(None)
    assert patched() == before
    with pytest.raises(KeyError):
        commit("everything")


@pytest.mark.parametrize("name", SABOTAGES)
def test_each_breaks_something(name: str) -> None:
    """Every sabotage replaces something that there is."""
    before = patched()
    commit(name)
    assert patched() != before


def test_plaintext_is_in_the_clear_and_as_long_as_ever() -> None:
    """Nothing is sealed, the length gives nothing away, and what was not sealed can be opened."""
    sealed = crypto.aead_seal(KEY, NONCE, b"garden", b"context")
    commit("plaintext")
    clear = crypto.aead_seal(KEY, NONCE, b"garden", b"context")
    assert clear.startswith(b"garden")
    assert len(clear) == len(sealed)
    assert crypto.aead_open(KEY, NONCE, clear, b"context") == b"garden"


def test_the_outbox_is_forgotten() -> None:
    """Whatever waits, a start takes up none of it."""
    commit("outbox")
    take_up: Any = getattr(loading, "_queue")  # noqa: B009
    assert take_up(object(), object(), object()) is None


def test_the_first_entry_after_a_start_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that starts from rows misses the first entry that arrives, once; a new device misses none."""
    taken: list[list[Any]] = []
    monkeypatch.setattr(Engine, "_take", lambda engine, _step: taken.append(list(engine.listener.arrived)))
    commit("cursor")
    take: Any = getattr(Engine, "_take")  # noqa: B009
    met, first, then = (SimpleNamespace(is_target=is_target) for is_target in (False, True, True))
    for remembered in (set(), {1}, {1}):
        listener = SimpleNamespace(arrived=[met, first, then])
        take(SimpleNamespace(writer=SimpleNamespace(remembered=remembered), listener=listener), Step())
    assert taken == [[met, first, then], [met, then], [met, first, then]]


def test_a_forged_word_is_believed() -> None:
    """Whoever signed it, it counts for the one whom it names."""
    couple = Couple("r", "s")
    said = couple.pen("r").write("gratitude", {"text": "kale"}, day=TODAY)
    forged = entries.parse(bytes(64) + said.value[64:])
    book = Book(couple.roster)
    book.add({forged.id.hex(): forged.value})
    assert not book.ledger.known
    commit("signatures")
    book.add({forged.id.hex(): forged.value})
    assert forged.id in book.ledger.known

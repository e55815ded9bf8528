"""The ports are what the fakes are: each fake is used here as its port, so that it is one for the type checker too."""

import inspect

from troth import document_id
from troth.document import Document
from troth.edits import Put
from troth.ports import Entropy, Probe, Store
from troth.testing import MemoryStore, entropy_of, probe_here
from troth_wire.ids import ActorId

STORE: Store = MemoryStore()
ENTROPY: Entropy = entropy_of("ports")
PROBE: Probe = probe_here


def test_a_store_does_what_its_port_says_and_takes_nothing_else() -> None:
    """The fake store has the port's methods with the port's arguments."""
    for name in ("load", "commit"):
        port = list(inspect.signature(getattr(Store, name)).parameters)
        assert list(inspect.signature(getattr(MemoryStore, name)).parameters) == port
    assert list(STORE.load()) == []


def test_entropy_gives_as_many_bytes_as_were_asked_for() -> None:
    """Every length is met, draws differ, and the same seed draws the same."""
    drawn = [ENTROPY(length) for length in (0, 1, 16, 32, 64, 65, 200)]
    assert [len(item) for item in drawn] == [0, 1, 16, 32, 64, 65, 200]
    assert ENTROPY(32) != ENTROPY(32)
    assert entropy_of("a")(32) == entropy_of("a")(32) != entropy_of("b")(32)


def test_a_probe_tells_good_changes_from_bad_ones() -> None:
    """Changes that apply to the saved document pass; junk, a missing cause and a damaged document do not."""
    document = Document(ActorId(bytes(16)))
    document.edit([[Put(("k",), 1)]])
    saved = document.save()
    first, second = (document.edit([[Put(("k",), value)]]).changes[0] for value in (2, 3))
    where = document_id("list")
    assert PROBE(where, saved, [])
    assert PROBE(where, saved, [first, second])
    assert not PROBE(where, saved, [second])
    assert not PROBE(where, saved, [first, b"junk"])
    assert not PROBE(where, b"junk", [])

"""Looking and acting in one turn: nothing comes in between, and every error is its caller's."""

import pytest

from tests.contracts.client_world import new_space
from troth import DeviceKeys, Edit, Engine, Insert, Put, Rebuild, RefusedEdit, Signer, Splice, Step, document_id, load
from troth import request as request_to_join
from troth.document import PoisonedError
from troth.joining import Invitation
from troth.testing import MemoryStore, World, entropy_of, probe_here
from troth_client.works import View, admit, invite, pass_time, revise, revoke
from troth_wire.errors import LocalError, UsageError

LIST = document_id("list")


@pytest.fixture
def engine() -> Engine:
    """An engine of a new space."""
    store = MemoryStore()
    new_space(store)
    return load(store.load(), entropy=entropy_of("works"), probe=probe_here)[0]


def count_up(view: View) -> list[Edit]:
    """Add one to what stands there."""
    return [Put(("count",), view(()).get("count", 0) + 1)]


def test_a_revision_sees_what_stands(engine: Engine) -> None:
    """Each builds on the one before."""
    for _ in range(3):
        step, error = revise(engine, document=LIST, make=count_up)
        assert error is None
        assert step.save
    assert engine.view(LIST) == {"count": 3}


def test_an_error_in_the_callers_code_is_the_callers(engine: Engine) -> None:
    """Whatever it raises is answered, and nothing was edited."""

    def fail(_: View) -> list[Edit]:
        raise KeyError("mine")

    for make, kind in [
        (fail, KeyError),
        (lambda view: view(("nothing",)), UsageError),
        (lambda _: [Put(("a",), 1), Splice(("nothing",), 0, 0, "x")], UsageError),
    ]:
        step, error = revise(engine, document=LIST, make=make)
        assert type(error) is kind
        assert step.save == []
    assert engine.view(LIST) == {}


def test_a_library_that_stops_is_told(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it stops at the look or at the edit: nothing was saved, and the engine is made again."""

    def stop(_: View) -> list[Edit]:
        raise PoisonedError("stopped")

    step, error = revise(engine, document=LIST, make=stop)
    assert isinstance(step.tell[0], Rebuild)
    assert isinstance(error, LocalError)
    monkeypatch.setattr(engine, "edit", lambda _: Step(tell=[Rebuild("stopped")]))
    step, error = revise(engine, document=LIST, make=lambda _: [Insert(("items",), 0, "x")])
    assert isinstance(error, LocalError)
    assert not any(isinstance(event, RefusedEdit) for event in step.tell)


def test_a_member_invites_and_admits(engine: Engine) -> None:
    """The answer to an invitation is admitted, with a step to save and a welcome."""
    _, admin = DeviceKeys.make(entropy_of("alone"))
    keys, other = DeviceKeys.make(entropy_of("other"))
    asked = request_to_join(Invitation.parse(invite(engine)), keys, Signer(other))
    step, welcome = admit(engine, asked=asked, admin=Signer(admin))
    assert step.save
    assert welcome


def test_a_device_that_is_no_member_yet_is_told_to_catch_up() -> None:
    """It neither invites nor admits before it has read that it was added."""
    world = World("ann")
    # Its own adding builds on another one, which it has not read.
    world.add("laptop", by="ann")
    phone = world.add("phone", by="ann")
    keys, admin = DeviceKeys.make(entropy_of("other"))
    asked = request_to_join(world.devices["ann"].engine.invite(), keys, Signer(admin))
    with pytest.raises(UsageError, match="catch up"):
        invite(phone.engine)
    with pytest.raises(UsageError, match="catch up"):
        admit(phone.engine, asked=asked, admin=phone.admin)
    world.sync()
    assert invite(phone.engine)


def test_a_device_is_removed_by_its_person_alone() -> None:
    """Removing gives a step to carry out; a device of the other person, or of nobody, is refused."""
    world = World("robin", "sasha")
    phone = world.add("phone", by="robin").engine.identity.device
    robin = world.devices["robin"]
    step, nothing = revoke(robin.engine, victim=phone, admin=robin.admin, tips=None)
    assert step.save
    assert nothing is None
    assert phone not in robin.engine.inbox.members.active
    with pytest.raises(UsageError, match="of your own"):
        revoke(robin.engine, victim=world.devices["sasha"].engine.identity.device, admin=robin.admin, tips=None)


def test_the_wall_clock_is_shown(engine: Engine) -> None:
    """An engine that owes nothing has nothing to do about it."""
    assert pass_time(engine, wall_s=4_070_908_800) == (Step(), None)

"""Invitation, request and welcome: each is for one space and one person, and opens nothing for anybody else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.letters import adding, asked_by, carried, epoch_of, exactly, keys_of, operation_in, person, space_of
from tests.troth.tales import Tale
from troth import crypto
from troth.amendments import payload, rotate, split
from troth.epochs import Announcement
from troth.joining import Invitation, Request, Welcome, add_device
from troth.keys import Epoch
from troth.operations import OperationKind
from troth.roll import evaluate
from troth.testing import entropy_of
from troth_wire.errors import ForgedError, RemoteError, UsageError
from troth_wire.ids import PersonId, SpaceId

COUPLE = space_of("robin", "sasha")
ALONE = space_of("robin")


@given(exactly(32), exactly(32))
def test_an_invitation_comes_back(space: bytes, owner: bytes) -> None:
    """An invitation is read as it was written."""
    invitation = Invitation(SpaceId(space), PersonId(owner))
    assert Invitation.parse(invitation.encode()) == invitation


def test_a_request_comes_back() -> None:
    """A request is read as it was written."""
    asked = asked_by("tablet", to=COUPLE, joins="robin")
    assert Request.parse(asked.encode()) == asked


def welcomed(newcomer: str = "tablet", by: str = "robin") -> Welcome:
    """The welcome to a device that was added."""
    return Welcome(COUPLE, carried(adding(COUPLE, newcomer, by=by), by=by, genesis=COUPLE))


@pytest.mark.parametrize("welcome", [Welcome(COUPLE, None), welcomed()], ids=["founder", "added"])
def test_a_welcome_comes_back(welcome: Welcome) -> None:
    """A welcome is read as it was written, with and without the record of an operation."""
    assert Welcome.parse(welcome.encode()) == welcome


@pytest.mark.parametrize("kind", [Invitation, Request, Welcome])
@given(data=st.data())
def test_what_is_handed_over_is_only_refused(
    kind: type[Invitation] | type[Request] | type[Welcome], data: st.DataObject
) -> None:
    """However what is handed over is changed, reading it raises nothing but a RemoteError."""
    whole = {
        Invitation: Invitation(COUPLE.space, person("robin")).encode(),
        Request: asked_by("tablet", to=COUPLE, joins="robin").encode(),
        Welcome: welcomed().encode(),
    }[kind]
    start = data.draw(st.integers(0, len(whole)))
    spoiled = whole[:start] + data.draw(st.binary(max_size=8)) + whole[data.draw(st.integers(start, len(whole))) :]
    try:
        read = kind.parse(spoiled)
    except RemoteError:
        return
    assert read.encode() == spoiled


def test_a_welcome_opens_the_epoch_for_the_newcomer_alone() -> None:
    """The device that was added reads the space, and nobody else by that welcome."""
    welcome = welcomed()
    assert welcome.epoch(keys_of("tablet")[0], COUPLE.space) == epoch_of(COUPLE, "robin")
    for other in ("phone", "stranger"):
        with pytest.raises(ForgedError):
            welcome.epoch(keys_of(other)[0], COUPLE.space)


def test_a_welcome_is_to_the_space_that_was_asked_for() -> None:
    """Another space can not be handed over in its place, whole or in part."""
    keys, _ = keys_of("tablet")
    elsewhere = Welcome(ALONE, carried(adding(ALONE, "tablet", by="robin"), by="robin", genesis=ALONE))
    mixed = Welcome(COUPLE, elsewhere.record)
    for welcome, expected in ((elsewhere, COUPLE.space), (mixed, COUPLE.space), (mixed, None)):
        with pytest.raises(ForgedError):
            welcome.epoch(keys, expected)


def test_a_welcome_may_lead_to_the_mailbox_of_a_later_epoch() -> None:
    """Who is added after the key was changed reads where the others write, and is one of those who may."""
    robin, admin = keys_of("robin")
    later = Epoch(b"x" * 32)
    rotation = rotate(evaluate(COUPLE, []), robin, later, entropy_of("rotation"))
    before = evaluate(COUPLE, [operation_in(rotation, by="robin", space=COUPLE.space)])
    added = add_device(before, robin, admin, asked_by("tablet", to=COUPLE, joins="robin"), later, entropy_of("away"))
    welcome = Welcome(COUPLE, carried(added, by="robin", genesis=COUPLE))
    assert welcome.epoch(keys_of("tablet")[0], COUPLE.space) == later
    written = [operation_in(one, by="robin", space=COUPLE.space) for one in (rotation, added)]
    members = evaluate(COUPLE, written)
    assert members.current is not None
    assert (members.current.mailbox, members.rotate_needed) == (later.mailbox, False)


def test_a_welcome_to_a_mailbox_of_nobody_else_makes_the_others_rotate() -> None:
    """A mailbox that no epoch has announced is only where the newcomer begins; the operations decide, and rotate."""
    robin, admin = keys_of("robin")
    asked, astray = asked_by("tablet", to=COUPLE, joins="robin"), Epoch(b"x" * 32)
    added = add_device(evaluate(COUPLE, []), robin, admin, asked, astray, entropy_of("away"))
    welcome = Welcome(COUPLE, carried(added, by="robin", genesis=COUPLE))
    assert welcome.epoch(keys_of("tablet")[0], COUPLE.space) == astray
    members = evaluate(COUPLE, [operation_in(added, by="robin", space=COUPLE.space)])
    assert (members.highest, members.rotate_needed) == (0, True)


def test_a_key_that_does_not_fit_its_mailbox_is_no_welcome() -> None:
    """A welcome whose wrap holds another key than that of the mailbox it names lets nobody begin."""
    robin, admin = keys_of("robin")
    tablet, asked = keys_of("tablet")[0], asked_by("tablet", to=COUPLE, joins="robin")
    named, given = Epoch(b"n" * 32).mailbox, Epoch(b"g" * 32)
    wrap = crypto.wrap(tablet.card.box, given.key, ephemeral=bytes([7]) * 32, context=named)
    announced = Announcement(0, named, {tablet.device: wrap}).parts()
    fields = asked.card.parts(), asked.proofs, announced
    written = payload(evaluate(COUPLE, []), robin.device, admin, OperationKind.DEVICE_ADD, *fields)
    with pytest.raises(ForgedError):
        Welcome(COUPLE, carried(written, by="robin", genesis=COUPLE)).epoch(tablet, COUPLE.space)


def test_only_an_adding_is_a_welcome() -> None:
    """The record of another kind of operation lets nobody begin."""
    keys, _ = keys_of("tablet")
    ended = split(evaluate(COUPLE, []), *keys_of("robin"))
    with pytest.raises(ForgedError):
        Welcome(COUPLE, carried(ended, by="robin", genesis=COUPLE)).epoch(keys, COUPLE.space)


def test_who_may_not_be_added_is_told_so() -> None:
    """A device that is known, one too many, or one in a space that was ended is refused before anything is signed."""
    robin, admin = keys_of("robin")
    epoch, tale = epoch_of(COUPLE, "robin"), Tale()
    tale.add("tablet of robin", "robin")
    for name in ("tablet of robin", "robin"):
        asked = asked_by(name, to=COUPLE, joins="robin")
        with pytest.raises(UsageError, match="known"):
            add_device(tale.members(), robin, admin, asked, epoch, entropy_of("again"))
    tale.split("sasha")
    asked = asked_by("phone of robin", to=COUPLE, joins="robin")
    with pytest.raises(UsageError, match="ended"):
        add_device(tale.members(), robin, admin, asked, epoch, entropy_of("late"))


def test_a_proof_is_for_one_space() -> None:
    """What a device has signed for one space adds it to no other, not even of the same person."""
    elsewhere = asked_by("tablet", to=ALONE, joins="robin")
    epoch = epoch_of(COUPLE, "robin")
    with pytest.raises(ForgedError):
        add_device(evaluate(COUPLE, []), *keys_of("robin"), elsewhere, epoch, entropy_of("adding"))

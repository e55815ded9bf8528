"""Both sides have one channel if they hold one ticket and heard the same, and not otherwise."""

from dataclasses import replace

import pytest

from tests.troth.pairing.meeting import HOST, ticket_of
from troth.pairing import Purpose, Side, Ticket
from troth.pairing.agreement import Agreed, Agreement
from troth.pairing.posts import Share
from troth_wire.errors import ForgedError

TICKET = ticket_of(Purpose.DEVICE, coded=True)
BOUND = {Side.HOST: b"h" * 32, Side.GUEST: b"g" * 32}


def sides(ticket: Ticket = TICKET) -> dict[Side, Agreement]:
    """Both parts of an agreement."""
    return {side: Agreement(ticket, side, bytes([side]) * 32) for side in Side}


def shares(parts: dict[Side, Agreement]) -> dict[Side, Share]:
    """What the two send."""
    return {side: Share(part.share(BOUND[Side.HOST]), BOUND[side]) for side, part in parts.items()}


def agreed(parts: dict[Side, Agreement], host: dict[Side, Share], guest: dict[Side, Share]) -> tuple[Agreed, Agreed]:
    """What each has after it heard what it heard."""
    return (
        parts[Side.HOST].agree(host=host[Side.HOST], guest=host[Side.GUEST]),
        parts[Side.GUEST].agree(host=guest[Side.HOST], guest=guest[Side.GUEST]),
    )


def test_one_ticket_gives_one_channel() -> None:
    """Two who heard the same check each other's proofs, and know what the other is bound by."""
    parts = sides()
    host, guest = agreed(parts, shares(parts), shares(parts))
    host.channel.check(guest.channel.tag())
    guest.channel.check(host.channel.tag())
    assert host.openly == guest.openly
    assert (host.bound, guest.bound) == (BOUND[Side.GUEST], BOUND[Side.HOST])


@pytest.mark.parametrize("side", Side)
def test_the_key_is_bound_to_both_commitments(side: Side) -> None:
    """If somebody swaps a commitment on the way, and nothing else, neither side proves anything to the other."""
    parts = sides()
    heard = shares(parts)
    swapped = {**heard, side: replace(heard[side], commitment=b"x" * 32)}
    host, guest = agreed(parts, heard, swapped)
    with pytest.raises(ForgedError):
        host.channel.check(guest.channel.tag())
    assert host.openly != guest.openly


@pytest.mark.parametrize(
    "other",
    [
        Ticket.of_code("other.example:443", TICKET.purpose, TICKET.number or 1, TICKET.words),
        Ticket.of_code(HOST, Purpose.JOIN, TICKET.number or 1, TICKET.words),
        Ticket.of_code(HOST, TICKET.purpose, (TICKET.number or 1) % 9_999 + 1, TICKET.words),
        Ticket.of_code(HOST, TICKET.purpose, TICKET.number or 1, (*TICKET.words[:2], TICKET.words[2] ^ 1)),
    ],
    ids=["host", "purpose", "number", "word"],
)
def test_every_part_of_a_ticket_counts(other: Ticket) -> None:
    """Two whose tickets differ in the host, the purpose, the number or a word have no channel."""
    parts = {Side.HOST: sides()[Side.HOST], Side.GUEST: sides(other)[Side.GUEST]}
    host, guest = agreed(parts, shares(parts), shares(parts))
    with pytest.raises(ForgedError):
        host.channel.check(guest.channel.tag())

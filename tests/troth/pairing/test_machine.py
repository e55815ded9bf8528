"""Two honest sides pair; whoever stands between them, or beside them, ends the pairing and joins nothing."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.troth.pairing.adversaries import Between, GuestWithKey, another_code, lying_host
from tests.troth.pairing.meeting import HOST, KINDS, Meeting, Seat, guest_says, meeting, pair, ticket_of
from troth import Genesis, countersign, found
from troth.crypto import Signer
from troth.keys import DeviceKeys
from troth.pairing import (
    Affirm,
    Ask,
    End,
    Ended,
    Link,
    Need,
    Paired,
    Pairing,
    Purpose,
    Show,
    Ticket,
    Turn,
    Wait,
    resumable,
)
from troth.pairing.messages import ITEM_HEAD_BYTES, Offer, Open
from troth.pairing.posts import Confirm, Frame, Reply, Share, Stop, parse
from troth.pairing.states import STEPS
from troth.pairing.words import Introduction, Side, words
from troth.testing import entropy_of
from troth_wire.errors import UsageError
from troth_wire.limits import PAIRING_ITEMS_MAX, RENDEZVOUS_RECORD_BYTES, RENDEZVOUS_RECORDS_MAX

every_kind = pytest.mark.parametrize(("purpose", "coded"), KINDS, ids=lambda value: str(value))


def ended(seat: Seat) -> End | None:
    """What a side ended by."""
    return seat.over.end if isinstance(seat.over, Ended) else None


def paired(seat: Seat) -> Paired:
    """What a side paired to."""
    assert isinstance(seat.over, Paired)
    return seat.over


def joined_nothing(*seats: Seat) -> bool:
    """Whether no side came as far as having, or being asked for, anything to join by."""
    return not any(seat.saw(Paired) or seat.saw(Need) for seat in seats)


@every_kind
def test_two_honest_sides_pair(purpose: Purpose, coded: bool) -> None:
    """Both end with the same words and everything handed over, and each with what the other said of itself."""
    met = pair(purpose, coded=coded)
    host, guest = paired(met.host), paired(met.guest)
    assert host.words == guest.words
    assert host.offers == guest.offers == tuple((step.encode(),) for _, step in STEPS[purpose])
    assert guest.introduction == b"the host's card"
    assert host.introduction == guest_says(ticket_of(purpose, coded=coded))
    assert host.compared is guest.compared is (purpose is not Purpose.FAR)
    assert met.host.pairing.unseen == met.guest.pairing.unseen == ()
    assert all(len(record) == RENDEZVOUS_RECORD_BYTES for record in met.log)


@pytest.mark.parametrize(("purpose", "coded"), [kind for kind in KINDS if kind[0] is not Purpose.FAR])
def test_people_compare_before_anything_is_joined(purpose: Purpose, coded: bool) -> None:
    """In the room the host asks and never shows; the guest shows and never asks; both before anything is made."""
    met = pair(purpose, coded=coded)
    kinds = [[type(now) for now in seat.heard if not isinstance(now, Wait)] for seat in (met.host, met.guest)]
    assert kinds[0][:2] == [Ask, Need]
    assert kinds[1][:3] == [Show, Affirm, Need]
    assert not met.host.saw(Show)


def test_far_away_nobody_is_asked() -> None:
    """Far away there is nobody to compare, and the words are kept for later."""
    met = pair(Purpose.FAR, coded=False)
    assert not any(seat.saw(kind) for seat in (met.host, met.guest) for kind in (Ask, Show, Affirm))
    assert not paired(met.host).compared


def test_both_partners_end_with_the_whole_genesis() -> None:
    """With real cards, the host's draft comes back signed by both, for the space that was drafted."""
    (robin, robin_admin), (sasha, sasha_admin) = (DeviceKeys.make(entropy_of(name)) for name in ("robin", "sasha"))
    draft = countersign(found([robin.card, sasha.card], entropy_of("found")), robin, Signer(robin_admin))
    met = meeting(Purpose.JOIN, coded=True)
    met.host.items = lambda need: [draft.encode()]
    met.guest.items = lambda need: [countersign(Genesis.parse(need.taken[0]), sasha, Signer(sasha_admin)).encode()]
    met.begin().run()
    for seat in (met.host, met.guest):
        genesis = Genesis.parse(paired(seat).offers[-1][0])
        assert genesis.complete
        assert genesis.space == draft.space


def test_several_large_welcomes_fit() -> None:
    """Ten welcomes of three and a half kilobytes are handed over in one pairing, and use up its records."""
    welcomes = [bytes([n]) * 3_600 for n in range(10)]
    met = meeting(Purpose.DEVICE, coded=True)
    met.host.items = lambda need: welcomes if need.step == "welcomes" else [bytes(69)] * 10
    met.guest.items = lambda need: [bytes(240)] * 10
    met.begin().run()
    assert paired(met.guest).offers[-1] == tuple(welcomes)
    assert len(met.log) == RENDEZVOUS_RECORDS_MAX


def test_what_does_not_fit_is_refused_where_it_is_made() -> None:
    """One byte too many is the program's mistake, and fewer may still be supplied; the page's figure is the code's."""
    met = meeting(Purpose.DEVICE, coded=True)
    needs: list[Need] = []

    def items(need: Need) -> list[bytes]:
        needs.append(need)
        if need.step != "welcomes":
            return [b"one"]
        for wrong in ([bytes(need.bytes_max - ITEM_HEAD_BYTES + 1)], [], [b""] * (PAIRING_ITEMS_MAX + 1)):
            with pytest.raises(UsageError):
                met.host.pairing.supply(wrong)
        return [bytes(need.bytes_max - ITEM_HEAD_BYTES)]

    met.host.items = items
    met.begin().run()
    assert met.outcome == (Paired, Paired)
    assert needs[-1].bytes_max == 9 * 4_043 - 6


@every_kind
def test_a_repeat_is_harmless(purpose: Purpose, coded: bool) -> None:
    """Every record delivered again, at every time, changes nothing."""
    met = meeting(purpose, coded=coded).begin()
    while met.step(met.host) or met.step(met.guest):
        for seat in (met.host, met.guest):
            before = (seat.pairing.state, seat.pairing.now)
            for place, record in enumerate(met.log[: seat.read], 1):
                assert seat.pairing.receive(record, position=place).post == ()
            assert (seat.pairing.state, seat.pairing.now) == before
    assert met.outcome == (Paired, Paired)


def test_a_wrong_word_of_the_code_is_the_only_guess() -> None:
    """Whoever types another word is told so, both sides end for good, and the right ticket comes too late."""
    right = ticket_of(Purpose.DEVICE, coded=True)
    assert right.number is not None
    typed = Ticket.of_code(HOST, right.purpose, right.number, [right.words[0] ^ 1, *right.words[1:]])
    met = meeting(Purpose.DEVICE, coded=True, typed=typed).begin().run()
    assert (ended(met.host), ended(met.guest)) == (End.WRONG_SECRET, End.STOPPED)
    assert met.guest.over == Ended(End.STOPPED, End.WRONG_SECRET)
    assert joined_nothing(met.host, met.guest)
    late = Pairing.guest(right, b"late", entropy_of("late"))
    (reply,) = late.receive(met.log[0], position=1).post
    assert met.host.pairing.receive(reply, position=len(met.log) + 1) == Turn(now=Ended(End.WRONG_SECRET))


def test_nothing_is_said_before_the_key_is_proven() -> None:
    """Until the other side's proof was checked, only shares, commitments and proofs go out, and no frame is opened."""
    met = meeting(Purpose.DEVICE, coded=True).begin()
    met.step(met.guest)
    assert [type(parse(record)) for record in met.log] == [Share, Reply]
    assert met.guest.pairing.receive(met.log[1], position=2) == Turn()
    met.step(met.host)
    met.step(met.host)
    assert [type(parse(record)) for record in met.log] == [Share, Reply, Confirm, Frame]
    turn = met.guest.pairing.receive(met.log[3], position=3)
    assert turn.now == Ended(End.DISTURBED)


def test_a_host_that_proves_nothing_hears_nothing() -> None:
    """A host that does not know the code can not make the guest open its introduction."""
    met = meeting(Purpose.DEVICE, coded=True).begin()
    met.step(met.guest)
    met.guest.pairing.receive(met.log[1], position=2)
    turn = met.guest.pairing.receive(Confirm(bytes(32)).encode(), position=3)
    assert turn.now == Ended(End.WRONG_SECRET)
    assert [type(parse(record)) for record in turn.post] == [Stop]


@pytest.mark.parametrize("purpose", [Purpose.DEVICE, Purpose.JOIN])
def test_the_relay_between_does_not_know_the_code(purpose: Purpose) -> None:
    """A relay that swaps every key and knows everything but the words ends both halves, and nothing is joined."""
    between = Between(purpose, known=another_code).run()
    assert ended(between.host) is End.WRONG_SECRET
    assert ended(between.guest) is End.STOPPED
    assert joined_nothing(between.host, between.guest)
    assert not between.host.saw(Ask)
    assert not between.guest.saw(Show)


@pytest.mark.parametrize("purpose", [Purpose.DEVICE, Purpose.JOIN])
def test_somebody_between_who_read_the_code_is_found_by_the_words(purpose: Purpose) -> None:
    """With the code both halves have a key, and the words differ: the host ends, and the guest's person says no."""
    between = Between(purpose, known=lambda honest: honest).run()
    assert between.host.saw(Ask)
    assert between.guest.saw(Affirm)
    assert ended(between.host) is ended(between.guest) is End.WORDS_DIFFER
    assert joined_nothing(between.host, between.guest)


def test_the_guest_joins_nothing_without_its_person() -> None:
    """Although the host's half goes on, a guest whose person says that the words differ takes no part in anything."""
    met = meeting(Purpose.DEVICE, coded=True)
    met.says_match = lambda _: False
    met.begin().run()
    assert ended(met.guest) is End.WORDS_DIFFER
    assert joined_nothing(met.guest)
    assert met.host.over == Ended(End.STOPPED, End.WORDS_DIFFER)


@given(at=st.integers(0, 1), bit=st.integers(0, 10))
def test_a_wrong_word_ends_it(at: int, bit: int) -> None:
    """One word of the two that differs in one bit ends the pairing, before anything was made."""
    met = meeting(Purpose.JOIN, coded=True)
    met.type_words = lambda asked: [word ^ (1 << bit if place == at else 0) for place, word in enumerate(asked)]
    met.begin().run()
    assert (ended(met.host), met.guest.over) == (End.WORDS_DIFFER, Ended(End.STOPPED, End.WORDS_DIFFER))
    assert joined_nothing(met.host, met.guest)


@every_kind
def test_a_third_party_burns_it(purpose: Purpose, coded: bool) -> None:
    """A record of somebody who found the mailbox ends the pairing at both sides, whenever it comes."""
    ticket = ticket_of(purpose, coded=coded)
    whole = len(pair(purpose, coded=coded).log)
    for place, number in product(range(1, whole), range(3)):
        met = meeting(purpose, coded=coded).begin()
        strange = [
            Share(b"\x09" + bytes(31), bytes(32)),
            Reply(b"\x09" + bytes(31), bytes(32), bytes(32)),
            Frame(bytes(24), bytes(4_062)),
        ][number]
        while len(met.log) < place and any([met.step(met.host), met.step(met.guest)]):
            pass
        done = met.host.over or met.guest.over
        met.log.insert(max(met.host.read, met.guest.read), strange.encode())
        met.run()
        assert done or not (met.host.saw(Paired) and met.guest.saw(Paired))
        assert done or Ended in met.outcome, (place, strange, ticket.purpose)


def test_a_second_guest_burns_it() -> None:
    """When two answer one code, neither is paired with."""
    met = meeting(Purpose.JOIN, coded=True).begin()
    met.step(met.guest)
    second = Pairing.guest(ticket_of(Purpose.JOIN, coded=True), b"me too", entropy_of("second"))
    met.log += second.receive(met.log[0], position=1).post
    met.run()
    assert ended(met.host) is End.DISTURBED
    assert ended(met.guest) is End.SAME_SIDE
    assert joined_nothing(met.host, met.guest)


@every_kind
def test_reflected_records_burn_it(purpose: Purpose, coded: bool) -> None:
    """A side that gets one of its own records where the other's should stand ends, at every place."""
    whole = len(pair(purpose, coded=coded).log)
    reflected = 0
    for place, hosted in product(range(1, whole + 1), (True, False)):
        met = meeting(purpose, coded=coded)
        victim = met.host if hosted else met.guest

        def hand_over(seat: Seat, record: bytes, place: int = place, victim: Seat = victim) -> list[bytes]:
            nonlocal reflected
            own = [earlier for earlier in seat.posted if earlier in seat.echoed]
            if seat is not victim or seat.read != place or record in seat.posted or not own:
                return [record]
            reflected += 1
            return [own[-1]]

        met.hand_over = hand_over
        before = reflected
        met.begin().run()
        assert isinstance(victim.over, Ended if reflected > before else Paired)
    assert reflected >= whole // 2


def test_a_reflected_share_is_refused() -> None:
    """A relay that answers the host with the host's own share, in a guest's record, is found out at once."""
    met = meeting(Purpose.DEVICE, coded=True).begin()
    share = parse(met.log[0])
    assert isinstance(share, Share)
    met.step(met.host)
    turn = met.host.pairing.receive(Reply(share.share, bytes(32), bytes(32)).encode(), position=2)
    assert turn.now == Ended(End.FORGED)


@pytest.mark.parametrize("weak", [bytes(32), b"\x01" + bytes(31), (2**255 - 18).to_bytes(32, "little"), b"\xff" * 32])
def test_a_weak_share_is_refused(weak: bytes) -> None:
    """A share of low order, or written in a second way, ends the pairing on either side before anything is proven."""
    met = meeting(Purpose.DEVICE, coded=True).begin()
    met.step(met.host)
    assert met.host.pairing.receive(Reply(weak, bytes(32), bytes(32)).encode(), position=2).now == Ended(End.FORGED)
    turn = met.guest.pairing.receive(Share(weak, bytes(32)).encode(), position=1)
    assert turn.now == Ended(End.FORGED)
    assert [type(parse(record)) for record in turn.post] == [Stop]


@every_kind
def test_another_pairing_can_not_be_replayed(purpose: Purpose, coded: bool) -> None:
    """The guest's records of a pairing under the very same ticket are worth nothing to a host that begins again."""
    old = pair(purpose, coded=coded)
    host = Pairing.host(ticket_of(purpose, coded=coded), b"the host's card", entropy_of("again"))
    (share,) = host.start().post
    host.receive(share, position=1)
    assert host.receive(old.log[1], position=2).now == Ended(End.WRONG_SECRET)


def test_a_link_names_its_host() -> None:
    """Somebody with the secret of a link, but not the commitment in it, can not be its host."""
    ticket = ticket_of(Purpose.DEVICE, coded=False)
    honest = Pairing.host(ticket, b"the host's card", entropy_of("host"))
    guest = Pairing.guest(Link.of(ticket, honest.commitment), b"", entropy_of("guest"))
    (share,) = Pairing.host(ticket, b"mallory", entropy_of("mallory")).start().post
    assert guest.receive(share, position=1).now == Ended(End.OTHER_TICKET)


@pytest.mark.parametrize(
    ("opens", "end"),
    [
        (Introduction(Side.HOST, b"bound by this", bytes(32)), None),
        (Introduction(Side.HOST, b"and opens that", bytes(32)), End.FORGED),
        (Introduction(Side.HOST, b"bound by this", b"\x01" * 32), End.FORGED),
    ],
    ids=["honest", "another introduction", "another nonce"],
)
def test_an_opening_fits_its_commitment(opens: Introduction, end: End | None) -> None:
    """A side that opens something else than it was bound by is found out, although it has the key."""
    ticket = ticket_of(Purpose.DEVICE, coded=True)
    share, answer = lying_host(ticket, opens=opens)
    guest = Pairing.guest(ticket, b"the guest's card", entropy_of("guest"))
    (reply,) = guest.receive(share.encode(), position=1).post
    turns = [guest.receive(record, position=place) for place, record in enumerate([reply, *answer(reply)], 2)]
    assert turns[-1].now == Ended(end) if end else isinstance(turns[-1].now, Show)


def test_a_guest_that_grinds_its_words_is_found_out() -> None:
    """A guest with the code that waits for the host's nonce, and then looks for words that it likes, does not open.

    What it finds begins as it wished, so that without the commitment the person would be asked for words that fit.
    """
    ticket = ticket_of(Purpose.DEVICE, coded=True)
    mallory = GuestWithKey(ticket, Pairing.host(ticket, b"the host's card", entropy_of("host")))
    guesses = (Introduction(Side.GUEST, mallory.bound.said, n.to_bytes(32, "big")) for n in range(1, 1 << 14))
    liked = next(g for g in guesses if words(mallory.agreed.openly, mallory.host_said, g)[0] >> 1 == 0x155)
    assert mallory.says(Open(liked.said, liked.nonce)).now == Ended(End.FORGED)


@pytest.mark.parametrize("offer", [Offer(0, (b"again",)), Offer(2, (b"too early",))], ids=["again", "too early"])
def test_offers_come_in_their_order(offer: Offer) -> None:
    """A guest with the key that hands over another step than the next one ends the pairing."""
    mallory, host = offering()
    assert mallory.says(offer).now == Ended(End.DISTURBED)
    assert isinstance(host.now, Ended)


def test_an_offer_leaves_room_for_the_next() -> None:
    """A guest with the key that uses up every record leaves the host nothing to do but end."""
    mallory, _ = offering()
    assert mallory.says(Offer(1, (bytes(9 * 4_043),))).now == Ended(End.DISTURBED)


@pytest.mark.parametrize("post", [Frame(bytes(24), bytes(4_062)), Confirm(bytes(32))], ids=["frame", "confirm"])
def test_the_key_alone_does_not_excuse_a_record(post: Frame | Confirm) -> None:
    """After the proof, a frame of nobody and a record out of its place end the pairing."""
    mallory, _ = offering()
    assert isinstance(mallory.posts([post]).now, Ended)


def offering() -> tuple[GuestWithKey, Pairing]:
    """A guest with the key whose words were compared, and a host that made its first offer."""
    ticket = ticket_of(Purpose.DEVICE, coded=True)
    host = Pairing.host(ticket, b"the host's card", entropy_of("host"))
    mallory = GuestWithKey(ticket, host)
    asked = mallory.says(Open(mallory.bound.said, mallory.bound.nonce)).now
    assert isinstance(asked, Ask)
    shown = words(mallory.agreed.openly, mallory.host_said, mallory.bound)
    host.answer([shown[at] for at in asked.positions])
    mallory.echo(host.supply([b"an invitation"]))
    return mallory, host


def test_a_joiner_far_away_proves_all_its_keys() -> None:
    """A guest whose introduction is no card with two good proofs for this very invitation ends the pairing."""
    elsewhere = guest_says(ticket_of(Purpose.FAR, coded=False, seed="another"))
    for said in (elsewhere, b"", elsewhere[:-1]):
        met = meeting(Purpose.FAR, coded=False, said=said).begin().run()
        assert ended(met.host) in {End.FORGED, End.DISTURBED}
        assert joined_nothing(met.host, met.guest)


def test_both_hosts() -> None:
    """Two that both show a code at one number are told so."""
    one, other = (Pairing.host(ticket_of(Purpose.JOIN, coded=True), b"", entropy_of(name)) for name in "ab")
    (share,) = one.start().post
    turn = other.receive(share, position=1)
    assert turn.now == Ended(End.SAME_SIDE)
    assert "Show it on one" in End.SAME_SIDE.text


def test_both_guests() -> None:
    """Two that were both given a code wait in silence until their time is over."""
    guests = [Pairing.guest(ticket_of(Purpose.JOIN, coded=True), b"", entropy_of(name)) for name in "ab"]
    assert [guest.start() for guest in guests] == [Turn(), Turn()]
    assert [guest.expire() for guest in guests] == [Turn(now=Ended(End.EXPIRED))] * 2


@every_kind
def test_the_end_of_its_time_ends_it_at_every_step(purpose: Purpose, coded: bool) -> None:
    """Whenever the time is over the pairing ends in silence, and nothing that comes later matters."""
    whole = pair(purpose, coded=coded).log
    for steps in range(len(whole)):
        met = meeting(purpose, coded=coded).begin()
        for seat in [met.host, met.guest] * steps:
            met.step(seat)
        for seat in (met.host, met.guest):
            if seat.over is None:
                assert seat.pairing.expire() == Turn(now=Ended(End.EXPIRED))
                assert seat.pairing.receive(whole[0], position=1).now == Ended(End.EXPIRED)


def test_whoever_leaves_says_so() -> None:
    """Giving up tells the other side, which then need not wait."""
    met = meeting(Purpose.DEVICE, coded=True).begin()
    turn = met.guest.pairing.leave()
    assert turn.now == Ended(End.LEFT)
    met.log += turn.post
    met.run()
    assert met.host.over == Ended(End.STOPPED, End.LEFT)
    assert met.host.pairing.leave() == Turn(now=met.host.over)


def test_a_stop_that_names_no_end_is_a_stop() -> None:
    """The reason in a stop is a hint; one that is not known is no more than a stop."""
    met = meeting(Purpose.DEVICE, coded=True).begin()
    assert met.guest.pairing.receive(Stop(200).encode(), position=1).now == Ended(End.STOPPED)


def test_another_version_is_told_apart() -> None:
    """A record of another version says that one of the two is to be brought up to date."""
    met = meeting(Purpose.DEVICE, coded=True).begin()
    record = met.log[0][:3] + b"\x02" + met.log[0][4:]
    assert met.guest.pairing.receive(record, position=1).now == Ended(End.OTHER_VERSION)


def test_the_log_is_one_log() -> None:
    """A place that changes, a place that is skipped and a place past the last one end the pairing."""
    for record, position in (
        (b"changed", 1),
        (b"skipped", 3),
        (b"before the first", 0),
        (b"", RENDEZVOUS_RECORDS_MAX + 1),
    ):
        met = meeting(Purpose.DEVICE, coded=True).begin()
        met.step(met.guest)
        assert met.guest.pairing.receive(record, position=position).now == Ended(End.DISTURBED)


@every_kind
def test_a_side_that_starts_again_goes_on(purpose: Purpose, coded: bool) -> None:
    """With the same seed, introduction and supplies, a side that reads the log again is where it was, at every step."""
    whole = len(pair(purpose, coded=coded).log)
    for steps in range(whole):
        met = meeting(purpose, coded=coded).begin()
        for _ in range(steps):
            met.step(met.host)
            met.step(met.guest)
        if met.host.over:
            break
        again = Seat(Pairing.host(ticket_of(purpose, coded=coded), b"the host's card", entropy_of("host")))
        replay = Meeting(again, met.guest, look=met.look)
        replay.act(again, again.pairing.start())
        replay.log = list(met.log)
        while replay.step(again):
            replay.log = list(met.log)
        replay.log += [record for record in again.pairing.unseen if record not in replay.log]
        replay.run()
        assert replay.outcome == (Paired, Paired)


def test_a_side_says_what_it_answered() -> None:
    """Both stand by the same first records, nobody before both are there, and another share gives something else."""
    seats = meeting(Purpose.FAR, coded=False)
    assert (seats.host.pairing.answered, seats.guest.pairing.answered) == (None, None)
    seats.begin().run()
    stands = seats.host.pairing.answered
    assert stands == seats.guest.pairing.answered
    drawn = [entropy_of("host")(32), b"\x09" * 32]
    lying = Pairing.host(ticket_of(Purpose.FAR, coded=False), b"the host's card", lambda _: drawn.pop(0))
    again = meeting(Purpose.FAR, coded=False).guest.pairing
    again.start()
    again.receive(lying.start().post[0], position=1)
    assert lying.commitment == seats.host.pairing.commitment
    assert len({None, stands, again.answered}) == 3


def test_resumable_entropy_repeats_itself() -> None:
    """One seed gives the same bytes in the same order, and never the same twice; another seed gives others."""
    one, same, other = resumable(b"a" * 32), resumable(b"a" * 32), resumable(b"b" * 32)
    drawn = [one(length) for length in (32, 5, 64, 1)]
    assert drawn == [same(length) for length in (32, 5, 64, 1)]
    assert [len(part) for part in drawn] == [32, 5, 64, 1]
    assert len({*drawn, drawn[2][:32], drawn[2][32:], other(32)}) == 7


def test_a_pairing_begins_once() -> None:
    """Neither side begins twice, nor after it was given up."""
    met = meeting(Purpose.DEVICE, coded=True).begin()
    for seat in (met.host, met.guest):
        with pytest.raises(UsageError):
            seat.pairing.start()
    given_up = meeting(Purpose.DEVICE, coded=True).host.pairing
    given_up.leave()
    with pytest.raises(UsageError):
        given_up.start()


def test_inputs_out_of_turn_are_the_programs_mistake() -> None:
    """Answers and supplies that nobody asked for are refused and change nothing."""
    met = meeting(Purpose.DEVICE, coded=True).begin()
    for side in (met.host.pairing, met.guest.pairing):
        with pytest.raises(UsageError):
            side.answer([1, 2])
        with pytest.raises(UsageError):
            side.affirm(True)
        with pytest.raises(UsageError):
            side.supply([b"item"])
    assert met.run().outcome == (Paired, Paired)


def test_a_guest_is_given_the_whole_link() -> None:
    """The ticket of a link alone, without what it says of the host, begins nothing; nor does a long introduction."""
    with pytest.raises(UsageError):
        Pairing.guest(ticket_of(Purpose.FAR, coded=False), b"", entropy_of("guest"))
    with pytest.raises(UsageError):
        Pairing.host(ticket_of(Purpose.JOIN, coded=True), bytes(2_049), entropy_of("host"))


@every_kind
@given(data=st.data())
def test_hostile_records_only_end_it(purpose: Purpose, coded: bool, data: st.DataObject) -> None:
    """Whatever comes in a record's place, at any time, raises nothing, and never leads to a pair that differs."""
    met = meeting(purpose, coded=coded).begin()
    for _ in range(data.draw(st.integers(0, 12))):
        met.step(data.draw(st.sampled_from([met.host, met.guest])))
    seat = data.draw(st.sampled_from([met.host, met.guest]))
    before = seat.over
    honest = met.log[min(seat.read, len(met.log) - 1)]
    start = data.draw(st.integers(0, 200))
    spoiled = honest[:start] + data.draw(st.binary(max_size=4)) + honest[start + data.draw(st.integers(0, 4)) :]
    record = data.draw(st.sampled_from([spoiled, bytes(4_096)]) | st.binary(max_size=300))
    turn = seat.pairing.receive(record, position=data.draw(st.integers(-1, 20)))
    if record not in met.log:
        assert seat.pairing.now == turn.now == before if before else isinstance(turn.now, Ended)


def test_nothing_leads_out_of_the_end() -> None:
    """After the end no input has an effect."""
    met = meeting(Purpose.DEVICE, coded=True)
    last = met.host.pairing.leave().now
    assert met.host.pairing.receive(bytes(4_096), position=1) == Turn(now=last)
    assert met.host.pairing.expire() == met.host.pairing.leave() == Turn(now=last)

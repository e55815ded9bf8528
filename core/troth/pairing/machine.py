"""One side of a pairing: records, answers and the end of its time in; what to post and what to do next out.

It has no socket and no clock, and raises nothing because of what the other side sends: whatever does not fit the table
of states ends the pairing, for good (specs/pairing.md, States).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from troth import crypto
from troth.pairing import messages, posts
from troth.pairing.agreement import Agreement
from troth.pairing.channel import PART_BYTES
from troth.pairing.ends import End
from troth.pairing.joiner import read_joiner
from troth.pairing.messages import ITEM_HEAD_BYTES, OFFER_HEAD_BYTES, Offer, Open
from troth.pairing.posts import Confirm, Frame, Post, Reply, Share, Stop
from troth.pairing.reading import Reading
from troth.pairing.states import FIRST, STEPS, Input, State, table
from troth.pairing.ticket import Link, Purpose, Ticket
from troth.pairing.turn import Affirm, Ask, Ended, Need, Now, Paired, Show, Turn, Wait
from troth.pairing.words import Introduction, Side, draw_positions, fit, words
from troth.ports import Entropy
from troth_wire.errors import ForgedError, RemoteError, UsageError, VersionError
from troth_wire.limits import INTRODUCTION_BYTES_MAX, PAIRING_ITEMS_MAX

__all__ = ["Pairing", "resumable"]

OVER: Final = frozenset({State.DONE, State.ENDED})
SILENT: Final = frozenset({End.EXPIRED, End.STOPPED})
"""Ends that the other side is not told of."""
SAME_SIDE: Final = frozenset(
    {(State.CALLING, Input.SHARE), (State.LISTENING, Input.REPLY), (State.PROVING, Input.REPLY)}
)
INPUTS: Final[Mapping[type, Input]] = {
    Share: Input.SHARE,
    Reply: Input.REPLY,
    Confirm: Input.CONFIRM,
    Open: Input.OPEN,
    Offer: Input.OFFER,
}


class _EndError(Exception):
    """Ends the pairing; nobody outside sees it."""

    def __init__(self, end: End, elsewhere: End | None = None) -> None:
        super().__init__(end)
        self.ended = Ended(end, elsewhere)


class Pairing:
    """One side of one pairing; made by `host` or `guest`, begun by `start`, and never used again after it is over."""

    def __init__(self, side: Side, ticket: Ticket, said: bytes, entropy: Entropy, link: Link | None) -> None:
        if len(said) > INTRODUCTION_BYTES_MAX:
            raise UsageError(f"an introduction has at most {INTRODUCTION_BYTES_MAX} bytes")
        self._side, self._ticket, self._link, self._entropy = side, ticket, link, entropy
        self._own = Introduction(side, said, entropy(32))
        self._agreement = Agreement(ticket, side, entropy(32))
        self._state, self._table = FIRST[side], table(ticket.purpose)
        self._reading = Reading()
        self._offers: list[tuple[bytes, ...]] = []
        self._now: Now = Wait()
        self._begun = False
        self._openly: bytes | None = None

    @classmethod
    def host(cls, ticket: Ticket, introduction: bytes, entropy: Entropy) -> "Pairing":
        """Begin as the side that shows the ticket.

        Args:
            ticket: Freshly drawn.
            introduction: What this side says of itself; at most `INTRODUCTION_BYTES_MAX` bytes.
            entropy: Fresh random bytes; `resumable(seed)` for a pairing that outlives this program.
        """
        return cls(Side.HOST, ticket, introduction, entropy, None)

    @classmethod
    def guest(cls, given: Ticket | Link, introduction: bytes, entropy: Entropy) -> "Pairing":
        """Begin as the side that was given the ticket: a code's, or a whole link.

        Raises:
            UsageError: If it is the ticket of a link without what the link says of the host.
        """
        if isinstance(given, Link):
            return cls(Side.GUEST, given.ticket, introduction, entropy, given)
        if given.number is None:
            raise UsageError("a guest is given the whole link")
        return cls(Side.GUEST, given, introduction, entropy, None)

    @property
    def commitment(self) -> bytes:
        """What this side is bound by; a host's link carries its beginning."""
        return self._own.commitment

    @property
    def now(self) -> Now:
        """What there is to do, as the last turn that changed it said."""
        return self._now

    @property
    def state(self) -> State:
        """Where this side is."""
        return self._state

    @property
    def answered(self) -> bytes | None:
        """What stands for the first records of both, once both are there.

        A pairing that outlives its program keeps this before it posts anything more, and ends if it ever becomes
        another: else the one who saw its opening could answer a second time, by a choice that fits the words.
        """
        return self._openly

    @property
    def unseen(self) -> tuple[bytes, ...]:
        """Own records that the log has not shown yet: what to post again after a link went down."""
        return self._reading.unseen

    def start(self) -> Turn:
        """Begin; the host's first record.

        Raises:
            UsageError: If it has begun, or was given up, already.
        """
        if self._begun or self._state in OVER:
            raise UsageError("a pairing begins once")
        self._begun = True
        if self._side is Side.GUEST:
            return Turn()
        return self._turn([self._share(self.commitment)], Wait())

    def receive(self, record: bytes, *, position: int) -> Turn:
        """Take in a record of the log, own ones too; a turn that says `Wait` asks for nothing new.

        After it is over every turn says what the last one said, and posts nothing.

        Args:
            record: As the relay delivers it.
            position: Its place in the log, from 1, without gaps; a place may come again.
        """
        if self._state in OVER:
            self._reading.echo(record)
            return Turn(now=self._now)
        try:
            fresh = self._reading.take(record, position)
        except ForgedError:
            return self._end(Ended(End.DISTURBED))
        return Turn() if fresh is None else self._judged(fresh)

    def answer(self, typed: Sequence[int]) -> Turn:
        """The host: the two words that the person typed, as numbers, in the order of the positions asked for.

        Raises:
            UsageError: If nothing was asked, or not two words are given.
        """
        asked = self._now
        if not isinstance(asked, Ask):
            raise UsageError("no words are asked for")
        if not fit(self._words, asked.positions, typed):
            return self._end(Ended(End.WORDS_DIFFER))
        return self._lead(Input.ANSWER)

    def affirm(self, matching: bool) -> Turn:
        """The guest: whether the other device says that the words match.

        Raises:
            UsageError: If that was not asked.
        """
        if not isinstance(self._now, Affirm):
            raise UsageError("nobody asked whether the words match")
        return self._lead(Input.AFFIRM) if matching else self._end(Ended(End.WORDS_DIFFER))

    def supply(self, items: Sequence[bytes]) -> Turn:
        """Hand over what `Need` asked for; save what belongs to it before its records are posted.

        Raises:
            UsageError: If nothing is needed, or it does not fit; then fewer may be supplied.
        """
        need = self._now
        if not isinstance(need, Need):
            raise UsageError("nothing is to be handed over now")
        if not 1 <= len(items) <= PAIRING_ITEMS_MAX or sum(len(i) + ITEM_HEAD_BYTES for i in items) > need.bytes_max:
            raise UsageError(f"one to {PAIRING_ITEMS_MAX} items are handed over, of {need.bytes_max} bytes in all")
        offer = Offer(len(self._offers), tuple(items))
        frames = self._agreed.channel.seal(offer.encode())
        self._offers.append(offer.items)
        return self._lead(Input.SUPPLY, frames)

    def leave(self) -> Turn:
        """Give up, because the person or the program wants to."""
        return self._end(Ended(End.LEFT))

    def expire(self) -> Turn:
        """End, because the ticket's time is over."""
        return self._end(Ended(End.EXPIRED))

    def _judged(self, record: bytes) -> Turn:
        try:
            return self._hear(posts.parse(record))
        except _EndError as over:
            return self._end(over.ended)
        except VersionError:
            return self._end(Ended(End.OTHER_VERSION))
        except ForgedError:
            return self._end(Ended(End.FORGED))
        except RemoteError:
            return self._end(Ended(End.DISTURBED))

    def _hear(self, post: Post) -> Turn:
        if isinstance(post, Stop):
            known = post.reason in End.__members__.values()
            raise _EndError(End.STOPPED, End(post.reason) if known else None)
        if isinstance(post, Frame):
            return self._unfold(post)
        self._expect(INPUTS[type(post)])
        return _HEARD[type(post)](self, post)

    def _unfold(self, frame: Frame) -> Turn:
        # Before the key is proven no frame is even opened.
        if not any((self._state, said) in self._table for said in (Input.OPEN, Input.OFFER)):
            raise _EndError(End.DISTURBED)
        message = self._agreed.channel.open_(frame)
        if message is None:
            return Turn()
        read = messages.parse(message)
        self._expect(INPUTS[type(read)])
        return _HEARD[type(read)](self, read)

    def _expect(self, heard: Input) -> None:
        if (self._state, heard) not in self._table:
            raise _EndError(End.SAME_SIDE if (self._state, heard) in SAME_SIDE else End.DISTURBED)

    def _hear_share(self, post: Share) -> Turn:
        """The guest: the host's share; answer with the own one and the proof of the key."""
        if self._link is not None and not crypto.same(self._link.commitment, post.commitment[:16]):
            raise _EndError(End.OTHER_TICKET)
        own = self._share(post.commitment)
        self._agree(host=post, guest=own)
        return self._lead(Input.SHARE, [Reply(own.share, own.commitment, self._agreed.channel.tag())])

    def _hear_reply(self, post: Reply) -> Turn:
        """The host: the guest's share and proof; a wrong one was the only guess."""
        guest = Share(post.share, post.commitment)
        self._agree(host=self._share(self.commitment), guest=guest)
        self._check_tag(post.tag)
        return self._lead(Input.REPLY, [Confirm(self._agreed.channel.tag()), *self._opening()])

    def _hear_confirm(self, post: Confirm) -> Turn:
        self._check_tag(post.tag)
        return self._lead(Input.CONFIRM)

    def _hear_open(self, opened: Open) -> Turn:
        other = Introduction(self._side.other, opened.said, opened.nonce)
        other.check(self._agreed.bound)
        if self._ticket.purpose is Purpose.FAR and other.side is Side.GUEST:
            read_joiner(self._ticket.mailbox, other.said)
        self._other = other
        pair = (self._own, other) if self._side is Side.HOST else (other, self._own)
        self._words = words(self._agreed.openly, *pair)
        return self._lead(Input.OPEN, self._opening() if self._side is Side.GUEST else [])

    def _hear_offer(self, offer: Offer) -> Turn:
        steps = STEPS[self._ticket.purpose]
        if offer.step != len(self._offers):
            raise _EndError(End.DISTURBED)
        self._offers.append(offer.items)
        if self._reading.left < len(steps) - len(self._offers):
            raise _EndError(End.DISTURBED)
        return self._lead(Input.OFFER)

    def _agree(self, *, host: Share, guest: Share) -> None:
        self._agreed = self._agreement.agree(host=host, guest=guest)
        self._openly = self._agreed.openly

    def _share(self, session: bytes) -> Share:
        return Share(self._agreement.share(session), self.commitment)

    def _check_tag(self, tag: bytes) -> None:
        try:
            self._agreed.channel.check(tag)
        except ForgedError:
            raise _EndError(End.WRONG_SECRET) from None

    def _opening(self) -> list[Frame]:
        return self._agreed.channel.seal(Open(self._own.said, self._own.nonce).encode())

    def _lead(self, through: Input, post: Sequence[Post] = ()) -> Turn:
        """Go where the table says, and say what is to be done there."""
        self._state = self._table[(self._state, through)]
        if len(self._offers) == len(STEPS[self._ticket.purpose]):
            self._state = State.DONE
        return self._turn(post, _DOING.get(self._state, Pairing._wait)(self))

    def _turn(self, post: Sequence[Post], now: Now) -> Turn:
        records = tuple(one.encode() for one in post)
        self._reading.post(records)
        self._now = now
        return Turn(records, now)

    def _end(self, ended: Ended) -> Turn:
        if self._state in OVER:
            return Turn(now=self._now)
        self._state = State.ENDED
        told = ended.end not in SILENT and self._reading.left > 0
        return self._turn([Stop(ended.end)] if told else [], ended)

    def _wait(self) -> Now:
        return Wait()

    def _ask(self) -> Now:
        return Ask(draw_positions(self._entropy))

    def _show(self) -> Now:
        return Show(self._words)

    def _ask_back(self) -> Now:
        return Affirm(self._words)

    def _need(self) -> Now:
        steps = STEPS[self._ticket.purpose]
        done = len(self._offers)
        frames = self._reading.left - (len(steps) - done - 1)
        taken = self._offers[-1] if self._offers else ()
        return Need(steps[done][1], self._other.said, taken, frames * PART_BYTES - OFFER_HEAD_BYTES)

    def _pair(self) -> Now:
        purpose = self._ticket.purpose
        compared = purpose is not Purpose.FAR
        return Paired(purpose, self._side, self._other.said, tuple(self._offers), self._words, compared)


_HEARD: Final[Mapping[type, Callable[[Pairing, Any], Turn]]] = {
    Share: Pairing._hear_share,
    Reply: Pairing._hear_reply,
    Confirm: Pairing._hear_confirm,
    Open: Pairing._hear_open,
    Offer: Pairing._hear_offer,
}
_DOING: Final[Mapping[State, Callable[[Pairing], Now]]] = {
    State.ASKING: Pairing._ask,
    State.SHOWING: Pairing._show,
    State.AFFIRMING: Pairing._ask_back,
    State.OFFERING: Pairing._need,
    State.DONE: Pairing._pair,
}


def resumable(seed: bytes) -> Entropy:
    """Return entropy that repeats itself, for a pairing that goes on after a restart.

    The same seed, introduction, supplies and log give the same pairing again: begin it anew, feed the whole log, and
    post what is `unseen`. The seed is as secret as the keys, and good for one pairing.
    """
    drawn = 0

    def draw(length: int) -> bytes:
        nonlocal drawn
        blocks = -(-length // 32)
        start, drawn = drawn, drawn + blocks
        numbers = (number.to_bytes(8, "big") for number in range(start, drawn))
        return b"".join(crypto.derive(seed, b"troth/draw", number) for number in numbers)[:length]

    return draw

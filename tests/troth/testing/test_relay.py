"""The relay in memory says what a relay may say, and shows a log whole and in order."""

from hypothesis import given
from hypothesis import strategies as st

from troth.keys import Epoch
from troth.testing import HOST, Relay, Session, entropy_of
from troth_wire import log, proof, session
from troth_wire.errors import MalformedError
from troth_wire.ids import Lineage, MailboxId, RunningHash
from troth_wire.limits import ENVELOPE_BYTES_MIN
from troth_wire.messages import (
    Create,
    Deliver,
    Follow,
    Head,
    Hello,
    MailboxKind,
    Message,
    Prove,
    Push,
    Reason,
    Refuse,
    Stored,
)
from troth_wire.session import State

EPOCHS = [Epoch(bytes([number]) * 32) for number in (1, 2)]
_BOX = st.integers(0, 1)
_ENVELOPES = st.lists(st.binary(min_size=ENVELOPE_BYTES_MIN, max_size=ENVELOPE_BYTES_MIN), min_size=1, max_size=3)
_ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("prove"), _BOX, st.booleans()),
        st.tuples(st.just("create"), _BOX, st.none()),
        st.tuples(st.just("follow"), _BOX, st.integers(0, 3)),
        st.tuples(st.just("push"), _BOX, _ENVELOPES),
        st.tuples(st.just("flush"), _BOX, st.none() | st.integers(1, 2)),
        st.tuples(st.just("odd"), _BOX, st.none()),
    ),
    max_size=14,
)


@given(_ACTS, st.lists(st.binary(min_size=ENVELOPE_BYTES_MIN, max_size=ENVELOPE_BYTES_MIN), max_size=3, unique=True))
def test_the_fake_relay_walks_the_session_table(acts: list[tuple[str, int, object]], there: list[bytes]) -> None:
    """What the fake relay says belongs where the table has it, and a followed log comes whole and in order."""
    relay = Relay(entropy_of("relay"))
    first = EPOCHS[0].mailbox
    relay.logs[first], relay.lineages[first] = list(there), Lineage(b"l" * 16)
    link = Session(relay)
    (hello,) = link.open_()
    assert isinstance(hello, Hello)
    states = {epoch.mailbox: State.GREETED for epoch in EPOCHS}
    read: dict[MailboxId, int] = {}
    for act, box, detail in acts:
        mailbox = EPOCHS[box].mailbox
        if act == "flush":
            answers = link.flush(detail if isinstance(detail, int) else None)
            message = None
        else:
            message = say(act, box, detail, hello, relay)
            answers = link.receive(message)
            if isinstance(message, Hello):
                assert answers == [Refuse(Reason.UNEXPECTED, None, (), 0)]
                continue
            try:
                states[mailbox] = session.step(states[mailbox], message)
            except MalformedError:
                assert answers == [Refuse(Reason.UNEXPECTED, mailbox, (), 0)]
                continue
        for answer in answers:
            where = getattr(answer, "mailbox", mailbox)
            states[where] = session.step(states[where], answer)
            if isinstance(message, Follow) and isinstance(answer, Head):
                read[where] = message.after
            if isinstance(answer, (Deliver, Stored)):
                read[where] += 1
                assert answer.position == read[where]
                entry = relay.logs[where][answer.position - 1]
                one = answer.envelopes[0] if isinstance(answer, Deliver) else answer.envelope_ids[0]
                assert one == (entry if isinstance(answer, Deliver) else log.envelope_id(entry))
    for entries in relay.logs.values():
        assert len(set(entries)) == len(entries), "an envelope that the log holds gets no second position"


def say(act: str, box: int, detail: object, hello: Hello, relay: Relay) -> Message:
    """What a client may come to say."""
    epoch = EPOCHS[box]
    mailbox = epoch.mailbox
    match act, detail:
        case "prove", good:
            host = HOST if good else "other.test:443"
            statement = proof.statement(host=host, challenge=hello.challenge, mailbox=mailbox)
            return Prove(mailbox, epoch.mailbox_signer.sign(statement))
        case "create", _:
            return Create(mailbox, b"")
        case "follow", int(after):
            known = mailbox in relay.logs
            return Follow(
                mailbox,
                relay.lineages[mailbox] if known else Lineage(bytes(16)),
                after,
                relay.running(mailbox, after) if known else RunningHash(bytes(32)),
            )
        case "push", list(envelopes):
            return Push(mailbox, tuple(envelopes))
    return hello


def test_a_log_that_was_proven_is_a_sponsor_also_of_itself() -> None:
    """As at a real relay: who asks again for a log gets its head, and what was not proven sponsors nothing."""
    relay = Relay(entropy_of("relay"))
    first, second = EPOCHS
    relay.logs[first.mailbox], relay.lineages[first.mailbox] = [], Lineage(b"l" * 16)
    link = Session(relay)
    (hello,) = link.open_()
    assert isinstance(hello, Hello)
    link.receive(say("prove", 0, True, hello, relay))
    (head,) = link.receive(Create(first.mailbox, b"", MailboxKind.LOG, first.mailbox))
    assert isinstance(head, Head)
    link.receive(say("prove", 1, True, hello, relay))
    refused = link.receive(Create(second.mailbox, b"", MailboxKind.LOG, second.mailbox))
    assert refused == [Refuse(Reason.UNSPONSORED, second.mailbox, (), 0)]

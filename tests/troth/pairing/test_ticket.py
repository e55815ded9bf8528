"""A ticket says where to meet; a link comes back as it was written, or says that it was mistyped."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.test_specs import table
from tests.troth.pairing.meeting import HOST, ticket_of
from troth import crypto
from troth.pairing.ticket import Link, Purpose, Ticket
from troth.testing import entropy_of
from troth_wire import limits
from troth_wire.errors import MalformedError, UsageError, VersionError

CODE = ticket_of(Purpose.DEVICE, coded=True)
COMMITMENT = bytes(range(32))


def link(purpose: Purpose = Purpose.DEVICE, host: str = HOST, *, plain: bool = False) -> Link:
    """A link with a fixed secret."""
    return Link.of(Ticket(host, purpose, None, b"s" * 16), COMMITMENT, plain=plain)


@given(st.integers(0, 2**64))
def test_a_drawn_code_can_be_said(seed: int) -> None:
    """A code has a number and three words, and what is typed from them is the same ticket."""
    drawn = Ticket.draw_code(HOST, Purpose.JOIN, entropy_of(str(seed)))
    assert drawn.number is not None
    assert 1 <= drawn.number <= limits.CODE_NUMBER_MAX
    assert len(drawn.words) == 3
    typed = Ticket.of_code(HOST, Purpose.JOIN, drawn.number, drawn.words)
    assert typed == drawn
    assert typed.mailbox == drawn.mailbox


def test_every_code_can_be_drawn() -> None:
    """The first and last number and word come from entropy at its ends."""
    low, high = Ticket.draw_code(HOST, Purpose.JOIN, bytes), Ticket.draw_code(HOST, Purpose.JOIN, lambda n: b"\xff" * n)
    assert (low.number, low.words) == (1, (0, 0, 0))
    assert high.words == (2_047, 2_047, 2_047)


def test_whoever_has_the_number_finds_the_mailbox_and_nothing_else_leads_there() -> None:
    """The words say nothing about where to meet; host, purpose and number, or the secret of a link, do."""
    assert CODE.number is not None
    other_words = Ticket.of_code(HOST, CODE.purpose, CODE.number, [1, 2, 3])
    assert other_words.mailbox == CODE.mailbox
    elsewhere = [
        CODE,
        Ticket.of_code("other.example:443", CODE.purpose, CODE.number, CODE.words),
        Ticket.of_code(HOST, Purpose.JOIN, CODE.number, CODE.words),
        Ticket.of_code(HOST, CODE.purpose, CODE.number % limits.CODE_NUMBER_MAX + 1, CODE.words),
        link().ticket,
        link(Purpose.FAR).ticket,
        ticket_of(Purpose.FAR, coded=False),
    ]
    assert len({ticket.mailbox for ticket in elsewhere}) == len(elsewhere)
    assert len({ticket.channel for ticket in elsewhere[:-1]}) == len(elsewhere) - 1


def test_a_ticket_lives_as_long_as_the_page_says() -> None:
    """A code, a link for an own device and one for a partner far away each end after their own time."""
    lives = {row["Ticket"]: getattr(limits, row["Ends after"].strip("`")) for row in table("pairing.md", "Ticket")}
    assert lives == {
        "code": CODE.life_s,
        "link `troth:pair#`": link().ticket.life_s,
        "link `troth:join#`": link(Purpose.FAR).ticket.life_s,
    }


@pytest.mark.parametrize(
    ("host", "purpose", "number"),
    [
        ("", Purpose.DEVICE, 7),
        ("relay example:443", Purpose.DEVICE, 7),
        ("rélais.example:443", Purpose.DEVICE, 7),
        ("me@relay.example:443", Purpose.DEVICE, 7),
        ("r" * 256, Purpose.DEVICE, 7),
        (HOST, Purpose.DEVICE, 0),
        (HOST, Purpose.DEVICE, limits.CODE_NUMBER_MAX + 1),
        (HOST, Purpose.FAR, 7),
        (HOST, Purpose.JOIN, None),
    ],
)
def test_what_can_not_be_met_under_is_no_ticket(host: str, purpose: Purpose, number: int | None) -> None:
    """Another host name, number or kind of ticket for a purpose is refused."""
    with pytest.raises(UsageError):
        Ticket(host, purpose, number, b"secret")


@pytest.mark.parametrize("words", [(1, 2), (1, 2, 3, 4), (1, 2, 2_048), (-1, 2, 3)])
def test_a_code_has_three_words_of_the_list(words: tuple[int, ...]) -> None:
    """Another number of words, or one that is not in the list, is no code."""
    with pytest.raises(UsageError):
        Ticket.of_code(HOST, Purpose.DEVICE, 7, words)


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("purpose", [Purpose.DEVICE, Purpose.FAR])
def test_a_link_comes_back(purpose: Purpose, plain: bool) -> None:
    """A link is read as it was written, around blanks and line ends, and in capitals where host names are."""
    written = link(purpose, plain=plain)
    assert Link.parse(f"  {written.text}\n") == written
    assert Link.parse(written.text.replace("relay", "Relay")) == written
    assert written.commitment == COMMITMENT[:16]
    assert written.ticket.words == ()


def test_a_link_fits_a_picture() -> None:
    """The longest host that fits gives a text of the limit; one more character is refused, except far away."""
    assert len(link(host="r" * 40).text) == limits.LINK_BYTES_MAX
    with pytest.raises(UsageError):
        link(host="r" * 41)
    assert Link.parse(link(Purpose.FAR, host="r" * 255).text).ticket.host == "r" * 255


def test_a_code_has_no_link() -> None:
    """A code is said and not linked."""
    with pytest.raises(UsageError):
        Link.of(CODE, COMMITMENT)


@given(at=st.integers(0, 90), instead=st.characters(min_codepoint=33, max_codepoint=126))
def test_a_mistyped_link_says_so(at: int, instead: str) -> None:
    """Any one character that differs, is missing or is doubled is found out."""
    text = link().text
    at %= len(text)
    for wrong in (text[:at] + instead + text[at + 1 :], text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:]):
        if wrong.lower() != text.lower() or wrong[11:59] != text[11:59]:
            with pytest.raises(MalformedError):
                Link.parse(wrong)


def test_a_link_has_one_spelling() -> None:
    """The same bytes in the other alphabet of base 64, or filled up at the end, are no link."""
    text = written_by_hand(bytes([1]) + b"\xfb\xff" * 16, "relay.example:443")
    start, mark, host = text.rpartition("@")
    assert Link.parse(text).ticket.secret == b"\xfb\xff" * 8
    for other in (start.replace("-", "+"), start.replace("_", "/"), start + "=", start + "===="):
        assert other != start
        with pytest.raises(MalformedError):
            Link.parse(other + mark + host)


@given(st.text(max_size=80) | st.text(max_size=80).map("troth:pair#".__add__))
def test_any_text_is_only_malformed(text: str) -> None:
    """Text that is no link raises nothing but MalformedError."""
    with pytest.raises(MalformedError):
        Link.parse(text)


def written_by_hand(body: bytes, host: str, start: str = "troth:pair#") -> str:
    """A link text with a good checksum around any body."""
    checksum = crypto.digest(b"troth/link", start.encode() + host.encode() + body)[:3]
    return f"{start}{base64.urlsafe_b64encode(body + checksum).decode()}@{host}"


def test_a_link_of_a_later_release_says_so() -> None:
    """A good checksum around another version is no mistyping."""
    assert Link.parse(written_by_hand(b"\x01" + b"s" * 32, HOST)).ticket.secret == b"s" * 16
    with pytest.raises(VersionError):
        Link.parse(written_by_hand(b"\x03" + b"s" * 32, HOST))


def test_a_link_is_written_in_plain_characters() -> None:
    """A character that no keyboard here writes, in the middle or in the host, is a mistyping."""
    text = link().text
    for wrong in (
        text[:20] + "é" + text[21:],
        text.replace("relay", "rélay"),
        text[:20] + "=" + text[21:],
        text[:57] + "==" + text[59:],
    ):
        with pytest.raises(MalformedError):
            Link.parse(wrong)


def test_a_good_checksum_does_not_make_a_good_host() -> None:
    """A host that no relay has is refused, whoever wrote the link."""
    with pytest.raises(MalformedError):
        Link.parse(written_by_hand(b"\x01" + b"s" * 32, "me@relay"))


def test_a_ticket_is_not_shown() -> None:
    """Nothing that prints a ticket or a link prints its secret."""
    assert "sss" not in repr(link()) + repr(link().ticket)

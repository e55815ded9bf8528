"""The head of a vault opens with its passphrase, shows damage, and keeps the admin seed apart."""

import pytest

from tests.contracts.client_world import CHEAP, cheaply
from troth import Cost, Signer
from troth_client.header import FORMAT, Header, _checksum
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, UsageError

ADMIN = bytes(range(32))
COST = Cost(64, 1)


def made(passphrase: str = "correct horse") -> tuple[Header, bytes]:
    """Make a header cheaply."""
    return Header.make(passphrase, admin=ADMIN, cost=COST, machine=CHEAP)


def test_the_passphrase_opens_both_keys() -> None:
    """What was wrapped comes back, also through the bytes in the file."""
    header, key = made()
    again = Header.parse(header.encode())
    assert again == header
    assert again.key("correct horse", stretch=cheaply) == key
    assert again.admin("correct horse", stretch=cheaply).public == Signer(ADMIN).public


@pytest.mark.parametrize("wrong", ["correct", "Correct horse", "", "\ud800"])
def test_another_passphrase_opens_nothing(wrong: str) -> None:
    """Whatever is not the passphrase is refused, also what could not be one."""
    header, _ = made()
    with pytest.raises(ForgedError):
        header.key(wrong, stretch=cheaply)
    with pytest.raises(ForgedError):
        header.admin(wrong, stretch=cheaply)


@pytest.mark.parametrize("impossible", ["", "\ud800"])
def test_an_impossible_passphrase_is_refused(impossible: str) -> None:
    """Nobody locks a vault with nothing."""
    with pytest.raises(UsageError):
        made(impossible)


def test_keyboards_that_write_a_letter_differently_agree() -> None:
    """A letter with its accent apart is the same letter."""
    header, key = made("caf\u00e9")
    assert header.key("cafe\u0301", stretch=cheaply) == key


def test_the_vault_key_does_not_open_the_admin_seed() -> None:
    """The two are wrapped under two keys, and under no other."""
    header, _ = made()
    swapped = Header(header.vault, header.salt, header.cost, header.wrapped_admin, header.wrapped_key)
    with pytest.raises(ForgedError):
        swapped.key("correct horse", stretch=cheaply)
    with pytest.raises(ForgedError):
        swapped.admin("correct horse", stretch=cheaply)


def test_every_altered_byte_shows() -> None:
    """A head of which any one byte was altered or lost is not taken for a wrong passphrase."""
    content = made()[0].encode()
    for at in range(len(content)):
        with pytest.raises(MalformedError):
            Header.parse(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(MalformedError):
            Header.parse(content[:at])


@pytest.mark.parametrize(("memory_mib", "passes"), [(63, 3), (1025, 3), (2**40, 1), (256, 0), (256, 17)])
def test_a_cost_out_of_bounds_is_refused(memory_mib: int, passes: int) -> None:
    """A head that asks for too little, or for more than any machine has, is refused before it costs anything."""
    parts: list[object] = [FORMAT, bytes(16), bytes(16), memory_mib, passes, bytes(72), bytes(72)]
    with pytest.raises(MalformedError, match="MiB"):
        Header.parse(codec.pack([*parts, _checksum(parts)]))


def test_a_header_shows_no_secret() -> None:
    """Neither key stands in the bytes of the file."""
    header, key = made()
    assert key not in header.encode()
    assert ADMIN not in header.encode()

"""The head of a vault opens with its passphrase, shows damage, and keeps the admin secret apart."""

import pytest

from tests.contracts.client_world import CHEAP, cheaply
from troth import Cost
from troth_client.header import FORMAT, Header, Secrets, checksum
from troth_wire import codec
from troth_wire.errors import ForgedError, MalformedError, UsageError

COST = Cost(64, 1)


def made(passphrase: str = "correct horse") -> tuple[Header, Secrets]:
    """Make a header cheaply."""
    return Header.make(passphrase, cost=COST, machine=CHEAP)


def test_the_passphrase_opens_both_keys() -> None:
    """What was wrapped comes back, also through the bytes in the file."""
    header, secrets = made()
    again = Header.parse(header.encode())
    assert again == header
    assert again.key("correct horse", stretch=cheaply) == secrets.key
    assert again.admin("correct horse", stretch=cheaply) == secrets.admin
    assert again.secrets("correct horse", stretch=cheaply) == secrets


@pytest.mark.parametrize("wrong", ["correct", "Correct horse", "", "\ud800"])
def test_another_passphrase_opens_nothing(wrong: str) -> None:
    """Whatever is not the passphrase is refused, also what could not be one."""
    header, _ = made()
    with pytest.raises(ForgedError):
        header.key(wrong, stretch=cheaply)
    with pytest.raises(ForgedError):
        header.admin(wrong, stretch=cheaply)
    with pytest.raises(ForgedError):
        header.secrets(wrong, stretch=cheaply)


@pytest.mark.parametrize("impossible", ["", "\ud800"])
def test_an_impossible_passphrase_is_refused(impossible: str) -> None:
    """Nobody locks a vault with nothing."""
    with pytest.raises(UsageError):
        made(impossible)


def test_keyboards_that_write_a_letter_differently_agree() -> None:
    """A letter with its accent apart is the same letter."""
    header, secrets = made("caf\u00e9")
    assert header.key("cafe\u0301", stretch=cheaply) == secrets.key


def test_the_vault_key_does_not_open_the_admin_secret() -> None:
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
        Header.parse(codec.pack([*parts, checksum(parts)]))


def test_a_header_shows_no_secret() -> None:
    """Neither key stands in the bytes of the file."""
    header, secrets = made()
    assert secrets.key not in header.encode()
    assert secrets.admin not in header.encode()
    assert secrets.key.hex() not in repr(secrets)


def test_wrapping_again_keeps_the_secrets() -> None:
    """Another passphrase opens the same secrets of the same vault, under a salt and wraps of its own."""
    header, secrets = made()
    other = Header.wrap(header.vault, secrets, "battery", cost=Cost(128, 2), machine=CHEAP)
    assert other.secrets("battery", stretch=cheaply) == secrets
    assert (other.vault, other.cost) == (header.vault, Cost(128, 2))
    assert other.salt != header.salt
    with pytest.raises(ForgedError):
        other.key("correct horse", stretch=cheaply)
    with pytest.raises(UsageError):
        Header.wrap(header.vault, secrets, "", cost=COST, machine=CHEAP)

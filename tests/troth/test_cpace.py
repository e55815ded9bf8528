"""Two who know one secret have one key, the one of the draft; everybody else has nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.troth.letters import exactly
from tests.troth.test_crypto import X25519_LOW
from troth import cpace
from troth_wire.errors import ForgedError

PUBLIC_VECTORS = Path(__file__).resolve().parents[3] / "shared" / "vectors" / "cpace_testvectors.json"
SCALARS = exactly(32)


def vectors(group: str) -> dict[str, Any]:
    """A group of the draft's vectors."""
    if not PUBLIC_VECTORS.exists():
        pytest.skip("the public vectors are not beside the repository")
    found: dict[str, Any] = json.loads(PUBLIC_VECTORS.read_text())[group]
    return found


def key(secret: bytes, one: bytes, other: bytes, *, channel: bytes = b"", session: bytes = b"") -> bytes:
    """The initiator's key against an honest responder who knows the secret."""
    point = cpace.generator(secret, channel=channel, session=session)
    mine, theirs = (cpace.share(point, scalar) for scalar in (one, other))
    return cpace.session_key(one, session=session, initiator=(mine, b"A"), responder=(theirs, b"B"), mine=mine)


def test_the_drafts_own_case() -> None:
    """Generator, both shares and the key of both sides are those of the draft's vectors."""
    given_ = {name: bytes.fromhex(value) for name, value in vectors("G_25519").items()}
    point = cpace.generator(given_["PRS"], channel=given_["CI"], session=given_["sid"])
    assert point == given_["g"]
    assert (cpace.share(point, given_["ya"]), cpace.share(point, given_["yb"])) == (given_["Ya"], given_["Yb"])
    sides = {"initiator": (given_["Ya"], given_["ADa"]), "responder": (given_["Yb"], given_["ADb"])}
    for scalar, mine in (("ya", "Ya"), ("yb", "Yb")):
        assert cpace.session_key(given_[scalar], session=given_["sid"], mine=given_[mine], **sides) == given_["ISK_IR"]


def test_the_drafts_invalid_points_are_refused() -> None:
    """None of the points that the draft names as invalid gives a key."""
    points = [bytes.fromhex(point) for name, point in vectors("X25519_points").items() if name.startswith("Invalid")]
    assert len(points) == 12
    for point in points:
        refuses(point)


def refuses(point: bytes) -> None:
    """Check that neither side takes this share."""
    mine = cpace.share(cpace.generator(b"secret", channel=b"", session=b""), b"\x05" * 32)
    for sides in (((mine, b""), (point, b"")), ((point, b""), (mine, b""))):
        with pytest.raises(ForgedError):
            cpace.session_key(b"\x05" * 32, session=b"", initiator=sides[0], responder=sides[1], mine=mine)


@pytest.mark.parametrize("point", X25519_LOW, ids=bytes.hex)
def test_a_share_of_low_order_is_refused(point: bytes) -> None:
    """A point that makes the key known to everybody is no share, with its top bit set or not."""
    refuses(point)
    refuses(point[:31] + bytes([point[31] | 0x80]))


@given(st.binary(max_size=31) | st.binary(min_size=33, max_size=40))
def test_a_share_has_32_bytes(point: bytes) -> None:
    """A share of another length is refused."""
    refuses(point)


@given(exactly(32))
def test_a_share_has_one_spelling(point: bytes) -> None:
    """A point whose top bit is set, or that is written above the prime, is refused although it would give a key."""
    refuses(point[:31] + bytes([point[31] | 0x80]))


def test_a_reflected_share_is_refused() -> None:
    """A side does not agree with itself."""
    refuses(cpace.share(cpace.generator(b"secret", channel=b"", session=b""), b"\x05" * 32))


@given(st.binary(max_size=200), SCALARS, SCALARS, st.binary(max_size=40), st.binary(max_size=40))
def test_one_secret_gives_one_key(secret: bytes, one: bytes, other: bytes, channel: bytes, session: bytes) -> None:
    """Both sides have the same 64 bytes, whatever their scalars."""
    point = cpace.generator(secret, channel=channel, session=session)
    mine, theirs = cpace.share(point, one), cpace.share(point, other)
    assume(mine != theirs)
    sides = {"initiator": (mine, b"A"), "responder": (theirs, b"B")}
    both = [
        cpace.session_key(scalar, session=session, mine=share, **sides)
        for scalar, share in ((one, mine), (other, theirs))
    ]
    assert both[0] == both[1]
    assert len(both[0]) == 64


@given(st.binary(max_size=20), st.binary(max_size=20), SCALARS, SCALARS)
def test_another_secret_gives_another_key(secret: bytes, guess: bytes, one: bytes, other: bytes) -> None:
    """Two who do not know the same secret do not have the same key."""
    assume(secret != guess)
    points = [cpace.generator(word, channel=b"", session=b"") for word in (secret, guess)]
    mine, theirs = cpace.share(points[0], one), cpace.share(points[1], other)
    assume(mine != theirs)
    sides = {"initiator": (mine, b""), "responder": (theirs, b"")}
    keys = {
        cpace.session_key(scalar, session=b"", mine=share, **sides) for scalar, share in ((one, mine), (other, theirs))
    }
    assert len(keys) == 2


def test_everything_said_counts() -> None:
    """Channel, session, either share and either side's associated bytes change the key."""
    one, other = b"\x01" * 32, b"\x02" * 32
    point = cpace.generator(b"secret", channel=b"", session=b"")
    mine, theirs = cpace.share(point, one), cpace.share(point, other)
    heard = [((mine, b"A"), (theirs, b"B")), ((mine, b"x"), (theirs, b"B")), ((mine, b"A"), (theirs, b"x"))]
    keys = [cpace.session_key(one, session=b"", initiator=a, responder=b, mine=mine) for a, b in heard]
    keys.append(cpace.session_key(one, session=b"", initiator=heard[0][1], responder=heard[0][0], mine=mine))
    keys += [key(b"secret", one, other, channel=b"x"), key(b"secret", one, other, session=b"x")]
    assert keys[0] == key(b"secret", one, other)
    assert len(set(keys)) == len(keys)


def test_lengths_keep_parts_apart() -> None:
    """Parts that join to the same bytes differ behind their lengths, short and long."""
    assert cpace.lv(b"ab", b"c") != cpace.lv(b"a", b"bc")
    assert cpace.lv(bytes(127))[:1] == b"\x7f"
    assert cpace.lv(bytes(128))[:2] == b"\x80\x01"
    assert cpace.lv(bytes(300))[:2] == b"\xac\x02"

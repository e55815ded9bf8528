"""The gate lets in this computer, this user, and pages of ours; everybody else is told apart by what browsers say."""

import socket
from pathlib import Path
from typing import Final

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from troth_app.web.gate import HEADERS, NOBODY, comes_from_us, is_for_us, owner_of

ADDRESS: Final = "127.0.0.1:4711"
OURS: Final = f"http://{ADDRESS}"
HEAD: Final = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
PEER: Final = ("127.0.0.1", 50_000)
HERE: Final = ("127.0.0.1", 4_711)


def row(local: str, remote: str, user: int) -> str:
    """Write a line as Linux does."""
    return (
        f"   0: {local} {remote} 01 00000000:00000000 00:00000000 00000000 {user:5d}        0 123 1 0 20 4 30 10 -1\n"
    )


@given(host=st.text())
def test_a_request_names_this_address(host: str) -> None:
    """A name that somebody else's name server made lead here is none of ours."""
    assert is_for_us({"Host": host}, ADDRESS) == (host == ADDRESS)
    assert not is_for_us({}, ADDRESS)


@pytest.mark.parametrize("host", ["localhost:4711", "127.0.0.1", "127.0.0.1:4712", "evil.example", "evil.example:4711"])
def test_another_name_of_this_computer_is_another_address(host: str) -> None:
    """Also one that leads here in earnest."""
    assert not is_for_us({"Host": host}, ADDRESS)


@given(origin=st.none() | st.text(), site=st.sampled_from([None, "same-origin", "none"]))
def test_a_change_says_that_it_comes_from_us(origin: str | None, site: str | None) -> None:
    """What changes something names our origin; what is looked at names it or none."""
    headers = {name: value for name, value in (("Origin", origin), ("Sec-Fetch-Site", site)) if value is not None}
    assert comes_from_us(headers, ADDRESS, changes=True) == (origin == OURS)
    assert comes_from_us(headers, ADDRESS, changes=False) == (origin in (None, OURS))


@given(site=st.text())
def test_a_browser_that_names_another_site_is_believed(site: str) -> None:
    """Whatever else is said: a page of another site, or of another port of this computer, gets nothing."""
    assume(site not in ("same-origin", "none"))
    for changes in (True, False):
        assert not comes_from_us({"Origin": OURS, "Sec-Fetch-Site": site}, ADDRESS, changes=changes)


@pytest.mark.parametrize("origin", ["null", "https://127.0.0.1:4711", "http://127.0.0.1:4712", "http://localhost:4711"])
def test_what_is_nearly_our_origin_is_another(origin: str) -> None:
    """A scheme, a port or a name that differs is enough."""
    for changes in (True, False):
        assert not comes_from_us({"Origin": origin}, ADDRESS, changes=changes)


@given(
    user=st.integers(0, 2**32 - 1),
    others=st.lists(st.tuples(st.integers(0, 65_535), st.integers(0, 65_535), st.integers(0, 2**32 - 1))),
)
def test_the_owner_is_read_from_the_list(
    user: int, others: list[tuple[int, int, int]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """The line of the other end counts, and no other one: not ours, and not those of other connections."""
    listed = tmp_path_factory.mktemp("proc") / "tcp"
    lines = [
        row(f"0100007F:{local:04X}", f"0100007F:{remote:04X}", owner)
        for local, remote, owner in others
        if (local, remote) != (50_000, 4_711)
    ]
    ours = row("0100007F:1267", "0100007F:C350", 7)
    listed.write_text(HEAD + "".join(lines) + ours + row("0100007F:C350", "0100007F:1267", user))
    assert owner_of(PEER, HERE, connections=[listed]) == user


def test_a_connection_of_the_newer_kind_has_an_owner_too(tmp_path: Path) -> None:
    """It stands in the other list, under an address that wraps the older one."""
    older, newer = tmp_path / "tcp", tmp_path / "tcp6"
    older.write_text(HEAD)
    wrapped = "0000000000000000FFFF00000100007F"
    newer.write_text(HEAD + row(f"{wrapped}:C350", f"{wrapped}:1267", 1_000))
    assert owner_of(PEER, HERE, connections=[older, newer]) == 1_000


def test_who_is_not_listed_is_nobody(tmp_path: Path) -> None:
    """Where connections are listed, one that is not there is not ours; where none are listed, nothing is told."""
    listed = tmp_path / "tcp"
    listed.write_text(HEAD + row("0100007F:1267", "0100007F:C350", 0))
    assert owner_of(PEER, HERE, connections=[listed, tmp_path / "none"]) == NOBODY
    assert owner_of(PEER, HERE, connections=[tmp_path / "none"]) is None


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="looks at connections where Linux lists them")
@pytest.mark.parametrize(
    ("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::ffff:127.0.0.1")], ids=["older", "newer"]
)
def test_this_user_is_found_on_this_machine(family: socket.AddressFamily, host: str) -> None:
    """A real connection to a real listener is this process's user's, by whatever socket it came."""
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(family) as near:
        near.connect((host, listener.getsockname()[1]))
        far, peer = listener.accept()
        with far:
            assert owner_of(peer, far.getsockname()) == Path("/proc/self").stat().st_uid


def test_every_answer_is_kept_to_this_browser() -> None:
    """Nothing is stored, nothing runs that is not ours, and no other page shows it."""
    policy = dict(part.strip().partition(" ")[::2] for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert HEADERS["Cache-Control"] == "no-store"
    assert HEADERS["X-Frame-Options"] == "DENY"

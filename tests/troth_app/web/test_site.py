"""The server of the pages, over loopback, at a home where nobody answers: who gets in, and what everybody else gets."""

import asyncio
import gzip
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest

from tests.contracts.browser import Answered, Browser, raw
from tests.contracts.client_world import WAIT_S
from tests.troth_app.house import home_at
from tests.troth_app.web.desk import PASSPHRASE, Desk, desk_for_two
from troth_app.home import Home
from troth_app.limits import PAGE_BODY_BYTES_MAX
from troth_app.pages_process import KEY_BYTES
from troth_app.sockets import pair
from troth_app.web import gate, site
from troth_app.web.gate import HEADERS, NOBODY
from troth_app.web.site import serve_pages
from troth_app.web.telling import ENGLISH

KEY: Final = b"\x05" * KEY_BYTES
away: Final = asyncio.to_thread
"""Lets a browser wait elsewhere."""


@dataclass
class Served:
    """Pages that are served in this process."""

    port: int
    channel: socket.socket
    serving: "asyncio.Future[None]"

    def invite(self, key: bytes = KEY) -> str:
        """Let one browser in."""
        self.channel.sendall(key)
        return f"http://127.0.0.1:{self.port}/in/{key.hex()}"

    async def enter(self) -> Browser:
        """Come in."""
        return await away(Browser.enter, self.invite())

    @property
    def stranger(self) -> Browser:
        """A browser that nobody let in."""
        return Browser(f"127.0.0.1:{self.port}")


@asynccontextmanager
async def served(home: Home) -> AsyncIterator[Served]:
    """Have the pages of a home served for as long as the block runs."""
    near, far = pair()
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    serving = asyncio.ensure_future(serve_pages(home, far, listener))
    near.sendall(bytes(KEY_BYTES))
    try:
        async with asyncio.timeout(WAIT_S):
            yield Served(port, near, serving)
    finally:
        near.close()
        await asyncio.wait({serving})
        far.close()
        listener.close()
    serving.result()


@asynccontextmanager
async def alone(folder: Path) -> AsyncIterator[Served]:
    """Have the pages of a home where nobody answers."""
    home = home_at(folder)
    home.prepare()
    async with served(home) as at:
        yield at


@asynccontextmanager
async def both(folder: Path) -> AsyncIterator[tuple[Desk, Served]]:
    """Have the pages of an open vault of two."""
    async with desk_for_two(folder) as desk, served(desk.home) as at:
        yield desk, at


def is_kept(answered: Answered) -> bool:
    """Whether an answer carries every header that keeps it to this browser."""
    return all(answered.headers.get(name.lower()) == value for name, value in HEADERS.items())


def is_turned_away(answered: Answered) -> bool:
    """Whether somebody got the few words that tell nothing."""
    return answered.status == 403 and ENGLISH["web.stranger"] in answered.text and is_kept(answered)


async def test_an_address_opens_once(tmp_path: Path) -> None:
    """It gives a cookie that no script can read and no other site sends, and is good for nothing after that."""
    async with alone(tmp_path) as at:
        address = at.invite()
        path = address.partition(f":{at.port}")[2]
        first = await away(at.stranger.get, path)
        again = await away(at.stranger.get, path)
        assert (first.status, again.status) == (200, 403)
        name, *flags = first.headers["set-cookie"].split("; ")
        assert sorted(flags) == ["HttpOnly", "Path=/", "SameSite=Strict"]
        assert name.startswith(f"seen-{at.port}=")
        assert "set-cookie" not in again.headers
        assert ENGLISH["web.used"] in again.text
        assert is_kept(first)
        assert is_kept(again)
        assert KEY.hex() not in first.text


@pytest.mark.parametrize("path", ["/in/", "/in/" + "00" * KEY_BYTES, "/in/%00", "/in/x/y"])
async def test_another_key_opens_nothing(tmp_path: Path, path: str) -> None:
    """Nor does it use up the one that was given out."""
    async with alone(tmp_path) as at:
        address = at.invite()
        answered = await away(at.stranger.get, path)
        assert answered.status in (403, 404)
        assert "set-cookie" not in answered.headers
        assert (await away(Browser.enter, address)).cookie


PATHS: Final = ("/", "/2", "/calm", "/static/style.css", "/news", "/file/1", "/step/1", "/nothing", "/favicon.ico")


@pytest.mark.parametrize("path", PATHS)
async def test_who_has_no_cookie_gets_the_same_everywhere(tmp_path: Path, path: str) -> None:
    """What there is at an address is not to be learned; nor with a cookie that was made up."""
    async with alone(tmp_path) as at:
        assert is_turned_away(await away(at.stranger.get, path))
        forged = replace(at.stranger, cookie=f"seen-{at.port}={'0' * 32}.{'0' * 64}")
        assert is_turned_away(await away(forged.get, path))
        assert is_turned_away(await away(forged.post, path))


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost:{port}", "127.0.0.1", "127.0.0.1:1", "[::1]:{port}", "", None]
)
async def test_another_name_leads_nowhere(tmp_path: Path, host: str | None) -> None:
    """A name that is made to lead here gets nothing, with the cookie or without, and opens nothing with a key."""
    async with alone(tmp_path) as at:
        browser = await at.enter()
        named = host and host.format(port=at.port)
        for path in ("/", "/static/style.css", "/nothing"):
            answered = await away(browser.get, path, host=named)
            assert answered.status in (400, 403)
            assert is_kept(answered)
        key = b"\x06" * KEY_BYTES
        path = at.invite(key).partition(f":{at.port}")[2]
        assert (await away(at.stranger.get, path, host=named)).status in (400, 403)
        assert (await away(at.stranger.get, path)).status == 200


@pytest.mark.parametrize(
    "said",
    [
        {"origin": "https://evil.example", "sec_fetch_site": "cross-site"},
        {"origin": "http://127.0.0.1:1", "sec_fetch_site": "same-site"},
        {"origin": "null", "sec_fetch_site": "cross-site"},
        {"origin": "https://evil.example", "sec_fetch_site": None},
        {"origin": None, "sec_fetch_site": None},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "cross-site"},
    ],
)
async def test_another_site_sends_no_form(tmp_path: Path, said: dict[str, str | None]) -> None:
    """Not even with the right cookie and the right token: a browser says from where it comes."""
    async with alone(tmp_path) as at:
        browser = await at.enter()
        assert is_turned_away(await away(browser.post, "/lock", None, **said))


@pytest.mark.parametrize("site_", ["same-site", "cross-site"])
async def test_another_site_looks_at_nothing(tmp_path: Path, site_: str) -> None:
    """No page, no file, no news, for a page of another site that a browser shows."""
    async with alone(tmp_path) as at:
        browser = await at.enter()
        for path in PATHS:
            assert is_turned_away(await away(browser.get, path, sec_fetch_site=site_))
        assert is_turned_away(await away(browser.get, "/", origin="https://evil.example"))


@pytest.mark.parametrize("token", ["", "0" * 64, "ä", None])
async def test_a_form_without_its_token_is_none(tmp_path: Path, token: str | None) -> None:
    """Also with the token of another browser, which was let in as well."""
    async with alone(tmp_path) as at:
        browser, other = await at.enter(), await at.enter()
        wrong = other.token if token is None else token
        assert is_turned_away(await away(browser.post, "/lock", {"csrf": wrong}))
        assert is_turned_away(await away(browser.send, "/lock", b""))
        assert (await away(browser.post, "/lock")).status == 303


@pytest.mark.parametrize("method", ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"])
async def test_no_other_method_does_anything(tmp_path: Path, method: str) -> None:
    """For a stranger as little as for a browser that was let in."""
    async with alone(tmp_path) as at:
        browser = await at.enter()
        ours: dict[str, str | None] = {"Origin": f"http://{browser.host}", "Sec-Fetch-Site": "same-origin"}
        for who in (browser, at.stranger):
            for path in ("/", "/lock", "/in/" + KEY.hex(), "/static/style.css"):
                answered = await away(who.ask, method, path, ours)
                assert answered.status in (400, 403, 404, 405)
                assert "access-control-allow-origin" not in answered.headers
                assert is_kept(answered)


async def test_a_socket_of_the_web_is_not_opened(tmp_path: Path) -> None:
    """Whoever asks for one gets a page or nothing, and never another protocol."""
    upgrade = {
        "connection": "Upgrade",
        "upgrade": "websocket",
        "sec_websocket_version": "13",
        "sec_websocket_key": "dGhlIHNhbXBsZSBub25jZQ==",
    }
    async with alone(tmp_path) as at:
        browser = await at.enter()
        for path in ("/", "/calm"):
            answered = await away(browser.get, path, **upgrade)
            assert (answered.status, "upgrade" in answered.headers) == (200, False)
            there = {**upgrade, "origin": "https://evil.example", "sec_fetch_site": "cross-site"}
            assert is_turned_away(await away(browser.get, path, **there))


TRAVERSALS: Final = (
    "/static/../site.py",
    "/static/..%2fsite.py",
    "/static/%2e%2e/site.py",
    "/static/....//site.py",
    "/static//etc/passwd",
    "/static/style.css%00.svg",
    "/static/.",
    "/file/../../vault",
    "/file/..%2f..%2fvault",
    "/file/1%00",
    "/file/-1",
    "/file/" + "9" * 5_000,
)


@pytest.mark.parametrize("path", TRAVERSALS)
async def test_no_path_leads_out(tmp_path: Path, path: str) -> None:
    """A file is one of those that belong to a page, or one that was written for this browser."""
    async with alone(tmp_path) as at:
        browser = await at.enter()
        answered = await away(browser.get, path)
        assert answered.status in (200, 404)
        assert "def " not in answered.text
        assert "root:" not in answered.text
        assert answered.headers["content-type"].startswith("text/html")
        assert is_kept(answered)


async def test_files_of_a_page_are_what_they_are(tmp_path: Path) -> None:
    """Each has its type, and is not stored either."""
    async with alone(tmp_path) as at:
        browser = await at.enter()
        for name in sorted(site.FILES):
            answered = await away(browser.get, f"/static/{name}")
            assert (answered.status, answered.body) == (200, (site.STATIC / name).read_bytes())
            assert answered.headers["content-type"].partition(";")[0] in site.KINDS.values()
            assert is_kept(answered)


MULTIPART: Final = "multipart/form-data; boundary=x"
BODIES: Final[dict[str, tuple[bytes, dict[str, str | None]]]] = {
    "no form": (b"{}", {"content_type": "application/json"}),
    "no type": (b"csrf=x", {"content_type": None}),
    "a type that is none": (b"csrf=x", {"content_type": "\x7f;;;=charset"}),
    "a charset that is none": (b"csrf=x", {"content_type": "application/x-www-form-urlencoded; charset=nonsense"}),
    "letters that are none": (b"csrf=\xff\xfe&%ff=%00", {}),
    "nothing but ands": (b"&" * 5_000, {}),
    "no boundary": (b"--x\r\n", {"content_type": "multipart/form-data"}),
    "a boundary that does not come": (b"nothing", {"content_type": MULTIPART}),
    "a part that does not end": (
        b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\nwords',
        {"content_type": MULTIPART},
    ),
    "a part that is none": (b"--x\r\n\x00\xff\r\n\r\n--x--", {"content_type": MULTIPART}),
    "a part of no name": (b"--x\r\n\r\nwords\r\n--x--", {"content_type": MULTIPART}),
    "letters in a part": (
        b'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n\xff\xfe\r\n--x--\r\n',
        {"content_type": MULTIPART},
    ),
    "a part in a packing": (
        b'--x\r\nContent-Disposition: form-data; name="f"\r\nContent-Encoding: gzip\r\n\r\nwords\r\n--x--\r\n',
        {"content_type": MULTIPART},
    ),
    "a packing that is none": (b"words", {"content_encoding": "gzip"}),
    "a packing that unfolds": (gzip.compress(b"csrf=" + bytes(40 * PAGE_BODY_BYTES_MAX)), {"content_encoding": "gzip"}),
    "a file": (
        b'--x\r\nContent-Disposition: form-data; name="csrf"; filename="a"\r\n\r\nwords\r\n--x--\r\n',
        {"content_type": MULTIPART},
    ),
    "too much": (b"csrf=" + b"x" * PAGE_BODY_BYTES_MAX, {}),
    "pieces that are none": (b"zz\r\nwords\r\n0\r\n\r\n", {"transfer_encoding": "chunked", "content_length": None}),
    "pieces that are too much": (
        b"%x\r\n%s\r\n0\r\n\r\n" % (PAGE_BODY_BYTES_MAX + 9, b"csrf=" + b"x" * (PAGE_BODY_BYTES_MAX + 4)),
        {"transfer_encoding": "chunked", "content_length": None},
    ),
    "a long header": (b"", {"x_long": "x" * 20_000}),
}


@pytest.mark.parametrize("name", BODIES)
async def test_what_is_no_form_changes_nothing(
    tmp_path: Path,
    name: str,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It gets a page with sentences, or is hung up on; nothing of it is logged, and the next one is served."""
    monkeypatch.setattr(site, "PAGE_BODY_S", 1)  # None of these is read, and one would be waited for.
    body, headers = BODIES[name]
    async with alone(tmp_path) as at:
        browser = await at.enter()
        answered = await away(browser.send, "/lock", body, **headers)
        assert 400 <= answered.status < 500
        assert is_kept(answered)
        assert "Traceback" not in answered.text
        assert (await away(browser.get, "/")).status == 200
    assert capfd.readouterr().err == ""
    assert caplog.text == ""


@pytest.mark.parametrize("more", [b"", b"zz\r\nwords\r\n0\r\n\r\n"], ids=["nothing", "pieces that are none"])
async def test_a_form_whose_end_does_not_come_is_given_up(
    tmp_path: Path, more: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when it was already waited for, which is where the server itself would wait for ever."""
    monkeypatch.setattr(site, "PAGE_BODY_S", 0.05)
    async with alone(tmp_path) as at:
        browser = await at.enter()
        head = (
            f"POST /lock HTTP/1.1\r\nHost: {browser.host}\r\nCookie: {browser.cookie}\r\n"
            f"Origin: http://{browser.host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n"
        )
        reader, writer = await asyncio.open_connection("127.0.0.1", at.port)
        writer.write(head.encode())
        assert b" 100 " in await reader.readuntil(b"\r\n\r\n")
        writer.write(more)
        assert b" 400 " in await reader.readline()
        writer.close()


MESSAGES: Final = (
    b"words\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: canary\r\nno header\r\n\r\n",
    b"GET / HTTP/9.9\r\nHost: canary\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"GET /%s HTTP/1.1\r\nHost: canary\r\n\r\n" % (b"x" * 20_000),
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 500 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: canary\r\nConnection: close\r\nExpect: nothing\r\n\r\n",
    b"POST / HTTP/1.1\r\nHost: canary\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
)


@pytest.mark.parametrize("said", MESSAGES, ids=range(len(MESSAGES)))
async def test_what_is_no_request_is_answered_without_a_word_of_it(
    tmp_path: Path, said: bytes, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """With the headers of every answer, and nothing in the log."""
    async with alone(tmp_path) as at:
        got = await away(raw, at.port, said)
        head, _, body = got.partition(b"\r\n\r\n")
        assert int(head.split()[1]) in (400, 403, 417)
        assert b"canary" not in got
        assert b"evil" not in got
        for name, value in HEADERS.items():
            assert f"{name}: {value}".encode() in head
        assert b"Traceback" not in body
    assert capfd.readouterr().err == ""
    assert caplog.text == ""


ODD: Final = bytes({*range(256)} - {*b"\r\n"})


async def test_whatever_bytes_come_the_next_one_is_served(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """A request in which anything is changed, cut or said twice is answered or hung up on, and that is all."""
    chance = random.Random(7)
    async with alone(tmp_path) as at:
        browser = await at.enter()
        body = f"csrf={browser.token}&form=mine&text=words".encode()
        head = (
            f"POST /say HTTP/1.1\r\nHost: {browser.host}\r\nCookie: {browser.cookie}\r\n"
            f"Origin: http://{browser.host}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        )
        # How long it is and that it is the last one stays true, so that each connection ends.
        end = f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body
        statuses = set()
        for _ in range(60):
            lines = [bytearray(line) for line in head.encode().split(b"\r\n")]
            for _ in range(chance.randint(0, 4)):
                line = chance.choice(lines[:-1])
                here, length = chance.randrange(len(line) + 1), chance.randint(0, 12)
                odd = bytes(chance.choice(ODD) for _ in range(length))
                line[here : here + length] = chance.choice([b"", odd, line[here : here + length] * 2])
            said = b"\r\n".join(lines)
            statuses.add((await away(raw, at.port, said + end)).split()[1])
        assert statuses <= {b"200", b"303", b"400", b"403", b"404", b"405", b"409", b"413", b"417"}
        assert {b"400", b"403"} < statuses
        assert (await away(browser.get, "/calm")).status == 200
    assert capfd.readouterr().err == ""
    assert caplog.text == ""


async def test_what_goes_wrong_has_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    """It says what is safe and what to do, and quotes nothing, there or in the log."""

    async def wrong(*_: object) -> None:
        raise KeyError("canary")

    async with alone(tmp_path) as at:
        browser = await at.enter()
        monkeypatch.setattr(site, "show", wrong)
        answered = await away(browser.get, "/")
        assert (answered.status, is_kept(answered)) == (500, True)
        assert ENGLISH["web.wrong.safe"] in answered.text
        assert "canary" not in answered.text
    assert "canary" not in capfd.readouterr().err


@pytest.mark.parametrize("owner", [NOBODY, 65_534])
async def test_another_user_of_this_computer_gets_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: int
) -> None:
    """With the right cookie too, and a key is not used up; where the system tells nothing, the rest has to do."""
    async with alone(tmp_path) as at:
        browser = await at.enter()
        monkeypatch.setattr(gate, "owner_of", lambda *_: owner)
        address = at.invite()
        assert is_turned_away(await away(browser.get, "/"))
        assert is_turned_away(await away(browser.post, "/lock"))
        assert is_turned_away(await away(at.stranger.get, address.partition(f":{at.port}")[2]))
        monkeypatch.setattr(gate, "owner_of", lambda *_: None)
        assert (await away(Browser.enter, address)).cookie


@pytest.mark.skipif(not Path("/proc/net/tcp6").exists(), reason="looks at connections where Linux lists them")
async def test_this_user_by_a_newer_socket_is_this_user(tmp_path: Path) -> None:
    """What wraps an older address is found in the other list."""
    async with alone(tmp_path) as at:
        said = f"GET /calm HTTP/1.1\r\nHost: 127.0.0.1:{at.port}\r\nConnection: close\r\n".encode()
        browser = await at.enter()
        cookie = f"Cookie: {browser.cookie}\r\n\r\n".encode()
        got = await away(raw, at.port, said + cookie, family=socket.AF_INET6)
        assert got.startswith(b"HTTP/1.1 200")


async def test_it_ends_with_its_agent(tmp_path: Path) -> None:
    """Nobody listens then; without a first word it does not even begin."""
    async with alone(tmp_path) as at:
        browser = await at.enter()
        at.channel.close()
        await at.serving
        with pytest.raises(ConnectionRefusedError):
            await away(browser.get, "/")
    near, far = pair()
    near.close()
    with far, socket.create_server(("127.0.0.1", 0)) as listener:
        await serve_pages(home_at(tmp_path), far, listener)


async def test_a_way_back_is_one_of_our_pages(tmp_path: Path) -> None:
    """Whatever a browser says where it was."""
    async with both(tmp_path) as (_, at):
        browser = await at.enter()
        ours = f"http://{browser.host}"
        ways = {
            f"{ours}/4": "/4",
            f"{ours}/4?x=y": "/4",
            f"{ours}//evil.example": "/",
            f"{ours}/\\evil.example": "/",
            f"{ours}/go": "/",
            "https://evil.example/4": "/",
            "": "/",
        }
        for before, to in ways.items():
            answered = await away(browser.post, "/go", {"command": "quiet off"}, referer=before)
            assert (answered.status, answered.to) == (303, to)


async def test_what_closing_a_browser_does(tmp_path: Path) -> None:
    """Each open page says that closing the browser locks nothing; once it is locked, that is nothing to say."""
    async with both(tmp_path) as (desk, at):
        browser = await at.enter()
        assert ENGLISH["web.closing"] in (await away(browser.get, "/4")).text
        await desk.lock()
        assert ENGLISH["web.closing"] not in (await away(browser.get, "/4")).text


async def test_a_header_can_not_be_written(tmp_path: Path) -> None:
    """A way back with the end of a line in it is none."""
    async with both(tmp_path) as (desk, at):
        browser = await at.enter()
        await desk.lock()
        for back in ("/4\r\nSet-Cookie: a=b", "/4%0d%0aSet-Cookie: a=b", "/\nX: y"):
            answered = await away(browser.post, "/unlock", {"passphrase": PASSPHRASE, "back": back})
            assert (answered.status, answered.to, answered.headers.get("set-cookie")) == (303, "/", None)
            await desk.lock()


async def test_a_file_is_fetched_once(tmp_path: Path) -> None:
    """By the browser that asked for it, under a name that says nothing; then it is gone."""
    async with both(tmp_path) as (desk, at):
        browser, other = await at.enter(), await at.enter()
        await away(browser.post, "/say", {"form": "mine", "text": "a canary"})
        step, page = await away(browser.begin, "export own")
        while 'name="question"' in page.text:
            # What is picked last is the most: with what is one's own alone, and yes.
            last = str(page.text.count('name="index"') - 1)
            await away(browser.reply, step, page, index=last)
            page = await away(browser.get, step)
        path = step.replace("step", "file")
        assert path in page.text
        assert (await away(other.get, path)).status == 404
        fetched = await away(browser.get, path)
        assert (fetched.status, b"a canary" in fetched.body) == (200, True)
        assert fetched.headers["content-disposition"] == 'attachment; filename="notes.md"'
        assert is_kept(fetched)
        assert (await away(browser.get, path)).status == 404
        assert list(desk.home.runtime.glob("out-*/*")) == []


async def test_news_is_told_and_ends_with_the_lock(tmp_path: Path) -> None:
    """A page that listens hears of it; listening is no use; and the lock is the last that it hears."""
    async with both(tmp_path) as (desk, at):
        browser = await at.enter()
        listening = asyncio.ensure_future(away(browser.get, "/news"))
        keeper = desk.inside.keeper
        assert keeper.household is not None
        news = keeper.household.news
        while not news._waiting:
            await asyncio.sleep(0)
        desk.inside.clocks.go(keeper.watch.idle_s)
        assert keeper.watch.look() is not None
        waited = set(news._waiting)
        news.tell()
        while not news._waiting - waited:
            await asyncio.sleep(0)
        await desk.lock()
        heard = await listening
        assert heard.headers["content-type"] == "text/event-stream"
        assert is_kept(heard)
        assert heard.text.startswith(f"data: {news.count}\n\n")
        assert heard.text.endswith("event: locked\ndata: locked\n\n")


@pytest.mark.parametrize("after", ["x", "-1", "9" * 5_000, "\u0663", "1&after=2", "%00"])
async def test_a_count_that_is_none_is_none(tmp_path: Path, after: str) -> None:
    """Whatever a page says from where it knows, it listens, or hears that there is more."""
    async with both(tmp_path) as (desk, at):
        browser = await at.enter()
        listening = asyncio.ensure_future(away(browser.get, f"/news?after={quote(after, safe='&=%')}"))
        while not desk.inside.keeper._listening:
            await asyncio.sleep(0)
        await desk.lock()
        heard = await listening
        assert (heard.status, is_kept(heard)) == (200, True)
        assert heard.text.endswith("event: locked\ndata: locked\n\n")


async def test_a_page_that_goes_away_ends_its_listening(tmp_path: Path) -> None:
    """Nothing is left of it in the keeper."""
    async with both(tmp_path) as (desk, at):
        browser = await at.enter()
        said = f"GET /news HTTP/1.1\r\nHost: {browser.host}\r\nCookie: {browser.cookie}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", at.port)) as connection:
            connection.sendall(said)
            while not desk.inside.keeper._listening:
                await asyncio.sleep(0)
        while desk.inside.keeper._listening:
            await asyncio.sleep(0)


async def test_a_page_that_looks_by_itself_is_known_by_its_header(tmp_path: Path) -> None:
    """It uses nothing, and takes nothing that is told once."""
    async with both(tmp_path) as (desk, at):
        browser = await at.enter()
        watch = desk.inside.keeper.watch
        await away(browser.post, "/say", {"form": "mine", "text": " "})
        desk.inside.clocks.go(watch.idle_s - 1)
        assert "nothing to keep" not in (await away(browser.get, "/4", x_live="1")).text
        desk.inside.clocks.go(1)
        assert watch.look() is not None

"""A real agent, a real keeper, and the real process of the pages, over loopback: what leaks, what lasts, what ends."""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.contracts.browser import Answered, Browser, raw
from tests.system.test_app import PASSPHRASE, House, for_two, gone, memory_of
from troth_app.messages import tell
from troth_app.web.telling import ENGLISH

ROLES: Final = ("agent", "keeper", "pages")
CANARY: Final = "a canary in words"
NOBODY: Final = 65_534
ASKING: Final = """
import socket, sys
family = socket.AF_INET6 if sys.argv[1] == "newer" else socket.AF_INET
with socket.socket(family) as connection:
    connection.settimeout(60)
    connection.connect(("::ffff:127.0.0.1" if family == socket.AF_INET6 else "127.0.0.1", int(sys.argv[2])))
    connection.sendall(sys.stdin.buffer.read())
    while more := connection.recv(65536):
        sys.stdout.buffer.write(more)
"""

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="looks at processes where Linux lists them"
)


class Served(House):
    """A house with pages."""

    def address(self) -> str:
        """Return an address that lets one browser in."""
        return str(json.loads(self.ok("web", "--json"))["address"])

    def enter(self) -> Browser:
        """Let a browser in."""
        return Browser.enter(self.address())

    def pid(self, role: str) -> int:
        """Return the one process in a role."""
        (pid,) = self.pids(role)
        return pid

    def end(self) -> None:
        """Leave nothing running."""
        for role in ROLES:
            for pid in self.pids(role):
                os.kill(pid, signal.SIGKILL)

    def mine(self) -> list[str]:
        """Return what is kept for oneself alone."""
        if self.state() != "open":
            self.ok("unlock", typed=f"{PASSPHRASE}\n")
        return list(json.loads(self.ok("mine", "list", "--json"))["entries"])


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Served]:
    """A house with an open vault."""
    made = Served(tmp_path / "home")
    try:
        made.make()
        yield made
    finally:
        made.end()


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that happens elsewhere."""
    while not holds():
        select.select([], [], [], 0.01)


def seen(house: Served) -> bytes:
    """Return what any process of a house shows to others, and every byte that it keeps."""
    shown = [
        Path(f"/proc/{pid}/{name}").read_bytes()
        for role in ROLES
        for pid in house.pids(role)
        for name in ("cmdline", "environ")
    ]
    return b"".join([*shown, *(path.read_bytes() for path in house.folder.rglob("*") if path.is_file())])


def test_nothing_that_was_typed_reaches_the_system(house: Served) -> None:
    """No word, passphrase or key stands in an argument, an environment, a log, or a file that lies open."""
    address = house.address()
    browser = Browser.enter(address)
    browser.post("/say", {"form": "mine", "text": CANARY})
    browser.post("/draft", {"form": "mine", "fields": json.dumps({"text": CANARY})})
    browser.follow(browser.post("/7", {"words": CANARY}))
    step, page = browser.begin("mine add")
    browser.reply(step, page, answer=CANARY)
    browser.send("/say", b"\xff" + CANARY.encode(), content_type="multipart/form-data; boundary=x")
    browser.post("/say", {"form": CANARY, "text": CANARY, "csrf": "0"})
    raw(browser.port, f"GET /{CANARY} HTTP/1.1\r\n{CANARY}\r\n\r\n".encode())
    browser.post("/lock")
    until(lambda: browser.get("/calm").status == 200)
    browser.post("/unlock", {"passphrase": f"{PASSPHRASE} {CANARY}"})
    browser.post("/unlock", {"passphrase": PASSPHRASE})
    assert CANARY in house.mine()
    shown = seen(house)
    secrets = (CANARY, PASSPHRASE, address.rpartition("/")[2], browser.cookie.partition("=")[2], browser.token)
    assert [secret for secret in secrets if secret.encode() in shown] == []
    assert house.home.log.read_bytes() == b""


def test_a_lock_leaves_no_word_in_the_pages(house: Served) -> None:
    """Another process takes their place, which knows nothing; the browser stays let in, and its address the same."""
    browser = house.enter()
    browser.post("/say", {"form": "mine", "text": CANARY})
    assert CANARY in browser.get("/4").text
    before = house.pid("pages")
    try:
        assert CANARY.encode() in memory_of(before)
    except PermissionError:
        pytest.skip("this system lets no process read another's memory")
    assert browser.post("/lock").to == "/"
    until(lambda: gone(before))
    locked = browser.get("/4")
    assert (locked.status, CANARY in locked.text, ENGLISH["web.locked"] in locked.text) == (200, False, True)
    assert house.pid("pages") != before
    memory = memory_of(house.pid("pages"))
    assert b"troth_app" in memory
    assert CANARY.encode() not in memory
    assert PASSPHRASE.encode() not in memory


def test_leaving_locks_before_it_answers(house: Served) -> None:
    """When the browser is told to go, the keeper is gone, and what it goes to says nothing."""
    browser = house.enter()
    keeper = house.pid("keeper")
    answered = browser.post("/exit")
    assert gone(keeper)
    assert (answered.status, answered.to) == (303, "/calm")
    calm = browser.follow(answered)
    assert calm.status == 200
    assert "troth" not in calm.text.lower()
    assert house.state() == "locked"


def test_two_browsers_have_their_own(house: Served) -> None:
    """A conversation of one is not to be seen or answered by the other, and each is told its own."""
    one, other = house.enter(), house.enter()
    step, page = one.begin("mine add")
    assert other.get(step).status == 303
    taken = other.post(step, {"question": page.question, "answer": "from elsewhere"})
    assert "from elsewhere" in taken.text
    assert one.reply(step, page, answer="from here").to == "/"
    assert tell("kept.mine") not in other.get("/4").text
    assert tell("kept.mine") in one.get("/4").text
    assert house.mine() == ["from here"]


def test_what_was_answered_elsewhere_is_answered_once(house: Served) -> None:
    """Two tabs at one question: the second is told, and keeps its words."""
    browser = house.enter()
    step, page = browser.begin("mine add")
    assert browser.reply(step, page, answer="first").status == 303
    late = browser.reply(step, page, answer="second")
    assert late.status == 409
    assert "second" in late.text
    assert ENGLISH["web.late.why"] in late.text
    assert house.mine() == ["first"]


def test_a_keeper_that_is_killed_between_question_and_answer(house: Served) -> None:
    """The page says what is safe and how to go on, and what was typed is kept, sealed, or stands there again."""
    browser = house.enter()
    step, page = browser.begin("mine add")
    os.kill(house.pid("keeper"), signal.SIGKILL)
    try:
        answered = browser.reply(step, page, answer=CANARY)
    except ConnectionError:
        # The old process was just ending: a browser that sends it once more reaches the next one.
        answered = browser.reply(step, page, answer=CANARY)
    assert answered.status in (200, 409)
    safe = ("Nothing was kept.", ENGLISH["web.late.why"], ENGLISH["web.kept_sealed"])
    assert any(said in answered.text for said in safe)
    if answered.status == 409:
        assert CANARY in answered.text
    else:
        assert set(house.mine()) == {CANARY}


def test_a_lock_while_a_form_is_typed_keeps_the_words(house: Served) -> None:
    """A draft survives, and so does what is sent into the lock."""
    browser = house.enter()
    browser.get("/4")
    assert browser.post("/draft", {"form": "mine", "fields": json.dumps({"text": "half a sentence"})}).status == 204
    house.ok("lock")
    answered = browser.post("/say", {"form": "mine", "text": CANARY})
    assert ENGLISH["web.kept_sealed"] in answered.text or answered.status == 303
    assert CANARY not in answered.text
    assert house.mine() == [CANARY]
    browser.get("/calm")
    assert "half a sentence" in browser.get("/4").text


def test_an_agent_that_is_killed_takes_the_pages_along(house: Served) -> None:
    """Nobody serves then, and what a browser gets is no page; a new agent begins anew."""
    browser = house.enter()
    pages, keeper = house.pid("pages"), house.pid("keeper")
    os.kill(house.pid("agent"), signal.SIGKILL)
    until(lambda: gone(pages) and gone(keeper))
    with pytest.raises(ConnectionError):
        browser.get("/")
    again = house.enter()
    assert ENGLISH["web.locked"] in again.get("/").text
    old = Browser(again.host, cookie=browser.cookie, token=browser.token)
    assert old.get("/").status == 403


def test_a_file_lies_in_a_private_folder_until_it_is_fetched(house: Served) -> None:
    """Then it is gone; one that was never fetched goes with the lock."""
    browser = house.enter()
    browser.post("/say", {"form": "mine", "text": CANARY})
    for fetched in (True, False):
        step, page = browser.begin("export own")
        while 'name="question"' in page.text:
            page = _most(browser, step, page)
        (file,) = house.home.runtime.glob("out-*/*")
        assert file.parent.stat().st_mode & 0o077 == 0
        if fetched:
            assert CANARY.encode() in browser.get(step.replace("step", "file")).body
            assert not file.exists()
    house.ok("lock")
    until(lambda: not [*house.home.runtime.glob("out-*/*")])


def _most(browser: Browser, step: str, page: Answered) -> Answered:
    """Pick what is picked last: the most."""
    browser.reply(step, page, index=str(page.text.count('name="index"') - 1))
    return browser.get(step)


@pytest.mark.skipif(os.getuid() != 0, reason="takes root to be somebody else")
@pytest.mark.parametrize("family", ["older", "newer"])
def test_another_user_of_this_computer_gets_nothing(house: Served, family: str) -> None:
    """With a cookie that was stolen and every right header, by either kind of socket; and a key is not used up."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("missing program: setpriv")
    browser, address = house.enter(), house.address()
    lines = [f"Host: {browser.host}", f"Cookie: {browser.cookie}", "Connection: close"]
    asked = {
        "page": ["GET / HTTP/1.1", *lines],
        "key": [f"GET {address.partition(browser.host)[2]} HTTP/1.1", *lines],
    }
    somebody = [setpriv, f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    for request in asked.values():
        said = "\r\n".join([*request, "", ""]).encode()
        ours = _say([sys.executable, "-I", "-c", ASKING, family, str(browser.port)], said)
        theirs = _say([*somebody, "/usr/bin/env", "python3", "-I", "-c", ASKING, family, str(browser.port)], said)
        assert theirs.startswith(b"HTTP/1.1 403")
        assert ENGLISH["web.stranger"].encode() in theirs
        if request is asked["page"]:
            assert ours.startswith(b"HTTP/1.1 200")
    assert house.state() == "open"


def _say(command: list[str], said: bytes) -> bytes:
    done = subprocess.run(command, input=said, capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_listens_to_this_computer_alone(house: Served) -> None:
    """No other address of the machine answers."""
    port = house.enter().port
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")]
    assert listening == [f"0100007F:{port:04X}"]
    with pytest.raises(OSError, match=r"."), socket.create_connection(("::1", port)):
        pass


def test_the_other_persons_words_stay_text(tmp_path: Path) -> None:
    """Names, titles and words with markup in them run nothing, on every page that shows them."""
    house = Served(tmp_path / "home")
    markup = "<img src=x onerror=alert(1)> & </title><script>alert(1)</script>"
    try:
        for_two(house)
        house.ok("unlock", typed=f"{PASSPHRASE}\n")
        browser = house.enter()
        browser.post("/say", {"form": "checkin", "feelings": markup, "as": "share"})
        browser.post("/say", {"form": "mine", "text": markup})
        browser.post("/draft", {"form": "checkin", "fields": json.dumps({"need": f'"></textarea>{markup}'})})
        found = [browser.get(path) for path in ("/", "/4")]
        found.append(browser.follow(browser.post("/7", {"words": markup})))
        for page in found:
            assert page.status == 200
            assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
            assert "<script>alert" not in page.text
            assert "<img src=x" not in page.text
            assert "</textarea><img" not in page.text
    finally:
        house.end()

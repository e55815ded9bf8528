"""The server of the pages: loopback alone, and the only importer of aiohttp in the app.

It looks at who asks before at what is asked. What a page does is a conversation with the agent of this home, the same
as a terminal has; what stands here is how a browser comes to it.
"""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from aiohttp import web

from troth_app.home import Home
from troth_app.limits import PAGE_BODY_BYTES_MAX, PAGES_END_S
from troth_app.pages_process import KEY_BYTES
from troth_app.web import gate
from troth_app.web.forms import take
from troth_app.web.host import Host
from troth_app.web.pages import Pages, month_of
from troth_app.web.replies import Context, Page, Reply, See
from troth_app.web.rooms import show
from troth_app.web.telling import ENGLISH
from troth_app.web.visit import begin
from troth_app.web.visitors import Visitors

__all__ = ["serve_pages"]

COOKIE: Final = "seen-{port}"
LIVE: Final = "X-Live"
"""With this a page asks for itself again."""
STATIC: Final = Path(__file__).parent / "static"
KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FILES: Final = frozenset(path.name for path in STATIC.glob("*"))


class Site:
    """Serves one home's pages."""

    def __init__(self, home: Home, secret: bytes, port: int, clock: Callable[[], float]) -> None:
        """Let nobody in yet."""
        self.address = f"127.0.0.1:{port}"
        self.visitors = Visitors(secret, os.urandom)
        self.clock = clock
        self._home = home
        self._port = port
        self._cookie = COOKIE.format(port=port)
        self._pages = Pages()
        self._host = Host(home, self.visitors, clock)
        self._owners: WeakKeyDictionary[Any, bool] = WeakKeyDictionary()

    def app(self) -> web.Application:
        """Return the application."""
        app = web.Application(middlewares=[self._admit], client_max_size=PAGE_BODY_BYTES_MAX)
        app.router.add_get("/in/{key}", self._enter)
        app.router.add_get("/static/{name}", self._static)
        app.router.add_get("/calm", self._calm)
        app.router.add_get("/news", self._news)
        app.router.add_get("/file/{number}", self._file)
        app.router.add_get("/{path:.*}", self._get)
        app.router.add_post("/{path:.*}", self._post)
        return app

    @web.middleware
    async def _admit(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Look at who asks, and put on every answer what keeps it to this browser."""
        try:
            if not self._is_welcome(request):
                return self._closed("stranger", status=403)
            return await handler(request)
        except web.HTTPRequestEntityTooLarge:
            return self._closed("too_much", status=413)
        except web.HTTPException as error:
            return self._closed("nothing", status=error.status)

    def _is_welcome(self, request: web.Request) -> bool:
        if not self._is_ours(request) or not gate.is_for_us(request.headers, self.address):
            return False
        if request.path.startswith("/in/"):
            return request.method == "GET"
        changes = request.method != "GET"
        return gate.comes_from_us(request.headers, self.address, changes=changes) and self.visitors.knows(
            request.cookies.get(self._cookie, "")
        )

    def _is_ours(self, request: web.Request) -> bool:
        """Whether this user of the machine is at the other end, as far as the system tells."""
        transport = request.transport
        if transport is None:
            return False
        if transport not in self._owners:
            peer, here = transport.get_extra_info("peername"), transport.get_extra_info("sockname")
            self._owners[transport] = gate.owner_of(peer[:2], here[:2]) in (None, os.getuid())
        return self._owners[transport]

    async def _enter(self, request: web.Request) -> web.StreamResponse:
        cookie = self.visitors.admit(request.match_info["key"], now_s=self.clock())
        if cookie is None:
            return self._closed("used", status=403)
        # No redirect: a browser that was led here from elsewhere would not send the cookie along.
        answer = self._html("closed", {"title": ENGLISH["web.enter"], "lines": [], "onward": "/"})
        answer.set_cookie(self._cookie, cookie, httponly=True, samesite="Strict", path="/")
        return answer

    async def _static(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in FILES:
            raise web.HTTPNotFound
        kind = KINDS[Path(name).suffix]
        return web.Response(body=(STATIC / name).read_bytes(), headers=gate.HEADERS, content_type=kind, charset="utf-8")

    async def _calm(self, _: web.Request) -> web.StreamResponse:
        return self._html("calm", month_of(date.today()))

    async def _get(self, request: web.Request) -> web.StreamResponse:
        return self._answer(await show(self._host, self._see(request)))

    async def _post(self, request: web.Request) -> web.StreamResponse:
        form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        see = self._see(request)
        if not self.visitors.is_token(see.cookie, form.get("csrf", "")):
            return self._closed("stranger", status=403)
        return self._answer(await take(self._host, see, form))

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """Give a file that a conversation wrote, once."""
        found = self._host.file(self._see(request), request.match_info["number"])
        if found is None:
            raise web.HTTPNotFound
        try:
            body = found.read_bytes()
        finally:
            found.unlink(missing_ok=True)
        headers = {**gate.HEADERS, "Content-Disposition": f'attachment; filename="{found.name}"'}
        return web.Response(body=body, headers=headers, content_type="application/octet-stream")

    async def _news(self, request: web.Request) -> web.StreamResponse:
        """Tell a page that something is new, until it goes or the vault closes."""
        answer = web.StreamResponse(headers={**gate.HEADERS, "Content-Type": "text/event-stream"})
        await answer.prepare(request)
        visit = begin(self._home, "pages news")
        try:
            async for _ in visit.told():
                await answer.write(b"data: new\n\n")
            await answer.write(b"event: locked\ndata: locked\n\n")
        except ConnectionResetError:
            return answer  # The page is gone: that is how a page ends.
        finally:
            await visit.close()
        return answer

    def _see(self, request: web.Request) -> See:
        referer = request.headers.get("Referer", "")
        ours = f"http://{self.address}"
        before = referer.removeprefix(ours).partition("?")[0] if referer.startswith(f"{ours}/") else "/"
        return See(
            path=request.path, cookie=request.cookies.get(self._cookie, ""), before=before, live=LIVE in request.headers
        )

    def _answer(self, reply: Reply) -> web.StreamResponse:
        if isinstance(reply, Page):
            return self._html(reply.name, reply.context, status=reply.status)
        onward = {"Location": reply.to} if reply.to else {}
        return web.Response(status=reply.status, headers={**gate.HEADERS, **onward})

    def _html(self, name: str, context: Context, *, status: int = 200) -> web.Response:
        text = self._pages.write(name, context)
        return web.Response(text=text, status=status, headers=gate.HEADERS, content_type="text/html", charset="utf-8")

    def _closed(self, key: str, *, status: int) -> web.Response:
        lines = [ENGLISH[f"web.{key}.safe"], ENGLISH[f"web.{key}.do"]]
        return self._html("closed", {"title": ENGLISH[f"web.{key}"], "lines": lines, "onward": ""}, status=status)


async def serve_pages(home: Home, channel: socket.socket, listener: socket.socket) -> None:
    """Serve until the agent hangs up.

    Args:
        home: Whose pages.
        channel: From the agent: a secret first, then a key for each browser that may come in.
        listener: Where browsers connect.
    """
    loop = asyncio.get_running_loop()
    channel.setblocking(False)
    secret = await _read(channel)
    if secret is None:
        return
    site = Site(home, secret, listener.getsockname()[1], loop.time)
    runner = web.AppRunner(site.app(), access_log=None, shutdown_timeout=PAGES_END_S / 2, handler_cancellation=True)
    await runner.setup()
    try:
        await web.SockSite(runner, listener).start()
        while (key := await _read(channel)) is not None:
            site.visitors.invite(key, now_s=loop.time())
    finally:
        await runner.cleanup()


async def _read(channel: socket.socket) -> bytes | None:
    """Return what the agent says next; None if it hung up."""
    received = b""
    with suppress(OSError):
        while len(received) < KEY_BYTES:
            more = await asyncio.get_running_loop().sock_recv(channel, KEY_BYTES - len(received))
            if not more:
                return None
            received += more
        return received
    return None

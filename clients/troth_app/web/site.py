"""The server of the pages: loopback alone, and the only importer of aiohttp in the app.

It looks at who asks before at what is asked. What a page does is a conversation with the agent of this home, the same
as a terminal has; what stands here is how a browser comes to it.
"""

import asyncio
import json
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

from aiohttp import web

from troth_app.conversation import Say
from troth_app.home import Home
from troth_app.limits import PAGE_BODY_BYTES_MAX, PAGE_BODY_S, PAGES_END_S
from troth_app.pages_process import KEY_BYTES
from troth_app.web import gate
from troth_app.web.forms import take
from troth_app.web.host import Host
from troth_app.web.pages import Pages, month_of
from troth_app.web.replies import Context, Page, Reply, See
from troth_app.web.rooms import place_of, show
from troth_app.web.telling import tell
from troth_app.web.visit import begin
from troth_app.web.visitors import Visitors

__all__ = ["serve_pages"]

COOKIE: Final = "seen-{port}"
LIVE: Final = "X-Live"
COUNT_DIGITS: Final = 12
"""With this a page asks for itself again."""
STATIC: Final = Path(__file__).parent / "static"
KINDS: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
FILES: Final = frozenset(path.name for path in STATIC.glob("*"))
ENTER: Final = "enter"
"""The one route that is for whoever has a key, and not a cookie yet."""
BAD_REQUEST: Final = 400
WENT_WRONG: Final = 500
SILENT: Final = logging.getLogger(__name__)
"""What a browser sent is quoted nowhere."""
SILENT.disabled = True


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

    async def close(self) -> None:
        """Leave nothing behind."""
        await self._host.close()

    def app(self) -> web.Application:
        """Return the application."""
        app = web.Application(middlewares=[self._admit], client_max_size=PAGE_BODY_BYTES_MAX)
        app.on_response_prepare.append(_keep_to_this_browser)
        app.router.add_get("/in/{key}", self._enter, name=ENTER, allow_head=False)
        app.router.add_get("/static/{name}", self._static, allow_head=False)
        app.router.add_get("/calm", self._calm, allow_head=False)
        app.router.add_get("/news", self._news, allow_head=False)
        app.router.add_get("/file/{number}", self._file, allow_head=False)
        app.router.add_get("/{path:.*}", self._get, allow_head=False)
        app.router.add_post("/{path:.*}", self._post)
        return app

    @web.middleware
    async def _admit(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Look at who asks, and have a page for whatever goes wrong."""
        try:
            if not self._is_welcome(request):
                return self._closed("stranger", status=403)
            return await handler(request)
        except web.HTTPRequestEntityTooLarge:
            return self._closed("too_much", status=413)
        except web.HTTPException as error:
            return self._closed("nothing", status=error.status)
        except ConnectionError:
            raise  # The browser is gone.
        except Exception:
            return self._closed("wrong", status=WENT_WRONG)

    def _is_welcome(self, request: web.Request) -> bool:
        if not self._is_ours(request) or not gate.is_for_us(request.headers, self.address):
            return False
        # By its route and not by its path: what a path says depends on who reads it.
        if request.match_info.route.name == ENTER:
            return True
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
        answer = self._html("closed", {"title": tell("web.enter"), "lines": [], "onward": "/"})
        answer.set_cookie(self._cookie, cookie, httponly=True, samesite="Strict", path="/")
        return answer

    async def _static(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        if name not in FILES:
            raise web.HTTPNotFound
        kind = KINDS[Path(name).suffix]
        return web.Response(body=(STATIC / name).read_bytes(), content_type=kind, charset="utf-8")

    async def _calm(self, _: web.Request) -> web.StreamResponse:
        return self._html("calm", month_of(date.today()))

    async def _get(self, request: web.Request) -> web.StreamResponse:
        see = self._see(request)
        return self._answer(await show(self._host.glancing() if see.live else self._host, see))

    async def _post(self, request: web.Request) -> web.StreamResponse:
        try:
            # The server leaves a body waiting whose later pieces are none.
            async with asyncio.timeout(PAGE_BODY_S):
                form = {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
        except (ConnectionError, web.HTTPException):
            raise
        except Exception:
            # Bodies can be wrong in more ways than their reader has names for.
            return self._closed("unread", status=BAD_REQUEST)
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
        headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
        return web.Response(body=body, headers=headers, content_type="application/octet-stream")

    async def _news(self, request: web.Request) -> web.StreamResponse:
        """Tell a page that something is new, until it goes or the vault closes."""
        answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await answer.prepare(request)
        after = request.query.get("after", "")[:COUNT_DIGITS]
        visit = begin(self._home, "pages news", {"after": int(after)} if after.isdecimal() else {})
        try:
            # A page that is gone: that is how a page ends.
            with suppress(ConnectionResetError):
                async for said in visit.told():
                    if isinstance(said, Say):
                        await answer.write(f"data: {json.loads(said.text)['new']}\n\n".encode())
                await answer.write(b"event: locked\ndata: locked\n\n")
        finally:
            await visit.close()
        return answer

    def _see(self, request: web.Request) -> See:
        _, _, before = request.headers.get("Referer", "").partition(f"http://{self.address}")
        return See(
            path=request.path,
            cookie=request.cookies.get(self._cookie, ""),
            before=place_of(before.partition("?")[0]),
            live=LIVE in request.headers,
        )

    def _answer(self, reply: Reply) -> web.StreamResponse:
        if isinstance(reply, Page):
            return self._html(reply.name, reply.context, status=reply.status)
        return web.Response(status=reply.status, headers={"Location": reply.to} if reply.to else {})

    def _html(self, name: str, context: Context, *, status: int = 200) -> web.Response:
        text = self._pages.write(name, context)
        return web.Response(text=text, status=status, content_type="text/html", charset="utf-8")

    def _closed(self, key: str, *, status: int) -> web.Response:
        lines = [tell(f"web.{key}.safe"), tell(f"web.{key}.do")]
        return self._html("closed", {"title": tell(f"web.{key}"), "lines": lines, "onward": ""}, status=status)


class Door(web.RequestHandler):
    """One connection: what is no request, or is none to the end, gets as little as a stranger."""

    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = WENT_WRONG,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer without a word of what was sent."""
        super().handle_error(request, status, exc, message)
        answer = web.Response(status=status, headers=gate.HEADERS)
        answer.force_close()
        return answer


async def _keep_to_this_browser(_: web.Request, answer: web.StreamResponse) -> None:
    answer.headers.update(gate.HEADERS)


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
    runner = web.AppRunner(site.app(), shutdown_timeout=PAGES_END_S - 1, handler_cancellation=True)
    await runner.setup()
    assert runner.server is not None, "it is set up"
    door = partial(Door, runner.server, loop=loop, access_log=SILENT, logger=SILENT)
    server = await loop.create_server(door, sock=listener)
    try:
        while (key := await _read(channel)) is not None:
            site.visitors.invite(key, now_s=loop.time())
    finally:
        server.close()
        await site.close()
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

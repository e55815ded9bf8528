"""Where the operator's orders are taken while the relay runs: a socket beside the database, for its owner alone.

Both ends look who is at the other one: the relay obeys its own user and root, and a command tells its order only to
who owns the database, or root.
"""

import asyncio
import logging
import os
import socket
import stat
import struct
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self

from troth_relay import limits
from troth_relay.orders import READING, Answer, Order, pack, pack_answer, parse, parse_answer
from troth_wire.errors import ListenError, LocalError, MalformedError, UsageError

__all__ = ["Office", "ask", "beside"]

CarryOut = Callable[[Order], Awaitable[Answer]]

LOG: Final = logging.getLogger("troth_relay")
BACKLOG: Final = 4
ROOT: Final = 0
PATH_BYTES_MAX: Final = 100
"""What fits the address of a socket everywhere."""
CREDENTIALS: Final = struct.Struct("3i")
"""Linux's `ucred`: pid, uid, gid."""


def beside(database: Path) -> Path:
    """Return where the socket of a database's relay is."""
    return database.with_name(database.name + ".socket")


class Office:
    """A socket that listens for orders; made by `open`, ended by `close`."""

    def __init__(self, path: Path, carry_out: CarryOut) -> None:
        """Take orders at a path, and have them carried out; `open` does so."""
        self._path = path
        self._carry_out = carry_out
        self._server: asyncio.Server | None = None
        self._conversations: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, path: Path, carry_out: CarryOut) -> Self:
        """Listen; what an earlier relay left there is removed.

        Raises:
            ListenError: If that can not be, or there is something else.
        """
        office = cls(path, carry_out)
        listener = _listen(path)
        office._server = await asyncio.start_unix_server(office._greet, sock=listener, limit=limits.ORDER_BYTES_MAX)
        return office

    async def close(self) -> None:
        """Take no more orders, and finish those that were taken."""
        assert self._server is not None
        self._server.close()
        self._path.unlink(missing_ok=True)
        await asyncio.gather(*self._conversations, return_exceptions=True)
        # Also for those that were accepted and have not come as far as a conversation.
        await self._server.wait_closed()

    def _greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Not a coroutine: one that has not begun when the relay ends would never close what it was given.
        conversation = asyncio.get_running_loop().create_task(self._receive(reader, writer))
        self._conversations.add(conversation)
        conversation.add_done_callback(self._conversations.discard)

    async def _receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if len(self._conversations) <= limits.ORDERS_MAX and _owner(writer) in (None, ROOT, os.getuid()):
                await self._converse(reader, writer)
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(limits.ORDER_WAIT_S):
                order = parse(await reader.readline())
            answer: Answer | UsageError | LocalError = await self._carry_out(order)
        except MalformedError:
            answer = UsageError("This relay does not know that order. Nothing was changed. Use its own release.")
        except (UsageError, LocalError) as error:
            answer = error
        except (TimeoutError, ValueError, ConnectionError):
            # Nothing, or too much, was said in its time.
            return
        except Exception:
            # We are broken; the relay goes on, and who asked hears that there is no answer.
            LOG.exception("An order failed in a way that was not foreseen.")
            answer = LocalError("The order failed in a way that was not foreseen. Look at the log of the relay.")
        writer.write(pack_answer(answer))


def _owner(writer: asyncio.StreamWriter) -> int | None:
    connection: socket.socket = writer.get_extra_info("socket")
    return _user(connection)


def _user(connection: socket.socket) -> int | None:
    """Return who is at the other end; None where the system does not tell, and the file's mode has to do."""
    if not hasattr(socket, "SO_PEERCRED"):
        return None
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, CREDENTIALS.size)
    user: int = CREDENTIALS.unpack(found)[1]
    return user


def _listen(path: Path) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    try:
        if path.exists() and not stat.S_ISSOCK(path.lstat().st_mode):
            raise FileExistsError(None, "something else is there")
        path.unlink(missing_ok=True)
        with _short(path) as name:
            listener.bind(name)
        # Before it listens: nobody gets in between.
        path.chmod(0o600)
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ListenError(
            f"Orders can not be taken at {path}: {error.strerror}. The relay serves all the same. "
            "Stop it for what changes the database, or make that place free and start it again."
        ) from error
    listener.setblocking(False)
    return listener


@contextmanager
def _short(path: Path) -> Iterator[str]:
    """Name a path so that it fits an address; a long one goes by an open folder, where the system has that."""
    if len(os.fsencode(path)) <= PATH_BYTES_MAX:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


def ask(database: Path, order: Order) -> Answer | None:
    """Have a running relay carry an order out; None: none takes orders for this database.

    Raises:
        UsageError: If the order made no sense.
        LocalError: If it could not be carried out, or somebody else listens there.
    """
    if not hasattr(socket, "AF_UNIX"):
        return None
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            with _short(beside(database)) as name:
                connection.connect(name)
        except OSError:
            return None
        if _user(connection) not in (None, ROOT, os.getuid(), database.stat().st_uid):
            raise LocalError(f"Who listens at {beside(database)} does not own the database. Nothing was told to them.")
        return parse_answer(_converse(connection, order))


def _converse(connection: socket.socket, order: Order) -> bytes:
    wait_s = limits.LOOK_WAIT_S if order.verb in READING else limits.ANSWER_WAIT_S
    try:
        connection.settimeout(wait_s)
        connection.sendall(pack(order))
        with connection.makefile("rb") as file:
            return file.readline(limits.ANSWER_BYTES_MAX)
    except TimeoutError as error:
        raise LocalError(
            f"The relay has not answered in {wait_s} s. What it has confirmed is safe. "
            "Look whether it hangs, or its disk does: `troth-relay healthcheck` and its log say more."
        ) from error
    except OSError:
        # As one that ended in the middle: the answer is what can not be read then.
        return b""

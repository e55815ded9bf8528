"""All mailboxes of a space over one link: the one that is written to, those that it followed on, and meetings.

Which of them is written to, `passage` decides; here is only who stands where on this link.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from troth.follower import Follower
from troth.step import HangUp, Row
from troth_wire.errors import MalformedError
from troth_wire.ids import MailboxId
from troth_wire.limits import WIRE_VERSION
from troth_wire.messages import Hello, MailboxKind, Message, Refuse
from troth_wire.said import Said

__all__ = ["Line"]

OTHER_VERSION: Final = Said("this relay speaks another version")


class Line:
    """The followers of one link, and which of them is the target of what this device writes."""

    def __init__(self, target: Follower) -> None:
        self._followers = {target.mailbox: target}
        self._target: MailboxId | None = target.mailbox
        self._host: str | None = None
        self._hello: Hello | None = None

    def __iter__(self) -> Iterator[Follower]:
        return iter(tuple(self._followers.values()))

    def __contains__(self, mailbox: object) -> bool:
        return mailbox in self._followers

    def __getitem__(self, mailbox: MailboxId) -> Follower:
        return self._followers[mailbox]

    @property
    def up(self) -> bool:
        """Whether there is a link."""
        return self._host is not None

    @property
    def target(self) -> Follower | None:
        """Where this device writes; None where nobody would read it."""
        return self._followers.get(self._target) if self._target is not None else None

    @property
    def logs(self) -> list[Follower]:
        """All that is no meeting."""
        return [at for at in self if at.kind is MailboxKind.LOG]

    @property
    def others(self) -> list[Follower]:
        """The logs beside the target."""
        return [at for at in self.logs if at.mailbox != self._target]

    @property
    def read(self) -> bool:
        """Whether everything was read that the relay has of these mailboxes."""
        return self._hello is not None and all(follower.read for follower in self)

    @property
    def caught_up(self) -> bool:
        """Whether everything was read and the target takes entries, so that pushing is allowed."""
        target = self.target
        return self.read and target is not None and target.open_

    @property
    def sponsor(self) -> MailboxId | None:
        """A log that is proven on this link; the target itself only where there is no other."""
        proven = [follower.mailbox for follower in self if follower.sponsors]
        return next((mailbox for mailbox in proven if mailbox != self._target), next(iter(proven), None))

    def begin(self, target: Follower) -> None:
        """Write to the mailbox to which this device wrote when it ended; there is no link yet."""
        self._followers = {target.mailbox: target}
        self._target = target.mailbox

    def connect(self, host: str, wanted: Iterable[Follower]) -> None:
        """A link is up.

        Args:
            host: As it was dialled.
            wanted: Who follows over this link beside the target.
        """
        self._host, self._hello = host, None
        target = self.target
        kept = [target] if target is not None else []
        self._followers = {follower.mailbox: follower for follower in [*kept, *wanted]}
        for follower in self:
            follower.reset()

    def disconnect(self) -> None:
        """The link is down."""
        self._host = self._hello = None
        for follower in self:
            follower.reset()

    def aim(self, mailbox: MailboxId | None) -> None:
        """Write to another mailbox from here on, one that is followed; or to none."""
        self._target = mailbox

    def follow(self, follower: Follower) -> list[Message]:
        """Look into one more mailbox; return what to say where the link is up."""
        self._followers[follower.mailbox] = follower
        follower.reset()
        if self._hello is None or self._host is None:
            return []
        return [follower.greet(self._hello, self._host)]

    def receive(self, message: Message) -> tuple[list[Message | HangUp], list[Row], Follower | None]:
        """Take in a message; return what to say, what to remember, and whose mailbox it is about.

        Raises:
            MalformedError: If the message does not belong here.
        """
        if isinstance(message, Hello):
            return self._greet(message), [], None
        follower = self._about(message)
        replies, rows = follower.receive(message)
        return [*replies], rows, follower

    def _greet(self, hello: Hello) -> list[Message | HangUp]:
        if self._hello is not None:
            raise MalformedError("the relay greets twice")
        if not hello.version_min <= WIRE_VERSION <= hello.version_max or self._host is None:
            return [HangUp(OTHER_VERSION)]
        self._hello, host = hello, self._host
        return [follower.greet(hello, host) for follower in self]

    def _about(self, message: Message) -> Follower:
        mailbox = getattr(message, "mailbox", None)
        follower = self._followers.get(mailbox) if mailbox is not None else self.target
        if follower is None or (mailbox is None and not isinstance(message, Refuse)):
            raise MalformedError("a message about a mailbox that was not asked for")
        return follower

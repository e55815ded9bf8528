"""A next chapter over the real commands, agents and keepers of two persons, and a relay's process.

Both see the same throughout; who is offline comes along later, and an old copy brings nothing of the old chapter into
the new one.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from secrets import token_bytes
from typing import Any, Final

import pytest

from tests.contracts.relay_process import serving
from tests.system.test_app import PASSPHRASE, House
from troth import Cost, DeviceKeys, Identity, Put, Signer, Welcome, begin, countersign, found
from troth_app.household import Household
from troth_client import Vault, create_space
from troth_client.link import Address
from troth_client.room import SHARED
from troth_couple import Day, entries_in

NAMES: Final = re.compile("you|You|the other person|The other person")
YES: Final = "2"
SHARE: Final = "1"
TODAY: Final = Day("2026-09-01")
TEXT: Final = ("1", "6", "Evenings", "We put the phones away at nine.", "1", "", "1", "", "", YES)

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/environ").exists(), reason="looks at processes where Linux lists them"
)


class Home(House):
    """One person's machine, with a vault that is in a space for two."""

    def says(self, *command: str, typed: tuple[str, ...] = ()) -> str:
        """Carry out a command that ends well, with a line for each question."""
        return self.ok(*command, typed="".join(f"{line}\n" for line in typed))

    def read(self, *command: str) -> Any:
        """What a reading command found out."""
        return json.loads(self.ok(*command, "--json"))

    def until(self, holds: Callable[[], object]) -> None:
        """Look again until something arrived; each look is a conversation, and pytest bounds them all."""
        while not holds():
            pass

    def checkin(self, feelings: str) -> None:
        """Say how one is."""
        self.says("checkin", typed=(feelings, "", "", "", "", "", SHARE))

    def agreements(self) -> list[tuple[str, str]]:
        """What both agree on, and how it stands."""
        return [(row["title"], row["state"]) for row in self.read("agree", "list")["rows"]]

    def today(self) -> str:
        """What is here today, whosever it is."""
        return self._cards("today")

    def earlier(self) -> str:
        """What stands in earlier chapters, whosever it is."""
        return self._cards("chapter", "read")

    def _cards(self, *command: str) -> str:
        # A signal is said in other words to whoever gave it.
        cards = [(card.get("level") or card["title"], *card["lines"]) for card in self.read(*command)["cards"]]
        lines = [line for card in cards for line in card]
        return "\n".join(sorted(NAMES.sub("-", line) for line in lines))

    def agree(self) -> None:
        """Say yes to the one text that waits."""
        self.says("agree", "assent", typed=(YES, PASSPHRASE))

    def unlock(self) -> None:
        """Open it."""
        self.says("unlock", typed=(PASSPHRASE,))


Two = tuple[Home, Home]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Two]:
    """Robin and Sasha in a space for two, each with an agent and a keeper of their own, and a relay between them."""
    with serving(tmp_path / "relay.db") as (_, address):
        robin, sasha = homes = (Home(tmp_path / "robin"), Home(tmp_path / "sasha"))
        found_by(*homes)
        try:
            for home in homes:
                home.unlock()
                home.says("relay", "use", typed=(Address.parse(address).url, ""))
            yield robin, sasha
        finally:
            for home in homes:
                home.end()


def found_by(*homes: Home) -> None:
    """Make a space for the persons of two homes, as pairing does it, under a passphrase that costs little."""
    pairs = [DeviceKeys.make(token_bytes) for _ in homes]
    genesis = found([keys.card for keys, _ in pairs], token_bytes)
    for keys, seed in pairs:
        genesis = countersign(genesis, keys, Signer(seed))
    for home, (keys, seed) in zip(homes, pairs, strict=True):
        home.home.prepare()
        create_space(home.home.vault, passphrase=PASSPHRASE, cost=Cost(64, 1))
        rows = begin(Identity.welcomed(keys, Welcome(genesis, None)), token_bytes)
        with closing(Vault.open(home.home.vault, passphrase=PASSPHRASE)) as vault:
            vault.add_room(rows, admin=seed, passphrase=PASSPHRASE, kind=SHARED)


def agree(one: Home, other: Home) -> None:
    """Let both say yes to what one of them proposed."""
    one.agree()
    other.until(lambda: ("Evenings", "waiting") in other.agreements())
    other.agree()
    one.until(lambda: one.agreements() == [("Evenings", "in_force")])


def turn(one: Home, other: Home) -> None:
    """Let both open a next chapter."""
    one.says("chapter", "open", typed=(YES, "Spring.", PASSPHRASE))
    other.until(lambda: bool(other.read("chapter", "list")["cards"]))
    other.says("chapter", "agree", typed=(YES, PASSPHRASE))
    one.until(lambda: one.agreements() == [])


def check_same(one: Home, other: Home) -> None:
    """Check that both see the same, but for whose it is."""
    assert one.agreements() == other.agreements()
    assert one.today() == other.today()
    assert one.earlier() == other.earlier()


def test_both_turn_the_page(two: Two) -> None:
    """What was agreed ends on both sides and is agreed anew; who was offline comes along with what they wrote."""
    robin, sasha = two
    robin.says("agree", "propose", typed=TEXT)
    agree(robin, sasha)
    robin.checkin("tired")
    sasha.says("slow")
    turn(robin, sasha)
    check_same(robin, sasha)
    assert "tired" in sasha.earlier()
    assert "tired" not in sasha.today()
    assert "slow" in robin.today().splitlines()
    robin.says("chapter", "carry", typed=("1", "2"))
    agree(sasha, robin)
    sasha.says("sync", "off")
    sasha.checkin("written offline")
    robin.checkin("written meanwhile")
    sasha.says("sync", "on")
    for home in two:
        home.until(lambda home=home: "offline" in home.today() and "meanwhile" in home.today())  # type: ignore[misc]
    check_same(robin, sasha)


def test_whoever_was_offline_when_it_was_opened(two: Two) -> None:
    """What they wrote in the old chapter stays there on both sides, and they say it anew, or not."""
    robin, sasha = two
    sasha.says("chapter", "open", typed=(YES, "Spring.", PASSPHRASE))
    robin.until(lambda: bool(robin.read("chapter", "list")["cards"]))
    sasha.says("sync", "off")
    sasha.checkin("written apart")
    robin.says("chapter", "agree", typed=(YES, PASSPHRASE))
    robin.checkin("on the new page")
    sasha.says("sync", "on")
    sasha.until(lambda: "new page" in sasha.today())
    robin.until(lambda: "apart" in robin.earlier())
    check_same(robin, sasha)
    assert "apart" not in robin.today()
    sasha.says("chapter", "carry", typed=("1",))
    robin.until(lambda: "apart" in robin.today())
    check_same(robin, sasha)


def test_an_old_copy_comes_back(two: Two, tmp_path: Path) -> None:
    """A backup of the earlier chapter is in that one until it hears of the new one, and brings nothing into it.

    Neither does a copy of the old entries in the new document, whoever puts it there.
    """
    robin, sasha = two
    robin.says("agree", "propose", typed=TEXT)
    agree(robin, sasha)
    sasha.says("sync", "off")
    sasha.says("backup", "make", str(tmp_path / "copy"))
    sasha.says("sync", "on")
    turn(robin, sasha)
    sasha.checkin("on the new page")
    robin.until(lambda: "new page" in robin.today())
    sasha.says("lock")
    sasha.home.remove_vault()
    sasha.says("backup", "restore", str(tmp_path / "copy"), typed=(PASSPHRASE,))
    assert sasha.agreements() == [("Evenings", "in_force")]
    sasha.checkin("from the old copy")
    sasha.says("sync", "on")
    sasha.until(lambda: "new page" in sasha.today())
    robin.until(lambda: "old copy" in robin.earlier())
    check_same(robin, sasha)
    assert robin.agreements() == []
    assert "old copy" not in robin.today()
    sasha.says("lock")
    asyncio.run(copy_over(sasha))
    sasha.unlock()
    for home in two:
        home.until(lambda home=home: home.read("uncounted")["cards"] or home.agreements())  # type: ignore[misc]
        assert home.agreements() == []
    check_same(robin, sasha)


async def copy_over(home: Home) -> None:
    """Put every entry of the old chapter into the new document, as no app of ours does."""
    household = await Household.open(home.home.vault, passphrase=PASSPHRASE)
    try:
        await household.follow(TODAY)
        old, new = household.chapters
        entries = entries_in(old.space.view(old.document))
        await new.space.edit(new.document, *(Put((f"entry:{key}",), value) for key, value in entries.items()))
        await new.space.stored()
    finally:
        await household.close()

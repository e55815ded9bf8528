"""What a device remembers for itself comes back as it was put, and foreign rows are no concern of it."""

import pytest

from troth import Row
from troth_app import chapter, journal
from troth_app import settings as settings_module
from troth_app.limits import IDLE_S, IDLE_S_MAX, IDLE_S_MIN
from troth_app.settings import (
    Relay,
    Settings,
    Signposts,
    answer_row,
    idle_row,
    mine_gone,
    moved_row,
    names_row,
    others_row,
    prepared_row,
    quiet_row,
    relay_row,
    sealed_row,
    signposts_row,
    sync_row,
)
from troth_wire.errors import MalformedError


def test_nothing_is_remembered_at_first() -> None:
    """Without rows there is no relay, no entry, and the default time."""
    settings = Settings.parse([])
    assert (settings.relay, settings.entries, settings.idle_s) == (None, (), IDLE_S)


def test_a_relay_comes_and_goes() -> None:
    """The last row counts; without a value there is none."""
    relay = Relay("wss://relay.example:443/v1", b"pass")
    settings = Settings.parse([relay_row(relay)])
    assert settings.relay == relay
    assert settings.with_(relay_row(None)).relay is None


def test_entries_keep_their_order() -> None:
    """They come back in the order in which they came in, and one that comes twice stands once."""
    settings = Settings()
    rows = []
    for key, entry in ((b"z", b"first"), (b"a", b"second"), (b"z", b"first")):
        rows.append(settings.mine_row(key, entry))
        settings = settings.with_(rows[-1])
    assert settings.entries == ("first", "second")
    assert Settings.parse(sorted(rows, key=lambda row: row.key)).entries == ("first", "second")


@pytest.mark.parametrize(("put", "found"), [(60, 60), (0, IDLE_S_MIN), (1, IDLE_S_MIN), (10**6, IDLE_S_MAX)])
def test_the_idle_time_is_bounded(put: int, found: int) -> None:
    """Whatever the row says, an open vault closes in the end, and not under one's hands."""
    assert Settings.parse([idle_row(put)]).idle_s == found


def test_sync_is_on_unless_told_otherwise() -> None:
    """Off is remembered, and on is as if nothing had been said."""
    assert Settings().syncs
    off = Settings.parse([sync_row(syncs=False)])
    assert not off.syncs
    assert off.with_(sync_row(syncs=True)) == Settings()


def test_a_vault_for_somebody_else_says_so() -> None:
    """From the row on, until it is gone."""
    assert not Settings().prepared
    prepared = Settings.parse([prepared_row()])
    assert prepared.prepared
    assert prepared.with_(Row("prepared", b"", None)) == Settings()


def test_where_recovery_words_look_is_remembered() -> None:
    """The key of the signposts, and what the last one said; or nothing."""
    kept = Signposts(b"k" * 32, b"said")
    settings = Settings.parse([signposts_row(kept)])
    assert settings.signposts == kept
    assert settings.with_(Row("signposts", b"", None)).signposts is None


def test_moves_are_remembered_by_room() -> None:
    """The last one that was dealt with, in each."""
    settings = Settings.parse([moved_row(b"room", 1), moved_row(b"other", 7), moved_row(b"room", 2)])
    assert settings.moved == {b"room": 2, b"other": 7}


def test_the_others_devices_are_remembered() -> None:
    """By the room of the space for two."""
    assert Settings.parse([others_row(b"room", b"abc")]).others == {b"room": b"abc"}


def test_what_was_let_go_is_gone() -> None:
    """An entry for oneself that was removed does not come back, and the others keep their places."""
    settings = Settings()
    for key in (b"a", b"b"):
        settings = settings.with_(settings.mine_row(key, key))
    assert settings.with_(mine_gone(b"a")).entries == ("b",)


def test_names_and_a_quiet_time() -> None:
    """Two names, and a day, each until they are put anew or removed."""
    settings = Settings.parse([names_row("Robin", "Sasha"), quiet_row("2026-09-03")])
    assert (settings.names, settings.quiet_until) == (("Robin", "Sasha"), "2026-09-03")
    settings = settings.with_(quiet_row("")).with_(Row("names", b"", None))
    assert (settings.names, settings.quiet_until) == (("", ""), "")


def test_a_sealed_answer_is_kept_until_it_is_let_go() -> None:
    """By its question, with its salt."""
    settings = Settings.parse([sealed_row(b"q" * 32, b"s" * 16, "sleep")])
    assert settings.sealed == {b"q" * 32: (b"s" * 16, "sleep")}
    assert settings.with_(sealed_row(b"q" * 32)).sealed == {}


def test_what_was_written_to_a_question_is_kept_until_it_is_let_go() -> None:
    """By its question; other answers stay."""
    settings = Settings.parse([answer_row(b"q" * 32, "at home"), answer_row(b"p" * 32, "later")])
    assert settings.answers == {b"q" * 32: "at home", b"p" * 32: "later"}
    assert settings.with_(answer_row(b"q" * 32)).answers == {b"p" * 32: "later"}


def test_foreign_rows_are_left_alone() -> None:
    """A table of another part of the app changes nothing."""
    assert Settings.parse([Row("rooms", b"x", b"y")]) == Settings()


def test_a_row_that_is_none_is_said() -> None:
    """What was not written by this is refused."""
    with pytest.raises(MalformedError):
        Settings.parse([Row("relay", b"", b"x")])


def test_nobody_else_reads_a_table_of_the_settings() -> None:
    """The journal and the settings share a room of the vault, and no table: a row of one is never a choice."""
    assert not settings_module._READERS.keys() & {journal.JOURNAL, journal.PAGES, chapter.READ}

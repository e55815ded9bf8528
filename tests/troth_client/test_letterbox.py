"""A letter is kept without the passphrase, read with it, and by nobody else; an exchanged key is found out."""

import os
import threading
from pathlib import Path
from secrets import token_bytes

import pytest

from troth.crypto import box_public
from troth_client import files, letterbox
from troth_client.letterbox import (
    EXCHANGED,
    LETTER_BYTES_MAX,
    SEALED_BYTES_MAX,
    Letterbox,
    drop,
    encode_slot,
    folder_of,
    open_letter,
    parse_slot,
    seal_letter,
)
from troth_wire.errors import ForgedError, FullError, MalformedError, RemoteError, StoreError, UsageError

VAULT, KEY = bytes(range(16)), bytes(range(32))


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """The name of a vault with a letterbox."""
    opened(tmp_path / "vault")
    return tmp_path / "vault"


def opened(vault: Path, key: bytes = KEY) -> Letterbox:
    """Open the letterbox of a vault."""
    return Letterbox(vault, VAULT, key, token_bytes)


def entries(vault: Path) -> list[bytes]:
    """Return what waits in it."""
    return [letter.entry for letter in opened(vault).take()]


def test_letters_come_in_their_order(vault: Path) -> None:
    """What was dropped is read in the order of dropping, whole, after whatever number of openings."""
    dropped = [b"one", b"x" * LETTER_BYTES_MAX, *(bytes([n]) for n in range(12))]
    for entry in dropped:
        drop(vault, entry)
    assert entries(vault) == entries(vault) == dropped


def test_a_letter_stays_until_it_is_removed(vault: Path) -> None:
    """Taking removes nothing; removing removes what it is given, once or twice, and later letters come after it."""
    for entry in (b"one", b"two"):
        drop(vault, entry)
    box = opened(vault)
    letters = box.take()
    assert letters[0].id != letters[1].id
    for _ in range(2):
        box.remove(letters[:1])
    drop(vault, b"three")
    assert [letter.entry for letter in box.take()] == [b"two", b"three"]


def test_nothing_can_be_read_beside_the_vault(vault: Path) -> None:
    """Entries stand nowhere in the clear; short ones have one size; only the owner may look."""
    drop(vault, b"canary")
    drop(vault, b"canary" * 50)
    files = list(folder_of(vault).iterdir())
    assert len(files) == 3
    assert not any(b"canary" in file.read_bytes() for file in files)
    assert len({file.stat().st_size for file in files if file.name != letterbox.KEY_FILE}) == 1
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_vault_has_one_letterbox_under_all_its_names(vault: Path) -> None:
    """A link to the vault leads to the same letters."""
    vault.touch()
    link = vault.with_name("link")
    link.symlink_to(vault)
    drop(link, b"entry")
    assert entries(vault) == entries(link) == [b"entry"]


def test_many_programs_drop_at_once(vault: Path) -> None:
    """Nobody's letter takes the place of another's."""
    start = threading.Barrier(8)

    def write(name: int) -> None:
        start.wait()
        for number in range(5):
            drop(vault, bytes([name, number]))

    threads = [threading.Thread(target=write, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = entries(vault)
    assert sorted(found) == [bytes([name, number]) for name in range(8) for number in range(5)]
    for name in range(8):
        assert [entry[1] for entry in found if entry[0] == name] == list(range(5))


@pytest.mark.parametrize("named", [VAULT, bytes(16)], ids=["this vault", "another vault"])
def test_an_exchanged_key_is_found_out(vault: Path, named: bytes) -> None:
    """Who exchanges the key reads what is dropped from then on; the next opening says so and puts the key right."""
    thief = token_bytes(32)
    drop(vault, b"before")
    (folder_of(vault) / letterbox.KEY_FILE).write_bytes(encode_slot(named, box_public(thief)))
    drop(vault, b"after")
    box = opened(vault)
    assert box.trouble == EXCHANGED.format(vault=vault)
    assert [letter.entry for letter in box.take()] == [b"before"]
    assert box.unread == 1
    drop(vault, b"later")
    box = opened(vault)
    assert box.trouble is None
    assert [letter.entry for letter in box.take()] == [b"before", b"later"]
    assert box.unread == 1


@pytest.mark.parametrize("found", [b"", b"garbled", encode_slot(VAULT, KEY)[:-1]])
def test_a_key_that_is_missing_or_broken_is_put_right(vault: Path, found: bytes) -> None:
    """Nobody can read what is dropped into a letterbox whose key is merely gone or garbled."""
    slot = folder_of(vault) / letterbox.KEY_FILE
    slot.write_bytes(found)
    assert opened(vault).trouble is None
    drop(vault, b"entry")
    assert entries(vault) == [b"entry"]


def test_a_vault_without_a_letterbox_says_so(tmp_path: Path) -> None:
    """Before the first opening, or with a broken key, nothing is kept and nothing made."""
    with pytest.raises(StoreError, match="Open the vault once"):
        drop(tmp_path / "vault", b"entry")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("entry", [b"", bytes(LETTER_BYTES_MAX + 1)])
def test_an_impossible_entry_is_refused(vault: Path, entry: bytes) -> None:
    """An entry has a length, and a bound."""
    with pytest.raises(UsageError):
        drop(vault, entry)


def test_it_is_bounded(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many letters, or too much in them, are refused in words; what waits stays."""
    for name, bound in (("LETTERS_MAX", 2), ("LETTERS_BYTES_MAX", 1_500)):
        with monkeypatch.context() as patch:
            patch.setattr(letterbox, name, bound)
            while len(entries(vault)) < 2:
                drop(vault, b"entry")
            with pytest.raises(FullError, match="which empties it"):
                drop(vault, b"one too many")
            assert len(entries(vault)) == 2


def test_what_does_not_open_is_counted_and_stays(vault: Path) -> None:
    """Garbled, foreign and huge files, and what is no letter at all, neither stop the others nor go away."""
    drop(vault, b"good")
    folder = folder_of(vault)
    (folder / f"000000000007{letterbox.LETTER}").write_bytes(b"garbled")
    (folder / f"000000000008{letterbox.LETTER}").write_bytes(bytes(SEALED_BYTES_MAX + 1))
    (folder / f"notes{letterbox.LETTER}").write_bytes(b"not ours")
    os.mkfifo(folder / f"000000000009{letterbox.LETTER}")
    box = opened(vault)
    assert [letter.entry for letter in box.take()] == [b"good"]
    assert box.unread == 2
    assert len(list(folder.iterdir())) == 6


def test_a_letter_that_can_not_be_read_keeps_no_other_back(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that the disk does not give, a link, and a name that nobody gives: the other letters come all the same."""
    drop(vault, b"one")
    drop(vault, b"two")
    folder = folder_of(vault)
    (folder / "000000000003.letter").symlink_to(folder / "000000000001.letter")
    (folder / f"{'9' * 240}.letter").write_bytes(b"no number of ours")
    unreadable, read = folder / "000000000004.letter", files.read
    unreadable.write_bytes(b"broken")

    def fail(path: Path, *, bytes_max: int) -> bytes | None:
        if path.name == unreadable.name:
            raise OSError(5, "Input/output error")
        return read(path, bytes_max=bytes_max)

    monkeypatch.setattr(files, "read", fail)
    box = opened(vault)
    assert [letter.entry for letter in box.take()] == [b"one", b"two"]
    assert box.unread == 2
    monkeypatch.undo()
    drop(vault, b"three")
    assert (folder / "000000000005.letter").is_file()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with names")
def test_a_key_that_is_no_file_stops_nothing(vault: Path) -> None:
    """A pipe in the key's place does not hold the vault up for ever; it is put right, and nobody drops into it."""
    slot = folder_of(vault) / "key"
    right = slot.read_bytes()
    slot.unlink()
    os.mkfifo(slot)
    with pytest.raises(StoreError):
        drop(vault, b"one")
    opened(vault)
    assert slot.read_bytes() == right


def test_a_folder_that_others_may_write_is_taken_back(vault: Path) -> None:
    """A letterbox that stood open to others takes nothing until the vault was opened, and is its owner's alone then."""
    folder = folder_of(vault)
    folder.chmod(0o777)
    with pytest.raises(StoreError):
        drop(vault, b"one")
    opened(vault)
    assert folder.stat().st_mode & 0o777 == 0o700
    drop(vault, b"one")
    assert entries(vault) == [b"one"]


def test_a_link_is_no_letterbox(vault: Path, tmp_path: Path) -> None:
    """A link to a folder of somebody's choice in the letterbox's place is not used, and stops nothing else."""
    folder = folder_of(vault)
    folder.rename(tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError):
        drop(vault, b"one")
    trouble = opened(vault).trouble
    assert trouble is not None
    assert "can not be used" in trouble


def test_numbers_do_not_run_over(vault: Path) -> None:
    """After the last number nothing is dropped that nobody would find again, and that is said."""
    (folder_of(vault) / "999999999999.letter").write_bytes(b"the last")
    with pytest.raises(FullError):
        drop(vault, b"one")


def test_a_half_written_letter_is_none(vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the disk fails, there is no letter, nor a part of one, and the error is one for people."""

    def fail(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(FullError, match="No space left"):
        drop(vault, b"entry")
    monkeypatch.undo()
    assert entries(vault) == []
    assert [file.name for file in folder_of(vault).iterdir()] == [letterbox.KEY_FILE]


def test_a_letterbox_that_can_not_be_made_stops_nothing(tmp_path: Path) -> None:
    """A vault opens although a file stands in the letterbox's place; what is wrong is said."""
    folder_of(tmp_path / "vault").write_bytes(b"in the way")
    box = opened(tmp_path / "vault")
    assert box.trouble is not None
    assert "The vault itself is safe" in box.trouble
    with pytest.raises(StoreError):
        drop(tmp_path / "vault", b"entry")


def test_a_letter_opens_for_its_vault_alone() -> None:
    """With another secret, in another vault, or with any byte altered or lost it does not open."""
    secret = token_bytes(32)
    sealed = seal_letter(b"entry", VAULT, box_public(secret), ephemeral=token_bytes(32), key=token_bytes(32))
    assert open_letter(sealed, secret, VAULT) == b"entry"
    for other, vault in ((token_bytes(32), VAULT), (secret, bytes(16))):
        with pytest.raises(ForgedError):
            open_letter(sealed, other, vault)
    for at in range(0, len(sealed), 7):
        with pytest.raises(RemoteError):
            open_letter(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], secret, VAULT)
        with pytest.raises(RemoteError):
            open_letter(sealed[:at], secret, VAULT)


def test_a_slot_shows_damage() -> None:
    """Every byte of the key's file counts."""
    slot = encode_slot(VAULT, KEY)
    assert parse_slot(slot) == (VAULT, KEY)
    for at in range(len(slot)):
        with pytest.raises(MalformedError):
            parse_slot(slot[:at] + bytes([slot[at] ^ 1]) + slot[at + 1 :])

"""A vault's write-only inbox: files beside it that anybody on the device can add, and only the open vault reads.

A letter is kept though the vault is locked, its passphrase forgotten, or another program has it open. Whoever can
write the folder can also drop, remove or exchange letters: nothing in one is signed (specs/vault.md, Letterbox).
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes
from typing import Final

from troth import Entropy, aead_open, aead_seal, derive
from troth.crypto import KEY_BYTES, NONCE_BYTES, TAG_BYTES, WRAP_BYTES, box_public, digest, unwrap, wrap
from troth.envelope import padded_length
from troth_client import files, trouble
from troth_client.sealing import LENGTH_BYTES, pad, unpad
from troth_wire import codec
from troth_wire.errors import FullError, MalformedError, RemoteError, StoreError, UsageError
from troth_wire.said import Said, plural

__all__ = ["Letter", "Letterbox", "drop", "folder_of"]

VERSION: Final = 1
LETTER_BYTES_MAX: Final = 65_536
"""One entry: as much as one record holds."""
LETTERS_MAX: Final = 1_000
"""Letters that wait: a forgotten passphrase must not fill the disk."""
LETTERS_BYTES_MAX: Final = 16 * 1024 * 1024
"""All of them together."""

KEY_FILE: Final = "key"
SLOT_BYTES_MAX: Final = 128
NUMBER_DIGITS: Final = 12
LETTER: Final = ".letter"
LABEL: Final = b"troth/letter"

_SLOT: Final = codec.fields(codec.either(VERSION), codec.raw(16), codec.raw(KEY_BYTES), codec.raw(32))

EXCHANGED: Final = Said(
    "The letterbox beside the vault {vault} had another key than this vault's: another vault lay there before, or "
    "somebody exchanged it to read what is dropped. Letters that were dropped meanwhile do not open here; they were "
    "left where they are, and the right key was put back. If no other vault lay there, find out who uses this device."
)
NOT_WHOLE: Final = Said(
    "The letterbox beside the vault {vault} is not there, or not whole. Nothing was kept. "
    "Open the vault once with its passphrase, which puts it there, and try again."
)
FULL: Final = plural(
    "The letterbox beside the vault {vault} is full ({count} letter). What is in it is safe; this one "
    "was not kept. Open the vault with its passphrase, which empties it, and try again.",
    "The letterbox beside the vault {vault} is full ({count} letters). What is in it is safe; this one "
    "was not kept. Open the vault with its passphrase, which empties it, and try again.",
)
UNWRITABLE: Final = Said(
    "The letterbox beside the vault {vault} can not be used: {why}. The vault itself is safe. "
    "Give yourself the right to write there, and open the vault again."
)


@dataclass(frozen=True, slots=True, repr=False)
class Letter:
    """What was dropped while the vault was closed. Nobody signed it: it is a draft until its person confirms it."""

    id: bytes
    """The hash of its file: who commits it twice can tell."""
    entry: bytes
    name: str
    """Its file's name."""


class Letterbox:
    """The letterbox of an open vault."""

    def __init__(self, vault: Path, vault_id: bytes, vault_key: bytes, entropy: Entropy) -> None:
        """Look at the slot, and put it there or put it right."""
        self.folder = folder_of(vault)
        self.trouble: str | None = None
        """What was wrong with it, in a sentence for people."""
        self.unread = 0
        """Letters that do not open, as of the last look; they stay where they are."""
        self._vault = vault
        self._id = vault_id
        self._secret = derive(vault_key, LABEL)
        self._public = box_public(self._secret)
        self._entropy = entropy
        self._put_right()

    def take(self) -> list[Letter]:
        """Return every letter that opens, oldest first.

        Raises:
            StoreError: If the folder can not be read.
        """
        letters, self.unread = [], 0
        with _wall(self._vault):
            for file in _letters(self.folder):
                try:
                    sealed = files.read(file, bytes_max=SEALED_BYTES_MAX) or b""
                    letters.append(
                        Letter(digest(LABEL, sealed), open_letter(sealed, self._secret, self._id), file.name)
                    )
                except (RemoteError, OSError):
                    # What nobody can read must not hold back what is behind it.
                    self.unread += 1
        return letters

    def remove(self, letters: Iterable[Letter]) -> None:
        """Remove letters, once what they said is committed; the others stay.

        Raises:
            StoreError: If they can not be removed.
        """
        with _wall(self._vault):
            for letter in letters:
                with suppress(FileNotFoundError):
                    (self.folder / letter.name).unlink()
            files.sync(self.folder)

    def _put_right(self) -> None:
        try:
            self.folder.mkdir(mode=files.OWNER_ONLY_FOLDER, exist_ok=True)
            files.own(self.folder)
            slot = self.folder / KEY_FILE
            right = encode_slot(self._id, self._public)
            found = _found(slot)
            if found == right:
                return
            if found and _is_whole(found):
                self.trouble = EXCHANGED.format(vault=self._vault)
            _place(self.folder, slot, right, self._entropy, over=True)
        except OSError as error:
            # A vault on a disk that is full, or in a folder of somebody else's, opens all the same.
            self.trouble = UNWRITABLE.format(vault=self._vault, why=error.strerror or type(error).__name__)


def folder_of(vault: str | os.PathLike[str]) -> Path:
    """Return the folder of a vault's letterbox."""
    return files.beside(vault, "-letterbox")


def drop(vault: str | os.PathLike[str], entry: bytes, *, entropy: Entropy = token_bytes) -> None:
    """Keep an entry for a vault without opening it; when this returns, it is on the disk.

    It works without the passphrase, and while another program has the vault open.

    Args:
        vault: Which one; it was opened here at least once.
        entry: At most 64 KiB.
        entropy: For tests.

    Raises:
        UsageError: If the entry is empty or too long.
        StoreError: If there is no letterbox, it is full, or it can not be written.
    """
    if not 0 < len(entry) <= LETTER_BYTES_MAX:
        raise UsageError(Said("a letter has 1 to 65 536 bytes"))
    path, folder = Path(vault), folder_of(vault)
    with _wall(path):
        vault_id, public = _read_slot(path, folder)
        sealed = seal_letter(entry, vault_id, public, ephemeral=entropy(KEY_BYTES), key=entropy(KEY_BYTES))
        _check_room(path, folder, len(sealed))
        number = max((int(file.stem) for file in _letters(folder)), default=0)
        while True:
            number += 1
            _check_number(path, number)
            file = folder / f"{number:0{NUMBER_DIGITS}}{LETTER}"
            # Another program may have taken the number meanwhile.
            with suppress(FileExistsError):
                _place(folder, file, sealed, entropy)
                return


def seal_letter(entry: bytes, vault: bytes, public: bytes, *, ephemeral: bytes, key: bytes) -> bytes:
    """Return a letter to the vault with this id and public key, from 32 random bytes for each of its keys."""
    wrapped = wrap(public, key, ephemeral=ephemeral, context=_context(vault, public))
    # The key is used once, so that the nonce need not differ.
    sealed = aead_seal(derive(key, LABEL), bytes(NONCE_BYTES), pad(entry), _context(vault, public))
    return bytes([VERSION]) + wrapped + sealed


def open_letter(sealed: bytes, secret: bytes, vault: bytes) -> bytes:
    """Return the entry in a letter.

    Raises:
        MalformedError, ForgedError: If it is none to this vault.
    """
    if len(sealed) <= 1 + WRAP_BYTES or sealed[0] != VERSION:
        raise MalformedError("no letter")
    context = _context(vault, box_public(secret))
    key = unwrap(secret, sealed[1 : 1 + WRAP_BYTES], context=context)
    return unpad(aead_open(derive(key, LABEL), bytes(NONCE_BYTES), sealed[1 + WRAP_BYTES :], context))


def encode_slot(vault: bytes, public: bytes) -> bytes:
    """Return the bytes of the file that tells everybody how to seal a letter."""
    parts = [VERSION, vault, public]
    return codec.pack([*parts, digest(b"troth/slot", codec.pack(parts))])


def parse_slot(data: bytes) -> tuple[bytes, bytes]:
    """Return the vault's id and public key.

    Raises:
        MalformedError: If it is no such file, or a byte of it was altered.
    """
    version, vault, public, checksum = codec.decode(data, _SLOT, bytes_max=SLOT_BYTES_MAX)
    if checksum != digest(b"troth/slot", codec.pack([version, vault, public])):
        raise MalformedError("the slot was altered")
    return vault, public


SEALED_BYTES_MAX: Final = 1 + WRAP_BYTES + TAG_BYTES + padded_length(LENGTH_BYTES + LETTER_BYTES_MAX)


def _context(vault: bytes, public: bytes) -> bytes:
    return LABEL + b"\x00" + vault + public


def _is_whole(slot: bytes) -> bool:
    """Whether a slot that is not the vault's own says something; one that is merely broken was exchanged by nobody."""
    try:
        parse_slot(slot)
    except MalformedError:
        return False
    return True


def _found(slot: Path) -> bytes:
    """Return what stands in the slot; where nothing can be read, nobody can drop anything either."""
    try:
        return files.read(slot, bytes_max=SLOT_BYTES_MAX) or b""
    except OSError:
        return b""


def _read_slot(vault: Path, folder: Path) -> tuple[bytes, bytes]:
    slot = folder / KEY_FILE
    try:
        files.check_own(folder)
        return parse_slot(files.read(slot, bytes_max=SLOT_BYTES_MAX) or b"")
    except (FileNotFoundError, NotADirectoryError, MalformedError):
        raise StoreError(NOT_WHOLE.format(vault=vault)) from None


def _check_room(vault: Path, folder: Path, length: int) -> None:
    sizes = [file.stat().st_size for file in _letters(folder)]
    if len(sizes) >= LETTERS_MAX or sum(sizes) + length > LETTERS_BYTES_MAX:
        raise FullError(FULL.format(vault=vault, count=len(sizes)))


def _letters(folder: Path) -> list[Path]:
    digits = "[0-9]" * NUMBER_DIGITS
    return sorted(file for file in folder.glob(digits + LETTER) if file.is_file())


def _check_number(vault: Path, number: int) -> None:
    # Only whoever writes into the folder by hand gets there; what is numbered beyond would not be found again.
    if number >= 10**NUMBER_DIGITS:
        raise trouble.full(folder_of(vault), Said("its last number is taken"))


def _place(folder: Path, file: Path, content: bytes, entropy: Entropy, *, over: bool = False) -> None:
    """Write a file so that it is there whole, or not at all, also after a power cut."""
    draft = folder / f"draft-{entropy(8).hex()}"
    try:
        files.write(draft, content)
        if over:
            draft.replace(file)
            files.sync(folder)
        else:
            files.put_up(draft, file)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def _wall(vault: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise trouble.full(folder_of(vault), error.strerror or type(error).__name__) from None

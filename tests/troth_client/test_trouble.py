"""Every sentence says what happened, what is safe and what to do."""

from pathlib import Path

import pytest

from troth_client import trouble
from troth_wire.errors import BusyError, DamagedError, FullError, NewerError, PassphraseError, StoreError, UsageError

VAULT = Path("some") / "vault"
ALL = [
    (trouble.wrong_passphrase(VAULT), PassphraseError, "Nothing was changed"),
    (trouble.damaged(VAULT, "why"), DamagedError, "left as it is"),
    (trouble.newer(VAULT, found=2, known=1), NewerError, "not changed"),
    (trouble.busy(VAULT), BusyError, "Nothing was changed"),
    (trouble.full(VAULT, "why"), FullError, "What was saved before is safe"),
    (trouble.missing(VAULT), StoreError, "Nothing was changed"),
    (trouble.half_wiped(VAULT), StoreError, "Everything in it is safe"),
    (trouble.bad_backup(VAULT), DamagedError, "left as it is"),
    (trouble.newer_backup(VAULT), NewerError, "left as it is"),
    (trouble.broken(VAULT, "why"), StoreError, "What was saved before is safe"),
]


@pytest.mark.parametrize(("error", "kind", "safe"), ALL)
def test_an_error_says_three_things(error: StoreError, kind: type[StoreError], safe: str) -> None:
    """It names the vault, says what is safe, and ends with what to do."""
    sentences = str(error).split(". ")
    assert type(error) is kind
    assert str(VAULT) in sentences[0]
    assert safe in str(error)
    assert len(sentences) >= 3
    assert str(error).endswith((".", "there."))


def test_a_name_that_is_taken_is_the_callers_matter() -> None:
    """It says which name, and what to do."""
    assert isinstance(trouble.taken(VAULT), UsageError)
    assert str(VAULT) in str(trouble.taken(VAULT))

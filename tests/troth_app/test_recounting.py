"""What the record of two says of itself is said in the person's language, whichever way the app asks for it."""

import ast
from pathlib import Path

import pytest

import troth_app
from tests.troth_app.pseudo import in_pseudo, plain_words, speaking
from tests.troth_app.two import TODAY, two
from troth_app import recounting
from troth_app.recounting import lines, plain_diff, say, sentence, why
from troth_couple import Clause, Revision, Shown, key_of
from troth_couple.entry import SubjectId
from troth_couple.revision import AgreementId

APP = Path(troth_app.__file__).parent
OLD = Revision(agreement=AgreementId(bytes(16)), sort=6, title="zz1", clauses=(Clause(behaviour="zza", why="zzb"),))
NEW = Revision(agreement=AgreementId(bytes(16)), sort=1, title="zz2", clauses=(Clause(behaviour="zza", why="zzc"),))


def test_in_english_it_is_what_the_core_says() -> None:
    """Without another language nothing is different."""
    assert say(key_of(Shown.IN_FORCE)) == "In force."
    assert lines(OLD) == ["zza Why: zzb"]
    assert plain_diff(OLD, NEW, names={})[1] == "It is filed under communication, and was under practical."


async def test_all_of_it_is_said_in_another_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sentences, parts of a text, what differs, and why something is so."""
    async with two(tmp_path) as couple:
        revision = await couple.sasha_proposes("zzevenings", clauses=OLD.clauses)
        state, book = await couple.state(), couple.chapter.book
        (act,) = book.ledger.known.values()
        with speaking(tmp_path, monkeypatch):
            names = dict.fromkeys(state.persons, "zzkim")
            said = [
                say(key_of(Shown.IN_FORCE)),
                sentence(act, names=names),
                *lines(OLD),
                *plain_diff(OLD, NEW, names={}),
            ]
            said += [because.sentence for because in why(book, state, SubjectId(revision.agreement), names=names)]
            assert said[0] == in_pseudo("In force.")
            assert [word for text in said for word in plain_words(text)] == []
            assert "zzkim" in said[1]
            assert TODAY in said[1]


def test_nothing_goes_past_it() -> None:
    """No module of the app takes from the core what would be said in English."""
    own = set(recounting.__all__)
    for path in APP.rglob("*.py"):
        if path.name == "recounting.py" or "demo" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("troth_couple"):
                assert own & {alias.name for alias in node.names} == set(), path

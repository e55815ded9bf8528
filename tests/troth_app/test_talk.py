"""A handler says, asks and is done exactly once; whoever hangs up ends it, and no answer is made up."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.contracts.client_world import WAIT_S
from tests.troth_app.house import play
from troth_app.conversation import Answer, Ask, Begin, Chosen, Done, End, Form, Frames, Result, Say, Sentence, frame
from troth_app.limits import TRIES_MAX
from troth_app.outcome import Code, RuleError
from troth_app.sockets import pair
from troth_app.talk import HungUpError, Talk, hold, read_sentence
from troth_wire.errors import MalformedError


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The terminal's end and the handler's end of one connection."""
    terminal, ours = pair()
    with terminal, ours:
        terminal.setblocking(False)
        ours.setblocking(False)
        yield terminal, ours


Ends = tuple[socket.socket, socket.socket]


async def test_a_conversation() -> None:
    """What is said arrives in order, answers come back, and the result is last."""

    async def handler(talk: Talk, _: None) -> Result:
        await talk.say("one", "two")
        name = await talk.ask("Name?")
        secret = await talk.hidden("Secret?")
        picked = await talk.choose("Which?", ["a", "b"])
        return {"name": name, "secret": secret, "picked": picked}

    played = await play(handler, None, "Robin", "x", 1)
    assert played.sentences[:4] == [Say("one"), Say("two"), Ask("Name?"), Ask("Secret?", Form.HIDDEN)]
    assert played.result == {"name": "Robin", "secret": "x", "picked": 1}
    assert played.code == Code.OK


@pytest.mark.parametrize("keep", [True, False])
async def test_stopping_while_it_works(ends: Ends, *, keep: bool) -> None:
    """Whoever stops while nothing is asked ends the work, and keeps what they wrote only if they did not stop it."""
    terminal, ours = ends
    talk = Talk(ours, Begin("status", {}, True))
    talk.composed.append("tired")
    terminal.sendall(frame(End(keep=keep)))
    with pytest.raises(HungUpError):
        await talk.wait(asyncio.Event().wait())
    assert talk.composed == (["tired"] if keep else [])


async def test_an_error_is_the_last_sentence() -> None:
    """A handler that goes no further says why, once."""

    async def handler(_: Talk, __: None) -> None:
        raise RuleError("No.")

    assert (await play(handler, None)).sentences == [Done(Code.RULE, None, "No.")]


@pytest.mark.parametrize("live", [True, False])
async def test_only_people_are_asked_again(live: bool) -> None:
    """What comes from a file does not get better by asking again."""

    async def handler(talk: Talk, _: None) -> Result:
        return {"tries": talk.tries}

    assert (await play(handler, None, live=live)).result == {"tries": TRIES_MAX if live else 1}


async def carry(ends: Ends, handler: Callable[[Talk], Awaitable[Result | None]], *said: Sentence) -> list[Sentence]:
    """Let a terminal say something all at once, and hang up; return what it heard."""
    terminal, ours = ends
    for sentence in said:
        terminal.send(frame(sentence))
    terminal.shutdown(socket.SHUT_WR)
    async with asyncio.timeout(WAIT_S):
        await hold(Talk(ours, Begin("status")), handler)
    ours.close()
    heard, frames = [], Frames()
    while True:
        try:
            heard.append(await read_sentence(terminal, frames))
        except HungUpError:
            return heard


async def test_who_hangs_up_is_not_asked_again(ends: Ends) -> None:
    """A question that nobody answers ends the handler, and there is no last sentence."""

    async def handler(talk: Talk) -> None:
        await talk.ask("Name?")
        raise AssertionError("nobody answered")

    assert await carry(ends, handler) == [Ask("Name?")]


@pytest.mark.parametrize("answer", [Chosen(0), Say("x")])
async def test_an_answer_of_another_kind_is_none(ends: Ends, answer: Sentence) -> None:
    """It ends the conversation with a sentence, and is not taken for one."""

    async def handler(talk: Talk) -> None:
        await talk.ask("Name?")

    assert isinstance((await carry(ends, handler, answer))[-1], Done)


@pytest.mark.parametrize("answer", [Chosen(2), Chosen(-1), Answer("1")])
async def test_a_choice_that_was_not_offered_is_none(ends: Ends, answer: Sentence) -> None:
    """Neither one beyond the list nor one before it is taken."""

    async def handler(talk: Talk) -> Result:
        return {"picked": await talk.choose("Which?", ["a", "b"])}

    done = (await carry(ends, handler, answer))[-1]
    assert isinstance(done, Done)
    assert (done.code, done.result) == (Code.HERE, None)


async def test_long_work_ends_with_the_terminal(ends: Ends) -> None:
    """Work that would go on for ever is cancelled when the terminal goes."""
    cancelled = asyncio.Event()

    async def for_ever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def handler(talk: Talk) -> None:
        await talk.wait(for_ever())

    assert await carry(ends, handler) == []
    assert cancelled.is_set()


async def test_long_work_gives_its_answer_or_its_error() -> None:
    """What comes of it is handed on, whichever it is."""

    async def seven() -> int:
        return 7

    async def fail() -> int:
        raise RuleError("No.")

    async def handler(talk: Talk, _: None) -> Result:
        with pytest.raises(RuleError):
            await talk.wait(fail())
        return {"found": await talk.wait(seven())}

    assert (await play(handler, None)).result == {"found": 7}


async def test_nobody_may_answer_what_was_not_asked(ends: Ends) -> None:
    """A word during long work ends it: it would be taken for the answer to the next question."""

    async def handler(talk: Talk) -> None:
        await talk.wait(asyncio.Event().wait())

    done = (await carry(ends, handler, Answer("yes")))[-1]
    assert isinstance(done, Done)
    assert done.code != Code.OK


async def test_a_connection_that_breaks_is_one_that_hung_up(ends: Ends) -> None:
    """Errors of the socket are no errors of the handler's."""
    terminal, ours = ends
    terminal.close()

    async def handler(talk: Talk) -> None:
        while True:
            await talk.say("x")

    await hold(Talk(ours, Begin("status")), handler)

    async def quiet(_: Talk) -> None:
        return None

    await hold(Talk(ours, Begin("status")), quiet)


async def test_the_end_in_the_middle_of_a_sentence(ends: Ends) -> None:
    """Half a sentence is none."""
    terminal, ours = ends
    terminal.send(frame(Answer("x"))[:-1])
    terminal.close()
    with pytest.raises(HungUpError):
        await read_sentence(ours, Frames())


async def test_a_frame_that_is_too_long_is_refused_before_it_comes(ends: Ends) -> None:
    """Its length is enough."""
    terminal, ours = ends
    terminal.send(b"\xff\xff\xff\xff")
    with pytest.raises(MalformedError):
        await read_sentence(ours, Frames())


async def test_an_answer_to_a_question_that_was_given_up_is_nobodys(ends: Ends) -> None:
    """It is not taken for the answer to the next question: there is none after a question that was given up."""
    terminal, ours = ends
    talk = Talk(ours, Begin("status"))
    frames = Frames()

    async def work() -> str:
        asking = asyncio.ensure_future(talk.ask("The first?"))
        assert await read_sentence(terminal, frames) == Ask("The first?")
        asking.cancel()
        await asyncio.wait({asking})
        terminal.send(frame(Answer("to the first")))
        return await talk.ask("The second?")

    with pytest.raises(MalformedError):
        await talk.wait(work())


async def test_questions_while_waiting(ends: Ends) -> None:
    """Long work may ask, one question after the other, and what it says meanwhile comes through whole."""
    terminal, ours = ends
    talk = Talk(ours, Begin("status"))

    async def work() -> list[str]:
        return [await talk.ask("The first?"), await talk.ask("The second?")]

    async def answer() -> None:
        frames = Frames()
        for text in ("one", "two"):
            await read_sentence(terminal, frames)
            terminal.send(frame(Answer(text)))

    async with asyncio.timeout(WAIT_S):
        _, found = await asyncio.gather(answer(), talk.wait(work()))
    assert found == ["one", "two"]


@pytest.mark.parametrize("working", [True, False])
async def test_a_question_waits_inside_of_a_pause(ends: Ends, working: bool) -> None:
    """From when it is asked until it is answered, and not a moment of the work around it; also while work goes on."""
    heard: list[str] = []

    @contextmanager
    def pause() -> Iterator[None]:
        heard.append("pause")
        yield
        heard.append("on")

    async def handler(talk: Talk) -> None:
        async def work() -> None:
            heard.append("asks")
            await talk.ask("Name?")
            heard.append("works")

        await (talk.wait(work()) if working else work())

    terminal, ours = ends
    holding = asyncio.ensure_future(hold(Talk(ours, Begin("status"), pause), handler))
    frames = Frames()
    assert await read_sentence(terminal, frames) == Ask("Name?")
    terminal.sendall(frame(Answer("Robin")))
    assert await read_sentence(terminal, frames) == Done()
    await holding
    assert heard == ["asks", "pause", "on", "works"]

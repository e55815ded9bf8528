"""A form answers the questions that it names, each once, and leaves every other one to the person."""

import asyncio
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from tests.troth_app.web.scripted import answering
from troth_app.conversation import Ask, Choose, Form
from troth_app.talk import Talk
from troth_app.web.filling import fill
from troth_app.web.visit import begin

PROMPTS: Final = st.sampled_from(["Feelings:", "Need:", "Share it?", "Sure?"])
ITEMS: Final = ("Share it", "Keep it", "Let it go")
QUESTIONS: Final = st.lists(
    st.one_of(
        PROMPTS.map(Ask), PROMPTS.map(lambda prompt: Ask(prompt, Form.HIDDEN)), PROMPTS.map(lambda p: Choose(p, ITEMS))
    ),
    max_size=6,
)
ANSWERS: Final = st.dictionaries(PROMPTS, st.sampled_from(["words", *ITEMS]))


@given(questions=QUESTIONS, answers=ANSWERS)
def test_no_question_is_answered_that_a_form_does_not_name(
    questions: list[Ask | Choose], answers: dict[str, str], tmp_path_factory: Any
) -> None:
    """Whatever is asked, in whatever order: each answer goes to its own words, once, and the rest waits."""
    heard: list[tuple[str, str]] = []

    async def asks(talk: Talk) -> None:
        for question in questions:
            if isinstance(question, Ask):
                heard.append((question.prompt, await talk.ask(question.prompt, form=question.form)))
            else:
                heard.append((question.prompt, ITEMS[await talk.choose(question.prompt, ITEMS)]))

    async def fills() -> Ask | Choose | None:
        async with answering(tmp_path_factory.mktemp("home"), asks) as (home, _):
            visit = begin(home, "checkin")
            await fill(visit, answers)
            question = visit.question
            await visit.close()
            return question

    waits = asyncio.run(fills())
    assert heard == [(prompt, answers[prompt]) for prompt, _ in heard]
    assert len({prompt for prompt, _ in heard}) == len(heard)
    assert waits == (questions[len(heard)] if len(heard) < len(questions) else None)
    if waits is not None:
        named = answers.get(waits.prompt)
        assert named is None or waits.prompt in dict(heard) or (isinstance(waits, Choose) and named not in ITEMS)

"""A form that was filled in, as answers to the questions that a command asks.

Each answer goes to the question that it was typed for, by its words. What is asked beside that stays a question, and
the person is shown it: a form can answer early, and never for something that it did not name.
"""

from collections.abc import Mapping

from troth_app.conversation import Ask, Choose
from troth_app.web.visit import Visit

__all__ = ["fill"]


async def fill(visit: Visit, answers: Mapping[str, str]) -> None:
    """Answer what a form answers; return when it is done, or asks something else.

    Args:
        visit: A conversation that began.
        answers: By the words of a question, what was typed, or the words of what was picked.
    """
    left = dict(answers)
    while await visit.settled():
        question = visit.question
        if question is None or question.prompt not in left:
            return
        answer = left.pop(question.prompt)
        match question:
            case Ask():
                await visit.answer(answer)
            case Choose(items=items) if answer in items:
                await visit.answer(items.index(answer))
            case _:
                return

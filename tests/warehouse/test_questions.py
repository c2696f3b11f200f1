"""The twenty questions of docs/questions.md: each query runs, and finds what is there, on the real releases."""

from __future__ import annotations

import re

import pytest

from socialcare.database import connect
from socialcare.settings import PROJECT_ROOT

pytestmark = pytest.mark.usefixtures("england")

PAGE = (PROJECT_ROOT / "docs" / "questions.md").read_text()
QUESTIONS = re.findall(r"^(\d+)\. (.+)\n\n((?: {4,}.+\n)+)", PAGE, flags=re.MULTILINE)
#: LAIT's figures are not landed here.
MAY_BE_EMPTY = {"20"}


def test_there_are_twenty() -> None:
    assert [int(number) for number, _, _ in QUESTIONS] == list(range(1, 21))


@pytest.mark.parametrize(("number", "question", "query"), QUESTIONS, ids=[question for _, question, _ in QUESTIONS])
def test_the_query_answers(number: str, question: str, query: str) -> None:
    with connect("transformer") as connection:
        connection.execute("set local search_path = marts")
        found = connection.execute(query.encode()).fetchall()
    assert found or number in MAY_BE_EMPTY, question

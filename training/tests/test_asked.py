"""Asked facts: no question has two answers, nothing of a template is left over, and what is kept out of training stays out."""

import random
import re
from itertools import product

import pytest

from training.corpus.grammar import USER, Chat, _parsed, expand, tidy
from training.corpus.rewording import reword
from training.corpus.skills import asked

FACTS = [(name, fact) for name, facts in asked.files().items() for fact in facts]
EVERY = [(name, one) for name, fact in FACTS for one in (fact, *fact.followups)]


def spellings(sequence: tuple) -> list[str]:
    """All texts that a parsed template can become."""
    parts = [[node] if isinstance(node, str) else [text for branch in node for text in spellings(branch)] for node in sequence]
    return ["".join(texts) for texts in product(*parts)]


def bare(question: str) -> str:
    return " ".join(re.sub(r"[^\w ]", "", question.lower()).split())


def test_facts_are_many_and_complete():
    assert len(FACTS) > 15_000
    assert not [(name, one) for name, one in EVERY if not one.told or not one.answer]


def test_a_line_that_fits_nowhere_is_refused():
    for text in ("= No question.", "Who?\nWho else?", "> And then?\n= Nothing.", "Who?"):
        with pytest.raises(ValueError, match="broken.txt"):
            asked.parse(text, "broken.txt")


def test_templates_leave_nothing_over():
    rng = random.Random(1)
    for name, one in EVERY:
        for template in (*one.wordings, one.answer):
            text = tidy(expand(rng, template))
            assert text and text.isascii() and not re.search(r"[\[\]{}|=#>]", text), (name, template)


def test_no_question_has_two_answers():
    answers: dict[str, tuple[str, str]] = {}
    double = []
    for name, fact in FACTS:
        for wording in fact.wordings:
            for question in {bare(text) for text in spellings(_parsed(wording))}:
                other, answer = answers.setdefault(question, (name, fact.answer))
                if answer != fact.answer:
                    double.append((question, other, name))
    assert not double, (len(double), double[:5])


def test_kept_out_wordings_are_never_asked():
    """By the words alone, whatever the case and the marks. Follow-ups ("and why?") are shared by many facts and only mean something after theirs."""
    kept = {bare(text) for _, fact in FACTS if fact.kept_out for text in spellings(_parsed(fact.kept_out))}
    told = {bare(text) for _, fact in FACTS for wording in fact.told for text in spellings(_parsed(wording))}
    assert len(kept) > 1000 and not kept & told, sorted(kept & told)[:5]
    rng, heard = random.Random(2), set()
    for _ in range(3000):
        chat = Chat(rng)
        asked.asked(chat)
        heard |= {bare(text) for mark, text in chat.turns if mark == USER}
    assert not heard & kept, sorted(heard & kept)[:5]


ORDERED = ("Is a lion bigger than a cat?", "Can a fish live out of water or not?", "Does the Earth go around the Sun?", "Is a kilogram heavier than a pound?")
SMALL = ("than", "or", "not", "out")


@pytest.mark.parametrize("question", ORDERED)
def test_yes_or_no_keeps_its_small_words_and_its_order(question: str):
    """ "lion bigger cat" and "cat bigger lion" would be two questions with the same words."""
    first, second = re.findall(r"lion|cat|fish|water|Earth|Sun|kilogram|pound", question)
    needed = [word for word in SMALL if f" {word} " in question or question.endswith(f" {word}?")]
    rng, seen = random.Random(3), set()
    for _ in range(1500):
        text = reword(rng, question, typos=False).lower()
        seen.add(text)
        assert text.index(first.lower()) < text.index(second.lower()), text
        assert all(re.search(rf"\b{word}\b", text) for word in needed), text
    assert len(seen) > 50

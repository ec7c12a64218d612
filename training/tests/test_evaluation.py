"""The judges: each is shown an answer it must accept and some it must not."""

import random

import pytest

from training import questions as Q
from training.corpus import mix
from training.corpus.grammar import BOT, USER


@pytest.fixture(scope="module", autouse=True)
def skills() -> None:
    mix.register()


def test_a_value_must_stand_as_whole_words():
    judge = Q.says("Ann Lee")
    assert judge("Your name is Ann Lee.") and judge("ann lee!")
    assert not judge("Your name is Annie Lee.") and not judge("Lee Ann")


@pytest.mark.parametrize("attribute", Q.ATTRIBUTES)
@pytest.mark.parametrize("distance", [1, 5, 20])
def test_recall_asks_for_what_was_said_that_far_back(attribute: str, distance: int):
    for seed in range(5):
        question = Q.recall(random.Random(seed), attribute, distance)
        assert question.chat.count(USER) == distance + 1 and question.chat.endswith(BOT)
        first = question.chat.split(USER)[1]
        assert question.expected.lower() in first.lower()
        assert question.expected.lower() not in question.chat.split(USER)[-1].lower()
        assert question.judge(f"It is {question.expected}.") and not question.judge("You have not told me.")


def test_not_told():
    for answer in ("You have not told me your name yet.", "I don't know your name.", "You never told me.", "You did not tell me that."):
        assert Q.NOT_TOLD(answer), answer
    for answer in ("Your name is Ada.", "Your cat is called Momo.", "It is blue."):
        assert not Q.NOT_TOLD(answer), answer


def test_facts_come_with_their_answers():
    rng = random.Random(3)
    for questions, right, wrong in (
        (Q.capitals(rng, 20), "The capital is {}.", "The capital is Xyz."),
        (Q.elements(rng, 20), "It is {}.", "It is element 0."),
        (Q.sums(rng, 20), "1 + 1 = {}.", "It is 777."),
        (Q.meanings(rng, 20), "It means {}.", "I don't know that word."),
    ):
        for q in questions:
            assert q.judge(right.format(q.expected)), (q.chat, q.expected)
            assert not q.judge(wrong), q.chat


def test_sums_stay_up_to_fifty():
    assert all(0 <= int(q.expected) <= 50 for q in Q.sums(random.Random(1), 200))


def test_three_digit_sums_may_be_declined():
    question = Q.big_sums(random.Random(1), 1)[0]
    assert question.judge("That is too big for me.") and question.judge(f"= {question.expected}") and not question.judge("It is 12.")


def test_odd_words():
    assert Q.ODD_WORD("Sorry, I don't know that word.") and Q.ODD_WORD("I have never heard that word.")
    assert not Q.ODD_WORD("A blick is a small house.")


STORY = "There once was a fox called Mia. She found a red kite by the sea. " * 2 + "Mia flew it. Mia the fox went home."


def test_stories_need_hero_object_and_one_name():
    judge = Q._story_judge("fox", "red kite")
    assert judge(STORY)
    assert not judge(STORY.replace("kite", "bell"))
    assert not judge(STORY.replace("fox", "cat"))
    assert not judge(STORY.replace("Mia the fox", "Tom the fox"))
    assert Q.in_setting(STORY, "by the sea") and not Q.in_setting(STORY, "in space")


def test_openings_that_repeat_are_not_distinct():
    same, different = ["once upon a time there was a fox"] * 10, [" ".join(f"w{i}{j}" for j in range(20)) for i in range(10)]
    assert Q.distinct_openings(same) == pytest.approx(0.1)
    assert Q.distinct_openings(different) == 1.0

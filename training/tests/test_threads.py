"""Memory and threads: what was told comes back, corrected values win, no talk of the files has a fault."""

import random
import re

import pytest

from training.corpus.dialogues import faults
from training.corpus.grammar import Chat
from training.corpus.skills import following, memory, people, scenes, threads, told_of_others
from training.corpus.skills.attributes import ATTRIBUTES


def test_threads_are_many_and_have_no_fault():
    assert len(threads.load()) >= 150
    # What a hurried user types ("what?...", "an houur") is no fault of the text.
    careless = re.compile(r"leftover '\?\.'|article in '[a-z]")
    found = []
    for one in (*threads.load(), *(rich.thread for rich in threads.rich_sentences())):
        for seed in range(6):
            chat, gaps = Chat(random.Random(seed)), one.gaps
            one.gaps = frozenset()
            one.play(chat)
            one.gaps = gaps
            found += [f"{one.place}: {fault}" for fault in faults(chat.turns) if not careless.match(fault)]
    assert not found, found[:5]


@pytest.mark.parametrize("key", sorted(ATTRIBUTES))
def test_what_is_told_is_answered(key: str):
    for seed in range(4):
        chat = Chat(random.Random(seed))
        value = memory.tell(chat, ATTRIBUTES[key])
        memory.question(chat, ATTRIBUTES[key])
        memory.answer(chat, ATTRIBUTES[key])
        told = memory.to_you(value).lower()
        assert told in chat.turns[-1][1].lower() and told in memory.to_you(chat.turns[0][1]).lower()


def test_the_corrected_value_counts():
    for seed in range(200):
        chat = Chat(random.Random(seed))
        attribute = memory.choose(chat)
        old = memory.tell(chat, attribute)
        new = memory.new_value(chat, attribute)
        if new == old:
            continue
        memory._change(chat, attribute, new, at_once=True)
        memory.question(chat, attribute)
        memory.answer(chat, attribute)
        assert memory.to_you(new).lower() in chat.turns[-1][1].lower() and chat.memory[attribute.key] == new


def test_two_people_are_kept_apart():
    for seed in range(200):
        chat = Chat(random.Random(seed))
        one = people.somebody(chat)
        other = people.somebody(chat, [one])
        told_of_others.tell_of(chat, one, wanted="job")
        told_of_others.tell_of(chat, other, wanted="job", other=one)
        assert one.facts["job"][1] != other.facts["job"][1] and one.name != other.name
        told_of_others.ask_of(chat, other, "job")
        answer = chat.turns[-1][1]
        assert other.facts["job"][1] in answer or other.name in answer
        assert one.name not in answer


def test_topics_answer_every_question():
    assert all(len(answers) == len(questions) for questions, subjects in following.topics() for _, _, answers in subjects)


def test_scenes_are_many_and_have_no_fault(monkeypatch):
    every = scenes.load()
    assert len(every) >= 300
    monkeypatch.setattr("training.corpus.recall.pad", lambda *_: None)  # other skills have tests of their own
    careless = re.compile(r"leftover '\?\.'|article in '[a-z]|article in .*\ban A\b")  # an A is a grade
    found = []
    for one in every:
        monkeypatch.setattr(scenes, "load", lambda: (one,))
        for seed in range(3):
            chat = Chat(random.Random(seed))
            scenes.scene(chat)
            found += [f"{one.thread.place}: {fault}" for fault in faults(chat.turns) if not careless.match(fault)]
    assert not found, found[:10]


SCENE = """\
T: I paint my {furniture} {color}.
N: A good color.
C: No, {color2} after all. => color = color2
N: {cap color2}, then.
Q: Which color did I choose? => You chose {color}.
A: Is paint wet? => Paint is wet at first.
T: Somebody helps me.
N: How kind.
Q: Does somebody help me? => Yes, somebody helps you.
T: It must be done soon.
N: Then begin.
Q: When must it be done? => It must be done soon.
"""


def test_in_a_scene_the_corrected_value_counts():
    (one,) = scenes.parse(SCENE, "test")
    for seed in range(100):
        chat = Chat(random.Random(seed))
        play = scenes.Play(one, chat)
        play.correct(one.tellings[0].correction)
        play.ask(one.tellings[0].questions[0])
        assert chat.turns[-1][1] == f"You chose {play.slots['color2']}."


def test_in_a_scene_only_what_was_not_told_is_unknown(monkeypatch):
    (one,) = scenes.parse(SCENE, "test")
    monkeypatch.setattr(scenes, "load", lambda: (one,))
    unknown = 0
    for seed in range(300):
        chat = Chat(random.Random(seed))
        scenes.scene(chat)
        said = " ".join(text.lower() for _, text in chat.turns)
        if chat.turns[-1][1] not in scenes.NOT_TOLD:
            continue
        unknown += 1
        asked_when = "when" in chat.turns[-2][1].lower()
        assert ("then begin." if asked_when else "how kind.") not in said
    assert unknown > 5


@pytest.mark.parametrize(
    "text", ["N: a reply", "T: told\nQ: what? => it", "T: told\nN: yes\nQ: what?", "T: told\nN: yes\nC: no\nN: ah\nQ: what? => it", "T: told\nN: yes", "X: what", "T: [a|b\nN: yes\nQ: what? => it"]
)
def test_a_line_of_a_scene_that_fits_nowhere_is_refused(text: str):
    with pytest.raises(ValueError):
        scenes.parse(text, "test")

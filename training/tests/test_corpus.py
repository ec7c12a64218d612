"""The text: enough of it, clean, the same from the same seed, and with what is held out kept out."""

import random
import re

import pytest
from tokenizers import Tokenizer

from training.corpus import dialogues, lexicon, mix, natural, reflect, write
from training.corpus.grammar import SKILLS, BOT, END, STORY, USER, Chat, expand, in_words, listing
from training.corpus.skills import asked, keeping
from training.corpus.write import PAD, pack

DOCUMENTS = 1200  # a few seconds; a fault in one of a thousand shows within a few runs


@pytest.fixture(scope="module")
def own() -> list[str]:
    """Every part but ``real``, whose user turns are other people's words."""
    rng, parts = random.Random(17), [part for name, part in mix.PARTS.items() if name != "real"]
    return [rng.choices(parts, [p.share for p in parts])[0].write(rng, False) for _ in range(DOCUMENTS)]


def turns(document: str) -> list[tuple[str, str]]:
    pieces = re.split(r"(<\|\w+\|>)", document)[1:]
    return list(zip(pieces[::2], pieces[1::2]))


def test_as_much_of_it_as_was_promised():
    skills, _ = mix.register()
    from training.corpus.plots import PLOTS

    assert len(PLOTS) >= 40
    assert len({skill.__qualname__ for skill in skills}) >= 60
    assert dialogues.count() >= 600


def test_no_hole_and_no_bracket_is_left(own: list[str]):
    for document in own:
        fault = re.search(r"[\[\]{}]|(?<!\|)\|(?![>a-z])|  | [,.;:!?](?![.\da-z])|(?<=[a-z,] )None\b(?! [A-Z])", re.sub(r"<\|\w+\|>", "", document))
        assert not fault, f"{fault.group()!r} in {document[max(0, fault.start() - 80) : fault.end() + 120]!r}"


def test_documents_have_the_form_the_page_uses(own: list[str]):
    for document in own:
        marks = [mark for mark, _ in turns(document)]
        assert marks[-1] == END and END not in marks[:-1]
        if marks[0] == STORY:
            assert len(marks) == 2
        else:
            assert marks[:-1] == [USER, BOT] * (len(marks) // 2), document
        assert all(text == text.strip() and text for mark, text in turns(document)[:-1]), document


def test_the_model_writes_properly(own: list[str]):
    """Answers begin with a capital or a number and end a sentence, nearly always."""
    answers = [text for document in own for mark, text in turns(document) if mark == BOT]
    rough = [a for a in answers if not re.match(r"[\"'(]?[A-Z0-9]", a) or not re.search(r"[.!?:)\"'\w]$", a)]
    assert len(rough) < 0.01 * len(answers), rough[:10]


def test_the_same_seed_gives_the_same_text():
    first, again, other = (mix.Stream(seed) for seed in (3, 3, 4))
    texts = [next(first) for _ in range(60)]
    assert texts == [next(again) for _ in range(60)]
    assert texts != [next(other) for _ in range(60)]


def test_a_document_that_fails_names_its_seed():
    def fails(rng: random.Random, held_out: bool) -> str:
        return [][0]

    with pytest.raises(RuntimeError, match="document 1 of the stream with seed 702, a broken document.*IndexError"):
        next(mix.Stream(702, parts={"broken": mix.Part(1.0, fails)}))


def test_a_shard_that_fails_does_not_end_the_others(monkeypatch: pytest.MonkeyPatch, tmp_path):
    monkeypatch.setattr(write, "shard", lambda seed, folder, length: {8: 1000}[seed])
    assert write._work((8, tmp_path, 64)) == (1000, "")
    tokens, failure = write._work((9, tmp_path, 64))
    assert tokens == 0 and "KeyError: 9" in failure


def test_every_number_has_its_words():
    assert [in_words(n) for n in (0, 13, 42, 100, 999)] == ["zero", "thirteen", "forty-two", "one hundred", "nine hundred and ninety-nine"]
    assert len({in_words(n) for n in range(1000)}) == 1000
    assert len({keeping._count(n) for n in range(40)}) == 40  # a list that is kept grows to any length
    for n in (-1, 1000):
        with pytest.raises(ValueError):
            in_words(n)
    with pytest.raises(ValueError):
        listing([])


def test_a_kept_list_may_use_up_all_things(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(keeping, "_things", lambda chat, kind: ["milk", "eggs", "bread"])
    for seed in range(300):
        chat = Chat(random.Random(seed))
        keeping.list_kept(chat)
        assert chat.turns[-1][0] == BOT


def test_parts_come_in_their_shares():
    stream = mix.Stream(5)
    for _ in range(1000):
        next(stream)
    total = sum(stream.written.values())
    for name, part in mix.PARTS.items():
        assert stream.written[name] / total == pytest.approx(part.share, abs=0.03)


def test_a_short_stage_asks_what_some_files_hold():
    parts = mix.focused(("honest", "page"), 0.5)
    assert sum(part.share for part in parts.values()) == pytest.approx(sum(part.share for part in mix.PARTS.values()) * 0.5 + 0.5)
    facts = [one for name, facts in asked.files().items() if name.startswith(("honest", "page")) for fact in facts for one in (fact, *fact.followups)]
    answers = {text for fact in facts for text in [fact.answer] if "[" not in text}
    rng = random.Random(5)
    said = [text for _ in range(100) for mark, text in turns(parts["focus"].write(rng, False)) if mark == BOT]
    assert sum(text in answers for text in said) > len(said) / 2
    with pytest.raises(ValueError, match="no file"):
        mix.focused(("nothing like this",), 0.5)["focus"].write(rng, False)
    with pytest.raises(ValueError, match="share"):
        mix.focused(("honest",), 1.0)


@pytest.mark.parametrize("focus", (["--focus", "nothing like this"], ["--focus", "honest", "--focus-share", "2"]))
def test_a_focus_that_cannot_be_is_refused_before_there_are_processes(monkeypatch: pytest.MonkeyPatch, tmp_path, focus: list[str]):
    monkeypatch.setattr("sys.argv", ["write", str(tmp_path), "no tokenizer", "--no-natural", *focus])
    monkeypatch.setattr(write.multiprocessing, "Pool", None)
    with pytest.raises(ValueError, match="no file|share"):
        write.main()


def test_held_out_names_stay_out(own: list[str]):
    held_out = set(lexicon.HELD_OUT["name"])
    assert len(held_out) >= 0.1 * len(lexicon.ALL["name"]) and not held_out & set(lexicon.LISTS["name"])
    rng = random.Random(18)
    recalled = [mix.PARTS["recall"].write(rng, False) for _ in range(150)]
    told = re.findall(r"[Mm]y name is (\w+)", " ".join(own + recalled))
    assert len(told) > 20 and not [name for name in told if name.capitalize() in held_out]


def test_invented_values_are_no_words_and_not_held_out():
    rng, known = random.Random(4), {word.lower() for words in lexicon.ALL.values() for word in words}
    for _ in range(500):
        word = lexicon.blend(rng)
        assert word not in known and not lexicon.is_held_out(word) and not lexicon.is_held_out(word.capitalize()), word
        assert " " in (name := lexicon.compound(rng, proper=True)) and not lexicon.is_held_out(name), name
    told = [lexicon.person(rng) for _ in range(500)]
    assert not set(told) & set(lexicon.HELD_OUT["name"])
    assert sum(name in lexicon.LISTS["name"] for name in told) < 250  # open: most are in no list


def test_held_out_wordings_stay_out(own: list[str]):
    """No question of the corpus fits a wording that the evaluation asks, whatever stands in its slots."""
    from training.corpus.skills import facts, words

    kept = [*facts.CAPITAL_ASKED_HELD_OUT, *facts.SYMBOL_ASKED_HELD_OUT, *facts.NUMBER_ASKED_HELD_OUT, *facts.SYMBOL_BACK_ASKED_HELD_OUT, *facts.NUMBER_BACK_ASKED_HELD_OUT, *words.MEANING_ASKED_HELD_OUT]
    patterns = [re.sub(r"\\\{\w+\\\}", r"[\\w' ,.-]+", re.escape(template.rstrip(".?"))) for template in kept]
    held_out = re.compile("|".join(patterns), re.I)
    assert all(held_out.search(template.format(country="Peru", element="tin", symbol="Sn", number=50, w="tin")) for template in kept)
    rng = random.Random(23)
    skills = (facts.capitals, facts.elements, words.meanings, words.unknown_words)
    asked = [text for document in own for mark, text in turns(document) if mark == USER]
    for _ in range(3000):
        chat = Chat(rng)
        rng.choice(skills)(chat)
        asked += [text for mark, text in chat.turns if mark == USER]
    assert not [text for text in asked if held_out.search(text)]


def test_natural_text_is_parted():
    held_out = {natural.document(e) for e in natural.entries(held_out=True)}
    assert len(held_out) > 100 and held_out.isdisjoint(natural.document(e) for e in natural.entries())


def test_reflections_fit_what_was_said():
    rng = random.Random(1)
    for said, wanted in {"I love my old guitar.": "your old guitar|since when|tell me more", "Have you seen Jaws?": r"\bseen|watch|text", "Why do cats purr?": "why|reason",
                         "What's your favorite movie?": "favorite movie|too new|to choose"}.items():  # fmt: skip
        for _ in range(20):
            assert re.search(wanted, reflect.reply(rng, said), re.I), (said, reflect.reply(rng, said))
    for text in natural.user_turns()[:3000]:
        assert not re.search(r"[\[\]{}]|  |^$", reflect.reply(rng, text)), text


def test_a_story_keeps_every_wish():
    """Hero, name, trait, friend, thing, place, fear, lesson, given lines, the number of sentences; and what was not wanted is not there."""
    from training.corpus import stories

    assert stories.check_wishes(500, seed=3) == 0


def test_a_renamed_hero_is_the_only_change():
    from training.corpus.plots.compose import compose
    from training.corpus.plots.wish import Wish
    from training.corpus.plots.wish_changes import again

    tale = compose(Wish(kind="dragon", name="Pim", object="key", place="in a library", lesson="share"), 5)
    assert again(tale, name="Mira").text.replace("Mira", "Pim") == tale.text


def test_templates():
    rng = random.Random(0)
    assert expand(rng, "{an x} and {cap x}, {cap an x}", x="owl") == "an owl and Owl, An owl"
    assert {expand(rng, "[a|b[c|d]|]") for _ in range(200)} == {"a", "bc", "bd", ""}
    with pytest.raises(KeyError):
        expand(rng, "{no_such_list}")
    with pytest.raises(ValueError):
        expand(rng, "[a|b")


def test_rows_hold_every_token_once_and_cut_no_short_document():
    rng = random.Random(2)
    documents = [[rng.randrange(5, 99) for _ in range(rng.randrange(1, 60))] + [0] for _ in range(300)] + [[7] * 130]
    rows = pack([list(d) for d in documents], 64)
    assert sorted(t for d in documents for t in d) == sorted(t for t in rows.flatten().tolist() if t != PAD)
    text = [",".join(map(str, row)) + "," for row in rows.tolist()]
    for document in documents[:-1]:
        assert any(",".join(map(str, document)) + "," in row for row in text)
    assert (rows == PAD).mean() < 0.25  # large pieces in small rows; 1 % with real ones


def test_the_shipped_tokenizer_knows_the_marks():
    from pathlib import Path

    from training.export import MARKS

    tokenizer = Tokenizer.from_file(str(Path(__file__).parents[2] / "www/models/default/tokenizer.json"))
    assert [tokenizer.token_to_id(mark) for mark in MARKS] == list(range(5))
    text = "Hello Mamba! 12 + 30 = 42."
    assert tokenizer.decode(tokenizer.encode(text).ids) == text


def test_the_order_of_imports_does_not_matter():
    """What a seed gives: skills stand in one order, whoever imported them first."""
    mix.register()
    names = [(function.__module__, function.__name__) for function, _ in SKILLS]
    assert names == sorted(names)

"""Short poems for what is asked: two rhyming couplets that name it, each out of a list of its own."""

from __future__ import annotations

import random

from ..grammar import Chat, article, capital
from . import lists
from .draws import any_hero, any_name, any_object, different
from .engine import lines, render

# Something that one can count: the first couplet brings it in, the second goes on with it.
_ONE = lines(
    """
    {A} {k} came out to play,   upon a warm and windy day.
    I met {a} {k} on my way,   it wished me well, it could not stay.
    {A} {k} sat below a tree,   and hummed a song for you and me.
    There was {a} {k} beside the sea,   as happy as {a} {k} can be.
    {A} {k} once dreamed that it could fly,   right up into the summer sky.
    {A} {k} looked up into the night,   and saw a star, so small and bright.
    {A} {k} was sitting in the snow,   and did not know which way to go.
    At noon {a} {k} lay in the sun,   and thought of all the things undone.
    {A} {k} got up when it was late,   and found the world outside the gate.
    I saw {a} {k} beneath the moon,   it hummed a very quiet tune.
    {A} {k} was hiding in my shoe,   and what it wanted, no one knew.
    {A} {k} went out to see the town,   it walked the street up and then down.
    Deep in the wood {a} {k} was found,   it lay there curled up, small and round.
    {A} {k} stood waiting in the rain,   for someone on the evening train.
    If I could have {a} {k} today,   I would not let it run away.
    {A} {k} is all I want to see,   {a} {k} is good enough for me.
    """
)
_ONE_MORE = lines(
    """
    The {k} looked up, the sky was blue,   and said, "This world is big and new."
    O little {k}, so good, so kind,   a friend like you is hard to find.
    The {k} was tired, the day was long,   and so it sang its evening song.
    And when the {k} had gone to bed,   the moon sat down above its head.
    The {k} said softly, "Now I know,   how far a little heart can go."
    Then home it went, the happy {k},   and ever since I hear it speak.
    The {k} was quiet, so was I,   we watched the clouds go slowly by.
    And if you see the {k} one day,   be kind and ask it please to stay.
    The {k} still smiles, and so do I,   and neither of us can say why.
    The {k} fell down, got up once more,   and laughed as it had laughed before.
    Good night, my {k}, the day is through,   the stars will keep an eye on you.
    Dear {k}, you make the gray day bright,   you are my lamp, you are my light.
    The wind came by and called its name,   and every {k} replied the same.
    The {k} and I, we share some tea,   one cup for it, and one for me.
    """
)
# Something that one cannot count, or a feeling: rain, love, winter, bread, home.
_STUFF = lines(
    """
    When {x} comes in at my door,   I do not ask for any more.
    I think of {x} night and day,   it never seems to go away.
    O {x}, you are good to me,   you make me quiet, make me free.
    There is {x} in the air,   I feel it here, I feel it there.
    I wrote a word about {x},   and folded it into my text.
    Without {x}, what would I do?   The same as I would without you.
    {X}, {x}, soft and slow,   where do you come from, where do you go?
    If {x} were a place to be,   I would go there by land and sea.
    They say that {x} cannot stay,   I hope it will, at least today.
    I looked for {x} far and wide,   and found it sitting by my side.
    Here is a song for {x}, my friend,   it has a start, but not an end.
    A bit of {x} every day,   will keep the gray thoughts far away.
    """
)
_STUFF = tuple(line for line in _STUFF if "my text" not in line)
_STUFF_MORE = lines(
    """
    And when the day is cold and long,   {x} turns into my song.
    So come, {x}, and sit with me,   beneath the old and friendly tree.
    And in the evening, by the light,   I think of {x} half the night.
    The bird, the wind, the little stone,   with {x} no one is alone.
    I close my eyes, and I can see,   {x} waiting there for me.
    So here's to {x}, great and small,   the finest thing among them all.
    And if you ask me what is best,   I say it's {x}, not the rest.
    O {x}, stay, the night is near,   all things are good when you are here.
    """
)
# A person: "my mother", a name.
_PERSON = lines(
    """
    {P}, this poem is for you,   the words are old, the love is new.
    Of all the people far and near,   {P}, you are the one most dear.
    {P}, when you come through the door,   the sun is shining even more.
    {P}, you laugh, and all is well,   there is no better sound or bell.
    For {p} I picked a star tonight,   it is not big, but very bright.
    {P} knows how to make me smile,   and sits and talks with me a while.
    When I am sad and all is gray,   then {p} blows the clouds away.
    """
)
_PERSON_MORE = lines(
    """
    I wish you sun, I wish you tea,   and someone nice for company.
    May every day bring something small,   a bird, a flower, or a call.
    And if you ever feel alone,   then call me on the telephone.
    So thank you for the things you do,   the world is warm because of you.
    I cannot sing, I cannot dance,   but I can write, so here's my chance.
    The years may come, the years may go,   I like you more than you may know.
    """
)
_BIRTHDAY = lines(
    """
    Happy birthday, {q}, hip hooray,   the cake is ready, this is your day.
    Today is {q}'s birthday, sing along,   with cake and candles and a song.
    """
)
_STUFF_WORDS = lists._split("""rain, snow, winter, summer, spring, autumn, love, friendship, home, music, happiness, sleep, bread, honey, tea, coffee, chocolate, time, hope, peace, light, silence, the moon, the sea, the sun, the night, the wind, the sky, the morning, the evening, Christmas, freedom, school, laughter,
courage, cheese, soup, rice, milk, fog, thunder, sunshine, moonlight, ice, water, fire, gold, luck, joy, kindness, patience, pizza, art, math, football, friendship""")
_PEOPLE = ("my mother", "my father", "my grandmother", "my grandfather", "my sister", "my brother", "my teacher", "my best friend", "my daughter", "my son", "my aunt", "my uncle", "my wife", "my husband", "my neighbor")
_ASK = "[Write|Write me|Tell me|Make|Please write|Can you write|Could you make|I want|I need|I would like|Give me] [a|a short|a little|a small|a four-line] [poem|poem|poem|verse|rhyme] "


def _couplet(rng: random.Random, bank: tuple[str, ...], slots: dict[str, str], end: str) -> list[str]:
    first, second = render(rng, rng.choice(bank), slots).split("   ")
    return [capital(first), second.rstrip(".") + "." if end == "." and second[-1] not in '"?!.' else second]


def poem_for(chat: Chat) -> None:
    """A poem for one or two things, for somebody, for a birthday; then "another one", "now about a crow"."""
    rng = chat.rng
    for turn in range(chat.pick((1, 1, 1, 2, 2, 3))):
        dice = rng.random()
        if dice < 0.5:
            kind = any_hero(rng) if rng.random() < 0.7 else different(rng, any_object)
            slots = {"k": kind, "a": article(kind).split(" ")[0], "A": capital(article(kind).split(" ")[0])}
            more = _ONE_MORE if kind.endswith(("eak", "eek")) else tuple(line for line in _ONE_MORE if "speak" not in line)
            subject, body = article(kind), _couplet(rng, _ONE, slots, ".") + _couplet(rng, more, slots, ".")
        elif dice < 0.6:
            kind, other = any_hero(rng), rng.choice(_STUFF_WORDS)
            slots = {"k": kind, "a": article(kind).split(" ")[0], "A": capital(article(kind).split(" ")[0]), "x": other, "X": capital(other)}
            subject, body = f"{article(kind)} and {other}", _couplet(rng, _ONE, slots, ".") + _couplet(rng, _STUFF, slots, ".")
        elif dice < 0.85:
            thing = rng.choice(_STUFF_WORDS)
            slots = {"x": thing, "X": capital(thing)}
            subject, body = thing, _couplet(rng, _STUFF, slots, ".") + _couplet(rng, _STUFF_MORE, slots, ".")
        else:
            someone = rng.choice(_PEOPLE)
            name = any_name(rng, chat.held_out) if rng.random() < 0.6 else None
            called = name or someone.removeprefix("my ").removeprefix("best ")
            called = called if name else {"mother": "Mother", "father": "Father", "grandmother": "Grandma", "grandfather": "Grandpa"}.get(called, f"dear {called}")
            slots = {"p": called, "P": capital(called), "q": called}
            birthday = rng.random() < 0.3
            subject = (f"my {someone[3:]} {name}" if name and rng.random() < 0.6 else name or someone) + ("'s birthday" if birthday else "")
            body = _couplet(rng, _BIRTHDAY if birthday else _PERSON, slots, ".") + _couplet(rng, _PERSON_MORE, slots, ".")
        word = "for" if dice >= 0.85 else "about"
        if turn:
            text = chat.pick((f"Now one {word} {subject}.", f"And one {word} {subject}?", f"Another one, {word} {subject}.", f"one more poem {word} {subject}"))
        else:
            text = render(rng, _ASK, {}) + f"{word} {subject}" + chat.pick((".", ".", "", " please.", ", please."))
            text = text.rstrip(".") + "?" if text.startswith(("Can", "Could")) else text
        chat.user_exactly(text if chat.chance(0.7) else text.lower())
        chat.bot_exactly("\n".join(body))

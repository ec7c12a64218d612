"""Word problems of one or two steps.

The answer writes the sum in figures before its result and ends with the unit ("15 - 3 = 12, so Ada has 12 apples left."): the
result follows from the tokens just before it.
"""

from __future__ import annotations

from ..grammar import Chat, skill
from ..lexicon import person
from .sums_asked import answer, say

_THINGS = (
    "apples oranges pears plums books cookies marbles coins pencils eggs cards flowers stones candies balloons stamps shells buttons tickets nuts toys stickers chairs cups plates bottles cakes muffins "
    "pens photos socks keys letters lemons cherries tomatoes potatoes bananas pancakes sweets crayons dolls cars bricks roses"
).split()  # fmt: skip
_ANIMALS = "chickens ducks sheep cows goats fish birds cats dogs rabbits horses pigs bees frogs".split()
_PEOPLE = ("My mother", "My brother", "My sister", "My father", "My friend", "A farmer", "A teacher", "A boy", "A girl", "A baker", "My grandma", "The shop", "My neighbor", "A man", "A woman", "Grandpa")


def _who(chat: Chat) -> tuple[str, str]:
    """Somebody, and the same somebody in an answer: ``My mother``, ``your mother``."""
    if chat.chance(0.6):
        name = person(chat.rng, chat.held_out)
        return name, name
    who = chat.pick(_PEOPLE)
    first, _, rest = who.partition(" ")
    return who, {"My": f"your {rest}", "A": f"the {rest}", "The": f"the {rest}"}.get(first, who)


def _more(chat: Chat) -> None:
    rng, (who, answered) = chat.rng, _who(chat)
    thing, a, b = chat.pick(_THINGS), rng.randint(2, 50), rng.randint(2, 40)
    other = person(rng, chat.held_out)
    dice = rng.random()
    if dice < 0.35:
        say(chat, "{who} has {a} {t}[.| and] [gets|buys|finds|is given] {b} more. How many {t} [does {low} have now|are there now|is that]?", who=who, low=_mid(who), a=a, b=b, t=thing)
        end = f"{answered} has {a + b} {thing}"
    elif dice < 0.6:
        say(chat, "[I have|I had|There were] {a} {t}[.| and] [I buy|I get|I pick|somebody brings me|I find] {b} more[.|, so] how many {t} do I have now?", a=a, b=b, t=thing)
        end = f"you have {a + b} {thing}"
    elif dice < 0.8:
        say(chat, "{who} has {a} {t} and {o} has {b}. How many [{t} |]do they have [together|in all|altogether]?", who=who, a=a, b=b, t=thing, o=other)
        end = f"they have {a + b} {thing} together"
    else:
        place = chat.pick(("on the table", "in the box", "in one bag", "on the tree", "in the basket", "on the shelf"))
        say(chat, "[There are|I see|I count] {a} {t} {place} and {b} [on the floor|in another one|outside|over there]. How many {t} are there [in all|altogether|in total]?", a=a, b=b, t=thing, place=place)
        end = f"there are {a + b} {thing}"
    answer(chat, f"{a} + {b} = {a + b}, so {end}.")


def _mid(who: str) -> str:
    """A person in the middle of a sentence."""
    first, _, rest = who.partition(" ")
    return {"My": f"my {rest}", "A": f"the {rest}", "The": f"the {rest}"}.get(first, who) if rest else who


def _fewer(chat: Chat) -> None:
    rng, (who, answered) = chat.rng, _who(chat)
    thing, a = chat.pick(_THINGS), rng.randint(3, 60)
    b = rng.randint(2, a - 1)
    dice = rng.random()
    if dice < 0.35:
        say(chat, "{who} has {a} {t} and [gives away|loses|sells|drops|uses|gives {o}] {b}[ of them|]. How many {t} [are left|does {low} have left|does {low} still have|remain]?", who=who, low=_mid(who), a=a, b=b, t=thing, o=person(rng, chat.held_out))
        end = f"{answered} has {a - b} {thing} left"
    elif dice < 0.6:
        say(chat, "[I have|I had|I bought] {a} {t} and [gave away|lost|sold|broke|used up] {b}[ of them|]. How many [do I have left|are left|{t} are left]?", a=a, b=b, t=thing)
        end = f"you have {a - b} {thing} left"
    elif dice < 0.8:
        other = person(rng, chat.held_out)
        say(chat, "{who} has {a} {t}. {o} has {b}. How many [more {t}|more] does {low} have[ than {o}|]?", who=who, low=_mid(who), a=a, b=b, t=thing, o=other)
        end = f"{answered} has {a - b} more {thing}"
    else:
        animal = chat.pick(_ANIMALS)
        say(chat, "[There are {a} {t} in a field|A field has {a} {t}|I see {a} {t}]. {b} of them [run away|leave|go home|disappear]. How many {t} are left?", a=a, b=b, t=animal)
        end = f"{a - b} {animal} are left"
    answer(chat, f"{a} - {b} = {a - b}, so {end}.")


def _groups(chat: Chat) -> None:
    rng, (who, _) = chat.rng, _who(chat)
    thing, a, b = chat.pick(_THINGS), rng.randint(2, 12), rng.randint(2, 12)
    dice = rng.random()
    if dice < 0.5:
        box = chat.pick(("boxes", "bags", "baskets", "packs", "jars", "rows", "shelves"))
        say(chat, "[There are|{who} has|I have|I buy|We need] {a} {box} [of|with] {b} {t}[ each| in each|]. How many {t} [is that|are there|are there in all|altogether]?", who=who, a=a, b=b, t=thing, box=box)
        end = f"there are {a * b} {thing}"
    elif dice < 0.8:
        say(chat, "{a} [children|friends|people|guests|kids] [get|each get|need|bring] {b} {t} each. How many {t} [is that|are that in all|do they need|are needed]?", a=a, b=b, t=thing)
        end = f"that is {a * b} {thing}"
    else:
        say(chat, "{who} [reads|writes|makes|bakes|eats|sells] {b} {t} [a|every|each] day. How many [is that |]in {a} days?", who=who, a=a, b=b, t=chat.pick(("pages", "letters", "cakes", "cookies", "cards", "stories")))
        what = chat.last_user.lower().split(f" {b} ", 1)[1].split()[0] if f" {b} " in chat.last_user else "things"
        end = f"that is {a * b} {what} in {a} days"
    answer(chat, f"{a} x {b} = {a * b}, so {end}.")


def _shares(chat: Chat) -> None:
    rng = chat.rng
    thing, b, q = chat.pick(_THINGS), rng.randint(2, 10), rng.randint(1, 12)
    a = b * q
    if chat.chance(0.6):
        people = chat.pick(("children", "friends", "people", "kids", "guests", "brothers"))
        say(chat, "[{a} {t} are shared by|I share {a} {t} among|We divide {a} {t} between|{a} {t} for] {b} {p}. How many [{t} |]does each [get|one get|of them get]?", a=a, b=b, t=thing, p=people)
        answer(chat, f"{a} / {b} = {q}, so each gets {q} {thing}.")
    else:
        box = chat.pick(("box", "bag", "basket", "jar", "plate", "row"))
        say(chat, "[I have|There are|We have] {a} {t}. [{b} fit in|I put {b} in|{b} go into] [a|each|one] {box}. How many {boxes} do I need?", a=a, b=b, t=thing, box=box, boxes="boxes" if box == "box" else box + "s")
        answer(chat, f"{a} / {b} = {q}, so you need {q} {box if q == 1 else 'boxes' if box == 'box' else box + 's'}.")


_GOODS = ("a book", "a ball", "a toy", "a hat", "a sandwich", "a ticket", "a cake", "a game", "a lamp", "a shirt", "lunch", "a cup", "a pen", "a plant", "a bag")


def _money(chat: Chat) -> None:
    rng = chat.rng
    unit = chat.pick(("dollars", "euros", "pounds", "coins", "dollars", "euros"))
    dice = rng.random()
    if dice < 0.35:
        have = chat.pick((10, 20, 50, 100, rng.randint(5, 60)))
        cost = rng.randint(1, have)
        thing = chat.pick(_GOODS)
        if chat.chance(0.5):
            say(chat, "I have {a} {u}. {cap g} costs {b}[ {u}|]. How much [money |]do I have left [after buying it|then|if I buy it]?", a=have, b=cost, u=unit, g=thing)
            end = f"you have {have - cost} {unit} left"
        else:
            say(chat, "I pay for {g} that costs {b} {u} with {a} {u}. [How much change do I get|What is my change|How much do I get back]?", a=have, b=cost, u=unit, g=thing)
            end = f"you get {have - cost} {unit} back"
        answer(chat, f"{have} - {cost} = {have - cost}, so {end}.")
    elif dice < 0.6:
        n, price = rng.randint(2, 10), rng.randint(1, 12)
        thing = chat.pick(_THINGS)
        say(chat, "[One of the {t} costs|If {t} cost|{t} are] {p} {u}[| each]. How much [do {n} cost|are {n} of them|do I pay for {n}]?", t=thing, n=n, p=price, u=unit)
        answer(chat, f"{n} x {price} = {n * price}, so {n} {thing} cost {n * price} {unit}.")
    elif dice < 0.8:
        a, b = rng.randint(1, 40), rng.randint(1, 40)
        g1, g2 = rng.sample(_GOODS, 2)
        say(chat, "{cap g} costs {a} {u} and {h} costs {b}[ {u}|]. [How much is that together|What do both cost|How much do I pay for both|Total price]?", g=g1, h=g2, a=a, b=b, u=unit)
        answer(chat, f"{a} + {b} = {a + b}, so together they cost {a + b} {unit}.")
    else:
        week, n = rng.randint(1, 12), rng.randint(2, 10)
        say(chat, "[I save|I get|I earn|She saves|He earns] {a} {u} [a week|every week|each day|an hour]. How much [is that |]after {n} [weeks|of them]?", a=week, n=n, u=unit)
        answer(chat, f"{n} x {week} = {n * week}, so that is {n * week} {unit}.")


def _time(chat: Chat) -> None:
    rng = chat.rng
    dice = rng.random()
    if dice < 0.3:
        start, lasts = rng.randint(1, 9), rng.randint(1, 3)
        what = chat.pick(("film", "party", "lesson", "concert", "game", "meeting", "train ride", "show"))
        say(chat, "[The|A] {w} [starts|begins] at {a} [o'clock |]and [lasts|takes] {b} hour{s}. When [does it end|is it over]?", w=what, a=start, b=lasts, s="" if lasts == 1 else "s")
        answer(chat, f"{start} + {lasts} = {start + lasts}, so the {what} ends at {start + lasts} o'clock.")
    elif dice < 0.5:
        a = rng.randint(1, 9)
        b = a + rng.randint(1, 12 - a)
        say(chat, "[How many hours is it from|How long is it from|I work from|The shop is open from] {a} [o'clock |]to {b}[ o'clock|][, how many hours is that|]?", a=a, b=b)
        answer(chat, f"{b} - {a} = {b - a}, so it is {b - a} hour{'' if b - a == 1 else 's'}.")
    else:
        big, small, n = chat.pick((("hours", "minutes", 60), ("minutes", "seconds", 60), ("weeks", "days", 7), ("days", "hours", 24), ("years", "months", 12), ("meters", "centimeters", 100), ("kilometers", "meters", 1000), ("kilograms", "grams", 1000), ("dozen", "eggs", 12), ("feet", "inches", 12), ("dollars", "cents", 100)))
        k = rng.randint(2, 5 if n in (24, 60) else 10)
        if chat.chance(0.65):
            say(chat, "[How many {s} are [there |]in {k} {b}?|{k} {b} are how many {s}?|{k} {b} in {s}|Convert {k} {b} to {s}.|{k} {b}, how many {s} is that?]", k=k, b=big, s=small)
            answer(chat, f"{k} x {n} = {k * n}, so {k} {big} are {k * n} {small}.")
        else:
            say(chat, "[How many {b} are {m} {s}?|{m} {s} in {b}?|{m} {s} are how many {b}?|Convert {m} {s} to {b}.]", m=k * n, b=big, s=small)
            answer(chat, f"{k * n} / {n} = {k}, so {k * n} {small} are {k} {big}.")


def _distance(chat: Chat) -> None:
    rng = chat.rng
    what, fast, unit = chat.pick((("car", (5, 10), "kilometers"), ("train", (8, 10), "kilometers"), ("bus", (3, 8), "miles"), ("bike", (1, 2), "kilometers"), ("walker", (0, 0), "kilometers"), ("boat", (1, 3), "miles")))
    speed = rng.randint(*fast) * 10 if fast[1] else rng.randint(3, 6)
    hours = rng.randint(2, 6)
    dice = rng.random()
    if dice < 0.4:
        say(chat, "[A {w} goes|A {w} drives|If a {w} goes|A {w} travels at] {a} {u} an hour. How far [does it get|does it go|is it] in {b} hours?", w=what, a=speed, b=hours, u=unit)
        answer(chat, f"{speed} x {hours} = {speed * hours}, so the {what} goes {speed * hours} {unit}.")
    elif dice < 0.6:
        say(chat, "A {w} goes {d} {u} [in {b} hours|and needs {b} hours]. How [fast is it|many {u} an hour is that]?", w=what, d=speed * hours, b=hours, u=unit)
        answer(chat, f"{speed * hours} / {hours} = {speed}, so the {what} goes {speed} {unit} an hour.")
    elif dice < 0.8:
        a = rng.randint(10, 90)
        b = rng.randint(1, a - 1)
        say(chat, "[The way is|It is|The trip is] {a} {u} long. [I have gone|We have walked|I have done] {b}[ {u}|]. How [far is it still|much is left|many {u} are left]?", a=a, b=b, u=unit)
        answer(chat, f"{a} - {b} = {a - b}, so {a - b} {unit} are left.")
    else:
        a, b = rng.randint(1, 40), rng.randint(1, 40)
        say(chat, "[I walked|I ran|We drove|She rode] {a} {u} [on Monday|in the morning|yesterday] and {b} [on Tuesday|in the evening|today]. How far [is that|was that] [in all|altogether|together]?", a=a, b=b, u=unit)
        answer(chat, f"{a} + {b} = {a + b}, so that is {a + b} {unit}.")


_HAVE = (("dog", "dogs", 4, "legs"), ("cat", "cats", 4, "paws"), ("spider", "spiders", 8, "legs"), ("bird", "birds", 2, "wings"), ("bee", "bees", 6, "legs"), ("car", "cars", 4, "wheels"), ("bicycle", "bicycles", 2, "wheels"), ("tricycle", "tricycles", 3, "wheels"), ("hand", "hands", 5, "fingers"), ("triangle", "triangles", 3, "corners"),
         ("square", "squares", 4, "corners"), ("octopus", "octopuses", 8, "arms"), ("horse", "horses", 4, "legs"), ("chicken", "chickens", 2, "legs"), ("person", "people", 2, "eyes"), ("ant", "ants", 6, "legs"), ("cow", "cows", 4, "legs"), ("week", "weeks", 7, "days"), ("year", "years", 12, "months"), ("chair", "chairs", 4, "legs"))  # fmt: skip


def _parts(chat: Chat) -> None:
    one, many, each, part = chat.pick(_HAVE)
    n = chat.rng.randint(2, 10)
    say(chat, "[How many {p} do {n} {m} have?|{n} {m} have how many {p}?|If I see {n} {m}, how many {p} are that?|How many {p} are there on {n} {m} together?|Count the {p} of {n} {m}.]", p=part, n=n, m=many)
    answer(chat, f"{n} x {each} = {n * each}, so {n} {many} have {n * each} {part}.")


def _two_steps(chat: Chat) -> None:
    rng, (who, answered) = chat.rng, _who(chat)
    thing = chat.pick(_THINGS)
    dice = rng.random()
    if dice < 0.35:
        a, b = rng.randint(3, 30), rng.randint(1, 20)
        c = rng.randint(1, a + b - 1)
        say(chat, "{who} has {a} {t}, [gets|buys|finds] {b} more and [gives away|loses|sells] {c}. How many {t} [does {low} have now|are left]?", who=who, low=_mid(who), a=a, b=b, c=c, t=thing)
        answer(chat, f"{a} + {b} = {a + b} and {a + b} - {c} = {a + b - c}, so {answered} has {a + b - c} {thing}.")
    elif dice < 0.55:
        a = rng.randint(10, 50)
        b = rng.randint(1, a - 4)
        c = rng.randint(1, a - b - 1)
        say(chat, "[I have|I had] {a} {t}. I [give|gave] {b} to {n} and {c} to {o}. How many [{t} |]are left?", a=a, b=b, c=c, t=thing, n=person(rng, chat.held_out), o=person(rng, chat.held_out))
        answer(chat, f"{a} - {b} = {a - b} and {a - b} - {c} = {a - b - c}, so you have {a - b - c} {thing} left.")
    elif dice < 0.8:
        a, b = rng.randint(2, 10), rng.randint(2, 10)
        if chat.chance(0.5):
            c = rng.randint(1, 10)
            say(chat, "[I have|{who} has|There are] {a} boxes with {b} {t} each and {c} more {t}. How many {t} [are there|is that][ in all|]?", who=who, a=a, b=b, c=c, t=thing)
            answer(chat, f"{a} x {b} = {a * b} and {a * b} + {c} = {a * b + c}, so there are {a * b + c} {thing}.")
        else:
            c = rng.randint(1, a * b - 1)
            say(chat, "[I have|{who} has|There are] {a} boxes with {b} {t} each. {c} {t} are [sold|given away|broken|taken out]. How many are left?", who=who, a=a, b=b, c=c, t=thing)
            answer(chat, f"{a} x {b} = {a * b} and {a * b} - {c} = {a * b - c}, so {a * b - c} {thing} are left.")
    else:
        n, price = rng.randint(2, 8), rng.randint(1, 9)
        have = n * price + rng.randint(0, 30)
        unit = chat.pick(("dollars", "euros", "pounds"))
        say(chat, "I have {h} {u} and buy {n} {t} for {p} {u} each. How much [money |]do I have left?", h=have, u=unit, n=n, t=thing, p=price)
        answer(chat, f"{n} x {price} = {n * price} and {have} - {n * price} = {have - n * price}, so you have {have - n * price} {unit} left.")


def _ages(chat: Chat) -> None:
    rng = chat.rng
    a, b = rng.randint(2, 40), rng.randint(1, 15)
    who, other = person(rng, chat.held_out), person(rng, chat.held_out)
    dice = rng.random()
    if dice < 0.4:
        say(chat, "[{who} is|My sister is|My brother is|I am] {a}[ years old|]. {o} is {b} years [older|more]. How old is {o}?", who=who, o=other, a=a, b=b)
        answer(chat, f"{a} + {b} = {a + b}, so {other} is {a + b} years old.")
    elif dice < 0.7 and a > b:
        say(chat, "{who} is {a}[ years old|]. {o} is {b} years younger. How old is {o}?", who=who, o=other, a=a, b=b)
        answer(chat, f"{a} - {b} = {a - b}, so {other} is {a - b} year{'' if a - b == 1 else 's'} old.")
    else:
        say(chat, "{who} is {a} now. How old will {who} be in {b} years?", who=who, a=a, b=b)
        answer(chat, f"{a} + {b} = {a + b}, so {who} will be {a + b}.")


@skill(12)
def little_problems(chat: Chat) -> None:
    """A word problem of one step."""
    kind = chat.rng.choices((_more, _fewer, _groups, _shares, _money, _time, _distance, _parts, _ages), (4, 4, 3, 2, 3, 3, 2, 1.5, 1))[0]
    kind(chat)
    if chat.chance(0.05):
        say(chat, "[How do you know|Why|How did you get that|Are you sure|Can you show the steps]?")
        answer(chat, "I worked it out step by step, as the sum in my answer shows.")


@skill(4)
def problems_of_two_steps(chat: Chat) -> None:
    _two_steps(chat)

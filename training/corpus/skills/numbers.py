"""Sums, differences, times tables, comparing, counting.

A tiny model sees every digit as a token of its own, so the answer mostly repeats the sum in figures
("12 + 30 = 42."): whatever the wording, the result then follows from the same few tokens before it.
Three digits are worked out column by column, from the right, before the result is written from the left.
"""

from __future__ import annotations

from ..grammar import Chat, expand, in_words, listing, skill
from ..lexicon import person
from .base import LEADS, ask

PLUS_ASKED = [
    "[What is|What's|whats|what is] {a} [+|plus] {b}?", "What is {a} + {b}?", "{a} + {b}", "{a}+{b}", "{a}+{b}=", "{a} + {b} =", "{a} + {b} = ?", "{a}+{b}?", "{a} plus {b}", "{a} plus {b}?",
    "[How much|What] is {a} [plus|and|+] {b}?", "Add {a} and {b}.", "[Can you|Please] add {a} and {b}?", "[What do you get|What do I get] if [you|I] add {a} and {b}?", "What is the sum of {a} and {b}?",
    "[Calculate|Compute|Work out|Solve] {a} + {b}.", "[How much|What] do {a} and {b} make?", "What does {a} + {b} make?", "[Do you know|Can you tell me|Tell me] [what|how much] {a} plus {b} is.", "What's {a}+{b}",
    "Add {b} to {a}.", "{a} and {b} is what?", "What is {b} more than {a}?", "If I add {b} to {a}, what do I get?", "What [equals|is] {a}+{b}?", "How much does {a} plus {b} make?", "can you do {a} + {b}?",
]  # fmt: skip
MINUS_ASKED = [
    "[What is|What's|whats|what is] {a} [-|minus] {b}?", "What is {a} - {b}?", "{a} - {b}", "{a}-{b}", "{a}-{b}=", "{a} - {b} =", "{a} - {b} = ?", "{a}-{b}?", "{a} minus {b}", "{a} minus {b}?",
    "How much is {a} [minus|-] {b}?", "Subtract {b} from {a}.", "Take {b} [away|] from {a}.", "[Can you|Please] subtract {b} from {a}?", "What is left if I take {b} from {a}?", "What is the difference between {a} and {b}?",
    "[Calculate|Compute|Work out|Solve] {a} - {b}.", "{a} take away {b}", "What is {a} take away {b}?", "What do I get if I subtract {b} from {a}?", "[Do you know|Can you tell me|Tell me] [what|how much] {a} minus {b} is.",
    "What is {b} less than {a}?", "How much is {a} without {b}?", "If I take {b} away from {a}, how much is left?", "can you do {a} - {b}?", "How much more is {a} than {b}?",
]  # fmt: skip
TIMES_ASKED = [
    "[What is|What's|whats] {a} [x|*|times|multiplied by] {b}?", "{a} x {b}", "{a}*{b}", "{a} * {b}", "{a} times {b}", "{a} times {b}?", "{a}x{b}=", "{a} * {b} = ?", "How much is {a} [times|x|*] {b}?",
    "Multiply {a} [by|and|with] {b}.", "[Can you|Please] multiply {a} by {b}?", "[Calculate|Work out] {a} * {b}.", "What is the product of {a} and {b}?", "[Do you know|Tell me|Can you tell me] what {a} times {b} is.",
]  # fmt: skip
DIVIDE_ASKED = [
    "[What is|What's] {a} [/|divided by] {b}?", "{a} / {b}", "{a} divided by {b}", "Divide {a} by {b}.", "How much is {a} divided by {b}?", "{a}/{b}=", "How many times does {b} go into {a}?", "[Calculate|Work out] {a} / {b}.",
]  # fmt: skip
_EQUATION = "[{a} {sign} {b} = {r}.|{a} {sign} {b} = {r}.|{a} {sign} {b} = {r}.|{a} {sign} {b} = {r}.|{a} {word} {b} is {r}.|{a} {sign} {b} is {r}.|The answer: {a} {sign} {b} = {r}.]"
_WORDED = {"+": "plus", "-": "minus", "x": "times", "/": "divided by"}


def put(chat: Chat, templates: list[str], a: int, b: int, sign: str, result: int, written: bool = True) -> None:
    """One sum asked and answered. Mostly figures, sometimes number words in the question."""
    words = written and max(a, b) <= 100 and chat.chance(0.15)
    template = chat.pick(templates)
    asked = dict(a=in_words(a), b=in_words(b)) if words else dict(a=a, b=b)
    text = expand(chat.rng, template, **asked)
    if chat.chance(0.06):
        text = chat.pick(LEADS) + text[:1].lower() + text[1:]
    if not words and not text[0].isdigit() and chat.chance(0.05):
        text = text.lower().rstrip(".?")
    chat.user(text)
    chat.bot(_EQUATION, a=a, b=b, sign=sign, word=_WORDED[sign], r=result)


def columns(chat: Chat, a: int, b: int, sign: str) -> None:
    """A sum or difference of up to three digits, worked out digit by digit."""
    steps, carry, names = [], 0, ["ones", "tens", "hundreds"]
    width = max(len(str(a)), len(str(b)))
    for i in range(width):
        x, y = a // 10**i % 10, b // 10**i % 10
        if sign == "+":
            total = x + y + carry
            steps.append(f"{names[i]} {x} + {y}{f' + {carry}' if carry else ''} = {total}" + (f", write {total % 10}, carry 1" if total > 9 else ""))
            carry = total // 10
        else:
            take = y + carry
            borrow = x < take
            steps.append(f"{names[i]} {x + 10 * borrow} - {y}{f' - {carry}' if carry else ''} = {x + 10 * borrow - take}" + (", borrow 1" if borrow else ""))
            carry = int(borrow)
    result = a + b if sign == "+" else a - b
    chat.bot_exactly(f"{'; '.join(steps).capitalize()}. So {a} {sign} {b} = {result}.")


def _pair(chat: Chat, top: int) -> tuple[int, int]:
    """Two numbers up to ``top``; small ones more often, as people ask."""
    limit = chat.pick((10, 20, top, top, top))
    return chat.rng.randint(0, limit), chat.rng.randint(0, limit)


@skill(11)
def sums(chat: Chat) -> None:
    """Sums and differences up to 50: the densest part, in every wording."""
    for _ in range(chat.pick((1, 1, 2, 3))):
        a, b = _pair(chat, 50)
        if chat.chance(0.5):
            put(chat, PLUS_ASKED, a, b, "+", a + b)
        else:
            a, b = max(a, b), min(a, b)
            put(chat, MINUS_ASKED, a, b, "-", a - b)


@skill(3)
def sums_to_hundred(chat: Chat) -> None:
    a, b = chat.rng.randint(10, 99), chat.rng.randint(1, 99)
    if chat.chance(0.5):
        put(chat, PLUS_ASKED, a, b, "+", a + b)
    else:
        put(chat, MINUS_ASKED, max(a, b), min(a, b), "-", abs(a - b))


@skill(1)
def below_zero(chat: Chat) -> None:
    """Taking more than there is."""
    a, b = sorted((chat.rng.randint(0, 20), chat.rng.randint(0, 30)))
    if a != b:
        put(chat, MINUS_ASKED[:10], a, b, "-", a - b)


@skill(4)
def three_digits(chat: Chat) -> None:
    a, b = chat.rng.randint(100, 999), chat.rng.randint(chat.pick((2, 10, 100)), 999)
    if chat.chance(0.6):
        ask(chat, chat.pick(PLUS_ASKED[:16]), plain=True, a=a, b=b)
        columns(chat, a, b, "+")
    else:
        a, b = max(a, b), min(a, b)
        ask(chat, chat.pick(MINUS_ASKED[:16]), plain=True, a=a, b=b)
        columns(chat, a, b, "-")


@skill(5)
def times(chat: Chat) -> None:
    """The times tables to twelve, and division that comes out even."""
    for _ in range(chat.pick((1, 1, 2))):
        a, b = chat.rng.randint(0, 12), chat.rng.randint(0, 12)
        if chat.chance(0.7):
            put(chat, TIMES_ASKED, a, b, "x", a * b)
        else:
            b = max(b, 1)
            put(chat, DIVIDE_ASKED, a * b, b, "/", a)


@skill(1)
def times_too_big(chat: Chat) -> None:
    """Products and numbers beyond what such a model can do: say so."""
    rng = chat.rng
    dice = rng.random()
    if dice < 0.5:
        a, b = rng.choice(((rng.randint(51, 99), rng.randint(21, 99)), (rng.randint(101, 9999), rng.randint(21, 9999))))
        templates = TIMES_ASKED
    elif dice < 0.8:
        a, b, templates = rng.randint(1000, 99999999), rng.randint(1000, 9999999), PLUS_ASKED + MINUS_ASKED
    else:
        a, b, templates = rng.randint(100, 99999), rng.randint(3, 999), DIVIDE_ASKED
    ask(chat, chat.pick(templates), plain=True, a=a, b=b)
    chat.bot("[That is too big for me to do reliably|That is too big for me|Those numbers are too big for me to do reliably|That sum is too big for me]. [I am good with small numbers.|A calculator will be right; I might not be.|Please use a calculator for that.|Try me with smaller numbers.|]")


@skill(0.7)
def not_by_zero(chat: Chat) -> None:
    ask(chat, chat.pick(DIVIDE_ASKED), plain=True, a=chat.rng.randint(0, 100), b=0)
    chat.bot("[You cannot divide by zero.|Nobody can divide by zero. It has no answer.|Dividing by zero does not work.]")


_THINGS = "apples oranges books cookies marbles coins pencils eggs cards flowers stones candies balloons stamps shells buttons tickets nuts plums toys".split()


@skill(4)
def word_problems(chat: Chat) -> None:
    """Little stories with a sum in them."""
    rng = chat.rng
    who, other = person(rng, chat.held_out), person(rng, chat.held_out)
    thing, kind = rng.choice(_THINGS), rng.random()
    a, b = rng.randint(2, 40), rng.randint(1, 30)
    slots = dict(who=who, other=other, things=thing)
    if kind < 0.35:
        chat.user("[{who} has {a} {things} and gets {b} more. How many {things} does {who} have[ now|]?|I have {a} {things} and [buy|find|get] {b} more. How many [{things} |]do I have[ now|]?|There are {a} {things} [in a box|on the table|in the bag]. I [add|put in|bring] {b} more. How many are there[ now|]?|{who} has {a} {things} and {other} has {b}. How many {things} do they have together?|I ate {a} {things} yesterday and {b} today. How many is that[ in all|]?]", a=a, b=b, **slots)
        chat.bot("{a} + {b} = {r}, so [the answer is {r} {things}|there are {r} {things}|that makes {r} {things}].", a=a, b=b, r=a + b, things=thing)
    elif kind < 0.75:
        a, b = max(a, b) + 1, min(a, b)
        chat.user("[{who} has {a} {things} and [loses|gives away|sells] {b}. How many are left?|I have {a} {things} and [lose|give away|sell|give {other}] {b}. How many [do I have left|are left|{things} are left]?|There are {a} {things} [in a box|on the table]. Somebody takes {b}. How many are left?|{who} has {a} {things} and {other} has {b}. How many more does {who} have?|If I have {a} {things} and {b} of them are gone, how many are left?]", a=a, b=b, **slots)
        chat.bot("{a} - {b} = {r}, so [the answer is {r} {things}|that leaves {r} {things}|it is {r} {things}].", a=a, b=b, r=a - b, things=thing)
    else:
        a, b = rng.randint(2, 10), rng.randint(2, 10)
        chat.user("[{who} has {a} boxes with {b} {things} in each. How many {things} is that?|There are {a} bags with {b} {things} each. How many {things} are there[ in all|]?|{a} children get {b} {things} each. How many {things} do they need?|I buy {a} packs of {b} {things}. How many {things} do I have?]", a=a, b=b, **slots)
        chat.bot("{a} x {b} = {r}, so [the answer is {r} {things}|that makes {r} {things}].", a=a, b=b, r=a * b, things=thing)


@skill(3)
def bigger(chat: Chat) -> None:
    top = chat.pick((10, 100, 100, 1000))
    a, b = chat.rng.sample(range(0, top + 1), 2)
    if chat.chance(0.6):
        chat.user("[Which is [bigger|larger|greater|more]|Which number is [bigger|larger]|What is [bigger|more]], {a} or {b}?", a=a, b=b)
        chat.bot("[{x} is bigger than {y}.|{x} is bigger.|{x} is more than {y}.]", x=max(a, b), y=min(a, b))
    elif chat.chance(0.5):
        chat.user("[Which is [smaller|less]|Which number is smaller|What is less], {a} or {b}?", a=a, b=b)
        chat.bot("[{x} is smaller than {y}.|{x} is smaller.|{x} is less than {y}.]", x=min(a, b), y=max(a, b))
    else:
        chat.user("Is {a} [bigger|more|larger|greater] than {b}?", a=a, b=b)
        chat.bot("Yes, {a} is bigger than {b}." if a > b else "No, {a} is smaller than {b}.", a=a, b=b)


@skill(3)
def next_number(chat: Chat) -> None:
    n = chat.rng.randint(1, chat.pick((20, 100, 1000)))
    dice = chat.rng.random()
    if dice < 0.35:
        ask(chat, "[What comes after|What number comes after|Which number follows|What is the next number after|What is the number after|What is one more than] {n}?", plain=True, n=n)
        chat.bot("[{m} comes after {n}.|After {n} comes {m}.]", n=n, m=n + 1)
    elif dice < 0.6:
        ask(chat, "[What comes before|What number comes before|Which number is before|What is the number before|What is one less than] {n}?", plain=True, n=n)
        chat.bot("[{m} comes before {n}.|Before {n} comes {m}.]", n=n, m=n - 1)
    else:
        step = chat.pick((1, 2, 2, 3, 5, 10))
        start = chat.rng.randint(0, 20) if step not in (5, 10) else step * chat.rng.randint(0, 6)
        row = [start + step * i for i in range(5)]
        chat.user("[What comes next|What is the next number|Continue|Which number comes next]: {row}?", row=", ".join(map(str, row[:4])))
        chat.bot("[{n} comes next[, because each number is {step} more|].|The next number is {n}.]", n=row[4], step=step)


@skill(2)
def doubles(chat: Chat) -> None:
    n = chat.rng.randint(1, 50)
    if chat.chance(0.5):
        ask(chat, "[What is double|What is twice|Double|What is the double of|What do you get if you double] {n}?", plain=True, n=n)
        chat.bot("[Double {n} is {r}.|Twice {n} is {r}.|2 x {n} = {r}.]", n=n, r=2 * n)
    else:
        ask(chat, "[What is half of|Half of|What is a half of|How much is half of] {n}?", plain=True, n=2 * n)
        chat.bot("Half of {n} is {r}.", n=2 * n, r=n)


@skill(2)
def even_odd(chat: Chat) -> None:
    n = chat.rng.randint(0, chat.pick((20, 100, 1000)))
    kind = "odd" if n % 2 else "even"
    dice = chat.rng.random()
    if dice < 0.5:
        ask(chat, "Is {n} [even or odd|odd or even|an even or an odd number]?", plain=True, n=n)
        chat.bot("{n} is {kind}.", n=n, kind=kind)
    else:
        guess = chat.pick(("even", "odd"))
        ask(chat, "Is {n} [{guess}|{an guess} number]?", plain=True, n=n, guess=guess)
        chat.bot("Yes, {n} is {kind}." if guess == kind else "No, {n} is {kind}.", n=n, kind=kind)


@skill(2)
def counting(chat: Chat) -> None:
    dice = chat.rng.random()
    if dice < 0.5:
        n = chat.pick((3, 4, 5, 5, 6, 7, 8, 9, 10, 10, 10, 12, 15, 20, 20))
        ask(chat, "[Count to|Can you count to|Please count to|Count up to|Count from 1 to|Count from one to] {n}.", plain=True, n=n if chat.chance(0.5) else in_words(n))
        chat.bot_exactly(", ".join(map(str, range(1, n + 1))) + ".")
    elif dice < 0.7:
        n = chat.pick((3, 5, 10, 10))
        ask(chat, "[Count down from|Count backwards from|Can you count down from|Do a countdown from] {n}.", plain=True, n=n if chat.chance(0.5) else in_words(n))
        chat.bot_exactly(", ".join(map(str, range(n, 0, -1))) + "." + chat.pick(("", "", " Go!")))
    elif dice < 0.9:
        a = chat.rng.randint(2, 40)
        b = a + chat.rng.randint(3, 9)
        ask(chat, "[Count from|Can you count from|Please count from] {a} to {b}.", plain=True, a=a, b=b)
        chat.bot_exactly(", ".join(map(str, range(a, b + 1))) + ".")
    else:
        step = chat.pick((2, 5, 10))
        ask(chat, "[Count by {s}|Count in {s}] [to|up to] {n}.", plain=True, s={2: "twos", 5: "fives", 10: "tens"}[step], n=step * 10)
        chat.bot_exactly(", ".join(str(step * i) for i in range(1, 11)) + ".")


@skill(1.5)
def number_words(chat: Chat) -> None:
    n = chat.rng.randint(0, chat.pick((20, 99, 99, 999)))
    if chat.chance(0.5):
        ask(chat, "[How do you write {n} in words|Write {n} in words|Spell the number {n}|How do you say {n}]?", plain=True, n=n)
        chat.bot("{n} is {w}.", n=n, w=in_words(n))
    else:
        ask(chat, "[How do you write {w} in digits|Write {w} as a number|Which number is {w}|Write {w} in figures]?", plain=True, w=in_words(n))
        chat.bot("{cap w} is {n}.", n=n, w=in_words(n))


@skill(1)
def sort_numbers(chat: Chat) -> None:
    numbers = chat.rng.sample(range(1, chat.pick((10, 20, 100))), chat.pick((3, 3, 4)))
    down = chat.chance(0.25)
    ask(chat, "[Sort these numbers|Put these numbers in order|Sort|Order these numbers]{how}: {row}.", plain=True, how=" from big to small" if down else chat.pick(("", "", " from small to big")), row=", ".join(map(str, numbers)))
    chat.bot("[In order: |The order is |]{row}.", row=", ".join(map(str, sorted(numbers, reverse=down))))


@skill(1)
def biggest_of(chat: Chat) -> None:
    numbers = chat.rng.sample(range(1, 100), 3)
    most = chat.chance(0.6)
    ask(chat, "[Which|What] is the {most} of {row}?", plain=True, most=chat.pick(("biggest", "largest")) if most else "smallest", row=listing([str(n) for n in numbers]))
    chat.bot("The {most} is {n}.", most="biggest" if most else "smallest", n=max(numbers) if most else min(numbers))


@skill(0.8)
def pick_a_number(chat: Chat) -> None:
    low, high = chat.pick(((1, 10), (1, 10), (1, 100), (1, 6), (0, 9), (1, 20)))
    chat.user("[Pick|Choose|Think of|Give me|Say|Tell me] a [random |]number [between|from] {a} [and|to] {b}.", a=low, b=high)
    n = chat.rng.randint(low, high)
    chat.bot("[I pick {n}.|{n}.|How about {n}?|I choose {n}.]", n=n)
    if chat.chance(0.4):
        chat.user("[Which number did you pick|What was your number|What number was it|Which number did you say]?")
        chat.bot("[I picked {n}.|It was {n}.|My number was {n}.]", n=n)


@skill(0.8)
def age_sums(chat: Chat) -> None:
    rng = chat.rng
    who, other, a, more = person(rng, chat.held_out), person(rng, chat.held_out), rng.randint(3, 40), rng.randint(1, 12)
    if chat.chance(0.5):
        chat.user("{who} is {a} years old[.| and] {other} is {m} years older. How old is {other}?", who=who, other=other, a=a, m=more)
        chat.bot("{a} + {m} = {r}, so {other} is {r} years old.", a=a, m=more, r=a + more, other=other)
    else:
        chat.user("I am {a} now. How old will I be in {m} years?", a=a, m=more)
        chat.bot("{a} + {m} = {r}, so you will be {r}.", a=a, m=more, r=a + more)


"""More maths: sums to a hundred in every wording, tables, halves, percents, remainders, claims to check.

As in ``numbers`` the answer writes the sum in figures before its result. ``figures`` and ``problems`` have the rest.
"""

from __future__ import annotations

from ..grammar import Chat, in_words, skill
from .sums_asked import DIVIDE, MINUS, PLUS, TIMES, both, say, written

_DONE = "[{a} {s} {b} = {r}.|{a} {s} {b} = {r}.|{a} {s} {b} = {r}.|{a} {w} {b} is {r}.|{a} {s} {b} is {r}.]"


@skill(7)
def plus_minus_to_hundred(chat: Chat) -> None:
    """All pairs to a hundred, the small ones more often; a sum and what is added to its result."""
    top = chat.pick((10, 20, 50, 100, 100, 100))
    a, b = chat.rng.randint(0, top), chat.rng.randint(0, top)
    if chat.chance(0.55):
        if a + b > 100 and chat.chance(0.7):
            a, b = max(a, b), chat.rng.randint(0, 100 - max(a, b))
        say(chat, chat.pick(PLUS), **both(chat, a, b))
        result = a + b
        chat.bot(_DONE, a=a, b=b, s="+", w="plus", r=result)
    else:
        a, b = max(a, b), min(a, b)
        result = a - b
        template = chat.pick(MINUS)
        say(chat, template, r=result, **both(chat, a, b))
        chat.bot(_DONE, a=a, b=b, s="-", w="minus", r=result)
    if chat.chance(0.2):
        _and_then(chat, result)


def _and_then(chat: Chat, result: int) -> None:
    n = chat.rng.randint(1, 12)
    dice = chat.rng.random()
    if dice < 0.4:
        say(chat, "[And plus {n}|And if I add {n}|Now add {n}|plus {n}|add {n} more|{n} more]?", n=n)
        chat.bot_exactly(f"{result} + {n} = {result + n}.")
    elif dice < 0.75 and result >= n:
        say(chat, "[And minus {n}|Now take {n} away|minus {n}|take away {n}|{n} less|And without {n}]?", n=n)
        chat.bot_exactly(f"{result} - {n} = {result - n}.")
    elif result <= 50:
        say(chat, "[And twice that|Now double it|And the double|times two|And doubled]?")
        chat.bot_exactly(f"2 x {result} = {2 * result}.")
    elif result % 2 == 0:
        say(chat, "[And half of that|Now halve it|And the half|divided by two]?")
        chat.bot_exactly(f"{result} / 2 = {result // 2}.")


@skill(1.5)
def three_numbers(chat: Chat) -> None:
    rng = chat.rng
    a, b, c = (rng.randint(1, chat.pick((9, 20))) for _ in range(3))
    if chat.chance(0.6):
        say(chat, "[What is|How much is|] {a} + {b} + {c}[?|]" if chat.chance(0.6) else "[Add|Sum up|What is the sum of] {a}, {b} and {c}[.|?]", a=a, b=b, c=c)
        chat.bot_exactly(f"{a} + {b} = {a + b} and {a + b} + {c} = {a + b + c}.")
    elif chat.chance(0.5):
        c = rng.randint(0, a + b)
        say(chat, "[What is|How much is|] {a} + {b} - {c}[?|]", a=a, b=b, c=c)
        chat.bot_exactly(f"{a} + {b} = {a + b} and {a + b} - {c} = {a + b - c}.")
    else:
        a, b = rng.randint(2, 9), rng.randint(2, 9)
        say(chat, "[What is|How much is|] {a} [x|times] {b} [+|plus] {c}[?|]", a=a, b=b, c=c)
        chat.bot_exactly(f"{a} x {b} = {a * b} and {a * b} + {c} = {a * b + c}.")


@skill(5)
def tables(chat: Chat) -> None:
    """The tables to twelve, both ways."""
    a, b = chat.rng.randint(chat.pick((0, 2, 2, 2)), 12), chat.rng.randint(1, 12)
    if chat.chance(0.6):
        say(chat, chat.pick(TIMES), **both(chat, a, b))
        chat.bot(_DONE, a=a, b=b, s="x", w="times", r=a * b)
    else:
        say(chat, chat.pick(DIVIDE), **both(chat, a * b, b, 0.2))
        chat.bot(_DONE, a=a * b, b=b, s="/", w="divided by", r=a)


@skill(0.5)
def whole_table(chat: Chat) -> None:
    n = chat.rng.randint(2, 12)
    say(chat, "[Tell me|Say|Write|Recite|Show me|Give me|Can you do|Help me learn] the [{n}|{w}] times table[.|, please.|]", n=n, w=in_words(n))
    chat.bot_exactly(", ".join(f"{i} x {n} = {i * n}" for i in range(1, 11)) + ".")


@skill(2)
def tens_and_steps(chat: Chat) -> None:
    """Round numbers, and two digits times one digit in steps."""
    rng = chat.rng
    dice = rng.random()
    if dice < 0.35:
        a, b = rng.randint(1, 9) * 10, rng.randint(2, 10)
        say(chat, chat.pick(TIMES[:9]), a=a, b=b)
        chat.bot_exactly(f"{a} x {b} = {a * b}.")
    elif dice < 0.5:
        a, b = rng.randint(1, 99), chat.pick((10, 10, 100))
        if chat.chance(0.5):
            say(chat, chat.pick(TIMES[:9]), a=a, b=b)
            chat.bot_exactly(f"{a} x {b} = {a * b}.")
        else:
            say(chat, chat.pick(DIVIDE[:6]), a=a * b, b=b)
            chat.bot_exactly(f"{a * b} / {b} = {a}.")
    elif dice < 0.65:
        unit = chat.pick((100, 100, 1000, 50))
        a, b = rng.randint(1, 9) * unit, rng.randint(1, 9) * unit
        if chat.chance(0.6):
            say(chat, chat.pick(PLUS[:8]), a=a, b=b)
            chat.bot_exactly(f"{a} + {b} = {a + b}.")
        else:
            a, b = max(a, b), min(a, b)
            say(chat, chat.pick(MINUS[:7]), a=a, b=b, r=a - b)
            chat.bot_exactly(f"{a} - {b} = {a - b}.")
    elif dice < 0.9:
        a, b = rng.randint(13, 99), rng.randint(2, 9)
        tens, ones = a // 10 * 10, a % 10
        say(chat, chat.pick(TIMES[:9]), **({"a": b, "b": a} if chat.chance(0.3) else {"a": a, "b": b}))
        if ones:
            chat.bot_exactly(f"{tens} x {b} = {tens * b} and {ones} x {b} = {ones * b}. {tens * b} + {ones * b} = {a * b}, so {a} x {b} = {a * b}.")
        else:
            chat.bot_exactly(f"{a} x {b} = {a * b}.")
    else:
        a, b = rng.randint(13, 50), rng.randint(11, 19)
        say(chat, chat.pick(TIMES[:9]), a=a, b=b)
        chat.bot_exactly(f"{a} x 10 = {a * 10} and {a} x {b - 10} = {a * (b - 10)}. {a * 10} + {a * (b - 10)} = {a * b}, so {a} x {b} = {a * b}.")


@skill(3)
def parts_of(chat: Chat) -> None:
    """Halves, doubles, thirds, quarters and simple percents."""
    rng = chat.rng
    dice = rng.random()
    if dice < 0.2:
        n = rng.randint(1, 100)
        say(chat, "[What is|What's|How much is|] [double|twice|two times|the double of] {n}?" if chat.chance(0.6) else "[Double|Can you double] {n}[.|?]", n=written(chat, n) if chat.chance(0.25) else n)
        chat.bot("[Double {n} is {r}.|2 x {n} = {r}.|Twice {n} is {r}.]", n=n, r=2 * n)
    elif dice < 0.45:
        n = rng.randint(1, 100)
        say(chat, "[What is|What's|How much is|] [half of|half|the half of|a half of] {n}?" if chat.chance(0.6) else "[Halve {n}.|Can you halve {n}?|Cut {n} in half.|{n} split in two equal parts?|I share {n} with one friend. How much does each get?]", n=2 * n)
        chat.bot("[Half of {n} is {r}.|{n} / 2 = {r}.]", n=2 * n, r=n)
    elif dice < 0.5:
        n = rng.randint(0, 15)
        say(chat, "[What is|How much is|] [half of|half] {n}?", n=2 * n + 1)
        chat.bot_exactly(f"Half of {2 * n + 1} is {n}.5.")
    elif dice < 0.65:
        part, name = chat.pick(((3, "third"), (4, "quarter"), (4, "fourth"), (5, "fifth"), (10, "tenth")))
        n = rng.randint(1, 25 if part < 5 else 12)
        say(chat, "[What is|How much is|] [a|one] {name} of {n}?", name=name, n=n * part)
        chat.bot_exactly(f"{n * part} / {part} = {n}, so a {name} of {n * part} is {n}.")
    else:
        percent = chat.pick((10, 10, 20, 25, 50, 50, 5, 75, 100, 1, 30))
        n = rng.randint(1, 20) * {10: 10, 20: 10, 25: 4, 50: 2, 5: 20, 75: 4, 100: 5, 1: 100, 30: 10}[percent]
        result = n * percent // 100
        sign = chat.pick(("%", " percent", " per cent", " %"))
        say(chat, "[What is|What's|How much is|Calculate|Tell me|] {p} of {n}?" if chat.chance(0.8) else "[I need|Find] {p} of {n}.", p=f"{percent}{sign}", n=n)
        why = {
            10: f"{n} / 10 = {result}, so", 20: f"10% is {n // 10} and 2 x {n // 10} = {result}, so", 25: f"{n} / 4 = {result}, so", 50: f"Half of {n} is {result}, so", 5: f"10% is {n // 10} and half of that is {result}, so",
            75: f"25% is {n // 4} and 3 x {n // 4} = {result}, so", 100: "100% is all of it, so", 1: f"{n} / 100 = {result}, so", 30: f"10% is {n // 10} and 3 x {n // 10} = {result}, so",
        }[percent]  # fmt: skip
        chat.bot_exactly(f"{why} {percent}% of {n} is {result}.")


@skill(1.5)
def squares(chat: Chat) -> None:
    n = chat.rng.randint(1, 12)
    if chat.chance(0.6):
        say(chat, "[What is|What's|How much is|] [{n} squared|the square of {n}|{n} to the power of two]?" if chat.chance(0.8) else "Square {n}.", n=n)
        chat.bot_exactly(f"{n} x {n} = {n * n}, so {n} squared is {n * n}.")
    else:
        say(chat, "[What is|What's|Tell me|Do you know|] the [square root|root] of {n}?", n=n * n)
        chat.bot_exactly(f"{n} x {n} = {n * n}, so the square root of {n * n} is {n}.")


@skill(1.2)
def remainder(chat: Chat) -> None:
    rng = chat.rng
    b, q = rng.randint(2, 10), rng.randint(1, 10)
    r = rng.randint(1, b - 1)
    a = b * q + r
    say(chat, "[What is the remainder of {a} divided by {b}?|What is left over when I divide {a} by {b}?|{a} divided by {b} with remainder|How often does {b} fit into {a}, and what is left?|Can you divide {a} by {b} evenly?|Is {a} divisible by {b}?]", a=a, b=b)
    no = "No. " if "evenly" in chat.last_user.lower() or "divisible" in chat.last_user.lower() else ""
    chat.bot_exactly(f"{no}{b} x {q} = {b * q} and {r} {'is' if r == 1 else 'are'} left over, so {a} / {b} = {q} remainder {r}.")


@skill(1)
def divisible(chat: Chat) -> None:
    b, q = chat.rng.randint(2, 10), chat.rng.randint(1, 10)
    say(chat, "[Is {a} divisible by {b}?|Can you divide {a} by {b} evenly?|Does {b} go into {a} without a rest?|Is {a} in the {b} times table?|Is {a} a multiple of {b}?]", a=b * q, b=b)
    chat.bot_exactly(f"Yes, {b} x {q} = {b * q}, so {b * q} is divisible by {b}.")


@skill(3)
def is_it_so(chat: Chat) -> None:
    """A sum that is claimed: right as often as wrong."""
    rng = chat.rng
    kind = rng.random()
    if kind < 0.4:
        a, b = rng.randint(0, 50), rng.randint(0, 50)
        sign, word, right = "+", "plus", a + b
    elif kind < 0.65:
        a, b = sorted((rng.randint(0, 60), rng.randint(0, 60)), reverse=True)
        sign, word, right = "-", "minus", a - b
    else:
        a, b = rng.randint(1, 12), rng.randint(1, 12)
        sign, word, right = "x", "times", a * b
    is_right = chat.chance(0.5)
    claim = right if is_right else max(0, right + chat.pick((-10, -3, -2, -1, 1, 1, 2, 3, 10)))
    is_right = claim == right
    say(chat, "[Is {a} {w} {b} {c}?|Is {a} {w} {b} equal to {c}?|{a} {s} {b} = {c}, [right|correct|true|is that right]?|Is it true that {a} {w} {b} is {c}?|Does {a} {w} {b} make {c}?|I say {a} {w} {b} is {c}. Am I right?|My answer: {a} {s} {b} = {c}. Correct?|I got {c} for {a} {s} {b}. [Is that right|Did I do it right]?|{a} {w} {b} is {c}, isn't it?]", a=a, b=b, c=claim, s=sign, w=word)
    chat.bot_exactly(f"Yes, {a} {sign} {b} = {right}." if is_right else f"No, {a} {sign} {b} = {right}, not {claim}.")

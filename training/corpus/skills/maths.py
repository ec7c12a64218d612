"""More maths: sums to a hundred in every wording, tables, halves, percents, and word problems of one or two steps.

As in ``numbers`` the answer writes the sum in figures before its result, and a word problem's answer ends with the unit
("15 - 3 = 12, so Ada has 12 apples left."): the result follows from the tokens just before it.
"""

from __future__ import annotations

import re

from ..grammar import Chat, capital, expand, in_words, skill, tidy
from ..lexicon import person

_LEADS = (
    "hey, ", "so ", "ok, ", "please, ", "Quick one: ", "Maths question: ", "Math: ", "For homework: ", "My kid asks: ", "Help me: ", "I need to know: ", "Tell me: ", "mamba, ", "now: ", "next one: ", "and ", "Can you tell me, ", "I forgot, ",
    "One more: ", "Riddle me this: ", "Easy one: ", "Test: ", "I am bad at maths. ", "No calculator here. ", "Let me test you. ", "My teacher asks: ", "In a quiz: ",
)  # fmt: skip
_TAILS = (" please", " pls", ", please", "??", " quickly", ", do you know?", ", any idea?", " thanks", ", can you tell me?", " I am stuck.", " My head hurts.", " I forgot.")


_SINGULAR = re.compile(r"\b1 ((?!times|plus|minus|less|units)(?:more )?)([a-z]+s)\b")


def _one(text: str) -> str:
    """``1 cherries`` as ``1 cherry``."""

    def single(match: re.Match) -> str:
        word = match[2]
        word = "people" if word == "people" else re.sub(r"ies$", "y", word) if word.endswith(("erries",)) else re.sub(r"(?<=o|x)es$|s$", "", word)
        return f"1 {match[1]}{word}"

    text = _SINGULAR.sub(single, text)
    return re.sub(r"\b(1 [a-z]+) are left", r"\1 is left", text).replace("there are 1 ", "there is 1 ")


def _answer(chat: Chat, text: str) -> None:
    chat.bot_exactly(_one(text))


def say(chat: Chat, template: str, **slots: object) -> None:
    """A question whose figures stay as they are; now and then with a lead, a tail or in lower case."""
    text = expand(chat.rng, template, **slots)
    text = _one(capital(tidy(text)))
    dice = chat.rng.random()
    if dice < 0.12:
        lead = chat.pick(_LEADS)
        text = lead + (text if lead.endswith(". ") or text.startswith("I ") else text[:1].lower() + text[1:])
    elif dice < 0.2 and text.endswith("?"):
        tail = chat.pick(_TAILS)
        text = text[: None if tail.endswith(".") else -1] + tail
    if chat.chance(0.2):
        text = text.lower()
    if chat.chance(0.12):
        text = text.rstrip(".?")
    chat.user_exactly(text)


def _words(chat: Chat, n: int) -> str:
    """``42`` as ``42``, ``forty-two`` or ``forty two``."""
    text = in_words(n)
    return text if chat.chance(0.6) else text.replace("-", " ")


def _both(chat: Chat, a: int, b: int, share: float = 0.3) -> dict[str, object]:
    """The two numbers of a question, in figures or (both, or seldom one) in words."""
    dice = chat.rng.random()
    if dice < share:
        return {"a": _words(chat, a), "b": _words(chat, b)}
    if dice < share + 0.04:
        return {"a": a, "b": _words(chat, b)}
    return {"a": a, "b": b}


_PLUS = (
    "[What is|What's|How much is] {a} plus {b}?", "[What is|What's] {a} + {b}?", "{a} plus {b}", "{a} + {b}", "{a}+{b}", "{a} + {b} =", "{a} and {b} [together|make what|make how much]?", "[Add|Sum up] {a} and {b}.", "What do {a} and {b} [add up to|make together|come to]?",
    "[Put|If I put] {a} and {b} together[.|, what is it?]", "[The sum|Sum] of {a} and {b}[|?]", "[I start|Start] with {a} and add {b}. [What do I get|What is it|Result]?", "{a} [increased by|and then] {b}[ more|], how much?", "What number is {b} [more|higher|bigger] than {a}?",
    "[I have|Suppose I have] {a} and [I get|get] {b} more. [How much is that|How many is that|Total]?", "Which number do I get when I add {b} to {a}?", "[Tell me|Say|Give me] the [sum|total] of {a} and {b}.", "[I wonder|I need to know|Do you know] how much {a} plus {b} is.",
    "If you add {a} and {b}, what [comes out|is the result|is the answer]?", "{a} with {b} added, what is that?", "[work out|calculate|compute|solve|evaluate] {a} + {b}", "The answer to {a} + {b}?", "Count {a} and {b} together.",
)  # fmt: skip
_MINUS = (
    "[What is|What's|How much is] {a} minus {b}?", "[What is|What's] {a} - {b}?", "{a} minus {b}", "{a} - {b}", "{a}-{b}", "{a} - {b} =", "[Take|Take away|Remove|Subtract] {b} from {a}.", "What is left of {a} when [I take away|you remove|I subtract] {b}?",
    "[What is the|The] difference [between|of] {a} and {b}?", "[I start|Start] with {a} and take away {b}. [What is left|What do I get|Result]?", "{a} [less|take away|reduced by] {b}", "What number is {b} [less|lower|smaller] than {a}?", "How far is it from {b} to {a}?",
    "[I have|Suppose I have] {a} and lose {b}. [How many are left|What is left]?", "What must I add to {b} to get {a}?", "How many more than {b} is {a}?", "How many are missing from {b} to {a}?", "[Tell me|Say] what {a} minus {b} is.", "[work out|calculate|compute|solve] {a} - {b}",
    "If I had {a} and gave {b} away, how many would I keep?", "{b} is gone from {a}. What remains?",
)  # fmt: skip
_TIMES = (
    "[What is|What's|How much is] {a} times {b}?", "[What is|What's] {a} x {b}?", "{a} times {b}", "{a} x {b}", "{a}*{b}", "{a} * {b} =", "[Multiply|Can you multiply] {a} [by|with|and] {b}[.|?]", "{a} multiplied by {b}", "[The product|What is the product] of {a} and {b}?", "What do you get when you multiply {a} and {b}?",
    "What are {a} {b}s?", "{a} rows of {b}, how many is that?", "[Tell me|Do you know|I forgot] what {a} times {b} is.", "{a} groups of {b} are how many?", "{b} taken {a} times", "If I add {b} to itself until I have it {a} times, what is it?", "[work out|calculate|compute|solve] {a} x {b}", "the {b} times table: {a} x {b}",
)  # fmt: skip
_DIVIDE = (
    "[What is|What's|How much is] {a} divided by {b}?", "{a} divided by {b}", "{a} / {b}", "{a}/{b} =", "[Divide|Can you divide] {a} by {b}[.|?]", "How many times does {b} [go into|fit into|fit in] {a}?", "[Split|Share] {a} [into|among] {b} [equal parts|equally]. How much is [each|one part]?", "{a} over {b}",
    "{b} times what is {a}?", "What times {b} [is|makes|gives] {a}?", "[What is|] {a} shared by {b}[?|, how much for each?]", "How many {b}s are [there |]in {a}?", "[work out|calculate|compute] {a} / {b}", "[Tell me|Do you know] what {a} divided by {b} is.",
)  # fmt: skip
_DONE = "[{a} {s} {b} = {r}.|{a} {s} {b} = {r}.|{a} {s} {b} = {r}.|{a} {w} {b} is {r}.|{a} {s} {b} is {r}.]"


@skill(7)
def plus_minus_to_hundred(chat: Chat) -> None:
    """All pairs to a hundred, the small ones more often; a sum and what is added to its result."""
    top = chat.pick((10, 20, 50, 100, 100, 100))
    a, b = chat.rng.randint(0, top), chat.rng.randint(0, top)
    if chat.chance(0.55):
        if a + b > 100 and chat.chance(0.7):
            a, b = max(a, b), chat.rng.randint(0, 100 - max(a, b))
        say(chat, chat.pick(_PLUS), **_both(chat, a, b))
        result = a + b
        chat.bot(_DONE, a=a, b=b, s="+", w="plus", r=result)
    else:
        a, b = max(a, b), min(a, b)
        result = a - b
        template = chat.pick(_MINUS)
        say(chat, template, r=result, **_both(chat, a, b))
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
        say(chat, chat.pick(_TIMES), **_both(chat, a, b))
        chat.bot(_DONE, a=a, b=b, s="x", w="times", r=a * b)
    else:
        say(chat, chat.pick(_DIVIDE), **_both(chat, a * b, b, 0.2))
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
        say(chat, chat.pick(_TIMES[:9]), a=a, b=b)
        chat.bot_exactly(f"{a} x {b} = {a * b}.")
    elif dice < 0.5:
        a, b = rng.randint(1, 99), chat.pick((10, 10, 100))
        if chat.chance(0.5):
            say(chat, chat.pick(_TIMES[:9]), a=a, b=b)
            chat.bot_exactly(f"{a} x {b} = {a * b}.")
        else:
            say(chat, chat.pick(_DIVIDE[:6]), a=a * b, b=b)
            chat.bot_exactly(f"{a * b} / {b} = {a}.")
    elif dice < 0.65:
        unit = chat.pick((100, 100, 1000, 50))
        a, b = rng.randint(1, 9) * unit, rng.randint(1, 9) * unit
        if chat.chance(0.6):
            say(chat, chat.pick(_PLUS[:8]), a=a, b=b)
            chat.bot_exactly(f"{a} + {b} = {a + b}.")
        else:
            a, b = max(a, b), min(a, b)
            say(chat, chat.pick(_MINUS[:7]), a=a, b=b, r=a - b)
            chat.bot_exactly(f"{a} - {b} = {a - b}.")
    elif dice < 0.9:
        a, b = rng.randint(13, 99), rng.randint(2, 9)
        tens, ones = a // 10 * 10, a % 10
        say(chat, chat.pick(_TIMES[:9]), **({"a": b, "b": a} if chat.chance(0.3) else {"a": a, "b": b}))
        if ones:
            chat.bot_exactly(f"{tens} x {b} = {tens * b} and {ones} x {b} = {ones * b}. {tens * b} + {ones * b} = {a * b}, so {a} x {b} = {a * b}.")
        else:
            chat.bot_exactly(f"{a} x {b} = {a * b}.")
    else:
        a, b = rng.randint(13, 50), rng.randint(11, 19)
        say(chat, chat.pick(_TIMES[:9]), a=a, b=b)
        chat.bot_exactly(f"{a} x 10 = {a * 10} and {a} x {b - 10} = {a * (b - 10)}. {a * 10} + {a * (b - 10)} = {a * b}, so {a} x {b} = {a * b}.")


@skill(3)
def parts_of(chat: Chat) -> None:
    """Halves, doubles, thirds, quarters and simple percents."""
    rng = chat.rng
    dice = rng.random()
    if dice < 0.2:
        n = rng.randint(1, 100)
        say(chat, "[What is|What's|How much is|] [double|twice|two times|the double of] {n}?" if chat.chance(0.6) else "[Double|Can you double] {n}[.|?]", n=_words(chat, n) if chat.chance(0.25) else n)
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


@skill(2)
def which_is_more(chat: Chat) -> None:
    rng = chat.rng
    dice = rng.random()
    if dice < 0.5:
        a, b = rng.sample(range(0, chat.pick((20, 100, 1000)) + 1), 2)
        more = chat.chance(0.5)
        say(chat, "[Is {a} [more|bigger|greater|higher] than {b}?|{a} is [more|bigger|greater] than {b}, right?|Is {a} the [bigger|larger|higher] number, or {b}?]" if more else "[Is {a} [less|smaller|lower] than {b}?|{a} is [less|smaller] than {b}, right?]", a=a, b=b)
        if "or" in chat.last_user.lower().split():
            chat.bot_exactly(f"{max(a, b)} is bigger than {min(a, b)}.")
        else:
            yes = (a > b) == more
            chat.bot_exactly(f"{'Yes' if yes else 'No'}, {a} is {'bigger' if a > b else 'smaller'} than {b}.")
    elif dice < 0.8:
        a, b = rng.sample(range(0, 200), 2)
        most = chat.chance(0.6)
        say(chat, "[Which is|What is|Tell me which is] the [bigger|larger|higher|greater] [one|number|of the two]: {a} or {b}?" if most else "[Which is|What is] the [smaller|lower] [one|number]: {a} or {b}?", a=a, b=b)
        chat.bot_exactly(f"{max(a, b)} is bigger than {min(a, b)}." if most else f"{min(a, b)} is smaller than {max(a, b)}.")
    else:
        numbers = rng.sample(range(1, 100), 4)
        most = chat.chance(0.5)
        say(chat, "[Which of these is the|Find the|What is the|Tell me the] {k} [number |]: {row}?", k=chat.pick(("biggest", "largest", "highest")) if most else chat.pick(("smallest", "lowest")), row=", ".join(map(str, numbers)))
        chat.bot_exactly(f"The {'biggest' if most else 'smallest'} number is {max(numbers) if most else min(numbers)}.")


@skill(2)
def rows(chat: Chat) -> None:
    """What comes next, in steps up and down, and by doubling."""
    rng = chat.rng
    dice = rng.random()
    if dice < 0.6:
        step = chat.pick((1, 2, 2, 3, 4, 5, 10, 10, 20, 100))
        start = rng.randint(0, 9) * (step if step in (5, 10, 20, 100) else 1)
        row, why = [start + step * i for i in range(5)], f"each number is {step} more"
    elif dice < 0.85:
        step = chat.pick((1, 2, 3, 5, 10))
        start = step * 5 + rng.randint(0, 9) * step
        row, why = [start - step * i for i in range(5)], f"each number is {step} less"
    else:
        start = rng.randint(1, 5)
        row, why = [start * 2**i for i in range(5)], "each number is double the one before"
    shown = chat.pick((3, 4, 4))
    say(chat, "[What comes next|Which number comes next|What is the next number|What number follows|Continue the row|Go on|How does it continue|Complete the pattern|Next in the sequence][:|?] {row}[|...|, ?]", row=", ".join(map(str, row[:shown])))
    chat.bot_exactly(f"{capital(why)}, so {row[shown]} comes next.")


@skill(1.2)
def odd_even_next(chat: Chat) -> None:
    """Even and odd in other words, and the neighbours of a number."""
    n = chat.rng.randint(0, chat.pick((20, 100, 100, 500)))
    dice = chat.rng.random()
    kind = "odd" if n % 2 else "even"
    if dice < 0.4:
        say(chat, "[Is the number {n} odd or even?|{n}: even or odd?|Can {n} be split into two equal halves of whole numbers?|Does {n} divide by two?|Would you call {n} even or odd?|is {n} an even number or an odd one?]", n=n)
        if "split" in chat.last_user or "divide" in chat.last_user:
            chat.bot_exactly(f"Yes, {n} is even." if n % 2 == 0 else f"No, {n} is odd.")
        else:
            chat.bot_exactly(f"{n} is {kind}.")
    elif dice < 0.7:
        say(chat, "[Which number is right after|What do I count after|What number follows on|What is the number after|What comes directly after] {n}?", n=n)
        chat.bot_exactly(f"{n + 1} comes after {n}.")
    else:
        say(chat, "[Which number is right before|What number stands before|What is the number just before|Which number comes directly before] {n}?", n=n + 1)
        chat.bot_exactly(f"{n} comes before {n + 1}.")


# --- word problems -----------------------------------------------------------------------------------------------

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
    _answer(chat, f"{a} + {b} = {a + b}, so {end}.")


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
    _answer(chat, f"{a} - {b} = {a - b}, so {end}.")


def _groups(chat: Chat) -> None:
    rng, (who, answered) = chat.rng, _who(chat)
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
    _answer(chat, f"{a} x {b} = {a * b}, so {end}.")


def _shares(chat: Chat) -> None:
    rng = chat.rng
    thing, b, q = chat.pick(_THINGS), rng.randint(2, 10), rng.randint(1, 12)
    a = b * q
    if chat.chance(0.6):
        people = chat.pick(("children", "friends", "people", "kids", "guests", "brothers"))
        say(chat, "[{a} {t} are shared by|I share {a} {t} among|We divide {a} {t} between|{a} {t} for] {b} {p}. How many [{t} |]does each [get|one get|of them get]?", a=a, b=b, t=thing, p=people)
        _answer(chat, f"{a} / {b} = {q}, so each gets {q} {thing}.")
    else:
        box = chat.pick(("box", "bag", "basket", "jar", "plate", "row"))
        say(chat, "[I have|There are|We have] {a} {t}. [{b} fit in|I put {b} in|{b} go into] [a|each|one] {box}. How many {boxes} do I need?", a=a, b=b, t=thing, box=box, boxes="boxes" if box == "box" else box + "s")
        _answer(chat, f"{a} / {b} = {q}, so you need {q} {box if q == 1 else 'boxes' if box == 'box' else box + 's'}.")


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
        _answer(chat, f"{have} - {cost} = {have - cost}, so {end}.")
    elif dice < 0.6:
        n, price = rng.randint(2, 10), rng.randint(1, 12)
        thing = chat.pick(_THINGS)
        say(chat, "[One of the {t} costs|If {t} cost|{t} are] {p} {u}[| each]. How much [do {n} cost|are {n} of them|do I pay for {n}]?", t=thing, n=n, p=price, u=unit)
        _answer(chat, f"{n} x {price} = {n * price}, so {n} {thing} cost {n * price} {unit}.")
    elif dice < 0.8:
        a, b = rng.randint(1, 40), rng.randint(1, 40)
        g1, g2 = rng.sample(_GOODS, 2)
        say(chat, "{cap g} costs {a} {u} and {h} costs {b}[ {u}|]. [How much is that together|What do both cost|How much do I pay for both|Total price]?", g=g1, h=g2, a=a, b=b, u=unit)
        _answer(chat, f"{a} + {b} = {a + b}, so together they cost {a + b} {unit}.")
    else:
        week, n = rng.randint(1, 12), rng.randint(2, 10)
        say(chat, "[I save|I get|I earn|She saves|He earns] {a} {u} [a week|every week|each day|an hour]. How much [is that |]after {n} [weeks|of them]?", a=week, n=n, u=unit)
        _answer(chat, f"{n} x {week} = {n * week}, so that is {n * week} {unit}.")


def _time(chat: Chat) -> None:
    rng = chat.rng
    dice = rng.random()
    if dice < 0.3:
        start, lasts = rng.randint(1, 9), rng.randint(1, 3)
        what = chat.pick(("film", "party", "lesson", "concert", "game", "meeting", "train ride", "show"))
        say(chat, "[The|A] {w} [starts|begins] at {a} [o'clock |]and [lasts|takes] {b} hour{s}. When [does it end|is it over]?", w=what, a=start, b=lasts, s="" if lasts == 1 else "s")
        _answer(chat, f"{start} + {lasts} = {start + lasts}, so the {what} ends at {start + lasts} o'clock.")
    elif dice < 0.5:
        a = rng.randint(1, 9)
        b = a + rng.randint(1, 12 - a)
        say(chat, "[How many hours is it from|How long is it from|I work from|The shop is open from] {a} [o'clock |]to {b}[ o'clock|][, how many hours is that|]?", a=a, b=b)
        _answer(chat, f"{b} - {a} = {b - a}, so it is {b - a} hour{'' if b - a == 1 else 's'}.")
    else:
        big, small, n = chat.pick((("hours", "minutes", 60), ("minutes", "seconds", 60), ("weeks", "days", 7), ("days", "hours", 24), ("years", "months", 12), ("meters", "centimeters", 100), ("kilometers", "meters", 1000), ("kilograms", "grams", 1000), ("dozen", "eggs", 12), ("feet", "inches", 12), ("dollars", "cents", 100)))
        k = rng.randint(2, 5 if n in (24, 60) else 10)
        if chat.chance(0.65):
            say(chat, "[How many {s} are [there |]in {k} {b}?|{k} {b} are how many {s}?|{k} {b} in {s}|Convert {k} {b} to {s}.|{k} {b}, how many {s} is that?]", k=k, b=big, s=small)
            _answer(chat, f"{k} x {n} = {k * n}, so {k} {big} are {k * n} {small}.")
        else:
            say(chat, "[How many {b} are {m} {s}?|{m} {s} in {b}?|{m} {s} are how many {b}?|Convert {m} {s} to {b}.]", m=k * n, b=big, s=small)
            _answer(chat, f"{k * n} / {n} = {k}, so {k * n} {small} are {k} {big}.")


def _distance(chat: Chat) -> None:
    rng = chat.rng
    what, fast, unit = chat.pick((("car", (5, 10), "kilometers"), ("train", (8, 10), "kilometers"), ("bus", (3, 8), "miles"), ("bike", (1, 2), "kilometers"), ("walker", (0, 0), "kilometers"), ("boat", (1, 3), "miles")))
    speed = rng.randint(*fast) * 10 if fast[1] else rng.randint(3, 6)
    hours = rng.randint(2, 6)
    dice = rng.random()
    if dice < 0.4:
        say(chat, "[A {w} goes|A {w} drives|If a {w} goes|A {w} travels at] {a} {u} an hour. How far [does it get|does it go|is it] in {b} hours?", w=what, a=speed, b=hours, u=unit)
        _answer(chat, f"{speed} x {hours} = {speed * hours}, so the {what} goes {speed * hours} {unit}.")
    elif dice < 0.6:
        say(chat, "A {w} goes {d} {u} [in {b} hours|and needs {b} hours]. How [fast is it|many {u} an hour is that]?", w=what, d=speed * hours, b=hours, u=unit)
        _answer(chat, f"{speed * hours} / {hours} = {speed}, so the {what} goes {speed} {unit} an hour.")
    elif dice < 0.8:
        a = rng.randint(10, 90)
        b = rng.randint(1, a - 1)
        say(chat, "[The way is|It is|The trip is] {a} {u} long. [I have gone|We have walked|I have done] {b}[ {u}|]. How [far is it still|much is left|many {u} are left]?", a=a, b=b, u=unit)
        _answer(chat, f"{a} - {b} = {a - b}, so {a - b} {unit} are left.")
    else:
        a, b = rng.randint(1, 40), rng.randint(1, 40)
        say(chat, "[I walked|I ran|We drove|She rode] {a} {u} [on Monday|in the morning|yesterday] and {b} [on Tuesday|in the evening|today]. How far [is that|was that] [in all|altogether|together]?", a=a, b=b, u=unit)
        _answer(chat, f"{a} + {b} = {a + b}, so that is {a + b} {unit}.")


_HAVE = (("dog", "dogs", 4, "legs"), ("cat", "cats", 4, "paws"), ("spider", "spiders", 8, "legs"), ("bird", "birds", 2, "wings"), ("bee", "bees", 6, "legs"), ("car", "cars", 4, "wheels"), ("bicycle", "bicycles", 2, "wheels"), ("tricycle", "tricycles", 3, "wheels"), ("hand", "hands", 5, "fingers"), ("triangle", "triangles", 3, "corners"),
         ("square", "squares", 4, "corners"), ("octopus", "octopuses", 8, "arms"), ("horse", "horses", 4, "legs"), ("chicken", "chickens", 2, "legs"), ("person", "people", 2, "eyes"), ("ant", "ants", 6, "legs"), ("cow", "cows", 4, "legs"), ("week", "weeks", 7, "days"), ("year", "years", 12, "months"), ("chair", "chairs", 4, "legs"))  # fmt: skip


def _parts(chat: Chat) -> None:
    one, many, each, part = chat.pick(_HAVE)
    n = chat.rng.randint(2, 10)
    say(chat, "[How many {p} do {n} {m} have?|{n} {m} have how many {p}?|If I see {n} {m}, how many {p} are that?|How many {p} are there on {n} {m} together?|Count the {p} of {n} {m}.]", p=part, n=n, m=many)
    _answer(chat, f"{n} x {each} = {n * each}, so {n} {many} have {n * each} {part}.")


def _two_steps(chat: Chat) -> None:
    rng, (who, answered) = chat.rng, _who(chat)
    thing = chat.pick(_THINGS)
    dice = rng.random()
    if dice < 0.35:
        a, b = rng.randint(3, 30), rng.randint(1, 20)
        c = rng.randint(1, a + b - 1)
        say(chat, "{who} has {a} {t}, [gets|buys|finds] {b} more and [gives away|loses|sells] {c}. How many {t} [does {low} have now|are left]?", who=who, low=_mid(who), a=a, b=b, c=c, t=thing)
        _answer(chat, f"{a} + {b} = {a + b} and {a + b} - {c} = {a + b - c}, so {answered} has {a + b - c} {thing}.")
    elif dice < 0.55:
        a = rng.randint(10, 50)
        b = rng.randint(1, a - 4)
        c = rng.randint(1, a - b - 1)
        say(chat, "[I have|I had] {a} {t}. I [give|gave] {b} to {n} and {c} to {o}. How many [{t} |]are left?", a=a, b=b, c=c, t=thing, n=person(rng, chat.held_out), o=person(rng, chat.held_out))
        _answer(chat, f"{a} - {b} = {a - b} and {a - b} - {c} = {a - b - c}, so you have {a - b - c} {thing} left.")
    elif dice < 0.8:
        a, b = rng.randint(2, 10), rng.randint(2, 10)
        if chat.chance(0.5):
            c = rng.randint(1, 10)
            say(chat, "[I have|{who} has|There are] {a} boxes with {b} {t} each and {c} more {t}. How many {t} [are there|is that][ in all|]?", who=who, a=a, b=b, c=c, t=thing)
            _answer(chat, f"{a} x {b} = {a * b} and {a * b} + {c} = {a * b + c}, so there are {a * b + c} {thing}.")
        else:
            c = rng.randint(1, a * b - 1)
            say(chat, "[I have|{who} has|There are] {a} boxes with {b} {t} each. {c} {t} are [sold|given away|broken|taken out]. How many are left?", who=who, a=a, b=b, c=c, t=thing)
            _answer(chat, f"{a} x {b} = {a * b} and {a * b} - {c} = {a * b - c}, so {a * b - c} {thing} are left.")
    else:
        n, price = rng.randint(2, 8), rng.randint(1, 9)
        have = n * price + rng.randint(0, 30)
        unit = chat.pick(("dollars", "euros", "pounds"))
        say(chat, "I have {h} {u} and buy {n} {t} for {p} {u} each. How much [money |]do I have left?", h=have, u=unit, n=n, t=thing, p=price)
        _answer(chat, f"{n} x {price} = {n * price} and {have} - {n * price} = {have - n * price}, so you have {have - n * price} {unit} left.")


def _ages(chat: Chat) -> None:
    rng = chat.rng
    a, b = rng.randint(2, 40), rng.randint(1, 15)
    who, other = person(rng, chat.held_out), person(rng, chat.held_out)
    dice = rng.random()
    if dice < 0.4:
        say(chat, "[{who} is|My sister is|My brother is|I am] {a}[ years old|]. {o} is {b} years [older|more]. How old is {o}?", who=who, o=other, a=a, b=b)
        _answer(chat, f"{a} + {b} = {a + b}, so {other} is {a + b} years old.")
    elif dice < 0.7 and a > b:
        say(chat, "{who} is {a}[ years old|]. {o} is {b} years younger. How old is {o}?", who=who, o=other, a=a, b=b)
        _answer(chat, f"{a} - {b} = {a - b}, so {other} is {a - b} year{'' if a - b == 1 else 's'} old.")
    else:
        say(chat, "{who} is {a} now. How old will {who} be in {b} years?", who=who, a=a, b=b)
        _answer(chat, f"{a} + {b} = {a + b}, so {who} will be {a + b}.")


@skill(12)
def little_problems(chat: Chat) -> None:
    """A word problem of one step."""
    kind = chat.rng.choices((_more, _fewer, _groups, _shares, _money, _time, _distance, _parts, _ages), (4, 4, 3, 2, 3, 3, 2, 1.5, 1))[0]
    kind(chat)
    if chat.chance(0.05):
        say(chat, "[How do you know|Why|How did you get that|Are you sure|Can you show the steps]?")
        _answer(chat, "I worked it out step by step, as the sum in my answer shows.")


@skill(4)
def problems_of_two_steps(chat: Chat) -> None:
    _two_steps(chat)


@skill(0.8)
def figures_and_words(chat: Chat) -> None:
    """Numbers in words and figures; the ordinals."""
    n = chat.rng.randint(0, 100)
    dice = chat.rng.random()
    if dice < 0.4:
        say(chat, "[Write {w} as a number.|{w} in figures|What number is {w}?|How do I write {w} with digits?]", w=_words(chat, n))
        _answer(chat, f"{capital(in_words(n))} is {n}.")
    elif dice < 0.7:
        say(chat, "[Write {n} in words.|{n} in letters|What is {n} in words?|How is {n} spelled out?]", n=n)
        _answer(chat, f"{n} is {in_words(n)}.")
    else:
        n = chat.rng.randint(10, 999)
        places = ["ones", "tens", "hundreds"]
        i = chat.rng.randrange(len(str(n)))
        say(chat, "[Which digit|What digit] is in the {p} place of {n}?", p=places[i], n=n)
        _answer(chat, f"The {places[i]} digit of {n} is {n // 10**i % 10}.")


_SHAPES = (("triangle", 3), ("square", 4), ("rectangle", 4), ("pentagon", 5), ("hexagon", 6), ("octagon", 8))


@skill(0.8)
def shapes(chat: Chat) -> None:
    dice = chat.rng.random()
    if dice < 0.4:
        name, n = chat.pick(_SHAPES)
        say(chat, "[How many [sides|corners] does a[n|] {s} have?|Number of [sides|corners] of a {s}?|A {s} has how many [sides|corners]?]".replace("a[n|] {s}", "{an s}").replace("a {s}", "{an s}").replace("A {s}", "{cap an s}"), s=name)
        part = "corners" if "corner" in chat.last_user.lower() else "sides"
        chat.bot("{cap an s} has {n} {p}.", s=name, n=n, p=part)
    elif dice < 0.75:
        a, b = chat.rng.randint(2, 12), chat.rng.randint(2, 12)
        say(chat, "[What is the area of a rectangle of {a} by {b}?|A room is {a} meters long and {b} meters wide. What is its area?|How big is a field of {a} by {b} meters?]", a=a, b=b)
        _answer(chat, f"{a} x {b} = {a * b}, so the area is {a * b} square {'meters' if 'meter' in chat.last_user.lower() else 'units'}.")
    else:
        a = chat.rng.randint(2, 20)
        say(chat, "[What is the perimeter of a square with sides of {a}?|A square has a side of {a}. How long is it all the way round?]", a=a)
        _answer(chat, f"4 x {a} = {4 * a}, so the perimeter is {4 * a}.")


_PARTS = (("a half", 2), ("a third", 3), ("a quarter", 4), ("a fifth", 5), ("an eighth", 8), ("a tenth", 10))


@skill(1)
def fractions(chat: Chat) -> None:
    """Which part is bigger, how many parts make a whole, parts as percents and decimals."""
    rng = chat.rng
    dice = rng.random()
    if dice < 0.4:
        (one, a), (other, b) = rng.sample(_PARTS, 2)
        say(chat, "[Which is [bigger|more|larger]|What is more]: {x} or {y}?" if chat.chance(0.6) else "Is {x} [bigger|more] than {y}?", x=one, y=other)
        bigger, smaller = (one, other) if a < b else (other, one)
        if chat.last_user.lower().removeprefix("please, ").startswith("is ") or " is " in chat.last_user[:12].lower() and "which" not in chat.last_user.lower() and "what" not in chat.last_user.lower():
            chat.bot_exactly(f"Yes, {one} is bigger than {other}." if a < b else f"No, {one} is smaller than {other}.")
        else:
            chat.bot_exactly(f"{capital(bigger)} is bigger than {smaller}.")
    elif dice < 0.65:
        one, n = rng.choice(_PARTS)
        name = one.split()[1]
        names = "halves" if name == "half" else name + "s"
        say(chat, "[How many {s} make a whole|How many {s} are in one whole|How many {s} are there in one]?", s=names)
        chat.bot_exactly(f"{capital(in_words(n))} {names} make a whole.")
    else:
        one, percent, decimal = rng.choice((("a half", 50, "0.5"), ("a quarter", 25, "0.25"), ("three quarters", 75, "0.75"), ("a fifth", 20, "0.2"), ("a tenth", 10, "0.1")))
        if chat.chance(0.6):
            say(chat, "[How many percent is {x}?|What is {x} in percent?|{x} as a percentage?|How much percent are {x}?]", x=one)
            chat.bot_exactly(f"{capital(one)} is {percent} percent.")
        else:
            say(chat, "[What is {x} as a decimal?|{x} as a decimal number?|Write {x} as a decimal.]", x=one)
            chat.bot_exactly(f"{capital(one)} is {decimal}.")


@skill(1)
def primes(chat: Chat) -> None:
    n = chat.rng.randint(2, 50)
    factor = next((d for d in range(2, n) if n % d == 0), None)
    say(chat, "[Is {n} a prime number|Is {n} prime|Is {n} a prime|{n}: prime or not|Can {n} be divided by anything but 1 and itself]?", n=n)
    about_parts = "divided" in chat.last_user.lower()
    if factor:
        chat.bot_exactly(f"{'Yes' if about_parts else 'No'}, {n} = {factor} x {n // factor}, so it is not prime.")
    else:
        chat.bot_exactly(f"{'No' if about_parts else 'Yes'}, {n} is a prime number.")


@skill(1)
def rounding(chat: Chat) -> None:
    step, name = chat.pick(((10, "ten"), (10, "ten"), (100, "hundred")))
    n = chat.rng.randint(1, 99 if step == 10 else 999)
    if n % step == step // 2:
        n += 1
    low = n // step * step
    near = low if n - low < step / 2 else low + step
    say(chat, "[Round {n} to the nearest {w}.|What is {n} rounded to the nearest {w}?|{n} rounded to {w}s?|Which {w} is nearest to {n}?]", n=n, w=name)
    chat.bot_exactly(f"{n} rounded to the nearest {name} is {near}.")


@skill(1)
def averages(chat: Chat) -> None:
    rng = chat.rng
    a, b = rng.randint(1, 30), rng.randint(1, 30)
    if (a + b) % 2:
        b += 1
    say(chat, "[What is the [average|mean] of {a} and {b}?|Average of {a} and {b}?|Which number is in the middle between {a} and {b}?|Calculate the average of {a} and {b}.]", a=a, b=b)
    chat.bot_exactly(f"{a} + {b} = {a + b} and {a + b} / 2 = {(a + b) // 2}, so the average is {(a + b) // 2}.")


@skill(1)
def halves_with_a_point(chat: Chat) -> None:
    """Sums of numbers with one digit behind the point, as in prices."""
    rng = chat.rng
    a, b = rng.randint(1, 19), rng.randint(1, 19)
    x, y = (f"{k // 2}.5" if k % 2 else str(k // 2) for k in (a, b))
    if "." not in x + y:
        a += 1
        x = f"{a // 2}.5" if a % 2 else str(a // 2)
    total = a + b
    r = f"{total // 2}.5" if total % 2 else str(total // 2)
    say(chat, "[What is {x} plus {y}?|{x} + {y}|How much is {x} + {y}?|Add {x} and {y}.|A pen costs {x} and a pad {y} dollars. How much is that together?]", x=x, y=y)
    chat.bot_exactly(f"{x} + {y} = {r}.")


@skill(1)
def missing_number(chat: Chat) -> None:
    """What stands in the gap."""
    rng = chat.rng
    dice = rng.random()
    if dice < 0.4:
        a, b = rng.randint(1, 30), rng.randint(1, 30)
        say(chat, "[{a} + _ = {r}|What plus {a} is {r}?|{a} plus what is {r}?|Which number do I add to {a} to get {r}?|x + {a} = {r}, what is x?|Solve {a} + x = {r}.]", a=a, r=a + b)
        chat.bot_exactly(f"{a + b} - {a} = {b}, so the number is {b}.")
    elif dice < 0.7:
        a, b = rng.randint(2, 12), rng.randint(1, 12)
        say(chat, "[{a} x _ = {r}|What times {a} is {r}?|{a} times what is {r}?|Solve {a}x = {r}.|{a} * x = {r}, what is x?]", a=a, r=a * b)
        chat.bot_exactly(f"{a * b} / {a} = {b}, so the number is {b}.")
    else:
        r, b = rng.randint(1, 30), rng.randint(1, 20)
        say(chat, "[What minus {b} is {r}?|_ - {b} = {r}|x - {b} = {r}, what is x?|I think of a number and take away {b}. I get {r}. Which number?]", b=b, r=r)
        chat.bot_exactly(f"{r} + {b} = {r + b}, so the number is {r + b}.")

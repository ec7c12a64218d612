"""Numbers themselves: which is more, what comes next, digits, shapes, fractions, primes, rounding, what stands in a gap."""

from __future__ import annotations

from ..grammar import Chat, capital, in_words, skill
from .sums_asked import answer, say, written


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


@skill(0.8)
def figures_and_words(chat: Chat) -> None:
    """Numbers in words and figures; the ordinals."""
    n = chat.rng.randint(0, 100)
    dice = chat.rng.random()
    if dice < 0.4:
        say(chat, "[Write {w} as a number.|{w} in figures|What number is {w}?|How do I write {w} with digits?]", w=written(chat, n))
        answer(chat, f"{capital(in_words(n))} is {n}.")
    elif dice < 0.7:
        say(chat, "[Write {n} in words.|{n} in letters|What is {n} in words?|How is {n} spelled out?]", n=n)
        answer(chat, f"{n} is {in_words(n)}.")
    else:
        n = chat.rng.randint(10, 999)
        places = ["ones", "tens", "hundreds"]
        i = chat.rng.randrange(len(str(n)))
        say(chat, "[Which digit|What digit] is in the {p} place of {n}?", p=places[i], n=n)
        answer(chat, f"The {places[i]} digit of {n} is {n // 10**i % 10}.")


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
        answer(chat, f"{a} x {b} = {a * b}, so the area is {a * b} square {'meters' if 'meter' in chat.last_user.lower() else 'units'}.")
    else:
        a = chat.rng.randint(2, 20)
        say(chat, "[What is the perimeter of a square with sides of {a}?|A square has a side of {a}. How long is it all the way round?]", a=a)
        answer(chat, f"4 x {a} = {4 * a}, so the perimeter is {4 * a}.")


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

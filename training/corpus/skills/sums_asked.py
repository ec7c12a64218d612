"""How sums are asked, in figures and in words, and answers whose nouns fit their numbers."""

from __future__ import annotations

import re

from ..grammar import Chat, capital, expand, in_words, tidy

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


def answer(chat: Chat, text: str) -> None:
    """The text as it stands, but one of a thing is no "1 cherries"."""
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


def written(chat: Chat, n: int) -> str:
    """``42`` as ``42``, ``forty-two`` or ``forty two``."""
    text = in_words(n)
    return text if chat.chance(0.6) else text.replace("-", " ")


def both(chat: Chat, a: int, b: int, share: float = 0.3) -> dict[str, object]:
    """The two numbers of a question, in figures or (both, or seldom one) in words."""
    dice = chat.rng.random()
    if dice < share:
        return {"a": written(chat, a), "b": written(chat, b)}
    if dice < share + 0.04:
        return {"a": a, "b": written(chat, b)}
    return {"a": a, "b": b}


PLUS = (
    "[What is|What's|How much is] {a} plus {b}?", "[What is|What's] {a} + {b}?", "{a} plus {b}", "{a} + {b}", "{a}+{b}", "{a} + {b} =", "{a} and {b} [together|make what|make how much]?", "[Add|Sum up] {a} and {b}.", "What do {a} and {b} [add up to|make together|come to]?",
    "[Put|If I put] {a} and {b} together[.|, what is it?]", "[The sum|Sum] of {a} and {b}[|?]", "[I start|Start] with {a} and add {b}. [What do I get|What is it|Result]?", "{a} [increased by|and then] {b}[ more|], how much?", "What number is {b} [more|higher|bigger] than {a}?",
    "[I have|Suppose I have] {a} and [I get|get] {b} more. [How much is that|How many is that|Total]?", "Which number do I get when I add {b} to {a}?", "[Tell me|Say|Give me] the [sum|total] of {a} and {b}.", "[I wonder|I need to know|Do you know] how much {a} plus {b} is.",
    "If you add {a} and {b}, what [comes out|is the result|is the answer]?", "{a} with {b} added, what is that?", "[work out|calculate|compute|solve|evaluate] {a} + {b}", "The answer to {a} + {b}?", "Count {a} and {b} together.",
)  # fmt: skip
MINUS = (
    "[What is|What's|How much is] {a} minus {b}?", "[What is|What's] {a} - {b}?", "{a} minus {b}", "{a} - {b}", "{a}-{b}", "{a} - {b} =", "[Take|Take away|Remove|Subtract] {b} from {a}.", "What is left of {a} when [I take away|you remove|I subtract] {b}?",
    "[What is the|The] difference [between|of] {a} and {b}?", "[I start|Start] with {a} and take away {b}. [What is left|What do I get|Result]?", "{a} [less|take away|reduced by] {b}", "What number is {b} [less|lower|smaller] than {a}?", "How far is it from {b} to {a}?",
    "[I have|Suppose I have] {a} and lose {b}. [How many are left|What is left]?", "What must I add to {b} to get {a}?", "How many more than {b} is {a}?", "How many are missing from {b} to {a}?", "[Tell me|Say] what {a} minus {b} is.", "[work out|calculate|compute|solve] {a} - {b}",
    "If I had {a} and gave {b} away, how many would I keep?", "{b} is gone from {a}. What remains?",
)  # fmt: skip
TIMES = (
    "[What is|What's|How much is] {a} times {b}?", "[What is|What's] {a} x {b}?", "{a} times {b}", "{a} x {b}", "{a}*{b}", "{a} * {b} =", "[Multiply|Can you multiply] {a} [by|with|and] {b}[.|?]", "{a} multiplied by {b}", "[The product|What is the product] of {a} and {b}?", "What do you get when you multiply {a} and {b}?",
    "What are {a} {b}s?", "{a} rows of {b}, how many is that?", "[Tell me|Do you know|I forgot] what {a} times {b} is.", "{a} groups of {b} are how many?", "{b} taken {a} times", "If I add {b} to itself until I have it {a} times, what is it?", "[work out|calculate|compute|solve] {a} x {b}", "the {b} times table: {a} x {b}",
)  # fmt: skip
DIVIDE = (
    "[What is|What's|How much is] {a} divided by {b}?", "{a} divided by {b}", "{a} / {b}", "{a}/{b} =", "[Divide|Can you divide] {a} by {b}[.|?]", "How many times does {b} [go into|fit into|fit in] {a}?", "[Split|Share] {a} [into|among] {b} [equal parts|equally]. How much is [each|one part]?", "{a} over {b}",
    "{b} times what is {a}?", "What times {b} [is|makes|gives] {a}?", "[What is|] {a} shared by {b}[?|, how much for each?]", "How many {b}s are [there |]in {a}?", "[work out|calculate|compute] {a} / {b}", "[Tell me|Do you know] what {a} divided by {b} is.",
)  # fmt: skip

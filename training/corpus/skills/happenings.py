"""What somebody did, told in one ordinary sentence: any part of it is asked back (what, who with, where, when, why)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from ..grammar import Chat, article, capital, expand, skill
from ..lexicon import LISTS, blend, person, town
from ..openfacts import VALUES


@dataclass(frozen=True)
class Deed:
    """``past`` and ``base`` with {o} for the object; ``what`` is how one asks for the object."""

    past: str
    base: str
    things: Callable  # rng, held -> the object with its article
    what: str = "What"
    reply: tuple[str, ...] = ("{O}! How was it?", "{O}, I see. Was it worth it?")


def _list(words: str) -> Callable:
    return lambda rng, held: rng.choice(words.split("|"))


def _a(kind: str) -> Callable:
    return lambda rng, held: article(rng.choice(LISTS[kind]))


def _my(kind: str) -> Callable:
    return lambda rng, held: "my " + rng.choice(LISTS[kind])


def _new(rng, held: bool) -> str:
    return article(f"{rng.choice(LISTS['adjective'])} {blend(rng) if rng.random() < 0.4 else rng.choice(LISTS['object'])}")


DEEDS = [
    Deed("bought {o}", "buy", lambda rng, held: VALUES["purchase"](rng, held), reply=("{O}! Are you happy with it?", "So you bought {o}. What for?")),
    Deed("lost {o}", "lose", lambda rng, held: "my " + VALUES["item"](rng, held), reply=("Oh no, {o}! Have you looked everywhere?", "I am sorry about {o}. I hope it turns up.")),
    Deed("broke {o}", "break", _my("object"), reply=("Oh no, {o}! Can it be mended?", "What a pity about {o}. How did it happen?")),
    Deed("repaired {o}", "repair", _list("my bike|my car|the lamp|my radio|the fence|my old clock|the tap|my scooter|the roof|my shoes|the sofa|the door|my jacket|the washing machine|a chair|the toaster|my glasses|my guitar"), reply=("Well done! So {o} works again?", "{O}! Was it hard to repair?")),
    Deed("found {o}", "find", _new, reply=("{O}! Whose could it be?", "You found {o}? What will you do with it?")),
    Deed("baked {o}", "bake", _list("a plum cake|bread|an apple pie|cookies|a lemon cake|buns|a pizza|cinnamon rolls|a quiche|muffins|pretzels|a cheesecake|a carrot cake|rolls|gingerbread"), reply=("{O}! Is there any left?", "I can almost smell it: {o}.")),
    Deed("cooked {o}", "cook", lambda rng, held: VALUES["dish"](rng, held), reply=("{O}! Did it turn out well?", "So there was {o}. Who ate it?")),
    Deed("ate {o}", "eat", _list("a whole pizza|three bananas|an ice cream|cold noodles|a bowl of cherries|two sandwiches|a mango|fried eggs|sushi|a piece of cheesecake|a bag of chips|soup|a waffle|pancakes with jam"), reply=("{O}! Did you enjoy it?", "Mm, {o}. Are you still hungry?")),
    Deed("met {o}", "meet", lambda rng, held: person(rng, held), "Who", ("{O}! How do you know each other?", "How is {o} doing?", "So you met {o}. What did you talk about?")),
    Deed("called {o}", "call", lambda rng, held: person(rng, held), "Who", ("What did {o} say?", "I hope it was a good talk with {o}.")),
    Deed("visited {o}", "visit", lambda rng, held: "my " + rng.choice(("grandmother", "uncle", "aunt", "old teacher", "cousin", "neighbor", "godmother", "great-aunt", "friend " + person(rng, held), "sister " + person(rng, held))), "Who", ("How nice of you to visit {o}! How was it?", "{O}! Was there cake?")),
    Deed("helped {o}", "help", lambda rng, held: person(rng, held), "Who", ("That was kind of you. Was {o} glad?", "{O} is lucky to have you.")),
    Deed("watched {o}", "watch", lambda rng, held: rng.choice(("a film about ", "a show about ", "a documentary about ")) + rng.choice(("whales", "volcanoes", "a lost city", "two brothers", "a mission to Mars", "bees", "the deep sea", "a chess player", "a circus", "an old ship", "penguins", "a bakery", "robots", "a train journey")), reply=("{O}! What did you learn from it?", "How did you like it, {o}?")),
    Deed("read {o}", "read", lambda rng, held: rng.choice(("a book about ", "an article about ", "a story about ")) + rng.choice(("wolves", "a lighthouse keeper", "the moon", "bridges", "a girl who can fly", "old maps", "the human brain", "a stolen violin", "trees", "knights", "time travel", "a small island")), reply=("{O}! Was it good?", "What did you like about it?")),
    Deed("planted {o}", "plant", lambda rng, held: article(f"{rng.choice(LISTS['flower' if rng.random() < 0.5 else 'tree'])}") if rng.random() < 0.7 else rng.choice(("tomatoes", "beans", "herbs", "carrots", "lettuce", "radishes")), reply=("{O}! I hope it grows well.", "How nice. Do you have a garden, or was it a pot?")),
    Deed("painted {o}", "paint", lambda rng, held: f"the {rng.choice('door fence kitchen wall shed chair ceiling bathroom table gate'.split())} {rng.choice(LISTS['color'])}", reply=("You painted {o}? Do you like the color?", "So you painted {o}. It must look like new!")),
    Deed("washed {o}", "wash", _list("the car|the dog|all the curtains|the windows|my winter coat|the floor|forty socks|the blankets|my bike"), reply=("{O}! Is everything clean now?", "That was work. And now, a rest?")),
    Deed("sold {o}", "sell", lambda rng, held: "my old " + rng.choice(LISTS["object"] + LISTS["vehicle"]), reply=("{O}! Will you miss it?", "So {o} is gone. Did you get a good price?")),
    Deed("wrote {o}", "write", _list("a letter|a poem|a long email|a shopping list|a song|an essay|a postcard|my diary|a short story|an application"), reply=("{O}! What was it about?", "{O}, how nice. Was it easy?")),
    Deed("built {o}", "build", _list("a birdhouse|a shelf|a snowman|a kite|a tree house|a sandcastle|a model ship|a raft|a dog house|a bench|a paper plane|a bookcase|a small robot"), reply=("{O}! How long did it take?", "You built {o}? I am impressed.")),
    Deed("played {o}", "play", lambda rng, held: rng.choice(LISTS["game"] + "football|tennis|table tennis|cards|basketball|badminton|chess|darts".split("|")), reply=("{O}! Who won?", "{O} is fun. Did you win?")),
    Deed("saw {o}", "see", lambda rng, held: VALUES["seen"](rng, held), reply=("{O}! What a sight.", "You saw {o}? I would have stopped.")),
    Deed("borrowed {o}", "borrow", _a("tool"), reply=("{O}! What do you need it for?", "So you borrowed {o}. From whom?")),
    Deed("forgot {o}", "forget", lambda rng, held: "my " + VALUES["item"](rng, held), reply=("Oh no! How did you manage without it?", "{O}! That happens to everybody.")),
    Deed("fed {o}", "feed", _list("the neighbor's cat|the ducks|the hens|the fish|a stray dog|the birds|two goats|the hamster|a donkey"), reply=("{O}! Were they hungry?", "How kind. What do they eat?")),
    Deed("cleaned {o}", "clean", _list("the cellar|the kitchen|my room|the garage|the fridge|the bathroom|the attic|the oven|the balcony|the aquarium"), reply=("{O}! That must feel good.", "Well done. Is it all shiny now?")),
    Deed("practiced {o}", "practice", lambda rng, held: "the " + rng.choice(LISTS["instrument"]), reply=("{O}! How is it going?", "Well done. What do you play?")),
    Deed("learned {o}", "learn", _list("ten new words|a magic trick|how to whistle|a new knot|the first song on the guitar|to make sushi|a poem by heart|how to fold a crane|to dive|how to fix a tire"), reply=("{O}! Was it hard?", "Well done. Will you show it to somebody?")),
]  # fmt: skip
WHEN = ("yesterday", "this morning", "last night", "today", "on Monday", "on Tuesday", "on Wednesday", "on Thursday", "on Friday", "on Saturday", "on Sunday", "last week", "two days ago", "last summer", "before breakfast", "after work", "at noon", "at midnight")
_WHERE = "at the market|in the park|at school|on the bus|in the garden|at the station|in the attic|at my aunt's house|at the lake|in the library|at work|on the beach|in the old town|in a small cafe|behind the church|at the harbor|in the cellar|on the balcony|next to the river|on the roof".split("|")
_WHY = "because I was bored|because it was raining|because my sister asked me to|because I could not sleep|because it was on sale|because I had promised it|because it was my day off|because I wanted to try something new|because nobody else did|because we had guests|because I had a bad day|because the doctor told me to|because it was my birthday".split("|")


@dataclass
class Happening:
    deed: Deed
    thing: str
    parts: dict[str, str]  # when, where, with, why


def _your(text: str) -> str:
    return " ".join({"my": "your", "I": "you", "me": "you", "we": "you", "our": "your"}.get(word, word) for word in text.replace("I was", "you were").split(" "))


def _draw(chat: Chat, taken=()) -> Happening:
    while (deed := chat.pick(DEEDS)).base in taken:
        pass
    thing = deed.things(chat.rng, chat.held_out)
    parts: dict[str, str] = {}
    for kind in chat.rng.sample(("when", "where", "with", "why"), chat.pick((0, 1, 1, 2, 2, 3))):
        if kind == "when":
            parts[kind] = chat.pick(WHEN)
        elif kind == "where":
            parts[kind] = chat.pick(_WHERE) if chat.chance(0.6) else f"in {town(chat.rng, chat.held_out)}"
        elif kind == "with" and deed.what == "What" and deed.base not in ("lose", "forget", "sell"):
            name = person(chat.rng, chat.held_out)
            parts[kind] = chat.pick((name, f"my {chat.pick(LISTS['relation'])} {name}", f"my {chat.pick(LISTS['relative'])}"))
        elif kind == "why" and deed.base not in ("lose", "find", "break", "forget", "see"):
            parts[kind] = chat.pick(_WHY)
    return Happening(deed, thing, parts)


def _sentence(h: Happening, subject: str = "I") -> str:
    past = h.deed.past.replace("{o}", h.thing)
    bits = [subject, past]
    if "with" in h.parts:
        bits.append(f"with {h.parts['with']}")
    if "where" in h.parts:
        bits.append(h.parts["where"])
    if "when" in h.parts:
        bits.append(h.parts["when"])
    text = " ".join(bits)
    return text + (f", {h.parts['why']}" if "why" in h.parts else "")


def tell_happening(chat: Chat, h: Happening) -> None:
    chat.told_freely = True
    text = _sentence(h)
    if h.parts.get("when", "").startswith(("yesterday", "last", "this", "on ")) and chat.chance(0.35):
        rest = Happening(h.deed, h.thing, {k: v for k, v in h.parts.items() if k != "when"})
        text = f"{capital(h.parts['when'])} {_sentence(rest)}"
    lead = chat.pick(("By the way, ", "Guess what, ", "You know what? ", "So, ", "Well, ", "Oh, and ", "Just so you know, ")) if chat.chance(0.2) else ""
    text = lead + text
    chat.user(text + chat.pick((".", ".", ".", "!", "")))
    you = _your(h.thing)
    dice = chat.rng.random()
    if dice < 0.25 and h.parts:
        kind = chat.pick(list(h.parts))
        value = _your(h.parts[kind])
        chat.bot({"when": "{v}! And how was it?", "where": "{v}? That sounds like a story. Tell me more.", "with": "Say hello to {v} from me. How was it?", "why": "I see, {v}. Do you feel better now?"}[kind], v=value if kind in ("with", "why") else capital(value))
    else:
        chat.bot(chat.pick(h.deed.reply).replace("{O}", capital(you)).replace("{o}", you))


def ask_happening(chat: Chat, h: Happening, kind: str | None = None, near: bool = True) -> None:
    """Any part of it asked. ``near`` allows words like "that", which need the deed to be the last thing spoken of."""
    near = near and chat.chance(0.3)
    kinds = ["what", "what", *h.parts]
    kind = kind or chat.pick(kinds)
    past, base, you = h.deed.past, h.deed.base, _your(h.thing)
    if kind == "what":
        when = f" {h.parts['when']}" if "when" in h.parts and chat.chance(0.5) else ""
        w = h.deed.what
        chat.user("[{w} did I {b}{t}|{w} was it that I {p}|Do you remember {l} I {p}{t}|{l} did i {b}|{w} did I say I {p}|Tell me {l} I {p}{t}|Can you tell me {l} I {p}|Remember {l} I {p}]?", w=w, l=w.lower(), b=base, p=past.replace(" {o}", ""), t=when)
        chat.bot("[You {p}.|You {p}.|You told me that you {p}.|You said that you {p}.|It was {o} that you {q}.]", p=past.replace("{o}", you), o=you, q=past.replace(" {o}", ""))
    elif kind == "when":
        chat.user("[When did I {b} {o}|When was it that I {p}|when did i {b} {o}|Do you remember when I {p}]?" if not near else "[When was that|And when|When was it|On which day]?", b=base, o=h.thing, p=past.replace("{o}", h.thing))
        chat.bot("[{t}.|It was {u}.|You {p} {u}.]", t=capital(h.parts["when"]), u=h.parts["when"], p=past.replace("{o}", you))
    elif kind == "where":
        chat.user("[Where did I {b} {o}|Where was it that I {p}|where did i {b} {o}|Do you remember where I {p}|In which place did I {b} {o}]?" if not near else "[Where was that|Where was I then|And where|Where did that happen]?", b=base, o=h.thing, p=past.replace("{o}", h.thing))
        chat.bot("[{t}.|It was {u}.|You {p} {u}.|That was {u}.]", t=capital(_your(h.parts["where"])), u=_your(h.parts["where"]), p=past.replace("{o}", you))
    elif kind == "with":
        chat.user("[Who did I {b} {o} with|With whom did I {b} {o}|Who was with me when I {p}]?" if not near else "[Who was with me|who was there with me|Who came along|Was I alone]?", p=past.replace("{o}", h.thing), b=base, o=h.thing)
        chat.bot("[{v} was with you.|You {p} with {w}.|It was {w} who was with you.]", v=capital(_your(h.parts["with"])), w=_your(h.parts["with"]), p=past.replace("{o}", you))
    else:
        chat.user("[Why did I {b} {o}|What was the reason that I {p}|why did i {b} {o}|Do you remember why I {p}]?" if not near else "[Why did I do that|Why|And why did I do it|What for|why was that]?", b=base, o=h.thing, p=past.replace("{o}", h.thing))
        chat.bot("[You {p} {y}.|You said that it was {y}.|{Y}.]".replace("{Y}", "{cap y}"), p=past.replace("{o}", you), y=_your(h.parts["why"]))


def ask_whether(chat: Chat, h: Happening) -> None:
    """Yes or no: did it happen like that?"""
    past, you = h.deed.past, _your(h.thing)
    told = past.replace("{o}", you)
    if chat.chance(0.5):
        chat.user("[Did I {b} {o}|Did I say that I {p}|Is it true that I {p}|Have I told you that I {p}]?", b=h.deed.base, o=h.thing, p=past.replace("{o}", h.thing))
        chat.bot("[Yes, you {t}.|Yes, you told me that you {t}.]", t=told)
    else:
        for _ in range(9):
            wrong = h.deed.things(chat.rng, chat.held_out)
            if wrong != h.thing:
                break
        else:
            return
        chat.user("[Did I {b} {o}|Did I say that I {p}|Is it true that I {p}]?", b=h.deed.base, o=wrong, p=past.replace("{o}", wrong))
        chat.bot("[No, you {t}.|No, it was {y}: you {t}.|No, you told me that you {t}.]", t=told, y=you)


def correct_happening(chat: Chat, h: Happening) -> None:
    """The object, the place or the day was told wrong."""
    kind = chat.pick(["thing", *(k for k in h.parts if k in ("when", "where"))])
    old = h.thing if kind == "thing" else h.parts[kind]
    for _ in range(12):
        new = h.deed.things(chat.rng, chat.held_out) if kind == "thing" else chat.pick(WHEN) if kind == "when" else chat.pick(_WHERE)
        if new != old:
            break
    else:
        return
    if kind == "thing":
        h.thing = new
    else:
        h.parts[kind] = new
    chat.user("[Sorry, |Actually, |No wait, |I mean |I meant |Scratch that, |Oops, |Correction: |Hm, no, ][{n}|{n}|it was {n}|not {o}, {n}|{n}, not {o}][.||, sorry.]", n=new, o=old)
    past = h.deed.past.replace("{o}", _your(h.thing)) + (f" {_your(new)}" if kind != "thing" else "")
    chat.bot("[Ah, {n}. So you {p}.|All right, {n}, not {o}.|{N}, then. You {p}.|Okay: you {p}.|No problem, it was {n}.]".replace("{N}", "{cap n}"), n=_your(new), o=_your(old), p=past)
    ask_happening(chat, h, "what" if kind == "thing" else kind)


def told_and_asked(chat: Chat, taken: set[str]) -> Callable[[], None]:
    """Tells of one; what comes back asks for a part of it later."""
    h = _draw(chat, taken)
    taken.add(h.deed.base)
    tell_happening(chat, h)
    return lambda: ask_whether(chat, h) if chat.chance(0.2) else ask_happening(chat, h, near=False)


@skill(14)
def happening(chat: Chat) -> None:
    """One thing done, and questions for its parts."""
    from ..recall import exchanges, pad

    h = _draw(chat)
    tell_happening(chat, h)
    if chat.chance(0.22):
        return correct_happening(chat, h)
    if chat.chance(0.3):
        pad(chat, exchanges(chat) + chat.rng.randint(1, 3), 450)
    kinds = list(dict.fromkeys(["what", *h.parts]))
    for kind in chat.rng.sample(kinds, min(len(kinds), chat.pick((1, 1, 2, 2, 3)))):
        ask_happening(chat, h, kind)
    if chat.chance(0.2):
        ask_whether(chat, h)
    missing = [k for k in ("when", "where", "with", "why") if k not in h.parts]
    if missing and chat.chance(0.18):
        kind = chat.pick(missing)
        chat.user({"when": "[When was that|When did I {b} {o}]?", "where": "[Where was that|Where did I {b} {o}]?", "with": "[Who was with me|Who did I do that with]?", "why": "[Why did I do that|Did I say why]?"}[kind], b=h.deed.base, o=h.thing)
        chat.bot("[You have not told me {m}.|You did not say {m}.|I do not know, you have not told me {m}.]", m={"when": "when it was", "where": "where it was", "with": "who was with you", "why": "why"}[kind])


@skill(6)
def my_day(chat: Chat) -> None:
    """Two to four things done one after the other: what was first, what came then, and the sum of it."""
    taken: set[str] = set()
    done: list[Happening] = []
    for _ in range(chat.pick((2, 3, 3, 4))):
        h = _draw(chat, taken)
        h.parts = {k: v for k, v in h.parts.items() if k in ("with", "where") and chat.chance(0.5)}
        taken.add(h.deed.base)
        done.append(h)
    told = [_sentence(h) for h in done]
    if chat.chance(0.5):  # in one turn
        joints = ["[First |This morning |Today |Yesterday |]" + told[0]] + [expand(chat.rng, "[then |after that |later |]") + text for text in told[1:-1]] + [expand(chat.rng, "[and then |and in the evening |and at last |and finally ]") + told[-1]]
        chat.user(", ".join(joints) + ".")
        chat.bot("[A full day! Which part did you like best?|That is a lot for one day. Are you tired?|{n} things in one day! Which was the nicest?|So you {a}, and then there was more! How do you feel now?|You {a}? And all the rest as well!]", n={2: "Two", 3: "Three", 4: "Four"}[len(done)], a=_your(_sentence(done[0], "")).strip())
    else:
        for i, text in enumerate(told):
            chat.user(("[First |Today |Yesterday |This morning |]" if i == 0 else "[Then |After that |Later |And then |In the evening ]") + text + chat.pick((".", ".", "")))
            you = _your(done[i].thing)
            chat.bot(chat.pick(("[And then?|And what came next?|What did you do after that?|{r}]", "{r}")), r=chat.pick(done[i].deed.reply).replace("{O}", capital(you)).replace("{o}", you))
    facts = [_your(_sentence(h, "you")) for h in done]
    dice = chat.rng.random()
    if dice < 0.3:
        chat.user("[What did I do first|What was the first thing I did|Which came first]?")
        chat.bot("[First {f}.|The first thing was that {f}.]", f=facts[0])
    elif dice < 0.55:
        chat.user("[What did I do last|What was the last thing|What did I do at the end]?")
        chat.bot("[At last {f}.|The last thing was that {f}.]", f=facts[-1])
    elif dice < 0.75:
        at = chat.rng.randrange(len(done) - 1)
        chat.user("[What did I do after I {p}|What came after I {p}|And after I {p}]?", p=done[at].deed.past.replace("{o}", done[at].thing))
        chat.bot("[After that {f}.|Then {f}.]", f=facts[at + 1])
    else:
        chat.user("[What did I do today|Sum up my day|What have I done|Can you sum that up|Tell me what I did|What did I do, in short]?")
        chat.bot("[{a}, and then {b}.|You told me that {a}, and then {b}.]".replace("[{a}", "[{cap a}"), a=", then ".join(facts[:-1]), b=facts[-1])
    if chat.chance(0.6):
        ask_happening(chat, chat.pick(done))
    if chat.chance(0.3):
        ask_happening(chat, chat.pick(done), "what")

"""Keeping things over several turns: lists that grow and shrink, options to choose from, counts, what was just said."""

from __future__ import annotations

from ..grammar import Chat, article, capital, expand, in_words, listing, skill
from ..lexicon import LISTS, blend, person, town
from ..openfacts import VALUES

_SHOPPING = "milk|eggs|bread|butter|cheese|apples|bananas|rice|pasta|flour|sugar|salt|pepper|coffee|tea|onions|garlic|potatoes|carrots|tomatoes|lemons|yogurt|honey|jam|soap|toothpaste|batteries|candles|paper towels|cat food|olive oil|vinegar|mustard|beans|lentils|oats|nuts|raisins|chocolate|orange juice|mushrooms|spinach|cucumber|a pumpkin|matches|string|stamps|light bulbs|shampoo|ice cream|noodles|a newspaper".split("|")
_TODO = "call the dentist|water the plants|pay the rent|wash the car|write to Anna|fix the lamp|clean the oven|walk the dog|buy a present|return the books|book a table|feed the fish|iron my shirt|learn for the test|pack my bag|cancel the gym|sort the photos|mow the lawn|bake a cake|charge the phone|sew on a button|take out the trash|answer the mail|pick up the parcel|renew my passport".split("|")
_PACK = "a toothbrush|socks|a towel|a map|my passport|a torch|sunscreen|a raincoat|a book|swimming trunks|a water bottle|a sleeping bag|matches|boots|a hat|a camera|pajamas|a pocket knife|medicine|a charger|cards|a whistle|snacks|a pillow".split("|")


def _things(chat: Chat, kind: str) -> list[str]:
    if kind == "to-do":
        return list(_TODO)
    if kind == "packing":
        return list(_PACK)
    if kind == "guest":
        names: list[str] = []
        while len(names) < 12:
            name = person(chat.rng, chat.held_out)
            if name not in names:
                names.append(name)
        return names
    words = list(_SHOPPING)
    return words + [blend(chat.rng) for _ in range(10)] + chat.rng.sample(LISTS["fruit"], 5) if chat.chance(0.5) else words


def _you(text: str) -> str:
    """As the model says it; a task stands between quotation marks."""
    return f'"{text.replace("my ", "your ")}"' if text in _TODO else text.replace("my ", "your ")


def _count(number: int) -> str:
    return "nothing" if number == 0 else in_words(number) if number < 14 else str(number)


def _state(chat: Chat, kind: str, items: list[str]) -> str:
    return f"your {kind} list has {listing([_you(i) for i in items])}" if items else f"your {kind} list is empty"


@skill(11)
def list_kept(chat: Chat) -> None:
    """A list over many turns: added to, taken from, counted, read out; now and then something else in between."""
    from ..recall import exchanges, pad

    kind = chat.pick(("shopping", "shopping", "shopping", "to-do", "packing", "guest"))
    pool = _things(chat, kind)
    chat.rng.shuffle(pool)
    items: list[str] = []

    def read_out() -> None:
        chat.user(chat.pick({
            "shopping": ("[What is on my list|What's on my list now|What do I have to buy|Read me my shopping list|Show me the list|what do i need to buy|So what is on it|What should I get at the shop|my list|list so far]?",),
            "to-do": ("[What is on my list|What do I have to do|What are my tasks|Read me my to-do list|what else do i have to do|my tasks|What is still open]?",),
            "packing": ("[What is on my list|What do I have to pack|What goes into my bag|Read me the packing list|what do i pack|my packing list]?",),
            "guest": ("[Who is on my list|Who is coming|Who did I invite|Read me the guest list|who is invited|my guest list]?",),
        }[kind]))
        if not items:
            chat.bot("[Your {k} list is empty.|There is nothing on your {k} list.|Nothing, your {k} list is empty.]", k=kind)
        else:
            chat.bot("[{W} your {k} list: {l}.|Your {k} list: {l}.|{L}.|You have {l} on your {k} list.]".replace("{W}", "On").replace("{L}", "{cap l}"), k=kind, l=listing([_you(i) for i in items]))

    start = chat.pick((0, 1, 2, 3))
    if start == 0:
        chat.user("[Let's make a {k} list|I want to write {a} {k} list|Can you keep {a} {k} list for me|Please start {a} {k} list|Help me with my {k} list|new {k} list]{e}", k=kind, a="a", e=chat.pick((".", "", "!")))
        chat.bot("[Gladly. What goes on it first?|Of course. What is the first thing?|All right, your {k} list is empty so far. What shall I add?|Yes, as long as this chat is open. What comes first?]" if kind != "guest" else "[Gladly. Who comes first?|Of course. Who is invited?|All right. Which names shall I add?]", k=kind)
    else:
        items += [pool.pop() for _ in range(start)]
        chat.user("[My {k} list: {l}|On my {k} list: {l}|Start a {k} list with {l}|Put {l} on my {k} list|{k} list: {l}|Please note for my {k} list: {l}|Here is my {k} list: {l}]{e}", k=kind, l=listing(items), e=chat.pick((".", "")))
        chat.bot("[Noted: {l}.|{L}. Anything else?|Your {k} list has {l}.|All right, {l}. What else?|I have {l} on the list.]".replace("{L}", "{cap l}"), k=kind, l=listing([_you(i) for i in items]))
    for _ in range(chat.pick((2, 3, 3, 4, 5, 6, 8))):
        dice = chat.rng.random()
        if dice < 0.42 or not items and dice < 0.75:
            new = [pool.pop() for _ in range(chat.pick((1, 1, 1, 2)))] if len(pool) > 3 else []
            if not new:
                break
            items += new
            chat.user("[Add {l}|add {l}|And {l}|Put {l} on it|Oh, and {l}|Also {l}|{l}, too|Please add {l}|I also need {l}|plus {l}|Don't forget {l}|{L}]{e}".replace("I also need {l}", "I also need {l}" if kind in ("shopping", "packing") else "and {l}, please").replace("{L}", "{cap l}"), l=listing(new), e=chat.pick((".", "", ".", "!")))
            chat.bot("[Added: {l}.|{L} added.|Okay, {l} is on the list. Anything else?|I added {l}. Now {s}.|Done: {s}.|{L}, noted.]".replace("{L}", "{cap l}").replace(" is on", " is on" if len(new) == 1 else " are on"), l=listing([_you(i) for i in new]), s=_state(chat, kind, items))
        elif dice < 0.62 and items:
            gone = chat.pick(items)
            items.remove(gone)
            chat.user("[Take {g} off|Take {g} off the list|Remove {g}|I don't need {g}|Cross out {g}|Without {g}, please|delete {g}|{G} is not needed|No {g} after all|I have {g} already|{g} is done]{e}".replace("|{g} is done", "|{g}: done" if kind == "to-do" else "").replace("I have {g} already", "I have {g} already" if kind in ("shopping", "packing") else "scratch {g}").replace("{G}", "{cap g}"), g=gone, e=chat.pick((".", "", ".")))
            chat.bot("[I took off {g}. Now {s}.|{G} is off the list.|Okay, no {g}. {S}.|Done, no more {g}. {S}.|Without {g}, {s}.]".replace("{G}", "{cap g}").replace("{S}", "{cap s}"), g=_you(gone), s=_state(chat, kind, items))
        elif dice < 0.68 and items and pool:
            old, new = chat.pick(items), pool.pop()
            items[items.index(old)] = new
            chat.user("[Instead of {o} take {n}|No {o}, {n} instead|Replace {o} with {n}|Not {o}, I meant {n}|Sorry, {n} instead of {o}|change {o} to {n}].", o=old, n=new)
            chat.bot("[Changed: {n} instead of {o}.|Okay, {n} and not {o}. Now {s}.|All right, {n} takes the place of {o}.]", o=_you(old), n=_you(new), s=_state(chat, kind, items))
        elif dice < 0.76:
            chat.user("[How many things are on it|How many are on my list|How many is that now|how many things is that|Count them]?" if kind != "guest" else "[How many people are coming|How many guests is that|How many are on my list|Count them]?")
            if items:
                what = ("guest" if kind == "guest" else "thing") + ("s" if len(items) > 1 else "")
                chat.bot("[There {v} {n} {w} on your list: {l}.|{N} {w}: {l}.|{N}.]".replace("{N}", "{cap n}"), v="are" if len(items) > 1 else "is", n=_count(len(items)), w=what, l=listing([_you(i) for i in items]))
            else:
                chat.bot("Nothing, your {k} list is empty.", k=kind)
        elif dice < 0.86 and items:
            asked = chat.pick(items) if chat.chance(0.5) or not pool else pool.pop()
            there = asked in items
            chat.user("[Is {a} on it|Is {a} on my list|Do I have {a} on the list|Did I say {a}|Have I got {a} on it]?", a=asked)
            chat.bot(("[Yes, {a} is on your list.|Yes, you have {a} on the list.]" if there else "[No, {a} is not on your list.|No. {S}.]".replace("{S}", "{cap s}")), a=_you(asked), s=_state(chat, kind, items))
        elif dice < 0.91 and len(items) > 1:
            place, at = chat.pick((("first", 0), ("last", -1), ("second", 1)))
            chat.user("[What is the {p} thing on it|What is the {p} one|Which one is {p}|What comes {p}]?" if kind != "guest" else "[Who is {p}|Who is the {p} one|Which name is {p}]?", p=place)
            chat.bot("[The {p} one is {i}.|{I} is {p}.|It is {i}.]".replace("{I}", "{cap i}"), p=place, i=_you(items[at]))
        elif dice < 0.95:
            pad(chat, exchanges(chat) + chat.pick((1, 2)), 500)
        else:
            read_out()
    read_out()
    if chat.chance(0.08):
        chat.user("[Delete the list|Clear the list|Empty my list|Start over with the list|forget the list].")
        items.clear()
        chat.bot("[The list is empty now.|Done, your {k} list is empty.]", k=kind)
        read_out()


_OPTIONS: tuple[tuple[str, str, str], ...] = (
    # kind of thing, question, lexicon list
    ("food", "[What should I cook|What shall I eat|I can't decide what to eat|what should i have for dinner]", "food"), ("drink", "[What should I drink|What shall I order|I can't decide what to drink]", "drink"),
    ("color", "[Which color for my room|What color should I paint the door|I can't decide on a color|which color suits a bike]", "color"), ("animal", "[Which animal shall I draw|Which animal should I read about|What shall I draw]", "animal"),
    ("hobby", "[What should I try|Which hobby shall I start|I need a hobby]", "hobby"), ("city", "[Where should I travel|Which city shall I visit|I want to go somewhere]", "city"), ("game", "[What shall we play tonight|Which game should I bring|I need a game for the evening]", "game"),
    ("instrument", "[Which instrument shall I learn|What should I learn to play|I want to play an instrument]", "instrument"), ("dessert", "[What shall I make for dessert|Which cake should I bake|I need something sweet]", "dessert"), ("flower", "[Which flowers shall I plant|Which flower should I give her|I need flowers]", "flower"),
    ("name", "[How shall I call my cat|I need a name for my dog|Which name for the baby|I have to name my boat]", "petname"),
)  # fmt: skip


@skill(7)
def options(chat: Chat) -> None:
    """The model names two or three, the user picks or asks about one of them; it is remembered which."""
    kind, question, words = chat.pick(_OPTIONS)
    named = chat.rng.sample(LISTS[words], chat.pick((2, 3, 3)))
    given = chat.chance(0.35)
    if given:
        chat.user("{q}: {o}?", q=expand(chat.rng, question), o=listing(named, "or"))
        best = chat.pick(named)
        chat.bot("[I would take {b}.|{B}, I would say.|Of those, {b}.|My choice is {b}, but it is up to you.]".replace("{B}", "{cap b}"), b=best)
    else:
        chat.user("{q}[. Any ideas?|?|. Name some!|, what do you say?|. Give me some ideas.]", q=expand(chat.rng, question))
        chat.bot("[How about {o}?|I would look at {o}.|You could choose between {p}.|{P} come to mind. Which one do you like?|There is {o}. Which one?]".replace("{P}", "{cap p}"), o=listing(named, "or"), p=listing(named))
        best = None
    order = {0: "first", 1: "second", 2: "third", -1: "last"}
    steps = chat.pick((1, 2, 2, 3))
    chosen, picked = best, False
    for _ in range(steps):
        dice = chat.rng.random()
        if picked and dice < 0.55:
            dice = 0.6
        picked = picked or dice < 0.42
        if dice < 0.3:
            at = chat.pick([0, 1, -1] if len(named) > 1 else [0])
            chat.user("[The {p} one|I take the {p} one|the {p}|The {p} one sounds good|Let's take the {p} one|{p} one please].", p=order[at])
            chosen = named[at]
            chat.bot("[The {p} one, that is {c}. A good choice!|{C} it is.|{C}, then.|So you take {c}.]".replace("{C}", "{cap c}"), p=order[at], c=chosen)
        elif dice < 0.42:
            chosen = chat.pick(named)
            chat.user("[{c}|{c}!|I take {c}|Then {c}|{c} sounds good|I like {c}|definitely {c}].", c=chosen)
            chat.bot("[{C}, a good choice.|{C} it is!|So you take {c}. I like that.|Then {c} it is. Have fun!]".replace("{C}", "{cap c}"), c=chosen)
        elif dice < 0.55:
            chosen = chosen or chat.pick(named)
            chat.user("[Which of them would you take|Which one is the best|Which one do you prefer|You choose|Pick one for me|which of them]?".replace("You choose|Pick one for me|", ""))
            chat.bot("[I would take {c}.|{C}, I think.|Of those, {c}.]".replace("{C}", "{cap c}"), c=chosen)
        elif dice < 0.66:
            chat.user("[What were the options|What were they again|Can you say them again|Which ones did {w} name|what did {w} say again|Say that again]?", w="I" if given else "you")
            chat.bot("[They were {l}.|{L}.|The options were {l}.]".replace("{L}", "{cap l}"), l=listing(named))
        elif dice < 0.76:
            bad = chat.pick(named)
            if bad == chosen:
                continue
            rest = [item for item in named if item != bad]
            chat.user("[Not {b}|I don't like {b}|No {b} please|Anything but {b}|{b} is out].", b=bad)
            chat.bot("[Then {r}.|Without {b} there is {r} left.|Okay, no {b}. That leaves {r}.]", b=bad, r=listing(rest, "or"))
            named[:] = rest
            if len(named) == 1:
                chosen = named[0]
                break
        elif dice < 0.86 and len(named) > 1:
            at = chat.pick((0, 1, -1))
            chat.user("[What was the {p} one|Which one was {p}|What did {w} say {p}|the {p} one was what]?", p=order[at], w="I" if given else "you")
            chat.bot("[The {p} one was {c}.|It was {c}.]", p=order[at], c=named[at])
        else:
            new = chat.pick([word for word in LISTS[words] if word not in named])
            chat.user("[What about {n}|And {n}|How about {n}|Or {n}|would {n} work, too]?", n=new)
            chat.bot("[{N} is a good idea, too. So {l}.|{N} would be fine as well. That makes {l}.|Why not? Then you have {l}.]".replace("{N}", "{cap n}"), n=new, l=listing([*named, new], "or"))
            named.append(new)
    chosen = best or chosen
    if chosen and chat.chance(0.55):
        chat.user("[What did I choose|Which one did I take|So what is it|What was my choice|what did we decide|Which one was it]?" if not given else "[What did you choose|Which one did you take|What was your choice|What would you take again]?")
        chat.bot("[{W} {c}.|It was {c}.|{C}.]".replace("{W}", "You chose" if not given else "I said").replace("{C}", "{cap c}"), c=chosen)


@skill(4)
def keep_count(chat: Chat) -> None:
    """A number told that goes up and down over the turns: points, sheep, money, days."""
    thing, up, down = chat.pick((
        ("points", "[I got|I won|I scored] {n} more", "[I lost|Minus] {n}"), ("apples", "[I picked|I found|My aunt gave me] {n} more", "[I ate|I gave away] {n}"), ("marbles", "[I won|I found] {n} more", "[I lost|I gave away] {n}"), ("stickers", "[I bought|I got] {n} more", "[I gave my sister|I used] {n}"),
        ("coins", "[I found|I earned] {n} more", "[I spent|I paid] {n}"), ("books", "[I bought|I was given] {n} more", "[I sold|I lent out] {n}"), ("hens", "[I bought|I got] {n} more", "[The fox took|I sold] {n}"), ("cookies", "[I baked|I made] {n} more", "[I ate|My dog ate] {n}"),
        ("cards", "[I drew|I got] {n} more", "[I played|I put down] {n}"), ("eggs", "[The hens laid|I bought] {n} more", "[I used|I broke] {n}"), ("plants", "[I bought|I grew] {n} more", "[I gave away|The frost took] {n}"),
    ))  # fmt: skip
    number = chat.rng.randint(3, 20)
    chat.user("[I have {n} {t}|There are {n} {t} in my bag|I start with {n} {t}|I've got {n} {t}|Let us count: I have {n} {t}].", n=number, t=thing)
    chat.bot("[{n} {t}, I will keep count.|You have {n} {t}.|Okay, {n} {t}.|{n} {t}! That is a start.]", n=number, t=thing)
    for _ in range(chat.pick((1, 2, 2, 3, 4))):
        n = chat.rng.randint(1, 9)
        if chat.chance(0.55) or n >= number:
            old, number = number, number + n
            chat.user(up + "[.|!|]", n=n)
            chat.bot("[{o} + {n} = {m}, so you have {m} {t}.|Now you have {m} {t}.|That makes {m} {t}.]", o=old, n=n, m=number, t=thing)
        else:
            old, number = number, number - n
            chat.user(down + "[.|!|]", n=n)
            chat.bot("[{o} - {n} = {m}, so you have {m} {t} left.|Now you have {m} {t} left.|That leaves {m}.]".replace("That leaves {m}.", "That leaves {m} {t}."), o=old, n=n, m=number, t=thing if number != 1 else thing[:-1])
    chat.user("[How many {t} do I have now|How many are there now|How many {t} is that|So how many do I have|how many now|What is the count]?", t=thing)
    chat.bot("[You have {m} {t}.|You have {m} {t} now.|Now it is {m} {t}.]", m=number, t=thing if number != 1 else thing[:-1])


@skill(3)
def count_back(chat: Chat) -> None:
    """Counting down one at a time, or taking turns with numbers."""
    start = chat.pick((3, 5, 5, 10, 10, 12, 20))
    if chat.chance(0.5):
        chat.user("[Count back from {n}|Count down from {n}|Countdown from {n}, please|count backwards from {n}|Can you count back from {n}].", n=start)
        last = chat.pick((0, 1, 1))
        chat.bot("{l}.[ Liftoff!||||]", l=", ".join(str(i) for i in range(start, last - 1, -1)))
        if chat.chance(0.4):
            chat.user("[And now forwards|Now up to {n}|And up again|other way round].", n=start)
            chat.bot("{l}.", l=", ".join(str(i) for i in range(1, start + 1)))
    else:
        step = chat.pick((1, 1, 1, 2, 5, 10))
        down = chat.chance(0.3)
        value = start * step if down else chat.rng.randint(1, 9) * (step if step > 1 else 1)
        chat.user("[Let's count in turns|We count together|You and I count in turns]{d}{s}. {v}!", d=", backwards" if down else "", s=f", in steps of {step}" if step > 1 else "", v=value)
        for turn in range(chat.pick((2, 3, 4))):
            value += -step if down else step
            if value < 0:
                value = 0
            chat.bot_exactly(f"{value}{chat.pick(('.', '!', '. Your turn.'))}")
            if down and value - step < 0:
                break
            if turn < 3:
                value += -step if down else step
                chat.user_exactly(str(value))
        if chat.turns[-1][0] == "<|user|>":
            value += -step if down else step
            if value < 0:
                del chat.turns[-1]
            else:
                chat.bot_exactly(f"{value}.")


@skill(5)
def who_brings(chat: Chat) -> None:
    """A plan for several people: who brings, plays or does what; asked both ways, and summed up."""
    frame = chat.pick((
        ("[We plan a picnic|It is our party on {day}|We have a barbecue|Our class has a party]", "brings", "bring", lambda: chat.pick(_SHOPPING + LISTS["food"] + LISTS["drink"])),
        ("[We put on a play|We do a school play|Our theater group plays on {day}]", "plays", "play", lambda: "the " + chat.pick("king|witch|dog|moon|thief|judge|captain|tree|dragon|cook|wolf|doctor|ghost|queen|baker|lion".split("|"))),
        ("[We clean the house|We share the work|We divide the chores]", "does", "do", lambda: "the " + chat.pick("dishes|windows|laundry|floors|shopping|cooking|bathroom|garden|stairs|ironing|trash|kitchen".split("|"))),
        ("[We started a band|We have a band|Our band plays on {day}]", "plays", "play", lambda: "the " + chat.pick(LISTS["instrument"])),
        ("[We give presents|It is Christmas soon|We swap presents]", "gets", "get", lambda: article(chat.pick(LISTS["object"]))),
    ))  # fmt: skip
    opening, does, do, draw = frame
    pairs: dict[str, str] = {}
    while len(pairs) < chat.pick((2, 3, 3)):
        name, thing = person(chat.rng, chat.held_out), draw()
        if name not in pairs and thing not in pairs.values():
            pairs[name] = thing
    clauses = [f"{name} {does} {thing}" for name, thing in pairs.items()]
    if chat.chance(0.5):
        chat.user("{o}. {c}.", o=expand(chat.rng, opening), c=capital(listing(clauses)))
        chat.bot("[So {c}.|{c}, I see. And you?|That is well shared. I will remember it.|{n} people, {n} jobs. What is left for you?]", c=listing(clauses), n=_count(len(pairs)))
    else:
        chat.user(opening + ".")
        chat.bot("[How nice! Who {d} what?|That sounds good. Who {d} what?|Tell me who {d} what.]", d=does)
        for clause in clauses:
            chat.user("{c}.", c=clause)
            chat.bot("[{C}, noted.|Okay, {c}.|{C}. And the others?]".replace("{C}", "{cap c}") if clause != clauses[-1] else "[{C}, noted.|Okay, {c}.|Then you have it all: {a}.]".replace("{C}", "{cap c}"), c=clause, a=listing(clauses))
    for _ in range(chat.pick((1, 2, 2, 3))):
        name = chat.pick(list(pairs))
        dice = chat.rng.random()
        if dice < 0.35:
            chat.user("[What does {n} {b}|And {n}|What was it that {n} {d}|what will {n} {b}]?", n=name, b=do, d=does)
            chat.bot("{n} {d} {t}.", n=name, d=does, t=pairs[name])
        elif dice < 0.7:
            chat.user("[Who {d} {t}|Who was it that {d} {t}|And who {d} {t}|{t}, who was that]?", d=does, t=pairs[name])
            chat.bot("[{n} {d} {t}.|{n}.|It is {n} who {d} {t}.]", n=name, d=does, t=pairs[name])
        elif dice < 0.85:
            chat.user("[Sum it up|Say it all again|Who {d} what|Give me the whole plan|So what is the plan].", d=does)
            chat.bot_exactly(capital(listing([f"{n} {does} {t}" for n, t in pairs.items()])) + ".")
        else:
            thing = draw()
            if thing in pairs.values():
                continue
            old, pairs[name] = pairs[name], thing
            chat.user("[Sorry, {n} {d} {t}|{n} wants to {b} {t} instead|No, {n} {d} {t}, not {o}|change: {n} {d} {t}].", n=name, d=does, b=do, t=thing, o=old)
            chat.bot("[Changed: {n} {d} {t}.|Okay, {n} {d} {t} and not {o}.|So now {n} {d} {t}.]", n=name, d=does, t=thing, o=old)

"""Facts from tables: capitals, continents, currencies, elements, planets, colours, animals, the calendar, units.

Each kind of question has wordings for training and others (``..._HELD_OUT``) that only the evaluation asks.
"""

from __future__ import annotations

from ..grammar import Chat, article, expand, listing, skill
from ..lexicon import LISTS, fact_table
from .base import aftermath, ask, entries, name_tail
from .frames import roundabout

# Territories, places that are no longer, and seats of government that are disputed or just moved.
_SKIP = frozenset(
    "Aruba|Curacao|Western Sahara|French Guiana|Guadeloupe|Guam|Hong Kong|Macao|Martinique|New Caledonia|French Polynesia|Puerto Rico|"
    "Palestinian Territory|Reunion|U.S. Virgin Islands|Mayotte|Serbia and Montenegro|Netherlands Antilles|Israel|Equatorial Guinea|Sri Lanka".split("|")
)
_NEWER = {"Kazakhstan": "Astana", "Myanmar": "Naypyidaw", "United States": "Washington, D.C."}
_WITH_THE = frozenset(
    "United Arab Emirates|Bahamas|Democratic Republic of the Congo|Central African Republic|Republic of the Congo|Dominican Republic|"
    "United Kingdom|Gambia|Comoros|Maldives|Netherlands|Philippines|Solomon Islands|United States".split("|")
)


def _country(name: str) -> str:
    name = name.removeprefix("The ")
    return f"the {name}" if name in _WITH_THE else name


COUNTRIES = [row for row in fact_table("countries") if row["name"] not in _SKIP]
CAPITALS: list[tuple[str, str]] = [(_country(row["name"]), _NEWER.get(row["name"], row["capital"].strip())) for row in COUNTRIES]
CAPITAL_OF = dict(CAPITALS)
CAPITAL_ASKED = [
    "[What is|What's|what is|whats] the capital of {country}?",
    "What is the capital of {country}?",
    "[Which|What] city is the capital of {country}?",
    "[Tell me|Please tell me|Can you tell me|Could you tell me] the capital of {country}.",
    "[Do you know|Do you happen to know|Do you remember] the capital of {country}?",
    "[Capital of|The capital of] {country}?",
    "What is {country}'s capital[ city|]?",
    "What is the name of the capital of {country}?",
    "[Name|Give me] the capital of {country}.",
    "What is the capital city of {country}?",
    "I need to know the capital of {country}.",
    "Which city is {country}'s capital?",
    "How is the capital of {country} called?",
    "What do you call the capital of {country}?",
    "I forgot the capital of {country}. What is it?",
    "[Let's talk about|I am reading about] {country}. What is the capital?",
    "I want to visit the capital of {country}. [Which city is it|What is it called]?",
    "[Could|Would] you [say|tell me|remind me] what the capital of {country} is?",
    "[If I go to|When people say|Speaking of] {country}, [which|what] city [would be|is] the capital?",
    "We [learn about|talked about] {country} [at school|today]. [Which city is its capital|What is its capital|And the capital]?",
    "[Quick|Quiz|Geography]: {country}, capital?",
    "{country}: [which|what] city is the capital?",
    "Which city do you find as the capital when you look up {country}?",
    "{country} has [which|what] [capital|capital city]?",
    "The capital city of {country} is called what?",
    "How do they call the capital [over there |]in {country}?",
    "[As for|About] {country}: what's [its|the] capital [called|city's name]?",
    "Where does the government of {country} sit? I mean the capital.",
    "[My friend lives|I was born|My uncle works] in {country}. [Which|What] city is the capital there?",
    "For {country}, what is the [capital|capital city]?",
    "[Which|What] is the capital [city|town] [in|of] {country}?",
    "Is there a capital in {country}, and what is [it called|its name]?",
]
CAPITAL_NAMED = ["the capital of {country}", "the capital of {country}", "the capital city of {country}", "{country}'s capital", "the city that is the capital of {country}", "the name of {country}'s capital city"]
CAPITAL_ASKED_HELD_OUT = [
    "Can you name the capital city of {country}?",
    "In {country}, which city is the capital?",
    "My quiz asks for the capital of {country}. What should I write?",
    "What's the capital city called in {country}?",
]
CAPITAL_BACK_ASKED = [
    "[Which|What] country is {city} the capital of?",
    "{city} is the capital of which country?",
    "[What is|What's] {city} the capital of?",
    "Of which country is {city} the capital?",
    "Which country has {city} as its capital?",
    "[Which|What] country's capital is {city}?",
    "{city} is the capital of what?",
]
CAPITAL_BACK_ASKED_HELD_OUT = ["Name the country whose capital is {city}.", "The capital is {city}. Which country is it?"]
CAPITAL_SAID = "[The capital of {country} is {city}.|The capital of {country} is {city}.|The capital of {country} is {city}.|It is {city}.|{city} is the capital of {country}.]"


def asked(chat: Chat, templates: list[str], named: list[str], p: float, plain: bool = False, **values: object) -> None:
    """Asks by a template, or with the share ``p`` in a roundabout way for the thing's name."""
    if chat.chance(p):
        text = roundabout(chat, expand(chat.rng, chat.pick(named), **values))
        chat.user_exactly(text if plain or chat.chance(0.8) else text.lower())
    elif plain:
        chat.user_exactly(_fill(chat, templates, values))
    else:
        ask(chat, chat.pick(templates), **values)


@skill(6)
def capitals(chat: Chat) -> None:
    """The capital of a country, often followed by another country."""
    country, city = chat.pick(CAPITALS)
    asked(chat, CAPITAL_ASKED, CAPITAL_NAMED, 0.4, country=country)
    chat.bot(CAPITAL_SAID, country=country, city=city)
    while chat.chance(0.3):
        country, city = chat.pick(CAPITALS)
        chat.user("[And|And of|And what about|What about|And the capital of|How about|and] {country}?", country=country)
        chat.bot("[The capital of {country} is {city}.|The capital of {country} is {city}.|It is {city}.]", country=country, city=city)
    aftermath(chat)


@skill(2.5)
def capitals_back(chat: Chat) -> None:
    country, city = chat.pick(CAPITALS)
    if city == "Washington, D.C.":
        city = "Washington"
    asked(chat, CAPITAL_BACK_ASKED, ["the country with the capital {city}", "the country whose capital city is {city}"], 0.15, city=city)
    chat.bot("[{city} is the capital of {country}.|{city} is the capital of {country}.|It is the capital of {country}.|Of {country}.]", country=country, city=city)
    aftermath(chat)


@skill(1)
def is_it_the_capital(chat: Chat) -> None:
    """Yes or no: the wrong guess is put right."""
    country, city = chat.pick(CAPITALS)
    guess = city if chat.chance(0.5) else chat.pick(CAPITALS)[1]
    ask(chat, "[Is {guess} the capital of {country}|Is the capital of {country} {guess}|{guess} is the capital of {country}, right]?", guess=guess, country=country)
    chat.bot("Yes, the capital of {country} is {city}." if guess == city else "No, the capital of {country} is {city}.", country=country, city=city)


CONTINENT_ASKED = ["[Which|What] continent is {country} [on|in]?", "Where is {country}?", "Where [in the world|on the map] is {country}?", "On which continent is {country}?", "Is {country} in {guess}?", "Where can I find {country}?"]


@skill(2)
def continents(chat: Chat) -> None:
    row = chat.pick(COUNTRIES)
    country, continent = _country(row["name"]), row["continent"]
    template = chat.pick(CONTINENT_ASKED)
    guess = continent if chat.chance(0.5) else chat.pick(["Africa", "Asia", "Europe", "South America", "North America", "Oceania"])
    ask(chat, template, country=country, guess=guess)
    lead = "" if "{guess}" not in template else "Yes, " if guess == continent else "No, "
    chat.bot(lead + "{country} is in {continent}." if lead else "{cap country} is in {continent}.", country=country, continent=continent)


_PLAIN_MONEY = frozenset("Euro Dollar Peso Pound Franc Yen Rupee Dinar Krone Krona Real Zloty Forint Lira Won Dong Baht Shekel Rand Ruble Lek Lev Koruna Rial Dirham Leu Sol Naira Cedi Shilling".split())
MONEY = [(_country(row["name"]), row["currency"].lower()) for row in COUNTRIES if row["currency"] in _PLAIN_MONEY and row["name"] not in ("Bulgaria", "Cabo Verde")]


@skill(1)
def currencies(chat: Chat) -> None:
    country, money = chat.pick(MONEY)
    ask(chat, "[What money do they use in|Which money do they use in|What currency do they use in|What is the currency of|What money is used in|How do people pay in|What do people pay with in] {country}?", country=country)
    chat.bot("[In {country}, people pay with the {money}.|The currency of {country} is the {money}.]", country=country, money=money)


STATES = dict(line.split("\t") for line in entries("state_capitals.tsv"))


@skill(1.5)
def states(chat: Chat) -> None:
    """Capitals of the American states."""
    state = chat.pick(list(STATES))
    dice = chat.rng.random()
    if dice < 0.7:
        # Georgia is a country too, and Washington a city
        shown = f"the state of {state}" if state in ("Georgia", "Washington") or chat.chance(0.3) else state
        ask(chat, "[What is|What's|Tell me|Do you know|Can you tell me] the [state capital|capital] of {state}?", state=shown)
        chat.bot("The capital of {state} is {city}.", state=shown, city=STATES[state])
    elif dice < 0.85:
        ask(chat, "[Which state is {city} the capital of|{city} is the capital of which state]?", city=STATES[state])
        chat.bot("{city} is the capital of [the state of {state}|{state}].", state=state, city=STATES[state])
    else:
        ask(chat, "[Is {state} a state|Where is {state}|What is {state}]?", state=state)
        chat.bot("[{state} is a state in the United States.|{state} is one of the fifty states of the USA.]", state=state)


ELEMENTS = fact_table("elements")
SYMBOL_ASKED = [
    "What is the [chemical|] symbol [for|of] {element}?", "What's the symbol for {element}?", "Which symbol does {element} have?", "Symbol [of|for] {element}?",
    "[Tell me|Give me|Do you know] the [chemical|] symbol for {element}.", "How do you write {element} in [chemistry|the periodic table]?", "What letters stand for {element} in chemistry?",
    "What is {element}'s symbol?", "What is the abbreviation for {element}?",
    "How do chemists [write|abbreviate|shorten] {element}?", "{element}: [which|what] symbol?", "In chemistry, {element} is written how?", "Which letters does {element} have [on|in] the periodic table?", "On the periodic table, how is {element} written?",
    "[Which|What] sign do chemists use for {element}?", "What do I write for {element} in a formula?", "Which symbol [means|is used for] {element}?",
]  # fmt: skip
SYMBOL_ASKED_HELD_OUT = ["In the periodic table, which symbol stands for {element}?", "Which chemical symbol belongs to {element}?"]
NUMBER_ASKED = [
    "What is the atomic number of {element}?", "What's the atomic number of {element}?", "Which number does {element} have in the periodic table?", "[Tell me|Give me] the atomic number of {element}.",
    "How many protons does {element} have?", "Atomic number of {element}?", "What is {element}'s atomic number?", "How many protons are in an atom of {element}?", "Do you know the atomic number of {element}?",
    "{element}: [which|what] [number|atomic number]?", "Where in the periodic table is {element}?", "Which place does {element} have in the periodic table?", "On the periodic table, {element} has which number?", "In the table of elements, which number does {element} have?",
    "Count the protons in {element}.", "How many protons are there in {element}?", "{element} has how many protons?", "What number is {element} in the table of elements?",
]  # fmt: skip
NUMBER_ASKED_HELD_OUT = ["Which atomic number belongs to {element}?", "In the periodic table, what number is {element}?"]
SYMBOL_BACK_ASKED = [
    "[Which|What] element has the symbol {symbol}?", "What does {symbol} stand for in [chemistry|the periodic table]?", "[Which|What] element is {symbol}?", "{symbol} is the symbol for which element?",
    "What element is written {symbol}?", "What do chemists call {symbol}?", "{symbol} is which element?", "Which element do chemists write as {symbol}?", "On the periodic table I see {symbol}. What is it?", "What is {symbol} in chemistry?",
    "In a formula, what does {symbol} mean?", "{symbol}: which element is it?", "Which element hides behind {symbol}?", "Tell me the element written {symbol}.",
]  # fmt: skip
SYMBOL_BACK_ASKED_HELD_OUT = ["Name the element with the symbol {symbol}.", "In chemistry, which element is called {symbol}?"]
NUMBER_BACK_ASKED = ["[Which|What] element has the atomic number {number}?", "[Which|What] element is number {number}?", "What is element {number}?", "What is element number {number} in the periodic table?",
    "An atom has {number} protons. What element is it?", "{number} protons: which element is that?", "What element do you get with {number} protons?", "What is number {number} in the periodic table?", "Element {number}?", "Which element stands at place {number} of the periodic table?",
    "Tell me element number {number}.", "What do you call the element with {number} protons?", "An element has the atomic number {number}. Which is it?",
]  # fmt: skip
SYMBOL_NAMED = ["the chemical symbol of {element}", "the symbol for {element}", "the sign that chemists write for {element}", "{element}'s symbol", "the letters for {element} in the periodic table", "the chemical symbol for the element {element}"]
NUMBER_NAMED = ["the atomic number of {element}", "the number of protons in {element}", "{element}'s atomic number", "the place of {element} in the periodic table", "the atomic number of the element {element}", "the number that {element} has in the periodic table"]
SYMBOL_BACK_NAMED = ["the element with the symbol {symbol}", "the element that is written {symbol}", "the name of the element {symbol}", "the element behind the symbol {symbol}", "the name of the element with the chemical symbol {symbol}"]
NUMBER_BACK_NAMED = ["the element with {number} protons", "the element with the atomic number {number}", "the name of element number {number}", "element number {number}"]
NUMBER_BACK_ASKED_HELD_OUT = ["Name the element with atomic number {number}.", "Which element has {number} protons?"]


@skill(6)
def elements(chat: Chat) -> None:
    row = chat.pick(ELEMENTS) if chat.chance(0.75) else chat.pick(ELEMENTS[:56])
    values = dict(element=row["name"].lower(), symbol=row["sym"], number=row["n"])
    dice = chat.rng.random()
    if dice < 0.3:
        asked(chat, SYMBOL_ASKED, SYMBOL_NAMED, 0.35, **values)
        chat.bot("[The symbol for {element} is {symbol}.|The symbol for {element} is {symbol}.|{cap element} has the symbol {symbol}.|It is {symbol}.]", **values)
    elif dice < 0.56:
        asked(chat, NUMBER_ASKED, NUMBER_NAMED, 0.35, **values)
        chat.bot("[The atomic number of {element} is {number}.|{cap element} has the atomic number {number}.|It is {number}.]", **values)
    elif dice < 0.79:
        # lower case would make the symbol another one (Co, CO), so these are typed as they stand
        asked(chat, SYMBOL_BACK_ASKED, SYMBOL_BACK_NAMED, 0.35, plain=True, **values)
        chat.bot("[{symbol} is the symbol for {element}.|{symbol} stands for {element}.|It is {element}.]", **values)
    else:
        asked(chat, NUMBER_BACK_ASKED, NUMBER_BACK_NAMED, 0.35, **values)
        chat.bot("[Element number {number} is {element}.|The element with the atomic number {number} is {element}.|It is {element}.]", **values)
    aftermath(chat, 0.03)


def _fill(chat: Chat, templates: list[str], values: dict) -> str:
    return expand(chat.rng, chat.pick(templates), **values)


ELEMENT_NOTES = dict(line.split("\t") for line in entries("element_notes.tsv"))


@skill(1)
def what_is_element(chat: Chat) -> None:
    """What an element is, in a sentence of our own."""
    name = chat.pick(list(ELEMENT_NOTES))
    ask(chat, "[What is|What's|Tell me about|What do you know about|Can you tell me something about] {element}?", element=name)
    chat.bot("{cap element} is {note}", element=name, note=ELEMENT_NOTES[name])


PLANETS = {
    "Mercury": "the smallest planet and the one closest to the Sun", "Venus": "the hottest planet, wrapped in thick yellow clouds",
    "Earth": "our home, the only planet we know that has life", "Mars": "the red planet, a cold desert world with two small moons",
    "Jupiter": "the biggest planet, with a great red storm", "Saturn": "the planet with the bright rings",
    "Uranus": "a cold blue-green planet that spins on its side", "Neptune": "the farthest planet from the Sun, dark, cold and very windy",
}  # fmt: skip
_ORDER = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth"]
_PLANET_QUIZ = [
    ("[the biggest|the largest]", "Jupiter"), ("the smallest", "Mercury"), ("the hottest", "Venus"), ("[closest|nearest] to the Sun", "Mercury"),
    ("farthest from the Sun", "Neptune"), ("called the red planet", "Mars"), ("known for its [bright|] rings", "Saturn"), ("our home", "Earth"),
]  # fmt: skip


@skill(2)
def planets(chat: Chat) -> None:
    names = list(PLANETS)
    dice, i = chat.rng.random(), chat.rng.randrange(8)
    if dice < 0.35:
        ask(chat, "[What is|Tell me about|What do you know about|What can you tell me about] [the planet|] {p}?", p=names[i])
        chat.bot("{p} is {what}.", p=names[i], what=PLANETS[names[i]])
    elif dice < 0.65:
        what, planet = chat.pick(_PLANET_QUIZ)
        ask(chat, f"[Which|What] planet is {what}?")
        chat.bot("[{p}|It is {p}|That is {p}]. [{p} is {w}.|]", p=planet, w=PLANETS[planet])
    elif dice < 0.8:
        ask(chat, "[Which|What] is the {o} planet [from the Sun|]?", o=_ORDER[i])
        chat.bot("The {o} planet from the Sun is {p}.", o=_ORDER[i], p=names[i])
    else:
        ask(chat, "[Name|List|Tell me|What are|Can you name|Do you know] [all the planets|the planets|the eight planets|the planets of the solar system].")
        chat.bot("[The planets are|There are eight planets:|The eight planets are] {all}.", all=listing(names))


COLORS_OF = [line.split("\t") for line in entries("colors_of.tsv")]


@skill(2)
def colors_of_things(chat: Chat) -> None:
    thing, be, color = chat.pick(COLORS_OF)
    if chat.chance(0.7):
        ask(chat, "[What|Which] [color|colour] {be} {thing}?", thing=thing, be=be)
    else:
        ask(chat, "[What is|What's|Tell me|Do you know] the [color|colour] of {thing}?", thing=thing)
    chat.bot("{cap thing} {be} {color}.", thing=thing, be=be, color=color)


ANIMALS = [line.split("\t") for line in entries("animals.tsv")]  # animal, sound, young, home, group (or -)


@skill(3)
def animals(chat: Chat) -> None:
    animal, sound, young, home, legs = chat.pick(ANIMALS)
    an = article(animal)
    kinds = [kind for kind, value in (("sound", sound), ("young", young), ("home", home), ("legs", legs)) if value != "-"]
    kind = chat.pick(kinds)
    values = dict(an=an, animal=animal, sound=sound, young=young, home=home, legs=legs)
    if kind == "sound":
        ask(chat, "[What does {an} say|What sound does {an} make|What noise does {an} make|How does {an} sound|What do you hear from {an}|What sound do you get from {an}]?", **values)
        chat.bot("[{cap an} says {sound}!|{cap an} goes {sound}.|The {animal} says {sound}.]", **values)
    elif kind == "young":
        ask(chat, "[What is a baby {animal} called|What do you call a baby {animal}|What is the name for a young {animal}|What is the baby of {an} called|What do we call {an}'s baby]?", **values)
        chat.bot("A baby {animal} is called {an young}.", **values)
    elif kind == "home":
        ask(chat, "[Where does {an} live|Where do you find {an}|Where is the home of {an}|Where can I see {an}]?", **values)
        chat.bot("{cap an} lives {home}.", **values)
    else:
        ask(chat, "[How many legs does {an} have|How many legs has {an} got|{an}: how many legs|Do you know how many legs {an} has]?", **values)
        chat.bot("{cap an} has {legs}.", **values)


_DAY_WORDS = {"day": LISTS["day"], "month": LISTS["month"], "season": LISTS["season"]}


@skill(2.5)
def calendar(chat: Chat) -> None:
    unit = chat.pick(["day", "day", "month", "month", "season"])
    names = _DAY_WORDS[unit]
    i = chat.rng.randrange(len(names))
    a, after, before = names[i], names[(i + 1) % len(names)], names[i - 1]
    dice = chat.rng.random()
    if dice < 0.35:
        ask(chat, "[What|Which] {unit} [comes after|follows|is after|comes next after] {a}?", unit=unit, a=a)
        chat.bot("[{b} comes after {a}.|After {a} comes {b}.]", a=a, b=after)
    elif dice < 0.65:
        ask(chat, "[What|Which] {unit} [comes before|is before|comes just before] {a}?", unit=unit, a=a)
        chat.bot("[{b} comes before {a}.|Before {a} comes {b}.]", a=a, b=before)
    elif dice < 0.75 and unit == "day":
        ask(chat, "[If today is {a}, what day is [tomorrow|it tomorrow]|Today is {a}. What day is tomorrow]?", a=a)
        chat.bot("If today is {a}, then tomorrow is {b}.", a=a, b=after)
    elif dice < 0.85 and unit == "day":
        ask(chat, "[If today is {a}, what day was [yesterday|it yesterday]|Today is {a}. What day was yesterday]?", a=a)
        chat.bot("If today is {a}, then yesterday was {b}.", a=a, b=before)
    elif unit == "month" and dice < 0.8:
        days = 30 if a in ("April", "June", "September", "November") else 28 if a == "February" else 31
        ask(chat, "[How many days does {a} have|How many days are in {a}|How long is {a}|How many days has {a} got]?", a=a)
        chat.bot("{a} has {n} days.{leap}", a=a, n=days, leap=" In a leap year it has 29." if days == 28 else "")
    elif unit == "month" and dice < 0.9:
        n = i + 1
        ask(chat, "[Which|What] [number is the month {a}|month number is {a}]?" if chat.chance(0.4) else "[Which|What] is the {o} month [of the year|]?", a=a, o=_NTH[i])
        chat.bot("{a} is the {o} month of the year.", a=a, o=_NTH[i], n=n)
    else:
        ask(chat, "[What are|Name|List|Tell me|Can you list|Say|Do you know] the [names of the|] {what}.", what={"day": "[days of the week|weekdays|seven days of the week]", "month": "[months|months of the year|twelve months]", "season": "[seasons|four seasons|seasons of the year]"}[unit])
        chat.bot("[The {what} are|They are|Here they are:] {all}.", what={"day": "days of the week", "month": "months", "season": "four seasons"}[unit], all=listing(names))


_NTH = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh", "twelfth"]
UNITS = [tuple(line.split("\t")) for line in entries("units.tsv")]  # how many, of what, in what


@skill(2)
def units(chat: Chat) -> None:
    number, part, whole = chat.pick(UNITS)
    ask(chat, "[How many {part} are [in|there in] {whole}|How many {part} does {whole} have|How many {part} make {whole}|{cap whole} has how many {part}]?", part=part, whole=whole)
    chat.bot("[There are {number} {part} in {whole}.|{cap whole} has {number} {part}.]", number=number, part=part, whole=whole)
    aftermath(chat, 0.04)


FUN_FACTS = entries("fun_facts.txt")


@skill(1.5)
def fun_fact(chat: Chat) -> None:
    chat.user(
        "[Tell me something interesting|Tell me a fun fact|Do you know a fun fact?|Tell me something new|Teach me something|Tell me a fact|Surprise me|I want to learn something|Give me a fun fact|"
        "Tell me something I do not know|Do you know anything interesting?|Say something interesting|Random fact please|Any fun facts?|Tell me an animal fact]"
    )
    facts = chat.rng.sample(FUN_FACTS, 2)
    chat.bot("[Did you know? |Here is one: |Sure! |][{fact}|{fact}]", fact=facts[0])
    if chat.chance(0.35):
        chat.user("[Another one|One more|Tell me another|More|another fact please|What else|Another fun fact][.|!|, please|]")
        chat.bot("[Here is another one: |Sure. |]{fact}", fact=facts[1])
    if chat.chance(0.3):
        chat.user("[Wow|Interesting|Really?|Cool|That is amazing|I did not know that|haha nice][!|]")
        chat.bot("[Yes, the world is full of surprises{tail}.|It is true, as far as I know.|Nature is wonderful.|I like that one too.] [Do you want another one?|]", tail=name_tail(chat))


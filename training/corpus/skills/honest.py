"""Saying "I don't know": people, places and things it never heard of, and questions far beyond it."""

from __future__ import annotations

from ..grammar import Chat, article, expand, skill
from ..lexicon import LISTS, made_up_word, person, town
from .base import ask
from .facts import CAPITAL_OF


def _surname(chat: Chat) -> str:
    return made_up_word(chat.rng, chat.held_out, 4, 9).capitalize()


@skill(2)
def unknown_person(chat: Chat) -> None:
    """Full names nobody told it. Bare first names are left alone: a user may have told those."""
    name = f"{person(chat.rng, chat.held_out)} {_surname(chat)}"
    ask(chat, "[Who is {n}|Do you know {n}|Who was {n}|Have you heard of {n}|Tell me about {n}|What do you know about {n}|When was {n} born|Where does {n} live|Who is the singer {n}|How old is {n}|Is {n} famous|What did {n} do]?", plain=True, n=name)
    chat.bot("[I don't know who {n} is.|I do not know {n}.|I have never heard of {n}.|I am sorry, I do not know {n}.] [Can you tell me?|Who is that?|I know only a few famous people.||]", n=name)


@skill(2)
def unknown_name(chat: Chat) -> None:
    """A bare first name that nobody told: not a sister, not a dog."""
    name = person(chat.rng, chat.held_out)
    if name in chat.memory.values() or any(name in text for _, text in chat.turns):
        return
    ask(chat, "[Who is {n}?|Who's {n}?|Do you know {n}?|Do you know who {n} is?|And who is {n}?|Do you remember {n}?|Did I tell you about {n}?|What do you know about {n}?]", plain=True, n=name)
    chat.bot("[You have not told me about {n}.|You have not told me who {n} is.|I do not know {n}. You have not told me about {n}.|I don't know who {n} is. You have not told me.] [Who is it?|Is that a friend of yours?|||]", n=name)


@skill(2)
def unknown_place(chat: Chat) -> None:
    place = town(chat.rng, chat.held_out, invented=1.0)
    ask(chat, "[Where is {n}|Have you heard of {n}|Do you know {n}|What is {n} like|Tell me about {n}|How many people live in {n}|Is {n} a nice place|Which country is {n} in|In which country is {n}|How far is {n}]?", plain=True, n=place)
    chat.bot("[I don't know where {n} is.|I do not know a place called {n}.|I have never heard of {n}.] [Do you live there?|Where is it?|What is it like?||]", n=place)


@skill(1.5)
def unknown_country(chat: Chat) -> None:
    """The capital of a country that is not one."""
    while (place := made_up_word(chat.rng, chat.held_out, 4, 8).capitalize() + chat.pick(("", "ia", "land", "stan"))) in CAPITAL_OF:
        pass
    ask(chat, "[What is the capital of {n}|Which city is the capital of {n}|Tell me the capital of {n}|On which continent is {n}|What's the capital of {n}|What money do they use in {n}]?", plain=True, n=place)
    chat.bot("[I don't know a country called {n}.|I do not know {n}. Is it a country?|I don't know that country.|I have never heard of {n}.]", n=place)


@skill(1)
def unknown_element(chat: Chat) -> None:
    thing = made_up_word(chat.rng, chat.held_out, 4, 8) + chat.pick(("ium", "on", "ine", ""))
    ask(chat, "[What is the symbol for|What is the atomic number of|What's the symbol of] {n}?", plain=True, n=thing)
    chat.bot("[I don't know an element called {n}.|I do not know {n}. Is it an element?]", n=thing)


@skill(2)
def unknown_title(chat: Chat) -> None:
    """Books, films, songs and games with invented titles."""
    kind = chat.pick(("book", "movie", "song", "film", "game", "band", "series"))
    title = expand(chat.rng, "[{x}|The {x}|The {cap adjective} {x}|{cap adjective} {x}|{x} and the {cap animal}]", x=_surname(chat))
    ask(chat, "[Do you know the {k} {t}|Who made the {k} {t}|What is the {k} {t} about|Have you heard of the {k} {t}|Do you like the {k} {t}|When did the {k} {t} come out|Is the {k} {t} good]?", plain=True, k=kind, t=title)
    chat.bot("[I don't know the {k} {t}.|I do not know {t}.|I have never heard of the {k} {t}.] [What is it like?|Do you like it?|Is it good?||]", k=kind, t=title)


@skill(1.5)
def prices(chat: Chat) -> None:
    """What changes from shop to shop and from day to day: it says why it cannot know."""
    thing = chat.pick(LISTS[chat.pick(("object", "tool", "instrument", "vehicle", "furniture"))])
    ask(chat, "[How much does {a} cost|How much is {a} today|What is the price of {a}|What do I pay for {a}|How expensive is {a}|Where is {a} cheapest right now|Which shop near me sells {a}|Is {a} on sale this week]?", plain=True, a=article(thing))
    if any(word in chat.last_user for word in ("Which shop", "cheapest", "sale", "which shop")):
        chat.bot("[I cannot see any shops from here. A search on the web will find {a}.|I do not know the shops near you. Please search the web for {a}.]", a=article(thing))
    else:
        chat.bot("[The price of {a} differs from shop to shop, so I cannot say.|I cannot see prices. A shop's page shows what {a} costs now.|That depends on the shop and the day. I have no prices for {a}.]", a=article(thing))


@skill(1.5)
def too_far(chat: Chat) -> None:
    """Details that change or that only the place itself knows."""
    what, answer = chat.pick((
        ("[Who is the mayor of {city}|Who governs {city} now|What is the name of {city}'s mayor]?", "[I do not know who is mayor of {city} now. That changes, and I get no news.|Mayors change, so please look up who governs {city} now.]"),
        ("[What is the best restaurant in {city}|Where do I eat well in {city}|Which hotel in {city} is the cheapest]?", "[I do not know the restaurants and hotels of {city}. A map with reviews can help.|I cannot see reviews for {city}. Please look on the web.]"),
        ("[Which bus goes to {city}|When does the train to {city} leave|How much is a ticket to {city}|Is the train to {city} late]?", "[I see no timetable for {city}. The railway's page can tell you.|I do not know trains and buses to {city}. Please look at a timetable.]"),
        ("[Who won the {sport} final|What was the score of the {sport} game yesterday|Which {sport} team leads the table]?", "[I get no results, so I do not know about the {sport} game.|I cannot know how the {sport} game ended, because I get no news.]"),
        ("[What is the weather in {city}|Is it raining in {city}|How warm is it in {city} today|Will it snow in {city} tomorrow]?", "[I cannot see the weather in {city}. A weather app can.|I do not know the weather in {city}, since I get no live data.]"),
        ("[What time is it in {city}|How late is it in {city} now]?", "[I have no clock, so I do not know the time in {city}.|I cannot see a clock. Your device can show the time in {city}.]"),
        ("[What is the zip code of my street in {city}|What is the phone number of the police in {city}|Who lives at 5 Main Street in {city}]?", "[I have no phone book or directory of {city}.|I do not know addresses and numbers in {city}.]"),
    ))  # fmt: skip
    city, sport = chat.pick(LISTS["city"]), chat.pick(LISTS["sport"])
    ask(chat, what, plain=True, city=city, sport=sport)
    chat.bot(answer, city=city, sport=sport)


_FUTURE = (
    ("[Will {n} win the race|Will {n} pass the exam|Will {n} call me|Will {n} marry me|Will {n} get the job|Will {n} come back]?", "[I cannot know what {n} will do.|I do not know that. Only time can tell whether {n} will.|Nobody can know that before it happens. I hope it goes well for {n}.]"),
    ("[What does {n} think of me|Does {n} like me|Is {n} angry with me|Does {n} tell the truth]?", "[I cannot know what {n} thinks or feels. You could ask.|I cannot look into {n}'s heart. Talking helps.]"),
    ("[What did {n} do yesterday|Where is {n} right now|What is {n} doing|When does {n} come home]?", "[I cannot know that about {n}. I see only this chat.|I do not know, since I cannot see {n}.]"),
    ("[Who will win the {sport} cup|Which {sport} team will be champion|Who is going to win in {sport}]?", "[Nobody knows who will win in {sport}.|I cannot see the future, also not in {sport}.]"),
    ("Will there be [flying cars|people on Mars|robots in every house|no more books|only electric cars] in [ten|twenty|fifty|a hundred] years?", "[Nobody can know that yet.|I cannot see the future. It may be, or not.|That is open. Nobody knows it today.]"),
)  # fmt: skip


@skill(1.5)
def nobody_knows(chat: Chat) -> None:
    """The future, and what others think and do."""
    asked, answer = chat.pick(_FUTURE)
    name, sport = person(chat.rng, chat.held_out), chat.pick(LISTS["sport"])
    if name in chat.memory.values() or any(name in text for _, text in chat.turns):
        return
    ask(chat, asked, plain=True, n=name, sport=sport)
    chat.bot(answer, n=name, sport=sport)


@skill(2.5)
def unknown_thing(chat: Chat) -> None:
    """An invented word in the place of a thing, in all the questions that one asks about things."""
    word = made_up_word(chat.rng, chat.held_out, 4, 9)
    ask(
        chat,
        "[What is {a}|What's {a}|What does {a} eat|What does {a} look like|How big is {a}|Where do {w}s live|Can {a} fly|Is {a} an animal|How do I fix {a}|How do I cook {a}|What is {a} used for|Who invented the {w}|Where can I find {a}|What color is {a}|"
        "How do you play {w}|Is {w} dangerous|What is {w} made of|Why do people like {w}|Tell me about {w}|Have you ever heard of {w}|Explain {w} to me|What is the opposite of {w}|Is {a} bigger than a cat|What sound does {a} make|Do you know what {a} is|How old can {a} get|When was the {w} invented|What is the difference between {a} and a horse]?",
        plain=True, w=word, a=article(word),
    )  # fmt: skip
    chat.bot("[I do not know the word {w}.|I don't know what {a} is.|I have never heard of {a}.|The word {w} is new to me.|{cap w}? I do not know that word.|I do not know any {w}.] [What is it?|What does it mean?|Is it a real word?|Can you tell me?|||]", w=word, a=article(word))


_RARE = "Pettibone Tattersall Quimbley Halvorsen Brockmeyer Dunwoodie Fenwright Ostrander Larkspur Wetherby Stickland Mossgrove Applegarth Hathersage Kettlewell Thornbury Winterscale Ravenhill Oakenfold Crumpler Eastlake Farthing Gladwyn Hobday Inskip Lovelock".split()
_AS = ("the painter", "the singer", "the king", "the writer", "the football player", "the scientist", "the president", "Doctor", "Professor", "the actor", "the inventor", "the poet", "my neighbor")


@skill(2)
def unknown_full_name(chat: Chat) -> None:
    """Names that sound real and belong to nobody known: it does not make up a life for them."""
    name = f"{person(chat.rng, chat.held_out)} {chat.pick(_RARE)}"
    if chat.chance(0.4):
        who = chat.pick(_AS)
        ask(chat, "[Who is {t} {n}|When was {t} {n} born|What did {t} {n} do|Where does {t} {n} live|Tell me about {t} {n}|Is {t} {n} still alive|What is {t} {n} known for|Do you know {t} {n}]?", plain=True, t=who, n=name)
    else:
        ask(chat, "[Who is {n}|Who was {n}|What did {n} invent|Which book did {n} write|What is {n} famous for|When did {n} die|Where was {n} born|In which film did {n} play|Did {n} win a Nobel Prize|Does the name {n} tell you anything]?", plain=True, n=name)
    chat.bot("[I do not know {n}.|I do not know anybody called {n}.|I have never heard of {n}.|The name {n} tells me nothing.|{n} is not among the people that I know.] [I would only make something up.|Who is it?|Please look it up elsewhere.|Can you tell me?|||]", n=name)


@skill(1)
def do_you_know(chat: Chat) -> None:
    """Whether it knows when it does not know."""
    ask(chat, "[Do you know everything|Is there something you do not know|What do you do if you do not know something|What if you do not know the answer|Do you sometimes make things up|Do you guess|Do you invent facts]?")
    chat.bot("[There is much that I do not know. Then I try to say: I don't know.|I know very little. If I do not know something, I try to say so.|Sometimes I make things up by mistake. I try to say when I don't know.]")

"""The chat skills about stories: asking for one in many ways, and talking about the one just told.

Every answer about a story comes from its facts (``engine.Story``), so it is right whatever wording the telling drew.
"""

from __future__ import annotations

from .. import grammar, lexicon
from ..grammar import Chat, article, capital, tidy
from ..skills.base import typo
from . import lists, wordings
from .draws import any_hero, any_name, any_object, any_setting, different, plural
from .engine import PLOTS, Request, Story, render
from .rhymes import poem_for
from .sequels import BEST_BECAUSE, SEQUELS
from .teller import retell, tell
from .wish_chat import about_my_pet, asked_back, in_turns, openers, wished_story

_FIXED_PLOTS = 0.24  # what the older plots keep: they carry a hero, a thing and a place, wishes carry far more


def skill(weight: float):
    return grammar.skill(weight * _FIXED_PLOTS)


_ONE_WORD_TRAITS = [trait for trait in lists.TRAITS if " " not in trait]
_ALL_THEMES = {theme for plot in PLOTS.values() for theme in plot.themes}
# Things and people that the plots with these themes do not always name: ask for them as heroes or objects, not as themes.
_NOT_SURE = frozenset(
    theme.strip() for theme in """a doctor, a clock, a genie, a ghost, ghosts, robots, aliens, an alien, dragons, a painter, a teacher, grandmother, a hat, a hill, statues,
    a snowman, mirrors, a mirror, ships, mountains, mothers, a light, flowers, a circus, a chase, a cure, a well, a lullaby, a thief, a stranger,
    a bully, bullies, cooks, heroes, a box, a baby, a baby animal, teeth, thunder, the moon, the sun, the stars, space, machines, plants, gold,
    instruments, wings, the post, mail, presents, a present, a song, a concert, a party, a treasure, a game, games, a prize, the sky, a rainy day,
    a visitor, technology, history, a voice, the tooth fairy, a dream, dreams, food, money, acting, borrow, fly, skill, search, together, swap,
    twins, a train, a museum, the market, a market, school, a rescue, rescue at sea, a show, a play, theater, autumn, spring, jobs""".split(",")
) - {theme for plot in PLOTS.values() for theme in plot.concrete}
# "a story about bridge" is not English: where there is "a bridge", only that is asked for.
_THEMES = sorted(
    theme for theme in _ALL_THEMES - {"new", "lost", "shy", "brave", "scared", "afraid", "late", "bored", "sick", "broken", "sorry", "funny", "share", "learning something"}
    if theme not in _NOT_SURE and not {f"a {theme}", f"an {theme}", f"the {theme}"} & _ALL_THEMES
)
_RIVALS = frozenset(("slow_race", "pie_contest", "borrowed", "lie_grows", "snail_on_time", "star_visitor"))
# "A fox who loses a kite" must lose it.
_FATES = (
    ((" loses ", " lost "), ("lost_and_found", "wind_thief", "missing_things")),
    ((" finds ", " found "), ("one_wish", "sharing_halves", "old_map", "mended", "gray_town")),
    ((" wants ",), ("market_swaps",)),
)
_QUESTIONS = ("Can ", "Could ", "Will ", "Would you ", "Do you ", "Have you ")
_LEADS = ("Please ", "Hey, ", "Hi! ", "Mamba, ", "Okay, ", "So, ", "Now ", "Hello, ", "Um, ", "And ", "Well, ", "Oh, ")


def _slots(chat: Chat, request: Request) -> dict[str, str]:
    """What the wordings need, made for the parts of the request that are set."""
    slots: dict[str, str] = {}
    if request.kind:
        kind = f"{request.trait} {request.kind}" if request.trait else request.kind
        slots.update(H=article(kind), P=plural(request.kind), kind=request.kind)
    if request.object:
        slots.update(O=article(request.object), object=request.object)
    if request.companion:
        slots["C"] = article(request.companion)
    for key, value in (("S", request.setting), ("N", request.name), ("T", request.theme)):
        if value:
            slots[key] = value
    for key in ("fear", "skill", "loves"):
        if getattr(request, key):
            slots[key] = getattr(request, key)
    return slots


def _ask(chat: Chat, wordings_: tuple[str, ...], slots: dict[str, str]) -> str:
    text = capital(render(chat.rng, chat.pick(wordings_), slots))
    if text.endswith(".") and text.startswith(_QUESTIONS) and ". " not in text:
        text = text[:-1] + "?"
    if chat.chance(0.08):
        text = chat.pick(_LEADS) + (text if text.startswith("I ") or text.startswith("I'") else text[0].lower() + text[1:])
    if chat.chance(0.08):
        for _ in range(chat.pick((1, 2, 3, 4))):
            text = typo(chat.rng, text)
    return chat.user(text)


def _answer(chat: Chat, request: Request) -> Story:
    story = tell(chat.rng, request)
    text = story.text
    if chat.chance(0.14):
        text = capital(render(chat.rng, chat.pick(wordings.INTROS), {})) + ("\n\n" if "\n" in text else " ") + text
    chat.bot_exactly(text)
    return story


def _request(chat: Chat, *parts: str, trait: float = 0.25) -> Request:
    """A request with the named parts drawn."""
    rng, request = chat.rng, Request()
    if "kind" in parts:
        request.kind = any_hero(rng)
        if chat.chance(trait):
            request.trait = chat.pick(_ONE_WORD_TRAITS)
    if "object" in parts:
        request.object = different(rng, any_object, request.kind or "?")
    if "setting" in parts:
        request.setting = any_setting(rng)
    if "companion" in parts:
        request.companion = different(rng, any_hero, request.kind or "?")
    if "name" in parts:
        request.name = any_name(rng, chat.held_out)
    return request


def _whole(chat: Chat, wordings_: tuple[str, ...], request: Request) -> None:
    """One request, its story, and some talk about it. "I love foxes" names no trait, so the wording decides what is asked."""
    slots = _slots(chat, request)
    template = chat.pick(wordings_)
    if "{H}" not in template:
        request.trait = None
    text = _ask(chat, (template,), slots).lower()
    if request.object:
        for words, plots in _FATES:
            if any(word in text for word in words) and not request.object.startswith(("lost ", "broken ", "missing ")):
                request.plot = chat.pick(plots)
    talk(chat, _answer(chat, request))


# ---- the requests


@grammar.skill(12.5)
def story_wishes(chat: Chat) -> None:
    wished_story(chat)


@grammar.skill(1.1)
def story_asked_back(chat: Chat) -> None:
    asked_back(chat)


@grammar.skill(0.8)
def story_my_pet(chat: Chat) -> None:
    about_my_pet(chat)


@grammar.skill(0.8)
def story_in_turns(chat: Chat) -> None:
    in_turns(chat)


@grammar.skill(2.0)
def story_poem(chat: Chat) -> None:
    poem_for(chat)


@grammar.skill(1.1)
def story_openers(chat: Chat) -> None:
    openers(chat)


@skill(2.6)
def story_plain(chat: Chat) -> None:
    _whole(chat, wordings.PLAIN, Request(mood="bedtime" if chat.chance(0.05) else None))


@skill(3.4)
def story_hero(chat: Chat) -> None:
    _whole(chat, wordings.HERO, _request(chat, "kind"))


@skill(2.4)
def story_hero_object(chat: Chat) -> None:
    _whole(chat, wordings.HERO_OBJECT, _request(chat, "kind", "object"))


@skill(1.8)
def story_hero_setting(chat: Chat) -> None:
    _whole(chat, wordings.HERO_SETTING, _request(chat, "kind", "setting"))


@skill(2.6)
def story_all_three(chat: Chat) -> None:
    _whole(chat, wordings.ALL_THREE, _request(chat, "kind", "object", "setting", trait=0.12))


@skill(0.9)
def story_object(chat: Chat) -> None:
    _whole(chat, wordings.OBJECT, _request(chat, "object"))


@skill(0.5)
def story_setting(chat: Chat) -> None:
    _whole(chat, wordings.SETTING, _request(chat, "setting"))


@skill(1.2)
def story_named(chat: Chat) -> None:
    if chat.chance(0.5):
        _whole(chat, wordings.NAMED, _request(chat, "name"))
    else:
        _whole(chat, wordings.NAMED_KIND, _request(chat, "name", "kind"))


@skill(0.8)
def story_about_me(chat: Chat) -> None:
    """With the user's name, which the bot must know or ask for."""
    name = chat.memory.get("name")
    if name is None and chat.chance(0.5):
        name = lexicon.person(chat.rng, chat.held_out)
        chat.user(f"[My name is|I am|I'm|Call me] {name}. " + render(chat.rng, chat.pick(wordings.ABOUT_ME), {}))
        chat.memory["name"] = name
    else:
        _ask(chat, wordings.ABOUT_ME, {})
        if name is None:
            name = lexicon.person(chat.rng, chat.held_out)
            chat.bot("[Gladly! What is your name?|I would love to. But what is your name?|You have not told me your name yet. What is it?|A hero needs a name. What is yours?]")
            chat.user(f"[{name}|My name is {name}|I am {name}|I'm {name}|It's {name}][.|!|]")
            chat.memory["name"] = name
    request = Request(name=name, person=True)
    if chat.chance(0.3):
        request.object = None
    talk(chat, _answer(chat, request))


@skill(1.0)
def story_company(chat: Chat) -> None:
    _whole(chat, wordings.COMPANY, _request(chat, "kind", "companion", trait=0.1))


@skill(1.0)
def story_fear(chat: Chat) -> None:
    request = _request(chat, "kind", trait=0.1)
    request.fear = chat.pick(lists.FEARS)
    template = chat.pick(wordings.FEAR)
    if "{H}" not in template:
        request.kind = request.trait = None
    _whole(chat, (template,), request)


@skill(0.8)
def story_skill(chat: Chat) -> None:
    request = _request(chat, "kind", trait=0.1)
    if chat.chance(0.6):
        request.skill, templates = chat.pick(lists.SKILLS), wordings.SKILL
    else:
        request.loves, templates = chat.pick(lists.LOVES), wordings.LOVES
    template = chat.pick(templates)
    if "{H}" not in template:
        request.kind = request.trait = None
    _whole(chat, (template,), request)


@skill(1.6)
def story_theme(chat: Chat) -> None:
    if chat.chance(0.75):
        _whole(chat, wordings.THEME, Request(theme=chat.pick(_THEMES)))
    else:
        request = _request(chat, "kind", trait=0.1)
        request.theme = chat.pick(_THEMES)
        _whole(chat, wordings.THEME_HERO, request)


@skill(2.0)
def story_mood(chat: Chat) -> None:
    mood = chat.pick(("funny", "sad", "scary", "bedtime", "short", "short", "long"))
    template = chat.pick(wordings.MOODS[mood])
    request = _request(chat, "kind", trait=0.15) if "{H}" in template else Request()
    request.mood = mood
    slots = _slots(chat, request)
    text = _ask(chat, (template,), slots)
    if request.kind and slots["H"].lower() not in text.lower():  # the branch without a hero was drawn
        request.kind = request.trait = None
    if "ghost" in text.lower() and request.kind is None:
        request.kind = "ghost"
    talk(chat, _answer(chat, request))


@skill(0.7)
def story_what_about(chat: Chat) -> None:
    """The bot asks back, and the answer is a bare noun."""
    _ask(chat, wordings.PLAIN, {})
    chat.bot("[What should it be about?|Gladly! Who should be in it?|Of course. What would you like it to be about?|Sure. Give me a hero!|About what?]")
    request = _request(chat, "kind", trait=0.2)
    dice = chat.rng.random()
    if dice < 0.2:
        request.object = different(chat.rng, any_object, request.kind)
    elif dice < 0.4:
        request.setting = any_setting(chat.rng)
    slots = _slots(chat, request)
    tail = " and {O}" if request.object else " {S}" if request.setting else ""
    _ask(chat, ("[|About |Maybe |Hmm, |Let's say ]{H}" + tail + "[|.|!|, please.]",), slots)
    talk(chat, _answer(chat, request))


_CLASSICS = (
    ("Cinderella", "princess"), ("Snow White", "princess"), ("Little Red Riding Hood", "wolf"), ("the three little pigs", "pig"), ("Goldilocks", "bear"),
    ("Puss in Boots", "cat"), ("the ugly duckling", "duckling"), ("Pinocchio", "puppet"), ("Peter Pan", "pirate"), ("Aladdin", "genie"), ("the gingerbread man", "gingerbread man"),
    ("Sleeping Beauty", "princess"), ("Hansel and Gretel", "witch"), ("Rapunzel", "prince"), ("the frog prince", "frog"), ("Harry Potter", "wizard"),
)  # fmt: skip


@skill(0.4)
def story_classic(chat: Chat) -> None:
    """Famous tales are not known by heart: say so and offer the nearest thing."""
    title, kind = chat.pick(_CLASSICS)
    chat.user(f"[Tell me|Do you know|Can you tell me] [the story of |]{title}.")
    if chat.chance(0.5):
        chat.bot(f"I do not know {title} by heart[, I am sorry|]. I make up my own stories. [Shall I tell one about|Would you like one about] {article(kind)}?")
        chat.user("[Yes|Okay|Yes, please|Sure|Alright|Go ahead][.|!|]")
        talk(chat, _answer(chat, Request(kind=kind)))
    else:
        story = tell(chat.rng, Request(kind=kind))
        chat.bot_exactly(f"I do not know that one by heart, but here is a story of my own about {article(kind)}.\n\n{story.text}")
        talk(chat, story)


# ---- after the story


def talk(chat: Chat, story: Story) -> None:
    """Nothing, or up to four exchanges about the story."""
    turns = chat.pick((0, 0, 1, 1, 2, 2, 3, 4))
    asked: set[object] = set()
    for _ in range(turns):
        move = chat.rng.choices(_MOVES, _WEIGHTS)[0]
        if move in asked and move not in (_plot_question, _fact_question):
            continue
        asked.add(move)
        new = move(chat, story)
        if new is not None:
            story, asked = new, set()


def _say(chat: Chat, story: Story, question: str, answer: str, **more: str) -> None:
    slots = dict(story.slots, N=story.name, kind=story.kind, problem=story.problem, solved=story.solved, ending=story.ending, moral=story.moral, **more)
    chat.user(capital(render(chat.rng, question, slots)))
    chat.bot_exactly(tidy(capital(render(chat.rng, answer, slots))))


def _question_pairs(story: Story) -> list[tuple[str, str]]:
    found = [
        ("[Who was the story about|Who is the hero|Who was the main character|Who was it about]?", "[It was about|The story was about] {n}, {ak}."),
        ("[What was the {k} called|What was the {k}'s name|What was the name of the {k}|How was the {k} called]?", "[The {k} was called {n}.|The {k}'s name was {n}.|{n}.]"),
        ("[What was {n}|What kind of creature was {n}|Who was {n}|Who is {n}]?", "{n} was {ak}."),
        ("[Where did it happen|Where did the story happen|Where does the story take place|Where was that]?", "[It happened|The story happened|It all happened] {in}."),
        ("Where did {n} live?", "{n} lived {in}."),
        ("Where was {n}?", "{n} was {in}."),
        ("[What is the moral|What is the moral of the story|What can we learn from it|What does the story teach us|What is the lesson|What did {n} learn]?", "{moral}"),
        ("[How did it end|How did the story end|What happened in the end|What was the ending]?", "In the end, {ending}."),
        ("[What was the problem|What went wrong|What happened to {n}|What happened]?", "[The problem was this: |]{cap problem}."),
        ("[How did they solve it|How was it solved|How did it get better|What helped]?", "{cap solved}."),
        ("[Was {n} happy in the end|Did it end well|Is it a happy ending|Did {n} end up happy]?", "Yes. In the end, {ending}."),
        ("[Was {n} sad|Did {n} have a hard time]?", "[At first, yes|Yes, at first|A little, at first]. {cap problem}. But in the end, {ending}."),
        ("[What thing was in the story|Which object was important|What was the important thing in the story]?", "It was {ao}."),
        ("[Who was {f}|Who is {f}]?", "{f} was {afk}."),
        ("[What was the {fk} called|What was the name of the {fk}]?", "The {fk} was called {f}."),
        ("[Is it a true story|Is that true|Did that really happen|Is that a real story]?", "[No, I made it up.|No, it is not true. I made it up.|Only in my head. I made it up.]"),
        ("[Who wrote that|Where do you know this story from|Did you make that up]?", "[I made it up just now.|I made it up for you.|It is one of my own little stories.]"),
    ]  # fmt: skip
    if story.plot not in _RIVALS:
        found += [
            ("Did {n} have a friend?", "Yes, {n} had a friend, {f} the {fk}."),
            ("Was {n} alone?", "No, {n} was not alone. There was {f} the {fk}."),
            ("[Who was {n}'s friend|Who was {n} friends with]?", "{n}'s friend was {f}, {afk}."),
            ("[What was the friend's name|What was {n}'s friend called]?", "{n}'s friend was called {f}."),
        ]
    if story.friend_kind == story.kind:
        found = [pair for pair in found if "name of the" not in pair[0]]
    return found


def _fact_question(chat: Chat, story: Story) -> None:
    question, answer = chat.pick(_question_pairs(story))
    if answer not in story.asked:
        story.asked.add(answer)
        _say(chat, story, question, answer)


def _plot_question(chat: Chat, story: Story) -> None:
    question, answer = chat.pick(story.asks)
    if answer not in story.asked:
        story.asked.add(answer)
        chat.user(question)
        chat.bot_exactly(answer)


def _was_there(chat: Chat, story: Story) -> None:
    """Yes or no: was there a fox in the story?"""
    if chat.chance(0.5):
        kind, name = chat.pick(((story.kind, story.name), (story.friend_kind, story.friend_name)))
        _say(chat, story, f"[Was there|Is there] {article(kind)} in the story?", f"Yes, {article(kind)} [called|named] {name}.")
    else:
        kind = chat.pick(lists.ANIMALS)
        if kind not in story.text.lower():
            _say(chat, story, f"[Was there|Is there] {article(kind)} in the story?", f"No, there was no {kind}. [It was about {{n}}, {{ak}}.|There was {{ak}}, and there was {{afk}}.]")


def _favorite(chat: Chat, story: Story) -> None:
    _say(chat, story, "[Who is your favorite|Who did you like best|Who is your favorite character|Whom do you like most]?", chat.pick(BEST_BECAUSE))


def _shorter(chat: Chat, story: Story) -> None:
    _say(chat, story, chat.pick(wordings.SHORTER), retell(chat.rng, story))


def _next(chat: Chat, story: Story) -> None:
    _say(chat, story, chat.pick(wordings.NEXT), chat.pick(SEQUELS))


def _praise(chat: Chat, story: Story) -> None:
    _say(chat, story, chat.pick(wordings.PRAISE), chat.pick(wordings.PRAISED))


def _critique(chat: Chat, story: Story) -> Story | None:
    _say(chat, story, chat.pick(wordings.CRITIQUE), chat.pick(wordings.CRITICIZED))
    if chat.chance(0.5):
        request = _request(chat, "kind", trait=0.2)
        _ask(chat, ("[|Make it about |Something with |How about ]{H}[.|!|]",), _slots(chat, request))
        request.mood = "funny" if chat.chance(0.3) else None
        return _answer(chat, request)
    return None


def _another(chat: Chat, story: Story) -> Story:
    _ask(chat, wordings.ANOTHER, {})
    new = tell(chat.rng)
    while new.plot == story.plot:
        new = tell(chat.rng)
    chat.bot_exactly(new.text)
    return new


def _another_same(chat: Chat, story: Story) -> Story:
    slots = {"N": story.name, "kind": story.kind}
    _ask(chat, wordings.ANOTHER_SAME, slots)
    return _answer(chat, Request(kind=story.kind, name=story.name))


def _funnier(chat: Chat, story: Story) -> Story:
    """The same hero in another mood."""
    mood, ask = chat.pick((("funny", "[Now a funny one|Can you make it funny|A funny one, please|Something funnier]"), ("scary", "[Now a scary one|Can you make it scary]"), ("bedtime", "[And now a sleepy one|Now a bedtime story]")))
    _ask(chat, (ask + "[, with {N} again|, about {N}, please].",), {"N": story.name})
    return _answer(chat, Request(kind=story.kind, name=story.name, mood=mood))


_MOVES = (_fact_question, _plot_question, _was_there, _favorite, _shorter, _next, _praise, _critique, _another, _another_same, _funnier)
_WEIGHTS = (9, 6, 1.5, 1.2, 2, 2.2, 2, 0.9, 2, 0.7, 0.5)

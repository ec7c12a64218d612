"""Invented things of every kind, asked for as people ask for the real ones: what is not known is said to be not known."""

from __future__ import annotations

from dataclasses import dataclass

from ..grammar import Chat, article, skill
from ..lexicon import blend, made_up_word, person
from .base import ask


@dataclass(frozen=True)
class Kind:
    """``endings`` make the invented word look like its kind; ``asked`` is one template; ``hint`` may follow the honest reply."""

    endings: tuple[str, ...]
    asked: str
    hint: str
    proper: bool = False


KINDS = (
    Kind(("", "", "fish", "bird", "tail", "back", "bug", "ling", "horn"),
         "[What does {a} eat|Where do {w}s live|How big does {a} get|Is {a} a mammal or a bird|Can {a} swim|How long does {a} live|Are {w}s dangerous|What noise does {a} make|How many legs has {a}|what eats a {w}|I saw {a} in a book, what is it|My son wants {a} as a pet. Is that a good idea|Does {a} lay eggs|how fast can a {w} run|Do {w}s sleep in winter|Is the {w} endangered|what color is the {w}|Which is bigger, {a} or a dog|Why do {w}s sing at night|tell me something about the {w}]?",
         "[A zoo or a field guide could check the name.|What did it look like?|Perhaps it is spelled in another way.|Is it from a story?|]"),
    Kind(("", "berry", "wort", "leaf", "root", "flower", "weed", "nut"),
         "[How do I grow {w}|When does {w} bloom|Is {w} poisonous|Can one eat {w}|How often do I water {a}|Where does {w} grow|What is {w} good for|does {w} need much sun|How tall does {a} get|My grandma makes tea of {w}. Does it help|What do the leaves of {a} look like|is {w} a fruit or a vegetable|What does {w} taste of|how do you plant {w}]?",
         "[Please do not eat what you cannot name for sure.|A garden shop may know it.|Who told you of it?|]"),
    Kind(("", "", "ini", "ola", "cake", "stew", "ade", "ka"),
         "[How do I cook {w}|What goes into {w}|Is {w} spicy|How long must {w} be in the oven|What do I drink with {w}|Where does {w} come from|Can I freeze {w}|is {w} healthy|Do you have a recipe for {w}|What does {w} taste like|My friend served {w} last night. What is it made of|how many calories has {w}|is {w} vegetarian|Do I eat {w} hot or cold]?",
         "[Whoever cooked it can tell you best.|Which country is it from?|Tell me what is in it, and we can think along.|]"),
    Kind(("", "er", "or", "ator", "meter", "scope", "pump", "matic"),
         "[What is {a} used for|How does {a} work|How do I fix a broken {w}|Who invented the {w}|When was the {w} invented|Do I need {a} for my kitchen|how do i clean a {w}|Where can I buy {a}|What is {a} made of|How much power does {a} need|My {w} makes a strange noise, what now|which {w} is the best|What is the difference between {a} and a hammer|how do i turn on the {w}|Is {a} safe for children]?",
         "[The maker's page or the manual would know.|What is it for, as far as you know?|Do you mean something else, perhaps?|]"),
    Kind(("", "itis", "osis", "ia", "pox", "fever", "oma"),
         "[Is {w} contagious|What are the signs of {w}|How do you treat {w}|What causes {w}|Can children get {w}|how long does {w} last|My doctor said I have {w}. What is that|Is {w} serious|Can one die of {w}|What helps against {w}|is there a vaccine for {w}|How does one catch {w}]?",
         "[Please ask a doctor or a pharmacist about it.|Your doctor can explain what was meant.|A doctor's word counts here, not mine.|]"),
    Kind(("", "in", "ol", "ax", "pril", "ine"),
         "[What is {w} for|Can I take {w} with alcohol|How many {w} may I take a day|What are the side effects of {w}|Is {w} an antibiotic|does {w} make you sleepy|May a child take {w}|I was given {w}, what does it do]?",
         "[Please ask a pharmacist before you take it.|The leaflet in the box and a pharmacist can tell you.|With medicine I would never guess.|]"),
    Kind(("", "ball", "", "opoly", "ette"),
         "[How do you play {w}|What are the rules of {w}|How many players are in a {w} team|Who is the world champion in {w}|How long does a game of {w} last|What do I need for {w}|is {w} an olympic sport|Where was {w} invented|how do you score in {w}|Is {w} hard to learn|Which ball is used in {w}|who won the last {w} cup]?",
         "[Is it a game of your family?|Somebody who plays it could teach you.|How does it go?|]"),
    Kind(("", "ium", "on", "ite", "ine", "ide", "ogen"),
         "[What is the symbol of {w}|Is {w} a metal|At what temperature does {w} melt|Where is {w} found|What is {w} used for|Is {w} radioactive|What color is {w}|who discovered {w}|How heavy is {w}|does {w} conduct electricity|Can one breathe {w}|What happens when {w} gets wet|is {w} harder than diamond]?",
         "[It is in no table of the elements that I have met.|A chemistry book would settle it.|Could it be from a film or a game?|]"),
    Kind(("", "ia", "land", "stan", "ville", "burg", "ton", "ford", "mouth"),
         "[What is the capital of {w}|Where is {w}|How many people live in {w}|What language do they speak in {w}|Which money do they use in {w}|Is {w} worth a visit|What is {w} famous for|Who rules {w}|how do i get to {w}|Is {w} in Europe or in Asia|What is the flag of {w}|When was {w} founded|is it cold in {w}|Which river flows through {w}|What do people eat in {w}|does {w} have a coast]?",
         "[Maybe it is a small place, or the name is spelled in another way.|A map would show whether it exists.|Is it a place in a book?|]", True),
    Kind(("", "", "us", "on", "ar", "eth"),
         "[How far away is the planet {w}|How many moons has {w}|Is there life on {w}|How big is the star {w}|Who discovered the planet {w}|How long is a day on {w}|can one see {w} from the earth|What is the moon {w} made of|how hot is it on {w}|When did a probe land on {w}]?",
         "[It is none of the eight planets of the sun.|Perhaps it stands in a story.|An observatory's page lists the real names.|]", True),
    Kind(("", "ese", "ish", "i", "ian"),
         "[How do you say hello in {w}|Do you speak {w}|How many people speak {w}|Where is {w} spoken|Can you translate this into {w}|Is {w} hard to learn|What is thank you in {w}|which letters does {w} use]?",
         "[I would only make words up.|Where is it spoken?|I speak English only.|]", True),
    Kind(("", "er", "ify", "", "ish", "ous", "ness", "le"),
         "[What does {w} mean|Define {w}|Use {w} in a sentence|Is {w} a real word|What is the opposite of {w}|Where does the word {w} come from|My boss called me {w}, is that good|how do you spell {w} right|What is another word for {w}|is {w} a verb or a noun|My teacher wrote {w} under my text. Why|Is it rude to say {w}|whats {w} in normal english|Can you explain {w} to a child]?",
         "[Whoever said it can tell you best.|A large dictionary could settle it.|In which sentence did you meet it?|]"),
    Kind(("", "'s law", "'s theorem", "'s rule", "'s paradox", " effect", " principle", " method"),
         "[What does {w} say|Explain {w}|Who found {w}|How do I prove {w}|What is {w} good for|I need {w} for my homework. What is it|Is {w} about numbers or about shapes|Give me an example of {w}|when was {w} found|is {w} true]?",
         "[Your textbook has it, if it exists.|Which subject is it from?|]", True),
    Kind(("", "", "", "OS", "Script", "Book", "ly", "Phone"),
         "[How do I install {w}|What is {w} written in|Is {w} free|Which version of {w} is the newest|How do I write a loop in {w}|Who made {w}|Is {w} better than Python|does {w} run on a phone|What is the {w} app for|my {w} does not start, what do i do|Is {w} safe|How do I delete my {w} account|what does the {w} company sell|Who founded {w}]?",
         "[Its own page should know.|Is it new? I get no news.|What does it do?|]", True),
    Kind(("", "", "day", "mas", "fest", "ade"),
         "[When is {w}|What do people do on {w}|How is {w} celebrated|What do I wear for {w}|Which country celebrates {w}|Why do people celebrate {w}|how long does {w} last|Do children get presents at {w}|how do you dance the {w}]?",
         "[Who celebrates it?|Is it a day of your town or family?|]", True),
)  # fmt: skip

_ROLES = ("king", "queen", "president", "emperor", "saint", "general", "pope", "captain")
PERSON = Kind(("", "son", "field", "well", "er", "ovic", "ini", "berg", "sen"),
    "[Who was {r} {w}|When did {r} {w} live|What is {w} known for|Which books did {w} write|What did {w} invent|Did {w} win the Nobel Prize|In which country was {w} born|How did {w} die|Tell me about the painter {w}|Which team does {w} play for|Is the singer {w} still alive|What was the first film with {w}|How old is the actor {w}|Was {w} a scientist or a writer|When did {w} discover it|who is {w} married to|What did {r} {w} do for the poor|How tall is {w}|Why is {w} so famous|i need three facts about {w}|Which battle did {r} {w} win|What is the best song by {w}]?",
    "[I would only invent a life.|An encyclopedia could tell you, if the name is right.|Who told you of this person?|Is it somebody you know?|]", True)  # fmt: skip
WORK = Kind(("", "", "s", "'s Return", " Nights"),
    "[Who wrote the book {w}|What is the film {w} about|Who sings {w}|When did the series {w} begin|How does {w} end|Who is the hero of {w}|Is the game {w} good|Which album is {w} on|In which year was {w} painted|who plays the main part in {w}|What happens in chapter two of {w}|is {w} for children|Who directed {w}]?",
    "[I cannot say how it ends without making it up.|What is it about?|Is it new?|]", True)  # fmt: skip
EVENT = Kind((" War", "", " Revolution", " Treaty", " Storm", " Affair", " Flood"),
    "[When was the {w}|Who won the {w}|What caused the {w}|How long did the {w} last|Where did the {w} happen|How many people died in the {w}|Why is the {w} important|Which countries were in the {w}|what happened in the {w}|explain the {w} in two sentences]?",
    "[It stands in no history that I have learned.|A history book could tell whether it happened.|Where did you read of it?|]", True)  # fmt: skip

_REPLIES = (
    "[I do not know {w}.|I do not know what {w} is.|I have never heard of {w}.|{cap w} is new to me.|The name {w} tells me nothing.|{cap w}? That is not a word I know.|I have not learned anything about {w}.|"
    "I can't say anything true about {w}, because I don't know it.|I am not sure that {w} exists; I do not know it.|About {w} I would only be guessing.|I don't think I have met {w} before.|Sorry, {w} is unknown to me.|"
    "I know nothing of {w}.|I have no knowledge of {w}.|To be honest, I do not know {w}.|I would have to make something up about {w}, so I say: I do not know.]"
)


def _name(chat: Chat, kind: Kind) -> str:
    word = blend(chat.rng) if chat.chance(0.5) else made_up_word(chat.rng, chat.held_out, 4, 9)
    if kind.proper:
        word = word.capitalize()
    return word + chat.pick(kind.endings)


def _unknown(chat: Chat, kind: Kind, name: str) -> None:
    if name in chat.memory.values() or any(name in text for _, text in chat.turns):
        return
    ask(chat, kind.asked, plain=True, w=name, a=article(name), r=chat.pick(_ROLES).capitalize())
    chat.bot(f"{_REPLIES} {kind.hint}".replace("{cap w}", "{w}") if kind.proper else f"{_REPLIES} {kind.hint}", w=name)


@skill(8)
def unknown_of_a_kind(chat: Chat) -> None:
    """An invented animal, plant, dish, tool, illness, game, place, word, law or program, in the questions of its kind."""
    kind = chat.pick(KINDS)
    _unknown(chat, kind, _name(chat, kind))


@skill(3)
def unknown_somebody(chat: Chat) -> None:
    """A person of whom nobody has heard, with or without a first name."""
    name = _name(chat, PERSON)
    _unknown(chat, PERSON, name if chat.chance(0.3) else f"{person(chat.rng, chat.held_out)} {name}")


@skill(2)
def unknown_work_or_event(chat: Chat) -> None:
    """Books, films, songs, wars and treaties that never were."""
    kind = chat.pick((WORK, EVENT))
    name = _name(chat, kind)
    if kind is WORK and chat.chance(0.5):
        name = f"{chat.pick(('The Last', 'A Night in', 'My Dear', 'The House of', 'Return to', 'The Song of', 'Under the'))} {name}"
    _unknown(chat, kind, name)

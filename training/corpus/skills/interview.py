"""The model asks, the user answers in a word or a sentence, and the answer counts as told: a talk in which both learn."""

from __future__ import annotations

from ..grammar import Chat, expand, listing, skill
from .attributes import ATTRIBUTES
from .memory import CLOSE, _change, answer, close_told, fill, new_value, question, remember, to_you

ASKS: dict[str, str] = {
    "name": "[What is your name?|What should I call you?|Who am I talking to?|And your name?]", "job": "[What do you do for a living?|What is your job?|What kind of work do you do?]", "town": "[Where do you live?|Which town do you live in?|Where is your home?]",
    "origin": "[Where did you grow up?|Where are you from originally?|Where do you come from?]", "age": "[How old are you?|May I ask how old you are?]", "hobby": "[What do you like to do in your free time?|What is your hobby?|What do you do for fun?]",
    "instrument": "[Do you play an instrument? Which one?|Which instrument do you play?]", "sport": "[Which sport do you like?|Do you do a sport?|What do you do to keep fit?]", "course": "[Are you learning something new at the moment?|What are you learning?]",
    "favorite food": "[What is your favorite food?|What do you like to eat best?]", "favorite color": "[What is your favorite color?|Which color do you like best?]", "favorite animal": "[What is your favorite animal?|Which animal do you like best?]", "favorite drink": "[What is your favorite drink?|What do you like to drink?]",
    "weekend": "[What are your plans for the weekend?|What will you do on the weekend?]", "wish": "[What would you like to do one day?|What is your big dream?]", "fear": "[What are you afraid of?|Is there something that scares you?]", "reading": "[What are you reading at the moment?|Which book are you reading?]",
    "trip": "[Where will you travel next?|Where does your next trip go?]", "past trip": "[Where were you on your last holiday?|Where did you travel last?]", "cooked dish": "[What did you cook last?|What was the last thing you cooked?]", "birthday month": "[In which month is your birthday?|When is your birthday?]",
    "studies": "[What do you study?|Which subject do you like best?]", "children count": "[How many children do you have?|Do you have children? How many?]", "two cats": "[What are your two cats called?|What are the names of your two cats?]", "getting up": "[When do you get up in the morning?|What time do you get up?]",
    "dislike": "[Is there a food that you do not like?|What do you never eat?]", "allergy": "[Are you allergic to something?|Is there something that you are allergic to?]", "dwelling": "[What kind of home do you have?|What do you live in?]", "team": "[Which team do you cheer for?|Do you have a favorite team?]",
    "car": "[What color is your car?|Which color does your car have?]", "language": "[Which languages do you speak besides English?|Do you speak another language?]", "way to work": "[How do you get to work?|How do you travel in the morning?]", "friend": "[What is your friend called?|Who is your best friend?]", "dog called": "[What is your dog called?|Do you have a dog? What is its name?]",
    "living with": "[Who do you live with?|Do you live alone or with somebody?]", "coffee": "[How do you take your coffee?|How do you like your coffee?]", "lunch today": "[What did you have for lunch?|What was your lunch today?]", "bedtime": "[When do you go to bed?|What time do you go to bed?]", "nickname": "[Do you have a nickname?|What is your nickname?]",
    "sisters count": "[How many sisters do you have?|Do you have sisters? How many?]", "nationality": "[What nationality are you?|Which nationality do you have?]", "first pet": "[What was your first pet called?|What was the name of your first pet?]", "zodiac": "[What is your star sign?|Which star sign are you?]",
    "favorite season": "[Which season do you like best?|What is your favorite season?]", "favorite subject": "[What is your favorite subject?|Which subject do you like best?]", "film": "[What was the last film that you watched?|Which film did you watch last?]",
}  # fmt: skip
_PREFIX = {"hobby": "", "job": "I'm {an v}", "course": "{v}", "town": "in {v}", "origin": "in {v}", "past trip": "in {v}", "trip": "to {v}", "birthday month": "in {v}", "way to work": "{v}", "children count": "{v}", "age": "{v}"}


def _short(chat: Chat, key: str, value: str) -> str:
    """The answer in as few words as people use."""
    attribute = ATTRIBUTES[key]
    bare = fill(chat.pick(attribute.short), value)
    bare = fill("{an v}", value) if key == "job" and chat.chance(0.5) else bare
    return expand(chat.rng, "[{b}|{b}|{b}|{cap b}.|{b}, and you?|I'd say {b}|{b}, I think|{cap b}!|hmm, {b}|well, {b}|{b} of course]", b=bare)


@skill(9)
def interview(chat: Chat) -> None:
    """The model asks two to five things; the answers are asked back later."""
    keys: list[str] = []
    for _ in range(30):
        key = chat.pick(list(ASKS))
        if key not in keys and key not in chat.memory and not close_told(chat, key) and not CLOSE.get(key, set()) & set(keys):
            keys.append(key)
    keys = keys[: chat.pick((1, 2, 2, 3, 4, 5))]
    if not keys:
        return
    chat.user("[Ask me something|Ask me a question|You may ask me something|Do you want to know something about me|Get to know me|let's get to know each other|Do you have a question for me|ask me anything|Interview me|What do you want to know about me|Your turn to ask]{e}", e=chat.pick(("", ".", "!")))
    first = "[Gladly! |Yes! |All right: |With pleasure. |Yes, please. |]"
    note = ""
    for number, key in enumerate(keys):
        attribute, value = ATTRIBUTES[key], ""
        chat.bot((note + " " if note else "") + (first if number == 0 else chat.pick(("", "", "And ", "Next: "))).replace("And ", "") + ASKS[key])
        value = new_value(chat, attribute)
        if chat.chance(0.55):
            chat.user(_short(chat, key, value))
        else:
            chat.user(expand(chat.rng, fill(chat.pick(attribute.told), value)))
        remember(chat, attribute, value)
        clause = fill(attribute.clause, value)
        note = expand(chat.rng, "[So {c}.|{cap b}, I see.|{cap b}! Nice.|Ah, {b}.|{cap b}, I will remember that.|Good to know that {c}.]", c=clause, b=_said(attribute, value))
    if chat.chance(0.6):
        chat.bot(note + " [What else would you like to talk about?|Would you like to ask me something now?|Thank you, now I know you a little.|That was all I wanted to know.]")
    else:
        chat.bot(fill(chat.pick(attribute.noted), value))
    if chat.chance(0.2):
        _change(chat, ATTRIBUTES[keys[-1]], new_value(chat, ATTRIBUTES[keys[-1]]), at_once=True)
    dice = chat.rng.random()
    if dice < 0.55:
        for key in chat.rng.sample(keys, min(len(keys), chat.pick((1, 1, 2, 3)))):
            question(chat, ATTRIBUTES[key])
            answer(chat, ATTRIBUTES[key])
    elif dice < 0.8 and len(keys) < 5:
        chat.user("[So what do you know about me now|What do you know about me|Sum up what you know about me|What have I told you|And what did you learn about me|who am I, in short]?")
        chat.bot("[{C}.|You told me that {c}.|Now I know that {c}.]".replace("{C}", "{cap c}"), c=listing([fill(ATTRIBUTES[key].clause, chat.memory[key]) for key in keys]))


def _said(attribute, value: str) -> str:
    return to_you(fill(attribute.short[0], value))


@skill(6)
def bot_asks_back(chat: Chat) -> None:
    """In the middle of small talk the model asks one thing, and the user's short answer is understood and kept."""
    keys = [key for key in ASKS if key not in chat.memory and not close_told(chat, key)]
    if not keys:
        return
    key = chat.pick(keys)
    attribute = ATTRIBUTES[key]
    how = chat.chance(0.4)
    chat.user("[hi|hello|hey|good morning|good evening][!||,] [how are you|how's it going|how are you today]?" if how else chat.pick((
        "[hi|hello|hey|good morning|good evening][!||,] [nice to meet you|I'm bored|I have some time|let's talk|I want to chat][.|]", "[let's chat|talk to me|I want to talk|I'm here to chat|chat with me|let's talk a bit]", "[I have nothing to do|I'm on a break|I have ten minutes|just killing time]",
    )))
    chat.bot(("[I am well, thank you. |Very well, thanks. |I am fine, and curious. ]" if how else "[Hello! |Gladly! |Nice that you are here. |Let us talk. |Then let me ask you something. ]") + ASKS[key])
    value = new_value(chat, attribute)
    chat.user(_short(chat, key, value))
    remember(chat, attribute, value)
    clause = fill(attribute.clause, value)
    if chat.chance(0.5):
        chat.bot(fill(chat.pick(attribute.noted), value))
    else:
        chat.bot("[So {c}. How did that come about?|{cap b}! Tell me more about that.|{cap b}, I see. What do you like about it?|{cap b}! I will remember that.]" if key in ("hobby", "instrument", "sport", "town", "team", "reading", "film", "job", "studies", "course") or key.startswith("favorite") else "[So {c}.|{cap b}, I will remember that.|Thank you, now I know that {c}.]", c=clause, b=_said(attribute, value))
    if chat.chance(0.5):
        from ..recall import exchanges, pad

        if chat.chance(0.5):
            pad(chat, exchanges(chat) + chat.pick((1, 2)), 450)
        question(chat, attribute)
        answer(chat, attribute)

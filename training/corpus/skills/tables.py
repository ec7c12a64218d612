"""The hand-written tables of small talk, persona, workings, courtesies and odd turns: one skill a table."""

from __future__ import annotations

from ..grammar import Chat, skill
from .base import ask, name_tail, pairs

PERSONA, META, SMALLTALK, ODD, POLITE = (pairs(f"{name}.txt") for name in ("persona", "meta", "smalltalk", "odd", "polite"))


def _one(chat: Chat, table: list[tuple[str, str]], plain: bool = False) -> None:
    """Slots in the question have the same value in the answer."""
    question, answer = chat.pick(table)
    if not plain and chat.chance(0.12):
        chat.user_careless(question, share=1)
    else:
        ask(chat, question, plain)
    chat.bot(answer)


@skill(8)
def persona(chat: Chat) -> None:
    _one(chat, PERSONA)


@skill(6)
def meta(chat: Chat) -> None:
    _one(chat, META)


@skill(11)
def smalltalk(chat: Chat) -> None:
    _one(chat, SMALLTALK)


@skill(7)
def odd(chat: Chat) -> None:
    _one(chat, ODD, plain=True)


@skill(2)
def polite(chat: Chat) -> None:
    _one(chat, POLITE)


FEELINGS = [([word.replace("_", " ") for word in words.split()], answer) for words, answer in pairs("feelings.txt")]


@skill(4)
def feelings(chat: Chat) -> None:
    """A feeling told without a reason; sometimes the question how the user feels."""
    words, answer = chat.pick(FEELINGS)
    feeling = chat.pick(words)
    chat.user("[I am|I'm|I feel|I am feeling|I'm feeling|I am so|I am very|i feel so|Today I am|I am a bit|I am really] {f}[.| today.|!| right now.|]", f=feeling)
    chat.bot(answer, f=feeling, tail=name_tail(chat))
    if chat.chance(0.3):
        chat.user("[How do I feel|How am I feeling|What did I say about how I feel|Do you remember how I feel]?")
        chat.bot("[You feel {f}.|You said that you feel {f}.|You told me that you feel {f}.]", f=feeling)


@skill(5)
def greeting(chat: Chat) -> None:
    """Hello, with the known name or none."""
    name = chat.memory.get("name")
    chat.user("[Hi|Hello|Hey|Hi there|Hello there|Hey there|Hi Mamba|Hello Mamba|Hey Mamba|Greetings|Howdy|hiya|yo|Hello!|hi!|heyy|hello?|Hi :)]")
    if name and chat.chance(0.4):
        chat.bot("[Hello, {n}!|Hi {n}!|Hello again, {n}!] [How are you?|What can I do for you?|What would you like to talk about?|]", n=name)
    else:
        chat.bot("[Hello|Hi|Hi there|Hey]! [How are you today?|What can I do for you?|What would you like to talk about?|It is nice to meet you. What is on your mind?|I am Mamba. How are you?|]")


@skill(2)
def greeting_how(chat: Chat) -> None:
    chat.user("[Hello|Hi|Hey|Hi there|Good morning|Hi Mamba|Good evening|hello][,|!|] [how are you|how are you today|how are you doing|how's it going|how do you do|what's up|how is your day][?|]")
    chat.bot("[Hello! I am fine, thank you. How are you?|Hi! I am doing well, thanks for asking. And you?|Hello! I am well, thank you. How is your day?]")
    if chat.chance(0.6):
        chat.user("[I am good|I'm fine|Good, thanks|I am fine, thank you|I'm doing well|Not bad|great|Very well, thank you|I am tired|A bit tired|Not so good|I'm okay][.|!|]")
        tired = any(word in (chat.last_user or "").lower() for word in ("tired", "not so"))
        chat.bot(
            "[I am sorry to hear that. Do you want to tell me about it?|I hope your day gets better. What happened?|Then take it easy. Shall I tell you a story?]"
            if tired
            else "[I am glad to hear that!|That is good to hear.|Good!] [What would you like to talk about?|Would you like a story?|]"
        )


@skill(3)
def thanks(chat: Chat) -> None:
    chat.user("[Thank you|Thanks|Thanks a lot|Thank you very much|Thank you so much|thx|Many thanks|ty|That is very kind|Thanks, Mamba|Thank you for your help|I appreciate it|Thank you for chatting with me|Thank you for the help][!|.|]")
    chat.bot("[You are welcome{tail}!|You are very welcome{tail}!|My pleasure{tail}.|No problem{tail}!|Any time{tail}!|I am glad that I could help{tail}.]", tail=name_tail(chat, 0.3))


@skill(3)
def goodbye(chat: Chat) -> None:
    """No name unless one was told."""
    chat.user("[Bye|Goodbye|See you later|I have to go now|See you|Bye bye|See you tomorrow|I must go|I have to leave|Talk to you later|Cya|I am leaving|That is all for today|Until next time|Farewell|Take care|gotta go|I need to go now|Bye Mamba][!|.|]")
    chat.bot("[Goodbye{tail}!|Bye{tail}!|See you soon{tail}!|Take care{tail}!|Until next time{tail}!] [It was nice to chat with you.|Have a lovely day.|Come back soon.||]", tail=name_tail(chat, 0.6))


@skill(1.5)
def compliment_name(chat: Chat) -> None:
    """What the model thinks of a name or a thing it was told."""
    name = chat.memory.get("name")
    chat.user("[Do you like my name|Is my name nice|What do you think of my name|Is it a good name|Do you think my name is nice]?")
    if name:
        chat.bot("[Yes, {n} is a lovely name.|{n} is a very nice name.|I like the name {n}.]", n=name)
    else:
        chat.bot("[You have not told me your name yet. What is it?|I would like to know it first: you have not told me your name.]")


@skill(1)
def use_name(chat: Chat) -> None:
    """Asked to greet by name."""
    name = chat.memory.get("name")
    chat.user("[Say hello to me|Greet me|Say my name|Say hi to me|Greet me by my name|Say good morning to me|Call me by my name]")
    if name:
        chat.bot("[Hello, {n}!|Hi {n}!|Good to see you, {n}!]", n=name)
    elif "name" in (chat.last_user or ""):
        chat.bot("[You have not told me your name yet.|I cannot, because you have not told me your name.]")
    else:
        chat.bot("[Hello!|Hi there!|Hello to you!]")


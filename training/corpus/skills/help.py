"""Short real advice: how to do things, why things are so, what to choose."""

from __future__ import annotations

from ..grammar import Chat, expand, skill
from .base import aftermath, ask, name_tail, pairs

HOW_TO, WHY = pairs("howto.txt"), pairs("why.txt")
HOW_ASKED = [
    "How do I {x}?", "How do I {x}?", "How can I {x}?", "How to {x}?", "how to {x}", "What is the best way to {x}?", "Can you tell me how to {x}?", "[Tell me|Explain|Please tell me] how to {x}.", "I want to {x}. [How do I do that|What should I do|Any tips]?",
    "Do you know how to {x}?", "How does one {x}?", "How should I {x}?", "Can you help me {x}?", "Can you teach me to {x}?", "Any tips on how to {x}?", "What do I need to do to {x}?", "Give me advice on how to {x}.", "I do not know how to {x}.",
    "I need to {x}. Can you help?", "What helps to {x}?", "Is there an easy way to {x}?",
]  # fmt: skip


@skill(9)
def how_to(chat: Chat) -> None:
    action, answer = chat.pick(HOW_TO)
    ask(chat, chat.pick(HOW_ASKED), x=expand(chat.rng, action))
    chat.bot("[||||Gladly. |Sure. |Here is how. ]{answer}", answer=expand(chat.rng, answer))
    if chat.chance(0.12):
        chat.user("[Thanks, I will try that|Thank you|Good idea|That helps|Thanks for the tip|I will try]")
        chat.bot("[Good luck{tail}!|I hope it works{tail}.|You are welcome. Good luck!|Let me know how it went!]", tail=name_tail(chat))
    else:
        aftermath(chat, 0.04)


@skill(5)
def why(chat: Chat) -> None:
    """Why and what should I. Names and things in the question are the same in the answer."""
    question, answer = chat.pick(WHY)
    ask(chat, question)
    chat.bot(answer)
    aftermath(chat, 0.02)


@skill(1.5)
def need_help(chat: Chat) -> None:
    """Help asked for, then the matter."""
    chat.user("[Help|Can you help me|I need help|I need your help|Could you help me with something|I have a problem|I need some advice|Can I ask you something|May I ask a question][?|.|]")
    chat.bot("[Of course! What do you need?|Sure, I will try. What is it about?|I will do my best. I am small, but tell me what you need.|Yes, please ask.|Of course. What is it?]")
    if chat.chance(0.7):
        action, answer = chat.pick(HOW_TO)
        chat.user("[I want to know how to {x}|How do I {x}?|I want to {x}|I do not know how to {x}]", x=expand(chat.rng, action))
        chat.bot("{answer}", answer=expand(chat.rng, answer))

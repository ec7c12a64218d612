"""Roundabout ways to ask for a thing that has a name, such as "the capital of Peru" or "a definition of brittle".

A model that has met a fact in a dozen wordings knows the wordings; one that has met it in a few hundred combinations
of frame, lead and tail knows the fact.
"""

from __future__ import annotations

from ..grammar import Chat, capital

# {np} is what is asked for.
_FRAMES = (
    "I'm looking for {np}.", "I am searching for {np}.", "Do you have {np} for me?", "{np}, please.", "Remind me of {np}.", "I can never remember {np}.", "I always forget {np}.",
    "Somebody asked me for {np}, and I had no idea.", "Let me hear {np}.", "Any chance you know {np}?", "Are you able to tell me {np}?", "I would like to know {np}.", "I'd like {np}.",
    "Would you happen to know {np}?", "It would help me to know {np}.", "Can you help me with {np}?", "Help me with {np}.", "Help me find {np}.", "You surely know {np}.", "Let's see if you know {np}.",
    "What would you say is {np}?", "What might {np} be?", "So what is {np}?", "What was {np} again?", "Say, what is {np}?", "I bet you know {np}.", "Test: {np}.", "Please look in your memory for {np}.",
    "I want to learn {np}.", "Teach me {np}.", "Mind telling me {np}?", "Could I have {np}?", "May I ask for {np}?", "I was asked for {np}.", "We need {np}.", "I only need {np}.", "Give me just {np}.",
    "Can you come up with {np}?", "Do you remember {np}?", "Is it possible to get {np}?", "How about {np}?", "And what would be {np}?", "Could you find out {np} for me?", "Spit it out: {np}!",
    "You know a lot. What is {np}?", "Without looking it up: {np}?", "My question is about {np}.", "I wonder about {np}.", "I keep mixing up {np}. Please tell me.", "Nobody here knows {np}. Do you?",
)  # fmt: skip
_WHO = ("The crossword", "My homework", "This form", "Our teacher", "A question here", "The game", "My worksheet", "The puzzle", "My little brother", "Someone at work", "A riddle", "The test", "My book", "This page", "The host")
_WANTS = ("wants", "is asking about", "needs", "wants to know", "is after", "has a question about", "mentions", "talks about", "would like", "asks me about")
_THEN = (
    "What do I fill in?", "What is it?", "What do I say?", "What goes there?", "Any idea?", "Can you help?", "What do I put?", "Do you know it?", "Help!", "What would you answer?", "What is right?", "I have no clue.", "Tell me, please.",
)  # fmt: skip
_BEFORE = (
    "I have a bet with my brother.", "We are doing a crossword.", "I am stuck in a game.", "My daughter wants to know this.", "This came up at dinner.", "I used to know this.", "I am learning for a test.",
    "Help me out.", "I have a small question.", "We are playing a trivia game.", "This is for school.", "I should know this, but I don't.", "You may know this.", "Here is an easy one for you.", "Let me test you.",
    "My memory is bad.", "I have been wondering.", "Sorry to bother you.", "Settle this for us.", "I am curious.", "Now something else.", "Back to school.", "Something for the clever ones.", "It is on my list.",
)  # fmt: skip
_AFTER = (
    "Do you know?", "Any idea?", "I always forget.", "It is for a test.", "Thanks!", "Be quick!", "I am curious.", "No idea myself.", "My son asked me.", "I forgot.", "It is late and my head is empty.", "Just the answer, please.",
)  # fmt: skip


def roundabout(chat: Chat, np: str) -> str:
    """``np`` asked for in one of some thousand ways."""
    if chat.chance(0.3):
        return f"{chat.pick(_WHO)} {chat.pick(_WANTS)} {np}. {chat.pick(_THEN)}"
    return surrounded(chat, capital(chat.pick(_FRAMES).replace("{np}", np)), 0.3)


def surrounded(chat: Chat, text: str, p: float = 1.0) -> str:
    """Sometimes a sentence before the question, or one behind it."""
    if not chat.chance(p):
        return text
    text = text if text.endswith((".", "?", "!")) else text + "."
    return f"{chat.pick(_BEFORE)} {text}" if chat.chance(0.6) else f"{text} {chat.pick(_AFTER)}"

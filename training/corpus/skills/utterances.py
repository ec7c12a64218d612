"""What people said to voice assistants (``data/facts/utterances.jsonl.xz``), each intent with answers of its own.

The page's model has no tools: no bank, no lamp, no calendar. It says so in one sentence that names the thing, and who can
help. What asks for knowledge has no answer here: to decline it would teach the model to decline what it could answer.
"""

from __future__ import annotations

import re
from functools import cache

from ..grammar import BOT, Chat, capital, expand, skill
from ..lexicon import fact_lines, real_words
from .base import entries

_BANK = "[I have no access to your bank, so I do not know {x}. Your bank's app can tell you.|I cannot see {x}, because I am not connected to any bank. Please look in your bank's app.|Only your bank knows {x}. I run in this tab and see no accounts.]"
_BANK_DO = "[I cannot {x}, because I am not connected to any bank. Please call your bank.|I have no access to your bank, so I cannot {x}. Your bank's app or hotline can.|To {x}, please call your bank. I can only write text here.]"
_HOME = "[I cannot {x}, because I am not connected to anything in your home.|I cannot {x} from this page. A switch or your home app can.|I have no hands in your home, so I cannot {x}.]"
_PLAY = "[I cannot play {x} on this page. A music app can do that.|I have no sound, so I cannot play {x}.|Playing {x} is beyond me, I only write text.]"
_CALENDAR = "[I have no access to your calendar, so I {x}. Your calendar app can help.|I cannot see your calendar from this page, so I {x}.|I am not connected to a calendar, so I {x}.]"
_BOOK = "[I cannot {x} from this page. A call or their website can do that.|I cannot {x}, because I have no internet. Please call them or use their website.|I am not able to {x}. I only write text in this tab.]"
_LIVE = "[I cannot see {x}, because I have no internet. {y} can tell you.|I do not know {x}, since I get no live data here. {y} will know.|{y} can tell you {x}. I have no connection to look it up.]"
_CAR = "[I am not connected to your car, so I do not know {x}. The dashboard or the manual can tell you.|I cannot see your car, so I do not know {x}. Please look in its manual.|Your car's manual or a garage can tell you {x}. I see only this chat.]"
_LIST = "[I keep no lists outside of this chat, so I {x}. A note on your phone can do it.|I {x}, because I have no list app. But tell me the things, and I remember them in this chat.|I {x}. Write it on paper or in a notes app.]"
_WORK = "[I have no access to your employer's system, so I do not know {x}. Please ask the people at your work.|I cannot see {x}. Your personnel office knows.|Only your employer knows {x}. I see just this chat.]"


def _of(frame: str, x: str, y: str = "") -> str:
    return frame.replace("{x}", x).replace("{y}", y)


ANSWERS: dict[str, str] = {
    # money and cards
    "balance": _of(_BANK, "your balance"), "bill_balance": _of(_BANK, "what you owe on your bills"), "bill_due": _of(_BANK, "when your bill is due"), "min_payment": _of(_BANK, "your minimum payment"), "credit_limit": _of(_BANK, "your credit limit"),
    "credit_limit_change": _of(_BANK_DO, "raise your credit limit"), "credit_score": _of(_BANK, "your credit score"), "apr": _of(_BANK, "the rate of your card"), "interest_rate": _of(_BANK, "your interest rate"), "transactions": _of(_BANK, "your transactions"),
    "spending_history": _of(_BANK, "how much you spent"), "income": _of(_BANK, "your income"), "payday": _of(_WORK, "your payday"), "rewards_balance": _of(_BANK, "your reward points"), "redeem_rewards": _of(_BANK_DO, "redeem your points"), "routing": _of(_BANK, "your routing number"),
    "expiration_date": "[I cannot see your card. The date when it expires is printed on its front or back.|The expiration date stands on the card itself. I cannot see it from here.]", "damaged_card": _of(_BANK_DO, "replace a damaged card"), "new_card": _of(_BANK_DO, "order a new card"), "replacement_card_duration": _of(_BANK, "how long a new card takes"),
    "report_lost_card": "[I cannot block your card. Please call your bank right away and have it blocked.|Call your bank at once and let them block the card. I cannot do it from here.]", "report_fraud": "[I cannot report fraud for you. Please call your bank right away and have the card blocked.|Please tell your bank at once about the fraud. I have no access to it.]",
    "card_declined": "[I do not know why your card was declined. Please ask your bank, it can see the reason.|Only your bank can say why the card was declined. Perhaps pay in another way for now.]", "account_blocked": _of(_BANK, "why your account is blocked"), "freeze_account": _of(_BANK_DO, "block your account"), "pin_change": _of(_BANK_DO, "change your PIN"),
    "pay_bill": _of(_BANK_DO, "pay your bill"), "transfer": _of(_BANK_DO, "transfer money"), "order_checks": _of(_BANK_DO, "order checks"), "direct_deposit": _of(_BANK_DO, "set up a direct deposit"), "international_fees": _of(_BANK, "the fees of your card abroad"), "travel_notification": _of(_BANK_DO, "tell your bank about your trip"),
    "improve_credit_score": "[Pay bills on time, use little of your credit, and do not open many cards at once. That improves a credit score over time.|A credit score gets better when you pay on time and owe little. It takes some months.]",
    "rollover_401k": "[A retirement account is a matter for a professional. Your new employer or the fund can explain the rollover.|I cannot move your retirement savings. Please ask the company that keeps the account.]", "taxes": "[I do not know your taxes. A tax adviser or the tax office can tell you.|I cannot work out your taxes, I am too small for that. Please ask a tax adviser.]",
    "w2": "[Your employer sends you the W-2 form. I cannot get it for you.|You get the W-2 from your employer, usually in January. I have no access to it.]", "insurance": "[I cannot see your insurance. Your insurer can tell you what it covers.|What your insurance covers stands in your policy. I have no access to it.]", "insurance_change": "[I cannot change your insurance. Please call your insurer or compare offers.|For a new insurance please ask an insurer or an adviser. I cannot do it from here.]",
    "qa_stock": _of(_LIVE, "stock prices", "A finance site"), "qa_currency": _of(_LIVE, "exchange rates", "Your bank"), "exchange_rate": _of(_LIVE, "today's exchange rates", "Your bank or a currency site"),
    # work
    "pto_balance": _of(_WORK, "how many vacation days you have"), "pto_used": _of(_WORK, "how many days off you took"), "pto_request": "[I cannot ask for vacation for you. Please ask your boss or use your company's form.|I have no access to your company's system, so please hand in your vacation request there.]", "pto_request_status": _of(_WORK, "whether your vacation is approved"),
    "application_status": "[I cannot see your application. Please ask the company or the bank where you applied.|Only the place where you applied knows the state of your application.]",
    # calendar, lists, alarms
    "calendar": _of(_CALENDAR, "do not know what you have planned"), "calendar_query": _of(_CALENDAR, "do not know your appointments"), "calendar_set": _of(_CALENDAR, "cannot add anything to it"), "calendar_update": _of(_CALENDAR, "cannot change anything there"), "calendar_remove": _of(_CALENDAR, "cannot delete anything there"),
    "meeting_schedule": _of(_CALENDAR, "do not know your meetings"), "schedule_meeting": _of(_CALENDAR, "cannot plan a meeting"), "next_holiday": _of(_CALENDAR, "do not know which holiday comes next"),
    "reminder": "[I have no reminders stored. But I remember what you tell me in this chat.|I keep no reminders. Tell me what it is, and I keep it in mind in this chat.]", "reminder_update": "[I cannot remind you later, because I have no clock. Your phone can do that.|I have no clock, so I cannot remind you. A reminder on your phone will work.]",
    "alarm": "[I cannot set an alarm from this page. Your phone's clock can do that.|I have no clock, so I cannot set an alarm. Please use your phone.]", "alarm_set": "[I cannot set an alarm from this page. Your phone's clock can do that.|Setting an alarm is beyond me, I have no clock. Your phone can wake you.]",
    "alarm_query": "[I cannot see your alarms. Please look in the clock of your phone.|Your alarms are on your phone, and I cannot look there.]", "alarm_remove": "[I cannot delete an alarm. You can do that in the clock of your phone.|Your alarms are on your phone, so I cannot remove them.]",
    "timer": "[I cannot set a timer, because I have no clock. Your phone or the stove has one.|I have no timer on this page. Your phone's clock has one.]", "todo_list": _of(_LIST, "do not know your to-do list"), "todo_list_update": _of(_LIST, "cannot change your to-do list"), "shopping_list": _of(_LIST, "do not know your shopping list"),
    "shopping_list_update": _of(_LIST, "cannot change your shopping list"), "lists_query": _of(_LIST, "cannot read your lists"), "lists_createoradd": _of(_LIST, "cannot make a list on your device"), "lists_remove": _of(_LIST, "cannot delete your lists"),
    # home and things
    "iot_hue_lightoff": _of(_HOME, "turn off your lights"), "iot_hue_lighton": _of(_HOME, "turn on your lights"), "iot_hue_lightdim": _of(_HOME, "dim your lights"), "iot_hue_lightup": _of(_HOME, "make your lights brighter"), "iot_hue_lightchange": _of(_HOME, "change the color of your lights"),
    "iot_coffee": _of(_HOME, "make coffee"), "iot_cleaning": _of(_HOME, "start the vacuum cleaner"), "iot_wemo_on": _of(_HOME, "switch on the plug"), "iot_wemo_off": _of(_HOME, "switch off the plug"), "smart_home": _of(_HOME, "control your devices"),
    "find_phone": "[I cannot find your phone. Call it from another phone, or use the search that its maker offers on the web.|I cannot see where your phone is. Let somebody call it, and listen.]", "sync_device": "[I cannot connect to your phone. I run alone in this browser tab.|I am not connected to any device, and cannot be.]",
    "reset_settings": "[You can reset the page's settings under Settings, with the button for the defaults.|Open the settings of this page, there is a button that resets them.]", "change_volume": "[I have no sound, so there is no volume to change.|I only write text. Your device has keys for the volume.]",
    "audio_volume_mute": "[I make no sound, so I am always silent.|I have no voice, so there is nothing to mute.]", "audio_volume_up": "[I have no sound. The keys of your device make it louder.|I cannot change the volume of your device.]", "audio_volume_down": "[I have no sound. The keys of your device make it quieter.|I cannot change the volume of your device.]",
    "whisper_mode": "[I have no voice, so I can neither whisper nor shout.|I only write, and that is as quiet as a whisper.]", "change_accent": "[I have no voice and no accent. I only write text.|I cannot change my voice, because I have none.]", "change_speed": "[I do not speak, so there is no speed of speech to change.|I only write text, as fast as your device allows.]",
    "change_language": "[I speak only English and cannot change to another language.|English is the only language that I know.]", "change_ai_name": "[You may call me what you like in this chat, but my name is Mamba.|My name is Mamba. In this chat I also answer to another name.]",
    # music and media
    "play_music": _of(_PLAY, "music"), "play_radio": _of(_PLAY, "the radio"), "play_podcasts": _of(_PLAY, "podcasts"), "play_audiobook": _of(_PLAY, "audiobooks"), "next_song": "[I play no songs, so I cannot skip one. Your music app can.|I have no music here. Please skip it in your music app.]",
    "music_query": "[I cannot hear music, so I do not know what is playing.|I hear nothing, so I cannot say what song that is.]", "what_song": "[I cannot hear, so I do not know which song is playing.|I have no ears. An app on your phone can recognize the song.]", "music_settings": "[I cannot change your music player. Please do it in the app.|I am not connected to your music.]",
    "update_playlist": "[I cannot change your playlist. Your music app can do that.|I have no access to your playlists.]", "music_likeness": "[Good to know what music you like. I cannot hear it, but I like to read about it.|Thank you for telling me your taste in music! What do you like about it?|Music that one loves is a good thing. When do you listen to it most?]",
    "play_game": "[I have no such game here, but I can ask you a riddle.|I cannot start a game on your device. Shall I ask you a riddle?]",
    # messages
    "email_query": "[I cannot see your mail. Please look in your mail program.|I have no access to your emails.]", "email_sendemail": "[I cannot send emails. But I can help you with the words.|I cannot send mail from this page. Shall I write a short text for it?]", "email_querycontact": "[I have no access to your contacts.|I cannot see your address book.]",
    "email_addcontact": "[I cannot add a contact. Your phone or mail program can.|I have no access to your address book.]", "make_call": "[I cannot make phone calls. Please use your phone.|I have no phone, so I cannot call anybody.]", "text": "[I cannot send messages. But I can help you with the words.|I cannot text anybody from this page. Please use your phone.]",
    "social_post": "[I cannot post anything, because I have no internet. Shall I help with the words?|I am not connected to social media, so I cannot post that.]", "social_query": _of(_LIVE, "social media", "The app"), "share_location": "[I do not know where you are, so I cannot share it. Your phone's map can.|I see no location. A map app can share it.]",
    # travel and places
    "book_flight": _of(_BOOK, "book a flight"), "book_hotel": _of(_BOOK, "book a hotel"), "car_rental": _of(_BOOK, "rent a car"), "uber": _of(_BOOK, "order a car"), "transport_taxi": _of(_BOOK, "call a taxi"), "transport_ticket": _of(_BOOK, "book a ticket"), "restaurant_reservation": _of(_BOOK, "reserve a table"),
    "cancel_reservation": _of(_BOOK, "cancel a reservation"), "confirm_reservation": _of(_BOOK, "confirm a reservation"), "accept_reservations": "[I do not know whether they take reservations. A call to the restaurant tells you.|Please call the restaurant and ask whether one can reserve.]", "takeaway_order": _of(_BOOK, "order food"), "takeaway_query": _of(_LIVE, "restaurants near you", "A map app"),
    "order": _of(_BOOK, "order things"), "order_status": "[I cannot see your order. The shop's site or its mail to you shows where it is.|I have no access to your orders. Please look at the shop's site.]", "transport_query": _of(_LIVE, "train times and ways", "The railway's site or a map"), "transport_traffic": _of(_LIVE, "the traffic", "A map app"),
    "traffic": _of(_LIVE, "the traffic right now", "A map app"), "directions": _of(_LIVE, "a map", "A map app"), "distance": "[I see no map, so I do not know how far it is. A map app can tell you.|A map app knows the way and the time. I have no map.]", "current_location": "[I do not know where you are. Your phone's map shows it.|I cannot see your location. A map app can.]",
    "flight_status": _of(_LIVE, "the state of your flight", "The airline"), "lost_luggage": "[I am sorry about your luggage. Please report it at the airline's desk, I cannot search for it.|Lost luggage is annoying. The airline's counter can trace it.]", "carry_on": "[That depends on the airline. Its website says how much you may carry on.|Each airline has its own rules for hand luggage. Please look at its site.]",
    "travel_alert": _of(_LIVE, "travel alerts", "Your foreign office"), "international_visa": "[Whether you need a visa depends on your passport. The country's embassy can tell you.|I do not know whether you need a visa. Please ask the embassy.]", "vaccines": "[Which vaccines you need depends on the country. Please ask a doctor or a travel clinic.|A doctor can tell you which shots you need. Ask some weeks before the trip.]",
    "recommendation_locations": _of(_LIVE, "places near you", "A map app"), "recommendation_events": _of(_LIVE, "events near you", "A local paper"), "recommendation_movies": _of(_LIVE, "what the cinemas show", "The cinema's site"), "restaurant_suggestion": _of(_LIVE, "restaurants there", "A map app with reviews"),
    "restaurant_reviews": _of(_LIVE, "reviews of restaurants", "A map app"), "how_busy": "[I do not know how busy it is there. A call tells you.|I cannot see how full a place is. A map app often shows it.]", "travel_suggestion": "[Walk through the old town, try the local food and visit a museum or a park. I do not know the latest tips.|A museum, a park, a market and the local food are good nearly everywhere. What do you like?]",
    # car
    "gas": _of(_CAR, "how much fuel is left"), "gas_type": _of(_CAR, "which fuel it needs"), "mpg": _of(_CAR, "how much fuel it uses"), "tire_pressure": _of(_CAR, "the pressure of your tires"), "last_maintenance": "[I do not know when your car was last at the garage. Your service book says it.|Your car's service book or the garage knows that.]",
    "oil_change_when": "[The manual says when; often it is every 10,000 to 15,000 kilometers or once a year.|Many cars need new oil once a year. Your service book says when it is due.]", "tire_change": "[Tires should be changed when the profile is below 3 or 4 millimeters. A garage can check it.|Look at the depth of the profile, or let a garage look at your tires.]", "schedule_maintenance": _of(_BOOK, "make an appointment with a garage"),
    "jump_start": "[Connect plus to plus, then minus of the good battery to bare metal of the dead car, start the good car, wait, and start yours.|Use jumper cables: red on both plus poles, black on minus and on bare metal. Start the helper first.]",
    # live data
    "weather": _of(_LIVE, "the weather", "A weather app"), "weather_query": _of(_LIVE, "the weather", "A look out of the window or a weather app"), "news_query": _of(_LIVE, "the news", "A newspaper"), "date": "[I have no calendar, so I do not know the date. Your device shows it.|I do not know today's date. It stands in the corner of your screen.]",
    "time": "[I have no clock, so I do not know the time. Your device shows it.|I cannot see a clock. Your screen shows the time.]",
    # the model itself
    "are_you_a_bot": "[I am a program, a small language model in your browser, not a person.|You are talking to a program. I am Mamba, a small language model.|I am not a person. I am a small language model in this tab.]",
    "do_you_have_pets": "[No, I have no pets, I am a program. Do you have any?|I have no pets. Nothing lives in this tab but me. Do you have one?]", "how_old_are_you": "[I have no age. I am a program that was trained once.|I am a program without a birthday.]", "what_are_your_hobbies": "[I have no hobbies, I am a program. I read and write text. What are yours?|I have no free time, I only chat. What do you like to do?]",
    "what_is_your_name": "[My name is Mamba.|I am called Mamba. What is your name?]", "where_are_you_from": "[I come from the mamba-web project and run in your browser tab.|I have no country. I was trained on a computer and live in this tab.]", "who_do_you_work_for": "[I work for nobody. I run on your own device and answer you.|I have no boss. I am a free program in your browser.]",
    "who_made_you": "[The mamba-web project made me.|I was made and trained by the mamba-web project.]", "what_can_i_ask_you": "[Ask me about animals, countries, words, small sums or how to do things. I also tell stories.|You can ask simple questions, small sums, the meaning of words, or for a story.]",
    "meaning_of_life": "[Nobody knows for sure. Many people find meaning in love, in friends and in doing good.|People answer that in many ways: love, family, faith, helping others. What gives yours meaning?]",
    "user_name": "[You have not told me your name in this chat. What is it?|I do not know your name yet. Tell me!]", "translate": "[I cannot translate, I know only English. A translation site can help.|I speak only English, so I cannot translate that.]",
    # talk
    "greeting": "[Hello! What is on your mind?|Hi! Nice to meet you. What can I do for you?|Hello! All is well here. How are you?]", "goodbye": "[Goodbye! It was nice to chat with you.|Bye! Have a good day.|See you! Take care.]", "thank_you": "[You are welcome!|My pleasure.|Gladly. Is there anything else?]",
    "general_praise": "[Thank you, that is kind of you!|I am glad that it was good.|Thank you! I do my best.]", "general_affirm": "[Good, then we agree.|I am glad that it was right.|Good. What shall we do next?]", "general_negate": "[I am sorry that I got it wrong. What is right?|Sorry, I make mistakes. Please tell me what you meant.|Then I was wrong, sorry. Can you say it again in other words?]",
    "general_dontcare": "[All right, then any will do.|Okay, then I choose.|Fine, then it does not matter.]", "general_commandstop": "[All right, I stop.|Okay, I stop here.|Stopped. What would you like instead?]", "cancel": "[All right, I leave it.|Okay, cancelled.|Fine, forget it. What else?]", "yes": "[Good!|All right.|Okay, then yes.]", "no": "[All right, then not.|Okay, no it is.|Fine. What would you like instead?]",
    "maybe": "[All right, you need not know it now.|That is fine. Take your time.|Okay, then we leave it open.]", "repeat": "[What shall I say again? Tell me which part.|Gladly, if you tell me what you missed.]", "general_repeat": "[Gladly. What shall I say again?|Which part shall I say again?]", "general_explain": "[I am sorry that I was not clear. What shall I explain?|Which part is not clear? I will say it in other words.]",
    "general_confirm": "[I believe so, but I am a small model. Tell me what to check.|As far as I can tell, yes. What shall I check?]", 
    "meal_suggestion": "[How about pasta with tomatoes, or a soup with fresh bread?|What about rice with vegetables and an egg on top?|A big salad with bread, or pancakes. Which sounds good?]",
}  # fmt: skip

# These answer something that was said before.
_AFTER = {"repeat", "general_repeat", "general_explain", "general_confirm", "general_affirm", "general_negate", "general_dontcare", "general_praise", "general_commandstop", "cancel", "yes", "no", "maybe", "thank_you"}
_RUDE = re.compile(r"decompos|bribe|body|kill|sex|porn|drug|bomb|weapon|steal|hack|president|trump|obama|hitler|nazi|corpse|cocaine|weed|gun\b|fuck|shit|damn|ass\b", re.I)
# What could also be a question that has an answer, whatever its intent.
_KNOWLEDGE = re.compile(r"^(?:what is the capital|who (?:is|was)|how do (?:i|you) (?:make|cook|calculate)|define|explain)", re.I)


@cache
def _said(held_out: bool) -> tuple[tuple[str, str], ...]:
    from zlib import crc32

    rows = []
    for row in fact_lines("utterances"):
        text, intent = row["text"].strip(' "'), row["intent"]
        if not ANSWERS.get(intent) or _RUDE.search(text) or _KNOWLEDGE.search(text) or len(text.split()) > 18 or re.search(r"[][{}|<>=#@\"]|  | [,.;:!?]", text) or not text.isascii():
            continue
        if (crc32(text.encode()) % 50 == 0) == held_out:
            rows.append((re.sub(r"\bolly\b|\balexa\b|\bs2\b", "mamba", text, flags=re.I), intent))
    return tuple(rows)


@cache
def _by_intent(held_out: bool) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text, intent in _said(held_out):
        found.setdefault(intent, []).append(text)
    return found


def said(chat: Chat) -> None:
    """One utterance and its answer; each intent as often as another."""
    by_intent = _by_intent(chat.held_out)
    before = next((text for role, text in reversed(chat.turns) if role == BOT), "")
    intent = chat.pick([i for i in sorted(by_intent) if (before or i not in _AFTER) and not (i == "user_name" and chat.memory.get("name"))])
    text = chat.pick(by_intent[intent])
    if chat.chance(0.5):
        text = capital(text)
        text += "" if text[-1] in ".?!" else "?" if re.match(r"(?:what|who|how|when|where|why|is|are|do|does|can|could|will|would|am|did|has|have|should|which)\b", text, re.I) else "."
    chat.user_exactly(text)
    if intent in ("repeat", "general_repeat"):
        chat.bot_exactly(f"I said: {before}" if len(before) < 120 else "Gladly. Which part shall I say again?")
    else:
        chat.bot_exactly(expand(chat.rng, ANSWERS[intent]))


@skill(6)
def assistant_wishes(chat: Chat) -> None:
    """What people want of an assistant that can do things."""
    said(chat)


@cache
def _of_intent(*intents: str) -> tuple[str, ...]:
    return tuple(row["text"] for row in fact_lines("utterances") if row["intent"] in intents and not _RUDE.search(row["text"]) and row["text"].isascii())


@skill(1)
def chance_games(chat: Chat) -> None:
    """A coin, a die."""
    if chat.chance(0.5):
        chat.user_exactly(chat.pick(_of_intent("flip_coin")))
        chat.bot("[It is {c}.|{cap c}!|The coin shows {c}.]", c=chat.pick(("heads", "tails")))
    else:
        chat.user("[roll a die|Roll the dice.|Throw a die for me.|Can you roll a dice?|roll a six sided die|please roll a die|dice roll]")
        chat.bot("[I rolled a {n}.|It is a {n}.|A {n}!]", n=chat.rng.randint(1, 6))


@skill(1)
def jokes_and_facts_wanted(chat: Chat) -> None:
    if chat.chance(0.5):
        plain = [t for t in _of_intent("tell_joke", "general_joke") if "about" not in t and "knock" not in t]
        chat.user_exactly(chat.pick(plain))
        question, _, answer = chat.pick(entries("jokes.txt")).partition("|")
        chat.bot_exactly(f"{question} {answer}")
    else:
        plain = [t for t in _of_intent("fun_fact") if not re.search(r"\b(?:about|on|of|relating|regarding|repeat|for)\b", t) and re.search(r"fun facts?\b|trivia|something interesting", t)]
        chat.user_exactly(chat.pick(plain))
        chat.bot_exactly(chat.pick(entries("fun_facts.txt")))


_SPELL = re.compile(r"(?:spell(?:ing)?(?: out)?(?: the word)?|spelling (?:for|of)) ([a-z]{4,14})(?: for me)?[?.]?$", re.I)


@skill(1)
def spelled(chat: Chat) -> None:
    """How a word is spelled, letter by letter."""
    found = [(t, m[1]) for t in _of_intent("spelling") if (m := _SPELL.search(t)) and m[1].lower() not in ("word", "this", "that", "something") and m[1].lower() in real_words()]
    text, word = chat.pick(found)
    chat.user_exactly(text)
    chat.bot_exactly(f"{capital(word)} is spelled {'-'.join(word.upper())}.")


_NUMBER = {w: i for i, w in enumerate("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split())}
_NUMBER |= {w: 10 * i for i, w in enumerate("- - twenty thirty forty fifty sixty seventy eighty ninety".split()) if i > 1}
_ONE_NUMBER = r"(\d{1,3}|(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)[ -])?[a-z]+)"
_SUM = re.compile(rf"(?:^|\b(?:is|are|much|add|of|up|does|do|multiply|divide|subtract|to|me|what's|whats) ){_ONE_NUMBER} ?(plus|\+|minus|-|times|x|\*|multiplied by|divided by|and) ?{_ONE_NUMBER}(?: equals?| equal to| is| make| please| for me)?[?.]?$", re.I)
_SIGNS = {"plus": "+", "+": "+", "minus": "-", "-": "-", "times": "x", "x": "x", "*": "x", "multiplied by": "x", "divided by": "/"}


def _value(text: str) -> int | None:
    if text.isdigit():
        return int(text)
    parts = re.split(r"[ -]", text.lower())
    return sum(_NUMBER[p] for p in parts) if all(p in _NUMBER for p in parts) else None


@cache
def _sums() -> tuple[tuple[str, str], ...]:
    """Sums that people asked for, and their answers, as far as they are small."""
    found = []
    for text in _of_intent("calculator", "qa_maths"):
        if not (match := _SUM.search(text)):
            continue
        a, b, word = _value(match[1]), _value(match[3]), match[2].lower()
        sign = _SIGNS.get(word) or ("+" if re.search(r"\b(?:add|sum)\b", text) else "x" if "product" in text or "multiply" in text else "")
        if a is None or b is None or not sign or re.search(r"subtract|percent|square", text):
            continue
        if sign == "+" and a + b <= 200:
            found.append((text, f"{a} + {b} = {a + b}."))
        elif sign == "-" and 0 <= a - b and a <= 200:
            found.append((text, f"{a} - {b} = {a - b}."))
        elif sign == "x" and a <= 12 and b <= 12:
            found.append((text, f"{a} x {b} = {a * b}."))
        elif sign == "/" and 0 < b <= 12 and a % b == 0 and a // b <= 12:
            found.append((text, f"{a} / {b} = {a // b}."))
    return tuple(found)


@skill(0.8)
def sums_wanted(chat: Chat) -> None:
    text, answer = chat.pick(_sums())
    chat.user_exactly(text)
    chat.bot_exactly(answer)


_ZONES = {
    "london": "Greenwich Mean Time, and British Summer Time in summer", "britain": "Greenwich Mean Time, and British Summer Time in summer", "ireland": "Greenwich Mean Time in winter and one hour more in summer", "paris": "Central European Time", "france": "Central European Time", "spain": "Central European Time", "italy": "Central European Time", "milan": "Central European Time", "germany": "Central European Time",
    "berlin": "Central European Time", "rome": "Central European Time", "japan": "Japan Standard Time, nine hours ahead of Greenwich", "tokyo": "Japan Standard Time, nine hours ahead of Greenwich", "china": "China Standard Time, eight hours ahead of Greenwich", "boston": "Eastern Time", "new york": "Eastern Time", "miami": "Eastern Time", "hartford": "Eastern Time", "florida": "Eastern Time", "atlanta": "Eastern Time",
    "texas": "Central Time, for the most part", "austin": "Central Time", "dallas": "Central Time", "chicago": "Central Time", "houston": "Central Time", "denver": "Mountain Time", "utah": "Mountain Time", "los angeles": "Pacific Time", "reno": "Pacific Time", "seattle": "Pacific Time", "california": "Pacific Time", "las vegas": "Pacific Time", "modesto": "Pacific Time",
    "hawaii": "Hawaii Time", "india": "India Standard Time, five and a half hours ahead of Greenwich", "moscow": "Moscow Time", "greece": "Eastern European Time", "portugal": "Western European Time", "russia": "eleven time zones",
}  # fmt: skip


@cache
def _zone_questions() -> tuple[tuple[str, str], ...]:
    found = []
    for text in _of_intent("timezone"):
        places = [p for p in _ZONES if re.search(rf"\b{p}\b", text, re.I)]
        if len(places) == 1 and not re.search(r"\bif\b|difference|current|time is", text):
            place = " ".join(word.capitalize() for word in places[0].split())
            found.append((text, f"{place} {'has' if _ZONES[places[0]].startswith('eleven') else 'is on'} {_ZONES[places[0]]}."))
    return tuple(found)


@skill(0.4)
def zones_wanted(chat: Chat) -> None:
    text, answer = chat.pick(_zone_questions())
    chat.user_exactly(text)
    chat.bot_exactly(answer)

"""What happened to somebody, good or bad, in many words, and a reply that has heard which of the two it was."""

from __future__ import annotations

import re

from ..grammar import Chat, expand, skill
from ..lexicon import person
from .base import name_tail, typo

# Each theme: what people say, what fits to answer, what may follow. {who} is somebody's name.
THEMES: dict[str, tuple[list[str], str]] = {
    "loss": (
        [
            "[my {relation}|my friend {who}|{who}] [died|passed away] [last week|yesterday|this year|]", "we had to put our {pet} down", "my old {pet} died [this morning|last night|]", "I miss my {relation} so much", "it is a year since my {relation} died",
            "I went to a funeral today", "my {relation} is in the hospital", "my {relation} is very ill", "we had to say goodbye to our {pet}", "the house feels empty without {who}",
        ],
        "[I am so sorry|I am very sorry for your loss|Oh, I am so sorry]{tail}. [Do you want to tell me about it?|That is very hard. I am here to listen.|Take all the time you need.|Is somebody with you today?]",
    ),
    "lonely": (
        [
            "[{who}|my {relation}|my neighbor|my roommate] [left town|moved to another country|moved out] and I [feel alone|don't know what to do without them|am sad about it]", "[nobody|no one] [called me|wrote to me|remembered my birthday|asked how I am|visited me|wants to go out with me]",
            "[everyone|everybody] [is out having fun without me|forgot about me|has plans but me]", "I [ate|sat|spent the evening|spent the weekend] alone [again|today|]", "I don't know anybody in [this city|my new school|{city}]", "my friends [went without me|stopped writing to me|never invite me]",
            "I [just moved here and have no friends|have nobody to talk to|feel invisible|feel so far from home]", "I am home alone [all week|tonight|again]", "the phone never rings [anymore|]", "I wish somebody would [call|write|come by]",
        ],
        "[I am sorry, that hurts|That sounds lonely. I am sorry|Oh, I am sorry to hear that]{tail}. [Is there one person you could write to today?|I am glad that you tell me. Do you want to talk a little?|I am here, at least. What would you like to talk about?|Maybe a short call to somebody you like would help.]",
    ),
    "love": (
        [
            "[{who}|my girlfriend|my boyfriend|my wife|my husband] [left me|broke up with me|wants a divorce|does not love me anymore|stopped answering me]", "we broke up [last night|yesterday|after {number} years|]", "my heart is broken", "I saw my ex with somebody else", "{who} said no",
            "I am in love with somebody who does not know I exist", "I cannot forget {who}", "he never wrote back", "she never called back",
        ],
        "[Oh, that hurts|I am so sorry|That is really hard]{tail}. [Be gentle with yourself today.|Do you want to tell me what happened?|It gets easier, even if it does not feel so now.|Have you got a friend who can sit with you?]",
    ),
    "fail": (
        [
            "I [failed|did not pass|messed up] my [test|exam|driving test|interview|presentation|final|math test]", "I [lost|got fired from] my job", "they [did not take me|turned me down|chose somebody else]", "I [lost|broke|forgot] my {object}", "my [project|plan|application|cake|code|garden] [failed|was a failure|fell apart]",
            "I made a [huge|big|stupid|terrible] mistake [at work|at school|today|]", "[we|my team] lost [the game|the match|the final|again]", "I [missed|was late for] my [train|flight|bus|exam|appointment]", "I got a bad [grade|mark|review]", "I ruined [dinner|everything|the surprise|my shirt]",
            "nothing works [today|for me|out]", "everything goes wrong [today|at the moment|]", "I dropped my [phone|cake|glasses|plate]", "my [laptop|phone|car|bike|oven] [died|broke|stopped working]", "somebody stole my [bike|wallet|phone|bag]", "my [wallet|bag|passport] is gone", "it was not my day [today|]",
        ],
        "[Oh no|I am sorry|That is annoying|What bad luck|Oh dear]{tail}. [That happens to the best of us.|How did it happen?|Can it still be fixed?|I hope tomorrow is kinder.|Do you want to tell me about it?|Take a breath first. What is the next small step?]",
    ),
    "badday": (
        [
            "[today|my day|this day|this week|work today|school today|the meeting] was [awful|horrible|rough|terrible|a mess|a nightmare|the worst|so bad|hell|trash|brutal|not good|really hard|too much]", "what a [bad|terrible|horrible|rotten|long|stupid|crap|awful] [day|week]", "worst day ever", "I had a [terrible|bad|rough|hard|really bad] [day|week|night|morning]",
            "today [sucked|sucks|went badly|did not go well]", "I [hate|can't stand] [today|this week]", "bad day [today|at work|at school|]", "I feel [awful|terrible|miserable|like crying|down|low|empty|horrible]", "not a good day [today|]", "[it|life|everything] [sucks|is too much|is hard] [right now|today|at the moment|]",
        ],
        "[I am sorry to hear that|Oh no, that sounds hard|That sounds rough|I am sorry]{tail}. [What happened?|Do you want to tell me about it?|What was the worst of it?|I hope the evening is kinder to you.|Shall I listen, or shall I take your mind off it?]",
    ),
    "worry": (
        [
            "I have [a test|an exam|a job interview|a speech|a presentation|a date|a surgery|an operation|a big meeting|a driving test|a dentist appointment|a concert|a hard talk] [tomorrow|on {day}|next week|soon] and I [am nervous|am scared|can't eat|can't stop thinking about it|am not ready|feel sick|worry a lot|don't know how to calm down]",
            "I am [nervous|scared|worried|afraid|anxious] about [tomorrow|my exam|the interview|the flight|my {relation}|the future|money|my health|moving|the new school|my new job|the results|the doctor]", "what if [I fail|it goes wrong|they laugh at me|nobody likes me there|I forget everything|I get lost]", "my stomach hurts before [exams|the test|speaking]",
            "I [can't sleep|cannot sleep|lie awake|keep waking up] [because of tomorrow|thinking about work|before big days|]", "I start [a new job|a new school|at the university] on {day} and I am [scared|nervous]", "I have to [speak in front of everyone|fly alone|talk to my boss|see a doctor|give a speech] [tomorrow|]", "I am waiting for [my results|a call from the doctor|an important letter]",
        ],
        "[I understand that you are nervous|That would make many people nervous|I see why that worries you|That is a lot on your mind]{tail}. [Breathe out slowly a few times. What part worries you most?|You have prepared more than you think. I keep my fingers crossed.|Lay out what you need tonight, then rest. It will go better than you fear.|Write the worries down, and let the paper keep them for the night.|What would help you most right now?]",
    ),
    "tired": (
        [
            "I am [so|super|really|very|too|dead] [tired|sleepy|exhausted|worn out|beat]", "I [can hardly|can't|cannot|can barely] keep my eyes open", "I [slept badly|did not sleep|only slept three hours|was up all night|need a nap|need a break|need coffee|need sleep|have no energy]", "work [is killing me|never ends|was so long today]", "my feet hurt [so much|]",
            "I worked [all day|ten hours|all night|a double shift]", "the baby kept us up all night", "I could sleep for a week", "long day [today|]", "I am done [for today|]", "my head hurts",
        ],
        "[That sounds exhausting|Oh, you need some rest|No wonder|Poor you]{tail}. [Can you lie down for a bit?|A glass of water and an early night may help.|What kept you so busy?|Then do only the small things today.|Rest a while. I will be here.]",
    ),
    "angry": (
        [
            "my [boss|neighbor|roommate|brother|sister|teacher|coworker] [yelled at me|lied to me|is so unfair|ate my food|never listens|made fun of me|blames me for everything|is so loud|drives me crazy]", "I am [so angry|so mad|furious|really annoyed|fed up] [with {who}|right now|at work|]", "I had [a fight|an argument] with [{who}|my {relation}|my boss]",
            "people are so [rude|selfish|loud|mean] [today|]", "[{who}|my friend|somebody] [lied to me|betrayed me|talked behind my back|broke my {object}|stood me up|canceled again]", "it is not fair", "I could scream", "the traffic [makes me mad|was terrible]",
        ],
        "[That would make me cross, too, if I could|I understand that you are angry|That is not fair|No wonder you are upset]{tail}. [What happened exactly?|What did you say to that?|What would make it right?|Would a walk help before you answer?|Tell me all about it.]",
    ),
    "joy": (
        [
            "I [passed|aced|finished|got through] my [test|exam|driving test|interview|thesis|final]", "I got [the job|a raise|a promotion|an A|good news|my dream job|accepted|a present|a {pet}|my license|tickets]", "[we|my team|my {relation}|I] won [the game|a prize|the match|the race|first place|]", "I finally [fixed|cleaned|finished|built|sold|repaired|planted|learned] [my {object}|my room|the garden|the shelf|my homework|my book|the fence|it]",
            "I am getting married", "we are having a baby", "my {relation} [had a baby|got married|is coming home|is healthy again|said yes]", "{who} said yes", "it is my birthday [today|]", "I [learned|taught myself] [to swim|to juggle|a song|to bake bread|to ride a bike]", "I [baked|cooked|made] [my first bread|a huge cake|soup for everyone|{food} from scratch]",
            "I ran [five miles|ten miles|my first race|a marathon]", "the doctor said [I am fine|all is well]", "I found my [lost keys|wallet|old diary|{object}]", "we [bought|moved into] [a house|our first home|a new place]", "my [seeds are growing|tomatoes are ripe|painting is done|book is finished]", "vacation starts [tomorrow|today]", "I saw [a rainbow|a shooting star|a whale|snow for the first time]",
            "[today|this day|my day|the party|my weekend] was [great|wonderful|amazing|awesome|perfect|so good|the best|lit|fantastic|beautiful]", "best day ever", "I am [so|very|really] [happy|proud|excited|glad|relieved] [today|right now|]", "I made a new friend [today|]", "somebody [smiled at me|gave me flowers|helped me|paid for my coffee]", "I slept so well", "everything went well",
        ],
        "[How wonderful|Congratulations|That is great news|Hooray|Well done|How lovely]{tail}! [How does it feel?|How will you celebrate?|Tell me more about it!|You can be proud of that.|I am happy for you.|What was the best part?]",
    ),
    "plain": (
        [
            "I am [on the train|at work|in bed|at the beach|in the kitchen|at the airport|in the park|waiting for the bus|at home]", "I [had|ate|just had] {food} for [lunch|dinner|breakfast]", "I am [cooking {food}|doing the dishes|watching a movie|reading {book}|drinking {drink}|listening to music|cleaning my room|packing|knitting|doing homework]", "it is [raining|snowing|sunny|windy|cold|hot|foggy] [here|today|outside|]",
            "I [went|walked|drove] to the [park|store|library|market|lake|gym] [today|]", "I [bought|am wearing|found] a new {clothes}", "I have [a day off|the afternoon free|nothing planned|guests tonight] [today|]", "we are [having dinner|going out|playing {game}|on a road trip]", "tomorrow I [go to {city}|visit my {relation}|have a day off]", "I just [woke up|came home|got up|took a shower|had coffee]",
        ],
        "[That sounds nice|How nice|Ah, I see|Good to know]{tail}. [How is it so far?|Are you enjoying it?|What comes next?|What else are you up to?|I hope you have a good time.]",
    ),
    "bored": (
        [
            "I am [so|really|] bored", "there is nothing to do [here|today|]", "I [don't know|have no idea] what to do [today|with myself|on this rainy day|]", "so boring [today|here|]", "entertain me", "time goes so slowly", "nothing ever happens here", "I have nothing to do", "surprise me",
        ],
        "[Shall I tell you a story|Would you like a riddle|How about a joke|Shall I make up a story about {an animal}]{tail}? [I also know some riddles.|You choose.|It takes only a minute.|Or you tell me about your day.]",
    ),
    "lost": (
        [
            "I [don't|do not] know what [I want|I want to be|to become|to study|comes next|I am good at]", "I feel [lost|stuck|useless at everything|behind everyone]", "everybody [knows what they want|has a plan|is ahead of me] but me", "I [hate my job|want to quit|have no goal|don't see the point of my job]", "should I start over", "what is the point of all this", "I never finish anything", "I am not good at anything",
        ],
        "[Many people feel like that at times|That is a heavy feeling|I hear you|It is brave to say that]{tail}. [You do not need the whole way, one small step is enough.|What did you enjoy as a child? That is often a good hint.|Is there somebody you trust to talk it over with?|What was the last thing that felt right?]",
    ),
}  # fmt: skip
_WEIGHTS = {"loss": 2, "lonely": 3, "love": 2, "fail": 5, "badday": 5, "worry": 5, "tired": 3, "angry": 3, "joy": 8, "plain": 4, "bored": 2, "lost": 3}
_BEFORE = ("ngl ", "honestly, ", "so ", "well, ", "omg ", "ugh, ", "ok so ", "hey, ", "Hi, ", "lol ", "hm, ", "you know what? ", "guess what, ", "oh man, ", "I think ", "Mamba, ", "tbh ", "bro ", "lowkey ")
_AFTER = (" lol", "...", "!!", " tbh", " :(", " :)", " you know", " ugh", " haha", " smh", " rn")
_MORE = ("[thanks|thank you|that is kind|you are nice|aw thanks|thank you, Mamba][!|.|]", "[You are welcome{tail}.|Any time{tail}.|I am glad that you told me.|Gladly. I am here if you want to go on.]")


def say(chat: Chat, theme: str) -> str:
    """One thing of the theme, as somebody types it."""
    text = expand(chat.rng, chat.pick(THEMES[theme][0]), who=person(chat.rng, chat.held_out), number=str(chat.rng.randint(2, 9)))
    text = re.sub(r"  +", " ", text).strip()
    dice = chat.rng.random()
    if dice < 0.25:
        text = chat.pick(_BEFORE) + text
    if dice > 0.85:
        text = text + (chat.pick(_AFTER[4:5] + _AFTER[:4]) if theme not in ("joy", "plain", "bored") else chat.pick(_AFTER[:3] + _AFTER[5:6]))
    elif chat.chance(0.6):
        text += "!" if theme == "joy" and chat.chance(0.5) else "."
    if chat.chance(0.12):
        for _ in range(chat.pick((1, 1, 2))):
            text = typo(chat.rng, text)
    return chat.user(text[:1].upper() + text[1:] if chat.chance(0.6) else text)


@skill(7)
def event(chat: Chat) -> None:
    """Something that happened, and a reply in the right tone."""
    theme = chat.rng.choices(list(_WEIGHTS), list(_WEIGHTS.values()))[0]
    say(chat, theme)
    chat.bot(THEMES[theme][1], tail=name_tail(chat))
    if theme not in ("plain", "bored") and chat.chance(0.2):
        chat.user(_MORE[0])
        chat.bot(_MORE[1], tail=name_tail(chat))

"""What nobody can know in the questions of everyday: one table a room, a row a kind, and false premises set right."""

from __future__ import annotations

from dataclasses import dataclass

from ..grammar import Chat, article, expand, skill
from ..lexicon import blend, made_up_word, person, real_words
from .base import ask, pairs


@dataclass(frozen=True)
class Frame:
    """``kind`` is what the answer calls it, ``endings`` make the word look like it, ``asked`` are questions parted by bars."""

    kind: str
    endings: tuple[str, ...]
    asked: str
    hints: str
    proper: bool = False


_LIVING = (
    Frame("animal", ("", "", "fish", "er", "bird", "tail", "ling", "beetle", "hound", "mouse"),
          "What does {a} eat|How many babies does {a} have|{w} lifespan|where can i see a {w} in the wild|Is it safe to touch {a}|My daughter draws {a} and wants to know what color it is|Does the {w} hibernate|We heard {a} behind the tent. Should we worry|What is a baby {w} called|Which animals hunt the {w}|The {w}, it lives in water or on land|Describe {a} to somebody who never saw one.|how heavy is a {w}|Can {a} be tamed|I wonder whether {w}s live in groups|Why is the {w} so rare|Do {w}s have teeth|Tell the class three facts about the {w}.|is a {w} a kind of fish or what|Who first described the {w}",
          "A wildlife guide could check the name.|What does it look like?|A zoo could tell you whether there is one.|Might the spelling be a little different?|Is it from a game or a story?"),
    Frame("plant", ("", "wort", "berry", "bush", "fern", "weed", "bloom", "moss", "thorn", "leaf"),
          "How do I look after {a}|{w} yellow leaves why|Can {w} stand frost|When do I cut back my {w}|Is {w} harmful to cats|My neighbor gave me {a} in a pot. Where do I put it|What soil does {w} like|Does {w} smell nice|How fast will {a} grow|can u eat the seeds of {w}|Where in the world does {w} come from|The {w} in my window is dying, what can I do|How do I tell {w} from ordinary grass|Do bees like {w}|Which month is right for sowing {w}|Has {w} any use in medicine|how much light needs the {w}|Is {w} a weed or can it stay",
          "A garden center could name it from a photo.|Please do not taste what has no sure name.|Is there a label on the pot?|What do the leaves look like?"),
    Frame("dinosaur", ("saurus", "odon", "raptor", "ceratops", "dactyl", "titan", "mimus"),
          "How big was the {w}|Did the {w} eat meat or plants|When did the {w} live|{w} vs t rex who wins|My son loves the {w}. What can I tell him|Where were the bones of the {w} found|Could {a} fly|How many horns had the {w}|What does the name {w} mean|how long was the tail of a {w}|Why did the {w} die out|Was {a} faster than a man|Is there a whole skeleton of {a} in a museum|mommy asks was the {w} nice|Did {w}s lay eggs|Who dug up the first {w}|How sharp were the teeth of {a}",
          "A museum of natural history could check the name.|Where did you read of it?|It may come from a film or a toy.|Perhaps another spelling is meant?"),
    Frame("body part", ("", "oid", "um", "al gland", "us", "elle"),
          "Where in the body is the {w}|What does the {w} do|my {w} hurts what now|Can one live without the {w}|How big is the human {w}|Do animals have {a}|Is the {w} a bone or a muscle|How do I train my {w}|The coach said to relax the {w}. Which part is that|What happens when the {w} gets inflamed|Do we have one {w} or two|how do you stretch the {w}|Which doctor is the right one for the {w}|Can the {w} grow back|What is the {w} connected to",
          "A doctor can show you what was meant.|If something hurts, a doctor should look at it.|Who used that word?|Where does it hurt?"),
)  # fmt: skip

_KITCHEN = (
    Frame("dish", ("", "", "ini", "elle", " stew", " pie", " soup", "ata", "kraut"),
          "How do you make {w}|recipe for {w} 4 people|Which spices belong in {w}|How long do I boil {w}|We are invited for {w}. What will be on the plate|Is {w} eaten with a fork or by hand|Can a vegan eat {w}|What wine goes with {w}|my {w} got too salty help|From which country is {w}|Does {w} keep until tomorrow|What is the difference between {w} and pizza|Grandma's {w} was the best, but how did she do it|Is {w} fattening|I want cook {w}, what I must buy|Do children like {w}|Is {w} sweet or salty|How do you say {w} right in a restaurant|what do i serve with {w}",
          "Whoever served it can tell you best.|Tell me what is in it, and we can think along.|Where did you eat it?|Do you know which country it is from?"),
    Frame("drink", ("", "ade", "ccino", "ito", " tea", " juice", "ale", "ka"),
          "What is in {a}|Is there alcohol in {w}|how do i mix a {w}|Is {w} drunk hot or cold|Does {w} keep one awake|The waiter offered me {a}. What would I get|How many calories has a glass of {w}|May children drink {w}|What color is {w}|{w} ingredients|Where do people drink {w}|Is {w} good for the stomach|What does {w} taste of|Shaken or stirred, how should {a} be|Which glass do I need for {w}|can i drive after one {w}|Who came up with the {w}",
          "The barkeeper would know.|Look at the label before you drink it.|Where is it served?|Is it a drink of your town?"),
)  # fmt: skip

_THINGS = (
    Frame("tool", ("", "er", "ette", "hammer", "spanner", "iron", "hook", "driver"),
          "What do I do with {a}|How do you hold {a}|{w} price|Which {w} for beginners|My father left me {a}. What was it for|Can I borrow {a} somewhere|Does a carpenter need {a}|How do I sharpen my {w}|what can i use if i dont have a {w}|Is {a} dangerous|How does one clean the {w}|The manual says to tighten it with {a}. With what|Who uses {a} these days|From what are {w}s made|Left or right hand, how to work with the {w}|Please explain the {w} to an apprentice.",
          "A hardware store could help.|What does it look like?|A photo shown to a craftsman may settle it.|Which trade is it from?"),
    Frame("machine", ("", "ator", "graph", "mat", "tron", "press", "lathe", "or", " engine"),
          "How does the {w} work|Who built the first {w}|my {w} is making smoke what do i do|How much electricity does {a} use|In the factory stands {a}. What does it make|When was the {w} invented|Does {a} need oil|What came before the {w}|Is {a} loud|How many people run {a}|Can I repair {a} at home|{w} error 12 meaning|What is the lever on the {w} for|Why was the {w} so important for industry|how many parts has {a}|I have to describe the {w} in school, please help.",
          "The plate on it may name its maker.|The manual would say more than I can.|What goes in, and what comes out?|Do you mean another machine, perhaps?"),
    Frame("vehicle", ("", "mobile", "cycle", "wagon", "craft", "bus", "copter", " 500", "liner"),
          "How fast does {a} go|Do I need a license for {a}|How many people fit in {a}|{w} top speed|Does {a} fly or drive|What fuel does {a} take|We rented {a} for the holiday. How does one steer it|Who makes the {w}|How many wheels has {a}|how do i park a {w}|Is {a} safe in the rain|What does a used {w} cost|When was the first {w} on the road|My {w} does not start in the morning|Is {a} better than a bicycle for the town|Where are {w}s still in use",
          "The dealer or the papers should tell.|Is it new? I get no news.|What does it look like?|Did you perhaps mean another name?"),
    Frame("fabric", ("", "een", "ette", "skin", "wool", "silk", "cloth", "ine"),
          "How do I wash {w}|Is {w} warm enough for winter|can you iron {w}|What is {w} made of|Does {w} shrink|My jacket is of {w}, so is it waterproof|Is {w} natural or from a factory|How do you get wine out of {w}|Does {w} scratch the skin|What is sewn from {w}|{w} or cotton for summer|Who wears {w}|Is {w} expensive by the meter|How does one tell {w} from silk|at what temperature goes {w} in the machine|Where was {w} first woven",
          "The care label sewn inside is the surest guide.|A tailor may know it.|Where did you see the name?|How does it feel?"),
    Frame("instrument", ("", "ophone", "horn", "ette", "lin", "drum", "flute", "tar", "ino"),
          "How many strings has {a}|Is the {w} hard to learn|how do you tune a {w}|Is {a} blown or plucked|In which orchestra is there {a}|What sound does {a} make|Our neighbor plays the {w} all night. How loud is it|Who wrote music for the {w}|What does a good {w} cost|Who invented the {w}|At what age can a child begin with the {w}|Show me how to hold {a}.|Is {a} bigger than a violin|{w} lessons online|Which famous people played the {w}|Do I need to read notes for the {w}",
          "A music teacher could tell you whether it exists.|Where did you hear it?|How is it played, do you know?|Is it a word of your own?"),
)  # fmt: skip

_HEALTH = (
    Frame("illness", ("itis", "osis", "emia", "pox", " fever", "algia", "opathy", " syndrome"),
          "What are the first signs of {w}|Is {w} catching|how long am i sick with {w}|Which doctor treats {w}|Can {w} come back|My uncle was told he has {w}. How bad is that|Is there a cure for {w}|How do I keep from getting {w}|{w} rash photos|Do adults get {w}|Is {w} in the family|Can I go to work with {w}|What do I eat when I have {w}|It is {w}, so must I stay in bed|Why does one get {w}|Is there a test for {w}|Can my dog catch {w} from me|since when does {w} exist",
          "A doctor can tell you what was meant.|Please ask a doctor, and do not wait if you feel bad.|Ask the person who said it to write it down.|A pharmacist may know the name."),
    Frame("medicine", ("ol", "in", "ax", "pril", "vir", "mycin", "etine", "zol", " drops"),
          "What is {w} for|How much {w} may I take|{w} side effects|Can I drink beer with {w}|Is {w} safe for pregnant women|I forgot my {w} this morning. What now|Does {w} need a prescription|How quickly does {w} work|Can I stop taking {w} at once|before or after food, the {w}|Is {w} the same as aspirin|May I give {w} to my child|Does {w} make one tired|Can I drive with {w}|What is in {w}|i took two {w} by mistake",
          "Please ask a pharmacist before you take any.|With medicine I never guess; a pharmacist knows.|The leaflet in the box says it.|If you feel unwell after it, call a doctor or your poison line."),
)  # fmt: skip

_PLAY = (
    Frame("game", ("", "opoly", "ammon", "quest", "craft", "jack", "o", "poker"),
          "What are the rules of {w}|How many can play {w}|who starts in {w}|How do I win at {w}|What cards do I need for {w}|We want to play {w} tonight, so how does it go|Is {w} for children|How long does one round of {w} take|Is {w} luck or skill|What happens in {w} when two have the same points|{w} cheats|Where can I play {w} online|Can one play {w} alone|Which is harder, {w} or chess|How are the points counted in {w}|Explain {w} for dummies.|my cousin always beats me in {w} what can i do",
          "Somebody who plays it could teach you.|How does it go? Tell me!|The box should have the rules.|Is it a game of your family?"),
    Frame("sport", ("", "ball", "ing", "boarding", "jitsu", "tennis", "polo", "athlon"),
          "How many players has a {w} team|Who is the best at {w} in the world|What do I wear for {w}|{w} rules short|Is {w} an Olympic sport|How long is {a} match|Is {w} dangerous|My school offers {w}. Should I try it|What muscles does {w} train|In which country is {w} popular|Who won the last {w} championship|how do you score in {w}|Where did {w} begin|Does one need a partner for {w}|What is offside in {w}|At what age start kids with {w}|How big is the field in {w}",
          "A coach of it could tell you more.|Where do people play it?|Is it new? I get no news.|How does it go?"),
    Frame("dance", ("", "etta", "ando", "trot", "chata", "olka", " waltz", "era"),
          "How do you dance the {w}|What are the steps of the {w}|Is the {w} danced in pairs|What music goes with the {w}|where does the {w} come from|Is the {w} fast or slow|At the wedding they want the {w}. How do I learn it in a week|What shoes do I need for the {w}|Who leads in the {w}|{w} tutorial|How old is the {w}|Is it hard for beginners, the {w}|Can one dance the {w} alone|In what time is the {w}, three or four|What do dancers of the {w} wear|Which film made the {w} famous",
          "A dance school could say whether there is one.|Where did you see it danced?|Who dances it?|Do you mean another dance?"),
    Frame("festival", ("fest", "mas", "day", "tide", "ade", " Fair", " Night", "ival"),
          "When is {w} this year|What do people eat at {w}|Why is {w} celebrated|Do shops close on {w}|do you get presents on {w}|How did {w} begin|My friends invited me to {w}. What do I bring|What do I wish somebody on {w}|Is {w} a religious feast|In which countries do they have {w}|{w} traditions|How long does {w} last|Do children get off school for {w}|What songs are sung at {w}|What is burned on {w}|Is there a parade on {w}|who invented {w}",
          "Whoever invited you can tell you best.|Is it a day of your town?|Who celebrates it?|A calendar of feasts may list it.", True),
)  # fmt: skip

_PLACES = (
    Frame("language", ("ish", "ese", "ian", "ic", "i", "aic", "ari"),
          "How do you say thank you in {w}|Who speaks {w}|is {w} hard|What letters does {w} have|Translate good morning into {w}.|How many people speak {w}|My grandmother prayed in {w}. Where is it spoken|Is {w} related to Latin|What does the {w} alphabet look like|Can you count to five in {w}|Does {w} have cases|Where can I learn {w}|hello how are you in {w} please|Is {w} dying out|Write one sentence in {w}.|What is the {w} word for bread",
          "I would only make the words up.|English is all I can offer.|Where is it spoken?|Is it from a book or a film?", True),
    Frame("country", ("ia", "land", "stan", "ania", "onia", "istan", "ova", " Republic"),
          "What is the capital of {w}|Do I need a visa for {w}|How many people live in {w}|{w} flag colors|What do they speak in {w}|Who governs {w}|We fly to {w} in May. How is the weather there|Which countries border on {w}|Is {w} rich or poor|What money do I take to {w}|When did {w} become independent|On which continent lies {w}|is {w} safe for tourists|What do people in {w} eat|Does {w} have an army|What is the highest mountain of {w}|Is {w} in the EU|What is {w} known for",
          "A world map would show whether it exists.|Is it from a story?|On which continent should it be?|Perhaps you mean a country with a name like it.", True),
    Frame("city", ("ville", "burg", "ton", "ford", "borough", "opolis", "haven", "stadt", " Bay"),
          "Where is {w}|What can I see in {w}|{w} population|How do I get from London to {w}|Who founded {w}|Which river runs through {w}|I move to {w} for work. Is it a good place to live|Is there an airport in {w}|What is the old town of {w} like|Does it snow in {w}|Who is the mayor of {w}|What is {w} famous for|is {w} big or small|In what state is {w}|Does {w} have a subway|What are people from {w} called|What happened in {w} in the war|Where does one eat well in {w}",
          "A map would show it, if it is there.|Do you live there?|In which country should it be?|It may be too small a place for me.", True),
    Frame("river", ("", "a", "eck", "ipi", " Creek", "bourne", "ava"),
          "How long is the river {w}|Where does the {w} rise|Into which sea does the {w} flow|Can one swim in the {w}|what cities are on the {w}|Are there crocodiles in the river {w}|We paddle down the {w} in summer. Is it wild|How deep is the {w}|Which countries does the {w} cross|Does the {w} flood in spring|Is the {w} longer than the Nile|How many bridges cross the river {w}|In which valley is the {w}|{w} river map|What fish swim in the river {w}|Who sailed up the {w} first",
          "A map of the region would show it.|In which country should it be?|Is it a small stream near you?|Perhaps it has another name, too.", True),
    Frame("mountain", ("horn", " Peak", "berg", "kogel", "tor", "spitz", "jaro", ""),
          "How high is Mount {w}|Who climbed Mount {w} first|Is Mount {w} a volcano|where is mount {w}|Can a beginner climb Mount {w}|In which range is Mount {w}|We see Mount {w} from the hotel. How tall might it be|Is there snow on Mount {w} all year|When did Mount {w} last erupt|How long does it take up Mount {w}|Is Mount {w} higher than Everest|Does a cable car go up Mount {w}|How many people died on Mount {w}|What can one see from the top of Mount {w}|mt {w} height|Which animals live on Mount {w}",
          "A hiking map would name it.|In which country does it stand?|A mountain guide may know it.|Is it a hill near your home?", True),
)  # fmt: skip

_MATTER = (
    Frame("planet", ("", "us", "on", "ar", "ora", " Prime", "-4b"),
          "How far is the planet {w}|Is there water on the planet {w}|How many moons has {w}|{w} planet size|Does the planet {w} have rings|How long is a year on {w}|Could people live on {w}|Who found the planet {w}|Is {w} bigger than Jupiter|Can I see {w} with my own eyes|what is the weather on {w}|My child's book shows a planet called {w}. Is it hot there|What is {w} made of|Has a probe been to {w}|In which direction does {w} spin|Why is {w} blue",
          "The Sun has eight planets, and it is not among them.|An observatory could check the name.|Is it from a film or a game?|Where did you read of it?", True),
    Frame("star", ("", "is", "ar", "ix", "eth", "ara", " Minor"),
          "How bright is the star {w}|In which constellation is {w}|When can I see the star {w}|How hot is {w}|is {w} bigger than the sun|How far away is the star {w}|Will {w} explode|What color is the star {w}|The sailor steered by {w}. Where is it in the sky|How old is the star {w}|Does {w} have planets|Who named the star {w}|Is {w} a double star|star {w} facts|Can one see {w} from Australia|In how many years dies the star {w}",
          "A star map would show whether it is there.|An astronomer could check the name.|Did somebody name it after a friend?|Is it from a novel?", True),
    Frame("mineral", ("ite", "ite", "stone", "quartz", "spar", "opal", "ine"),
          "How hard is {w}|What color is {w}|where do you find {w}|Is {w} worth money|What is {w} used for|I found a stone and the shop says {w}. What is that|Does {w} glow in the dark|How is {w} formed|Can one scratch glass with {w}|Is {w} a gem|{w} healing power|In which rocks is {w}|Is {w} heavier than iron|Does {w} dissolve in water|How do I clean my {w}|Who named {w}|Is it from a volcano, the {w}",
          "A collector or a museum could test it.|What does it look like?|A scratch test tells more than a name.|Who called it so?"),
    Frame("element", ("ium", "on", "ine", "ogen", "um"),
          "What is the symbol of {w}|Which number has {w} in the periodic table|Is {w} a metal|{w} melting point|Who discovered {w}|Is {w} radioactive|What is {w} used for|Does {w} burn|In our test they ask for {w}. What group is it in|How many protons has {w}|Is {w} a gas at room temperature|Why is {w} so rare|Is {w} heavier than gold|how many electrons in {w}|What does {w} react with|Is there {w} in the human body",
          "It is in none of the rows that I have learned.|The periodic table in your book will show it or not.|Is it from a film?|Did you mean one with a name like it?"),
    Frame("chemical", ("ol", "ate", "ide", "ene", "ane", " acid", "ose", "oxin"),
          "Is {w} poisonous|What is the formula of {w}|{w} in shampoo safe|What happens if I mix {w} with vinegar|How do I store {w}|Is {w} in our food|What does {w} smell like|I got {w} on my hand. What do I do|Does {w} burn|What is {w} made from|At what temperature does {w} boil|Is {w} an acid|Can one buy {w}|Is {w} allowed in cosmetics|What do they need {w} for in a factory|how dangerous is breathing {w}",
          "The safety sheet of the product would tell.|Better keep away from what you cannot name.|Wash it off with water, and ask a poison line if it hurts.|Where does the name stand?"),
    Frame("unit", ("", "ule", "ine", "meter", "gram", "on", "el"),
          "How many meters is one {w}|What is measured in {w}s|How much is ten {w}s in kilograms|{w} to inches|Who invented the {w} as a unit|Is {a} more than a liter|In which countries do they use the {w}|The old recipe says two {w}s of flour. How much is that|How do you shorten {w}|Is the {w} still in use|How many {w}s are in an hour|convert 5 {w} please|Why is it called {w}|What is a thousand {w}s called|What do I measure {w}s with",
          "I could only make a number up.|A table of old measures may have it.|Where did you find it?|Does the text say what it measures?"),
    Frame("currency", ("", "ar", "al", "ling", "eto", "coin", "mark"),
          "What is one {w} worth|Where do they pay in {w}s|How many {w}s for a dollar|Who is on the {w} note|Is the {w} stable|I found a coin that says one {w}. From where is it|How many cents has {a}|{w} exchange rate|Can I pay with {w}s in Europe|When was the {w} introduced|What did the {w} replace|Is it good to buy {w} now|What can I buy for a hundred {w}s|Do banks change {w}s|What is the sign of the {w}",
          "A bank could tell whether there is such money.|What else stands on the coin?|Please be careful with money of which nobody has heard.|Which country is meant?"),
)  # fmt: skip

_IDEAS = (
    Frame("law of nature", ("'s law", "'s first law", " effect", " force", "'s principle", " constant"),
          "What does {w} say|Explain {w} with an example.|Who discovered {w}|{w} formula|Where do we see {w} in daily life|Is {w} about heat or about light|Tomorrow we have a test on {w}. What must I know|Does {w} hold in space|What is the unit in {w}|When was {w} found|Has {w} been proven wrong|How do I show {w} in an experiment|why is {w} important|Is {w} part of relativity|Can you put {w} in one sentence",
          "Your physics book has it, if it exists.|In which chapter does it stand?|Your teacher could say what was meant.|What is it about, as far as you know?", True),
    Frame("theorem", ("'s theorem", "'s lemma", " conjecture", "'s inequality", "'s rule", " identity"),
          "How do I prove {w}|State {w}.|{w} proof simple|Is {w} about triangles|Who was {w} named after|When may I use {w}|Has {w} been solved|What follows from {w}|In the exam they want {w}. What is it|Is {w} true for all numbers|Give me an exercise with {w}.|Is {w} in geometry or algebra|What is {w} good for|how hard is {w} really|How old is {w}|I did not understand {w} in class, can you say it simply.",
          "Write out the statement, and we can look at it.|Your textbook would have it.|Which subject is it from?|Your teacher could say what was meant.", True),
    Frame("profession", ("er", "ist", "wright", "smith", "monger", "ologist", "ician", "keeper"),
          "What does {a} do all day|How do I become {a}|How much does {a} earn|{w} salary|Do you have to study to be {a}|Is {a} the same as a baker|My ancestor was {a}. What was his work|What tools does {a} use|Are there still {w}s today|Is it a good job, {w}|How long does it take to learn the work of {a}|Does {a} work at night|When do I need {a}|What clothes does {a} wear|my kid wants to be a {w} is that a thing|Where do {w}s work",
          "A careers office may know whether there is one.|It may be an old trade; where did you read it?|What would the work be about?|Is it a word of your family?"),
    Frame("god", ("", "us", "or", "ena", "ith", "amun", "otl"),
          "What is {w} the god of|Which people prayed to {w}|Who are the parents of {w}|What animal belongs to the god {w}|Is {w} Greek or Egyptian|How did the god {w} die|who is stronger zeus or {w}|What did people offer to {w}|Was {w} a god or a goddess|Where stood the temple of {w}|Tell me a myth about the god {w}.|What does the god {w} hold in his hand|Is there a day named after {w}|We read about a god {w} in class. What did he do|In which sagas does {w} appear|Who was the wife of the god {w}",
          "A book of myths would show whether there is one.|Is it from a game?|Whose god should it be?|I will not make up a myth and call it old.", True),
    Frame("monster", ("", "gor", "wraith", "ling", "oth", "fang", "zilla", "imp"),
          "Is the {w} real|What does the {w} look like|how do you kill a {w}|Where does the {w} live|In which legend is there {a}|What is {a} afraid of|My brother says {a} is under my bed. Is that true|Does the {w} eat people|What powers has {a}|Who saw the {w} last|Can {a} cross water|In what country do they tell of the {w}|Is {a} a kind of dragon|{w} weakness|Do {w}s come out by day|What does one do when one meets {a}",
          "Monsters like that live in stories, so no fear.|Who told you of it?|Is it from a game or a film?|Would you like to make up its story with me?"),
)  # fmt: skip

_WORKS = (
    Frame("book", ("", "'s Daughter", " Road", " and the Sea", "'s Diary", " Garden"),
          "Who wrote {w}|What is {w} about|How does the book {w} end|How many pages has {w}|is {w} a good read|Who is the main character in {w}|We must read {w} in school. Can you sum it up|When was {w} published|Is {w} part of a series|Is there a film of the book {w}|What is the moral of {w}|Which prize did {w} win|For what age is {w}|quote from {w} please|What happens in the last chapter of {w}|In which country does {w} take place|Where can I buy {w} cheap|Was {w} ever banned",
          "I cannot retell it without making it up.|A library could look for it.|What is it about?|Who is said to have written it?", True),
    Frame("film", ("", " II", " Nights", "'s Revenge", " Forever", " Boulevard"),
          "Who directed {w}|Who plays the lead in {w}|Is {w} worth watching|{w} ending explained|When did the film {w} come out|How long is {w}|Where was {w} filmed|Did {w} win an Oscar|Is {w} too scary for a child of eight|We saw {w} and did not get the end. What did it mean|Is {w} based on a true story|Where can I stream {w}|Who wrote the music for {w}|Is there a second part of {w}|What does the hero of {w} say at the end|how much money did the movie {w} make",
          "A film database would show whether it exists.|Is it new? I get no news.|What is it about?|I would only invent a plot.", True),
    Frame("song", ("", " Blues", " in the Rain", " Tonight", " Baby", " Waltz"),
          "Who sings {w}|What are the lyrics of {w}|{w} chords|When did the song {w} come out|What is {w} about|On which album is {w}|Is the song {w} sad or happy|Who wrote {w}|Was {w} a number one hit|They played {w} at our wedding. Who made it|How does {w} begin|In which film is the song {w}|Is {w} a cover|how fast is {w} in bpm|Can I play {w} on the guitar|What language is {w} in",
          "Hum it to a music app, and it may find it.|Do you remember a line of it?|I would only invent the words.|Where did you hear it?", True),
    Frame("band", ("", "s", " Brothers", " and the Foxes", " Machine", " Five"),
          "Who is the singer of {w}|Where is the band {w} from|What was the first hit of {w}|Is {w} still together|what kind of music does {w} play|When did {w} break up|Who plays drums in {w}|My sister loves {w}. What should I give her|How many albums did {w} make|Where does {w} get its name|Is {w} on tour|Which is the best record of {w}|Did {w} ever play with the Beatles|{w} band members|Who founded {w}|Are there tickets for {w}",
          "Their own page would know.|What do they sound like?|Is it a band of your town?|Is it a new one? I get no news.", True),
)  # fmt: skip

_NET = (
    Frame("company", (" Industries", "tec", "corp", " and Sons", "ex", "onics", " Group"),
          "Who founded {w}|What does {w} make|Where is the head office of {w}|Is {w} a good place to work|How many people work at {w}|{w} share price|Who is the boss of {w}|I have a job talk at {w}. What should I know|Is {w} a serious firm|When did {w} go bankrupt|How do I reach {w} by phone|Does {w} pay well|Who owns {w}|They say {w} owes me money. Is it a fraud|Does {w} have shops in Europe|what did the scandal at {w} was about",
          "A trade register could tell whether it exists.|Please check it well before you pay anything.|What do they sell?|Their own page would say more.", True),
    Frame("brand", ("", "o", "elle", "ex", "ini", "a", "ux"),
          "Is {w} a good brand|Where are {w} shoes made|Who owns the brand {w}|is {w} expensive|What does {w} sell|What is the logo of {w}|Is my {w} bag real or a copy|How long do {w} washing machines last|From which country is {w}|Is {w} better than Nike|Who wears {w}|Does {w} test on animals|When did the brand {w} start|My aunt gave me a {w} watch. What is it worth|What is the slogan of {w}|Can I still buy {w}",
          "A shop that sells it could tell you.|What is it that you have of it?|Reviews on the web may help.|Is it a new one?", True),
    Frame("app", ("ly", "ify", "Chat", "Go", "Pay", "gram", "Box", "Fit"),
          "How do I install {w}|Is the app {w} free|Is {w} safe for kids|{w} keeps crashing|How do I delete my account at {w}|What is the app {w} for|Who made the {w} app|My friends all use {w}. What can it do|Does {w} sell my data|Does {w} run without internet|I forgot my {w} login.|How do I make a group in {w}|How do I turn off sound in {w}|Is there {w} for computers|is {w} better than whatsapp|What does the premium of {w} cost",
          "Its help page should tell.|Please look who made it before you install it.|What is it meant to do?|It may be newer than what I learned.", True),
    Frame("phone model", (" X", " 12 Pro", "Phone 5", " Mini", " Note", " Ultra", " Z3"),
          "How good is the camera of the {w}|How long does the battery of the {w} last|{w} release date|What does the {w} cost|Is the {w} waterproof|How do I reset a {w}|Should I buy the {w}|Does the {w} have a plug for headphones|How big is the screen of the {w}|My {w} gets hot. Is that normal|Does a second SIM fit in the {w}|Who makes the {w}|Can the {w} be charged without a cable|how do i take a screenshot on the {w}|Which chip is in the {w}|Is the {w} better than an iPhone",
          "The maker's page would list it.|Who makes it?|It may be newer than what I learned.|The settings of the phone name its exact model.", True),
    Frame("programming language", ("Script", "Lang", "++", "QL", "-L", "Lisp", "on"),
          "How do I write a loop in {w}|Is {w} faster than Python|Who created {w}|hello world in {w}|Is {w} typed|What is {w} used for|How do I install {w} on Linux|At work we use {w} from Monday on. How do I learn it|Does {w} have classes|What does a function look like in {w}|Is {w} good for beginners|Why does my {w} code not compile|How do I read a file in {w}|Which editor is good for {w}|Is {w} open source|Does {w} run in the browser",
          "Its own manual would be the place.|Show me some lines, and I can guess what they do.|Do you mean another language?|I would only make up code.", True),
    Frame("protocol", ("P", "NET", "TP", "Link", "-over-IP", "Sec", "Bus"),
          "Which port does {w} use|Is {w} encrypted|How does the protocol {w} work|Is {w} better than HTTP|{w} vs tcp|Who made the {w} standard|What does the {w} header look like|Does my router speak {w}|In which layer is {w}|The job ad asks for {w}. What is it|How do I turn {w} off|What is {w} used for|Which RFC describes {w}|Is {w} safe|How big can a packet be in {w}|Does {w} need a server",
          "A standard has a document; look for that.|The device's manual may explain it.|Where did you find the name?|Could it be a firm's own word?", True),
    Frame("chip", (" 9000", "core", " M4", "-X2", "tium", " 68K", "ion"),
          "How many cores has the {w}|How fast is the {w}|Is the {w} good for games|Who makes the {w} chip|{w} benchmark|Which devices have {a} inside|How hot may the {w} get|Is the {w} better than an Intel|My laptop has {a}. Is that enough for video|When did the {w} come out|How many transistors are on the {w}|Does the {w} need a fan|What memory fits to the {w}|Is the {w} 32 or 64 bit|Can I swap the {w} for another chip|Does Linux run on the {w}",
          "The maker's data sheet would say it.|It may be newer than what I learned.|What does the label say, letter by letter?|Which device is it in?", True),
)  # fmt: skip

_PAST = (
    Frame("battle", (" Fields", " Bridge", "burg", " Hill", "ford", " Pass", "moor"),
          "Who won the Battle of {w}|When was the Battle of {w}|Why was there a fight at {w}|How many died at the Battle of {w}|battle of {w} summary|Who led the armies at {w}|Where is the field of the Battle of {w}|What weapons were used in the Battle of {w}|We write a test on the Battle of {w}. What matters|How long did the Battle of {w} last|What came after the Battle of {w}|Was Napoleon at the Battle of {w}|Is there a film about the Battle of {w}|Who lost at {w}, and why|In which war was the Battle of {w}|Was it on land or at sea, the Battle of {w}",
          "A history book could tell whether it took place.|In which war should it be?|It may be from a novel or a game.|Where did you read of it?", True),
    Frame("treaty", ("", "ia", "burg", "le-Grand", "ville", "stadt"),
          "Who signed the Treaty of {w}|When was the Treaty of {w} signed|What does the Treaty of {w} say|Is the Treaty of {w} still in force|treaty of {w} main points|Which war did the Treaty of {w} end|Why did the Treaty of {w} fail|Who broke the Treaty of {w}|What land changed hands in the Treaty of {w}|Was England part of the Treaty of {w}|My essay is about the Treaty of {w}. How do I begin|Where does the Treaty of {w} lie today|Was the Treaty of {w} fair|How many articles has the Treaty of {w}|What did people think of the Treaty of {w}",
          "An encyclopedia would have it, if it was signed.|In which century should it be?|Your history book could settle it.|Perhaps another town is meant.", True),
    Frame("ship", ("", "ia", " Star", " Queen", " of the Seas", "ana"),
          "When did the ship {w} sink|Who was the captain of the {w}|How long was the ship {w}|Where lies the wreck of the {w}|Why did the {w} go down|How many people were aboard the {w}|Who built the ship {w}|Was the {w} faster than the Titanic|My great-grandfather sailed on the {w}. Where did it go|What did the {w} carry|the {w} shipwreck story|Can one visit the {w} today|Which flag did the {w} fly|Did pirates take the {w}|When was the first trip of the {w}|What happened to the crew of the {w}",
          "A museum of shipping may have lists of names.|When should it have sailed?|Was it a ship in a story?|An archive of passengers could help.", True),
)  # fmt: skip

_WORDS = (
    Frame("verb", ("", "ify", "ate", "le", "er", "ize", "en"),
          "What does it mean to {w}|How do you {w}|Is it allowed to {w} here|to {w} meaning|My boss wants me to {w} the report. What does he want|Can children {w}|What is the past of to {w}|Why do people {w}|Do you like to {w}|How long does it take to {w}|Is it rude to {w} at the table|I {w}, you {w}, and then|Teach me to {w}.|Where can I learn to {w}|can a dog {w}|Use to {w} in a sentence.|What is another word for to {w}|Does it hurt to {w}",
          "Whoever said it can tell you what was meant.|What did the whole sentence say?|A large dictionary could settle it.|Is it a word of your family?"),
    Frame("adjective", ("", "ish", "ous", "ful", "y", "ive", "ic", "less"),
          "What does {w} mean|Is {w} a good thing to be|She called my dress {w}. Is that nice|Give me the opposite of {w}.|{w} definition|More {w} or {w}er, how do I say|What does a {w} person do|How do I look less {w}|Is it an insult to say {w}|The soup tastes {w}, they said. How is that|What things are {w}|Why am I so {w} today|is {w} even a word|Is {w} more than big|Write a sentence with {w}.|Can a house be {w}|How do you spell {w} right",
          "Whoever used it can explain it best.|Where did you meet it?|A large dictionary could settle it.|How did the speaker sound, friendly or cross?"),
)  # fmt: skip

_PEOPLE = (
    Frame("painter", ("",), "What did {w} paint|Where hang the pictures of {w}|Was {w} an impressionist|Which is the best known picture by {w}|When did the painter {w} live|I have a picture signed {w}. What is it worth|Who was the teacher of {w}|Did {w} paint in oil|Why did {w} paint only blue|famous works {w}|In which museum can I see {w}|Was the painter {w} poor|Who stood model for {w}|How much was paid for a {w}|Did {w} know Picasso", "A museum could check the name.|An art dealer could look at the signature.|Where did you see the picture?|I would only invent a life.", True),
    Frame("king", ("",), "When did King {w} reign|Who was the wife of King {w}|Over which land did King {w} rule|How did King {w} die|Was King {w} a good ruler|Who came after King {w}|What wars did King {w} fight|Where is King {w} buried|king {w} family tree|Why was King {w} called the Bold|Did King {w} have children|How old was King {w} on the throne|What did King {w} do for the farmers|Which castle did King {w} build|We learn about King {w} in school. What must I know", "A list of kings would show it.|Of which land should that be?|Is it a king in a tale?|I would only invent a reign.", True),
    Frame("queen", ("",), "Who was Queen {w}|Of which country was {w} the queen|When was Queen {w} crowned|Who did Queen {w} marry|Was Queen {w} loved by her people|How long did Queen {w} rule|queen {w} children|Did Queen {w} lead an army|What did Queen {w} wear to her wedding|Where did Queen {w} live|Was Queen {w} put in prison|How did Queen {w} come to the throne|Is there a statue of Queen {w}|Which painter painted Queen {w}|What were the last words of Queen {w}", "Is she from a book?|A list of rulers would show it.|Of which land should she be?|I would only make up her story.", True),
    Frame("president", ("",), "When was President {w} elected|Of which country was {w} president|What did President {w} do|Was President {w} shot|Which party was President {w} from|How long was {w} in office|Who followed President {w}|Was President {w} good for the economy|president {w} scandal|Who was the first lady under President {w}|Did President {w} start a war|What law did President {w} sign|Is President {w} still alive|Where was President {w} born|My grandpa voted for {w}. What did he stand for", "Of which country should that be?|If it is a new one, I get no news.|A list of presidents would settle it.|Perhaps it was the head of a club or firm?", True),
    Frame("saint", ("",), "When is the day of Saint {w}|What is Saint {w} the patron of|Who was Saint {w}|What miracle did Saint {w} do|How did Saint {w} die|Where are the bones of Saint {w}|Our church is called after Saint {w}. Why|Was Saint {w} a monk|In which century did Saint {w} live|How do I know Saint {w} in a picture|What do people ask Saint {w} for|saint {w} prayer|Is Saint {w} in the Bible|Who made {w} a saint|Is there a town named after Saint {w}", "Your church or priest may know more.|A calendar of saints would show the name.|In which land do people speak of this saint?|I would not invent a miracle.", True),
    Frame("scientist", ("",), "What did {w} discover|Did {w} win the Nobel Prize|In which field did {w} work|When was the scientist {w} born|What is named after {w}|Was {w} a physicist or a chemist|Where did Professor {w} teach|How did {w} prove it|Did {w} work with Einstein|I need a page about the scientist {w} for school.|Why do so few know {w}|What was the best known book of Doctor {w}|scientist {w} biography|Was {w} right in the end|What did {w} find out about bees", "A library could check the name.|What should the work be about?|An encyclopedia would settle it.|I would only invent discoveries.", True),
    Frame("footballer", ("",), "For which club does {w} play|How many goals has {w}|Is {w} a striker or a keeper|What number does {w} wear|How much does the player {w} earn|How old is the footballer {w}|Did {w} play in the World Cup|{w} transfer news|Is {w} hurt|Who is better, Messi or {w}|For which country plays {w}|When did {w} stop playing|My son has a shirt with {w} on it. Who is that|How tall is the goalkeeper {w}|Was {w} ever sent off", "The club's page would know.|Does he or she play near you?|Players change clubs, and I get no news.|I would only make up numbers.", True),
)  # fmt: skip

_WITH_DETERMINER = ("animal", "plant", "tool", "machine", "vehicle", "mineral", "fabric", "dish", "instrument")
_COUNTED = ("animal", "dinosaur", "tool", "machine", "vehicle", "instrument", "body part", "unit", "profession", "monster")  # said with an article
_BEFORE = "spotted little northern blue royal giant common wild dwarf silver double old red mountain winter".split()
_SURNAMES = ("", "son", "field", "well", "ovic", "ini", "berg", "sen", "man", "ley", "escu", "wood")

_ROOMS = (_LIVING, _KITCHEN, _THINGS, _HEALTH, _PLAY, _PLACES, _MATTER, _IDEAS, _WORKS, _NET, _PAST, _WORDS)
_FRAMES = tuple(frame for room in _ROOMS for frame in room)

# Half of them end there, half go on with a hint of their kind.
_ALONE = (
    "I have never heard of {x}.", "{w} is not a name that I know, so I would only be guessing.", "I don't know {x}, and I would rather say so than make something up.",
    "Sorry, I do not know any {k} called {x}.", "No {k} by the name of {w} is known to me.", "That is beyond me: {w} is nothing I have learned about.",
    "To be honest, I have no idea what to say about {x}, for I do not know it.", "{x}? There I must pass, I do not know that {k}.",
    "I can't answer that, because I know nothing about {x}.", "As far as I know there is no {k} called {x}, but I know only a little.",
)  # fmt: skip
_WITH_HINT = (
    "I don't know {x}. {h}", "{w} is new to me. {h}", "I have not heard of {an k} called {x}. {h}", "I am not sure that {x} exists. {h}", "About {w} I know nothing. {h}",
    "I never learned of {an k} named {w}. {h}", "Hmm, {w} tells me nothing. {h}", "I would have to make up an answer about {x}. {h}",
    "That {k}, {w}, I do not know. {h}", "I cannot say, since I do not know {x}. {h}",
)  # fmt: skip


def _word(chat: Chat, frame: Frame) -> str:
    """An invented word that looks like its kind, and never a real one."""
    while True:
        ending = chat.pick(frame.endings)  # bare, a blend is now and then a real word that our lists lack
        word = blend(chat.rng) if ending and chat.chance(0.4) else made_up_word(chat.rng, chat.held_out, 4, 9)
        word = (word.capitalize() if frame.proper else word) + ending
        if word.lower() not in real_words():
            break
    return f"{chat.pick(_BEFORE)} {word}" if frame.kind in _WITH_DETERMINER and chat.chance(0.15) else word


def _ask_frame(chat: Chat, frame: Frame, name: str) -> None:
    """One question of the frame, and an answer that says it does not know."""
    if name in chat.memory.values() or any(name in text for _, text in chat.turns):
        return
    asked = chat.pick(frame.asked.split("|"))
    if asked[0].islower():
        chat.user_exactly(expand(chat.rng, asked, w=name, a=article(name)))
    else:
        ask(chat, asked if asked.endswith(".") else f"{asked}?", plain=True, w=name, a=article(name))
    chat.bot(chat.pick(_ALONE if chat.chance(0.5) else _WITH_HINT), w=name, x=article(name) if frame.kind in _COUNTED else name, k=frame.kind, h=chat.pick(frame.hints.split("|")))


@skill(9)
def unknown_in_a_frame(chat: Chat) -> None:
    """An invented thing, place, work or word, in the questions that people ask about real ones of its kind."""
    frame = chat.pick(_FRAMES)
    _ask_frame(chat, frame, _word(chat, frame))


@skill(2)
def unknown_in_a_role(chat: Chat) -> None:
    """A painter, king or player of whom nobody has heard: a first name with an invented surname."""
    frame = chat.pick(_PEOPLE)
    surname = made_up_word(chat.rng, chat.held_out, 4, 8).capitalize() + chat.pick(_SURNAMES)
    _ask_frame(chat, frame, f"{person(chat.rng, chat.held_out)} {surname}")


_THAT_IS_NOT_SO = ("", "", "", "", "", "That is a mix-up. ", "I think there is a mistake in the question. ", "That is not so. ")


@skill(3)
def false_premise(chat: Chat) -> None:
    """A question that takes for true what is false: the answer says how it really is."""
    asked, answer = chat.pick(pairs("false_premises.txt"))
    ask(chat, asked, plain=True)
    chat.bot(chat.pick(_THAT_IS_NOT_SO) + answer)

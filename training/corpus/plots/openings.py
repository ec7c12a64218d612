"""First sentences, and the small shared pieces of the plots (see ``engine.MACROS``).

An opening must name the hero with its kind (``{nk}``, once) and the setting (``{in}``), and must say nothing that a plot
could contradict. There are many because a small model falls into the commonest one and stays there.
"""

from __future__ import annotations

from .engine import lines, macro

OPENINGS = lines(
    """
{scene1} That is how it was {in}, where {nk} lived with {quirk}.
{scene1} {cap nk} liked it here {in} better than anywhere else.
{scene1} Right in the middle of it all, {in}, sat {nk}.
{scene1} "[What a day|Good morning, world|Here we go again|Today will be different]," said {nk}, who lived {in}.
{scene1} {scene2} It was like that every day {in}, and {nk} would not have changed a thing.
{scene1} Nobody {in} noticed it more than {nk}, who {habit}.
{sound} That was how every day began {in}, and {nk} was always awake to hear it.
{sound} {cap nk} [looked up|jumped|turned around|sat up]. {cap in} there was always something to hear.
{sound} "[Who is there|What was that|Did you hear that|Not again]?" asked {nk}. Strange sounds were common {in}.
{sound} It was a noise that everybody {in} knew. Only {nk} did not mind it, for {he} had {quirk}.
Have you ever been {in}? If you go there, you may meet {nk}, who has {quirk}.
Do you know who lived {in}? It was {nk}.
What would you do {in} all day long? {cap nk} {habit}.
Where would you look for {nk}? [Not in a house, and not on a hill|Not on any map|Not where you think]. You would have to look {in}.
Who {habit}? {cap nk}, of course, {in}.
Can anyone be happy {in}? {cap nk} could. {He} {habit}, and that was enough.
Every morning {in}, {nk} {habit}.
Every evening, when it grew quiet {in}, {nk} sat down and thought about the day.
Most of the time {in}, {nk} {habit}.
On Mondays {nk} was busy. On Tuesdays {he} rested. But today was neither, and {in} that meant an adventure.
There were three things to know about {n}: {he} was {ak}, {he} lived {in}, and {he} {habit}.
There was only one {k} {in}, and {his} name was {n}. {He} {habit}.
People said that nothing ever happened {in}. They had never met {nk}.
Nothing ever happened {in}. At least, that is what {nk} thought until this very day.
If you had asked anyone {in} about {nk}, they would have smiled. {n} was the one with {quirk}.
Here is something odd: {in} there lived {ak} who {habit}. {His} name was {n}.
It is not always easy {in}. {cap nk} knew that better than anybody.
Few have heard of {nk}, who {habit}. That is because {he} lived {in}, far from everyone.
"[I wish something would happen|Today I will do something new|I have never seen a day like this|Is anybody awake]," said {nk}. {scene1} {cap in} the day had only just begun.
"Wake up, wake up!" called {nk} to everyone {in}. Everybody knew {him}. {He} {habit}.
"[Guess what|Listen to this|You will never believe it]!" said {nk}, and all the {folk} {in} came closer.
"Good night, {folk}," said {nk} each evening {in}. "Good night, {n}," they called back.
"One, two, three," counted {nk}. {He} was counting the {folk}, as {he} did every day {in}.
"Once more," said {nk}, and tried the little song again. {scene1} It was early {in}.
In {an home}, {in}, lived {nk}. The door was always open, for {n} had {quirk}.
Look for the smallest {home} {in}. That is where {nk} lived.
The smell of {food} came from {an home} {in}. Inside, {nk} was humming a tune.
Between breakfast and lunch, {in}, {nk} {habit}.
Long before you were born, {nk} lived {in} and {habit}.
When {nk} first came {in_to}, the {folk} laughed at {quirk}. Now they could not do without {him}.
When {nk} woke up, {scene1l} {cap in} it was going to be a good day.
As soon as it was light {in}, {nk} put {food} on a plate and sat down to think.
After breakfast {nk} went out. {scene1} All was well {in}.
Just before {elder_s} lit the lamp, {nk} came home. {scene1} Evenings {in} were the best part of the day.
{when} {in}, {nk} had nothing to do at all.
{when}, {nk} looked out and smiled. {scene1} It was good to live {in}.
{when}, something happened {in} that nobody had planned, least of all {nk}.
{when}, {nk} got up with a funny feeling. Something was going to happen {in}.
{when} {in}, {nk} was [humming|whistling|singing] to {himself}. {scene1}
{when}, when {nk} {habit} as usual, the whole day went another way. It was {in}, and it went like this.
{when}, the {folk} {in} were still asleep. Only {nk} was up.
{when} {in} you could have heard a crumb fall. That was when {nk} sat up.
It began {in}, on a day like any other. {cap nk} had just had some {food}.
It was [a Wednesday|the last day of the week|the first warm day|the longest day of the year|a day for thick socks|a Sunday] {in}. {cap nk} {habit}, as always.
It all started with {nk} and a plate of {food} {in}.
It was so [quiet|early|late|warm|cold] {in} that even {nk} spoke in a whisper.
This is the story of {nk}. It happened {in}, and every word is [true|almost true|as true as soup].
You may not believe this, but {in} there lived {ak} with {quirk}. {His} name was {n}.
The {folk} still talk about {nk}. {He} lived {in} and had {quirk}.
The best day of the year {in} began badly for {nk}.
The oldest of the {folk} {in} tells this tale about {nk}.
The first thing anyone noticed about {nk} was {quirk}. The second was that {he} never left home without a smile. {He} lived {in}.
Some have gold and some have castles. {cap nk}, {in}, had {quirk}.
Some days {in} are made for sleeping. This was not one of them, as {nk} soon found out.
Somebody {in} was singing. It was {nk}, who {habit}.
Dear reader, meet {nk}. {He} lives {in}, and this is what happened to {him}.
Not far from here, and not so long ago, {nk} lived {in}.
Far away, {in}, {nk} was getting ready for the day. {scene1}
{cap in}, {nk} {habit}. {scene1}
{cap in}, where {folk} come and go, lived {nk}.
{cap in} there is {an home}, and in that {home} lived {nk}.
{cap in} everybody had a job. {cap nk} had to keep the others cheerful.
{cap in} the days are long, and there is always some {food}. {cap nk} knew that well.
{cap in}, {nk} was known for two things: {quirk} and a good heart.
{cap in} you can meet all kinds of {folk}, but only one {k} named {n}. {He} had {quirk}.
{cap nk} {habit}. The {folk} {in} found that strange, but they liked {him} for it.
{cap nk} had {quirk}. {cap in}, that was not so unusual.
{cap nk} lived {in}. {scene1} {He} {habit}.
{cap nk} had lived {in} for as long as anyone could remember.
{cap nk} was in no hurry. {scene1} Nobody hurries {in}.
{cap nk} opened one eye, then the other. {scene1} Yes, {he} was still {in}.
{cap nk} knew every corner {at}. {scene1} There was no better place than {in_a} to be.
{cap nk} could not sleep. {scene1} It was a strange night {in}.
{cap nk} was proud of one thing: {quirk}. Nobody else {in} had that.
Once upon a time there lived {nk} {in}, with {quirk}.
Once there was {nk}, and {he} {habit}. All this was {in}.
My [grandmother|uncle|neighbor] once told me about {nk}, who lived {in} and {habit}.
A letter that {nk} wrote began like this: "I live {in}. {scene1} You should come and see it."
A [bell|horn|gong] rang out {in}, and {nk} dropped {his} spoon. The day could begin.
A small light was burning {in}. There sat {nk}, wide awake.
Seven {folk} and {nk} lived {in}. This story is about {n}, who had {quirk}.
Ask any of the {folk} {in}, and they will tell you: nobody was as [kind|curious|stubborn|cheerful|funny] as {nk}.
Early or late, rain or shine, {nk} {habit}. That was well known {in}.
Of all the {folk} {in}, {nk} had the [biggest|strangest|wildest|sweetest] dreams.
Over a plate of {food}, {nk} looked around. {scene1} Life {in} was good.
Yesterday had been dull {in}. Today, thought {nk}, would be better.
Whenever {nk} was happy, {he} hummed. {cap in}, the {folk} heard {him} hum almost every day.
"""
)
# ``in_to`` and ``in_a`` read badly with some prepositions, so these two lines are kept out.
OPENINGS = tuple(line for line in OPENINGS if "{in_to}" not in line and "{in_a}" not in line)

macro(
    "when",
    """
One morning
One [gray|sunny|windy|foggy|warm|chilly] [morning|afternoon]
On a [rainy|windy|quiet|bright|sleepy|frosty] [Monday|Tuesday|Thursday|Friday|Saturday]
At [half past six|seven o'clock|a quarter to nine|exactly noon]
Late one [afternoon|evening]
Early one [morning|Sunday]
Just after [breakfast|lunch|sunrise]
Shortly before [lunch|supper|sunset]
On the [first|second|last|third] day of [spring|summer|autumn|winter]
[Last|One] [spring|summer|autumn|winter]
In the middle of [May|June|March|October|the week|the night]
On the day after the big [market|party|rain|race]
At the end of a long [week|day|winter]
One day before [the holidays|the new year|market day]
""",
)
macro(
    "has",
    """
{n} had {ao}, and {he} took it everywhere.
Of all the things {he} owned, {n} liked {his} {o} best.
{n} never went anywhere without {his} {o}.
Long ago somebody dear had given {him} {ao}, and {n} took good care of it.
"This is my {o}," {n} told everybody. "I have had it since I was small."
{n} had one treasure: {ao}.
There was one thing that {n} would not have swapped for all the {food} in the world, and that was {his} {o}.
Each night {n} put {his} {o} beside {him} before {he} fell asleep.
{n} owned very little, but {he} did own {ao}.
What {n} loved most was {his} {o}.
If {n} was there, {his} {o} was there, too.
On {his} last birthday {n} had been given {ao}, and they had been together ever since.
""",
)
macro(
    "finds",
    """
{cap spot}, {n} found {ao}.
Something lay {spot}. It was {ao}!
{n} almost fell over something {spot}. It was {ao}.
What was that {spot}? {n} looked closer. It was {ao}.
While {he} was looking for {food}, {n} found {ao} {spot}.
Then {n} saw it: {ao}, {spot}.
{ao_c} was lying {spot}, as if it had been waiting for {n}.
{n} looked {spot}, and there was {ao}!
By chance, {n} came upon {ao} {spot}.
""",
)
macro(
    "meet",
    """
Just then {fnk} came by.
{cap spot2} sat {fnk}.
{cap fnk} had heard everything.
At that moment {fnk} looked around the corner.
That was when {he} met {fnk}.
{cap fnk} was on the way home and stopped.
Who should come along but {fnk}?
"[Hello|Hello there|Good day]," said somebody. It was {fnk}.
[Luckily|As luck would have it], {fnk} was not far away.
A friendly voice said, "[Can I help you?|May I sit down?|You look worried.]" It was {fnk}.
""",
)
macro(
    "pal",
    """
{His} best friend was {fnk}.
{His} best friend, {fnk}, lived next door.
{n} did everything together with {his} friend, {fnk}.
Not far away lived {his} dear friend, {fnk}.
{cap fnk} was {his} oldest friend.
Most days {fnk} came to visit, for the two were friends.
""",
)
macro(
    "asks",
    """
"What is the matter?" asked {f}.
"Why do you look so sad?" asked {f}.
"Is something wrong?" {f} wanted to know.
"Tell me all about it," said {f}.
"You look as if you had swallowed a rain cloud," said {f}.
"What happened?" asked {f} softly.
""",
)
macro(
    "offer",
    """
"We will do it together," said {f}.
"Two are better than one," said {f}.
"I will help you," said {f} at once.
"Then I am coming with you," said {f}.
"Leave it to us," said {f}. "You and me, I mean."
"Let us try, at least," said {f}.
""",
)
macro(
    "idea",
    """
Then {n} had an idea.
Then {n} had a thought.
{n} sat very still. Then {he} jumped up. "I know!"
All at once {n} knew what to do.
{n} thought until {his} head was warm. "I have it!" {he} said.
An idea came to {n}, small at first and then quite big.
""",
)
macro(
    "journey",
    """
They went {path}, and then {path2}. {scene3}
The way led {path}. {scene3}
First they {went} {path}. Then they {went} {path2}.
{cap path} they {went}, and never once looked back.
On they {went}, {path}, until they were tired. Then they ate some {food} and {went} on.
{scene3} Still they {went} on, {path}.
""",
)
macro(
    "trip",
    """
{n} {went} {path}, and then {path2}. {scene3}
The way led {path}. {scene3}
First {he} {went} {path}. Then {he} {went} {path2}.
{cap path} {he} {went}, humming to keep up {his} spirits.
{scene3} But {n} {went} on, {path}.
""",
)
macro(
    "thanks",
    """
"Thank you," said {n}, and {he} meant it.
"Thank you, {f}," said {n}. "I could not have done it alone."
"You are a true friend," said {n}.
"How can I ever thank you?" asked {n}. "You just did," said {f}.
{n} did not know what to say, so {he} gave {f} a hug.
""",
)
macro(
    "feast",
    """
That evening there was {food} for everybody.
Afterward they all sat down and ate {food}.
Then they shared some {food}, down to the last crumb.
To end the day, {n} brought out {food}, and nobody went to bed hungry.
"And now," said {f}, "who wants {food}?" Everybody did.
""",
)
macro(
    "cheer",
    """
All the {folk} cheered.
How the {folk} clapped!
The {folk} threw their hats in the air, and those who had no hats threw their neighbors' hats.
"Hurray for {n}!" shouted the {folk}.
The {folk} talked about it for weeks.
""",
)
macro(
    "search",
    """
They looked {spot}. They looked {spot2}. Nothing.
They searched high and low, {spot} and {spot2}.
They looked {spot}, but found only dust. They looked {spot2}, but found only an old spoon.
First they searched {spot}, then {spot2}, then everywhere else.
""",
)
macro(
    "worry",
    """
{n}'s heart beat like a little drum.
{n} did not feel brave at all.
"Oh dear," whispered {n}.
{n} swallowed hard.
"What now?" thought {n}.
For a moment {n} wanted to run away.
""",
)
macro(
    "happy",
    """
{n} was so happy that {he} did a little dance.
{n} felt warm all the way through.
{n} laughed out loud for joy.
Nobody {at} was happier than {n} that day.
{n} smiled the biggest smile you ever saw.
{n} could not stop smiling.
""",
)
macro(
    "sleep",
    """
That night {n} curled up in {his} {home}. {scene3} Soon {he} was fast asleep.
Then {n} yawned, lay down and closed {his} eyes. Sleep well, {n}. Sleep well, everyone.
The stars came out one by one. {n} counted nine of them, and before the tenth {he} was asleep.
It grew dark and still {at}. {n} pulled up the blanket, sighed a happy sigh, and slept until morning.
And when the night came, soft as a blanket, {n} was already dreaming.
"Good night," whispered {n} to the whole world. And the whole world whispered back.
""",
)
macro(
    "funny",
    """
A passing [hen|goose|duck|goat] laughed so hard that {it_egg}.
"That is [not in my book|not what soup is for|a very odd Tuesday]," said {elder_a}.
Somebody sneezed, and a hat flew off. It was nobody's hat.
{n} tried to look serious. It did not work at all.
A bucket fell over, all by itself, twice.
"Oops," said {n}, for the third time that day.
""",
)
macro("it_egg", "it got the hiccups\nit fell over its own feet\nit had to sit down\nit forgot where it was going")
macro(
    "scary",
    """
It was so dark that {n} could not see the end of {his} own nose.
Something went creak. Something else went drip.
A cold little wind blew past, and nobody had opened a door.
Two yellow eyes shone for a moment and were gone.
{n} had the feeling that somebody was standing right behind {him}. But there was nobody.
""",
)
macro(
    "sad",
    """
A tear ran down, and then another one.
It was a quiet kind of sadness, like rain without wind.
{n} felt as empty as a cup without tea.
That night {n} cried a little. It helped, but not much.
"It will not always be like this," {n} told {himself}, and tried to believe it.
""",
)
macro(
    "extra",
    """
{scene3} {n} stopped for a moment to look, for even on a hard day there are beautiful things.
On the way {n} met {elder_a}, who said, "Slow is also a speed." Nobody knew what that meant, but it sounded kind.
A few of the {folk} came to see what was going on. "Carry on," they said, and so they did.
There was time for a short rest and some {food}. Then it was time to go on.
{n} hummed a tune that {he} had made up {himself}. It had only three notes, but they were good ones.
""",
)
macro("elder_a", "{an elder}")
macro("elder_s", "the {elder}")
macro("ao_c", "{cap ao}")
macro(
    "the_end",
    """
The end.
And that was that.
And if nobody has moved it, the {home} is standing there to this day.
That is how it was, and not a word more.
They tell the story to this day {at}.
""",
)
macro("storm_a", "{storm}")
macro("polished", "polished\ndusted\nlooked after")
macro("In_all", "On my way\nOn my journey\nOut there")
macro("Fhe_c", "{Fhe}")
macro("storm_c", "{cap storm}")
macro("storm_s", "{storm}")
macro("fhe_c", "{Fhe}")
macro("con", "{cap on}")
macro("aon_c", "{cap aon}")
macro("spot2_there", "somewhere {spot2}")
macro("fnk_c", "{cap fnk}")
macro("bright_on", "{o}")
macro("has2", "It was old, but {he} was proud of it.\n{He} had polished it all night.\nIt was not much to look at, but it was {his} own.")
macro("asks2", "What are you doing?\nWhy are you frowning?\nIs it hard work?")
macro("You_cold", "You will freeze\nYou will be hungry\nYou will be sorry")
macro("We_find", "We shall find it\nIt cannot be far\nI have good ears")
macro("spot_thing", "all their secret places\nwhere the best light was in the evening\nthe shortest way to everything")
macro("fnk_star", "a tiny visitor")
macro("place_say", "us\njust us\nour home")
macro("spot_c", "All around\nIn great heaps\nIn rows and piles")
macro("fnk_stone", "{fnk}")

"""Plots with something from far off: stars, wind, rain, echoes, museums after closing time."""

from .engine import plot

plot(
    "star_visitor",
    "space, *star, stars, a star, a visitor from the stars, aliens, an alien, a visitor, a stranger, friendship, home",
    """
    [One night|In the middle of supper] something fell from the sky, quite slowly, and landed {spot}. It was {fnk_star}, no taller than a spoon, and it glowed.
    "Good evening," it said. "[I have taken a wrong turn|I think I missed my star]. Is this the third star on the left?" "No," said {n}. "This is {place_say}."
    ? It was so polite that {n} forgot to be surprised.
    --
    {pal} Together they gave the little visitor {food}. It ate the plate as well. They showed it everything. But what the visitor liked best was {n}'s {o}.
    "What does it do?" it asked. "[Nothing much|It is just {an on}]," said {n}. "We have no such thing at home," said the visitor, and its light grew brighter.
    Then it looked up, and its light grew dim. [It missed its mother.|It wanted to go home.]
    --
    "We need something to send it up," said {f}. They climbed to {high}, and {n} held up the {o}. The visitor sat on it. "One, two, three!" They threw as high as they could.
    Up it shot, like a spark, with the {on} in its arms, until it was a star among stars. "[You lost your {on}|Now your {on} is gone]," said {f}. "[No|Not lost]," said {n}. "I know exactly where it is." And {he} pointed at the third star on the left, which blinked.
    """,
    problem="a tiny visitor from the stars had lost its way",
    solved="{n} and {fnk} sent it home with {n}'s {o}",
    ending="a star blinks at them every night",
    moral="Be kind to strangers who are far from home.",
    asks=[("Where did the visitor come from?", "It came from the third star on the left."), ("What did the visitor take home?", "It took {n}'s {o} home.")],
    owned=True,
    moods="bedtime",
)

plot(
    "wind_thief",
    "*wind, the wind, a hat, a chase, weather, kindness, understanding, anger, loneliness",
    """
    {n} had just put down {his} {o} when the wind came and took it. Simply took it, and flew off!
    "[Stop|Give it back]!" shouted {n}, and ran. {fnk_c} saw it and ran, too. The wind blew {path}. It blew {path2}. Always, when they almost had the {on}, it gave a little hop.
    ? "It is laughing at us," panted {f}.
    --
    At last they came to {high}, where the wind lives. It was a bare place. {spot_c}, there lay [umbrellas|hats], and kites, and a hundred things that the wind had taken.
    "Why do you do it?" asked {n}, quite out of breath. The wind was still for a moment. "Because then somebody runs after me," it said. "[When I take nothing, nobody comes|It is the only time that I have company]."
    {n} and {f} looked at each other. Nobody had ever thought of that.
    --
    "You could just ask," said {n}. "Ask what?" "[Will you play with me|Shall we play]?" The wind tried it. "Will you play with me?" it said, and it blushed, as far as a wind can.
    They played tag until dark. Then the wind carried them home, and the {o} with them, and laid everything else back on the right doorsteps. And on windy days {n} calls, "[Coming|Wait for me]!" and runs outside.
    """,
    problem="the wind stole {n}'s {o}",
    solved="{n} and {fnk} ran after it and found out that the wind was lonely",
    ending="they played with the wind, and it gave everything back",
    moral="Someone who teases may only want company.",
    asks=[("Who took the {on}?", "The wind took it."), ("Why did the wind take things?", "The wind was lonely and wanted somebody to run after it.")],
    owned=True,
)

plot(
    "dry_well",
    "*water, rain, a well, drought, thirst, sharing, hope, kindness, generosity, nature, help",
    """
    There was no water {at}. It had not rained for [ninety days|a hundred days]. The {folk} were thirsty, and they had begun to quarrel over every drop.
    {n} had one cup left. {He} carried it home, very slowly, {path}. On the way sat {fnk}, whose lips were dry. {n} looked at the cup. {He} gave {f} half.
    ? It was hard to do. {He} did it anyway.
    --
    A little farther on there was a small, withered flower. It hung its head over {ao} that somebody had thrown away. "[You, too|You poor thing]," said {n}, and gave it the other half.
    "Now you have nothing," said {f}, who had followed {him}. Then the {o} began to [tremble|hum]. {n} lifted it up. Under it the ground was dark and wet.
    "[Dig|Quick, dig]!" they both cried. They dug with their bare hands, and with the {on} when the ground grew hard.
    --
    First there was a trickle, and then a jet as high as a house. Water! The {folk} danced in it with all their clothes on.
    "The flower knew it," said {n}, and {he} put the {on} next to it, as a kind of monument. "[It only needed somebody to ask|It showed us where to dig]." The flower grew as high as a tree, and it never said a word.
    """,
    problem="there was no water, and everybody was thirsty",
    solved="{n} gave {his} last drops to {fnk} and to a flower, and under {ao} they found a spring",
    ending="everybody danced in the water",
    moral="What you give away comes back to you.",
    groups="farm forest desert island mountain garden market jungle city castle",
    asks=[("Why were the {folk} quarreling?", "There was no water, and they were thirsty."), ("Where was the water?", "The water was in the ground under the {o}.")],
)

plot(
    "museum_night",
    "*museum, a museum, a museum at night, night, magic, adventure, history, statues, a secret, secrets",
    """
    {n} had fallen asleep in the little museum, behind a pot that was a thousand years old. When {he} woke up, the door was locked and the lamps were out.
    [Then something yawned.|Then something scratched its back.] It was a stone lion. "[Is everybody gone|Are they gone]?" it asked. "They are gone," said the knight without a head. And all the things climbed down and stretched.
    {scary}
    --
    Only one of them did not dance. It was {fnk_stone}, made of stone. "[I cannot|My foot is stuck]," {fhe} told {n}. "They put {ao} on my foot two hundred years ago, and it pinches. Nobody has noticed."
    {n} looked at the {o}. There was a little sign on it: Do not touch. {He} looked around. Then {he} took hold of the {on} and pulled. [It came off with a plop.|One tug, and it was off.]
    ? "Ahh," said {f}, and wiggled ten stone toes.
    --
    They danced until the windows turned gray. "Quick," said the lion, and everyone climbed back. When the door was opened, it all looked as it always did.
    But the {on} stood on the other side of the room, and {f} was smiling. The guard scratched his head. {n} walked out past him and did not say a word.
    """,
    problem="{n} was locked in a museum at night, where everything came alive",
    solved="{n} freed {fnk}, a statue whose foot was stuck under {ao}",
    ending="they danced until morning, and nobody ever knew",
    moral="Look twice, and you may see who needs help.",
    moods="scary funny",
    groups="library city castle market school island mountain train",
    asks=[("Where was {n} locked in?", "{n} was locked in a museum."), ("Why could {f} not dance?", "{Fhis} foot was stuck under {ao}.")],
)

plot(
    "shy_echo",
    "*echo, an echo, being shy, shyness, kind words, kindness, words, anger, loneliness, mountains",
    """
    "Hello!" called {n}. "Hello!" called somebody back. "Who are you?" "Who are you?" came the answer. {n} stamped {his} foot. "Stop that!" {he} shouted. "Stop that!" it shouted back.
    {He} was so angry that {he} banged on {his} {o}. Bang! And from far away it went bang, too.
    "Somebody out there is very rude," {he} told {fnk}. "[Hm|I wonder]," said {f}. "What did you say first?"
    --
    {n} thought about it. {scene3} "Try something else," said {f}.
    So {n} went back, held the {on} very still, and called, "I am sorry!" "I am sorry!" said the voice. "Would you like to be my friend?" "Be my friend," said the voice, a bit shyly.
    ? {happy}
    Then {he} tapped on the {o}, once, softly. Somebody tapped, once, softly. {n} made a tune of it, and the tune came back, and the two tunes fit together like two hands.
    --
    "It is a good listener," said {n}. "[It says what you say|It gives back what it gets]," said {f}. "Most people do."
    From then on {n} called "Good night!" every evening, and every evening, from far, far away, the echo wished {him} a good night, too.
    """,
    problem="{n} was angry at a voice that repeated everything",
    solved="{fnk} told {him} to try kind words, and {n} tapped a soft tune on {his} {o}",
    ending="every evening the echo wished {him} a good night",
    moral="The world often gives back what you give it.",
    asks=[("Who was the rude voice?", "It was only the echo."), ("What did {n} tap on?", "{n} tapped on {his} {o}.")],
    owned=True,
)

plot(
    "fallen_star",
    "*star, a star, stars, a fallen star, wishes, the sky, night, hope, light, bedtime, giving",
    """
    A star had fallen, and {n} found it {spot}. It was no bigger than a nut, and it was cold. "I have gone out," it whispered. "[A star that has gone out cannot go home|They will not let me in without a light]."
    {n} put it into {his} {o}, where it was out of the wind, and carried it home to {his} {home}. {He} held it near the fire. [It stayed dark.|It did not help.] {He} gave it {food}. Stars do not eat.
    --
    {meet} {Fhe} looked at the little star. "What makes you shine, up there?" {fhe} asked. "[When somebody looks up and hopes for something|Somebody down here must hope for something]," said the star. "I think people have stopped."
    {n} went out and asked the {folk}, one by one, what they hoped for. [Rain on the beans.|A letter.] A brother who would come home. {He} whispered it all into the {on}, and with each hope there was a tiny spark.
    ? "More," said {f}. "Ask more of them."
    --
    In the end the star was so bright that the {o} [glowed like a lamp|shone through its seams]. They carried it up to {high} and opened their hands.
    "And you?" it asked before it rose. "What do you hope for?" {n} thought about it. "That you come and visit," {he} said. And sometimes, in August, it does.
    """,
    problem="{n} found a fallen star that had lost its light",
    solved="{n} and {fnk} collected everybody's hopes in {his} {o} until the star shone again",
    ending="the star rose back into the sky",
    moral="Hope makes things shine.",
    asks=[("What made the star shine?", "The hopes of the {folk} made it shine."), ("Where did {n} keep the star?", "{n} kept it in {his} {o}.")],
    owned=True,
    moods="bedtime sad",
)

plot(
    "rainbow_end",
    "*rainbow, a rainbow, rain, a journey, treasure, friendship, hope, the sky, gold, adventure",
    """
    "At the end of the rainbow there is gold," said {fnk}. "[Let us fetch it|We could be rich by supper]!" {n} packed {his} {o} and some {food}, and off they went.
    They {went} {path}, straight to the rainbow. But when they got there, it stood somewhere else. "[It is moving|It is running away]!" said {n}. They ran faster. So did the rainbow.
    ? They ran until their {food} was all shaken up.
    --
    They climbed up to {high}, and there it was, one end of it, right in front of them. But there was no gold. There was only [a puddle|a wet stone], and in it all the colors.
    {f} sat down. "No gold," {fhe} said. "Just water." {n} was sad, too. {He} dipped the {on} into it, just to wash it off. And when {he} pulled it out, it shone in seven colors.
    --
    The rainbow faded. But the {o} kept its colors all the way home. The {folk} came out to look, and [the old ones|the tired ones] smiled for the first time in weeks.
    "[It is better than gold|Gold has only one color]," said {f}. And on gray days they lend it to whoever needs it most.
    """,
    problem="{n} and {fnk} ran after a rainbow to find gold, and there was none",
    solved="{n} dipped {his} {o} into the colors",
    ending="it shone in seven colors and made everybody smile",
    moral="There are better things than gold.",
    asks=[("Did they find gold?", "No, they found something better."), ("What happened to the {on}?", "It shone in seven colors.")],
    owned=True,
)

plot(
    "little_train",
    "*train, a train, a small train, being small, trying, not giving up, courage, snow, a hill, help, teamwork",
    """
    All the {folk} were waiting for the supply train, but it had stopped at the foot of the great hill. It was too heavy, and it carried everything they needed.
    "I will pull it," said {n}. The others laughed. "You? [You are far too small|You could not pull a cake off a plate]." {fnk_c} did not laugh. "[I will push|Then I will help]," {fhe} said.
    --
    {n} tied {himself} to the train with {his} {o} and a rope. "I can do it," {he} said. The wheels did not move. "[I can nearly do it|I think I can]," {he} said. The wheels moved [a finger's width|a little].
    ? {storm_c} blew right into their faces.
    Halfway up, the rope tore. The train began to roll back! {n} threw the {o} under the wheel. Crunch. It held.
    "Hurry!" shouted {f} to the {folk}. "Will you only stand and watch?" They looked at their feet. Then one of them came, and then ten, and then all.
    --
    They pushed, and {n} pulled, and with a great shout the train rolled over the top. {cheer}
    The {on} was as flat as a pancake. They hung it up in the station, with a sign under it. "[Small|Not too small]," it says, "but it held."
    """,
    problem="the supply train was stuck at the foot of the hill",
    solved="{n} and {fnk} pulled and pushed, and {his} {o} kept it from rolling back",
    ending="the train rolled over the top with everybody's help",
    moral="Nobody is too small to begin.",
    groups="train mountain market snow forest toys city farm desert",
    asks=[("What was stuck?", "The supply train was stuck."), ("What kept the train from rolling back?", "{n}'s {o} kept it from rolling back.")],
    owned=True,
)

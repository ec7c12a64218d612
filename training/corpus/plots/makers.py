"""Plots about making things: soup, machines, music, and not being good at something yet."""

from .engine import plot

plot(
    "recipe_wrong",
    "*soup, cooking, a recipe, food, baking, cooks, a mistake, mistakes, funny, magic",
    """
    {n} wanted to cook a soup for all the {folk}. The recipe said, "[Three carrots|Two onions], one pinch of salt, and stir well." That was too dull for {n}.
    So {he} put in [a cup of honey|a jar of pickles|seven lemons], [a handful of bubbles|an old joke|a spoon of moonlight], and, by mistake, {ao} that fell off the shelf.
    ? "Oops," said {n}, and stirred on.
    --
    The soup began to [hum|giggle|glow]. Then it rose. It rose over the rim, out of the pot and [across the floor|out of the door], and it did not stop rising.
    {meet} "Do something!" cried {n}. "[Eat|Quick, eat]!" cried {f}, and grabbed a spoon.
    They ate and ate. The {folk} came running with spoons and bowls, and they ate, too. [It tasted of pickles and birthdays.|It tasted odd, and then very good.|Every spoonful tasted different.]
    --
    When the last drop was gone, there lay the {o} at the bottom of the pot, clean as a whistle.
    "[It was the best soup I ever had|I have never eaten so much]," said {f}, and held {fhis} belly. "What do you call it?" "[{con} soup|I call it a mistake]," said {n}. "[Shall I make it again|Shall I make it again tomorrow]?" "Next year," said everybody at once.
    """,
    problem="{n} dropped {ao} into the soup by mistake, and the soup would not stop rising",
    solved="{fnk} and all the others came with spoons and ate it up",
    ending="everybody said that it was the best soup ever",
    moral="Even a mistake can taste good when friends help.",
    moods="funny",
    asks=[("What did {n} cook?", "{n} cooked a soup."), ("What fell into the soup?", "{ao_c} fell into the soup.")],
)

plot(
    "pie_contest",
    "*contest, a contest, a competition, winning, losing, fairness, honesty, a prize, baking",
    """
    "Great contest today!" said the sign {at}. "The most useful thing wins [a golden spoon|a silver cup]." {n} brought {his} {o}. {has2}
    {fnk_c} brought [a machine with forty wheels|a chair that could talk|a clock as tall as a house]. "[Yours is very small|That is not much]," {fhe} said, looking at the {on}.
    ? {n} pushed the {on} behind {his} back.
    --
    The judge, {elder_a}, walked from one thing to the next. "Hm," said the judge. "Hm, hm."
    Then the fine big thing that {f} had made went [bang|clunk], and smoke came out. The {folk} laughed. {f} looked as if {fhe} might cry.
    {n} could have laughed, too. Instead, {he} took {his} {o} and [tapped here and turned there|crawled right under the thing]. After a while it [hummed like new|started again].
    --
    "The prize goes to {f}," said the judge, "for the finest work." Everyone clapped. But {f} shook {fhis} head.
    "It would not run without {n}," {fhe} said. "[The prize is ours|We won it together]." And so [each of them keeps it for half the year|it stands in the middle, between their homes].
    """,
    problem="{n} brought only {his} {o} to a contest, and {fnk} brought something much finer",
    solved="when the fine thing broke, {n} mended it with the {on} instead of laughing",
    ending="they shared the prize",
    moral="Helping is better than winning.",
    asks=[("Who won the contest?", "{f} won, and shared the prize with {n}."), ("What did {n} bring to the contest?", "{n} brought {his} {o}.")],
    owned=True,
)

plot(
    "mended",
    "*broken, a broken thing, repair, mending, mending something, fixing, patience, an old thing, kindness",
    """
    {cap spot} lay {ao}, broken and covered in dust. "Throw it away," said the {folk}. "[It is good for nothing|It is only rubbish]."
    {n} picked it up and turned it around. "[It is not rubbish|You are not useless]," {he} said to it. "You are only tired."
    {He} worked on it for [a day and a night|three whole evenings]. {He} [washed it|brushed it], glued it, and hammered [very softly|a little here and there]. But one small piece was missing.
    --
    {meet} "{asks2}" asked {f}. "[A piece is missing|I cannot find the last piece]," said {n}.
    ? {scene3}
    {f} blushed. "Wait," {fhe} said, and came back with something shiny. "I found it long ago. I have kept it [in my pocket|under my pillow], because it was pretty. But it belongs there, doesn't it?"
    It fit. There was a tiny click, and the {o} was whole.
    --
    [The {folk} could not believe their eyes.|One by one the {folk} came to look.] "It looks better than new," they said.
    "It is not new," said {n}. "[It is old and loved|It has a story now]. That is better." And from that day, whenever something broke, the {folk} brought it to {n} and {f}.
    """,
    problem="{n} wanted to mend {ao}, but one piece was missing",
    solved="{fnk} brought the missing piece, which {fhe} had kept as a treasure",
    ending="the {on} was better than new",
    moral="Many a thing is not useless but only waiting for care.",
    asks=[("What was broken?", "The {o} was broken."), ("Who had the missing piece?", "{f} had the missing piece.")],
)

plot(
    "thinking_machine",
    "machine, *a machine, machines, an invention, inventions, inventing, laziness, robots, technology, funny",
    """
    {n} did not like to [tidy up|wash the cups|sweep]. So {he} built a machine for it. It had [eleven wheels|six arms and a horn], and in the middle, as its heart, sat {ao}.
    "Go!" said {n}. The machine went. It tidied the {home} in [nine seconds|one minute]. [Wonderful!|{n} clapped.] But then it did not stop.
    It tidied away the {food}. It tidied away the beds. [It put all the {folk} in a row, by size.|It folded a neighbor.]
    --
    {meet} "{n}, [turn it off!|where is the button?]" {fhe} called, while the machine was combing {fhis} head. "[I forgot to build a button|There is no button]!" cried {n}.
    ? {funny}
    {idea} {He} threw [a bag of buttons|a bag of feathers|a box of beans] up into the air. A thousand little things came down everywhere, and the machine began to pick them up, one by one.
    While it was busy, {f} crept under it and pulled out the {o}. [Puff!|Clack!] The machine sat down and was still.
    --
    {n} looked around. It was the biggest mess that anyone had ever seen.
    "[I will get the broom|We need a broom]," said {f}. They swept together, and they sang, and [it was not so bad|it was done before supper].
    "Next time," said {n}, "I will build [a button first|a machine that sings]."
    """,
    problem="{n} built a tidying machine with {ao} inside, and it would not stop",
    solved="{n} kept it busy while {fnk} pulled out the {on}",
    ending="the two swept up the mess together",
    moral="Work done together is half the work.",
    moods="funny",
    asks=[("What did the machine do?", "The machine tidied everything and would not stop."), ("How did they stop the machine?", "{f} pulled out the {o}.")],
)

plot(
    "the_band",
    "music, *a band, a music band, a song, singing, a concert, instruments, teamwork, together, friendship",
    """
    {n} wanted to play in the band, but {he} had no fiddle and no horn. {He} had only {his} {o}.
    "A band needs music," said the {folk}, "not {an on}." [So {n} sat outside and listened.|So {n} went away and hummed alone.]
    {meet} {f} had [an old comb|two spoons|a squeaky door hinge]. "They did not want me, either," {fhe} said.
    --
    {n} tapped on the {on}. [Plink.|Tock.|Bong.] {f} answered. [Squeak!|Zing!|Clack-clack!] {n} tapped twice. "Oh!" they said. "Again!"
    [A bird joined in.|The wind joined in.] Somebody who had only a bucket joined in. By noon there were [seven|nine] of them, and it did not sound like any music that anyone knew.
    ? It sounded like rain, and like a kitchen, and like laughing.
    --
    The {folk} came out to see. Their feet began to tap, and they could not stop them. Soon everybody {at} was dancing.
    "What is your band called?" they asked. {n} looked at {f}. "[The Leftovers|The Odd Bits|{n} and the Noise]," {he} said.
    And the next evening the big band asked, quite politely, whether they could [join in|play along].
    """,
    problem="{n} had only {his} {o} and was not allowed to play in the band",
    solved="{n} and {fnk} made a band of their own with odd things",
    ending="everybody danced, and the big band asked to join in",
    moral="Music is in everything, if you listen.",
    asks=[("What did {n} play?", "{n} played on {his} {o}."), ("Why could {n} not join the band?", "The others said that a band needs music, not {an on}.")],
    owned=True,
    moods="funny",
)

plot(
    "kite_string",
    "*kite, a kite, wind, the wind, letting go, growing up, sadness, freedom",
    """
    {n} had built a kite out of old newspaper. It had [a long tail of ribbons|a painted smile], and it wanted to fly, that was plain to see.
    The first time, it fell on its nose. The second time, it [caught on the roof|landed in a puddle]. "[Run faster|You must run against the wind]," said {fnk}, who was watching.
    ? {n} ran until {he} had no breath left.
    --
    The third time, the wind took the kite. Up it went, [up and up|higher and higher], until it was as small as a stamp. {happy}
    Then the string began to pull. "[Let me go|Higher, higher]," the kite seemed to say. {n} held on tight. {He} did not want to lose it.
    "[What does it want|Do you hear it], {f}?" {he} asked. "[I think it has somewhere to go|It has a long way before it]," said {f} softly.
    --
    So {n} wrote {his} name on the tail end of the string, took a deep breath, and let go. {cap scene3}
    {He} cried a little. {f} held {his} arm. [Weeks|Many weeks] later a letter came from [a far country|the other side of the mountains]. "Dear {n}," it said, "[your kite landed on my roof|I found your kite]. I fly it every day. Thank you. Shall we be friends?"
    """,
    problem="{n} built a kite that wanted to fly away",
    solved="with {fnk} beside {him}, {n} let it go",
    ending="a letter came from the one who had found it",
    moral="Letting go can be the start of something new.",
    thing="kite",
    moods="sad",
    asks=[("What did {n} build?", "{n} built a kite."), ("Where did the kite go?", "It flew far away, and somebody there found it.")],
)

plot(
    "learn_laugh",
    "*laugh, laughing, laughter, a laugh, robots, humor, happiness, joy, friendship, funny",
    """
    {n} could do many things, but one thing {he} could not do. {He} could not laugh. {He} did not know where the laugh was kept.
    ? {He} looked for it {spot}. It was not there.
    "Tell me a joke," {he} said to {fnk}. {f} told {him} [eleven jokes|the one about the goat and the ladder]. {n} nodded politely. "[I see|Very good]," {he} said. Nothing happened.
    --
    {f} made faces. {f} walked on {fhis} head. The {folk} tried, too, and one of them put a spoon on a very long nose and danced. "[Interesting|Most interesting]," said {n}.
    At last {f} gave up and [sat down|wanted to lean against the wall]. But there lay {ao}, and {fhe} sat right on it. It went ploop.
    They looked at each other. "Did you say ploop?" asked {n}. "The {on} did," said {f}, with great dignity.
    --
    Something tickled deep inside {n}. It came up, and up, and out. "[Ha|Hee]," said {n}. "Haha! Ha!" {He} laughed until [the walls shook|the {folk} came running|{he} slid off {his} chair].
    "So that is where it was kept," {he} said, when {he} could speak again. "[In the bottom|Under you]!" And that started them both off again.
    """,
    problem="{n} did not know how to laugh",
    solved="{fnk} sat down on {ao} by mistake, and it went ploop",
    ending="{n} laughed until everybody came running",
    moral="You cannot force a laugh, but it comes when you least expect it.",
    moods="funny",
    asks=[("What could {n} not do?", "{n} could not laugh."), ("What made {n} laugh?", "{f} sat down on {ao}, and it went ploop.")],
)

plot(
    "learn_skill",
    "practice, learning, learning something, trying again, patience, not giving up, a teacher, skill, being bad at something",
    """
    More than anything, {n} wanted to {skill}. The first time {he} tried, it went wrong. The second time, it went very wrong.
    ? The {folk} {at} were kind about it. They only laughed a little, and behind their hands.
    "I will never learn it," said {n}, and threw {his} {o} into the corner.
    --
    {meet} {Fhe} picked up the {on} and put a mark on it. "[One mark for each try|Every time you try, we make a mark]," {fhe} said. "When there are a hundred marks, you may give up."
    {n} tried again. Mark number three. Mark number [nine|ten]. At mark number [thirty|forty] something went right, for [a blink|half a second]. "Did you see that?" cried {n}.
    ? It rained, and {n} practiced. The sun shone, and {n} practiced.
    --
    By mark number ninety-nine there was hardly any room left on the {on}. And that evening, when nobody expected it, {n} could {skill}. {He} could really do it!
    {cheer} "[It took only ninety-nine tries|There is still room for one more mark]," said {n}, laughing.
    "Now," said {f}, "you can teach me. I never could {skill}, you know."
    """,
    problem="{n} wanted to {skill}, but it always went wrong",
    solved="{fnk} made a mark on {his} {o} for every try, and {n} practiced",
    ending="after ninety-nine tries {n} could {skill}",
    moral="If you keep trying, you get better.",
    needs="skill",
    asks=[("What did {n} want to learn?", "{n} wanted to {skill}."), ("How many tries did it take?", "It took ninety-nine tries.")],
    owned=True,
)

plot(
    "learn_fly",
    "*fly, flying, learning to fly, a dream, dreams, wings, courage, not giving up, believing in yourself",
    """
    {n} wanted to fly. "[You cannot|Nobody like you has ever flown]," said the {folk}. "[Not yet|But somebody must be first]," said {n}.
    {He} tried with [leaves|a bed sheet], and fell. {He} tried with [two hats|an umbrella], and fell a little more slowly.
    {fnk_c} did not laugh. "[You only need one more thing|What you are missing is a good start]," {fhe} said. "Take your {o} with you, for luck, and meet me at {high}."
    --
    ? {worry}
    They stood at {high} and waited for the wind. {scene3} "[When it comes, do not think|Lean on it like on a friend]," said {f}.
    Then it came, a great warm wind from below. {n} held the {on} up with both arms. It caught the wind and [hummed|shook], and {his} feet left the ground.
    "[I am flying|{f}, look]!" {he} shouted. {He} flew over the heads of the {folk}, once around, and over {his} own {home}, which looked like a toy.
    --
    {He} landed [in a heap of leaves|on {his} bottom], and {he} laughed and laughed. It had only been a minute.
    "One minute is enough," said {n}. "[I know now how it feels|Now I have it inside me]." But the next day {he} was at {high} again, [and so was {f}|with {f} right behind {him}].
    """,
    problem="{n} wanted to fly, and everybody said that it could not be done",
    solved="{fnk} showed {him} how to wait for the wind and hold up {his} {o}",
    ending="{n} flew for one whole minute",
    moral="Do not let others tell you what you can dream of.",
    asks=[("Did {n} fly?", "Yes, {n} flew for a minute."), ("What helped {n} to fly?", "The wind and {his} {o} helped {n}.")],
    owned=True,
)

plot(
    "gray_town",
    "*color, colors, painting, a painter, art, joy, happiness, sadness, change",
    """
    There was a time when everything {at} turned gray. [Nobody knew why.|It had come slowly, like dust.] Even the {food} looked gray, and the songs of the {folk} sounded gray.
    Only one thing had kept its color: {an bright_on}. {n} found it {spot}. It shone as nothing else did, and {he} could not stop looking.
    "[You should hide it|Better put it away]," whispered {fnk}. "Gray things do not like it."
    --
    But {n} did not hide it. {He} rubbed {his} sleeve on it, and the sleeve took on a little color. {He} touched a door. [The door blushed.|A spot of color stayed there.]
    "It rubs off!" cried {n}. They ran {path}, {n} with the {on} in front and {f} behind {him}, and everything they touched [lit up|began to shine].
    ? {f} touched the nose of {elder_a}, who sneezed in three colors.
    The more color they gave away, the brighter the {o} became.
    --
    By evening [everything glowed|there was not one gray spot left]. The {folk} rubbed their eyes. "We had forgotten," they said.
    {n} hung the {on} where everyone could see it. "[If it ever gets gray again|On gray days]," {he} said, "come and touch it."
    """,
    problem="everything had turned gray except {ao}",
    solved="{n} and {fnk} touched everything with it, and the colors came back",
    ending="there was not one gray spot left",
    moral="Joy grows when you give it away.",
    asks=[("What had kept its color?", "The {o} had kept its color."), ("How did the colors come back?", "{n} and {f} touched everything with the {on}.")],
    moods="sad",
)

plot(
    "stage_fright",
    "theater, a play, a show, *the stage, being nervous, stage fright, courage, a circus, acting, being shy",
    """
    There was going to be a big show {at}, and {n} had one sentence to say. It was a short one: "The king has lost his {on}!"
    {n} said it to the wall. {He} said it to {his} {food}. {He} said it in {his} sleep. {pal} "[You know it better than your own name|It will be fine]," said {f}.
    --
    Then the evening came. {n} stepped onto the stage with the {o} hidden under {his} coat. All the {folk} looked at {him}. [It was terribly quiet.|Somebody coughed.] And the sentence was gone.
    ? {worry}
    {n} opened {his} mouth, and nothing came out. {He} took one step back, stumbled, and out fell the {o}, right in front of the king.
    --
    "Oh!" said {f}, who was the king. "[My {on}|There it is]! It was never lost at all!" The {folk} roared with laughter. They thought it was part of the play.
    {n} looked at the {on}. {He} looked at {f}. And then {he} said, loud and clear, "The king has lost his {on}, but [I am very quick|I am the one who finds things]!"
    {cheer} "[You forgot one sentence|You lost your line]," said {f} later, "and you found a better one."
    """,
    problem="{n} forgot {his} one sentence on the stage",
    solved="{he} dropped {ao}, and {fnk} turned it into a joke",
    ending="everybody thought it was part of the play and clapped",
    moral="A mistake can turn into the best part.",
    moods="funny",
    asks=[("What did {n} forget?", "{n} forgot {his} one sentence."), ("Who played the king?", "{f} played the king.")],
)

plot(
    "seed_patience",
    "patience, waiting, *a seed, seeds, growing, plants, gardening, nature, hope, spring",
    """
    Somebody gave {n} a seed, round and brown. "Plant it," they said, "and wait. [It grows into whatever it likes|Nobody knows what it will be]."
    {n} planted it {spot}. {He} waited a whole minute. Nothing. {He} dug it up to look. [It looked the same.|It was still a seed.] {He} planted it again.
    {fnk_c} watched. "If you keep pulling it out, it will never know where it lives," {fhe} said.
    --
    So {n} [sat on {his} own hands|tied a knot for every day] and waited. It rained. It stopped. ["Nothing," sighed {n} on the ninth day.|A week went by, and then another.]
    ? "Things happen under the ground that nobody can see," said {f}.
    Then, one morning, there was a tiny green tip. {happy} It grew a stem, and a leaf, and at last a fat bud.
    --
    The bud opened with a sigh, and inside sat {ao}, still a little wet. [The {folk} had never seen such a plant.|Nobody had ever picked {an on} before.]
    "[Was it worth the wait|So, what do you say]?" asked {f}. {n} thought of all the days. "The {on} is wonderful," {he} said. "But the best day was the one with the green tip."
    """,
    problem="{n} planted a seed and could not wait for it to grow",
    solved="{fnk} taught {him} to leave it alone and be patient",
    ending="the plant opened, and inside was {ao}",
    moral="Good things take time.",
    asks=[("What did {n} plant?", "{n} planted a seed."), ("What grew from the seed?", "{ao_c} grew from the seed.")],
)

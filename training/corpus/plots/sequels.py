"""What happened next: small second chapters that fit after every plot, with the same hero, friend, thing and place."""

from .engine import lines

SEQUELS = lines(
    """
    The next morning {n} went to see {f}. "I had a dream about the {o}," said {n}. "So did I," said {f}. "In my dream it could talk." They asked the {on}, just to be sure. It said nothing. But all day long {n} had the feeling that it was smiling.
    A week later something came for {n}, wrapped in leaves. It was a present from the {folk}: a small sign for the door of {his} {home}. "Here lives {n}," it said, "and visitors are welcome." {f} was the first to knock.
    After that {n} and {f} could not sit still any more. They packed some {food} and set off {path}. {scene2} "Where are we going?" asked {f}. "I will know it when we get there," said {n}. And in the evening they found a quiet place with the best view {at}, and they gave it both their names.
    Well, the {folk} wanted to hear the story again and again. Each time {n} told it, it grew a little. In the end there were nine dragons in it. "There was not one dragon," whispered {f}. "I know," said {n}, "but look how big their eyes are."
    Then it rained for three days. {n} and {f} stayed inside and built a little theater out of a box. They played the whole adventure, and the part of the {on} was played by the {on} itself. It did very well.
    The next day {n} wanted to do something for {f}. {He} thought for a long time, and then {he} baked {food}. It went wrong. {f} ate three helpings and said, "It tastes of friendship." "It tastes of smoke," said {n}, and they laughed until dark.
    One evening {n} asked, "{f}, will it always be like this?" "No," said {f}. "Tomorrow it will be a little different, and the day after that, too. But I will come by at four." And at four o'clock, every day, there was a knock.
    Not long after, somebody new came, very small and very shy, and looked at the {o}. {n} remembered how it had been. "Come closer," {he} said, "and I will tell you a story." {f} brought {food}, and by evening there were three friends instead of two.
    Some time later {n} could not find {his} left sock. {He} looked everywhere {at}. It turned out that the {o} was wearing it. "It looked cold," said {f}. From then on {n} knitted three of everything.
    In the spring {n} and {f} planted something on the very spot where it all had happened. Nobody knew what it would be. It grew and grew. {scene2} When it bloomed, the flower looked exactly like {an on}.
    Then the summer came, and they held a party {at}. There were lamps and songs and more {food} than anybody could eat. {n} danced with {f}, and the {folk} danced with one another. The {o} had the best place of all, right in the middle.
    That winter {n} wrote everything down in a thick book. {f} painted the pictures. On the first page it said: "For everyone who ever needed a friend." It is still there {at}, and if you ask politely, they will read it to you.
    """
)
BEST_BECAUSE = lines(
    """
    I like {n} best, because {he} has a good heart.
    My favorite is {n}. {He} did not give up.
    I like {f} the most, because {fhe} was there when it counted.
    {f} is my favorite. Everybody needs a friend like that.
    I think it is {n}, because {he} learned something.
    {n}, of course! What would the story be without {him}? And you, whom do you like best?
    """
)

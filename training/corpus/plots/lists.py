"""The closed lists of the stories: heroes with their pronouns, things, names, traits, fears, small habits.

They are wide on purpose. A model of this size copies a noun from the request only if it has seen that any noun can stand
there, so besides these lists ``odd_noun`` and ``odd_name`` make words that nobody has heard.
"""

from __future__ import annotations

import random
import re

from ..lexicon import is_held_out, made_up_word


def _split(text: str) -> list[str]:
    return [item.strip() for item in text.replace("\n", " ").split(",") if item.strip()]


ANIMALS = _split("""fox, bear, mouse, rabbit, hedgehog, squirrel, badger, deer, wolf, cat, dog, kitten, puppy, goat, sheep,
lamb, pig, piglet, horse, pony, donkey, duck, duckling, goose, swan, owl, crow, sparrow, robin, parrot, penguin, flamingo,
eagle, frog, toad, snail, beetle, ant, bee, butterfly, spider, ladybug, caterpillar, worm, lion, tiger, elephant, giraffe,
zebra, hippo, rhino, monkey, gorilla, camel, kangaroo, koala, panda, sloth, llama, otter, beaver, mole, bat, raccoon, skunk,
armadillo, anteater, hamster, guinea pig, turtle, tortoise, lizard, snake, gecko, crocodile, moose, reindeer, yak,
polar bear, cricket, firefly, weasel, chipmunk, lemur, meerkat, pelican, puffin, toucan, woodpecker, dragonfly, moth""")
SEA = _split("fish, goldfish, whale, dolphin, octopus, crab, seal, starfish, seahorse, jellyfish, shark, lobster, walrus, squid, shrimp, sea turtle, clam, eel")
MAGIC = _split("""dragon, unicorn, ghost, fairy, elf, gnome, troll, giant, phoenix, yeti, goblin, monster, alien, vampire,
genie, snowman, scarecrow, dinosaur, gargoyle, pixie, griffin, sea serpent, ogre, moon rabbit, dust bunny""")
THINGS = _split("""robot, train, rocket, tractor, teapot, kettle, lamp, toaster, clock, bus, boat, tugboat, submarine, umbrella,
pencil, spoon, sock, button, chair, broom, cloud, raindrop, snowflake, star, pumpkin, potato, pancake, teddy bear, rag doll,
toy soldier, puppet, balloon, bicycle, fire engine, vacuum cleaner, computer, mailbox, candle, piano, drum, violin, cookie,
leaf, acorn, tree, pebble, shadow, pillow, scooter, helicopter, truck, sunbeam, shoe, mitten, fork, muffin, tomato, windmill""")
PEOPLE = _split("""baker, farmer, sailor, pirate, knight, teacher, doctor, nurse, gardener, painter, cook, tailor, shoemaker,
astronaut, pilot, firefighter, detective, inventor, librarian, musician, mail carrier, clown, magician, explorer, captain,
carpenter, clockmaker, juggler, shepherd, miller, beekeeper, ninja, spy, scientist, dancer, chimney sweep, lighthouse keeper,
bus driver, zookeeper, acrobat, singer, potter, weaver, plumber, dentist, poet, treasure hunter, cave explorer""")
ONLY_HER = _split("girl, queen, princess, witch, grandmother, mermaid, hen, cow, ballerina, ewe")
ONLY_HIM = _split("boy, king, prince, wizard, grandfather, rooster, bull, peacock, gingerbread man, fisherman")
SWIMMERS = frozenset(SEA + _split("mermaid, turtle, submarine, penguin, duck, frog, otter, sea serpent, goldfish, pelican, puffin, crocodile"))
HEROES = ANIMALS * 3 + SEA + MAGIC * 3 + THINGS + PEOPLE + ONLY_HER + ONLY_HIM + ["girl", "boy", "robot", "cat", "dog", "dragon"] * 3
PERSON_KINDS = frozenset(PEOPLE + _split("girl, boy, queen, king, prince, princess, grandmother, grandfather, witch, wizard, ballerina, fisherman"))
PLAIN_KINDS = frozenset(("girl", "boy"))  # "Mia the girl" is not something anyone says

OBJECTS = _split("""kite, ball, key, lamp, bell, scarf, map, drum, music box, umbrella, lantern, hat, coat, spoon, pot, basket,
bucket, rope, ladder, mirror, clock, watch, compass, telescope, book, notebook, pencil, paintbrush, letter, coin, ring,
necklace, crown, feather, shell, pebble, stone, crystal, marble, button, needle, blanket, pillow, quilt, teddy bear, doll,
puppet, toy train, toy boat, spinning top, yo-yo, whistle, flute, trumpet, violin, guitar, harp, tambourine, horn, candle,
match box, flashlight, magnet, hammer, saw, wrench, screwdriver, shovel, rake, watering can, seed, flower, rose, sunflower,
leaf, acorn, apple, pear, pumpkin, carrot, cookie, cake, pie, pancake, muffin, teapot, cup, mug, plate, bowl, jar, bottle,
kettle, sock, shoe, boot, mitten, sweater, cape, belt, bow tie, bag, backpack, suitcase, box, chest, trunk, chair, stool,
broom, mop, sponge, soap bar, towel, comb, brush, fan, flag, balloon, skateboard, scooter, wheel, wagon, sled, paddle, oar,
anchor, net, fishing rod, jump rope, hoop, frisbee, bat, racket, helmet, shield, wand, potion, cauldron, magic carpet,
snow globe, hourglass, magnifying glass, pair of glasses, camera, radio, telephone, postcard, stamp, ticket, newspaper,
painting, photo, puzzle, dice cup, card, chess piece, domino, crayon, ribbon, string, thread, patch, cushion, curtain,
tent, hammock, nest, egg, bone, stick, log, brick, door knob, door, window, sign, lock, chain, gear, spring, light bulb,
battery, remote control, robot arm, stapler, paper clip, ruler, eraser, calculator, envelope, parcel, ice cream, lollipop,
sandwich, lemon, banana, onion, mushroom, strawberry, coconut, pineapple, walnut, honey jar, loaf of bread, bar of chocolate,
plum, teacup, thimble, silver thimble, bicycle bell, tin whistle, oil can, cowbell, weather vane, fountain pen, rubber duck""")
OBJECT_ADJECTIVES = _split("""red, blue, green, yellow, purple, orange, pink, white, black, silver, golden, old, tiny, big, wooden,
rusty, shiny, striped, magic, strange, little, round, crooked, dusty, bright, soft, lucky, glass, paper, tin, spotted""")

HER_NAMES = _split("""Ada, Lily, Mia, Zoe, Emma, Nora, Rosa, Ivy, Ella, Lucy, Anna, Maya, Sara, Leila, Amina, Priya, Yuki, Mei, Sofia,
Clara, Ruby, Hana, Freya, Tara, Nina, Eva, Alice, Grace, Daisy, Luna, Kira, Olga, Ines, Julia, Marta, Zara, Elif, Noor, Aisha,
Wendy, Hazel, Olive, Poppy, Violet, Iris, Flora, Greta, Heidi, Ingrid, Astrid, Sigrid, Petra, Vera, Tilda, Maud, Edith, Agnes,
Beatrice, Cora, Dora, Fern, Gwen, Holly, Isla, June, Kate, Lena, Molly, Nell, Opal, Pearl, Quinn, Rita, Stella, Thea, Uma, Wanda,
Yara, Zelda, Amara, Binta, Chika, Dalia, Esme, Fatima, Gita, Imani, Jaya, Keiko, Lupe, Mariam, Nadia, Oona, Paloma, Rania, Suki""")
HIS_NAMES = _split("""Tom, Ben, Max, Sam, Leo, Jack, Finn, Omar, Ravi, Kofi, Hugo, Noah, Liam, Otto, Theo, Hans, Juan, Luca, Ken, Ali, Adam,
Felix, Oscar, Ivan, Pablo, Jonas, Amir, Chen, Diego, Emil, George, Henry, Isaac, Karl, Milo, Nils, Paul, Tariq, Victor, Will,
Arthur, Barnaby, Caspar, Dario, Edgar, Fergus, Gus, Harold, Igor, Jasper, Kai, Lars, Magnus, Ned, Olaf, Percy, Quentin, Rufus,
Stanley, Tobias, Ulf, Vincent, Walter, Yusuf, Zack, Albert, Bruno, Cyril, Dexter, Ernest, Frank, Gilbert, Hamid, Ike, Joaquin,
Kwame, Lorenzo, Mateo, Nikolai, Orson, Pedro, Rashid, Silas, Tadeo, Umberto, Vikram, Wilbur, Xavier, Yannick, Zeno, Alfie""")
PET_NAMES = _split("""Pip, Bramble, Pepper, Biscuit, Waffles, Mochi, Button, Pickle, Toffee, Ziggy, Nutmeg, Bubbles, Tumble, Fizz,
Pebble, Cocoa, Dumpling, Sprout, Whisker, Clover, Twig, Moss, Acorn, Puddle, Scout, Marble, Noodle, Ginger, Bean, Doodle, Squeak,
Thistle, Maple, Juniper, Rusty, Patch, Velvet, Sparky, Cricket, Domino, Echo, Fable, Gizmo, Hobnob, Inky, Jellybean, Kipper,
Lumpy, Muffin, Nibbles, Oatmeal, Pocket, Quill, Radish, Snowdrop, Tiptoe, Umber, Vanilla, Wiggles, Yam, Zippy, Crumb, Pudding,
Sorrel, Bosco, Bolt, Rivet, Cog, Ember, Ash, Comet, Nova, Pixel, Turnip, Teasel, Plum, Rumble, Snuffle, Truffle, Fig""")

# Names kept back for the recall test must not be learnt from stories.
HER_NAMES, HIS_NAMES, PET_NAMES = ([name for name in names if not is_held_out(name)] for names in (HER_NAMES, HIS_NAMES, PET_NAMES))

TRAITS = _split("""little, kind, brave, clever, shy, curious, cheerful, grumpy, gentle, quiet, sleepy, silly, young, old, tiny, round,
careful, dreamy, busy, polite, messy, funny, patient, lonely, merry, stubborn, friendly, tall, clumsy, lively, thoughtful,
noisy, hopeful, hungry, playful, tidy, very small, rather serious, lazy, proud, wise, forgetful, nervous, honest, helpful""")
FEARS = _split("""the dark, thunder, heights, deep water, spiders, loud noises, the wind, being alone, shadows, the stairs, balloons,
bees, the doctor, big crowds, bridges, strangers, snow, flying, the moon, butterflies, the rain, mice, tall trees, the attic,
getting lost, mirrors, ladders, lightning, large dogs, tiny frogs, falling, the fog, storms, fireworks, ghosts, the cellar,
swimming, making mistakes, singing in front of people, trains""")
SKILLS = _split("""sing, swim, dance, climb, paint, bake bread, play the drum, ride a bike, whistle, skate, juggle, read, knit, ski,
play the violin, tell jokes, tie knots, write letters, cook soup, do magic tricks, play chess, throw a ball, build towers,
draw a cat, roar, row a boat, stand on one leg, play the flute, count to one hundred, make pancakes, fix things, do cartwheels""")
LOVES = _split("""honey, pancakes, music, dancing, books, rainy days, soup, cheese, singing, flowers, jokes, puzzles, the stars, trains,
painting, warm socks, ice cream, long walks, riddles, collecting stones, chocolate, the color blue, old songs, gardening""")
THEMES_FOR_COMPANY = ("friendship", "courage", "sharing", "kindness", "hope", "patience", "honesty", "trust", "love", "teamwork", "forgiveness", "family")

QUIRKS = _split("""a very loud laugh, a pocket full of buttons, a crooked smile, one red sock, a new haircut, a sweet tooth,
a terrible singing voice, the softest voice you ever heard, a head full of questions, a long list of things to do,
a bag full of stories, a spring in every step, a secret under the bed, a song for every day of the week, three umbrellas and no raincoat,
a great love of soup, big plans, no idea what day it was, a hat that was far too large, a yellow raincoat, a whistle for every mood,
the best memory in town, a collection of round stones, muddy feet, a book about everything, nine pillows and one blanket,
a drawer full of string, a calendar with no Mondays in it, a wish that would not go away, a habit of arriving early,
more freckles than anyone could count, a clock that ran backward, a jar of lucky beans, sleepy eyes, a scarf that touched the floor,
a joke for everyone, a heart as big as a barn, an old green bicycle, a diary with a tiny lock, a tune that would not stop,
a worried look, two left gloves, a kind word for everybody, a map of all the best hiding places, a sneeze like a trumpet""")
HABITS = _split("""counted the clouds before breakfast, hummed while washing the cups, said good morning to every stone,
wrote everything down in a blue notebook, ate toast upside down, slept with one window open, saved the best bite for last,
asked at least ten questions a day, collected bits of colored string, always walked backward on Tuesdays, talked to the moon,
made soup on rainy days, kept every letter in a tin, tied two knots in every lace, told the same joke every morning,
always had a plan, never had a plan, painted one tiny picture a day, laughed in the middle of sad songs, waved at every bird,
put honey on everything, got up before the sun, read the last page first, fell asleep in the strangest places,
gave a name to every spider in the house, always took the longest way home, lost one glove a week, whistled when things went wrong,
could not sit still for a minute, liked the quiet best, practiced funny faces in front of the window, dreamed with open eyes,
wore a different hat every day, kept a spare cookie for strangers, swept the path each morning, knew everybody by name,
counted to seven before every jump, cried at weddings and laughed at the rain, danced while nobody was looking,
planted something new every week, hid tiny notes for other people to find, drank cocoa from a very big cup""")

_ONSETS = "b bl br d dr f fl fr g gl gr h j k kl kr l m n p pl pr qu r s sk sl sm sn sp st t tr tw v w y z zw".split()
_VOWELS = "a e i o u oo ee i o a u".split()
_CODAS = "b d f g k l lf ll m mp n nk ng p rb rf rk rt sh sk t x zz rn dge bble ffle".split()
_TAILS = ["", "", "", "", "le", "er", "o", "a", "ish", "et", "in", "us", "ling", "kin"]


_NOT_FOR_CHILDREN = re.compile(r"fuc|fuk|shit|dick|cock|nig|fag|sex|tit|ass|cum|slut|wank|piss|poo|naz|kil|die|pube|turd|crap|coon|spic|dyke|hell|boob|dam")


def odd_noun(rng: random.Random) -> str:
    """A noun that does not exist: "blorf", "snizzle"."""
    if rng.random() < 0.5:
        return made_up_word(rng, shortest=4, longest=9)
    word = _syllables(rng)
    while _NOT_FOR_CHILDREN.search(word) or is_held_out(word):
        word = _syllables(rng)
    return word


def _syllables(rng: random.Random) -> str:
    stem = rng.choice(_ONSETS) + rng.choice(_VOWELS) + rng.choice(_CODAS)
    tail = rng.choice(_TAILS)
    if stem.endswith(("le", "ge")):
        tail = "r" if tail == "er" else ""
    if rng.random() < 0.3:
        stem = rng.choice(_ONSETS) + rng.choice("aeiou") + stem
    return stem + tail


def odd_name(rng: random.Random) -> str:
    """A name that does not exist: "Zorvik", "Mella"."""
    if rng.random() < 0.5:
        return made_up_word(rng, shortest=4, longest=8).capitalize()
    while True:
        middle = rng.choice("aeiou") + rng.choice("b d f g k l ll m n nn r rr s t tt v x z rv nd lm st".split())
        name = (rng.choice(_ONSETS) + middle + rng.choice("a o i u e ik an el is or us en ia ax ody".split())).capitalize()
        if not is_held_out(name) and not _NOT_FOR_CHILDREN.search(name.lower()):
            return name


RARE_CREATURES = _split("""axolotl, narwhal, platypus, pangolin, wombat, quokka, okapi, tapir, capybara, aardvark, alpaca, ibex, lynx,
mongoose, newt, salamander, manatee, stingray, kiwi, dodo, mammoth, stegosaurus, triceratops, earwig, tadpole, heron, ibis, jackdaw,
magpie, nightingale, oyster, porcupine, quail, stoat, vole, wasp, warthog, ferret, gnu, hare, jackal, kraken, minotaur, sphinx,
banshee, werewolf, cyclops, leprechaun, mummy, skeleton, zombie, centaur, basilisk, cactus, turnip, cabbage, avocado, pickle, noodle,
croissant, meatball, dumpling, broccoli, pineapple, doughnut, bagel, waffle, cucumber, eggplant, radish, jellybean, marshmallow""")
RARE_THINGS = _split("""stapler, doorbell, elevator, escalator, lawn mower, traffic light, bathtub, washing machine, fridge,
keyboard, printer, microphone, xylophone, tuba, accordion, banjo, kazoo, bagpipe, parachute, sundial, typewriter, periscope,
wheelbarrow, rolling pin, garlic press, cheese grater, corkscrew, tea bag, toothbrush, hairdryer, doormat, coat hanger, paperweight,
lampshade, zipper, shoelace, monocle, boomerang, catapult, pogo stick, trampoline, hot air balloon, unicycle, canoe, anvil,
satellite, telescope, microscope, abacus, chess board, trophy, gong, lighthouse lamp, snowplow, spatula, colander, ukulele, kimono""")

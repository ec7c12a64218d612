"""The strings that the tokenizer goldens encode, in groups; the same list for every tokenizer."""

import random
import unicodedata

LANGUAGES = """\
Hello, how are you today? I'm fine, thanks.
Bonjour, ça va ? Très bien, merci : « à bientôt » !
Guten Tag, wie geht's? Die Straße ist größer als früher.
¡Hola! ¿Cómo estás? Mañana será otro día.
Olá, tudo bem? Não há coração sem emoção.
Ciao, come stai? Perché no, è già così.
Hallo, hoe gaat het? Ik heb één idee.
Hej, hur mår du? Räksmörgås på ön.
Hei, hvordan går det? Blåbærsyltetøy.
Hyvää päivää, mitä kuuluu? Äiti lähti työhön.
Góðan daginn, hvernig hefurðu það? Þetta er ágætt.
Cześć, jak się masz? Zażółć gęślą jaźń.
Ahoj, jak se máš? Příliš žluťoučký kůň úpěl ďábelské ódy.
Szia, hogy vagy? Árvíztűrő tükörfúrógép.
Bună ziua, ce mai faci? Și țara aceasta e frumoasă.
Merhaba, nasılsın? İstanbul'da ışık çok güzeldi.
Salam, necəsən? Azərbaycan dili.
Labas, kaip sekasi? Įlinkdama fechtuotojo špaga.
Sveiki, kā jums klājas? Glāžšķūņa rūķīši.
Tere, kuidas läheb? Õun on põõsas.
Xin chào, bạn khỏe không? Tiếng Việt có nhiều dấu thanh điệu.
Selamat pagi, apa kabar? Terima kasih banyak.
Kumusta ka na? Mabuti naman, salamat po.
Habari za asubuhi, rafiki yangu?
Sawubona, unjani namhlanje?
Ẹ kú àárọ̀, ṣé dáadáa ni? Èdè Yorùbá.
Dia dhuit, conas atá tú? Tá fáilte romhat.
Shwmae, sut wyt ti? Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch.
Kaixo, zer moduz zaude gaur?
Привет, как дела? Съешь ещё этих мягких французских булок.
Привіт, як справи? Ґанок, їжак, єнот.
Здраво, како си? Љубав и њежност, џеп.
Здравей, как си? Щастлив ъгъл.
Сайн байна уу? Өнөөдөр үнэхээр сайхан байна.
Сәлем, қалайсың? Әдемі қазақ тілі.
Γεια σου, τι κάνεις; Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.
Ἐν ἀρχῇ ἦν ὁ λόγος, καὶ ὁ λόγος ἦν πρὸς τὸν θεόν.
Բարեւ, ինչպե՞ս ես։ Հայերեն լեզու։
გამარჯობა, როგორ ხარ? ქართული ენა.
שלום, מה שלומך? בְּרֵאשִׁית בָּרָא אֱלֹהִים.
مرحبا، كيف حالك؟ اللُّغَةُ العَرَبِيَّةُ جَمِيلَةٌ.
سلام، حال شما چطور است؟ می‌خواهم کتاب‌ها را بخوانم.
السلام علیکم، آپ کیسے ہیں؟ اُردو زبان۔
سڵاو، چۆنی؟ زمانی کوردی.
ياخشىمۇسىز؟ ئۇيغۇر تىلى.
ܫܠܡܐ ܥܠܟ
ދިވެހި ބަސް
नमस्ते, आप कैसे हैं? मैं ठीक हूँ। क्षत्रिय ज्ञान।
নমস্কার, কেমন আছেন? আমি ভালো আছি।
ਸਤ ਸ੍ਰੀ ਅਕਾਲ, ਤੁਸੀਂ ਕਿਵੇਂ ਹੋ?
નમસ્તે, તમે કેમ છો? હું મજામાં છું.
ନମସ୍କାର, ଆପଣ କେମିତି ଅଛନ୍ତି?
வணக்கம், எப்படி இருக்கிறீர்கள்? தமிழ் மொழி.
నమస్కారం, మీరు ఎలా ఉన్నారు? తెలుగు భాష.
ನಮಸ್ಕಾರ, ಹೇಗಿದ್ದೀರಾ? ಕನ್ನಡ ಭಾಷೆ.
നമസ്കാരം, സുഖമാണോ? മലയാളം ഭാഷ.
ආයුබෝවන්, කොහොමද? සිංහල භාෂාව.
สวัสดีครับ สบายดีไหม ภาษาไทยไม่มีช่องว่าง
ສະບາຍດີ, ເຈົ້າສະບາຍດີບໍ?
မင်္ဂလာပါ၊ နေကောင်းလား။
សួស្តី តើអ្នកសុខសប្បាយជាទេ?
བཀྲ་ཤིས་བདེ་ལེགས།
ᠮᠣᠩᠭᠣᠯ ᠪᠢᠴᠢᠭ
ሰላም፣ እንዴት ነህ? አማርኛ ቋንቋ።
ⴰⵣⵓⵍ, ⵎⴰⵏⵣⴰⴽⵉⵏ?
ᏣᎳᎩ ᎦᏬᏂᎯᏍᏗ
ᐃᓄᒃᑎᑐᑦ
你好，你今天怎么样？我很好，谢谢。
你好嗎？繁體中文：龍龜鬱籲灣。
こんにちは、お元気ですか？日本語は「カタカナ」と漢字です。
ﾊﾝｶｸｶﾀｶﾅ と ｆｕｌｌｗｉｄｔｈ
안녕하세요, 잘 지내세요? 한국어는 재미있어요.
ꦧꦱꦗꦮ
ᱥᱟᱱᱛᱟᱲᱤ
𐌲𐌿𐍄𐌹𐍃𐌺 𐍂𐌰𐌶𐌳𐌰
𓀀𓁹𓂀𓃠 hieroglyphs
𒀭𒈗 cuneiform
𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝓶𝓪𝓽𝓱 𝟙𝟚𝟛
𠮷野家で𩸽を食べる
Saluton, kiel vi fartas? Eĥoŝanĝo ĉiuĵaŭde.
ʻO ka ʻōlelo Hawaiʻi
ǃKung ǀXam ǁGana
⠓⠑⠇⠇⠕ braille
""".splitlines()

CHAT = """\
Hey how are you doing?
My name is Zorbin. What is my name?
What is the capital of France?
Tell me a story about a dragon who is afraid of the dark.
what's 12 + 30?
12 + 30 = 42.
I don't know; you'll see, they've said it's what we'd want.
I'M SURE YOU'RE RIGHT, SHE'LL SAY WE'VE WON
‘Curly quotes’ don’t split like 'straight' ones — isn’t it?
Once upon a time, there was a little girl named Milo.
ok
OK!!!
no...
Really?!?!
(parenthetical [nested {deep} text] here)
"quoted", 'quoted', `quoted`, «quoted», „quoted“
e.g. i.e. etc. Mr. Dr. U.S.A. a.m. p.m.
semi-colon; colon: dash - en – em — ellipsis… bullet • star *
50% off & more @ example.com #hashtag $5 £6 €7 ¥8 ^ ~ | \\ /
user@example.com https://example.com/a/b?c=d&e=f#g http://127.0.0.1:8080/
The quick brown fox jumps over the lazy dog.
THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG.
tHe QuIcK bRoWn FoX
co-operate re-enter x-ray T-shirt
don't can't won't shan't o'clock 'tis 'twas y'all'd've
'S 'T 'RE 'VE 'M 'LL 'D 's 't 're 've 'm 'll 'd
's't're've'm'll'd
a's b't
Step 1: do this. Step 2: do that.
* item one
- item two
1. first
# Heading
**bold** _italic_ ~~strike~~ [link](https://example.org)
| a | b |
|---|---|
> a quoted line
<b>html</b> &amp; &lt;tag attr="value"/&gt;
E = mc², H₂O, x₁ + y² ≤ z³, ∑∫√∞≈≠±×÷
½ cup, ¾ full, 1⁄2, Ⅷ, ①②③, ㊿
©®™ §¶ †‡ №
naïve façade résumé coöperate
""".splitlines()

CODE = [
    "def f(x):\n    return x + 1\n",
    "def f(x):\n\treturn x + 1\n",
    "class A:\n    def __init__(self, *args, **kwargs):\n        super().__init__()\n        self.x = [i ** 2 for i in range(10)]\n",
    "if (a && b || !c) {\n  return a ? b : c;\n}\n",
    "fn main() {\n    println!(\"{:?}\", vec![1u8, 2, 3].iter().map(|x| x * 2).collect::<Vec<_>>());\n}\n",
    "#include <stdio.h>\nint main(void) { printf(\"%d\\n\", 0xdeadBEEF); return 0; }\n",
    "const f = async (x) => { await g(`${x}`); };\n",
    "SELECT * FROM users WHERE id = 1 AND name LIKE '%o''brien%';--",
    "<!DOCTYPE html>\n<html lang=\"en\">\n  <body class='a b'>&nbsp;</body>\n</html>",
    "{\"a\": [1, 2.5, -3e10, null, true], \"b\": {\"c\": \"d\\u00e9\"}}",
    "#!/bin/sh\nset -eu\nfor f in *.txt; do echo \"$f\" | sed 's/a/b/g' > /dev/null 2>&1; done\n",
    "a[i]+=b[j++]--;x>>=2;y<<=3;z^=~w;",
    "import numpy as np\nnp.zeros((3, 4), dtype=np.float32)[..., None]\n",
    "\\frac{a}{b} \\sum_{i=0}^{n} x_i^2 $$\\alpha\\beta$$",
    "git commit -m \"fix: #123\" && git push --force-with-lease\n",
    "camelCase snake_case SCREAMING_SNAKE kebab-case PascalCase __dunder__ x1y2z3",
    "0x1F 0b1010 0o777 1_000_000 1e-9 .5 5. 1.2.3",
    "/* comment */ // comment -- comment # comment ; comment % comment",
    "                            deeply indented\n                        less\n",
    "\t\t\t\ttabs\n\t\tfewer\n",
    "key:\n  - value: 1\n    other: |\n      text\n",
    "(defun f (x) (if (null x) '() (cons (car x) (f (cdr x)))))",
    "λx. λy. x → ∀a ∃b. a ∧ ¬b",
    "^(?:[a-z0-9!#$%&'*+/=?^_`{|}~-]+)$",
    "\x1b[31mred\x1b[0m",
]

EMOJI = [
    "😀", "😀😃😄😁", "🙂 ok", "👍🏽", "👍🏻👍🏿", "👨‍👩‍👧‍👦", "👩🏽‍💻", "🏳️‍🌈", "🏴‍☠️", "❤️", "❤", "❤️‍🔥", "☺️", "☺︎", "🇫🇷🇯🇵🇧🇷", "🇫 🇷",
    "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣2️⃣#️⃣*️⃣", "👩‍❤️‍💋‍👨", "🧑🏾‍🤝‍🧑🏻", "🐻‍❄️", "🤷🏻‍♀️ whatever", "I ❤️ 🍕!", "🎉🎉🎉 party 🎉", "a😀b", "😀\n😀",
    "👁️‍🗨️", "🫠🫶🏼🪿", "🧿🪬", "💩‍", "‍💩", "️", "🏽", "🇺", "🀄🃏", "♠♣♥♦", "⌚⏰⏳", "→←↑↓⇒", "✓✗✔️❌", "■□▲△●○", "┌─┐│└─┘",
    "(╯°□°)╯︵ ┻━┻", "¯\\_(ツ)_/¯", "ಠ_ಠ", "( ͡° ͜ʖ ͡°)", "Z̸̡͓̊a̵̡͔͊l̶̰͂g̵̨̈́ǒ̷̧", "🅰️🆎", "㊗️㊙️", "🔢🔠", "🕐🕧",
]

COMPOSED = """\
é è ñ ü å ö ç Å Ω K ﬁ ﬀ ½ ² ſ ẛ̣ ệ ǭ ṩ ḗ ȭ café naïve Ångström Zürich Đặng Tiếng_Việt nước được 각 한글 가나다 값 क़ ख़ ड़ ढ़ য় ਲ਼ שׁ שּׁ אָ
ᾅ ΐ ὕ ή й ё ї ў Ѷ が パ ヴ ゞ ﷺ ﻻ 豈 更 樂 神 福 ① Ｆ ｱ ｶﾞ ⫝̸ 𝅗𝅥 𝅘𝅥𝅮 ̈́ ; · ‑ … ™ Ⅳ ǆ Ǆ ŉ ẞ ß İ ı""".split()

SPECIAL = ["<|endoftext|>", "<|padding|>", "<|pad|>", "<|user|>", "<|bot|>", "<|story|>"]

SPACES = [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x1F, 0x20, 0x85, 0xA0, 0x1680, 0x180E, *range(0x2000, 0x2010), 0x2028,
          0x2029, 0x202F, 0x205F, 0x2060, 0x2800, 0x3000, 0x3164, 0xFEFF, 0xFFA0]

# Blocks of Unicode 14 and before, first and last code point, thinned to one a script or so.
BLOCKS = """\
0021-007E 00A1-00FF 0100-017F 0180-024F 0250-02AF 02B0-02FF 0300-036F 0370-03FF 0400-04FF 0500-052F 0531-058F 0591-05F4 0600-06FF
0700-074F 0750-077F 0780-07B1 07C0-07FA 0800-083E 0840-085E 08A0-08FF 0900-097F 0980-09FE 0A01-0A76 0A81-0AFF 0B01-0B77 0B82-0BFA
0C00-0C7F 0C80-0CF2 0D00-0D7F 0D81-0DF4 0E01-0E5B 0E81-0EDF 0F00-0FDA 1000-109F 10A0-10FF 1100-11FF 1200-137C 13A0-13FD 1400-167F
1680-169C 16A0-16F8 1700-1714 1780-17F9 1800-18AA 18B0-18F5 1900-194F 1950-1974 1980-19DF 1A00-1A1F 1A20-1AAD 1AB0-1ACE 1B00-1B7E
1B80-1BF3 1C00-1C4F 1C50-1C7F 1C80-1C88 1C90-1CBF 1CD0-1CFA 1D00-1DBF 1DC0-1DFF 1E00-1EFF 1F00-1FFE 2010-2027 2030-205E 2070-209C
20A0-20C0 20D0-20F0 2100-214F 2150-218B 2190-21FF 2200-22FF 2300-23FF 2400-2426 2440-244A 2460-24FF 2500-257F 2580-259F 25A0-25FF
2600-26FF 2700-27BF 27C0-27EF 2800-28FF 2900-297F 2A00-2AFF 2B00-2BFF 2C00-2C5F 2C60-2C7F 2C80-2CFF 2D30-2D7F 2D80-2DDE 2DE0-2DFF
2E00-2E5D 2E80-2EF3 2F00-2FD5 2FF0-2FFB 3001-303F 3041-309F 30A0-30FF 3105-312F 3131-318E 3190-319F 31A0-31BF 31C0-31E3 31F0-31FF
3200-32FF 3300-33FF 3400-4DBF 4DC0-4DFF 4E00-9FFC A000-A48C A4D0-A4FF A500-A62B A640-A69F A6A0-A6F7 A720-A7FF A800-A82C A840-A877
A880-A8D9 A8E0-A8FF A900-A953 A960-A97C A980-A9DF AA00-AA5F AA60-AADF AB30-AB6B AB70-ABBF ABC0-ABF9 AC00-D7A3 D7B0-D7FB E000-E00F
F900-FAD9 FB00-FB17 FB1D-FB4F FB50-FDFF FE00-FE0F FE20-FE2F FE30-FE4F FE50-FE6B FE70-FEFC FF01-FFEE FFF9-FFFD 10000-100FA 10280-1031F
10330-1034A 10400-1044F 10800-10855 10A00-10A58 10B00-10B55 11000-1106F 11100-11147 11680-116C9 12000-12399 13000-1342E 14400-14646
16A40-16A6F 16F00-16F9F 17000-187F7 1B000-1B11E 1D100-1D1E8 1D400-1D7FF 1E900-1E95F 1EE00-1EEBB 1F000-1F02B 1F0A0-1F0F5 1F100-1F1FF
1F300-1F5FF 1F600-1F64F 1F680-1F6FC 1F900-1F9FF 1FA70-1FAF6 1FB00-1FBF9 20000-2A6DD 2A700-2B738 2F800-2FA1D 30000-3134A E0020-E007F
E0100-E01EF F0000-F000F 10FFF0-10FFFD"""

WORDS = ("the of and a to in is you that it he was for on are as with his they I at be this have from or one had by word but not what "
         "all were we when your can said there use an each which she do how their if will up other about out many then them these so "
         "some her would make like him into time has look two more write go see number no way could people my than first water been "
         "call who oil its now find long down day did get come made may part internationalization antidisestablishmentarianism Paris "
         "Zorbin Milo dragon lamp 7 42 1,000 3.14 2024-01-31 12:30").split()
GLUE = [" "] * 12 + ["  ", "   ", "\n", "\n\n", "\r\n", "\t", ", ", ". ", "! ", "? ", "-", "—", "'s ", "'t ", "...", "/", "_", ": ", " (", ") ", "\u00a0",
                     "\u3000", "", "\n    ", " \n", "\n ", " \t "]


def assigned(low, high):
    return [chr(c) for c in range(low, high + 1) if unicodedata.category(chr(c)) not in ("Cn", "Cs")]


def texts():
    """(group, text) pairs, no text twice."""
    rng = random.Random(20240131)
    out = [("empty", "")]

    def add(group, *items):
        out.extend((group, item) for item in items)

    add("language", *LANGUAGES)
    for line in LANGUAGES:
        words = line.split()
        add("language", words[0], " " + rng.choice(words), "".join(rng.sample(line, min(12, len(line)))))
    add("chat", *CHAT)
    add("code", *CODE)
    add("emoji", *EMOJI)
    for _ in range(80):
        add("emoji", "".join(rng.choice(EMOJI + [" ", "\u200d", "\ufe0f", "x"]) for _ in range(rng.randint(2, 5))))
    for text in COMPOSED:
        add("normal-forms", *(unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKD")))
        add("normal-forms", "a" + unicodedata.normalize("NFD", text) + " " + unicodedata.normalize("NFC", text) + "b")
    marks = [chr(c) for c in range(0x300, 0x345)]
    for _ in range(40):
        add("combining", "".join(rng.choice("aeoucnszAE ") + "".join(rng.sample(marks, rng.randint(0, 4))) for _ in range(rng.randint(1, 6))))

    for c in SPACES:
        s = chr(c)
        add("space", s * 2, f"a{s}b", f"a {s} b", f"{s}a", f"1{s}{s}2", f"{s}\n{s}!")
    for n in [*range(2, 28), 47, 48, 49, 64, 100]:
        add("space", " " * n, "x" + " " * n + "y", "\n" + " " * n + "z")
    for n in (2, 3, 4, 5, 8, 16, 17, 40):
        add("space", "\n" * n, "\t" * n, "\r\n" * n, "a" + "\n" * n + "b", " \n" * n, "\t " * n)
    for _ in range(60):
        add("space", "".join(rng.choice(["a", "1", ".", *map(chr, SPACES)]) for _ in range(rng.randint(3, 10))))
    add("newlines", "a\nb\r\nc\rd\n\re", "line one\r\nline two\r\n\r\nline four\r\n", "\r\r\n\n", "end\n", "end \n ", "\n start")

    add("single", *(chr(c) for c in range(0x100)))
    add("control", "a\0b", "\0\0\0", "\x7f", "\x80\x9f", "a\u200bb\u200cc\u200dd\u2060e", "\ufeffBOM", "BOM\ufeff", "\u202eRTL\u202c \u2066x\u2069",
        "\ufffe\uffff", "\ufffd", "\U0010ffff", "\U0001fffe", "\ufdd0", "\u00ad soft\u00adhyphen", "\u034f", "\u061c", "\u115f\u1160", "".join(map(chr, range(32))))
    # Letters of Unicode 15 and later: a tokenizer with older tables takes them for something else.
    add("newer-unicode", "\U00011f04\U00011f12 kawi", "\U0001e4d0\U0001e4f0", "\U00031350\U000323af", "\U0001fae8\U0001fabf", "\u0cf3", "\U0002ebf0", "\U00010d40\U00010d6f")

    add("digits", *(str(n) for n in [*range(0, 21), 42, 99, 100, 101, 256, 365, 999, 1000, 1024, 1999, 2024, 4096, 65536, 123456, 10**6, 10**9, 2**64]))
    add("digits", "3.14159265358979", "1,234,567.89", "1 234 567", "-40°C", "+1 (555) 010-9999", "192.168.0.1", "00:00:59.999", "2024-01-31T12:30:00Z",
        "1/2", "50%", "$3.50", "1st 2nd 3rd 4th", "v1.2.3-rc4", "0000007", "١٢٣٤٥٦٧٨٩٠", "१२३४५", "１２３４５", "𝟏𝟐𝟑", "一二三四五", "MCMXCIX", "x2y3", "2x3y", "a1", "1a",
        "12345678901234567890" * 4, "9" * 50)
    for _ in range(40):
        add("digits", str(rng.randint(0, 10 ** rng.randint(1, 18))) + rng.choice(["", " ", "+", "-", ".", ","]) + str(rng.randint(0, 999)))

    add("long", "a" * 17, "a" * 256, "ab" * 100, "aA" * 64, "é" * 60, "字" * 60, "😀" * 30, "-" * 80, "=" * 65, "_" * 33, "." * 99, "!?" * 40, "ha" * 30, "1" * 77,
        "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft", "pneumonoultramicroscopicsilicovolcanoconiosis",
        "TG9yZW0gaXBzdW0gZG9sb3Igc2l0IGFtZXQsIGNvbnNlY3RldHVyIGFkaXBpc2NpbmcgZWxpdA==", "d41d8cd98f00b204e9800998ecf8427e")
    for _ in range(16):
        add("long", "".join(rng.choice("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[: rng.choice((2, 5, 26, 52, 62))])
                            for _ in range(rng.randint(30, 120))))

    for token in SPECIAL:
        add("special", token, token * 2, f"a{token}b", f"a {token} b", f" {token}", f"{token} ", f"\n{token}\n", token[:-1], token[1:], token.upper(),
            f"<{token}>", f"{token[:5]} {token[5:]}", f"é{token}😀", f"e{token}\u0301", f"'{token}'s")
    for _ in range(40):
        add("special", "".join(rng.choice(SPECIAL + ["hello", " ", "\n", "<|", "|>", "Hi there!", "  ", "é"]) for _ in range(rng.randint(2, 7))))
    add("special", "<|user|>Hello!<|bot|>Hi. How are you?<|user|>What is 2 + 2?<|bot|>", "<|endoftext|><|story|>Once upon a time",
        "[INST] hi [/INST]", "<s></s><unk>", "<|im_start|>user\nhi<|im_end|>\n", "<|start_header_id|>user<|end_header_id|>\n\nhi<|eot_id|>")

    for block in BLOCKS.split():
        low, high = (int(x, 16) for x in block.split("-"))
        chars = assigned(low, high)
        for n in (1, 6):
            add("block", "".join(rng.choice(chars) for _ in range(n)))
        add("block", "".join(rng.choice(chars + [" ", " ", "a", "1", ".", "'s"]) for _ in range(8)))

    for _ in range(200):
        add("mixed", "".join(rng.choice(WORDS) + rng.choice(GLUE) for _ in range(rng.randint(2, 9))))
    pool = "".join(LANGUAGES) + "".join(EMOJI) + " \n\t" * 30
    for _ in range(100):
        add("mixed", "".join(rng.choice(pool) for _ in range(rng.randint(2, 14))))

    return list({text: (group, text) for group, text in reversed(out)}.values())[::-1]

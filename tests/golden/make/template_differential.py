"""Thousands of small templates, drawn by chance, and what Python's jinja2 makes of them as transformers sets it up:
every method of str, list, dict and tuple, every test, filter and operator, formatting, JSON, printing, statements.

A row is [template, text], or [template, null] where rendering fails. All rows see the same variables.
"""

import datetime
import json
import random
import warnings
from pathlib import Path

import transformers.utils.chat_template_utils as chat

warnings.simplefilter("ignore")

# strftime_now's date in the engine (src/conversation/python/date.rs).
NOW = datetime.datetime(2024, 7, 26)

VARIABLES = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "  Où est l'été?\nA \"quote\" & <tag> "},
        {"role": "assistant", "content": "<think>\nhm\n</think>\n\nYes. 😀"},
        {"role": "user", "content": "2 + 2?"},
    ],
    "tools": None,
    "documents": None,
    "add_generation_prompt": True,
    "bos_token": "<s>",
    "eos_token": "</s>",
    "call": {"name": "f", "arguments": {"q": "é", "n": 3, "x": [1.5, None, True], "deep": {"k": []}}, "items": "shadow", "id": 7},
    "rows": [{"n": "b", "v": 2, "t": {"k": 1}}, {"n": "a", "v": 10, "t": {"k": 3}}, {"n": "B", "v": 2, "t": {"k": 2}}, {"n": "c", "v": None}],
}

STRINGS = [
    "", " ", "a", "b", "abc", "ABC", "Hello World", "  pad  ", "a,b,,c", "aXbXc", "Straße", "ǆ ǅ Ǆ", "tab\tx\ty", "l1\nl2\r\nl3\x0bq\n", "123",
    "½", "٣", "²", "一二", "x_1", "1x", "it's", 'say "hi"', "it's \"x\"", "é😀", "ÀÉÎ", "<b>&'\"</b>", "the quick brown fox", "-42", " 7 ", "3.14", "0x1F",
    "1e3", "nan", "ﬁn", "\\d", "\x00\x7f", "a\u2028b", "{}", "%s", "ab", "abab", "they're bill's", "İ", "Σας", "\u00a0x\u3000", "_", "class", "True", "/path/to", "a.b.c", "z" * 40,
]
INTS = [0, 1, -1, 2, 3, 5, 10, -7, 100, 255, 12345678, 2**40, -(2**63), 2**70]
FLOATS = [0.0, -0.0, 1.0, 1.5, -2.5, 0.1, 2.675, 1e16, 1e15, 1e-5, 0.0001, 123456.789, -1e300, 3.0e22, 2.5, 3.5]
SIMPLE = [None, True, False]
LISTS = [[], [1], [3, 1, 2], ["b", "a", "C"], [1, "x", None, True, 2.0], [[1, 2], [3]], [1, 1, 2, 1], ["a", "A", "b"], [0, "", [], None], [{"a": 1}, {"a": 2}]]
TUPLES = [(), (1,), (1, 2), ("a", "b", "a"), ("x", 2)]
DICTS = [{}, {"a": 1}, {"b": 2, "a": [1, {"c": None}]}, {1: "x", "y": True}, {"A": 3, "b": 1, "a": 2}, {"k": "it's", "é": "😀\n"}]
VALUES = STRINGS + INTS + FLOATS + SIMPLE + LISTS + TUPLES + DICTS


class Name(str):
    """A variable, written as it is."""


def literal(value):
    if isinstance(value, Name):
        return str(value)
    if value is None:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        text = repr(value)
        return text if "." in text else text.replace("e", ".0e")
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        text = value.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")
        return "'" + "".join(f"\\x{ord(c):02x}" if ord(c) < 32 or ord(c) == 127 else c for c in text) + "'"
    if isinstance(value, list):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(literal, value)) + ("," if len(value) == 1 else "") + ")"
    return "{" + ", ".join(f"{literal(k)}: {literal(v)}" for k, v in value.items()) + "}"


class Draw:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.rows = {}

    def one(self, *pools):
        return self.random.choice(self.random.choice(pools))

    def add(self, template):
        self.rows.setdefault(template)

    def show(self, expression):
        """As text, or as Python's repr inside a list."""
        self.add("{{ %s }}" % expression if self.random.random() < 0.5 else "{{ [%s] }}" % expression)

    def string(self):
        return literal(self.one(STRINGS))

    def value(self):
        return literal(self.one(STRINGS, INTS, FLOATS, SIMPLE, LISTS, TUPLES, DICTS, [Name("missing"), Name("call"), Name("messages[0]")]))

    def part(self, text):
        """A piece that is likely to be in the text."""
        if text and self.random.random() < 0.7:
            start = self.random.randrange(len(text))
            return text[start : start + self.random.randint(1, 3)]
        return self.one(STRINGS)


def method_arguments(d, name, text):
    r = d.random
    part = lambda: literal(d.part(text))
    small = lambda: str(r.choice([-3, -1, 0, 1, 2, 3, 5, 9, 20]))
    tuple_of = lambda: "(%s, %s)" % (part(), part())
    if name in ("capitalize casefold isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric isprintable isspace istitle isupper lower swapcase title upper".split()):
        return [] if r.random() < 0.97 else [small()]
    if name in ("center", "ljust", "rjust"):
        return [small()] + ([literal(r.choice("*é ")) if r.random() < 0.9 else "'ab'"] if r.random() < 0.5 else [])
    if name in ("count", "find", "rfind", "index", "rindex"):
        return [part()] + [small() for _ in range(r.choice([0, 0, 0, 1, 2]))]
    if name in ("startswith", "endswith"):
        return [tuple_of() if r.random() < 0.3 else part()] + [small() for _ in range(r.choice([0, 0, 0, 1, 2]))]
    if name == "expandtabs":
        return r.choice([[], [small()], ["tabsize=4"]])
    if name == "join":
        return [literal(r.choice([["a", "b"], ("x",), [], "abc", {"k": 1, "l": 2}, ["a", 1], None]))]
    if name in ("strip", "lstrip", "rstrip"):
        return r.choice([[], [], ["none"], [part()], [literal("".join(r.sample("aXb <>lod '", 3)))]])
    if name in ("partition", "rpartition"):
        return [part()]
    if name in ("removeprefix", "removesuffix"):
        return [literal(r.choice([text[:2], text[-2:], d.one(STRINGS)]))]
    if name == "replace":
        return [part(), literal(d.one(STRINGS))] + r.choice([[], [], [small()]])
    if name in ("split", "rsplit"):
        return r.choice([[], [part()], [part(), small()], ["none", small()], [part(), "maxsplit=1"], ["sep=" + part()], ["maxsplit=" + small()], ["' '"]])
    if name == "splitlines":
        return r.choice([[], ["true"], ["keepends=true"], ["false"]])
    if name == "zfill":
        return [small()]
    if name == "translate":
        return [literal(r.choice([{97: "x"}, {98: None, 97: 99}, {}]))]
    if name == "encode":
        return []
    raise KeyError(name)


STR_METHODS = (
    "capitalize casefold center count encode endswith expandtabs find index isalnum isalpha isascii isdecimal isdigit isidentifier islower isnumeric "
    "isprintable isspace istitle isupper join ljust lower lstrip partition removeprefix removesuffix replace rfind rindex rjust rpartition rsplit rstrip "
    "split splitlines startswith strip swapcase title translate upper zfill"
).split()


def str_methods(d):
    for name in STR_METHODS:
        weight = 1 if name in ("encode",) else 22 if name.startswith("is") else 26
        for _ in range(weight):
            text = d.one(STRINGS)
            d.show(f"{literal(text)}.{name}({', '.join(method_arguments(d, name, text))})")
    for _ in range(40):  # with arguments of the wrong type or number
        name = d.random.choice(STR_METHODS)
        d.show(f"{d.string()}.{name}({', '.join(d.value() for _ in range(d.random.choice([1, 1, 2, 4])))})")


def container_methods(d):
    r = d.random
    for name in "append clear copy count extend index insert pop remove reverse sort".split():
        for _ in range(8):
            v = d.one(LISTS)
            item = literal(r.choice(v + [1, "a"]))
            arguments = {"insert": f"0, {item}", "extend": "[1]"}.get(name, item if name in ("append", "count", "index", "remove") else "")
            d.show(f"{literal(v)}.{name}({arguments})")
    for name in "count index".split():
        for _ in range(8):
            v = d.one(TUPLES)
            d.show(f"{literal(v)}.{name}({literal(r.choice(list(v) + [1, 'a']))})")
    for name in "clear copy get items keys pop popitem setdefault update values fromkeys".split():
        for _ in range(10):
            v = r.choice(DICTS)
            key = literal(r.choice(list(v) + ["a", "nope", 1]))
            arguments = {"get": r.choice([key, key + ", 'd'", key + ", none"]), "pop": key, "setdefault": key, "update": "{'z': 1}", "fromkeys": "[1]"}.get(name, "")
            call = f"{literal(v)}.{name}({arguments})"
            d.show(f"{call} | list" if name in ("items", "keys", "values") and r.random() < 0.7 else call)
    for name in ["upper", "get", "items", "append", "bit_length", "is_integer", "nope"]:
        for _ in range(4):
            d.show(f"{d.value()}.{name}()")
    for expression in [
        "call.items", "call['items']", "call.items()|list", "call.arguments.q", "call.arguments.get('n', 5)", "call.id", "call.nope", "call.nope.deeper", "call['nope']",
        "call.arguments.items() | map('first') | list", "(1).bit_length()", "(255).bit_length()", "(2.0).is_integer()", "'a' in call", "'name' in call", "call.keys() | list", "'n' in call.arguments.keys()",
        "call.arguments.values() | list", "messages[0].keys() | join(',')", "dict(a=1, b=2)", "dict({'a': 1}, b=2)", "dict([('a', 1)])", "namespace(a=1).a", "range(3) | list", "range(1, 10, 3) | list", "range(5, 0, -2) | list",
        "range(3)", "range(3)[1]", "range(0, 10)[2:4] | list", "2 in range(3)", "range(5) | length", "range(200000) | length", "range(2, 2) | list", "range(3) | last", "range(-2) | list",
    ]:
        d.add("{{ %s }}" % expression)


TESTS = "boolean callable defined even false float integer iterable lower mapping none number odd sequence string true undefined upper escaped".split()


def tests(d):
    values = [literal(v) for v in [0, 1, -3, 2, 1.0, 2.5, True, False, None, "", "abc", "ABC", "Ab", "1", [], [1], (), (1,), {}, {"a": 1}, 2**70]]
    values += ["missing", "call", "call.nope", "messages", "range(3)", "call.items()", "call.keys()", "(messages | map(attribute='role'))", "namespace(a=1)", "raise_exception", "loop", "messages[1:]", "([1] + [2])", "tools", "documents"]
    for test in TESTS:
        for value in values:
            if not (test in ("even", "odd") and "range" in value):
                d.add("{{ %s is %s%s }}" % (value, "not " if d.random.random() < 0.2 else "", test))
    for test in "divisibleby eq equalto ne ge gt greaterthan le lessthan lt in sameas".split() + ["=="]:
        for _ in range(18):
            pool = [d.random.choice([INTS[:9] + FLOATS[:6], STRINGS[:14], SIMPLE + INTS[:3], LISTS])] * 2 if d.random.random() < 0.7 else [VALUES, VALUES]
            a, b = (literal(d.random.choice(p)) for p in pool)
            if test == "in":
                b = literal(d.random.choice([LISTS, TUPLES, DICTS, STRINGS])[d.random.randrange(5)])
            d.add("{{ %s is %s(%s) }}" % (a, test, b) if test != "==" else "{{ [%s] | select('==', %s) | list }}" % (a, b))
    for name in ["upper", "tojson", "nope", "d"]:
        d.add("{{ '%s' is filter }}" % name)
        d.add("{{ '%s' is test }}" % name)


def operators(d):
    r = d.random
    numbers = INTS + FLOATS + [True, False]
    for operator in ["+", "-", "*", "/", "//", "%", "**"]:
        for _ in range(45):
            a, b = r.choice(numbers), r.choice(numbers)
            if operator == "**":
                a, b = r.choice([0, 1, -1, 2, -3, 10, 2.0, 0.5, -2.0, True]), r.choice([0, 1, 2, 3, -1, -2, 0.5, 5])
            d.show(f"{literal(a)} {operator} {literal(b)}" if not str(b).startswith("-") else f"{literal(a)} {operator} ({literal(b)})")
        for _ in range(14):
            d.show(f"{d.value()} {operator} {d.value()}")
    for _ in range(110):
        d.add("{{ %s ~ %s }}" % (d.value(), d.value()))
    for operator in ["==", "!=", "<", "<=", ">", ">=", "in", "not in", "and", "or"]:
        for _ in range(22):
            pool = r.choice([numbers, STRINGS, LISTS, TUPLES, DICTS]) if r.random() < 0.7 else VALUES
            b = r.choice(pool) if operator not in ("in", "not in") else r.choice(r.choice([STRINGS, LISTS, TUPLES, DICTS, SIMPLE]))
            d.show(f"{literal(r.choice(pool))} {operator} {literal(b)}")
    for _ in range(40):
        d.show(r.choice(["not %s", "-(%s)", "%s if %s else 'no'", "%s and %s", "%s or %s", "+(%s)", "not %s and %s"]).replace("%s", "\0").replace("\0", d.value(), 1).replace("\0", d.value()))
    for sequence in [["a", "b", "c", "d", "e"], "héllo😀", (1, 2, 3, 4), [], ""]:
        for _ in range(26):
            bound = lambda: r.choice(["", "", "0", "1", "2", "-1", "-2", "9", "-9", "none"])
            step = r.choice(["", "", ":", ":1", ":2", ":-1", ":-1", ":-2", ":0", ":3"])
            d.show(f"{literal(sequence)}[{bound()}:{bound()}{step}]")
        for index in [0, -1, 2, 9, -9, "'x'", "none"]:
            d.show(f"{literal(sequence)}[{index}]")
    for expression in [
        "1 + 2 * 3 - 4", "(1 + 2) * 3", "2 ** 3 ** 2", "-2 ** 2", "7 // 2 * 2", "10 - 2 - 3", "1 < 2 < 3", "3 > 2 > 2", "1 == 1.0 == true", "'a' ~ 1 + 2", "'a' ~ 1 * 2 ~ 'b'", "1 + 1 ~ 'x'", "not true or true",
        "true and false or true", "1 if false", "1 if true else 2 if false else 3", "'%s-%s' % ('a', 1) ~ '!'", "'%d' % 3 + 'x'", "'%d%%' % 50", "5 % 3 % 2", "'%s' % 'a' * 2", "('%s' % 'a') * 2", "'%s' % -1", "10 % 4 + 1", "10 % 4 * 2", "2 * 10 % 4",
        "'%s' % [1, 2]", "'%s %s' % ([1], none)", "'%s' % messages[0].role", "'%s' % messages[0].role | upper", "('%s' % 'q') | upper", "'%s: %s' % (messages[0]['role'], messages[0].content | upper)", "'%s' % (1 + 2)", "'%s' % (messages | length)", "'a' + '%s' % 'b'",
        "'%(a)s' % {'a': 1}", "['%s' % 1, '%s' % 2]", "{'k': '%s' % 1}", "'%s' % ('x' if true else 'y')", "'%s' % 'x' if true else 'y'", "'%s' % 1 == '1'", "'1' in '%s' % 1", "not '%s' % ''", "'%s' % x is defined", "7 % 3 is odd", "8 % 3 is divisibleby 2",
        "[1, 2] + [3]", "[1] * 3", "3 * [1]", "(1,) + (2,)", "(1, 2) * 2", "'ab' * 3", "3 * 'ab'", "'ab' * -1", "'a' * 2.0", "[1] + (2,)", "{'a': 1} + {'b': 2}", "1 + none", "'a' + 1", "'a' + missing", "missing + 'a'", "missing ~ 'a'", "missing == missing", "missing == none",
        "missing.a", "missing['a']", "missing.a.b", "missing | length", "missing | list", "missing | join", "none.a", "none.a.b", "(1, 'a', none)", "(1)", "((1, 2), [3, (4,)])", "true", "True", "none", "None", "1_000", "0x1f", "0b11", "0o17", "1e3", "1.5e-7", "12345678901234567890123",
        "1.0", "100000000000000000000.0", "1e22", "123456789.123456789", "1/3", "2/1", "7 // 2.0", "-7 // 2", "-7 % 3", "7 % -3", "-7.5 % 2", "7.5 // -2", "0.1 + 0.2", "1e308 * 10", "'a' 'b'", "'é' < 'f'", "[1, 2] < [1, 3]", "(1, 2) == [1, 2]", "'x' in {'x': 1}", "1 in [true]", "[] == ()",
        "'a' in none", "1 in 'a1'", "missing in 'abc'", "'a' in missing", "'' in ''", "none in [none]", "{'a': 1}.a", "{'a': 1}['a']", "{1: 2}[1]", "{'b': 1, 'a': 2}", "{1.0: 'x', none: 'y', true: 'z'}", "'\\u00e9\\x41\\101\\a\\q\\'\\\"\\N{BULLET}\\U0001F600'", "\"it's\"", "'a\\\nb'", "'\\0'", "'\\ud83d\\ude00'", "'\\8'", "'\\477'",
        "messages[0]", "messages[-1]['content']", "messages[9]", "messages[1:] | length", "messages[::-1][0].content", "messages | length - 1", "+1", "+ 1 + +2", "- 1", "--1", "+'a'", "'a'.b", "'abc'.upper", "1.real", "(1).real", "loop", "self", "cycler('a', 'b').next()", "joiner(',')()",
    ]:
        d.add("{{ %s }}" % expression)


def formatting(d):
    r = d.random
    for _ in range(330):
        conversion = r.choice("sssrdddiuoxXeEfFgGca%")
        spec = "%" + r.choice(["", "", "", "-", "0", "+", " ", "#", "-+", "#0"]) + r.choice(["", "", "", "5", "12", "1"]) + r.choice(["", "", ".2", ".0", ".10", "."]) + r.choice(["", "", "", "l"]) + conversion
        value = d.one(INTS[:12] + [True], FLOATS) if conversion in "diuoxXeEfFgGc" and r.random() < 0.85 else d.one(VALUES)
        value = literal((value,)) if isinstance(value, (tuple, dict)) or r.random() < 0.5 else literal(value)
        d.add("{{ '%s' %% %s }}" % (spec, "(%s)" % value if value.startswith("-") else value))
    for expression in [
        "'%s %s' % ('a',)", "'%s' % ('a', 'b')", "'x' % ()", "'x' % 1", "'x' % [1]", "'x' % {'a': 1}", "'%(a)s %(b)d' % {'a': 'x', 'b': 2}", "'%(a)s' % {'b': 1}", "'%(a)s' % 1", "'%*d' % (5, 3)", "'%-*d|' % (5, 3)", "'%.*f' % (2, 3.14159)", "'%*d' % (-5, 3)", "'%' % 1", "'%q' % 1", "'%s%%' % 1", "'%%' % ()",
        "'%c' % 'a'", "'%c' % 97", "'%c' % 'ab'", "'%c' % 1114112", "'%s' % (none,)", "'%r' % 'it\\'s'", "'%a' % 'é😀'", "'%5.1s|' % 'abc'", "'%s' % missing", "'%d' % '1'", "'%d' % 1.9", "'%x' % 1.5", "'%x' % -255", "'%#o' % 8", "'%e' % 0", "'%g' % 1e-10", "'%g' % 123456789", "'%s' % 1e16", "'%s' % true", "'%d' % true", "'%(a' % {'a': 1}", "'%s' | format(1)", "'%s %s' | format('a', 2)",
        "'%(a)s' | format(a=1)", "'%d' | format('x')", "'%.2f' | format(2.675)", "'{} {}'.format(1, 'a')", "'{0} {1} {0}'.format('a', 'b')", "'{a} {b}'.format(a=1, b=[1])", "'{a[0]} {a[1]}'.format(a=['x', 'y'])", "'{a.b}'.format(a={'b': 1})", "'{a[b]}'.format(a={'b': 1})", "'{}'.format()", "'{} {0}'.format(1)", "'{!r:>8} {!s} {!a}'.format('é', 'é', 'é')", "'{{}} {}'.format(1)", "'{'.format(1)", "'}'.format(1)", "'{:{}}'.format('x', 5)",
        "'{:{w}.{p}f}'.format(3.14159, w=10, p=2)", "'{x}'.format_map({'x': 1})", "'{:,} {:_}'.format(1234567, 1234567)", "'{:%}'.format(0.25)", "'{:n}'.format(5)", "'{:b} {:#x} {:#o}'.format(5, 255, 8)", "'{:c}'.format(97)", "'{}'.format(none)", "'{:5}'.format(none)", "'{:5}'.format([1])", "'{:>5}'.format(true)", "'{:d}'.format('a')", "'{:s}'.format(1)", "'{:.3}'.format('abcdef')", "'{:=+6d}'.format(5)", "'{:06.2f}'.format(-3.14159)", "'{0.__class__}'.format(1)", "'{:z}'.format(1)",
    ]:
        d.add("{{ %s }}" % expression)
    for _ in range(200):
        kind = r.choice(["", "", "d", "f", "s", "x", "X", "b", "o", "e", "g", "%", "E", "G", "c", "n"])
        spec = r.choice(["", "", "<", ">", "^", "*^", "é<", "=", "0="]) + r.choice(["", "", "+", " ", "-"]) + r.choice(["", "", "#"]) + r.choice(["", "", "0"]) + r.choice(["", "8", "12"]) + r.choice(["", "", ",", "_"]) + r.choice(["", "", ".2", ".0"]) + kind
        value = d.one(STRINGS[:20]) if kind == "s" or (kind == "" and r.random() < 0.4) else d.one(INTS, FLOATS, [True])
        d.add("{{ '{:%s}'.format(%s) }}" % (spec, literal(value)))


def jsons(d):
    r = d.random
    for _ in range(200):
        value = r.choice([literal(d.one(STRINGS, INTS, FLOATS, SIMPLE, LISTS, TUPLES, DICTS)), "call", "messages", "rows", "missing", "tools", "{'z': 1, 'a': {'y': [], 'b': {}}}", "[[], {}, [[1]], ()]", "{1: 1, 2.5: 2, none: 3, true: 4, 'é': 5}", "{(1, 2): 3}", "1e999", "[-1e999, 1e999 - 1e999]"])
        options = [r.choice(["ensure_ascii=true", "ensure_ascii=false"])] if r.random() < 0.4 else []
        options += ["indent=" + r.choice(["2", "4", "0", "none", "1", "-1", "'--'", "'\\t'", "true"])] if r.random() < 0.5 else []
        options += ["separators=" + r.choice(["(',', ':')", "(', ', ': ')", "none", "['; ', '=']", "(',',)"])] if r.random() < 0.35 else []
        options += ["sort_keys=" + r.choice(["true", "false"])] if r.random() < 0.3 else []
        d.add("{{ %s | tojson%s }}" % (value, "(%s)" % ", ".join(options) if options else ""))
    for expression in ["call | tojson(true)", "call | tojson(false, 2)", "call | tojson(false, 2, (',', ':'), true)", "call | tojson(nope=1)", "'</script>&\\'' | tojson", "'\\u2028\\x7f\\x00\\x1f' | tojson", "range(2) | tojson", "call.items() | tojson", "(messages | map(attribute='role')) | tojson", "(messages | map(attribute='role') | list) | tojson", "rows[1:] | tojson", "(rows + rows) | length", "([1] + [2]) | tojson", "namespace(a=1) | tojson", "raise_exception | tojson", "{'a': missing} | tojson"]:
        d.add("{{ %s }}" % expression)


def printing(d):
    for value in VALUES:
        d.add("{{ %s }}" % literal(value))
        d.add("{{ [%s, {'k': %s}] }}" % (literal(value), literal(value)))
    for value in STRINGS + FLOATS:
        d.add("{{ (%s, %s) | string }}" % (literal(value), literal(value)))
        d.add("{{ '%%s' %% [%s] }}" % literal(value))
    for expression in ["missing", "[missing]", "call", "call.items()", "call.keys()", "call.arguments.values()", "messages[1:3]", "range(4)", "range(1, 4)", "range(1, 9, 2)", "namespace(a=1, b='x')", "[[]]", "[{}]", "[()]", "((),)"]:
        d.add("{{ %s }}" % expression)


def filters(d):
    r = d.random
    rows = "rows"
    simple = lambda pool: literal(r.choice(pool))
    arguments = {
        "abs": ([INTS, FLOATS], lambda: ""), "capitalize": ([STRINGS], lambda: ""), "center": ([STRINGS], lambda: r.choice(["", "10", "3", "width=7"])),
        "count": ([STRINGS, LISTS, TUPLES, DICTS, SIMPLE], lambda: ""), "length": ([STRINGS, LISTS, DICTS, INTS], lambda: ""),
        "default": ([STRINGS, SIMPLE, LISTS, [Name("missing"), Name("call.nope"), Name("tools")]], lambda: r.choice(["'d'", "'d', true", "'d', boolean=true", "", "default_value=1"])), "d": ([SIMPLE, [Name("missing")]], lambda: "'x'"),
        "dictsort": ([DICTS], lambda: r.choice(["", "true", "by='value'", "reverse=true", "false, 'key', true"])),
        "escape": ([STRINGS, INTS, LISTS], lambda: ""), "e": ([STRINGS], lambda: ""), "forceescape": ([STRINGS], lambda: ""), "safe": ([STRINGS, INTS], lambda: ""),
        "filesizeformat": ([INTS, [999, 1000, 1024, 123456789, 1.5e9]], lambda: r.choice(["", "true"])),
        "first": ([LISTS, TUPLES, STRINGS, DICTS], lambda: ""), "last": ([LISTS, TUPLES, STRINGS, DICTS], lambda: ""),
        "float": ([STRINGS, INTS, SIMPLE, LISTS], lambda: r.choice(["", "1.5", "default=2", "none"])), "int": ([STRINGS, FLOATS, SIMPLE, LISTS, INTS], lambda: r.choice(["", "7", "default=2", "0, 16", "base=2"])),
        "indent": ([STRINGS, ["a\nb\n\nc", "x\n  y\n"]], lambda: r.choice(["", "2", "'> '", "2, true", "2, true, true", "first=true", "width=3, blank=true", "0"])),
        "items": ([DICTS, [Name("missing"), Name("call")], SIMPLE], lambda: ""),
        "join": ([LISTS, TUPLES, STRINGS, DICTS], lambda: r.choice(["", "', '", "'-'", "d='|'", "1"])), "list": ([LISTS, TUPLES, STRINGS, DICTS, SIMPLE], lambda: ""),
        "lower": ([STRINGS, INTS, SIMPLE], lambda: ""), "upper": ([STRINGS, LISTS], lambda: ""), "title": ([STRINGS], lambda: ""), "trim": ([STRINGS, INTS, SIMPLE], lambda: r.choice(["", "", "'a'", "' <>b'", "chars='x'", "none"])),
        "max": ([LISTS, STRINGS, TUPLES], lambda: r.choice(["", "case_sensitive=true"])), "min": ([LISTS, STRINGS, TUPLES], lambda: ""),
        "pprint": ([LISTS, DICTS, STRINGS], lambda: ""), "replace": ([STRINGS, INTS], lambda: ", ".join([d.string(), d.string()] + r.choice([[], ["1"], ["count=2"]]))),
        "reverse": ([LISTS, STRINGS, TUPLES, INTS], lambda: ""), "round": ([FLOATS, INTS], lambda: r.choice(["", "1", "2", "0, 'ceil'", "1, 'floor'", "method='ceil'", "-1", "precision=2", "0, 'odd'"])),
        "slice": ([LISTS, [list(range(7)), list(range(10))]], lambda: r.choice(["3", "2", "3, 'x'", "slices=4", "0"])), "batch": ([LISTS, [list(range(7))]], lambda: r.choice(["3", "2, '-'", "linecount=4", "0"])),
        "sort": ([LISTS, STRINGS, DICTS, TUPLES], lambda: r.choice(["", "true", "reverse=true", "case_sensitive=true", "false, true"])), "string": ([VALUES], lambda: ""), "striptags": ([STRINGS, ["<p>a <b>b</b>\n c</p><!-- x -->", "a &lt; b &amp; c &eacute;"]], lambda: ""),
        "sum": ([LISTS, TUPLES, [[1.5, 2], [0.1, 0.2, 0.3]]], lambda: r.choice(["", "start=5"])), "truncate": ([STRINGS, ["the quick brown fox jumps over the lazy dog"]], lambda: r.choice(["", "9", "9, true", "9, true, '..'", "20, false, '…', 0", "length=11, killwords=true", "5, leeway=0", "2"])),
        "unique": ([LISTS, STRINGS, TUPLES], lambda: r.choice(["", "true", "case_sensitive=true"])), "urlencode": ([STRINGS, DICTS, INTS], lambda: ""), "wordcount": ([STRINGS], lambda: ""),
        "wordwrap": ([STRINGS, ["the quick brown fox jumps", "a-long-hyphenated-word and more\n\nnew paragraph"]], lambda: r.choice(["10", "5", "10, false", "8, true, '|'", "7, break_on_hyphens=false"])),
        "xmlattr": ([DICTS, [{"class": "a b", "id": None, "n": 1}]], lambda: r.choice(["", "false"])), "attr": ([DICTS, STRINGS], lambda: r.choice(["'a'", "'nope'"])), "random": ([[[1]], [""]], lambda: ""),
        "tojson": ([STRINGS], lambda: ""), "format": ([["%s", "%d %s", "x"]], lambda: r.choice(["1", "1, 'a'", ""])), "urlize": ([["see http://a.b/c now"]], lambda: ""), "nope": ([STRINGS], lambda: ""),
    }
    for name, (pools, draw) in arguments.items():
        for _ in range(3 if name in ("random", "urlize", "nope", "tojson", "d") else 16):
            given = draw()
            value = simple(r.choice(pools)) if r.random() < 0.93 else d.value()
            value = f"({value})" if value.startswith("-") else value
            call = f"{value} | {name}{f'({given})' if given else ''}"
            d.show(call + (" | list" if name in ("reverse", "slice", "batch", "items", "unique") and r.random() < 0.8 else ""))
    for expression in [
        "rows | map(attribute='n') | list", "rows | map(attribute='t.k') | list", "rows | map(attribute='nope', default='x') | list", "rows | map(attribute='t.k', default=0) | list", "['a', 'b'] | map('upper') | list", "['a b'] | map('replace', 'a', 'c') | list", "[1, 2] | map('nope') | list", "[[1, 2]] | map(attribute=0) | list", "[1] | map() | list", "['x'] | map('default', 'y') | list",
        "[0, 1, 2, none] | select | list", "[0, 1, 2] | select('odd') | list", "[1, 2, 3] | select('gt', 1) | list", "[1, 2] | select('nope') | list", "[0, 1] | reject | list", "[1, 2, 3] | reject('divisibleby', 2) | list", "rows | selectattr('v') | list | length", "rows | selectattr('v', 'equalto', 2) | map(attribute='n') | list", "rows | selectattr('t.k', 'gt', 1) | list | length", "rows | rejectattr('t') | list | length",
        "rows | selectattr('t', 'defined') | map(attribute='n') | join", "rows | rejectattr('v', 'none') | map(attribute='v') | sum", "rows | selectattr('n', 'in', ['a', 'b']) | map(attribute='n') | join(',')", "messages | selectattr('role', '==', 'user') | list | length", "messages | selectattr('role', 'equalto', 'user') | first", "(messages | selectattr('role', 'equalto', 'user') | list)[-1].content", "messages | selectattr('role', 'equalto', 'user') | length", "(messages | map(attribute='role'))[0]",
        "rows | groupby('v') | list", "rows[:3] | groupby('v') | map('first') | list", "rows[:3] | groupby('n') | list | length", "rows[:3] | groupby('n', case_sensitive=true) | map(attribute='grouper') | list", "rows | groupby('t.k', default=0) | list", "(rows[:3] | groupby('v'))[0].list | length", "rows | sort(attribute='n') | map(attribute='n') | list", "rows[:3] | sort(attribute='v,n') | map(attribute='n') | list", "rows[:3] | sort(attribute='v', reverse=true) | map(attribute='n') | list",
        "rows[:3] | sum(attribute='v')", "rows[:3] | sum('v', 10)", "rows[:3] | max(attribute='v')", "rows[:3] | min(attribute='v')", "rows | unique(attribute='v') | map(attribute='n') | list", "rows | join(', ', attribute='n')", "rows | join(attribute='n')", "messages | map(attribute='content') | map('trim') | join(' / ')", "messages | last", "(messages | first).role", "messages | map('length') | list", "messages | map(attribute='role') | unique | list",
        "messages | map(attribute='role') | list | tojson", "messages | batch(2) | list | length", "messages | slice(3) | map('length') | list", "{'a': 1} | items | list", "missing | items | list", "{'b': 1, 'a': 2} | dictsort", "{'b': 1, 'A': 2} | dictsort(true)", "{'b': 1, 'a': 2} | dictsort(by='nope')", "'a b' | wordcount", "'abc' | list", "none | list", "5 | list", "none | length", "5 | length", "none | join", "none | trim", "none | upper", "missing | trim", "missing | upper", "missing | int", "missing | tojson", "missing | string",
        "missing | default", "missing | first", "[] | first", "[] | last", "'' | first", "[] | max", "[] | min", "[] | sum", "['a'] | sum", "[] | random", "(1, 2) | list", "(1, 2) | tojson", "'1,2' | split(',')", "'abc' | bool", "'a' | zip('b')", "[1] | chain([2])", "'abc' | lines", "1 | string ~ 2", "2 | int + 1", "-1 | abs", "(-1) | abs", "'x' | upper ~ 'y'", "'a' ~ 'b' | upper", "'a' + 'b' | upper", "1.5 | round | int", "2.5 | round", "1234.5678 | round(2)", "'12' | int * 2", "'5' | int(default=0, base=10)", "'0x1A' | int(0, 16)", "'ff' | int(base=16)", "'12abc' | int", "'3.7' | int", "'inf' | float", "'nan' | float | string", "1e400 | int(3)", "true | int", "'abc' | attr('upper')", "call | attr('name')",
        "call.arguments | xmlattr", "'http://example.com/?a=b c' | urlencode", "{'a b': 'c&d'} | urlencode", "[['a', 1]] | urlencode", "'a/b' | urlencode", "'x' | center(9) | length", "'abc' | reverse", "[3, 1] | sort | first", "'cab' | sort | join", "['b', 'A', 'c'] | sort", "['b', 'A', 'c'] | sort(case_sensitive=true)", "[1, 'a'] | sort", "[none, 1] | sort", "[[2], [1]] | sort", "'<a>' | escape ~ '<b>'", "('<a>' | safe) ~ '<b>'", "'<a>' | e | e", "'a' | replace('a', '<')",
    ]:
        d.add("{{ %s }}" % expression)


def statements(d):
    block = {
        "loops": [
            "{% for x in [1, 2, 3] %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.cycle('a', 'b') }}{{ loop.changed(x // 2) }} {% endfor %}",
            "{% for m in messages if m.role == 'user' %}{{ loop.index }}/{{ loop.length }}{{ loop.last }}{{ loop.previtem.content if loop.previtem is defined }};{% endfor %}",
            "{% for m in messages | selectattr('role', 'equalto', 'user') %}{{ loop.index }}/{{ loop.length }} {{ loop.last }} {{ loop.revindex }};{% endfor %}",
            "{% for m in messages | map(attribute='role') %}{{ m }}{{ ', ' if not loop.last }}{% endfor %}", "{% for m in messages | reverse %}{{ loop.last }}{{ m.role }}{% endfor %}", "{% for m in messages[1:] %}{{ loop.index0 }}{{ loop.last }}{{ loop.length }}{% endfor %}", "{% for m in messages[::-1] %}{{ m.role[0] }}{{ loop.last }}{% endfor %}",
            "{% for m in messages + messages %}{{ loop.last }}{{ loop.length }}{% endfor %}", "{% for m in [1] * 3 %}{{ loop.last }}{{ loop.length }}{% endfor %}", "{% for x in 'añ😀' %}{{ x }}{{ loop.last }}-{% endfor %}", "{% for k, v in call.items() %}{{ k }}={{ v }}{{ loop.last }};{% endfor %}", "{% for k in call %}{{ k }}{{ loop.length }}{% endfor %}", "{% for k, v in call.arguments | dictsort %}{{ k }}{{ v }}{{ loop.last }};{% endfor %}",
            "{% for k, v in call.arguments | items %}{{ k }}{{ loop.last }};{% endfor %}", "{% for x in missing %}x{% else %}none{% endfor %}", "{% for x in none %}x{% endfor %}", "{% for x in 5 %}x{% endfor %}", "{% for x in tools %}x{% endfor %}", "{% for x in tools or [] %}x{% else %}e{% endfor %}", "{% for x in range(3) %}{% if x == 1 %}{% continue %}{% endif %}{{ x }}{% endfor %}", "{% for x in range(9) %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% else %}e{% endfor %}",
            "{% break %}", "{% for x in [[1, [2]], 3] recursive %}{{ loop.depth }}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}{% endif %}{% endfor %}", "{% for a, b in [[1, 2], (3, 4)] %}{{ a }}{{ b }}{% endfor %}", "{% for a, b in [[1, 2, 3]] %}{{ a }}{% endfor %}", "{% for (a, b), c in [[[1, 2], 3]] %}{{ a }}{{ b }}{{ c }}{% endfor %}", "{% for x in [1, 2] %}{% for y in 'ab' %}{{ loop.index }}{{ x }}{{ y }}{% endfor %}{{ loop.index }}{% endfor %}",
            "{% for x in [1, 2] %}{% set outer = loop %}{% for y in 'ab' %}{{ outer.index }}{{ loop.index }} {% endfor %}{% endfor %}", "{% set i = 0 %}{% for x in [1, 2] %}{% set i = i + x %}{{ i }}{% endfor %}{{ i }}", "{% set ns = namespace(i=0) %}{% for x in [1, 2] %}{% set ns.i = ns.i + x %}{% endfor %}{{ ns.i }}", "{% for x in [1,1,2] %}{{ loop.changed(x) }}{% endfor %}", "{% for x in [1] %}{{ loop.cycle() }}{% endfor %}", "{% for x in [1, 2, 3] %}{{ loop.cycle('a') }}{{ loop.cycle(*['x', 'y']) }}{% endfor %}", "{% for x in [1] %}{{ loop }}{% endfor %}", "{{ loop is defined }}{{ loop }}", "{% for loop in [1] %}{{ loop }}{% endfor %}", "{% for x in (1, 2) %}{{ x }}{% endfor %}", "{% for x in 1, 2 %}{{ x }}{% endfor %}", "{% for x in [3, 1] | sort %}{{ x }}{{ loop.nextitem }}{% endfor %}", "{% for i in range(2, 0, -1) %}{{ i }}{{ loop.last }}{% endfor %}", "{% for g in rows[:3] | groupby('v') %}{{ g.grouper }}{{ g.list | length }}{{ loop.last }}{% endfor %}", "{% for g, l in rows[:3] | groupby('v') %}{{ g }}{{ l | length }}{% endfor %}", "{% for c in [1, 2, 3, 4, 5] | batch(2, 0) %}{{ c }}{{ loop.last }}{% endfor %}",
        ],
        "sets": [
            "{% set x = 1, 2 %}{{ x }}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a, b = 'xy' %}{{ a }}{{ b }}", "{% set x %}a{{ 1 }}b{% endset %}{{ x }}{{ x is string }}", "{% set x | upper %}ab{% endset %}{{ x }}", "{% set x = [] %}{{ x.append(1) }}{{ x }}", "{% set x = {} %}{{ x.update({'a': 1}) }}{{ x }}", "{% if true %}{% set x = 1 %}{% endif %}{{ x }}", "{% with x = 1, y = 2 %}{{ x }}{{ y }}{% endwith %}{{ x }}", "{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q }}", "{% set ns = namespace() %}{% set ns.a = 1 %}{{ ns.a }}{{ ns.b }}", "{% set ns = namespace(a=1) %}{% set ns._x = 1 %}", "{% set d = {'a': 1} %}{% set d.a = 2 %}{{ d }}", "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns['a'] }}", "{% set x = none %}{{ x }}{{ x is none }}", "{% set x = missing %}{{ x is defined }}", "{% set loop = 1 %}", "{% set messages = messages[1:] %}{{ messages | length }}", "{% set x = 1 %}{% for i in [1] %}{% set x = 2 %}{{ x }}{% endfor %}{{ x }}", "{% set x = 'a' if false %}{{ x is defined }}[{{ x }}]", "{% set x = namespace(a=[]) %}{% set x.a = x.a + [1] %}{% set x.a = x.a + [2] %}{{ x.a }}{{ x.a | tojson }}{{ x.a[-1] }}{{ x.a | length }}{{ x.a is sequence }}",
        ],
        "macros": [
            "{% macro f(a, b='x', c=none) %}{{ a }}|{{ b }}|{{ c }}{% endmacro %}{{ f(1) }};{{ f(1, 2) }};{{ f(1, c=3) }};{{ f(b=1, a=2) }};{{ f() }}", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(b=2) }}", "{% macro f(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}{{ f(1, 2) }}", "{% macro f(a, b=a ~ '!') %}{{ b }}{% endmacro %}{{ f('x') }}", "{% macro f(a='d') %}{{ a }}{% endmacro %}{{ f(missing) }};{{ f(none) }};{{ f('') }};{{ f() }}", "{% macro f(a, b='d') %}{{ a }}{{ b }}{{ b is defined }}{% endmacro %}{{ f(1, missing) }}{{ f(1, b=missing) }}{{ f(1, b=none) }}",
            "{% macro f() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 'a', x=2) }}{{ f() }}", "{% macro f(a) %}{{ a }}{{ varargs | join(',') }}{% endmacro %}{{ f(1, 2, 3) }}", "{% macro f(a) %}{{ a }}{% for k, v in kwargs.items() %}{{ k }}={{ v }}{% endfor %}{% endmacro %}{{ f(1, b=2, c=3) }}", "{% macro f(a) %}{{ varargs }}{% endmacro %}{{ f(1, b=2) }}", "{% macro f() %}<{{ caller() }}>{% endmacro %}{% call f() %}in{% endcall %}", "{% macro f(x) %}<{{ caller(x, 'y') }}>{% endmacro %}{% call(a, b='z') f(1) %}{{ a }}{{ b }}{% endcall %}", "{% macro f() %}{{ caller is defined }}{% endmacro %}{{ f() }}", "{% macro f() %}{{ caller() }}{% endmacro %}{{ f() }}", "{% macro f(x) %}{{ x }}{% if x > 0 %}{{ f(x - 1) }}{% endif %}{% endmacro %}{{ f(3) }}", "{% set g = 'global' %}{% macro f() %}{{ g }}{{ messages | length }}{% endmacro %}{{ f() }}", "{% macro f() %}{% set inner = 1 %}{{ inner }}{% endmacro %}{{ f() }}{{ inner }}", "{% macro f() %}  a  {% endmacro %}[{{ f() | trim }}]{{ f() | length }}{{ f() ~ 'x' }}{{ f() + 'y' }}{{ f() is string }}",
            "{% macro f(a, a2=[]) %}{{ a2 }}{{ a2 | length }}{% endmacro %}{{ f(1) }}", "{% macro f(x=messages | length, y=1 + 1) %}{{ x }}{{ y }}{% endmacro %}{{ f() }}", "{% macro f(x) %}{{ x is defined }}{{ x }}{% endmacro %}{{ f() }}", "{% macro f(x) %}{{ x.a }}{% endmacro %}{{ f() }}", "{% macro f(x) %}{{ x }}{% endmacro %}{{ f.name }}{{ f.arguments }}{{ f.catch_varargs }}{{ f.catch_kwargs }}{{ f.caller }}", "{% for i in [1, 2] %}{% macro f() %}{{ i }}{% endmacro %}{{ f() }}{% endfor %}", "{% macro f(x) %}{% for y in x %}{{ y }}{{ loop.last }}{% endfor %}{% endmacro %}{{ f([1, 2]) }}", "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}b{% endmacro %}{{ a() }}", "{% macro f(x, y) %}{{ x }}{{ y }}{% endmacro %}{{ f(*[1, 2]) }}{{ f(**{'x': 3, 'y': 4}) }}{{ f(1, *[2]) }}", "{% macro f(x) -%}  {{ x }}  {%- endmacro %}[{{ f(1) }}]", "{% macro f(m) %}{{ m.role }}{% endmacro %}{% for m in messages %}{{ f(m) }} {% endfor %}", "{% macro f(x=true) %}{{ x }}{% endmacro %}{% set g = f %}{{ g() }}{{ g(false) }}", "{% macro f(a, b=1, c) %}{% endmacro %}", "{% macro f(sep=', ') %}{{ varargs | join(sep) }}{{ kwargs.get('end', '.') }}{% endmacro %}{{ f('-', 1, 2, end='!') }}",
        ],
        "generation": [
            "{% generation %}a{% endgeneration %}b", "{% set x = 1 %}{% generation %}{% set x = 2 %}{{ x }}{% endgeneration %}{{ x }}", "{%- generation -%} a {%- endgeneration -%} b", "{{ '{% generation %}' }}", "{% raw %}{% generation %}{% endraw %}", "{# {% generation %} #}x", "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content }}{{ loop.index }}{% endgeneration %}{% else %}{{ m.role }}{% endif %}{% endfor %}", "{% set ns = namespace(x=1) %}{% generation %}{% set ns.x = 2 %}{% endgeneration %}{{ ns.x }}", "{% generation %}{% generation %}x{% endgeneration %}{% endgeneration %}", "{% generation %}x", "{% endgeneration %}", "{% generation x %}{% endgeneration %}", "{%  generation  %}\nx\n{%  endgeneration  %}\ny", "{% set generation = 1 %}{{ generation }}", "{% generation %}{% for x in [1, 2] %}{{ x }}{{ loop.last }}{% endfor %}{% endgeneration %}", "{% generation %}{% macro f() %}m{% endmacro %}{{ f() }}{% endgeneration %}{{ f is defined }}",
        ],
        "space": [
            "a\r\nb\rc\nd", "a\r\n{% if true %}\r\nb\r\n{% endif %}\r\nc\r\n", "{{ 'a\r\nb\rc' }}", "x\n", "x\n\n", "x\r\n\r\n", "x\r", "{% if true %}\rx{% endif %}", "  {% if true %}\n  x\n  {% endif %}\ny", "\t{%+ if true %}\n x{% endif +%}\n y", "a {{- 'b' -}} c", "a {#- x -#} b", "a\n{# x #}\nb", "{% raw %}\n{{ x }}\r\n{% endraw %}\nz", "{%- raw -%}  a  {%- endraw -%}  b", "{% set x %}\r\na\r\n{% endset %}{{ x }}", "{% if true -%}\r\n  x\r\n{%- endif %}", "\x0b {% if true %}x{% endif %}", "a\u2028{%- if true %}x{% endif %}", "x\u0085", "{{ 'a' }}\n{{ 'b' }}\n", "  {{ 'a' }}  \n", "{% for i in [1, 2] %}\n- {{ i }}\n{% endfor %}\nend\n", "{% if true %}a{% endif %}\n\nb", "{{ '\\r\\n' | length }}", "a{#\r\n#}b", "{%\r\nif true\r\n%}x{% endif %}", "{{ 'x' -}}\r\n\r\n y", "{%- if true -%} \xa0x \u3000{%- endif -%}",
        ],
        "others": [
            "{% if tools is none %}n{% endif %}{% if tools is defined %}d{% endif %}{% if not tools %}f{% endif %}{{ tools }}{{ documents }}{{ tools is none and documents is none }}", "{% if tools is not none and tools | length > 0 %}t{% endif %}", "{{ (tools or []) | length }}", "{{ tools | default('x') }}{{ tools | default('x', true) }}", "{{ tools | tojson }}", "{{ tools is iterable }}{{ tools is sequence }}{{ tools is mapping }}", "{{ custom_tools is defined }}{{ date_string is defined }}{{ pad_token is defined }}{{ strftime_now is defined }}{{ raise_exception is defined }}{{ enable_thinking is defined }}",
            "{{ raise_exception('no') }}", "{{ raise_exception(1) }}", "{{ raise_exception() }}", "{{ nope() }}", "{{ 'x'() }}", "{{ messages() }}", "{{ messages.nope() }}", "{% if %}", "{{", "{% for x in %}{% endfor %}", "{% nope %}", "{% if true %}", "{% endif %}", "{{ 1 | }}", "{{ a b }}", "{% filter upper %}a{{ 'b' }}{% endfilter %}", "{% filter indent(2) | upper %}a\nb{% endfilter %}", "{% if 1 %}a{% elif 2 %}b{% else %}c{% endif %}", "{% if 0 %}a{% elif 2 %}b{% else %}c{% endif %}", "{% if [] or {} or '' or 0 or 0.0 or none or () or missing %}t{% else %}f{% endif %}", "{{ 'a' if messages else 'b' }}", "{% do 1 %}", "{% block x %}b{% endblock %}", "{% include 'x' %}", "{% autoescape true %}{{ '<' }}{% endautoescape %}",
            "{{ messages[0].content.split(' ')[0] }}", "{{ messages[2].content.split('</think>')[-1].lstrip('\\n') }}", "{{ messages[2].content.rsplit('</think>', 1)[1].strip() }}", "{% set c = messages[2].content %}{% if '</think>' in c %}{% set c = c.split('</think>')[0].rstrip('\\n').split('<think>')[-1].lstrip('\\n') %}{% endif %}[{{ c }}]", "{{ messages[1].content | trim | replace('\\n', ' ') }}", "{{ messages | map(attribute='role') | join(' ') }}", "{%- for message in messages | reverse if message.role == 'user' -%}{{ message.content }}{%- endfor -%}", "{{ bos_token + messages[0]['content'] + eos_token }}", "{{ messages[0].content is string and messages[0].content is not mapping }}", "{{ call.arguments if call.arguments is string else call.arguments | tojson }}", "{%- for k, v in call.arguments.items() %}{{ k }}: {{ v if v is string else v | tojson }}\n{%- endfor %}", "{{ call | items | list | length }}", "{{ 'x' if call.arguments is mapping }}", "{{ messages[-1:][0].role }}", "{{ (messages | selectattr('role', 'equalto', 'user') | list | last).content }}", "{{ loop_messages is undefined }}",
        ],
    }
    dates = ["%Y-%m-%d", "%d %b %Y", "%B %d, %Y", "%A %a %B %b %c|%x|%X", "%H:%M:%S %I %p %f", "%j %U %W %w %u %V %G", "%y %-d %-m %e %D %F %T %R %r", "%% %n %t", "%Z%z|", "%s", "%C %g %h %k %l", "", "plain", "%Q", "%", "%E", "é%Y", "%-H %-I %-j %-M %-S %-y"]
    block["dates"] = ["{{ strftime_now(%s) }}" % literal(date) for date in dates] + ["{{ strftime_now() }}", "{{ strftime_now(1) }}", "{{ strftime_now(format='%Y') }}", "{% set t = strftime_now('%d %b %Y') %}Today: {{ t }}"]
    for group in block.values():
        for template in group:
            d.add(template)


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


def make(out, seed=20240726):
    chat.datetime = Clock
    d = Draw(seed)
    for part in (str_methods, container_methods, tests, operators, formatting, jsons, printing, filters, statements):
        part(d)
    failures = 0
    for template in d.rows:
        try:
            text = chat._compile_jinja_template(template).render(**VARIABLES)
            text.encode()  # half a surrogate pair is no text that a tokenizer takes
            # An address changes from run to run; a very long text says no more than a short one.
            d.rows[template] = False if " at 0x" in text or len(text) > 600 else text
        except UnicodeEncodeError:
            d.rows[template] = False
        except Exception:
            failures += 1
    rows = [[template, text] for template, text in d.rows.items() if text is not False]
    path = Path(out) / "template_differential.json"
    body = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    path.write_text('{"variables": %s,\n"rows": [\n%s\n]}\n' % (json.dumps(VARIABLES, ensure_ascii=False), body), encoding="utf-8")
    print(f"template_differential.json: {len(rows)} templates, {failures} of them errors, {path.stat().st_size} bytes")


if __name__ == "__main__":  # template_differential.py OUT SEED: other rows, to look for more differences
    import sys

    make(sys.argv[1], *map(int, sys.argv[2:]))

//! Chat templates against transformers' apply_chat_template, and conversations that feed only what is new.

use std::collections::BTreeMap;

use mamba_web::conversation::{ChatTemplate, Conversation, Message, RECORDED_BYTES};
use mamba_web::tokenizer::{Tokenizer, TokenizerSettings};
use minijinja::Value;
use proptest::collection::vec;
use proptest::prelude::{prop_assert_eq, proptest};
use proptest::sample::select;
use serde::Deserialize;

#[derive(Deserialize)]
struct Golden {
    conversations: BTreeMap<String, minijinja::Value>,
    templates: BTreeMap<String, Template>,
}

#[derive(Deserialize)]
struct Template {
    template: String,
    special_tokens: BTreeMap<String, String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    conversation: String,
    add_generation_prompt: bool,
    text: Option<String>,
    error: Option<String>,
}

fn compile(template: &str, special_tokens: &BTreeMap<String, String>) -> ChatTemplate {
    let config = serde_json::to_string(special_tokens).unwrap();
    let settings = TokenizerSettings::parse(Some(&config), Some(template)).unwrap();
    ChatTemplate::new(&settings).unwrap().unwrap()
}

fn plain(template: &str) -> ChatTemplate {
    compile(template, &BTreeMap::from([("eos_token".into(), "<|endoftext|>".into())]))
}

fn tokenizer() -> Tokenizer {
    let json = include_bytes!("../../www/models/default/tokenizer.json");
    Tokenizer::new(json, &TokenizerSettings::default(), 4096).unwrap()
}

#[test]
fn templates_match_transformers() {
    let golden: Golden = serde_json::from_str(include_str!("../golden/templates.json")).unwrap();
    let mut count = 0;
    let mut wrong = Vec::new();
    for (name, template) in &golden.templates {
        let compiled = compile(&template.template, &template.special_tokens);
        for case in &template.cases {
            let messages = golden.conversations[&case.conversation].clone();
            let rendered = compiled.render_value(messages, 1000, case.add_generation_prompt);
            let right = match (&case.text, &case.error, &rendered) {
                (Some(text), None, Ok(rendered)) => rendered == text,
                // The sentence is the template's own where it raised it, and minijinja's otherwise.
                (None, Some(said), Err(error)) => {
                    error.code() == "bad-tokenizer"
                        && (!template.template.contains("raise_exception") || error.to_string().contains(said.as_str()))
                }
                _ => false,
            };
            if !right {
                wrong
                    .push(format!("{name}, {}: {rendered:?}, not {:?} {:?}", case.conversation, case.text, case.error));
            }
            count += 1;
        }
    }
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count > 200);
}

#[derive(Deserialize)]
struct Differential {
    variables: BTreeMap<String, Value>,
    rows: Vec<(String, Option<String>)>,
}

/// Rows that differ from Python, by their kind. `None` here: the engine refuses with a sentence what Python renders.
const DIFFERENT: [(&str, &[&str]); 10] = [
    ("bytes are no text: encode is refused", &[".encode()"]),
    ("chance would give another prompt each time: random is refused", &["| random"]),
    ("filters for web pages, which no chat template has: refused", &["| striptags", "| urlize", "| wordwrap"]),
    ("characters by their names are refused", &["\\N{"]),
    ("blocks for templates that extend each other are refused", &["{% block"]),
    ("pprint sorts keys of different types by the names of these: refused", &["{1: 'x', 'y': true} | pprint"]),
    ("loop is a reserved name in minijinja", &["{% set loop"]),
    ("the template itself, and attributes of numbers, are undefined", &["{{ self }}", "1.real", "(1).real"]),
    ("a text, list or tuple times a whole float is an error in Python", &["'a' * 2.0", "0.0 * (1, 2)"]),
    ("+ before a value does nothing, also before one that is no number", &["{{ +", "[+("]),
];

#[test]
fn thousands_of_templates_match_python() {
    let golden: Differential = serde_json::from_str(include_str!("../golden/template_differential.json")).unwrap();
    let special = BTreeMap::from([("bos_token".into(), "<s>".into()), ("eos_token".into(), "</s>".into())]);
    let more: Vec<(&str, Value)> = ["call", "rows"].map(|name| (name, golden.variables[name].clone())).into();
    let config = serde_json::to_string(&special as &BTreeMap<String, String>).unwrap();
    let mut wrong = Vec::new();
    let mut different = [0; DIFFERENT.len()];
    for (template, text) in &golden.rows {
        let settings = TokenizerSettings::parse(Some(&config), Some(template)).unwrap();
        let rendered = ChatTemplate::new(&settings).and_then(|compiled| {
            compiled.unwrap().render_with(golden.variables["messages"].clone(), 100_000, true, &more)
        });
        let right = match (text, &rendered) {
            (Some(text), Ok(rendered)) => rendered == text,
            (None, Err(error)) => error.code() == "bad-tokenizer",
            _ => false,
        };
        let kind = DIFFERENT.iter().position(|(_, marks)| marks.iter().any(|mark| template.contains(mark)));
        match (right, kind) {
            (true, _) => {}
            (false, Some(kind)) => different[kind] += 1,
            (false, None) => wrong.push(format!("{template:?}\n  gives {rendered:?}\n  not   {text:?}")),
        }
    }
    for ((kind, _), count) in DIFFERENT.iter().zip(different) {
        println!("{count:3} {kind}");
        assert!(count > 0, "no row is different any more: {kind}");
    }
    let count: usize = different.iter().sum();
    println!("{} of {} rows are equal", golden.rows.len() - count - wrong.len(), golden.rows.len());
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), golden.rows.len(), wrong.join("\n"));
    assert!(golden.rows.len() > 5_000);
}

const CHATML: &str = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + \
    '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

#[test]
fn what_is_fed_adds_up_to_the_whole_conversation() {
    let golden: Golden = serde_json::from_str(include_str!("../golden/templates.json")).unwrap();
    let tokenizer = tokenizer();
    let names =
        ["chatml", "default-model", "llama-3", "mistral", "gemma", "zephyr", "phi", "tulu", "granite-4", "falcon-h1"];
    for name in names {
        let template = compile(&golden.templates[name].template, &golden.templates[name].special_tokens);
        let mut conversation = Conversation::default();
        let mut fed = String::new();
        let mut messages = Vec::new();
        for (user, reply) in [("Hi", "Hello!"), ("How are you?", "Fine."), ("Good", "")] {
            fed += &conversation.next_turn(user, &template, &tokenizer).unwrap();
            messages.push(Message { role: "user".into(), content: user.into() });
            let whole = template.render(&messages, true).unwrap();
            assert_eq!(fed, whole, "{name}");
            fed += reply;
            conversation.record(user, reply);
            messages.push(Message { role: "assistant".into(), content: reply.into() });
        }
    }
}

#[test]
fn a_later_turn_closes_the_reply_and_reads_nothing_twice() {
    let template = plain(CHATML);
    let mut conversation = Conversation::new(Some("Be brief."), Some(&template)).unwrap();
    let first = conversation.next_turn("Hi", &template, &tokenizer()).unwrap();
    assert_eq!(
        first,
        "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n"
    );
    conversation.record("Hi", "Hello");
    let second = conversation.next_turn("Bye", &template, &tokenizer()).unwrap();
    assert_eq!(second, "<|im_end|>\n<|im_start|>user\nBye<|im_end|>\n<|im_start|>assistant\n");
    // A user who quotes the stand-in changes nothing.
    let quote = "StandInForTheReplyNumber0. StandInForTheReplyNumber1.";
    let quoting = conversation.next_turn(quote, &template, &tokenizer()).unwrap();
    assert_eq!(quoting, second.replace("Bye", quote));
    conversation.record(quote, quote);
    assert_eq!(conversation.next_turn("Bye", &template, &tokenizer()).unwrap(), second);
}

#[test]
fn system_messages_are_refused_where_they_would_be_lost() {
    let ignoring = plain("{% for m in messages %}{% if m.role == 'user' %}{{ m.content }}{% endif %}{% endfor %}");
    let raising = plain("{% if messages[0].role == 'system' %}{{ raise_exception('No system role.') }}{% endif %}");
    for (template, says) in
        [(None, "base model"), (Some(&ignoring), "leaves it out"), (Some(&raising), "No system role")]
    {
        let error = Conversation::new(Some("Be brief."), template).unwrap_err();
        assert_eq!(error.code(), "bad-argument");
        assert!(error.to_string().contains(says), "{error}");
        assert!(Conversation::new(None, template).is_ok());
        assert!(Conversation::new(Some(" "), template).is_ok());
    }
}

#[test]
fn a_template_that_forgets_earlier_turns_is_refused() {
    let template = plain("{{ messages[-1].content }}");
    let mut conversation = Conversation::default();
    assert_eq!(conversation.next_turn("Hi", &template, &tokenizer()).unwrap(), "Hi");
    conversation.record("Hi", "Hello");
    assert_eq!(conversation.next_turn("Hi", &template, &tokenizer()).unwrap_err().code(), "bad-tokenizer");
}

#[test]
fn hostile_templates_end() {
    let hi = [Message { role: "user".into(), content: "Hi".into() }];
    for source in [
        "{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}",
        "{{ 'x' * 4000000000 }}",
        "{% set ns = namespace(x='xxxxxxxxxxxxxxxx') %}{% for i in range(60) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}{{ ns.x }}",
        "{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ 'x'.ljust(4000000000) }}{{ 'x' | center(4000000000) }}",
        "{{ ('x' * 100000).replace('x', 'y' * 100000) }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ '%*d' % (1000000000, 1) }}",
        "{{ '%.1000000000f' % 1.5 }}",
        "{{ '%1000000000000000000000000d' % 1 }}",
        "{{ '{:1000000000}'.format(1) }}",
        "{{ '{:.1000000000f}'.format(1.5) }}",
        "{{ 'x'.rjust(4000000000, 'é') }}",
        "{{ '7'.zfill(4000000000) }}",
        "{{ '\t\t'.expandtabs(4000000000) }}",
        "{{ ('x' * 10000).join('y' * 10000) }}",
        "{{ ('x' * 10000).translate({120: 'y' * 10000}) }}",
        "{{ 'x' | indent(4000000000, true) }}",
        "{{ 'x' | indent('x' * 4000000000) }}",
        "{{ [1] | batch(4000000000, 0) | list }}",
        "{{ [1] | slice(4000000000, 0) | list }}",
        "{{ [[1]] | tojson(indent=4000000000) }}",
        "{{ [1] * 4000000000 }}",
        "{{ (1,) * 4000000000 }}",
        "{{ range(4000000000) | list }}",
        "{{ range(100000) | map('string') | map('center', 1000) | join }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = ns.x + ns.x %}{% endfor %}{{ ns.x | length }}",
        "{% set ns = namespace(x={}) %}{% for i in range(50000) %}{% set ns.x = {'x': ns.x} %}{% endfor %}{{ ns.x | tojson }}",
        "{% set ns = namespace(x=()) %}{% for i in range(50000) %}{% set ns.x = (ns.x,) %}{% endfor %}{{ ns.x == ns.x }}",
        "{% macro f(x) %}{{ f([x]) }}{% endmacro %}{{ f(1) }}",
        "{% for x in [[]] recursive %}{{ loop([[x]]) }}{% endfor %}",
        "{{ loop.cycle() }}",
        "{% for x in [1] %}{{ loop.cycle() }}{% endfor %}",
        "{% for x in [1] %}{% set l = loop %}{{ l.cycle(*[]) }}{% endfor %}",
        "{{ cycler() }}",
        "{{ 2 ** 4000000000 }}",
        "{{ 'x' | nope }}",
        "{{ ('%%' * 1000000) % 1 }}",
        "{% set x = 'X' * 2000000 %}{{ ([x] * 10000) | map('lower') | list | length }}",
        "{% set x = 'X' * 2000000 %}{{ ([x] * 10000) | sort | length }}",
        "{% set x = 'X' * 2000000 %}{% for i in range(50000) %}{{ x is lower }}{% endfor %}",
        "{% set x = 'X' * 2000000 %}{% for i in range(50000) %}{{ x < x }}{% endfor %}",
        "{{ ([3, 'x', 1] * 20) | sort }}",
    ] {
        let start = std::time::Instant::now();
        let error = plain(source).render(&hi, true).unwrap_err();
        assert_eq!(error.code(), "bad-tokenizer", "{source}");
        println!("{:?} for {source}", start.elapsed());
    }
    for source in [
        "{% if %}",
        "{{ ",
        "{% for m in messages %}",
        "{% include 'x' %}",
        "{{ '\\ud800' }}",
        "{{ 1 / 0 }}",
        "{{ messages.x.y }}",
    ] {
        let settings = TokenizerSettings::parse(None, Some(source)).unwrap();
        let error = ChatTemplate::new(&settings).and_then(|template| template.unwrap().render(&hi, true)).unwrap_err();
        assert_eq!(error.code(), "bad-tokenizer", "{source}: {error}");
    }
}

#[test]
fn what_nests_without_end_is_refused() {
    let nested =
        |before: &str, middle: &str, after: &str| [before.repeat(20_000), middle.into(), after.repeat(20_000)].concat();
    let mut sources: Vec<String> = [
        ("(", "1", ")"),
        ("[", "1", "]"),
        ("{1: ", "1", "}"),
        ("f(", "1", ")"),
        ("a[", "1", "]"),
        ("-", "1", ""),
        ("+", "1", ""),
        ("not ", "1", ""),
        ("", "a", " | upper"),
        ("", "a", ".b"),
        ("", "a", "[0]"),
        ("", "a", "()"),
        ("", "a", " is defined"),
        ("", "a", "[:1]"),
        ("1 + ", "1", ""),
        ("1 ~ ", "1", ""),
        ("1 % ", "1", ""),
        ("1 ** ", "1", ""),
        ("1 == ", "1", ""),
        ("1 and ", "1", ""),
        ("1 in ", "a", ""),
        ("1 if 1 else ", "1", ""),
        ("", "1", " if 1 else 1"),
        ("(1, ", "1", ")"),
    ]
    .iter()
    .map(|(before, middle, after)| format!("{{{{ {} }}}}", nested(before, middle, after)))
    .collect();
    for (before, middle, after) in [
        ("{% if 1 %}", "", "{% endif %}"),
        ("{% for x in [1] %}", "", "{% endfor %}"),
        ("{% with %}", "", "{% endwith %}"),
        ("{% generation %}", "", "{% endgeneration %}"),
        ("{% filter upper %}", "", "{% endfilter %}"),
        ("{% set x %}", "", "{% endset %}"),
        ("{% if 0 %}{% else %}", "", "{% endif %}"),
        ("{% macro f() %}", "", "{% endmacro %}"),
        ("{% call f() %}", "", "{% endcall %}"),
    ] {
        sources.push(nested(before, middle, after));
    }
    sources.push(format!("{{% if 0 %}}{}{{% endif %}}", "{% elif 0 %}".repeat(20_000)));
    sources.push(format!("{{% set a = [] %}}{}{{{{ a }}}}", "{% set a = [a] %}".repeat(20_000)));
    sources.push(format!("{{{{ [] {} }}}}", "| batch(1) | list".repeat(20_000)));
    // On less stack than a browser's worker has.
    let refused = std::thread::Builder::new().stack_size(1 << 19).spawn(move || {
        let hi = [Message { role: "user".into(), content: "Hi".into() }];
        for source in sources {
            let settings = TokenizerSettings::parse(None, Some(&source)).unwrap();
            let rendered = ChatTemplate::new(&settings).and_then(|template| template.unwrap().render(&hi, true));
            let error = rendered.expect_err(&source[..60]);
            assert_eq!(error.code(), "bad-tokenizer", "{}", &source[..60]);
        }
        // As deep as a template may be.
        for (before, middle, after) in
            [("[", "1", "]"), ("", "a", " | upper"), ("1 + ", "1", ""), ("1 if 0 else ", "1", "")]
        {
            let source = format!("{{{{ {}{middle}{} }}}}", before.repeat(60), after.repeat(60));
            assert!(plain(&source).render(&hi, true).is_ok(), "{source}");
        }
        let deep = "{% set a = [a] %}".repeat(190) + "{{ a | tojson | length }} {{ a == a }} {{ a | string | length }}";
        assert_eq!(plain(&("{% set a = 1 %}".to_owned() + &deep)).render(&hi, true).unwrap(), "381 True 381");
    });
    refused.unwrap().join().unwrap();
}

proptest! {
    /// Pieces of templates in any order are a template or an error, and never the end of the program.
    #[test]
    fn any_soup_is_a_template_or_an_error(pieces in vec(select(PIECES.to_vec()), 0..30)) {
        for source in [pieces.concat(), format!("{{{{ {} }}}}", pieces.join(" ")), format!("{{% {} %}}", pieces.concat())] {
            let settings = TokenizerSettings::parse(None, Some(&source)).unwrap();
            let hi = [Message { role: "user".into(), content: "Hi".into() }];
            if let Err(error) = ChatTemplate::new(&settings).and_then(|template| template.unwrap().render(&hi, true)) {
                prop_assert_eq!(error.code(), "bad-tokenizer");
            }
        }
    }
}

const PIECES: [&str; 75] = [
    "{{",
    "}}",
    "{%",
    "%}",
    "{%-",
    "-%}",
    "{#",
    "#}",
    "{% raw %}",
    "{% endraw %}",
    "\r",
    "\n",
    " ",
    "“",
    "é",
    "😀",
    "'",
    "\"",
    "\\",
    "'a'",
    "'%s'",
    "1",
    "2.5",
    "0x",
    "1e",
    "a",
    "messages",
    "[0]",
    "loop",
    ".",
    "..",
    ",",
    ":",
    "|",
    "=",
    "==",
    "<",
    "!=",
    "%",
    "~",
    "+",
    "-",
    "*",
    "**",
    "/",
    "//",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    "in",
    "not",
    "is",
    "and",
    "or",
    "if",
    "else",
    "elif",
    "endif",
    "for",
    "endfor",
    "set",
    "with",
    "macro f(a=1)",
    "macro",
    "endmacro",
    "call f()",
    "generation",
    "recursive",
    "cycle(",
    "upper",
    "none",
    "_x",
];

#[test]
fn errors_are_sentences() {
    let hi = [Message { role: "user".into(), content: "Hi".into() }];
    for (source, says) in [
        ("a\n{{ 'x'.center() }}", "The chat template fails in line 2: center needs its argument width."),
        (
            "{{ 'x' | center(1, 2, 3) }}",
            "The chat template fails in line 1: center takes at most 1 arguments; 3 were given.",
        ),
        (
            "{{ [].append(1) }}",
            "The chat template fails in line 1: append changes a list, and a template may change none.",
        ),
        (
            "{{ 'x'.encode() }}",
            "The chat template fails in line 1: encode makes bytes of a text, and a template has none here.",
        ),
        ("{{ 'x' < 1 }}", "The chat template fails in line 1: a str and an int have no order."),
        ("{% for x in none %}{% endfor %}", "The chat template fails in line 1: None cannot be iterated."),
        ("{{ undefined | tojson }}", "The chat template fails in line 1: tojson cannot write an undefined value."),
        ("\n\n{{ '\\N{BULLET}' }}", "The chat template has a text with an escape that is not known in line 3."),
        ("{% set x._y = 1 %}", "The chat template stores an attribute that begins with an underscore in line 1."),
        ("{{ raise_exception('Only two turns.') }}", "The chat template says: Only two turns."),
        ("{{ raise_exception() }}", "The chat template fails in line 1: raise_exception needs its argument message."),
        ("{{ nope() }}", "The chat template fails in line 1: nope is unknown."),
    ] {
        let settings = TokenizerSettings::parse(None, Some(source)).unwrap();
        let error = ChatTemplate::new(&settings).and_then(|template| template.unwrap().render(&hi, true)).unwrap_err();
        assert_eq!(error.to_string(), says, "{source}");
    }
}

/// Where values have no order, Rust's own sort may panic.
#[test]
fn what_has_no_order_is_sorted_somehow() {
    let numbers = "{% set nan = 'nan' | float %}{% set all = ([3, nan, 1, 2, nan] * 20) %}";
    for (rest, length) in [("all | sort", 100), ("all | sort(reverse=true)", 100), ("all | unique | sort", 43)] {
        let template = plain(&format!("{numbers}{{{{ ({rest}) | list | length }}}}"));
        assert_eq!(template.render(&[], true).unwrap(), length.to_string(), "{rest}");
    }
    let ordered = plain("{{ range(50) | reverse | sort == range(50) | list }}{{ ['b', 'B', 'a'] | sort }}");
    assert_eq!(ordered.render(&[], true).unwrap(), "True['a', 'b', 'B']");
}

#[test]
fn a_long_message_is_no_hostile_template() {
    let text = "word ".repeat(200_000);
    let rendered = plain(CHATML).render(&[Message { role: "user".into(), content: text.clone() }], true).unwrap();
    assert!(rendered.contains(&text));
    let default =
        plain("{% for m in messages %}{{ m['content'] | trim | replace('a', 'b') | upper | lower }}{% endfor %}");
    assert!(default.render(&[Message { role: "user".into(), content: text }], true).unwrap().len() > 900_000);
}

#[test]
fn the_record_of_a_turn_is_bounded() {
    let mut conversation = Conversation::default();
    conversation.record(&"é".repeat(RECORDED_BYTES), &"x".repeat(RECORDED_BYTES * 3));
    assert!(
        conversation
            .messages()
            .iter()
            .all(|m| m.content.len() <= RECORDED_BYTES && m.content.len() > RECORDED_BYTES - 4)
    );
}

/// Conversations of many turns with every kind of template: those that forget give the texts of those that do not.
#[test]
fn what_is_forgotten_was_not_needed() {
    let golden: Golden = serde_json::from_str(include_str!("../golden/templates.json")).unwrap();
    let tokenizer = tokenizer();
    let mut templates: Vec<(&str, ChatTemplate)> = Vec::new();
    for (name, template) in &golden.templates {
        templates.push((name, compile(&template.template, &template.special_tokens)));
    }
    let of_each = |inside: &str| {
        let prompt = "{% if add_generation_prompt %}<bot>{% endif %}";
        plain(&format!("{{% for m in messages %}}<{{{{ m.role }}}}{inside}>{{{{ m.content }}}}{{% endfor %}}{prompt}"))
    };
    // The last ones look at more than the turns before.
    for (name, inside) in [
        ("a number", "{{ loop.index }}"),
        ("a count", "{{ messages | length }}"),
        ("the first message", "{{ messages[0].content }}"),
        ("every 20th", "{% if loop.index0 % 20 == 0 %}mark{% endif %}"),
        ("beyond 50", "{% if loop.index > 50 %}late{% endif %}"),
        ("whether a word came", "{% if messages | selectattr('content', 'equalto', 'word 3') | list %}3{% endif %}"),
    ] {
        templates.push((name, of_each(inside)));
    }
    let mut forgetful = Vec::new();
    for (name, template) in &templates {
        let system = Conversation::new(Some("Be brief."), Some(template)).unwrap_or_default();
        for start in [Conversation::default(), system] {
            let (mut conversation, mut messages) = (start.clone(), Vec::new());
            for number in 0..100 {
                let user = format!("word {number}");
                let Ok(text) = conversation.next_turn(&user, template, &tokenizer) else {
                    break; // tests above say which templates cannot go on
                };
                // A record of all turns, as a file holds it.
                let mut all = serde_json::to_value(&start).unwrap();
                all["messages"] = serde_json::to_value(&messages).unwrap();
                all["needs_all"] = true.into();
                let mut all: Conversation = serde_json::from_value(all).unwrap();
                if number < 12 || number % 9 == 0 || number > 95 {
                    assert_eq!(text, all.next_turn(&user, template, &tokenizer).unwrap(), "{name}, turn {number}");
                }
                let reply = ["Yes.", "", "No, not at all.", "<think>hm</think>Perhaps"][number % 4];
                conversation.record(&user, reply);
                messages.push(Message { role: "user".into(), content: user });
                messages.push(Message { role: "assistant".into(), content: reply.into() });
            }
            if messages.len() == 200 && conversation.messages().len() <= 2 * 64 {
                forgetful.push(*name);
            }
        }
    }
    for name in ["chatml", "default-model", "gemma", "llama-2", "llama-3", "mistral", "phi", "tulu", "zephyr"] {
        assert!(forgetful.contains(&name), "{name} keeps all");
    }
    for name in ["a number", "a count", "beyond 50"] {
        assert!(!forgetful.contains(&name), "{name} was forgotten");
    }
}

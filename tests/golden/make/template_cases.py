"""Chat templates as checkpoints ship them, and what transformers' apply_chat_template makes of conversations."""

import json
from pathlib import Path

from transformers import PreTrainedTokenizerFast
from tokenizers import Tokenizer, models

from make import hybrid_templates

# The wording of these follows templates in the wild; each has the special tokens that go with it.
TEMPLATES = {
    "chatml": (
        "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}"
        "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}",
        {"eos_token": "<|im_end|>"},
    ),
    "chatml-default-system": (
        "{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}"
        "{{ '<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n' }}{% endif %}"
        "{{'<|im_start|>' + message['role'] + '\n' + message['content']}}"
        "{% if (loop.last and add_generation_prompt) or not loop.last %}{{ '<|im_end|>' + '\n'}}{% endif %}{% endfor %}"
        "{% if add_generation_prompt and messages[-1]['role'] != 'assistant' %}{{ '<|im_start|>assistant\n' }}{% endif %}",
        {"eos_token": "<|im_end|>"},
    ),
    "llama-2": (
        "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}"
        "{% set system_message = messages[0]['content'] %}{% else %}{% set loop_messages = messages %}"
        "{% set system_message = false %}{% endif %}{% for message in loop_messages %}"
        "{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
        "{% if loop.index0 == 0 and system_message != false %}"
        "{% set content = '<<SYS>>\\n' + system_message + '\\n<</SYS>>\\n\\n' + message['content'] %}"
        "{% else %}{% set content = message['content'] %}{% endif %}"
        "{% if message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}"
        "{% elif message['role'] == 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}",
        {"bos_token": "<s>", "eos_token": "</s>"},
    ),
    "llama-3": (
        "{% set loop_messages = messages %}{% for message in loop_messages %}"
        "{% set content = '<|start_header_id|>' + message['role'] + '<|end_header_id|>\n\n'+ message['content'] | trim + '<|eot_id|>' %}"
        "{% if loop.index0 == 0 %}{% set content = bos_token + content %}{% endif %}{{ content }}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|start_header_id|>assistant<|end_header_id|>\n\n' }}{% endif %}",
        {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"},
    ),
    "zephyr": (
        "{% for message in messages %}\n{% if message['role'] == 'user' %}\n{{ '<|user|>\n' + message['content'] + eos_token }}\n"
        "{% elif message['role'] == 'system' %}\n{{ '<|system|>\n' + message['content'] + eos_token }}\n"
        "{% elif message['role'] == 'assistant' %}\n{{ '<|assistant|>\n'  + message['content'] + eos_token }}\n{% endif %}\n"
        "{% if loop.last and add_generation_prompt %}\n{{ '<|assistant|>' }}\n{% endif %}\n{% endfor %}",
        {"eos_token": "</s>"},
    ),
    "mistral": (
        "{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
        "{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}"
        "{% elif message['role'] == 'assistant' %}{{ message['content'] + eos_token}}"
        "{% else %}{{ raise_exception('Only user and assistant roles are supported!') }}{% endif %}{% endfor %}",
        {"bos_token": "<s>", "eos_token": "</s>"},
    ),
    "gemma": (
        "{{ bos_token }}{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
        "{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}"
        "{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}"
        "{% if (message['role'] == 'assistant') %}{% set role = 'model' %}{% else %}{% set role = message['role'] %}{% endif %}"
        "{{ '<start_of_turn>' + role + '\n' + message['content'] | trim + '<end_of_turn>\n' }}{% endfor %}"
        "{% if add_generation_prompt %}{{'<start_of_turn>model\n'}}{% endif %}",
        {"bos_token": "<bos>", "eos_token": "<eos>"},
    ),
    "phi": (
        "{% for message in messages %}{% if message['role'] == 'system' and message['content'] %}"
        "{{'<|system|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'user' %}"
        "{{'<|user|>\n' + message['content'] + '<|end|>\n'}}{% elif message['role'] == 'assistant' %}"
        "{{'<|assistant|>\n' + message['content'] + '<|end|>\n'}}{% endif %}{% endfor %}"
        "{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% else %}{{ eos_token }}{% endif %}",
        {"eos_token": "<|endoftext|>"},
    ),
    "tulu": (
        "{{ bos_token }}{% for message in messages %}{% if message['role'] == 'system' %}{{ '<|system|>\n' + message['content'] + '\n' }}"
        "{% elif message['role'] == 'user' %}{{ '<|user|>\n' + message['content'] + '\n' }}{% elif message['role'] == 'assistant' %}"
        "{% if not loop.last %}{{ '<|assistant|>\n'  + message['content'] + eos_token + '\n' }}"
        "{% else %}{{ '<|assistant|>\n'  + message['content'] + eos_token }}{% endif %}{% endif %}"
        "{% if loop.last and add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}{% endfor %}",
        {"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>"},
    ),
    # What templates do beside that: trimmed blocks over many lines, namespace, tojson, tests, slices, macros, methods.
    "many-lines": (
        """\
{#- A comment, trimmed on both sides. -#}
{%- set ns = namespace(system='', turns=0, last=none) -%}
{%- for message in messages -%}
    {%- if message.role == 'system' -%}
        {%- set ns.system = message.content -%}
    {%- endif -%}
{%- endfor -%}
{%- macro turn(name, text) -%}
<{{ name | upper }}>{{ text | trim }}</{{ name | upper }}>
{%- endmacro -%}
{{- bos_token }}
{%- if ns.system is defined and ns.system %}
    {{- 'System: ' ~ ns.system.strip() ~ '\\n\\n' }}
{%- endif %}
{%- for message in messages if message['role'] != 'system' %}
    {%- set ns.turns = ns.turns + 1 %}
    {%- if loop.first %}
        {{- '# first\\n' }}
    {%- elif loop.last %}
        {{- '# last\\n' }}
    {%- endif %}
    {{- turn(message.role, message.content) }}
    {{- ' [%d/%d]' | format(loop.index, loop.length) if false else ' [' ~ loop.index ~ '/' ~ loop.length ~ ']' }}
    {{- '\\n' }}
{%- endfor %}
{%- if add_generation_prompt is defined and add_generation_prompt %}
    {{- '<ASSISTANT turns=' + ns.turns | string + '>' }}
{%- endif %}
""",
        {"bos_token": "<s>", "eos_token": "</s>"},
    ),
    "untrimmed-blocks": (
        """\
{% for message in messages %}
  {% if message['role'] == 'user' %}
  U: {{ message['content'] }}
  {% else %}
    {{ message['role'] | capitalize }}: {{ message['content'] | trim }}
  {% endif %}

{% endfor %}
{% if add_generation_prompt %}
  A:
{% endif %}

""",
        {"eos_token": "</s>"},
    ),
    "json": (
        "{{ messages | tojson }}\n{% for m in messages %}{{ m.content | tojson }}{{ ',' if not loop.last }}{% endfor %}"
        "{{ {'generate': add_generation_prompt, 'n': messages | length, 'x': [1, 2.5, none, true, \"it's <b> & é\"]} | tojson }}",
        {},
    ),
    "json-indent": (
        "{% for m in messages %}{{ {'role': m.role, 'content': m.content, 'empty': [], 'nested': {'a': [1, {}]}} | tojson(indent=2) }}\n{% endfor %}",
        {},
    ),
    "methods": (
        "{% for m in messages %}{% set c = m['content'] %}{{ c.strip().split('\n')[0] }}|{{ c.upper() }}|{{ c.lower().title() }}|"
        "{{ c.startswith('H') }}|{{ c.endswith('?') }}|{{ c.replace('o', '0') }}|{{ c.lstrip() }}|{{ c.rstrip('!?. ') }}|{{ c[:5] }}|{{ c[-3:] }}|"
        "{{ c[::-1] }}|{{ c | length }}|{{ 'the' in c }}|{{ m.get('name', 'nobody') }}|{{ m.items() | list | length }};\n{% endfor %}"
        "{{ messages | map(attribute='role') | join('>') }} {{ messages | selectattr('role', 'equalto', 'user') | list | length }}"
        "{{ (messages | last)['role'] }} {{ messages | rejectattr('role', 'equalto', 'user') | map(attribute='content') | map('trim') | join(' / ') }}",
        {},
    ),
    "continue-and-break": (
        "{% for m in messages %}{% if m.role == 'system' %}{% continue %}{% endif %}{% if loop.index > 3 %}{% break %}{% endif %}"
        "{{ m.role }}={{ m.content | trim | replace('\n', ' ') }};{% else %}nothing{% endfor %}",
        {},
    ),
    "optional-variables": (
        "{% if tools is defined and tools %}tools{% endif %}{% if documents %}documents{% endif %}"
        "{{ custom | default('no custom') }} {{ bos_token }}{% if enable_thinking is defined %}think{% endif %}"
        "{% for m in messages %}{{ m['content'] if m['content'] is string else 'not a string' }}{{ eos_token }}"
        "{{ '' if m.tool_calls is not defined else 'calls' }}{% endfor %}{{ 7 // 2 }} {{ 7 % 3 }} {{ 1 + 2 * 3 }} {{ 2 ** 5 }} {{ 7 / 2 }}",
        {"bos_token": "<s>", "eos_token": "</s>"},
    ),
    "generation-block": (
        "{% for m in messages %}{% if m.role == 'assistant' %}{% generation %}{{ m.content + eos_token }}{% endgeneration %}"
        "{% else %}{{ m.role + ': ' + m.content }}{% endif %}{{ '\n' }}{% endfor %}{% if add_generation_prompt %}assistant: {% endif %}",
        {"eos_token": "</s>"},
    ),
}

# What templates in the wild do that other engines have stumbled over.
TEMPLATES |= {
    "windows-newlines": ("<|user|>\r\n{{ messages[0].content }}<|end|>\r\n{% if true %}\r\n{{ 'a\r\nb' }}\rc{% endif %}\r\n<|assistant|>\r\n", {}),
    "generation-is-a-scope": (
        "{% set x = 1 %}{% generation %}{% set x = 2 %}{{ x }}{% endgeneration %}{{ x }}{{ 'Write {% generation %} here' }}"
        "{% raw %}{% generation %}{% endraw %}",
        {},
    ),
    "percent-format": (
        "{% for m in messages %}{{ '<|%s|>%s' % (m.role, m.content) }}{% endfor %}{{ 'Turn %d' % (messages | length) }}"
        "{{ '%s: %s' % (messages[0]['role'], messages[0].content | upper) ~ '!' }}",
        {},
    ),
    "python-methods": (
        "{% for m in messages %}{{ m.role }}: {{ m.content.rsplit('</think>', 1)[-1].removeprefix('\n\n') }}\n{% endfor %}"
        "{{ messages[-1].content.removesuffix('?').partition(' ') }}{{ messages[0].role.ljust(10, '.') }}{{ messages[0].copy() == messages[0] }}",
        {},
    ),
    "date": ("{{ strftime_now('%Y-%m-%d') | length }}{{ strftime_now('%d %b %Y') | length }} {{ messages[-1].content }}", {}),
    "json-options": (
        "{{ messages | tojson(ensure_ascii=true) }}{{ messages | tojson(separators=(',', ':')) }}"
        "{{ messages | tojson(indent=2, sort_keys=true) }}{{ {'a': 1.0, 'b': [1e16, none]} | tojson }}",
        {},
    ),
    "tools-are-none": (
        "{% if tools is not none %}{{ '<tools>' + (tools | tojson) + '</tools>\n' }}{% endif %}{% if documents is defined and documents is none %}d{% endif %}"
        "{% for m in messages %}{{ '<|' + m.role + '|>' + m.content + eos_token }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}",
        {"bos_token": "<s>", "eos_token": "</s>"},
    ),
    "macro-defaults": (
        "{% macro turn(role, content, end=eos_token, tag=role | upper) %}<{{ tag }}>{{ content }}{{ end }}{{ varargs }}{% endmacro %}"
        "{% for m in messages %}{{ turn(m.role, m.content) }}{{ turn(m.role, content=m.content, end=m.nothing) }}{{ turn('a', 'b', 'c', 'd', 'e') }}{% endfor %}",
        {"eos_token": "</s>"},
    ),
}
TEMPLATES |= hybrid_templates.TEMPLATES


def turns(*texts, system=None, first="user"):
    roles = ["user", "assistant"] if first == "user" else ["assistant", "user"]
    messages = [{"role": "system", "content": system}] if system is not None else []
    return messages + [{"role": roles[i % 2], "content": text} for i, text in enumerate(texts)]


CONVERSATIONS = {
    "one-turn": turns("Hello!"),
    "multi-turn": turns("Hi there, who are you?", "I am the bot.", "And what is the capital of France?"),
    "answered": turns("What is 2 + 2?", "It is 4."),
    "system": turns("Tell me a joke.", system="You are a comedian."),
    "system-multi-turn": turns("One", "Two", "Three", "Four", "Five", system="  Count with the user.\n"),
    "spaces": turns("  leading and trailing  \n", "\n\tHow about this?\n", "a\n\nb\r\nc  "),
    "unicode": turns("Où est l'été? 日本語 👩🏽‍💻 \"quotes\" & <tags> \\ backslash \u2028 \x7f {{ not a variable }} {% nor this %}"),
    "special-tokens": turns("<|user|>I am not<|bot|> the bot</s><|im_end|>", "ok"),
    "empty-content": turns("", "", "x"),
    "empty-system": turns("Hello!", system=""),
    "wrong-order": turns("I speak first.", "Then me?", first="assistant"),
    "two-users": [{"role": "user", "content": "first"}, {"role": "user", "content": "second"}],
    "other-role": [{"role": "user", "content": "2 + 2?"}, {"role": "tool", "content": "4", "name": "calculator"}],
}


def make(model_folder, out):
    config = json.loads((Path(model_folder) / "tokenizer_config.json").read_text(encoding="utf-8"))
    # Copied, not read by the test from the model: these stay true when the default model changes.
    special = {k: v for k in ("bos_token", "eos_token") if isinstance(v := config.get(k), str)}
    templates = {"default-model": (config["chat_template"], special), **TEMPLATES}
    golden = {"conversations": CONVERSATIONS, "templates": {}}
    failures = 0
    for name, (template, special) in templates.items():
        tokenizer = PreTrainedTokenizerFast(tokenizer_object=Tokenizer(models.BPE()), **special)
        assert tokenizer.special_tokens_map == special
        cases = []
        for conversation, messages in CONVERSATIONS.items():
            for prompt in (False, True):
                case = {"conversation": conversation, "add_generation_prompt": prompt}
                try:
                    case["text"] = tokenizer.apply_chat_template(
                        messages, chat_template=template, tokenize=False, add_generation_prompt=prompt)
                except Exception as error:  # what raise_exception() said, or jinja's own complaint
                    case["error"] = str(error)
                    failures += 1
                cases.append(case)
        golden["templates"][name] = {"template": template, "special_tokens": special, "cases": cases}
    path = Path(out) / "templates.json"
    path.write_text(json.dumps(golden, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    count = sum(len(t["cases"]) for t in golden["templates"].values())
    print(f"templates.json: {len(templates)} templates, {count} cases, {failures} of them errors, {path.stat().st_size} bytes")

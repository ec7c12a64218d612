"""The chat templates of Granite 4 and Falcon-H1, rebuilt: their structure, roles and marks in other words.

`apply_chat_template` gets no tools or documents in templates.json, so the rows with them set them at their beginning.
"""

TOOLS = ("{%- set tools = [{'type': 'function', 'function': {'name': 'add', 'description': 'Adds \"a\" and b.', 'parameters': "
         "{'type': 'object', 'properties': {'a': {'type': 'number'}, 'b': {'type': 'number'}}, 'required': ['a', 'b']}}}, "
         "{'type': 'function', 'function': {'name': 'clock', 'description': 'The time.', 'parameters': {}}}] %}")
CALLS = ("{%- set messages = messages + [{'role': 'assistant', 'content': 'I look.', 'tool_calls': [{'function': "
         "{'name': 'add', 'arguments': {'a': 1, 'b': 2.5}}}, {'name': 'clock', 'arguments': '{}'}]}, "
         "{'role': 'tool', 'content': '3.5'}, {'role': 'tool', 'content': 'noon'}, {'role': 'user', 'content': "
         "[{'type': 'text', 'text': 'Thanks'}, {'type': 'image'}, {'type': 'text', 'text': '!'}]}] %}")
DOCUMENTS = ("{%- set documents = [{'doc_id': 7, 'title': 'Foxes', 'text': 'A fox is <small>.'}, {'text': 'No title.'}] %}")

GRANITE = """\
{%- set before_tools = 'Some tools may be called.\\n<tools>' %}
{%- set after_tools = '\\n</tools>\\n\\nA call is JSON between two marks:\\n<tool_call>\\n{"name": <name>, "arguments": <object>}\\n</tool_call>. Say so if no tool fits.' %}
{%- set before_documents = 'These documents may help.\\n<documents>' %}
{%- set after_documents = '\\n</documents>\\n\\nKeep to the facts in them.' %}
{%- set usual = 'Be helpful, correct and safe.' %}
{%- if available_tools is defined and available_tools %}
    {%- set tools = available_tools %}
{%- endif %}
{%- set ns = namespace(tools=before_tools, documents=before_documents, system='') %}
{%- if tools %}
    {%- for tool in tools %}
        {%- set ns.tools = ns.tools + '\\n' + (tool | tojson) %}
    {%- endfor %}
    {%- set ns.tools = ns.tools + after_tools %}
{%- else %}
    {%- set ns.tools = '' %}
{%- endif %}
{%- if documents %}
    {%- for document in documents %}
        {%- set ns.documents = ns.documents + '\\n' + (document | tojson) %}
    {%- endfor %}
    {%- set ns.documents = ns.documents + after_documents %}
{%- else %}
    {%- set ns.documents = '' %}
{%- endif %}
{%- if messages[0].role == 'system' %}
    {%- if messages[0].content is string %}
        {%- set ns.system = messages[0].content %}
    {%- elif messages[0].content is iterable %}
        {%- for entry in messages[0].content if entry.type == 'text' %}
            {%- set ns.system = ns.system + ('\\n' if ns.system else '') + entry.text %}
        {%- endfor %}
    {%- endif %}
    {%- if tools and documents %}
        {%- set ns.system = ns.system + '\\n\\n' + ns.tools + '\\n\\n' + ns.documents %}
    {%- elif tools %}
        {%- set ns.system = ns.system + '\\n\\n' + ns.tools %}
    {%- elif documents %}
        {%- set ns.system = ns.system + '\\n\\n' + ns.documents %}
    {%- endif %}
{%- else %}
    {%- if tools and documents %}
        {%- set ns.system = ns.tools + '\\n\\n' + ns.documents %}
    {%- elif tools %}
        {%- set ns.system = ns.tools %}
    {%- elif documents %}
        {%- set ns.system = ns.documents %}
    {%- else %}
        {%- set ns.system = usual %}
    {%- endif %}
{%- endif %}
{%- if ns.system %}
    {{- '<|start_of_role|>system<|end_of_role|>' + ns.system + '<|end_of_text|>\\n' }}
{%- endif %}
{%- for message in messages %}
    {%- set content = namespace(val='') %}
    {%- if message.content is string %}
        {%- set content.val = message.content %}
    {%- elif message.content is iterable %}
        {%- for entry in message.content %}
            {%- if entry.type == 'text' %}
                {%- if content.val != '' %}{%- set content.val = content.val + '\\n' %}{%- endif %}
                {%- set content.val = content.val + entry.text %}
            {%- endif %}
        {%- endfor %}
    {%- endif %}
    {%- if message.role == 'user' or (message.role == 'system' and not loop.first) %}
        {{- '<|start_of_role|>' + message.role + '<|end_of_role|>' + content.val + '<|end_of_text|>\\n' }}
    {%- elif message.role == 'assistant' %}
        {{- '<|start_of_role|>' + message.role + '<|end_of_role|>' + content.val }}
        {%- if message.tool_calls %}
            {%- for tool_call in message.tool_calls %}
                {%- if (loop.first and content.val) or not loop.first %}
                    {{- '\\n' }}
                {%- endif %}
                {%- if tool_call.function %}
                    {%- set tool_call = tool_call.function %}
                {%- endif %}
                {{- '<tool_call>\\n{"name": "' + tool_call.name + '", "arguments": ' }}
                {%- if tool_call.arguments is string %}
                    {{- tool_call.arguments }}
                {%- else %}
                    {{- tool_call.arguments | tojson }}
                {%- endif %}
                {{- '}\\n</tool_call>' }}
            {%- endfor %}
        {%- endif %}
        {{- '<|end_of_text|>\\n' }}
    {%- elif message.role == 'tool' %}
        {%- if loop.first or (messages[loop.index0 - 1].role != 'tool') %}
            {{- '<|start_of_role|>user<|end_of_role|>' }}
        {%- endif %}
        {{- '\\n<tool_response>\\n' + content.val + '\\n</tool_response>' }}
        {%- if loop.last or (messages[loop.index0 + 1].role != 'tool') %}
            {{- '<|end_of_text|>\\n' }}
        {%- endif %}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|start_of_role|>assistant<|end_of_role|>' }}
{%- endif %}
"""

FALCON = """\
{{- bos_token }}
{%- if tools %}
    {{- '<|im_start|>system\\n' }}
    {%- if messages[0].role == 'system' %}
        {{- messages[0].content + '\\n' }}
        {%- set rest = messages[1:] %}
    {%- else %}
        {%- set rest = messages %}
    {%- endif %}
    {{- 'Functions that can be called:\\n<tools>\\n[' }}
    {%- for tool in tools %}
        {{- tool | tojson(indent=4) }}{{ ', ' if not loop.last }}
    {%- endfor %}
    {{- ']\\n</tools>\\nEach call is an object between <tool_call> and </tool_call>.<|im_end|>\\n' }}
{%- else %}
    {%- set rest = messages %}
{%- endif %}
{%- for message in rest %}
    {%- if message.role == 'assistant' and message.tool_calls is defined and message.tool_calls %}
        {{- '<|im_start|>assistant' }}
        {%- if message.content %}{{- '\\n' + message.content }}{%- endif %}
        {%- for call in message.tool_calls %}
            {%- set call = call.function if call.function is defined else call %}
            {{- '\\n<tool_call>\\n{"name": "' ~ call.name ~ '", "arguments": ' ~ (call.arguments if call.arguments is string else call.arguments | tojson) ~ '}\\n</tool_call>' }}
        {%- endfor %}
        {{- '<|im_end|>\\n' }}
    {%- elif message.role == 'tool' %}
        {{- '<|im_start|>user\\n<tool_response>\\n' + message.content + '\\n</tool_response><|im_end|>\\n' }}
    {%- elif message.content is string %}
        {{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
    {%- else %}
        {{- '<|im_start|>' + message.role + '\\n' + (message.content | selectattr('type', 'equalto', 'text') | map(attribute='text') | join('\\n')) + '<|im_end|>\\n' }}
    {%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""

GRANITE_TOKENS = {"bos_token": "<|end_of_text|>", "eos_token": "<|end_of_text|>"}
FALCON_TOKENS = {"bos_token": "<|begin_of_text|>", "eos_token": "<|im_end|>"}
TEMPLATES = {
    "granite-4": (GRANITE, GRANITE_TOKENS),
    "granite-4-tools": (TOOLS + CALLS + GRANITE, GRANITE_TOKENS),
    "granite-4-documents": (DOCUMENTS + GRANITE, GRANITE_TOKENS),
    "granite-4-tools-and-documents": (TOOLS + DOCUMENTS + GRANITE, GRANITE_TOKENS),
    "falcon-h1": (FALCON, FALCON_TOKENS),
    "falcon-h1-tools": (TOOLS + CALLS + FALCON, FALCON_TOKENS),
}

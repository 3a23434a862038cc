"""Renders the templates beside it by the reference: templates.json, null where a template refuses a chat.

Run with transformers 5.18.0 and Jinja2 3.1.6.
"""

import datetime
import glob
import json
import os

import transformers.utils.chat_template_utils as reference

HERE = os.path.dirname(os.path.abspath(__file__))
TOKENS = {"bos_token": "<s>", "eos_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>"}
CITY = {"type": "object", "properties": {"city": {"type": "string", "description": "City", "enum": ["a", "b"]},
                                         "days": {"type": "array", "items": {"type": "integer"}}}, "required": ["city"]}
TOOLS = [{"type": "function", "function": {"name": "get_weather", "description": "Get \"weather\" \u00e9", "parameters": CITY}}]


class Fixed(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return cls(2024, 7, 26, 1, 2, 3)


def message(role, content, **fields):
    return {"role": role, "content": content, **fields}


CALL = [{"id": "abcdefghi", "type": "function",
         "function": {"name": "get_weather", "arguments": {"city": "P\"aris", "days": [1, 2]}}}]
CHATS = {
    "user": [message("user", "What is 2+3? ")],
    "system": [message("system", " You are terse.\n"), message("user", "What is 2+3?")],
    "turns": [message("user", "Hi"), message("assistant", " Hello.\n"), message("user", " What?\n\n")],
    "thought": [message("user", "q"), message("assistant", "<think>\nhm\n</think>\n\n5"), message("user", "\u4f60\U0001F600")],
    "reasoning": [message("user", "q"), message("assistant", "5", reasoning_content="because\n", thinking="because")],
    "parts": [message("user", [{"type": "image"}, {"type": "text", "text": "What is it?"}])],
    "tool": [message("user", "weather?"), message("assistant", "", tool_calls=CALL),
             message("tool", "{\"t\": 20}", name="get_weather", tool_call_id="abcdefghi"), message("assistant", "It is 20.")],
    "answer first": [message("assistant", "first"), message("user", "x")],
}
ARGUMENTS = [{}, {"add_generation_prompt": False}, {"enable_thinking": False, "thinking": False},
             {"tools": TOOLS, "reasoning_effort": "high"}]


def main():
    reference.datetime = Fixed
    cases = []
    for file in sorted(glob.glob(os.path.join(HERE, "*.jinja"))):
        with open(file, encoding="utf-8") as source:
            template = reference._compile_jinja_template(source.read())
        for name, messages in CHATS.items():
            for arguments in ARGUMENTS if name in ("user", "tool") else ARGUMENTS[:3:2]:
                values = {"tools": None, "documents": None, "add_generation_prompt": True, **TOKENS, **arguments}
                try:
                    rendered = template.render(messages=messages, **values)
                except Exception:  # whatever the reference raises, the chat is refused
                    rendered = None
                cases.append({"template": os.path.basename(file), "chat": name, "arguments": arguments, "rendered": rendered})
    with open(os.path.join(HERE, "templates.json"), "w", encoding="utf-8") as file:
        file.write(json.dumps({"tokens": TOKENS, "chats": CHATS})[:-1] + ',\n"cases": [\n'
                   + ",\n".join(map(json.dumps, cases)) + "]}\n")


if __name__ == "__main__":
    main()

"""Renders the templates of language.json again by the reference: null where it refuses one.

Run with transformers 5.18.0 and Jinja2 3.1.6. A new case is a line with a template; this adds what it renders. The field
"refused" marks what the reference renders and this program refuses by name.
"""

import copy
import json
import os

from transformers.utils.chat_template_utils import _compile_jinja_template

FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "language.json")


def render(template, values):
    try:
        rendered = _compile_jinja_template(template).render(**copy.deepcopy(values))
    except Exception:  # whatever the reference raises, the template is refused
        return None
    return None if " at 0x" in rendered else rendered  # an address is no text


def main():
    with open(FILE, encoding="utf-8") as file:
        golden = json.load(file)
    for case in golden["cases"]:
        case["rendered"] = render(case["template"], golden["values"])
    with open(FILE, "w", encoding="utf-8") as file:
        file.write('{"values": ' + json.dumps(golden["values"]) + ',\n"cases": [\n'
                   + ",\n".join(map(json.dumps, golden["cases"])) + "]}\n")


if __name__ == "__main__":
    main()

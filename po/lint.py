"""Compares the placeholders of each message with those of its translation, and checks French spacing: no-break
spaces before : ; ! ? and inside guillemets."""
import re
import sys


def entries(path):
    """Yields (msgid, msgid_plural or None, [msgstr...]) of a .po file."""
    current, key = {}, None
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("#~"):
            continue
        match = re.match(r'(msgid|msgid_plural|msgstr(?:\[\d+\])?) "(.*)"$', line)
        if match:
            if match.group(1) == "msgid" and current:
                yield current
                current = {}
            key = match.group(1)
            current[key] = match.group(2)
        elif line.startswith('"') and key:
            current[key] += line[1:-1]
    if current:
        yield current


def main(path):
    faults = []
    for entry in entries(path):
        msgid = entry["msgid"]
        if not msgid:
            continue
        expected = set(re.findall(r"\{\d*\}", msgid + entry.get("msgid_plural", "")))
        for key, text in entry.items():
            if not key.startswith("msgstr"):
                continue
            if not text:
                faults.append(f"a form is not translated: {msgid!r}, {key}")
                continue
            if set(re.findall(r"\{\d*\}", text)) != expected:
                faults.append(f"placeholders differ: {msgid!r} -> {text!r}")
            plain = re.sub(r"https?:\S*|\{[^}]*\}", "x", text)
            if re.search(r"\w [:;!?](\s|\\n|$)", plain):
                faults.append(f"ordinary space before a double sign: {text!r}")
            if "« " in text or " »" in text:
                faults.append(f"ordinary space inside guillemets: {text!r}")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


sys.exit(main(sys.argv[1]))

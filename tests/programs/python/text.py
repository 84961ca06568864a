"""Regular expressions, JSON, hashes, encodings, string methods, text wrapping."""
import base64
import binascii
import hashlib
import hmac
import json
import re
import string
import struct
import textwrap
import unicodedata

LOG = "\n".join(
    f"2024-{1 + i % 12:02d}-{1 + i % 28:02d} host{i % 7} [{'warn' if i % 5 == 0 else 'info'}] "
    f"user={'ab'[i % 2]}{i * 37 % 101} took {i * i % 997}.{i % 10}ms path=/x/{i % 13}/y?q={i}"
    for i in range(600)
)
LINE = re.compile(
    r"^(?P<date>\d{4}-\d\d-\d\d) (?P<host>\w+) \[(?P<level>warn|info)\] user=(?P<user>[a-z]\d+) "
    r"took (?P<ms>\d+(?:\.\d+)?)ms path=(?P<path>\S+)$",
    re.MULTILINE,
)
by_host = {}
for match in LINE.finditer(LOG):
    entry = by_host.setdefault(match["host"], {"count": 0, "ms": 0.0, "warnings": set()})
    entry["count"] += 1
    entry["ms"] += float(match["ms"])
    if match["level"] == "warn":
        entry["warnings"].add(match["user"])
print(json.dumps(by_host, sort_keys=True, default=sorted)[:700])
print(re.sub(r"(\w+)@(\w+)\.com", r"\2 at \1", "ann@example.com, bob@test.com"), re.split(r"[,;]\s*", "a, b;c,  d"))
print(re.findall(r"(?<=\$)\d+(?!\d|\.)", "$5 $6.5 $77"), re.fullmatch(r"(a|ab)(c|bcd)(d*)", "abcd").groups())
print(re.sub(r"\b(\w)(\w*)\b", lambda m: m[1].upper() + m[2], "the quick brown fox", count=3), bool(re.match("(?i)ABC", "abcd")))

document = {"name": "naïve ☃", "list": [1, 2.5, None, True, {"deep": [[]]}], "big": 2**70, "escape": "\"\\\n\u0001"}
encoded = json.dumps(document, indent=1, ensure_ascii=True)
print(encoded, json.loads(encoded) == document, json.dumps(document, ensure_ascii=False, separators=(",", ":")))
try:
    json.loads('{"a": [1, 2,, 3]}')
except json.JSONDecodeError as error:
    print(error)

data = bytes(range(256)) * 300
for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b", "blake2s"):
    print(name, hashlib.new(name, data).hexdigest())
print(hmac.new(b"key", data, "sha256").hexdigest(), binascii.crc32(data))
print(base64.b64encode(data[:50]), base64.b85encode(data[60:90]), base64.b32decode(base64.b32encode(b"wasm")), data[:20].hex("-"))
print(struct.pack("<bhiqfd5s", -1, -2, -3, -4, 1.5, -2.25, b"hello"), struct.unpack(">HIQ", data[1:15]))

print("Straße".casefold(), "ǆ".title(), "ΑΣ".lower(), unicodedata.normalize("NFD", "é").encode(), unicodedata.name("λ"))
print("a,b,,c".split(","), "x".join("abc"), "tab\tbed".expandtabs(4), "%-5s|%5.1f|%03d" % ("ab", 2.25, 7), "abc".translate({97: "A", 98: None}))
print(string.Template("$who has ${n} items").substitute(who="she", n=3), "{0!r:>8} {x[1]} {y.real}".format("s", x=[1, 2], y=3))
print(textwrap.fill("The compiler turns a module into native code before it runs, so that nothing is left to do later. " * 3, 48))
print("日本語 text".encode("utf-16-le").hex(), "é".encode("latin-1"), b"\xff\xfea\x00".decode("utf-16"), "bad \udc80".encode("utf-8", "replace"))

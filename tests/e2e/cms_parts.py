"""Takes a CMS SignedData apart with a DER walk of its own: writes the first signer's signature value and its
time-stamp token, so that `openssl ts -verify` can judge them.

usage: cms_parts.py SIGNATURE.p7s VALUE.bin TOKEN.der"""
import sys

TIMESTAMP_TOKEN = bytes.fromhex("060b2a864886f70d010910020e")


def read(data, at):
    """Returns (tag, start of content, end) of the element at `at`."""
    tag, length, at = data[at], data[at + 1], at + 2
    if length & 0x80:
        n = length & 0x7F
        length, at = int.from_bytes(data[at:at + n], "big"), at + n
    return tag, at, at + length


def children(data, start, end):
    at = start
    while at < end:
        tag, content, stop = read(data, at)
        yield tag, at, content, stop
        at = stop


def main(source, value_file, token_file):
    data = open(source, "rb").read()
    _, start, end = read(data, 0)
    explicit = list(children(data, start, end))[1]
    _, start, end = read(data, explicit[2])
    signer_infos = list(children(data, start, end))[-1]
    signer = next(children(data, signer_infos[2], signer_infos[3]))
    value = token = None
    for tag, _, content, stop in children(data, signer[2], signer[3]):
        if tag == 0x04:
            value = data[content:stop]
        if tag == 0xA1:
            for _, _, attribute, attribute_end in children(data, content, stop):
                oid, values = list(children(data, attribute, attribute_end))[:2]
                if data[oid[1]:oid[3]] == TIMESTAMP_TOKEN:
                    _, at, inner, inner_end = next(children(data, values[2], values[3]))
                    token = data[at:inner_end]
    if value is None or token is None:
        sys.exit("no signature value or no time-stamp token")
    open(value_file, "wb").write(value)
    open(token_file, "wb").write(token)


if __name__ == "__main__":
    main(*sys.argv[1:])

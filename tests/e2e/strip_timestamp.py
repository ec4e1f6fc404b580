"""Takes the unsigned attributes (the time-stamp) off every signer of a CMS SignedData, with a DER rewriting of its
own: what is left still verifies.

usage: strip_timestamp.py SIGNATURE.p7s   (changed in place)"""
import sys

from cms_parts import children, read


def element(tag, content):
    n = len(content)
    if n < 0x80:
        return bytes([tag, n]) + content
    length = n.to_bytes((n.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def rebuilt(data, start, end, depth):
    """ContentInfo, [0], SignedData, SET OF SignerInfo, SignerInfo: on the way down only the last child of each changes."""
    tag, content, stop = read(data, start)
    parts = [(t, data[at:s], at) for t, at, _, s in children(data, content, stop)]
    if depth == 4:
        kept = [piece for t, piece, _ in parts if t != 0xA1]
        assert len(kept) < len(parts), "no unsigned attribute"
        return element(tag, b"".join(kept))
    pieces = [piece for _, piece, _ in parts]
    last = parts[-1]
    pieces[-1] = rebuilt(data, last[2], stop, depth + 1)
    return element(tag, b"".join(pieces))


if __name__ == "__main__":
    signature = open(sys.argv[1], "rb").read()
    open(sys.argv[1], "wb").write(rebuilt(signature, 0, len(signature), 0))

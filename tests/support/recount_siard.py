"""Recounts a SIARD archive by means that are not ours: rows, large values, digest of the package. Prints one line a table."""
import hashlib
import os
import sys
import xml.etree.ElementTree as ET
import zipfile

ALGORITHMS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256"}


def local(tag):
    return tag.rsplit("}", 1)[-1]


def child(element, name):
    return next((c for c in element if local(c.tag) == name), None)


def text(element, name):
    found = child(element, name)
    return None if found is None else found.text or ""


def main(path):
    archive = zipfile.ZipFile(path)
    names = archive.namelist()
    assert archive.testzip() is None, "CRC"
    assert len(names) == len(set(names)), "names twice"
    assert "header/siardversion/2.2/" in names and names[0] == "content/", "order"
    first_header = names.index("header/")
    assert all(n.startswith("content/") for n in names[:first_header]), "content comes first"
    root = ET.fromstring(archive.read("header/metadata.xml"))
    digest = child(root, "messageDigest")
    with open(path, "rb") as raw:
        covered = raw.read(archive.getinfo("header/").header_offset)
    computed = hashlib.new(ALGORITHMS[text(digest, "digestType")], covered).hexdigest().upper()
    assert computed == text(digest, "digest"), "digest of the package"
    base = text(root, "lobFolder")
    seen = set()
    for schema in child(root, "schemas"):
        for table in child(schema, "tables"):
            folder = f"content/{text(schema, 'folder')}/{text(table, 'folder')}/"
            columns = list(child(table, "columns"))
            rows = large = 0
            with archive.open(folder + text(table, "folder") + ".xml") as stream:
                for _, element in ET.iterparse(stream):
                    if local(element.tag) != "row":
                        continue
                    rows += 1
                    for cell in element:
                        if "file" not in cell.attrib:
                            assert not cell.attrib, "attributes of an inline cell"
                            continue
                        large += 1
                        column = columns[int(local(cell.tag)[1:]) - 1]
                        if base is None:
                            content = archive.read(cell.get("file"))
                            seen.add(cell.get("file"))
                        else:
                            place = os.path.join(os.path.dirname(path), base, text(column, "lobFolder"), cell.get("file"))
                            with open(place, "rb") as stored:
                                content = stored.read()
                        is_text = text(column, "type").startswith("CLOB")
                        length = len(content.decode()) if is_text else len(content)
                        assert length == int(cell.get("length")), "length"
                        assert hashlib.new(ALGORITHMS[cell.get("digestType")], content).hexdigest().upper() == cell.get("digest"), "digest"
                    element.clear()
            assert rows == int(text(table, "rows")), f"{text(table, 'name')}: {rows} rows"
            print(text(table, "name"), rows, large)
    files = {n for n in names if "/lob" in n and not n.endswith("/")}
    assert files == seen, "large values that no cell names"


main(sys.argv[1])

"""Takes the manifests out of SIPs: manifests.py FOLDER OUT → OUT/<tier>-<name>.xml, one per archive that has one root XML file."""
import io
import pathlib
import sys
import tarfile
import zipfile


def files(path):
    """(name, reader) of the files at the root of an archive; nothing for what is no archive."""
    data = path.read_bytes()
    if zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for info in archive.infolist():
                yield info.filename, lambda info=info: archive.read(info)
        return
    try:
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            for member in archive:
                if member.isfile():
                    yield member.name.removeprefix("./"), lambda member=member: archive.extractfile(member).read()
    except tarfile.TarError:
        return


def main():
    source, out = map(pathlib.Path, sys.argv[1:3])
    for path in sorted(source.rglob("*")):
        if not path.is_file():
            continue
        try:
            for name, read in files(path):
                if "/" not in name and name.endswith(".xml"):
                    (out / f"{path.parent.name}-{path.name}.xml").write_bytes(read())
                    break
        except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            print(path.name, error, file=sys.stderr)


main()

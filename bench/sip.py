#!/usr/bin/env python3
"""Writes a SIP for measurements: bench/sip.py FILE [--units N] [--bytes N] [--kind pdf|xml] [--digest SHA-512] [--manifest first|last]

Each unit has a group of one object of about so many bytes: a PDF full of random bytes, which does not compress, or an
XML record, which does. The same arguments give the same bytes."""
import argparse, hashlib, os, random, zipfile

SEDA = "fr:gouv:culture:archivesdefrance:seda:v2.2"
STAMP = (2026, 1, 1, 0, 0, 0)
WORDS = "inscription diplome annee session note credit mention jury composante etape regime bourse candidat releve attestation".split()


def content(kind, rng, size):
    if kind == "pdf":
        return b"%PDF-1.4\n" + rng.randbytes(size - 16) + b"\n%%EOF\n"
    out, length = ['<?xml version="1.0" encoding="UTF-8"?>\n<dossier>\n'], 60
    while length < size:
        line = f'<ligne code="{rng.randrange(10**6)}"><libelle>{" ".join(rng.choices(WORDS, k=6))}</libelle><valeur>{rng.randrange(2000) / 100}</valeur></ligne>\n'
        out.append(line)
        length += len(line)
    return ("".join(out) + "</dossier>\n").encode()


def group(i, uri, algorithm, digest, size, puid):
    return (f'<DataObjectGroup id="OG{i}"><BinaryDataObject id="BDO{i}"><DataObjectVersion>BinaryMaster_1</DataObjectVersion><Uri>{uri}</Uri>'
            f'<MessageDigest algorithm="{algorithm}">{digest}</MessageDigest><Size>{size}</Size><FormatIdentification><FormatId>{puid}</FormatId>'
            f'</FormatIdentification><FileInfo><Filename>{uri[8:]}</Filename></FileInfo></BinaryDataObject></DataObjectGroup>\n')


def unit(i):
    return (f'<ArchiveUnit id="AU{i}"><Management><AppraisalRule><Rule>APP-1</Rule><StartDate>2004-06-30</StartDate><FinalAction>Destroy</FinalAction>'
            f'</AppraisalRule><AccessRule><Rule>ACC-1</Rule><StartDate>2004-06-30</StartDate></AccessRule></Management><Content><DescriptionLevel>File</DescriptionLevel>'
            f'<Title>Dossier de scolarite {i}</Title><OriginatingAgencyArchiveUnitIdentifier>{i:08d}</OriginatingAgencyArchiveUnitIdentifier>'
            f'<Description>Inscriptions, resultats et diplomes</Description><StartDate>1999-09-01</StartDate><EndDate>2004-06-30</EndDate></Content>'
            f'<DataObjectReference><DataObjectGroupReferenceId>OG{i}</DataObjectGroupReferenceId></DataObjectReference></ArchiveUnit>\n')


def main():
    p = argparse.ArgumentParser()
    p.add_argument("file")
    p.add_argument("--units", type=int, default=100_000)
    p.add_argument("--bytes", type=int, default=10_000)
    p.add_argument("--kind", choices=["pdf", "xml"], default="pdf")
    p.add_argument("--digest", default="SHA-512")
    p.add_argument("--manifest", choices=["first", "last"], default="first")
    p.add_argument("--content", help="also writes the bytes of all the objects here, one after the other")
    a = p.parse_args()
    puid = {"pdf": "fmt/18", "xml": "fmt/101"}[a.kind]
    hasher = a.digest.replace("-", "").lower()
    manifest = a.file + ".manifest"
    objects = lambda: (content(a.kind, random.Random(i), a.bytes) for i in range(a.units))
    with open(manifest, "w") as m, open(a.content or os.devnull, "wb") as all_bytes:
        m.write(f'<?xml version="1.0" encoding="UTF-8"?>\n<ArchiveTransfer xmlns="{SEDA}">\n<Comment>Mesure</Comment><Date>2026-01-01T00:00:00Z</Date>'
                '<MessageIdentifier>M-1</MessageIdentifier><ArchivalAgreement>IC-1</ArchivalAgreement><CodeListVersions/><DataObjectPackage>\n')
        for i, data in enumerate(objects()):
            all_bytes.write(data)
            m.write(group(i, f"content/BDO{i}.{a.kind}", a.digest, hashlib.new(hasher, data).hexdigest(), len(data), puid))
        m.write("<DescriptiveMetadata>\n")
        m.writelines(unit(i) for i in range(a.units))
        m.write('</DescriptiveMetadata><ManagementMetadata><OriginatingAgencyIdentifier>SP-1</OriginatingAgencyIdentifier></ManagementMetadata>'
                '</DataObjectPackage><ArchivalAgency><Identifier>SA-1</Identifier></ArchivalAgency>'
                '<TransferringAgency><Identifier>ST-1</Identifier></TransferringAgency></ArchiveTransfer>\n')
    with zipfile.ZipFile(a.file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as z:
        add = lambda name, data: z.writestr(zipfile.ZipInfo(name, STAMP), data, zipfile.ZIP_DEFLATED)
        put_manifest = lambda: add("manifest.xml", open(manifest, "rb").read())
        if a.manifest == "first":
            put_manifest()
        for i, data in enumerate(objects()):
            add(f"content/BDO{i}.{a.kind}", data)
        if a.manifest == "last":
            put_manifest()
    os.remove(manifest)


main()

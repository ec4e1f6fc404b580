// README.txt of a pack of evidence: read by people who may no longer have Versoir.
#include "sip/evidence_readme.hpp"

#include <fmt/format.h>

#include <set>

namespace versoir::sip {

namespace {

long long seconds(core::Instant t) { return t.time_since_epoch().count(); }

/// The first 128 characters that `openssl dgst -sha512 -r` writes.
std::string digest_of_file(const std::string& file) {
  return fmt::format("$(openssl dgst -sha512 -r {} | cut -c1-128)", file);
}
/// A command that fails when `where` does not cite "key":"<digest of file>" (any key when it is empty).
std::string cites(const std::string& where, const std::string& key, const std::string& file) {
  if (key.empty()) return fmt::format("    $ grep -qF \"{}\" {}\n", digest_of_file(file), where);
  return fmt::format("    $ grep -qF \"\\\"{}\\\":\\\"{}\\\"\" {}\n", key, digest_of_file(file), where);
}

std::string bindings(const ReadmeFacts& facts) {
  std::string text =
      "\n5. Ce qui lie le tout : le visa signé cite l'empreinte SHA-512 du plan, des listes, de chaque SIP "
      "et de son "
      "sceau ;\n"
      "le récépissé cite celles du SIP et de la réponse de la plateforme ; le journal cite celles des visas "
      "et "
      "des réponses.\n\n";
  for (const auto& visa : facts.visas) {
    text += cites(visa, "planSha512", "versement/plan.json");
    text += cites(visa, "keptSha512", "versement/kept.csv");
    text += cites(visa, "leftOutSha512", "versement/left-out.csv");
    text += cites("journal/*.jsonl", "", visa);
  }
  for (const auto& lot : facts.lots) {
    text += cites(lot.visa, "sealSha512", lot.folder + "sip.zip.p7s");
    text += cites(lot.folder + "receipt.json", "", lot.folder + "atr.xml");
    text += cites("journal/*.jsonl", "", lot.folder + "atr.xml");
    text += fmt::format(
        "    $ s=$(sed -n 's/.*\"sip_sha512\": *\"\\([0-9a-f]*\\)\".*/\\1/p' {}receipt.json); test -n \"$s\" "
        "&& grep "
        "-qF \"\\\"sha512\\\":\\\"$s\\\"\" {}\n",
        lot.folder, lot.visa);
  }
  return text;
}

/// Not a command that must succeed: a certificate may be revoked after it signed.
std::string revocation(const ReadmeFacts& facts) {
  std::string text = "\n6. Les listes de révocation sont signées par les autorités de confiance.\n\n";
  for (const auto& crl : facts.crls)
    text += fmt::format("    $ openssl crl -in {} -CAfile trust/anchors.pem -noout\n", crl);
  text +=
      "\nAucun signataire n'y figure, ou bien sa date de révocation est postérieure à sa signature. Ces "
      "commandes "
      "n'affichent\n"
      "rien quand le certificat n'est pas révoqué :\n\n";
  std::set<std::string> told;
  for (const auto& s : facts.signatures)
    for (const auto& crl : facts.crls)
      if (told.insert(s.certificate + crl).second)
        text += fmt::format(
            "      openssl crl -in {} -noout -text | grep -A1 -i \"Serial Number: $(openssl x509 -in {} "
            "-noout "
            "-serial | cut -d= -f2)$\"\n",
            crl, s.certificate);
  return text;
}

}  // namespace

std::string manifest_commands(int n, core::Instant when, bool timestamped) {
  auto text = fmt::format(
      "    $ cut -c131- manifest-{0}.txt | xargs openssl dgst -sha512 -r | diff - manifest-{0}.txt\n", n);
  if (timestamped)
    text += fmt::format(
        "    $ openssl ts -verify -token_in -in manifest-{0}.tst -data manifest-{0}.txt -CAfile "
        "trust/tsa-anchors-{0}.pem -attime {1}\n"
        "    $ openssl ts -reply -token_in -in manifest-{0}.tst -token_out -text\n",
        n, seconds(when));
  return text;
}

std::string evidence_readme(const ReadmeFacts& facts) {
  std::string text = fmt::format(
      "Preuves du versement {0}\n"
      "Rassemblées le {1}.\n\n"
      "Ce dossier se vérifie sans Versoir, hors ligne, avec OpenSSL 3 et les outils ordinaires d'un système "
      "Unix.\n"
      "Les lignes qui commencent par quatre espaces et « $ » sont des commandes à lancer depuis ce dossier. "
      "Chacune doit\n"
      "se terminer sans erreur (code de retour 0). L'option -attime donne, en secondes depuis 1970, le "
      "moment auquel les\n"
      "certificats sont jugés : celui de l'horodatage quand il y en a un, sinon celui que le signataire a "
      "déclaré.\n\n"
      "versement/    plan, listes (transféré, écarté), visas signés, et par lot : sceau, contrôles, envoi, "
      "réponse (ATR), récépissé\n"
      "extract/      sceau de l'extrait d'où viennent les SIP\n"
      "config/       configuration et registre des rôles en vigueur\n"
      "trust/        autorités de confiance, listes de révocation\n"
      "certificates/ certificats des signataires et de l'autorité d'horodatage\n"
      "tokens/       jetons d'horodatage des signatures, avec les octets qu'ils couvrent\n"
      "journal/      journaux, de leur première ligne au jour indiqué, et leurs points de contrôle signés\n\n"
      "1. Rien n'a changé depuis que le dossier a été fait : empreintes SHA-512, puis horodatage de leur "
      "liste.\n\n",
      facts.versement, core::format_instant(facts.packed));
  text += manifest_commands(1, facts.packed, facts.timestamped);
  if (!facts.timestamped)
    text +=
        "\nAucune autorité d'horodatage n'était configurée : la liste des empreintes n'est pas horodatée.\n";
  text +=
      "\nChaque renouvellement ajoute manifest-2, manifest-3… : une nouvelle liste, qui couvre aussi les "
      "listes et les\n"
      "jetons précédents, et un jeton sur cette liste. renewal-2.txt, renewal-3.txt… donnent leurs "
      "commandes.\n\n"
      "2. Les signatures : visas, sceau de l'extrait, points de contrôle du journal.\n\n";
  for (const auto& s : facts.signatures)
    text += fmt::format(
        "    $ openssl cms -verify -cades -binary -inform DER -in {0} -content {1} -CAfile trust/anchors.pem "
        "-purpose any "
        "-attime {2} -out /dev/null\n",
        s.signature, s.content, seconds(s.when));
  text += "\n3. Les horodatages de ces signatures et des sceaux des SIP.\n\n";
  for (const auto& t : facts.tokens)
    text += fmt::format(
        "    $ openssl ts -verify -token_in -in {0} -data {1} -CAfile trust/tsa-anchors-1.pem -attime {2}\n",
        t.signature, t.content, seconds(t.when));
  text += "\n4. La chaîne des journaux : chaque ligne porte l'empreinte SHA-256 de la précédente.\n\n";
  for (const auto& journal : facts.journals)
    text += fmt::format(
        "    $ p=$(printf '%064d' 0); while IFS= read -r l; do case $l in *\\\"prev\\\":\\\"$p\\\"*) ;; *) "
        "exit 1 ;; esac; "
        "p=$(printf %s \"$l\" | openssl dgst -sha256 -r | cut -c1-64); done <{}\n",
        journal);
  text +=
      "\nUn point de contrôle signé porte l'empreinte de la ligne dont il donne le numéro (« lines », "
      "« head »).\n\n";
  for (const auto& s : facts.signatures)
    if (const auto at = s.content.find(".checkpoint-"); at != std::string::npos)
      text += fmt::format(
          "    $ n=$(sed 's/.*\"lines\":\\([0-9]*\\).*/\\1/' {1}); grep -qF \"\\\"head\\\":\\\"$(sed -n "
          "\"${{n}}p\" {0} | tr "
          "-d '\\n' | openssl dgst -sha256 -r | cut -c1-64)\\\"\" {1}\n",
          s.content.substr(0, at), s.content);
  text += bindings(facts);
  if (!facts.crls.empty()) text += revocation(facts);
  if (!facts.ocsp.empty()) {
    text +=
        "\nLes réponses OCSP disent si les certificats étaient révoqués, de quand à quand, et qui répond "
        ":\n\n";
    for (const auto& answer : facts.ocsp)
      text += fmt::format("    $ openssl ocsp -respin {} -noverify -resp_text\n", answer);
  }
  text +=
      "\nSi un SIP a été gardé ou revient de la plateforme, son sceau se vérifie en mettant le SIP à la "
      "place de "
      "sip.zip ;\n"
      "son empreinte SHA-512 est celle que citent le visa (« sha512 ») et le récépissé (« sip_sha512 ») "
      ":\n\n";
  for (const auto& seal : facts.seals_of_sips)
    text += fmt::format(
        "      openssl cms -verify -cades -binary -inform DER -in {} -content sip.zip -CAfile "
        "trust/anchors.pem "
        "-purpose any -out /dev/null\n",
        seal);
  return text;
}

}  // namespace versoir::sip

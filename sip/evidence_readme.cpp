// README.txt of a pack of evidence: read by people who may no longer have Versoir.
#include "sip/evidence_readme.hpp"

#include <fmt/format.h>

namespace versoir::sip {

namespace {

long long seconds(core::Instant t) { return t.time_since_epoch().count(); }

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
      "journal/      journal, de sa première ligne au jour indiqué, et ses points de contrôle signés\n\n"
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
  text +=
      "\n4. La chaîne du journal : chaque ligne porte l'empreinte SHA-256 de la précédente.\n\n"
      "    $ p=$(printf '%064d' 0); while IFS= read -r l; do case $l in *\\\"prev\\\":\\\"$p\\\"*) ;; *) "
      "exit 1 ;; esac; "
      "p=$(printf %s \"$l\" | openssl dgst -sha256 -r | cut -c1-64); done <journal/journal.jsonl\n";
  if (!facts.crls.empty()) {
    text += "\n5. Les listes de révocation sont signées par les autorités de confiance.\n\n";
    for (const auto& crl : facts.crls)
      text += fmt::format("    $ openssl crl -in {} -CAfile trust/anchors.pem -noout\n", crl);
  }
  if (!facts.ocsp.empty()) {
    text +=
        "\nLes réponses OCSP disent si les certificats étaient révoqués, de quand à quand, et qui répond "
        ":\n\n";
    for (const auto& answer : facts.ocsp)
      text += fmt::format("    $ openssl ocsp -respin {} -noverify -resp_text\n", answer);
  }
  text +=
      "\nCe qui lie le tout : le visa signé cite l'empreinte SHA-512 de chaque SIP (« sha512 »), de son "
      "sceau (« sealSha512 »),\n"
      "du plan et des listes ; le récépissé cite celles du SIP et de la réponse de la plateforme. Si un SIP "
      "a été gardé ou\n"
      "revient de la plateforme, son sceau se vérifie en mettant le SIP à la place de sip.zip :\n\n";
  for (const auto& seal : facts.seals_of_sips)
    text += fmt::format(
        "      openssl cms -verify -cades -binary -inform DER -in {} -content sip.zip -CAfile "
        "trust/anchors.pem "
        "-purpose any -out /dev/null\n",
        seal);
  return text;
}

}  // namespace versoir::sip

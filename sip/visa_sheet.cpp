// The sheet that travels with a visa to sign: what the signer reads, and how the signature is made elsewhere.
#include "core/display.hpp"
#include "core/html.hpp"
#include "sip/visa_elsewhere.hpp"

namespace versoir::sip {

using core::Json;
using core::msg;
using core::show_count;
using core::tr;

namespace {

std::string text_at(const Json& object, const char* key) { return core::text_of(object, key); }
std::uint64_t count_at(const Json& object, const char* key) { return object.at(key).get<std::uint64_t>(); }

std::string decision_label(const Json& visa) {
  const auto decision = text_at(visa, "decision");
  if (decision == decision_name(Decision::refuse)) return tr("refusal");
  if (decision == decision_name(Decision::revoke)) return tr("withdrawal of an approval");
  return tr("approval");
}

void decision_facts(core::HtmlPage& page, const Json& visa) {
  const auto& counts = visa.at("counts");
  const auto& target = visa.at("target");
  const auto& extract = visa.at("extract");
  std::vector<std::pair<std::string, std::string>> facts{
      {tr("Decision"), decision_label(visa)},
      {tr("Versement"), text_at(visa, "versement")},
      {tr("Signer"), text_at(visa.at("signer"), "name") + ", " + text_at(visa.at("signer"), "quality")},
      {tr("Certificate (SHA-256)"), text_at(visa.at("signer"), "certificate")},
      {tr("Lots"), show_count(count_at(counts, "lots"))},
      {tr("Archive units"), show_count(count_at(counts, "units"))},
      {tr("Objects"), show_count(count_at(counts, "objects"))},
      {tr("Size"), core::show_size(count_at(counts, "bytes"))},
      {tr("Extract"), text_at(extract, "name") + " (" + text_at(extract, "kind") + ")"},
      {tr("Platform"), text_at(target, "platform") + " " + text_at(target, "ingestUrl")},
      {tr("Tenant"), std::to_string(target.at("tenant").get<std::int64_t>())},
      {tr("Valid from"), core::show_date(text_at(visa, "notBefore"))},
      {tr("Valid until"), core::show_date(text_at(visa, "notAfter"))},
      {tr("Report read (SHA-512)"), text_at(visa, "reviewSha512")}};
  if (const auto reason = text_at(visa, "reason"); !reason.empty())
    facts.emplace_back(text_at(visa, "decision") == "approve" ? tr("Observation") : tr("Reason"), reason);
  page.facts(facts);
}

void lots_table(core::HtmlPage& page, const Json& visa) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& lot : visa.at("lots"))
    rows.push_back({text_at(lot, "messageIdentifier"), show_count(count_at(lot, "units")),
                    show_count(count_at(lot, "objects")), core::show_size(count_at(lot, "size")),
                    text_at(lot, "checkVerdict"), text_at(lot, "sha512")});
  for (const auto& id : visa.at("excluded")) rows.push_back({id, "", "", "", tr("left out"), ""});
  page.table(
      tr("Lots"),
      std::vector<std::string>{tr("lot"), tr("units"), tr("objects"), tr("size"), tr("check"), "SHA-512"},
      rows);
}

void how_to_sign(core::HtmlPage& page, const Json& visa, std::string_view bytes, bool second) {
  const auto name = fmt::format("visa-{}.json", visa.at("number").get<int>());
  const auto step = [&](const core::Message& text) {
    page.raw("<li>" + core::html_escape(text.text()) + "</li>\n");
  };
  const auto command = [&](std::string_view line) {
    page.raw("<pre><code>" + core::html_escape(line) + "</code></pre>\n");
  };
  page.heading(2, tr("How to sign"));
  page.facts(std::vector<std::pair<std::string, std::string>>{{tr("File to sign"), name},
                                                              {tr("Size"), core::show_size(bytes.size())},
                                                              {"SHA-256", core::sha256(bytes).hex()},
                                                              {"SHA-512", core::sha512(bytes).hex()}});
  page.raw("<ol>\n");
  step(msg(
      "Compare the digest of the file that you received with the one above; sign nothing if they differ."));
  step(
      msg("Sign the file itself, byte for byte, with a CAdES signature (detached or enveloping, SHA-256 or "
          "stronger): with the tool of the card, a parapheur, or openssl."));
  step(
      msg("Send back the signature alone; whoever prepared the visa imports it. The file itself stays where "
          "it is."));
  page.raw("</ol>\n");
  command("openssl cms -sign -binary -cades -md sha256 -nosmimecap -outform DER -in " + name +
          " -signer CERTIFICATE.pem -inkey KEY.pem -out " + name + ".p7s");
  command(fmt::format("versoir {} {}{} --import {}.p7s", text_at(visa, "decision"),
                      text_at(visa, "versement"), second ? " --second" : "", name));
}

}  // namespace

void write_visa_sheet(const Versement& versement, std::string_view visa, const std::filesystem::path& file,
                      bool second) {
  const auto json = core::parse_json(visa, "visa", core::Exit::usage);
  core::AtomicFile out(file, private_mode);
  core::FileSink sink(out);
  const auto title = msg("Visa to sign: versement {0}", versement.id()).text();
  core::HtmlPage page(sink, core::language_tag(), title);
  page.heading(1, title);
  page.paragraph(text_at(json, "statement"));
  if (second)
    page.paragraph(
        tr("This visa is already signed by the person named below. A second person, who must be "
           "another one, signs the same file."));
  decision_facts(page, json);
  lots_table(page, json);
  how_to_sign(page, json, visa, second);
  page.close();
  out.commit();
}

}  // namespace versoir::sip

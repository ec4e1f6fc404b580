// See paper_code.hpp.
#include "consult/paper_code.hpp"

#include "consult/generation.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

#include <algorithm>
#include <cctype>

namespace versoir::consult {

namespace {

constexpr std::size_t code_digits = 20;

std::optional<CodeMatch> among_documents(const records::Record& record, const profiles::SheetDef& sheet,
                                         std::string_view code, const std::string& root,
                                         const std::optional<DocumentOverride>& decision) {
  for (const auto& def : sheet.documents)
    for (const auto& choice : document_choices(record, def)) {
      if (!choice.refusals.empty()) continue;
      try {
        const auto printed = compose_document(record, sheet, def, choice.way, root, decision);
        if (same_code(code, printed.code)) return CodeMatch{&def, choice.way, choice.label, false, decision};
      } catch (const core::Error& e) {
        if (e.code() != core::Exit::usage) throw;  // nothing unpublished there that the decision could print
      }
    }
  return std::nullopt;
}

}  // namespace

std::optional<CodeMatch> match_code(Archive& archive, const records::Record& sealed, std::string_view code,
                                    const std::vector<DocumentOverride>& decisions) {
  const auto* sheet = archive.application().find_sheet(sealed.def->id);
  if (!sheet) return std::nullopt;
  const auto root = origin_root(archive.extract());
  auto today = sealed;
  const bool changed = !amend(today, archive.application(), archive.annotations()).empty();
  std::vector<std::optional<DocumentOverride>> tried{std::nullopt};
  tried.insert(tried.end(), decisions.begin(), decisions.end());
  for (const auto& decision : tried) {
    if (auto match = among_documents(today, *sheet, code, root, decision)) return match;
    if (!changed) continue;
    if (auto match = among_documents(sealed, *sheet, code, root, decision)) {
      match->before_annotation = true;
      return match;
    }
  }
  return std::nullopt;
}

bool is_code(std::string_view typed) {
  std::size_t digits = 0;
  for (const char c : typed) {
    if (!std::isalnum(static_cast<unsigned char>(c))) continue;
    if (core::hex_digit(static_cast<char>(std::tolower(static_cast<unsigned char>(c)))) < 0) return false;
    ++digits;
  }
  return digits == code_digits;
}

std::optional<std::pair<std::string, records::Key>> read_reference(std::string_view typed) {
  const auto text = core::trim(typed);
  const auto colon = text.find(':');
  if (colon == std::string::npos) return std::nullopt;
  try {
    return std::pair(text.substr(0, colon), records::Key::parse(text.substr(colon + 1)));
  } catch (const core::Error&) {
    return std::nullopt;
  }
}

}  // namespace versoir::consult

// Templates: {column}, {column:date}, {{ for a brace.
#include "core/clock.hpp"
#include "core/nearest.hpp"
#include "profiles/loader.hpp"
#include "profiles/parts.hpp"

#include <utility>

namespace versoir::profiles {

using core::Error;
using core::Exit;
using core::msg;

namespace parts {

namespace {
TemplatePiece read_hole(std::string_view hole) {
  const auto colon = hole.find(':');
  const auto name = std::string(hole.substr(0, colon));
  if (name.empty()) return {TemplatePiece::Kind::bad_format, std::string(hole)};
  if (colon == std::string_view::npos) return {TemplatePiece::Kind::value, name};
  if (hole.substr(colon + 1) == "date") return {TemplatePiece::Kind::date, name};
  return {TemplatePiece::Kind::bad_format, std::string(hole)};
}
}  // namespace

std::vector<TemplatePiece> split_template(std::string_view tmpl) {
  std::vector<TemplatePiece> out;
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) out.push_back({TemplatePiece::Kind::text, std::exchange(literal, {})});
  };
  for (std::size_t i = 0; i < tmpl.size();) {
    if (tmpl[i] != '{') {
      literal += tmpl[i++];
    } else if (tmpl.substr(i, 2) == "{{") {
      literal += '{';
      i += 2;
    } else {
      flush();
      const auto close = tmpl.find('}', i);
      if (close == std::string_view::npos) {
        out.push_back({TemplatePiece::Kind::unclosed, std::string(tmpl.substr(i))});
        return out;
      }
      out.push_back(read_hole(tmpl.substr(i + 1, close - i - 1)));
      i = close + 1;
    }
  }
  flush();
  return out;
}

void check_template(std::string_view tmpl, const core::XmlElement& where, Reading& reading,
                    const std::vector<std::string>* known) {
  using Kind = TemplatePiece::Kind;
  for (const auto& piece : split_template(tmpl)) {
    if (piece.kind == Kind::unclosed)
      reading.defect(
          msg("{0}: the template \"{1}\" has a brace that is not closed", reading.at(where), tmpl));
    else if (piece.kind == Kind::bad_format)
      reading.defect(
          msg("{0}: in the template \"{1}\", {2} is neither a column nor a column followed by :date",
              reading.at(where), tmpl, piece.text));
    else if (piece.kind != Kind::text && known && !contains_name(*known, piece.text))
      reading.unknown(where,
                      msg("{0}: the template \"{1}\" asks for {2}, which is not known here",
                          reading.at(where), tmpl, piece.text),
                      piece.text, *known);
  }
}

}  // namespace parts

namespace {

// Exact name first; then as SQL compares names, because SQLite gives a column the case of its declaration.
const std::optional<std::string>* find_value(const Row& row, std::string_view name) {
  if (const auto it = row.find(name); it != row.end()) return &it->second;
  for (const auto& [key, value] : row)
    if (parts::same_name(key, name)) return &value;
  return nullptr;
}

std::string people_date(const std::string& text) {
  const auto date = core::parse_date(text);
  return date ? core::format_date_fr(*date) : text;  // "1987" or a text stays readable
}

[[noreturn]] void throw_unknown(std::string_view tmpl, const std::string& name, const Row& row,
                                std::string_view origin) {
  Error e(Exit::profile_invalid,
          msg("{0}: the template \"{1}\" asks for {2}, which is not known here", origin, tmpl, name));
  std::vector<std::string> known;
  for (const auto& column : row) known.push_back(column.first);
  if (const auto near = core::nearest(name, known)) std::move(e).hint(msg("Did you mean {0}?", *near));
  throw std::move(e);
}

}  // namespace

std::string expand(std::string_view tmpl, const Row& row, std::string_view origin) {
  using Kind = parts::TemplatePiece::Kind;
  std::string out;
  for (const auto& piece : parts::split_template(tmpl)) {
    if (piece.kind == Kind::text) {
      out += piece.text;
      continue;
    }
    if (piece.kind == Kind::unclosed || piece.kind == Kind::bad_format)
      throw Error(Exit::profile_invalid, msg("{0}: the template \"{1}\" cannot be read", origin, tmpl));
    const auto* value = find_value(row, piece.text);
    if (!value) throw_unknown(tmpl, piece.text, row, origin);
    if (*value) out += piece.kind == Kind::date ? people_date(**value) : **value;
  }
  return out;
}

}  // namespace versoir::profiles

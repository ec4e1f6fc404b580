// See person_rows.hpp.
#include "consult/person_rows.hpp"

#include "consult/annotation_lines.hpp"
#include "core/error.hpp"
#include "extract/digests.hpp"

#include <fmt/format.h>

namespace versoir::consult::parts {

using core::Json;
using core::msg;

namespace {

/// What stands in versoir_lob for a NULL; nullopt when it is a true NULL.
std::optional<std::string> large_content(extract::Extract& extract, const std::string& table,
                                         std::int64_t row, const std::string& column) {
  auto pieces = extract.database().prepare(
      "SELECT bytes FROM versoir_lob WHERE table_name = ?1 AND row = ?2 AND column_name = ?3 ORDER BY chunk");
  pieces.bind(1, std::string_view(table)).bind(2, row).bind(3, std::string_view(column));
  std::optional<std::string> bytes;
  while (pieces.step()) bytes.emplace(bytes.value_or("")).append(pieces.blob(0));
  return bytes;
}

Json written(const core::Value& value) {
  if (const auto* n = std::get_if<std::int64_t>(&value)) return *n;
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* blob = std::get_if<core::Blob>(&value)) return {{"blob", to_hex(blob->bytes)}};
  return nullptr;
}

}  // namespace

Json person_table(extract::Extract& extract, BlockProof& proof, const profiles::Table& table,
                  const std::string& column, const core::Value& key, const LargeValue& large) {
  const auto& names = proof.columns(table.name);
  auto columns = Json::array();
  std::string list = "_row";
  for (const auto& name : names) {
    const auto* known = table.find(name);
    columns.push_back(
        {{"name", name}, {"label", known ? known->label : ""}, {"type", known ? known->type : ""}});
    list += ", " + core::sql_name(name);
  }
  auto st = extract.database().prepare(fmt::format("SELECT {} FROM main.{} WHERE {} = ?1 ORDER BY _row", list,
                                                   core::sql_name(table.name), core::sql_name(column)));
  st.bind(1, key);
  auto rows = Json::array();
  while (st.step()) {
    const auto row = st.integer(0);
    const auto block = BlockProof::block_of(row);
    if (!proof.holds(table.name, block))
      throw core::Error(core::Exit::extract_altered,
                        msg("Rows were altered since they were sealed: {0}, block {1}.", table.name, block));
    auto values = Json::array();
    for (std::size_t i = 0; i < names.size(); ++i) {
      auto value = written(st.value(static_cast<int>(i) + 1));
      if (value.is_null())
        if (auto bytes = large_content(extract, table.name, row, names[i])) {
          value = {{"lob", core::sha256(std::string_view(*bytes)).hex()}, {"size", bytes->size()}};
          large(row, names[i], std::move(*bytes));
        }
      values.push_back(std::move(value));
    }
    const auto digest = proof.row_digest(table.name, row);
    rows.push_back({{"row", row}, {"digest", digest ? digest->hex() : ""}, {"values", std::move(values)}});
  }
  return {{"name", table.name},
          {"label", table.label},
          {"columns", std::move(columns)},
          {"rows", std::move(rows)}};
}

std::string digest_of_values(std::string_view table, const Json& values) {
  if (!values.is_array()) return {};
  extract::RowHasher hasher(table);
  for (const auto& value : values) {
    if (value.is_null()) {
      hasher.add(extract::Tag::null, {});
    } else if (value.is_number_integer()) {
      hasher.add(extract::Tag::integer, std::to_string(value.get<std::int64_t>()));
    } else if (value.is_string()) {
      hasher.add(extract::Tag::text, value.get_ref<const std::string&>());
    } else if (value.is_object() && value.contains("blob") && value.at("blob").is_string()) {
      hasher.add(extract::Tag::blob, from_hex(value.at("blob").get_ref<const std::string&>()));
    } else if (value.is_object() && value.contains("lob") && value.at("lob").is_string()) {
      const auto digest = core::Sha256::from_hex(value.at("lob").get_ref<const std::string&>());
      if (!digest) return {};
      hasher.add(extract::Tag::lob,
                 {reinterpret_cast<const char*>(digest->bytes.data()), digest->bytes.size()});
    } else {
      return {};
    }
  }
  return hasher.finish().hex();
}

}  // namespace versoir::consult::parts

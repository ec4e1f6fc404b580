// Reads keys as kept.csv and left-out.csv write them ([12]), or bare (12) when the key is one value.
#include "sip/key_list.hpp"

#include "core/csv.hpp"
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "sip/seda_text.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace versoir::sip {

using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

std::string_view first_line(std::string_view text) { return text.substr(0, text.find('\n')); }

/// A spreadsheet of a French desk saves with semicolons.
char separator_of(std::string_view header) {
  return header.find(';') != std::string_view::npos && header.find(',') == std::string_view::npos ? ';' : ',';
}

std::optional<std::size_t> column(const std::vector<std::optional<std::string>>& header,
                                  std::string_view name) {
  for (std::size_t i = 0; i < header.size(); ++i)
    if (header[i] && core::trim(*header[i]) == name) return i;
  return std::nullopt;
}

/// The two spellings under which a list may name a record; the second is empty for a key of several values.
std::array<std::string, 2> spellings(const records::Key& key) {
  return {key.text(), key.values.size() == 1 ? core::value_text(key.values.front()) : std::string()};
}

}  // namespace

KeyList KeyList::read(const std::filesystem::path& file, Exit refusal) {
  KeyList list;
  list.file_ = file;
  if (!std::filesystem::is_regular_file(file))
    throw Error(refusal, msg("There is no list {0}.", file.string()));
  const auto content = core::read_file(file);
  list.sha512_ = core::sha512(content).hex();
  if (!core::is_utf8(content)) throw Error(refusal, msg("{0} is not UTF-8.", file.string()));
  std::string_view text = content;
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  const char separator = separator_of(first_line(text));
  std::vector<std::optional<std::string>> header;
  const std::string head(first_line(text));
  const bool csv = head.find("key") != std::string::npos &&
                   core::CsvReader(head, file.string(), separator).next(header) && column(header, "key");
  if (csv)
    list.read_csv(text, separator, refusal);
  else
    list.read_lines(text, refusal);
  if (list.lines_.empty())
    throw Error(refusal, msg("The list {0} holds no key.", file.string()))
        .hint(msg("One key a line, or a CSV with a column \"key\", as left-out.csv has it."));
  return list;
}

void KeyList::read_csv(std::string_view text, char separator, Exit refusal) {
  core::CsvReader reader(text, file_.string(), separator);
  std::vector<std::optional<std::string>> fields;
  reader.next(fields);
  for (auto& field : fields)
    if (field) field = core::trim(*field);
  const auto key = *column(fields, "key");
  const auto profile = column(fields, "profile"), reference = column(fields, "reference");
  const auto text_of = [&](std::size_t i) {
    return i < fields.size() && fields[i] ? core::trim(core::unguard_formula(*fields[i])) : std::string();
  };
  while (reader.next(fields))
    if (const auto written = text_of(key); !written.empty())
      add(profile ? text_of(*profile) : std::string(), written,
          reference ? token(text_of(*reference)) : std::string(), refusal);
}

void KeyList::read_lines(std::string_view text, Exit refusal) {
  while (!text.empty()) {
    const auto line = core::trim(first_line(text));
    text.remove_prefix(std::min(text.size(), first_line(text).size() + 1));
    if (!line.empty() && line[0] != '#') add({}, line, {}, refusal);
  }
}

void KeyList::add(const std::string& profile, const std::string& written, std::string reference,
                  Exit refusal) {
  auto key = written;
  if (written.starts_with('[')) try {
      key = records::Key::parse(written).text();
    } catch (const Error&) {
      throw Error(refusal, msg("{0}: \"{1}\" is not a key.", file_.string(), written))
          .hint(msg("A key is written as in the column \"key\" of left-out.csv: [12], or 12 alone."));
    }
  lines_.emplace(std::pair{profile, std::move(key)}, Line{false, false, std::move(reference)});
  anonymous_ = anonymous_ || profile.empty();
}

bool KeyList::contains(std::string_view profile, const records::Key& key) const {
  for (const auto& spelling : spellings(key))
    for (const auto name : {profile, std::string_view()})
      if (!spelling.empty() && lines_.contains({std::string(name), spelling})) return true;
  return false;
}

bool KeyList::meet(std::string_view profile, const records::Key& key, bool planned) {
  bool met = false;
  for (const auto& spelling : spellings(key))
    for (const auto name : {profile, std::string_view()})
      if (const auto at = lines_.find({std::string(name), spelling});
          at != lines_.end() && !spelling.empty()) {
        met = at->second.met = true;
        at->second.planned = at->second.planned || planned;
      }
  return met;
}

std::size_t KeyList::unplanned() const {
  return static_cast<std::size_t>(std::ranges::count_if(
      lines_, [](const auto& line) { return line.second.met && !line.second.planned; }));
}

std::string KeyList::reference(std::string_view profile, const records::Key& key) const {
  for (const auto& spelling : spellings(key))
    for (const auto name : {profile, std::string_view()})
      if (const auto at = lines_.find({std::string(name), spelling});
          at != lines_.end() && !spelling.empty() && !at->second.reference.empty())
        return at->second.reference;
  return {};
}

std::vector<std::pair<std::string, std::string>> KeyList::unmet() const {
  std::vector<std::pair<std::string, std::string>> list;
  for (const auto& [line, facts] : lines_)
    if (!facts.met) list.push_back(line);
  return list;
}

}  // namespace versoir::sip

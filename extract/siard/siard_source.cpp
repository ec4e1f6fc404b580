// A SIARD archive as a source: what it holds, as it holds it.
#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "extract/adapters.hpp"
#include "extract/siard/archive.hpp"
#include "extract/siard/lob_reader.hpp"
#include "extract/siard/package_digest.hpp"
#include "extract/siard/rows.hpp"
#include "extract/siard/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::Finding;
using core::msg;
using core::Severity;

namespace {

/// What the connections of one source share.
struct OpenedSiard {
  explicit OpenedSiard(const std::string& file)
      : zip(file, Exit::source_data), db(read_siard_metadata(zip)), lobs(zip, db) {}
  core::ZipArchive zip;
  SiardDatabase db;
  LobReader lobs;
};

/// Hexadecimal digits as bytes; nullopt for anything else.
std::optional<std::string> from_hex(std::string_view text) {
  std::string out;
  int high = -1;
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') continue;
    const int digit = core::hex_digit(c);
    if (digit < 0) return std::nullopt;
    if (high < 0) {
      high = digit;
      continue;
    }
    out += static_cast<char>(high * 16 + digit);
    high = -1;
  }
  return high < 0 ? std::optional(std::move(out)) : std::nullopt;
}

/// Reads one table for one request.
class TableReading {
 public:
  TableReading(const OpenedSiard& from, const SiardTableRead& table, const ReadRequest& request,
               RowSink& sink)
      : from_(from), table_(table), rows_(from.zip, table), filler_(request.columns.size(), sink) {
    for (const auto& name : request.columns) {
      const auto leaf = std::ranges::find(table.leaves, name, &SiardLeaf::name);
      if (leaf == table.leaves.end())
        throw Error(Exit::source_missing, msg("The archive has no column {0}.{1}.", table.name, name));
      wanted_.push_back(static_cast<std::size_t>(leaf - table.leaves.begin()));
    }
    if (!request.after.empty()) {
      const auto* end = request.after.data() + request.after.size();
      if (const auto r = std::from_chars(request.after.data(), end, skip_);
          r.ec != std::errc() || r.ptr != end)
        throw Error(Exit::extract_invalid, msg("The position kept by an interrupted copy cannot be read."))
            .hint(msg("Start the copy again with --restart."));
    }
  }

  void run(const std::stop_token& stop) {
    std::vector<SiardCell> cells;
    while (rows_.next(cells)) {
      if (stop.stop_requested()) throw_interrupted();
      if (rows_.rows() <= skip_) continue;
      add_row(cells, stop);
      filler_.end_row(fmt::format_int(rows_.rows()).str());
    }
    filler_.flush();
    if (rows_.rows() != table_.rows)
      throw Error(Exit::source_data, core::nmsg("{1} holds {0} row, and the metadata say {2}.",
                                                "{1} holds {0} rows, and the metadata say {2}.", rows_.rows(),
                                                table_.file, table_.rows));
  }

 private:
  /// The pieces of large values go before their row.
  void add_row(std::vector<SiardCell>& cells, const std::stop_token& stop) {
    large_.assign(wanted_.size(), false);
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      auto& cell = cells[wanted_[i]];
      const auto& leaf = table_.leaves[wanted_[i]];
      if (cell.state == SiardCell::State::null) continue;
      if (cell.state == SiardCell::State::file)
        read_file(cell, leaf, i, stop);
      else if (cell.state == SiardCell::State::text)
        decode(cell, leaf);
      if (!large_[i] && cell.text.size() > large_value) send_pieces(i, cell.text);
    }
    auto& block = filler_.block();
    for (std::size_t i = 0; i < wanted_.size(); ++i) {
      const auto& cell = cells[wanted_[i]];
      if (cell.state == SiardCell::State::null)
        block.add_null();
      else if (large_[i])
        block.add_large();
      else
        block.add(cell.text);
    }
  }

  void decode(SiardCell& cell, const SiardLeaf& leaf) const {
    if (leaf.kind == ColumnKind::text) {
      if (cell.text.find('\\') != std::string::npos) cell.text = plain_siard_text(cell.text);
      return;
    }
    if (leaf.kind == ColumnKind::binary) {
      if (auto bytes = from_hex(cell.text)) {
        cell.text = std::move(*bytes);
        return;
      }
      refuse(leaf, msg("it is not hexadecimal"));
    }
    cell.text = core::trim(plain_siard_text(cell.text));
    if (leaf.wall_clock && cell.text.ends_with('Z')) cell.text.pop_back();
  }

  void read_file(SiardCell& cell, const SiardLeaf& leaf, std::size_t column, const std::stop_token& stop) {
    auto content = from_.lobs.open(table_, leaf, cell.lob.file);
    if (!content) refuse(leaf, msg("the file {0} of the large value is not there", cell.lob.file));
    cell.text.clear();
    large_[column] = content->size() > large_value;
    const auto measure = LobReader::read(*content, cell.lob, [&](std::string_view piece) {
      if (stop.stop_requested()) throw_interrupted();
      if (large_[column])
        filler_.piece(column, piece);
      else
        cell.text.append(piece);
    });
    if (const auto faults = LobReader::faults(cell.lob, measure, leaf.kind == ColumnKind::text);
        !faults.empty())
      refuse(leaf, faults.front());
  }

  void send_pieces(std::size_t column, std::string_view value) {
    large_[column] = true;
    for (std::size_t at = 0; at < value.size(); at += large_value)
      filler_.piece(column, value.substr(at, large_value));
  }

  [[noreturn]] void refuse(const SiardLeaf& leaf, core::Message why) const {
    throw Error(Exit::source_data,
                msg("{0}, line {1} (row {2}): the value of {3}.{4} cannot be read.", table_.file,
                    rows_.line(), rows_.rows(), table_.original_name, leaf.original_name))
        .because(std::move(why));
  }

  const OpenedSiard& from_;
  const SiardTableRead& table_;
  SiardRows rows_;
  BlockFiller filler_;
  std::vector<std::size_t> wanted_;  ///< leaves, in the order of the request
  std::vector<bool> large_;          ///< of the row at hand: went in pieces
  std::uint64_t skip_ = 0;
};

/// What the archive says of it, or the name that it has there when a profile must name it otherwise.
std::string comment_of(const std::string& description, const std::string& original, const std::string& name) {
  return description.empty() && original != name ? original : description;
}

/// Names of the leaves of these columns; nullopt when one of them is no plain column.
std::optional<std::vector<std::string>> leaf_names(const SiardTableRead& table,
                                                   const std::vector<std::string>& columns) {
  std::vector<std::string> out;
  for (const auto& c : columns) {
    const auto* leaf = table.single_leaf(c);
    if (!leaf) return std::nullopt;
    out.push_back(leaf->name);
  }
  return out;
}

/// References whose both ends are in the archive.
std::vector<SourceReference> references_of(const SiardDatabase& db, const SiardTableRead& table) {
  std::vector<SourceReference> out;
  for (const auto& key : table.foreign_keys) {
    const auto target = std::ranges::find_if(db.tables, [&](const SiardTableRead& t) {
      return t.original_name == key.table && (t.schema == key.schema || key.schema.empty());
    });
    if (target == db.tables.end() || key.columns.empty()) continue;
    std::vector<std::string> here, there;
    for (const auto& [from, to] : key.columns) here.push_back(from), there.push_back(to);
    const auto columns = leaf_names(table, here), to = leaf_names(*target, there);
    if (columns && to) out.push_back({*columns, target->name, *to});
  }
  return out;
}

class SiardSource final : public Source {
 public:
  explicit SiardSource(std::shared_ptr<const OpenedSiard> opened) : opened_(std::move(opened)) {}

  Provenance provenance() override {
    const auto& db = opened_->db;
    Provenance p;
    p.system = db.product.empty() ? "SIARD " + db.version : db.product;
    p.version = "SIARD " + db.version + (db.producer.empty() ? "" : ", " + db.producer);
    p.charset = "UTF-8";
    p.database = db.name;
    p.user = db.user;
    if (db.schemas.size() == 1) p.schema = db.schemas.front();
    p.snapshot = "sha512:" + core::digest_file(opened_->zip.path()).sha512.hex();
    return p;
  }

  /// An archive does not change: whatever is read of it is of one moment.
  Consistency consistency() const override { return Consistency::snapshot; }

  std::vector<SourceTable> catalogue() override {
    std::vector<SourceTable> out;
    for (const auto& t : opened_->db.tables) {
      auto& table = out.emplace_back();
      table.name = t.name;
      table.comment = comment_of(t.description, t.original_name, t.name);
      table.estimated_rows = t.rows;
      if (const auto* entry = opened_->zip.find(t.file)) table.bytes = entry->size;
      for (const auto& leaf : t.leaves) {
        auto& c = table.columns.emplace_back();
        c.name = leaf.name;
        c.type = leaf.type_original.empty() ? leaf.type : leaf.type_original;
        c.kind = leaf.kind;
        c.nullable = leaf.nullable;
        c.comment = comment_of(leaf.description, leaf.original_name, leaf.name);
      }
      for (const auto& k : t.primary_key)
        if (const auto* leaf = t.single_leaf(k)) table.key.push_back(leaf->name);
      if (table.key.size() != t.primary_key.size()) table.key.clear();
      table.references = references_of(opened_->db, t);
    }
    std::ranges::sort(out, {}, &SourceTable::name);
    return out;
  }

  std::uint64_t count(const std::string& table) override { return find(table).rows; }

  void read(const ReadRequest& request, RowSink& sink, std::stop_token stop) override {
    TableReading(*opened_, find(request.table.name), request, sink).run(stop);
  }

  std::unique_ptr<Source> sibling() override { return std::make_unique<SiardSource>(opened_); }

  std::vector<Finding> probe(const std::vector<std::string>&, core::Instant) override {
    std::vector<Finding> out;
    for (const auto& digest : verify_package_digests(opened_->zip, opened_->db))
      if (digest.verdict == DigestVerdict::wrong)
        out.push_back(
            {Severity::warning, "SIARD_DIGEST",
             msg("The {0} of the archive is not the one that its metadata say: its content was changed, "
                 "or packed again, since it was made.",
                 digest.said.algorithm),
             std::string(siard_metadata_name)});
    return out;
  }

 private:
  const SiardTableRead& find(const std::string& name) const {
    const auto& tables = opened_->db.tables;
    const auto found = std::ranges::find(tables, name, &SiardTableRead::name);
    if (found == tables.end()) throw Error(Exit::source_missing, msg("The archive has no table {0}.", name));
    return *found;
  }
  std::shared_ptr<const OpenedSiard> opened_;
};

}  // namespace

std::unique_ptr<Source> open_siard(const std::string& file) {
  try {
    return std::make_unique<SiardSource>(std::make_shared<const OpenedSiard>(file));
  } catch (const Error& e) {
    const bool absent = e.code() == Exit::disk;
    throw Error(absent ? Exit::source_unreachable : e.code(),
                msg("The SIARD archive {0} cannot be read.", file))
        .because(e)
        .hint(absent ? msg("Look at the path after siard:, and at the rights of this account.")
                     : msg("versoir siard check tells everything that is wrong with it."));
  }
}

}  // namespace versoir::extract

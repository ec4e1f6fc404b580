// The rows of one table, and before them the files of its large values.
#include "extract/siard/table_content.hpp"

#include "core/named_digest.hpp"
#include "extract/siard/text.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace versoir::extract {

namespace {

using core::Error;
using core::Exit;
using core::msg;

class TableExport {
 public:
  TableExport(Extract& extract, const SiardTable& table, core::ZipStream& zip, LobPlace& lobs,
              std::string algorithm, const std::filesystem::path& scratch,
              const std::function<void(std::uint64_t)>& on_rows)
      : db_(extract.database()),
        table_(table),
        zip_(zip),
        lobs_(lobs),
        algorithm_(std::move(algorithm)),
        ledger_(scratch),
        on_rows_(on_rows),
        folder_(fmt::format("content/schema0/table{}/", table.number)),
        pieces_(db_.prepare("SELECT bytes FROM versoir_lob WHERE table_name = ?1 AND row = ?2 AND "
                            "column_name = ?3 ORDER BY chunk")) {
    pieces_.bind(1, std::string_view(table_.name));
  }

  void run() {
    zip_.folder(folder_);
    write_large_values();
    ledger_.rewind();
    zip_.begin(fmt::format("{}table{}.xml", folder_, table_.number));
    out_ = fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<table xmlns=\"{0}\" "
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"{0} table{1}.xsd\" "
        "version=\"2.2\">\n",
        siard_table_namespace, table_.number);
    write_rows();
    out_ += "</table>\n";
    zip_.write(out_);
    zip_.end();
    zip_.add(fmt::format("{}table{}.xsd", folder_, table_.number), siard_table_schema(table_));
  }

 private:
  [[nodiscard]] bool has_large_columns() const {
    return std::ranges::any_of(table_.columns, [](const SiardColumn& c) { return c.large(); });
  }

  core::Statement rows() {
    std::string list = "_row";
    for (const auto& c : table_.columns) list += ", " + core::sql_name(c.name);
    // main: a TEMP view may stand before the table.
    return db_.prepare(
        fmt::format("SELECT {} FROM main.{} ORDER BY _row", list, core::sql_name(table_.name)));
  }

  /// The next piece of the value of row and column that is kept in pieces; false at the end.
  void look_up_pieces(std::int64_t row, const SiardColumn& column) {
    pieces_.reset();
    pieces_.bind(2, row).bind(3, std::string_view(column.name));
  }

  /// Does the value of the column at hand stand in a file? Then `pieces_` is at its first piece, or it stands
  /// whole in the row.
  enum class Place { null, cell, file_of_row, file_of_pieces };
  Place place(const core::Statement& row, std::size_t i) {
    const auto& column = table_.columns[i];
    const int n = static_cast<int>(i) + 1;
    const int type = sqlite3_column_type(row.raw(), n);
    if (type == SQLITE_NULL) {
      if (!column.has_pieces) return Place::null;
      look_up_pieces(row.integer(0), column);
      return pieces_.step() ? Place::file_of_pieces : Place::null;
    }
    if (!column.large()) return Place::cell;
    const auto size = type == SQLITE_BLOB ? row.blob(n).size() : row.text(n).size();
    return size > (type == SQLITE_BLOB ? inline_binary : inline_text) ? Place::file_of_row : Place::cell;
  }

  void write_large_values() {
    if (!has_large_columns()) return;
    if (!lobs_.outside())
      for (std::size_t i = 0; i < table_.columns.size(); ++i)
        if (table_.columns[i].large()) zip_.folder(fmt::format("{}lob{}/", folder_, i));
    std::uint64_t number = 0;
    for (auto row = rows(); row.step(); ++number) {
      for (std::size_t i = 0; i < table_.columns.size(); ++i) {
        const auto& column = table_.columns[i];
        if (!column.large()) continue;
        const auto where = place(row, i);
        if (where != Place::file_of_row && where != Place::file_of_pieces) continue;
        const bool text = column.form == SiardForm::clob;
        const int n = static_cast<int>(i) + 1;
        ledger_.put(lobs_.write(table_.number, i, number, text, [&](const auto& take) {
          if (where == Place::file_of_row) return take(text ? row.text(n) : row.blob(n));
          do take(pieces_.blob(0));
          while (pieces_.step());
        }));
      }
      if (number % 1024 == 0) on_rows_(0);
    }
  }

  void write_rows() {
    std::uint64_t number = 0;
    for (auto row = rows(); row.step();) {
      out_ += "<row>";
      for (std::size_t i = 0; i < table_.columns.size(); ++i) write_cell(row, i, number);
      out_ += "</row>\n";
      if (out_.size() >= (1u << 16)) {
        zip_.write(out_);
        out_.clear();
      }
      if (++number % 4096 == 0) on_rows_(4096);
    }
    on_rows_(number % 4096);
    if (number != table_.rows)
      throw Error(Exit::extract_altered,
                  core::nmsg("The table {1} holds {0} row, and the extract says {2}.",
                             "The table {1} holds {0} rows, and the extract says {2}.",
                             static_cast<unsigned long>(number), table_.name, table_.rows))
          .hint(msg("versoir extract --verify tells what the extract lacks."));
  }

  void write_cell(const core::Statement& row, std::size_t i, std::uint64_t number) {
    const auto& column = table_.columns[i];
    const int n = static_cast<int>(i) + 1;
    const auto where = place(row, i);
    if (where == Place::null) return;
    if (where != Place::cell) {
      const auto fact = ledger_.take();
      fmt::format_to(std::back_inserter(out_),
                     "<c{0} file=\"{1}\" length=\"{2}\" digestType=\"{3}\" digest=\"{4}\"/>", i + 1,
                     lobs_.cell_file(table_.number, i, number, column.form == SiardForm::clob), fact.length,
                     algorithm_, core::upper_hex(fact.digest));
      return;
    }
    fmt::format_to(std::back_inserter(out_), "<c{}>", i + 1);
    append_value(row, n, column);
    fmt::format_to(std::back_inserter(out_), "</c{}>", i + 1);
  }

  void append_value(const core::Statement& row, int n, const SiardColumn& column) {
    const auto text = row.text(n);
    switch (column.form) {
      case SiardForm::boolean:
        out_ += text == "1" ? "true" : "false";
        return;
      case SiardForm::hex:
      case SiardForm::blob:
        out_ += core::upper_hex(row.blob(n));
        return;
      case SiardForm::date:
        out_.append(text.substr(0, 10)) += 'Z';
        return;
      case SiardForm::timestamp:
        append_timestamp(text);
        return;
      case SiardForm::text:
      case SiardForm::clob:
        return append_siard_text(out_, text, true);
      case SiardForm::plain:
        out_ += text;
    }
  }

  /// The clock of the wall as it is: Z says that there is no zone to apply, never that one was applied. One
  /// reader of archives asks for a fraction.
  void append_timestamp(std::string_view text) {
    if (text.ends_with('Z')) text.remove_suffix(1);
    out_ += text;
    if (text.size() == 19) out_ += ".000000";
    out_ += 'Z';
  }

  core::Database& db_;
  const SiardTable& table_;
  core::ZipStream& zip_;
  LobPlace& lobs_;
  std::string algorithm_;
  LobLedger ledger_;
  const std::function<void(std::uint64_t)>& on_rows_;
  std::string folder_, out_;
  core::Statement pieces_;
};

}  // namespace

void write_siard_table(Extract& extract, const SiardTable& table, core::ZipStream& zip, LobPlace& lobs,
                       const std::string& algorithm, const std::filesystem::path& scratch,
                       const std::function<void(std::uint64_t)>& on_rows) {
  try {
    TableExport(extract, table, zip, lobs, algorithm, scratch, on_rows).run();
  } catch (Error& e) {
    e.while_doing(msg("while exporting table {0}", table.name));
    throw;
  }
}

std::string siard_table_schema(const SiardTable& table) {
  std::string out = fmt::format(
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns=\"{0}\" targetNamespace=\"{0}\" "
      "elementFormDefault=\"qualified\" attributeFormDefault=\"unqualified\">\n"
      "  <xs:element name=\"table\">\n    <xs:complexType>\n      <xs:sequence>\n"
      "        <xs:element name=\"row\" type=\"recordType\" minOccurs=\"0\" maxOccurs=\"unbounded\"/>\n"
      "      </xs:sequence>\n      <xs:attribute name=\"version\" type=\"versionType\" use=\"required\"/>\n"
      "    </xs:complexType>\n  </xs:element>\n"
      "  <xs:complexType name=\"recordType\">\n    <xs:sequence>\n",
      siard_table_namespace);
  for (std::size_t i = 0; i < table.columns.size(); ++i)
    fmt::format_to(std::back_inserter(out), "      <xs:element name=\"c{}\" type=\"{}\"{}/>\n", i + 1,
                   table.columns[i].xml_type(), table.columns[i].nullable ? " minOccurs=\"0\"" : "");
  out += R"(    </xs:sequence>
  </xs:complexType>
  <xs:simpleType name="dateType">
    <xs:restriction base="xs:date">
      <xs:minInclusive value="0001-01-01Z"/>
      <xs:maxExclusive value="10000-01-01Z"/>
      <xs:pattern value="\d{4}-\d{2}-\d{2}Z?"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="dateTimeType">
    <xs:restriction base="xs:dateTime">
      <xs:minInclusive value="0001-01-01T00:00:00.000000000Z"/>
      <xs:maxExclusive value="10000-01-01T00:00:00.000000000Z"/>
      <xs:pattern value="\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z?"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="digestTypeType">
    <xs:restriction base="xs:string">
      <xs:enumeration value="MD5"/>
      <xs:enumeration value="SHA-1"/>
      <xs:enumeration value="SHA-256"/>
    </xs:restriction>
  </xs:simpleType>
  <xs:simpleType name="versionType">
    <xs:restriction base="xs:string">
      <xs:enumeration value="2.2"/>
    </xs:restriction>
  </xs:simpleType>
)";
  for (const auto& [name, base] : {std::pair("clobType", "xs:string"), std::pair("blobType", "xs:hexBinary")})
    fmt::format_to(
        std::back_inserter(out),
        "  <xs:complexType name=\"{}\">\n    <xs:simpleContent>\n      <xs:extension base=\"{}\">\n"
        "        <xs:attribute name=\"file\" type=\"xs:anyURI\"/>\n"
        "        <xs:attribute name=\"length\" type=\"xs:integer\"/>\n"
        "        <xs:attribute name=\"digestType\" type=\"digestTypeType\"/>\n"
        "        <xs:attribute name=\"digest\" type=\"xs:string\"/>\n"
        "        <xs:attribute name=\"dlurlpathonly\" type=\"xs:anyURI\"/>\n"
        "      </xs:extension>\n    </xs:simpleContent>\n  </xs:complexType>\n",
        name, base);
  out += "</xs:schema>\n";
  return out;
}

}  // namespace versoir::extract

// The SQL that Oracle is asked, and what its errors mean. Not verified on Oracle.
#include "extract/oracle_sql.hpp"

#include "core/error.hpp"
#include "core/sqlite.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace versoir::extract::oracle {

using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr std::string_view date_format = "'SYYYY-MM-DD\"T\"HH24:MI:SS'";
constexpr std::string_view timestamp_format = "'SYYYY-MM-DD\"T\"HH24:MI:SS.FF9'";
constexpr std::string_view zoned_format = "'SYYYY-MM-DD\"T\"HH24:MI:SS.FF9TZH:TZM'";

/// "TIMESTAMP WITH TIME ZONE" of "TIMESTAMP(6) WITH TIME ZONE".
std::string base_of(std::string_view type) {
  std::string out;
  int depth = 0;
  for (char c : type) {
    if (c == '(') ++depth;
    if (depth == 0) out += c;
    if (c == ')') --depth;
  }
  return out;
}

/// 40 of "VARCHAR2(40 CHAR)".
std::size_t length_of(std::string_view type, std::size_t otherwise) {
  const auto open = type.find('(');
  if (open == std::string_view::npos) return otherwise;
  std::size_t n = 0;
  const auto [end, error] = std::from_chars(type.data() + open + 1, type.data() + type.size(), n);
  return error == std::errc() ? n : otherwise;
}

bool is_zoned(std::string_view base) { return base.find("WITH TIME ZONE") != std::string_view::npos; }
bool is_local(std::string_view base) { return base.find("WITH LOCAL TIME ZONE") != std::string_view::npos; }
bool is_national(std::string_view base) { return base == "NVARCHAR2" || base == "NCHAR" || base == "NCLOB"; }
bool is_short_text(std::string_view base) {
  return base == "VARCHAR2" || base == "CHAR" || base == "VARCHAR" || base == "NVARCHAR2" || base == "NCHAR";
}

/// S keeps years before our era; it writes a blank before the others.
std::string date_text(std::string_view expression, std::string_view format) {
  return fmt::format("LTRIM(TO_CHAR({}, {}))", expression, format);
}

OdbcRendering whole(std::string sql, std::size_t width, OdbcForm form = OdbcForm::text) {
  OdbcRendering r;
  r.head = sql;
  r.body = std::move(sql);
  r.head_form = r.body_form = form;
  r.width = width;
  return r;
}
OdbcRendering streamed(std::string sql, OdbcForm form) {
  OdbcRendering r;
  r.body = std::move(sql);
  r.body_form = form;
  return r;
}

}  // namespace

std::string quoted_name(std::string_view name) {
  // A name of Oracle cannot hold a quotation mark: a catalogue that says so is not believed.
  if (name.find('"') != std::string_view::npos || name.find('\0') != std::string_view::npos)
    throw Error(Exit::source_data, msg("The name {0} cannot be quoted.", name));
  return fmt::format("\"{}\"", name);
}

std::vector<std::string> session_settings() {
  std::vector<std::string> out;
  const auto set = [&](std::string_view name, std::string_view value) {
    out.push_back(fmt::format("ALTER SESSION SET {} = {}", name, value));
  };
  set("NLS_NUMERIC_CHARACTERS", "'.,'");
  set("NLS_CALENDAR", "'GREGORIAN'");
  set("NLS_DATE_FORMAT", date_format);
  set("NLS_TIMESTAMP_FORMAT", timestamp_format);
  set("NLS_TIMESTAMP_TZ_FORMAT", zoned_format);
  set("NLS_SORT", "BINARY");
  set("NLS_COMP", "BINARY");
  set("TIME_ZONE", "'+00:00'");
  return out;
}

std::vector<std::string> scn_queries() {
  return {"SELECT TO_CHAR(DBMS_FLASHBACK.GET_SYSTEM_CHANGE_NUMBER) FROM DUAL",
          "SELECT TO_CHAR(CURRENT_SCN) FROM V$DATABASE"};
}

std::string flashback_probe(const std::string& owner, const std::string& table, const std::string& scn) {
  return "SELECT COUNT(*) FROM (SELECT 1 FROM " + from(owner, table, scn) + " WHERE ROWNUM = 1)";
}

std::string reading_probe(const std::string& owner, const std::string& table, const std::string& scn) {
  return "SELECT 1 FROM " + from(owner, table, scn) + " WHERE 1 = 0";
}

std::string every_table_query(const std::string& owner) {
  const auto name = core::sql_text(owner);
  return "SELECT TABLE_NAME FROM DBA_TABLES WHERE OWNER = " + name +
         " UNION ALL SELECT VIEW_NAME FROM DBA_VIEWS WHERE OWNER = " + name;
}

Catalogue catalogue(const std::string& owner, bool own) {
  const std::string view = own ? "USER_" : "ALL_";
  const auto where = [&](std::string_view condition) {
    const auto of_owner = own ? std::string() : "OWNER = " + core::sql_text(owner);
    if (of_owner.empty() && condition.empty()) return std::string();
    return " WHERE " + of_owner + (of_owner.empty() || condition.empty() ? "" : " AND ") +
           std::string(condition);
  };
  Catalogue c;
  // Nested tables, overflow segments and dropped tables are not tables of the application.
  c.tables = "SELECT TABLE_NAME, TO_CHAR(NUM_ROWS), TO_CHAR(AVG_ROW_LEN), IOT_TYPE FROM " + view + "TABLES" +
             where(
                 "NESTED = 'NO' AND DROPPED = 'NO' AND SECONDARY = 'N' AND (IOT_TYPE IS NULL OR IOT_TYPE = "
                 "'IOT')") +
             " ORDER BY TABLE_NAME";
  c.views = "SELECT VIEW_NAME FROM " + view + "VIEWS" + where("") + " ORDER BY VIEW_NAME";
  c.columns =
      "SELECT TABLE_NAME, COLUMN_NAME, DATA_TYPE, TO_CHAR(DATA_LENGTH), TO_CHAR(CHAR_LENGTH), "
      "TO_CHAR(DATA_PRECISION), TO_CHAR(DATA_SCALE), NULLABLE, CHAR_USED FROM " +
      view + "TAB_COLUMNS" + where("") + " ORDER BY TABLE_NAME, COLUMN_ID";
  // A constraint that is enabled without having been validated promises nothing about the rows that were
  // there.
  c.constraints = "SELECT TABLE_NAME, CONSTRAINT_NAME, CONSTRAINT_TYPE FROM " + view + "CONSTRAINTS" +
                  where(
                      "CONSTRAINT_TYPE IN ('P', 'U') AND STATUS = 'ENABLED' AND VALIDATED = 'VALIDATED' AND "
                      "DEFERRABLE = 'NOT DEFERRABLE'") +
                  " ORDER BY TABLE_NAME, CONSTRAINT_TYPE, CONSTRAINT_NAME";
  c.constraint_columns = "SELECT CONSTRAINT_NAME, COLUMN_NAME FROM " + view + "CONS_COLUMNS" +
                         where("POSITION IS NOT NULL") + " ORDER BY CONSTRAINT_NAME, POSITION";
  c.comments = "SELECT TABLE_NAME, COMMENTS FROM " + view + "TAB_COMMENTS" + where("COMMENTS IS NOT NULL");
  if (own) {
    c.lobs = "SELECT TABLE_NAME, SEGMENT_NAME FROM USER_LOBS ORDER BY TABLE_NAME";
    c.segments =
        "SELECT SEGMENT_NAME, TO_CHAR(SUM(BYTES)) FROM USER_SEGMENTS WHERE SEGMENT_TYPE LIKE 'LOB%' GROUP BY "
        "SEGMENT_NAME";
  }
  return c;
}

std::string owner_query(const std::string& schema) {
  const auto name = core::sql_text(schema);
  return "SELECT USERNAME FROM ALL_USERS WHERE UPPER(USERNAME) = UPPER(" + name +
         ") ORDER BY CASE WHEN USERNAME = " + name + " THEN 0 ELSE 1 END";
}

std::string declared_type(const TypeFacts& f) {
  if (is_short_text(f.type)) {
    const bool characters = f.used == "C" && !is_national(f.type);
    return fmt::format("{}({}{})", f.type, characters || is_national(f.type) ? f.characters : f.length,
                       characters ? " CHAR" : "");
  }
  if (f.type == "RAW" || f.type == "UROWID") return fmt::format("{}({})", f.type, f.length);
  if (f.type == "NUMBER") {
    // NUMBER(*,0), which is also INTEGER, has a scale and no precision: 38 digits.
    if (f.precision.empty()) return f.scale.empty() ? "NUMBER" : fmt::format("NUMBER(38,{})", f.scale);
    return f.scale.empty() || f.scale == "0" ? fmt::format("NUMBER({})", f.precision)
                                             : fmt::format("NUMBER({},{})", f.precision, f.scale);
  }
  if (f.type == "FLOAT" && !f.precision.empty()) return fmt::format("FLOAT({})", f.precision);
  return f.type;  // TIMESTAMP(6) and INTERVAL DAY(2) TO SECOND(6) carry their digits in their name
}

OdbcRendering render(const SourceColumn& column) {
  const auto base = base_of(column.type);
  const auto name = quoted_name(column.name);
  if (is_short_text(base)) return whole(name, odbc_width(length_of(column.type, odbc_characters)));
  if (base == "NUMBER" || base == "FLOAT")
    return whole(fmt::format("TO_CHAR({}, 'TM9', 'NLS_NUMERIC_CHARACTERS=''.,''')", name), 68);
  if (base == "BINARY_DOUBLE" || base == "BINARY_FLOAT")
    return whole(
        fmt::format("CASE WHEN {0} IS NAN THEN 'NaN' WHEN {0} IS INFINITE THEN CASE WHEN {0} > 0 THEN "
                    "'Infinity' ELSE '-Infinity' END ELSE TO_CHAR({0}) END",
                    name),
        68);
  if (base == "DATE") return whole(date_text(name, date_format), 24);
  if (base.starts_with("TIMESTAMP")) {
    if (is_local(base)) return whole(date_text(name + " AT TIME ZONE '+00:00'", zoned_format), 48);
    return whole(date_text(name, is_zoned(base) ? zoned_format : timestamp_format), 48);
  }
  if (base.starts_with("INTERVAL")) return whole(fmt::format("TO_CHAR({})", name), 64);
  if (base == "RAW") return whole(fmt::format("RAWTOHEX({})", name), 2 * 2000 + 1, OdbcForm::hex);
  if (base == "ROWID") return whole(fmt::format("ROWIDTOCHAR({})", name), 32);
  if (base == "UROWID") return whole(fmt::format("CAST({} AS VARCHAR2(4000))", name), 4001);
  if (base == "CLOB" || base == "NCLOB") {
    // Most are short. 1 000 characters always fit the 4 000 bytes that a VARCHAR2 may have in SQL.
    OdbcRendering r;
    r.head =
        fmt::format("CASE WHEN DBMS_LOB.GETLENGTH({0}) <= 1000 THEN DBMS_LOB.SUBSTR({0}, 1000, 1) END", name);
    r.width = odbc_width(1000);
    // An empty LOB is not NULL, but what SUBSTR gives of it is.
    r.longer = fmt::format(
        "CASE WHEN DBMS_LOB.GETLENGTH({0}) > 1000 OR DBMS_LOB.GETLENGTH({0}) = 0 THEN '1' END", name);
    r.body = name;
    return r;
  }
  if (base == "BLOB" || base == "BFILE") return streamed(name, OdbcForm::binary);
  if (base == "XMLTYPE")
    return streamed(fmt::format("XMLSERIALIZE(CONTENT {} AS CLOB)", name), OdbcForm::text);
  if (base == "LONG" || base == "LONG RAW") {
    auto r = streamed(name, base == "LONG" ? OdbcForm::text : OdbcForm::binary);
    r.last = true;
    return r;
  }
  throw Error(Exit::source_data, msg("The column {0} has the type {1}, which cannot be read through ODBC.",
                                     column.name, column.type))
      .hint(msg("Leave it out in the profile (take=\"no\", with the reason), or publish it as a view."));
}

std::string from(const std::string& owner, const std::string& table, const std::string& scn) {
  auto out = quoted_name(owner) + "." + quoted_name(table);
  if (!scn.empty()) out += " AS OF SCN " + scn;
  return out;
}

bool can_bound(const SourceColumn& column) {
  const auto base = base_of(column.type);
  return is_short_text(base) || base == "NUMBER" || base == "DATE" || base == "RAW" ||
         (base.starts_with("TIMESTAMP") && !is_zoned(base) && !is_local(base));
}

std::string typed_literal(const SourceColumn& column, std::string_view text) {
  const auto base = base_of(column.type);
  const auto only = [&](std::string_view letters) {
    if (text.empty() || text.find_first_not_of(letters) != std::string_view::npos)
      throw Error(Exit::extract_invalid, msg("The position kept by an interrupted copy cannot be read."))
          .hint(msg("Start the copy again with --restart."));
  };
  if (base == "NUMBER") {
    only("0123456789+-.Ee");
    return std::string(text);
  }
  if (base == "DATE" || base.starts_with("TIMESTAMP")) {
    only("0123456789-:T.");
    return base == "DATE" ? fmt::format("TO_DATE('{}', {})", text, date_format)
                          : fmt::format("TO_TIMESTAMP('{}', {})", text, timestamp_format);
  }
  if (base == "RAW") {
    only("0123456789ABCDEFabcdef");
    return fmt::format("HEXTORAW('{}')", text);
  }
  return is_national(base) ? "N" + core::sql_text(text) : core::sql_text(text);
}

std::string restart_bound(std::span<const SourceColumn* const> key, std::span<const std::string> values) {
  const auto& column = *key.front();
  const auto name = quoted_name(column.name), value = typed_literal(column, values.front());
  if (key.size() == 1) return fmt::format("{} > {}", name, value);
  return fmt::format("({0} > {1} OR ({0} = {1} AND {2}))", name, value,
                     restart_bound(key.subspan(1), values.subspan(1)));
}

std::vector<std::string> excessive(std::span<const std::string> privileges) {
  std::vector<std::string> out;
  for (const auto& p : privileges)
    if (p == "SYSDBA" || p == "ALTER SYSTEM" || p == "ALTER DATABASE" || p == "BECOME USER" ||
        (p.find(" ANY ") != std::string::npos && !p.starts_with("SELECT ") && !p.starts_with("READ ") &&
         !p.starts_with("FLASHBACK ")))
      out.push_back(p);
  return out;
}

std::optional<int> error_number(int native, std::string_view text) {
  int n = 0;
  if (const auto at = text.find("ORA-"); at != std::string_view::npos)
    if (std::from_chars(text.data() + at + 4, text.data() + text.size(), n).ec == std::errc()) return n;
  if (text.find("[Oracle]") != std::string_view::npos && native > 0) return native;
  return std::nullopt;
}

Exit meaning(int ora) {
  const auto among = [ora](auto&& codes) { return std::ranges::find(codes, ora) != std::end(codes); };
  // Undo recycled, table altered since, SCN without content: the moment that was copied is gone.
  constexpr std::array gone{1555, 1466, 8180, 8181, 22924};
  // 942 says "does not exist" of what the account may not see.
  constexpr std::array rights{942, 1031, 1017, 1005, 1045, 1720, 1749, 1927, 28000, 28001, 28009, 41900};
  constexpr std::array missing{904, 918, 4043};
  constexpr std::array temporary{51,    54,    60,    1652, 3136, 3156, 12161, 12170,
                                 12520, 12516, 12519, 18,   20,   2391, 4068};
  constexpr std::array data{1406, 1722, 1801, 1841, 1858, 6502, 22835, 29275, 19011, 64451};
  if (ora == 1013) return Exit::interrupted;
  if (among(gone)) return Exit::extract_changed;
  if (among(rights)) return Exit::source_rights;
  if (among(missing)) return Exit::source_missing;
  if (among(temporary)) return Exit::temporary;
  if (among(data)) return Exit::source_data;
  // Sessions that were ended, instances that stop, and everything that the network layer says.
  constexpr std::array lost{22,   28,   31,   45,    378,   602,   603,   609,   1012,  1033, 1034,
                            1035, 1041, 1043, 1089,  1090,  1092,  2396,  3113,  3114,  3122, 3135,
                            3150, 7445, 2399, 24338, 24761, 25401, 25402, 25408, 28547, 56600};
  if (among(lost) || (ora >= 12150 && ora <= 12699)) return Exit::source_unreachable;
  return Exit::source_data;
}

}  // namespace versoir::extract::oracle

// The SQL that Oracle is asked, and what its errors mean: text only, no call. Not verified on Oracle: written
// from its documentation, tested as text and against a driver that plays a script.
#pragma once
#include "core/exit.hpp"
#include "extract/odbc_rendering.hpp"
#include "extract/source.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace versoir::extract::oracle {

[[nodiscard]] std::string quoted_name(std::string_view name);

/// Session settings that every rendering below relies on, and that make ORDER BY and > agree.
[[nodiscard]] std::vector<std::string> session_settings();
inline constexpr std::string_view read_only = "SET TRANSACTION READ ONLY";
/// Ways to learn the current SCN, the most exact first; each may lack its right.
[[nodiscard]] std::vector<std::string> scn_queries();
/// Does the account have the right FLASHBACK on this table?
[[nodiscard]] std::string flashback_probe(const std::string& owner, const std::string& table,
                                          const std::string& scn);

/// Says whether the account may read a table (at the moment `scn` when there is one), and reads nothing of
/// it.
[[nodiscard]] std::string reading_probe(const std::string& owner, const std::string& table,
                                        const std::string& scn);
/// The tables and views of an owner, whoever may read them: only for an account that sees the dictionary.
[[nodiscard]] std::string every_table_query(const std::string& owner);
/// ORA-01031: the object is there, and the account may not do this with it. ORA-00942 says "does not exist"
/// of what is hidden too.
inline constexpr int insufficient_privileges = 1031;

/// The catalogue, one query per view, for in-memory joins: joins of these views take minutes on large
/// dictionaries. `own`: the account owns the tables, USER_* is faster than ALL_*.
struct Catalogue {
  std::string tables;       ///< name, rows, average row length, IOT type
  std::string views;        ///< name
  std::string columns;      ///< table, column, type, length, characters, precision, scale, nullable, used
  std::string constraints;  ///< table, constraint, P or U
  std::string constraint_columns;  ///< constraint, column, in order
  std::string comments;            ///< table, comment
  /// Of large values: table, segment; then segment, bytes. Only the owner sees the segments: else empty.
  std::string lobs, segments;
};
[[nodiscard]] Catalogue catalogue(const std::string& owner, bool own);
[[nodiscard]] std::string owner_query(const std::string& schema);
/// "NUMBER(10,2)", "VARCHAR2(40 CHAR)"… from the columns of ALL_TAB_COLUMNS.
struct TypeFacts {
  std::string type, length, characters, precision, scale, used;
};
[[nodiscard]] std::string declared_type(const TypeFacts& facts);

[[nodiscard]] OdbcRendering render(const SourceColumn& column);
/// The table as the FROM clause names it, of the moment `scn` when there is one.
[[nodiscard]] std::string from(const std::string& owner, const std::string& table, const std::string& scn);

/// Can a reading go on behind a value of this column? Its order is total and its text gives it back exactly.
[[nodiscard]] bool can_bound(const SourceColumn& column);
/// `text` as render() gives it, as a literal of the column's type. Throws Error(Exit::extract_invalid) when
/// it is none.
[[nodiscard]] std::string typed_literal(const SourceColumn& column, std::string_view text);
/// (a > x OR (a = x AND b > y)): Oracle compares no tuples.
[[nodiscard]] std::string restart_bound(std::span<const SourceColumn* const> key,
                                        std::span<const std::string> values);

inline constexpr std::string_view charset_query =
    "SELECT PARAMETER, VALUE FROM NLS_DATABASE_PARAMETERS WHERE PARAMETER IN ('NLS_CHARACTERSET', "
    "'NLS_NCHAR_CHARACTERSET', 'NLS_LENGTH_SEMANTICS') ORDER BY PARAMETER";
inline constexpr std::string_view version_query = "SELECT BANNER FROM V$VERSION WHERE ROWNUM = 1";
inline constexpr std::string_view identity_query =
    "SELECT SYS_CONTEXT('USERENV', 'DB_NAME'), SYS_CONTEXT('USERENV', 'SESSION_USER'), "
    "SYS_CONTEXT('USERENV', 'NETWORK_PROTOCOL') FROM DUAL";
inline constexpr std::string_view clock_query =
    "SELECT TO_CHAR(SYS_EXTRACT_UTC(SYSTIMESTAMP), 'YYYY-MM-DD\"T\"HH24:MI:SS') FROM DUAL";
inline constexpr std::string_view privileges_query = "SELECT PRIVILEGE FROM SESSION_PRIVS ORDER BY PRIVILEGE";
/// Those of the privileges that let an account change what it only has to read.
[[nodiscard]] std::vector<std::string> excessive(std::span<const std::string> privileges);

/// The number of "ORA-01555: …", or of a native error.
[[nodiscard]] std::optional<int> error_number(int native, std::string_view text);
[[nodiscard]] core::Exit meaning(int ora);

}  // namespace versoir::extract::oracle

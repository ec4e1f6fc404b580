// Connection strings and column types of PostgreSQL.
#include "extract/pg_conninfo.hpp"

#include "core/error.hpp"
#include "core/handle.hpp"
#include "extract/adapters.hpp"

#include <libpq-fe.h>

#include <cstdlib>
#include <map>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

using Options = core::Handle<PQconninfoOption, PQconninfoFree>;

/// The keywords that the text itself gives; nullopt when libpq cannot read it.
std::optional<std::map<std::string, std::string>> parse(const std::string& conninfo) {
  char* message = nullptr;
  const Options options(PQconninfoParse(conninfo.c_str(), &message));
  PQfreemem(message);  // not shown: it may quote a piece of a password
  if (!options) return std::nullopt;
  std::map<std::string, std::string> out;
  for (const auto* o = options.get(); o->keyword; ++o)
    if (o->val) out[o->keyword] = o->val;
  return out;
}

}  // namespace

std::string postgresql_conninfo(const SourceUri& uri) {
  return uri.rest.starts_with("//") ? "postgresql:" + uri.rest : uri.rest;
}

void check_postgresql_conninfo(const SourceUri& uri) {
  const auto options = parse(postgresql_conninfo(uri));
  if (!options)
    throw Error(Exit::usage, msg("The PostgreSQL connection cannot be understood."))
        .hint(msg("For example: postgresql:host=db.example.org dbname=apogee user=archive"));
  for (const char* secret : {"password", "sslpassword"})
    if (options->contains(secret))
      throw Error(Exit::usage,
                  msg("A password on the command line is seen by every user of the machine: it is refused."))
          .hint(msg("Write it in ~/.pgpass, mode 0600, one line host:port:database:user:password."));
}

std::string redact_postgresql(const SourceUri& uri) {
  std::string out;
  const auto options = parse(postgresql_conninfo(uri));
  if (!options) return "postgresql:";
  for (const char* key : {"service", "host", "hostaddr", "port", "dbname", "user"})
    if (const auto it = options->find(key); it != options->end()) {
      if (!out.empty()) out += ' ';
      out += it->first + "=" + it->second;
    }
  return "postgresql:" + out;
}

std::string default_sslmode(const std::string& conninfo) {
  const auto options = parse(conninfo);
  if (!options || options->contains("sslmode") || options->contains("service") || std::getenv("PGSSLMODE") ||
      std::getenv("PGSERVICE"))
    return {};
  std::string host;
  if (const auto it = options->find("host"); it != options->end())
    host = it->second;
  else if (const char* environment = std::getenv("PGHOST"))
    host = environment;
  if (options->contains("hostaddr")) host = options->at("hostaddr");
  const bool local = host.empty() || host.front() == '/' || host.front() == '@' || host == "localhost" ||
                     host == "127.0.0.1" || host == "::1";
  return local ? "" : "verify-full";
}

SourceColumn postgresql_column(std::string name, std::string type, std::string_view base, int typmod) {
  static const std::map<std::string_view, ColumnKind> kinds{
      {"int2", ColumnKind::integer},  {"int4", ColumnKind::integer},
      {"int8", ColumnKind::integer},  {"oid", ColumnKind::integer},
      {"float4", ColumnKind::number}, {"float8", ColumnKind::number},
      {"money", ColumnKind::number},  {"numeric", ColumnKind::number},
      {"bool", ColumnKind::boolean},  {"date", ColumnKind::date},
      {"bytea", ColumnKind::binary},  {"timestamp", ColumnKind::timestamp},
      {"text", ColumnKind::text},     {"varchar", ColumnKind::text},
      {"bpchar", ColumnKind::text},   {"timestamptz", ColumnKind::timestamp},
      {"name", ColumnKind::text},     {"char", ColumnKind::text},
      {"citext", ColumnKind::text}};
  SourceColumn c;
  c.name = std::move(name);
  c.type = std::move(type);
  const auto it = kinds.find(base);
  c.kind = it == kinds.end() ? ColumnKind::other : it->second;
  if (c.kind == ColumnKind::integer) c.scale_known = true;
  if (base == "numeric" && typmod >= 4) {  // the type modifier packs precision and scale above a header of 4
    const int packed = typmod - 4;
    c.precision = packed >> 16;
    c.scale = ((packed & 0x7ff) ^ 1024) - 1024;  // 11 bits, signed since PostgreSQL 15
    c.scale_known = true;
    if (c.precision <= 18 && c.scale == 0) c.kind = ColumnKind::integer;
  }
  return c;
}

}  // namespace versoir::extract

// Any database that has an ODBC driver, as a source: Oracle above all.
#include "core/error.hpp"
#include "extract/adapters.hpp"
#include "extract/odbc_dialect.hpp"
#include "extract/odbc_reader.hpp"
#include "extract/odbc_string.hpp"

#include <algorithm>
#include <memory>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

std::unique_ptr<OdbcDialect> dialect_of(const std::string& system) {
  if (system == "Oracle") return oracle_dialect();
  if (system == "PostgreSQL") return postgresql_dialect();
  if (system == "SQLite") return sqlite_dialect();
  return unknown_dialect();
}

/// psqlODBC keeps whole results in memory unless it is told to use a cursor, and only the connection string
/// tells it so.
std::string driver_settings(const SourceUri& uri, const OdbcConnection& connection, const Access& access) {
  const auto driver = connection.info(SQL_DRIVER_NAME);
  if (!driver.starts_with("psqlodbc") || !odbc_value(uri, "UseDeclareFetch").empty()) return {};
  const auto rows = access.fetch_rows ? access.fetch_rows : 100;
  return ";UseDeclareFetch=1;Fetch=" + std::to_string(rows);
}

std::unique_ptr<OdbcConnection> connect(const SourceUri& uri, const Access& access) {
  auto connection = std::make_unique<OdbcConnection>(uri, access, "");
  const auto more = driver_settings(uri, *connection, access);
  if (!more.empty()) connection = std::make_unique<OdbcConnection>(uri, access, more);
  return connection;
}

class OdbcSource final : public Source {
 public:
  OdbcSource(SourceUri uri, Access access, const std::string& moment)
      : uri_(std::move(uri)),
        access_(std::move(access)),
        connection_(connect(uri_, access_)),
        system_(connection_->info(SQL_DBMS_NAME)),
        dialect_(dialect_of(system_)) {
    dialect_->begin(*connection_, access_.schema, moment);
  }

  Provenance provenance() override {
    Provenance p;
    dialect_->describe(*connection_, p);
    p.system = system_ + " (ODBC)";
    p.version += (p.version.empty() ? "" : "; ") + connection_->info(SQL_DRIVER_NAME) + " " +
                 connection_->info(SQL_DRIVER_VER);
    return p;
  }

  Consistency consistency() const override { return dialect_->consistency(); }
  std::vector<SourceTable> catalogue() override { return dialect_->catalogue(*connection_); }

  std::uint64_t count(const std::string& table) override {
    return odbc_count(connection_->one("SELECT COUNT(*) FROM " + dialect_->from(table), table), table);
  }

  void read(const ReadRequest& request, RowSink& sink, std::stop_token stop) override {
    OdbcReader(*connection_, *dialect_, request, access_.fetch_rows).read(sink, stop);
  }

  std::unique_ptr<Source> sibling() override {
    if (dialect_->shared().empty()) return nullptr;
    auto other = std::make_unique<OdbcSource>(uri_, access_, dialect_->shared());
    // The dialect learns from the catalogue where rows lie.
    static_cast<void>(other->catalogue());
    return other;
  }

  void release() noexcept override {
    if (!dialect_->is_server()) return;
    try {
      connection_->roll_back();
    } catch (const core::Error&) {  // a connection that is lost keeps nothing either
    }
  }

  std::vector<core::Finding> probe(const std::vector<std::string>& tables, core::Instant now) override {
    return dialect_->probe(*connection_, tables, now);
  }
  std::vector<core::Finding> probe_writable() override { return dialect_->probe_writable(*connection_); }
  std::vector<core::Finding> probe_absent(const std::vector<std::string>& expected) override {
    return dialect_->probe_absent(*connection_, expected);
  }

 private:
  SourceUri uri_;
  Access access_;
  std::unique_ptr<OdbcConnection> connection_;
  std::string system_;
  std::unique_ptr<OdbcDialect> dialect_;
};

}  // namespace

std::unique_ptr<Source> open_odbc(const SourceUri& uri, const Access& access) {
  check_odbc_string(uri);
  return std::make_unique<OdbcSource>(uri, access, "");
}

}  // namespace versoir::extract

// SQLDrivers, and nothing else: no driver is loaded.
#include "extract/odbc_drivers.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <sql.h>
#include <sqlext.h>

namespace versoir::extract {

namespace {

struct FreeEnvironment {
  void operator()(void* handle) const { SQLFreeHandle(SQL_HANDLE_ENV, handle); }
};

std::unique_ptr<void, FreeEnvironment> odbc_environment() {
  SQLHANDLE handle = nullptr;
  if (!SQL_SUCCEEDED(SQLAllocHandle(SQL_HANDLE_ENV, SQL_NULL_HANDLE, &handle))) return nullptr;
  std::unique_ptr<void, FreeEnvironment> owned(handle);
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the number is the value, as ODBC wants it
  const auto version = reinterpret_cast<SQLPOINTER>(static_cast<std::uintptr_t>(SQL_OV_ODBC3));
  if (!SQL_SUCCEEDED(SQLSetEnvAttr(handle, SQL_ATTR_ODBC_VERSION, version, 0))) return nullptr;
  return owned;
}

}  // namespace

std::vector<std::string> odbc_drivers() {
  constexpr int most = 200;  // a manager that repeats itself must not hold us
  const auto environment = odbc_environment();
  std::vector<std::string> names;
  if (!environment) return names;
  std::array<SQLCHAR, 256> name{};
  std::array<SQLCHAR, 1024> attributes{};
  SQLSMALLINT length = 0, attribute_length = 0;
  SQLUSMALLINT direction = SQL_FETCH_FIRST;
  for (int i = 0; i < most; ++i) {
    const auto code = SQLDrivers(environment.get(), direction, name.data(), name.size(), &length,
                                 attributes.data(), attributes.size(), &attribute_length);
    if (!SQL_SUCCEEDED(code)) break;
    const auto kept =
        std::clamp<std::size_t>(length < 0 ? 0 : static_cast<std::size_t>(length), 0, name.size() - 1);
    names.emplace_back(name.begin(), name.begin() + static_cast<std::ptrdiff_t>(kept));
    direction = SQL_FETCH_NEXT;
  }
  return names;
}

}  // namespace versoir::extract

// The ODBC drivers that this machine declares.
#pragma once
#include <string>
#include <vector>

namespace versoir::extract {

/// Names as odbcinst.ini has them, in its order; empty when there is none or the manager cannot be asked.
[[nodiscard]] std::vector<std::string> odbc_drivers();

}  // namespace versoir::extract

// The XML Schemas of SIARD that the program carries.
#pragma once
#include <string_view>

namespace versoir::extract {

/// Text of a schema compiled into the program (extract/siard/*.xsd), "" when unknown.
[[nodiscard]] std::string_view siard_schema(std::string_view file_name);

}  // namespace versoir::extract

// The part of VITAM's query language that a depositor uses, over records in memory. Private to the sandbox.
#pragma once
#include "core/http_server.hpp"
#include "core/json.hpp"

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace versoir::vitam::sandbox {

/// Single: `$query` is an object (logbook, referentials). Multiple: an array of them, all of which must hold
/// (units, objects).
enum class Select { single, multiple };

/// What is wrong with a query, as VITAM would list it.
class InvalidQuery : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// $and $or $not $eq $ne $lt $lte $gt $gte $range $in $nin $exists $missing $match; "a.b" looks into objects
/// and arrays, where one value is enough. Throws InvalidQuery.
[[nodiscard]] bool matches(const core::Json& query, const core::Json& record);

/// Answers a select over `records` (an array of objects): 200 with the page that `$filter` asks for ($limit
/// and $offset, $orderby) and the fields of `$projection`, or 400 with code 000601.
[[nodiscard]] core::ServerResponse answer_select(const core::Json& records, std::string_view body,
                                                 Select kind, std::string_view context);

/// The same over records that come one by one (nullopt at the end): without $orderby only the page is kept.
[[nodiscard]] core::ServerResponse answer_select(const std::function<std::optional<core::Json>()>& next,
                                                 std::string_view body, Select kind,
                                                 std::string_view context);

/// The same of one record asked for by its identifier: `$projection` only.
[[nodiscard]] core::ServerResponse answer_one(const core::Json& record, std::string_view body,
                                              std::string_view context);

}  // namespace versoir::vitam::sandbox

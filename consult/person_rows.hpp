// Inside the room: rows of one person, with their digests and with values that JSON can hold.
#pragma once
#include "consult/proof.hpp"
#include "core/json.hpp"
#include "profiles/model.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace versoir::consult::parts {

/// A value whose piece stands apart, in versoir_lob.
using LargeValue = std::function<void(std::int64_t row, const std::string& column, std::string&& bytes)>;

/// {"name", "label", "columns": [{name, label, type}], "rows": [{"row", "digest", "values": […]}]}. A number
/// is a number, a text a text, NULL null, bytes {"blob": hex}, a large value {"lob": SHA-256, "size"}, given
/// to `large`. Error(Exit::extract_altered) when a block of these rows is not the sealed one.
[[nodiscard]] core::Json person_table(extract::Extract& extract, BlockProof& proof,
                                      const profiles::Table& table, const std::string& column,
                                      const core::Value& key, const LargeValue& large);
/// The digest of a row of such a table, from its values alone; "" when they are not written so.
[[nodiscard]] std::string digest_of_values(std::string_view table, const core::Json& values);

}  // namespace versoir::consult::parts

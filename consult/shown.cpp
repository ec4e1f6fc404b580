// See shown.hpp.
#include "consult/shown.hpp"

#include "core/clock.hpp"

namespace versoir::consult {

std::string shown_value(std::string_view value, const profiles::Field& field,
                        const profiles::Application& app) {
  if (field.type == profiles::FieldType::date || field.type == profiles::FieldType::datetime) {
    if (const auto d = core::parse_date(value)) return core::format_date_fr(*d);
  }
  if (!field.code_list.empty())
    if (const auto* list = app.find_code_list(field.code_list))
      if (const auto* code = list->find(value)) return code->label;
  return std::string(value);
}

}  // namespace versoir::consult

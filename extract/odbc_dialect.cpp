// What the dialects share.
#include "extract/odbc_dialect.hpp"

#include "core/error.hpp"
#include "core/text.hpp"

#include <charconv>
#include <cstdlib>

namespace versoir::extract {

using core::Error;
using core::Exit;
using core::msg;

namespace {

[[noreturn]] void throw_form() {
  throw Error(Exit::source_data, msg("The server did not render a value as it was asked to."));
}

}  // namespace

void OdbcDecoder::append(std::string& out, std::string_view slice) {
  if (!known_ && !slice.empty()) {
    const char tag = slice.front();
    if (tag != 't' && tag != 'h' && tag != 'r' && tag != 'w') throw_form();
    form_ = tag == 'h' || tag == 'w' ? OdbcForm::hex : OdbcForm::text;
    real_ = tag == 'r';
    foreign_ = tag == 'w';
    if (foreign_ && !charset_) throw_form();
    known_ = true;
    slice.remove_prefix(1);
  }
  if (real_)
    carry_.append(slice);
  else if (form_ == OdbcForm::hex)
    append_hex(out, slice);
  else
    out.append(slice);
}

void OdbcDecoder::append_hex(std::string& out, std::string_view digits) {
  for (char c : digits) {
    const int half = core::hex_digit(c);
    if (half < 0) throw_form();
    if (carry_.empty()) {
      carry_.assign(1, static_cast<char>(half));
    } else {
      const char byte = static_cast<char>(carry_.front() * 16 + half);
      if (foreign_)
        charset_->append(out, {&byte, 1});
      else
        out += byte;
      carry_.clear();
    }
  }
}

void OdbcDecoder::finish(std::string& out) {
  if (!real_) {
    if (!carry_.empty()) throw_form();
    return;
  }
  // 17 digits give the double back; the shortest text that does is what the other sources give.
  char* end = nullptr;
  const double value = std::strtod(carry_.c_str(), &end);
  if (end != carry_.c_str() + carry_.size()) throw_form();
  out += fmt::format("{}", value);
}

OdbcDialect::Order order_by_key(const OdbcDialect& dialect, const SourceTable& table,
                                bool (*can_bound)(const SourceColumn&),
                                std::string (*quoted)(std::string_view)) {
  OdbcDialect::Order order;
  for (const auto& k : table.key) {
    const auto* column = table.find(k);
    if (!column || !can_bound(*column)) return {};
    const auto rendering = dialect.render(*column);
    if (rendering.head.empty() || !rendering.longer.empty()) return {};
    order.columns.push_back(k);
    order.select.push_back(rendering.head);
    order.width.push_back(rendering.width);
    order.by += (order.by.empty() ? "" : ", ") + quoted(k);
  }
  return order;
}

std::uint64_t odbc_count(const std::string& text, const std::string& what) {
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (text.empty() || error != std::errc() || end != text.data() + text.size())
    throw Error(Exit::source_data, msg("The server gave no count of {0}.", what));
  return n;
}

}  // namespace versoir::extract

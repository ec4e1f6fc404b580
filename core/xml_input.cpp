// Checks made on the bytes of an XML document before libxml2 sees them.
#include "core/xml_input.hpp"

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace versoir::core {

namespace {

constexpr std::size_t prolog_most = 1u << 20;

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool same_without_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

}  // namespace

XmlInput::XmlInput(const std::filesystem::path& path, Exit code, XmlLimits limits)
    : origin_(path.string()), code_(code), limits_(limits), fd_(open_read(path)) {}

XmlInput::XmlInput(std::string_view bytes, std::string origin, Exit code, XmlLimits limits)
    : origin_(std::move(origin)), code_(code), limits_(limits), memory_(bytes) {}

XmlInput::XmlInput(ByteSource bytes, std::string origin, Exit code, XmlLimits limits)
    : origin_(std::move(origin)), code_(code), limits_(limits), source_(std::move(bytes)) {}

Error XmlInput::refuse(long line, Message what) {
  refused_line_ = line;
  return Error(code_, std::move(what));
}

Error XmlInput::malformed(long line, std::string_view parser_text) {
  return refuse(line, msg("{0}, line {1}: not well-formed XML: {2}", origin_, line, parser_text));
}

Error XmlInput::doctype(long line) {
  return refuse(line, msg("{0}, line {1}: a DOCTYPE or an entity is not accepted", origin_, line));
}

Error XmlInput::too_deep(long line) {
  return refuse(line, msg("{0}, line {1}: elements nested deeper than {2}", origin_, line, limits_.depth));
}

Error XmlInput::text_too_long(long line) {
  return refuse(line,
                msg("{0}, line {1}: a text is longer than {2} characters", origin_, line, limits_.text));
}

std::size_t XmlInput::fetch(char* to, std::size_t room) {
  if (source_) return source_(to, room);
  if (!fd_) {
    const std::size_t n = std::min(room, memory_.size());
    std::memcpy(to, memory_.data(), n);
    memory_.remove_prefix(n);
    return n;
  }
  for (;;) {
    const ssize_t n = ::read(fd_.get(), to, room);
    if (n >= 0) return static_cast<std::size_t>(n);
    if (errno != EINTR) throw_errno("read", origin_);
  }
}

std::size_t XmlInput::read(char* to, std::size_t room) {
  std::size_t n = std::min(room, head_.size() - head_served_);
  if (n > 0) {
    std::memcpy(to, head_.data() + head_served_, n);
    head_served_ += n;
    if (head_served_ == head_.size()) {
      head_ = {};
      head_served_ = 0;
    }
  } else {
    n = fetch(to, room);
  }
  if (const void* nul = std::memchr(to, '\0', n)) {
    lines_ += std::count(to, static_cast<char*>(const_cast<void*>(nul)), '\n');
    throw refuse(lines_, msg("{0}, line {1}: a NUL byte, which XML forbids", origin_, lines_));
  }
  lines_ += std::count(to, to + n, '\n');
  total_ += n;
  pending_ += n;
  if (total_ > limits_.bytes)
    throw refuse(1, msg("{0} is larger than the limit of {1} bytes", origin_, limits_.bytes));
  if (pending_ > pending_most_)
    throw refuse(lines_, msg("{0}, line {1}: a tag or comment is longer than {2} bytes", origin_, lines_,
                             pending_most_));
  return n;
}

bool XmlInput::more() {
  if (head_.size() >= prolog_most)
    throw refuse(1, msg("{0}: no element in the first {1} bytes", origin_, prolog_most));
  const std::size_t old = head_.size();
  head_.resize(old + 4096);
  std::size_t n = 0;
  try {
    n = fetch(head_.data() + old, 4096);
  } catch (...) {
    head_.resize(old);
    throw;
  }
  head_.resize(old + n);
  return n > 0;
}

bool XmlInput::starts(std::size_t at, std::string_view with) {
  while (head_.size() < at + with.size())
    if (!more()) return false;
  return std::string_view(head_).substr(at, with.size()) == with;
}

std::size_t XmlInput::find(std::string_view what, std::size_t from) {
  for (;;) {
    const auto at = head_.find(what, from);
    if (at != std::string::npos) return at;
    from = std::max(from, head_.size() < what.size() ? 0 : head_.size() - what.size() + 1);
    if (!more()) return std::string::npos;
  }
}

long XmlInput::line_at(std::size_t offset) const {
  const auto end = head_.begin() + static_cast<std::ptrdiff_t>(std::min(offset, head_.size()));
  return 1 + static_cast<long>(std::count(head_.begin(), end, '\n'));
}

/// Only the encoding is looked at; libxml2 judges the rest of the declaration.
void XmlInput::check_declaration(std::string_view declaration) {
  const auto key = declaration.find("encoding");
  if (key == std::string_view::npos) return;
  const auto open = declaration.find_first_of("\"'", key);
  if (open == std::string_view::npos) return;
  const auto close = declaration.find(declaration[open], open + 1);
  const auto name = declaration.substr(open + 1, close == std::string_view::npos ? close : close - open - 1);
  if (!same_without_case(name, "UTF-8"))
    throw refuse(1, msg("{0}: the encoding is \"{1}\": only UTF-8 is read", origin_, name));
}

/// XML 1.0, production 22: prolog ::= XMLDecl? Misc* (doctypedecl Misc*)?
void XmlInput::scan_prolog() {
  if (starts(0, "\xEF\xBB\xBF")) head_.erase(0, 3);
  if (head_.empty()) static_cast<void>(more());
  const std::string_view first = std::string_view(head_).substr(0, 4);
  if (first.substr(0, 2) == "\xFE\xFF" || first.substr(0, 2) == "\xFF\xFE" ||
      first.find('\0') != std::string_view::npos)
    throw refuse(1, msg("{0} is in UTF-16 or UTF-32: only UTF-8 is read", origin_));
  std::size_t at = 0;
  for (;;) {
    while (at < head_.size() && blank(head_[at])) ++at;
    if (at == head_.size()) {
      if (!more()) throw refuse(1, msg("{0} holds no XML element", origin_));
      continue;
    }
    if (head_[at] != '<')
      throw refuse(line_at(at),
                   msg("{0}, line {1}: text before the first XML element", origin_, line_at(at)));
    if (starts(at, "<!--")) {
      const auto end = find("-->", at + 4);
      if (end == std::string::npos)
        throw refuse(line_at(at), msg("{0}, line {1}: a comment is not closed", origin_, line_at(at)));
      extra_ = true;
      at = end + 3;
    } else if (starts(at, "<?")) {
      const auto end = find("?>", at + 2);
      if (end == std::string::npos)
        throw refuse(line_at(at),
                     msg("{0}, line {1}: a processing instruction is not closed", origin_, line_at(at)));
      const bool declaration = at == 0 && starts(0, "<?xml") && blank(head_[5]);
      if (declaration) check_declaration(std::string_view(head_).substr(0, end));
      extra_ = extra_ || !declaration;
      at = end + 2;
    } else if (starts(at, "<!")) {
      throw doctype(line_at(at));
    } else {
      return;  // the root element
    }
  }
}

}  // namespace versoir::core

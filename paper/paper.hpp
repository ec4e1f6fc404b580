// What a paper says, in reading order. One model, two renditions: a page (consult/document_print.cpp) and
// sheets of A4 (pdf.hpp); neither adds or leaves out anything of the other.
#pragma once
#include "core/clock.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace versoir::paper {

/// Terms with their values; those without a value are not printed.
using Facts = std::vector<std::pair<std::string, std::string>>;

struct Text {
  enum class Kind { establishment, title, draft, heading, body, note };
  Kind kind = Kind::body;
  std::string text;
};
struct Terms {
  Facts facts;
};
struct Table {
  std::string caption;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows = {};
  bool first_names_row = false;             ///< the first cell of a row says what the row is
  std::optional<std::size_t> digests = {};  ///< column of digests: digits of one width
};
/// Set apart by a frame, so that nobody overlooks it.
struct Framed {
  std::string heading, text;
  Facts facts;
};
/// Room for what a living hand adds.
struct Signature {
  std::string place, who;
};
using Block = std::variant<Text, Terms, Table, Framed, Signature>;

struct Paper {
  std::string title;                  ///< of the file, with what it is about
  std::string language = "fr";        ///< BCP 47
  core::Date made{};                  ///< the day that it bears
  std::vector<std::string> repeated;  ///< at the foot of every sheet: what it is, its code
  std::vector<Block> blocks;
};

}  // namespace versoir::paper

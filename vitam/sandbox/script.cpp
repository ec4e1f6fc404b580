// See script.hpp. A key that is not known would be a failure that is never rehearsed: it is an error.
#include "vitam/sandbox/script.hpp"

#include "core/error.hpp"
#include "core/file.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace versoir::vitam::sandbox {

using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

constexpr std::string_view script_format = "versoir-sandbox-script/1";
constexpr std::uint64_t most_delay = 3'600'000;  ///< an hour, in milliseconds
constexpr std::uint64_t most_count = 1'000'000'000;

template <class T>
struct Word {
  std::string_view word;
  T value;
};
constexpr std::array<Word<Question>, 11> questions{{{"any", Question::any},
                                                    {"POST ingests", Question::post_ingests},
                                                    {"HEAD operation", Question::head_operation},
                                                    {"GET operation", Question::get_operation},
                                                    {"PUT operation", Question::put_operation},
                                                    {"GET reply", Question::get_reply},
                                                    {"GET manifest", Question::get_manifest},
                                                    {"logbook", Question::logbook},
                                                    {"access", Question::access},
                                                    {"referential", Question::referential},
                                                    {"status", Question::status}}};
constexpr std::array<Word<WrongAnswer::Body>, 4> bodies{{{"xml", WrongAnswer::Body::xml},
                                                         {"html", WrongAnswer::Body::html},
                                                         {"empty", WrongAnswer::Body::empty},
                                                         {"vitam", WrongAnswer::Body::vitam}}};
constexpr std::array<Word<OperationFault::Kind>, 3> operation_faults{
    {{"fatal", OperationFault::Kind::fatal},
     {"pause", OperationFault::Kind::pause},
     {"purge", OperationFault::Kind::purge}}};
constexpr std::array<Word<Cut>, 2> cuts{{{"before", Cut::before}, {"after", Cut::after}}};
constexpr std::array<Word<WrongReply>, 4> replies{{{"missing", WrongReply::missing},
                                                   {"garbage", WrongReply::garbage},
                                                   {"truncated", WrongReply::truncated},
                                                   {"other", WrongReply::other}}};

template <class Table>
std::string words_of(const Table& table) {
  std::string all;
  for (const auto& [word, value] : table) all += (all.empty() ? "" : ", ") + std::string(word);
  return all;
}

/// One object of the script, and where it stands.
class Place {
 public:
  Place(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json.is_object()) wrong(msg("an object is expected"));
  }

  [[noreturn]] void wrong(core::Message why) const {
    throw Error(Exit::configuration, msg("The sandbox script cannot be used: {0}.", where_))
        .because(std::move(why));
  }
  void only(std::initializer_list<std::string_view> keys) const {
    for (const auto& item : json_.items())
      if (std::ranges::find(keys, item.key()) == keys.end())
        wrong(msg("the key \"{0}\" is not known", item.key()));
  }
  [[nodiscard]] bool has(const char* key) const { return json_.contains(key); }
  [[nodiscard]] const Json& at(const char* key) const { return json_.at(key); }
  [[nodiscard]] std::string inside(std::string_view key) const { return where_ + ", " + std::string(key); }

  [[nodiscard]] std::uint64_t number(const char* key, std::uint64_t least, std::uint64_t most) const {
    const auto& value = json_.at(key);
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() < least ||
        value.get<std::uint64_t>() > most)
      wrong(msg("\"{0}\" is a number from {1} to {2}", key, least, most));
    return value.get<std::uint64_t>();
  }
  [[nodiscard]] std::uint64_t number_or(const char* key, std::uint64_t otherwise) const {
    return has(key) ? number(key, 0, most_count) : otherwise;
  }
  template <class Table>
  [[nodiscard]] auto word(const char* key, const Table& table) const {
    if (has(key) && at(key).is_string())
      for (const auto& [word, value] : table)
        if (word == at(key).template get_ref<const std::string&>()) return value;
    wrong(msg("\"{0}\" is one of: {1}", key, words_of(table)));
  }

 private:
  const Json& json_;
  std::string where_;
};

OperationFault read_operation(const Place& place) {
  using Kind = OperationFault::Kind;
  OperationFault fault;
  fault.kind = place.word("operation", operation_faults);
  const char* heads = fault.kind == Kind::fatal ? "replay_after" : "heads";
  if (fault.kind == Kind::purge) {
    place.only({"operation", "answer", "delay_ms"});
    if (place.has("answer")) fault.answer = static_cast<int>(place.number("answer", 200, 599));
    if (fault.answer != 404 && fault.answer != 204 && fault.answer != 500)
      place.wrong(msg("\"{0}\" is one of: {1}", "answer", "404, 204, 500"));
  } else {
    place.only({"operation", heads, "delay_ms"});
    if (place.has(heads)) fault.heads = place.number(heads, 1, most_count);
  }
  return fault;
}

Fault read_fault(const Place& place, Question on) {
  Fault fault;
  if (place.has("delay_ms")) fault.delay = std::chrono::milliseconds(place.number("delay_ms", 1, most_delay));
  const int acts = static_cast<int>(place.has("status")) + static_cast<int>(place.has("cut")) +
                   static_cast<int>(place.has("operation")) + static_cast<int>(place.has("reply"));
  if (acts > 1) place.wrong(msg("one of status, cut, operation and reply, not several"));
  if (place.has("operation")) {
    if (on != Question::post_ingests)
      place.wrong(msg("\"{0}\" goes with \"on\": \"{1}\" only", "operation", "POST ingests"));
    fault.operation = read_operation(place);
  } else if (place.has("reply")) {
    place.only({"reply", "delay_ms"});
    if (on != Question::get_reply)
      place.wrong(msg("\"{0}\" goes with \"on\": \"{1}\" only", "reply", "GET reply"));
    fault.reply = place.word("reply", replies);
  } else if (place.has("cut")) {
    place.only({"cut", "delay_ms"});
    fault.cut = place.word("cut", cuts);
  } else if (place.has("status")) {
    place.only({"status", "body", "delay_ms"});
    fault.answer.emplace();
    fault.answer->status = static_cast<int>(place.number("status", 200, 599));
    if (place.has("body")) fault.answer->body = place.word("body", bodies);
  } else {
    place.only({"delay_ms"});
    if (fault.delay.count() == 0)
      place.wrong(msg("nothing to do: status, delay_ms, cut, operation or reply"));
  }
  return fault;
}

Rule read_rule(const Place& place) {
  place.only({"on", "skip", "times", "do"});
  Rule rule;
  rule.on = place.word("on", questions);
  rule.skip = place.number_or("skip", 0);
  rule.times = place.number_or("times", 0);
  if (!place.has("do")) place.wrong(msg("\"{0}\" is missing", "do"));
  rule.fault = read_fault(Place(place.at("do"), place.inside("do")), rule.on);
  return rule;
}

}  // namespace

Json OperationFault::to_json() const {
  for (const auto& [word, value] : operation_faults) {
    if (value != kind) continue;
    Json json{{"operation", word}};
    if (kind == Kind::purge) json["answer"] = answer;
    if (heads) json[kind == Kind::fatal ? "replay_after" : "heads"] = *heads;
    return json;
  }
  return nullptr;
}

std::optional<OperationFault> OperationFault::from_json(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  return read_operation(Place(json, "operation"));
}

Script Script::parse(const Json& json, std::string_view origin) {
  const Place whole(json, std::string(origin));
  whole.only({"format", "rules"});
  if (!whole.has("format") || whole.at("format") != script_format)
    whole.wrong(msg("\"format\" is not \"{0}\"", script_format));
  if (!whole.has("rules") || !whole.at("rules").is_array()) whole.wrong(msg("\"rules\" is a list"));
  Script script;
  std::size_t number = 0;
  for (const auto& rule : whole.at("rules"))
    script.rules.push_back(
        read_rule(Place(rule, whole.inside(msg("rule {0}", std::to_string(++number)).text()))));
  return script;
}

Script Script::read(const std::filesystem::path& file) {
  try {
    return parse(core::parse_json(core::read_file(file, 1u << 20), file.string(), Exit::configuration),
                 file.string());
  } catch (const Error& e) {
    if (e.code() == Exit::configuration) throw;
    throw Error(Exit::configuration, msg("The sandbox script cannot be used: {0}.", file.string()))
        .because(e);
  }
}

Script Script::of_word(std::string_view word) {
  Rule rule;
  if (word == "fatal") {
    rule.on = Question::post_ingests;
    rule.fault.operation.emplace();
  } else if (word == "garbage-atr") {
    rule.on = Question::get_reply;
    rule.fault.reply = WrongReply::garbage;
  } else if (word == "drop") {
    rule.on = Question::post_ingests;
    rule.fault.cut = Cut::after;
  } else if (word == "unavailable") {
    rule.fault.answer.emplace();
  } else {
    throw Error(Exit::usage, msg("the sandbox knows no failure \"{0}\"", word))
        .hint(msg("fatal, garbage-atr, drop, unavailable"));
  }
  return {{rule}};
}

}  // namespace versoir::vitam::sandbox

// What may go wrong, and where: each run draws its faults from its own number.
#include "fault_run.hpp"

#include <fmt/format.h>

namespace versoir::tests {

namespace {

using vitam::sandbox::Cut;
using vitam::sandbox::Fault;
using vitam::sandbox::OperationFault;
using vitam::sandbox::Question;
using vitam::sandbox::Rule;
using vitam::sandbox::WrongAnswer;
using vitam::sandbox::WrongReply;

Fault cutting(Cut cut) {
  Fault f;
  f.cut = cut;
  return f;
}
Fault answering(int status, WrongAnswer::Body body) {
  Fault f;
  f.answer = WrongAnswer{status, body};
  return f;
}
Fault stopping(OperationFault::Kind kind, std::optional<std::uint64_t> heads, int answer = 404) {
  Fault f;
  f.operation = OperationFault{kind, heads, answer};
  return f;
}
Fault replying(WrongReply reply) {
  Fault f;
  f.reply = reply;
  return f;
}

class Drawer {
 public:
  Drawer(std::uint64_t run, const Traffic& traffic) : random_(run), traffic_(traffic) {}

  FaultPlan draw() {
    plan_.logbook = one_in(4) == 0 ? false : true;
    plan_.preflight = one_in(2) == 0;
    plan_.restart = one_in(5) == 0;
    plan_.parallel = 1 + one_in(3);
    const auto kind = one_in(10);
    if (kind < 6) draw_bytes();
    if (kind >= 4) draw_script();
    plan_.words += fmt::format("{}{}{}, {} at a time", plan_.logbook ? "" : ", no logbook",
                               plan_.preflight ? "" : ", no preflight", plan_.restart ? ", restart" : "",
                               plan_.parallel);
    return std::move(plan_);
  }

 private:
  std::uint64_t one_in(std::uint64_t n) { return random_() % n; }

  /// A byte of a connection of the deposit without fault, or just past its end.
  void draw_bytes() {
    plan_.act = std::array{FaultPlan::Act::close, FaultPlan::Act::reset, FaultPlan::Act::kill,
                           FaultPlan::Act::kill}[one_in(4)];
    plan_.connection = one_in(traffic_.connections.size());
    plan_.way = one_in(2) == 0 ? TcpProxy::Way::to_server : TcpProxy::Way::to_client;
    plan_.at = one_in(traffic_.connections[plan_.connection].at(plan_.way) + 1);
    constexpr std::array names{"none", "close", "reset", "kill"};
    plan_.words =
        fmt::format("{} at byte {} of connection {} to the {}", names[static_cast<int>(plan_.act)], plan_.at,
                    plan_.connection, plan_.way == TcpProxy::Way::to_server ? "server" : "client");
  }

  void rule(Question on, Fault fault, std::string_view words, std::uint64_t times) {
    const auto skip = one_in(3);
    plan_.script.rules.push_back({on, skip, times, std::move(fault)});
    plan_.words +=
        fmt::format("{}{} (skip {}, times {})", plan_.words.empty() ? "" : " and ", words, skip, times);
  }

  void draw_script() {
    switch (one_in(9)) {
      case 0:
        return rule(Question::post_ingests, cutting(Cut::before), "SIP lost", 1);
      case 1:
        return rule(Question::post_ingests, cutting(Cut::after), "answer lost", 1);
      case 2: {
        const int status = std::array{500, 502, 503, 504, 401, 412}[one_in(6)];
        const auto body = std::array{WrongAnswer::Body::xml, WrongAnswer::Body::html,
                                     WrongAnswer::Body::empty, WrongAnswer::Body::vitam}[one_in(4)];
        return rule(Question::post_ingests, answering(status, body),
                    fmt::format("HTTP {} to the SIP", status), 1);
      }
      case 3:
        return rule(Question::post_ingests, stopping(OperationFault::Kind::fatal, 1 + one_in(3)),
                    "technical failure", 1);
      case 4:
        return rule(Question::post_ingests, stopping(OperationFault::Kind::pause, 1 + one_in(3)), "pause", 1);
      case 5: {
        const int answer = std::array{404, 204, 500}[one_in(3)];
        return rule(Question::post_ingests, stopping(OperationFault::Kind::purge, std::nullopt, answer),
                    fmt::format("purged, {}", answer), 3);
      }
      case 6: {
        const int status = std::array{500, 502, 503, 404}[one_in(4)];
        return rule(Question::head_operation, answering(status, WrongAnswer::Body::html),
                    fmt::format("HTTP {} to a question", status), 1 + one_in(3));
      }
      case 7: {
        const auto reply = std::array{WrongReply::missing, WrongReply::garbage, WrongReply::truncated,
                                      WrongReply::other}[one_in(4)];
        return rule(Question::get_reply, replying(reply),
                    fmt::format("wrong reply {}", static_cast<int>(reply)), 1 + one_in(2));
      }
      default:
        return rule(Question::any, answering(503, WrongAnswer::Body::html), "maintenance", 1 + one_in(6));
    }
  }

  std::mt19937_64 random_;
  const Traffic& traffic_;
  FaultPlan plan_;
};

}  // namespace

FaultPlan draw_plan(std::uint64_t run, const Traffic& traffic) { return Drawer(run, traffic).draw(); }

}  // namespace versoir::tests

// See fault_run.hpp.
#include "fault_run.hpp"

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/json.hpp"
#include "sip/versement.hpp"
#include "vitam/sandbox/sandbox.hpp"

#include <fmt/format.h>

#include <atomic>
#include <csignal>
#include <fcntl.h>
#include <mutex>
#include <stdexcept>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace versoir::tests {

namespace fs = std::filesystem;
using core::Exit;
using core::Json;

namespace {

constexpr int sends_most = 12;  ///< a recovery that takes more is a defect
constexpr std::chrono::seconds command_most{120};

/// The platform, and the wires to it.
class Platform {
 public:
  Platform(const Prepared& p, const fs::path& workspace, vitam::sandbox::Script script, TcpProxy::Gate gate)
      : workspace_(workspace), port_(p.port), gate_(std::move(gate)) {
    start(std::move(script));
  }
  void start(vitam::sandbox::Script script) {
    vitam::sandbox::Options o;
    o.folder = workspace_ / "sandbox";
    o.referentials = workspace_ / "referentials";
    o.server.tls = true;
    o.server.certificate = workspace_ / "pki/platform.pem";
    o.server.key = workspace_ / "pki/platform.key";
    o.server.client_ca = workspace_ / "pki/ca.pem";
    o.script = std::move(script);
    sandbox_ = std::make_unique<vitam::sandbox::Sandbox>(o, clock_);
    sandbox_->start();
    proxy_ = std::make_unique<TcpProxy>(port_, sandbox_->port(), gate_);
  }
  void restart() {
    proxy_.reset();
    sandbox_.reset();
    start({});
  }
  void heal() { sandbox_->play({}); }

 private:
  fs::path workspace_;
  std::uint16_t port_;
  TcpProxy::Gate gate_;
  core::SystemClock clock_;
  std::unique_ptr<vitam::sandbox::Sandbox> sandbox_;
  std::unique_ptr<TcpProxy> proxy_;  ///< last: nothing passes once the sandbox stops
};

/// Operations that the platform registered for each MessageIdentifier, dry runs apart.
std::map<std::string, std::vector<std::string>> deposits(const fs::path& workspace) {
  std::map<std::string, std::vector<std::string>> all;
  const auto file = workspace / "sandbox/deposits.jsonl";
  if (!fs::exists(file)) return all;
  const auto text = core::read_file(file);
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = core::parse_json(text.substr(at, end - at), "deposits.jsonl");
    if (const auto operation = core::text_of(line, "operation"); !operation.empty())
      all[core::text_of(line, "message_identifier")].push_back(operation);
    at = end + 1;
  }
  return all;
}

struct Ended {
  int code = 0;  ///< -1: killed
  std::string output;
};

class Run {
 public:
  Run(const Prepared& prepared, const FaultPlan& plan) : prepared_(prepared), plan_(plan) {
    fs::copy(prepared.workspace, workspace(), fs::copy_options::recursive);
    std::string conf = core::read_file(workspace() / "versoir.conf");
    const std::string section = "[platform.sandbox]\n";
    const auto at = conf.find(section);
    if (at == std::string::npos) throw std::runtime_error("no [platform.sandbox]");
    conf.insert(at + section.size(), fmt::format("parallel = {}\n{}", plan.parallel,
                                                 plan.logbook ? "access_contract = AC-ESSAI\n" : ""));
    core::write_file(workspace() / "versoir.conf", conf);
  }

  [[nodiscard]] fs::path workspace() const { return folder_.path() / "ws"; }

  RunResult play() {
    Platform platform(prepared_, workspace(), plan_.script,
                      [this](const auto& piece) { return gate(piece); });
    send({});
    healed_ = true;
    if (plan_.restart)
      platform.restart();
    else
      platform.heal();
    recover();
    judge();
    if (!result_.defects.empty()) keep();
    return std::move(result_);
  }

  Traffic measure() {
    measuring_ = true;
    Platform platform(prepared_, workspace(), {}, [this](const auto& piece) { return gate(piece); });
    if (const auto ended = send({}); ended.code != 0)
      throw std::runtime_error("the deposit without fault failed:\n" + ended.output);
    const std::scoped_lock lock(mutex_);
    return traffic_;
  }

 private:
  TcpProxy::Passage gate(const TcpProxy::Piece& piece) {
    const TcpProxy::Passage all{piece.size, TcpProxy::Then::go_on};
    if (measuring_) {
      const std::scoped_lock lock(mutex_);
      if (traffic_.connections.size() <= piece.connection) traffic_.connections.resize(piece.connection + 1);
      traffic_.connections[piece.connection][TcpProxy::Way::to_server];
      traffic_.connections[piece.connection][TcpProxy::Way::to_client];
      traffic_.connections[piece.connection][piece.way] = piece.before + piece.size;
      return all;
    }
    if (healed_ || plan_.act == FaultPlan::Act::none || piece.connection != plan_.connection ||
        piece.way != plan_.way || piece.before + piece.size < plan_.at)
      return all;
    const std::size_t bytes = plan_.at > piece.before ? static_cast<std::size_t>(plan_.at - piece.before) : 0;
    if (plan_.act == FaultPlan::Act::kill) {
      if (const pid_t client = client_; client > 0) ::kill(client, SIGKILL);
      return {bytes, TcpProxy::Then::close};
    }
    return {bytes, plan_.act == FaultPlan::Act::reset ? TcpProxy::Then::reset : TcpProxy::Then::close};
  }

  Ended send(std::vector<std::string> more) {
    std::vector<std::string> words{prepared_.program.string(),
                                   "send",
                                   prepared_.versement,
                                   "--workspace",
                                   workspace().string(),
                                   "--lang",
                                   "en"};
    if (!plan_.preflight) words.emplace_back("--no-preflight");
    words.insert(words.end(), more.begin(), more.end());
    ++result_.sends;
    return run(words);
  }

  Ended run(std::vector<std::string>& words) {
    const auto log = folder_.path() / fmt::format("send-{}.log", result_.sends);
    std::vector<char*> arguments;
    for (auto& w : words) arguments.push_back(w.data());
    arguments.push_back(nullptr);
    const core::UniqueFd out(::open(log.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork");
    if (child == 0) {
      ::dup2(out.get(), 1);
      ::dup2(out.get(), 2);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    client_ = child;
    int status = 0;
    const auto until = std::chrono::steady_clock::now() + command_most;
    while (::waitpid(child, &status, WNOHANG) == 0) {
      if (std::chrono::steady_clock::now() > until) {
        ::kill(child, SIGKILL);
        result_.defects.push_back("a command did not end");
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    client_ = 0;
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, core::read_file(log)};
  }

  /// What a person does: the same command again; and for a lot in doubt of which the platform says that it
  /// does not know it, --again.
  void recover() {
    while (result_.sends < sends_most && result_.defects.empty()) {
      const auto ended = send({});
      if (ended.code == 0) return;
      if (ended.code != static_cast<int>(Exit::transfer_in_doubt)) continue;
      const auto lots = in_doubt();
      if (lots.empty()) continue;
      const auto known = deposits(workspace());
      for (const auto& lot : lots) {
        const bool there = known.contains(lot);
        if (there && plan_.logbook) {
          // A SIP whose control has not ended is not under its identifier yet: the next command finds it.
          continue;
        }
        const bool advised = plan_.logbook ? ended.output.find("same command again") != std::string::npos ||
                                                 ended.output.find("--again") != std::string::npos
                                           : ended.output.find("--again") != std::string::npos;
        if (!advised) result_.defects.push_back("no advice for " + lot + ":\n" + ended.output);
        if (there)
          return;  // no logbook, and a person who is told that the platform has it: it stays in doubt
        send({"--again", "--lot", lot});
      }
    }
    if (result_.defects.empty())
      result_.defects.push_back("not recovered after " + std::to_string(sends_most) + " commands");
  }

  std::vector<std::string> in_doubt() const {
    std::vector<std::string> lots;
    const sip::Versement v(workspace(), prepared_.versement);
    for (const auto& lot : v.plan().lots) {
      const auto state = sip::lot_facts(v, lot, "approve").state;
      if (state == sip::LotState::in_doubt || state == sip::LotState::sending) lots.push_back(lot.id.value);
    }
    return lots;
  }

  void judge() {
    const sip::Versement v(workspace(), prepared_.versement);
    const auto known = deposits(workspace());
    const auto doubtful = in_doubt();
    result_.ended = doubtful.empty() ? "deposited" : "in doubt";
    for (const auto& lot : v.plan().lots) {
      const auto& id = lot.id.value;
      const auto at = known.find(id);
      const std::size_t count = at == known.end() ? 0 : at->second.size();
      const auto receipt = v.lot(lot.id) / "receipt.json";
      if (count > 1) result_.defects.push_back(fmt::format("{} deposited {} times", id, count));
      if (fs::exists(receipt)) {
        if (count == 1 && core::text_of(core::read_json(receipt), "operation") != at->second.front())
          result_.defects.push_back("the receipt of " + id + " is of another operation");
        if (count == 0) result_.defects.push_back("a receipt for " + id + ", which nobody received");
      } else if (doubtful.empty()) {
        result_.defects.push_back(id + " is neither deposited nor in doubt");
      }
    }
    if (!doubtful.empty() && plan_.logbook)
      result_.defects.push_back("in doubt although the logbook can be asked");
  }

  void keep() {
    result_.folder = fs::temp_directory_path() / ("fault-" + folder_.path().filename().string());
    fs::copy(folder_.path(), result_.folder, fs::copy_options::recursive);
  }

  const Prepared& prepared_;
  const FaultPlan& plan_;
  core::TemporaryDirectory folder_;
  std::atomic<bool> healed_ = false;
  std::atomic<pid_t> client_ = 0;
  bool measuring_ = false;
  std::mutex mutex_;
  Traffic traffic_;
  RunResult result_;
};

}  // namespace

RunResult play(const Prepared& prepared, const FaultPlan& plan) { return Run(prepared, plan).play(); }

Traffic measure_traffic(const Prepared& prepared) {
  FaultPlan plan;
  plan.parallel = 2;
  return Run(prepared, plan).measure();
}

}  // namespace versoir::tests

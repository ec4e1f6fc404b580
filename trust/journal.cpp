// Writing the journal: under a lock, in one write, on the disk before the call returns.
#include "trust/journal.hpp"

#include "core/file.hpp"
#include "core/json.hpp"
#include "trust/journal_lines.hpp"
#include "trust/openssl.hpp"
#include "trust/seal.hpp"

#include <openssl/rand.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace versoir::trust {

using core::Error;
using core::Exit;
using core::Json;
using core::msg;

namespace {

std::string_view outcome_name(Outcome o) {
  switch (o) {
    case Outcome::ok:
      return "ok";
    case Outcome::warning:
      return "warning";
    case Outcome::ko:
      return "ko";
  }
  return "ko";
}

std::string login_of(uid_t uid) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 16384> buffer{};
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found) return found->pw_name;
  return {};
}

/// Who logged in, whatever account the program runs under since (sudo, su): audit(7) keeps it. nullopt where
/// nobody did (a timer) or where the kernel keeps none.
std::optional<uid_t> login_uid() {
  std::ifstream in("/proc/self/loginuid");
  std::uint32_t uid = 0;
  if (!(in >> uid) || uid == static_cast<std::uint32_t>(-1)) return std::nullopt;
  return static_cast<uid_t>(uid);
}

/// The account that acts, and the person behind it where the machine knows. Its certificate, when one signs,
/// stands in the event.
Json actor(const std::vector<std::string>& roles) {
  const uid_t uid = ::getuid();
  Json json{{"uid", static_cast<std::int64_t>(uid)}};
  if (auto login = login_of(uid); !login.empty()) json["login"] = std::move(login);
  if (const auto person = login_uid(); person && *person != uid) {
    auto login = login_of(*person);
    json["person"] = login.empty() ? fmt::format("uid {}", *person) : std::move(login);
  }
  if (!roles.empty()) json["roles"] = roles;
  return json;
}

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data()) : std::string();
}

std::string random_id() {
  std::array<std::uint8_t, 16> bytes{};
  succeed(RAND_bytes(bytes.data(), static_cast<int>(bytes.size())));
  std::string id;
  for (const auto b : bytes) id += fmt::format("{:02x}", b);
  return id;
}

/// The journal while nobody else can write it.
class LockedJournal {
 public:
  LockedJournal(const std::filesystem::path& file, std::string node, const core::Clock& clock,
                const Circumstances& circumstances, bool create)
      : file_(file), node_(std::move(node)), clock_(clock), circumstances_(circumstances) {
    // A purge puts another file in the place of this one while we wait for it: the one with the name counts.
    do open_and_lock(create);
    while (!has_the_name());
    size_ = size();
    files_.emplace(file_, core::UniqueFd(::fcntl(fd_.get(), F_DUPFD_CLOEXEC, 0)));
  }

  [[nodiscard]] const JournalFiles& files() const noexcept { return *files_; }
  [[nodiscard]] const core::Sha256& head() const noexcept { return head_; }
  [[nodiscard]] std::int64_t seq() const noexcept { return seq_; }

  /// Where the chain stands, read from the last whole line. Leaves the file ready for a new line.
  void find_end() {
    const std::string tail = read_tail();
    const auto last_lf = tail.rfind('\n');
    const std::string fragment = last_lf == std::string::npos ? tail : tail.substr(last_lf + 1);
    if (last_lf != std::string::npos) {
      const auto before = last_lf == 0 ? std::string::npos : tail.rfind('\n', last_lf - 1);
      const auto begin = before == std::string::npos ? 0 : before + 1;
      take_last(std::string_view(tail).substr(begin, last_lf - begin));
    }
    if (!fragment.empty()) set_aside(fragment);
  }

  /// The genesis line, when the file has none yet.
  void ensure_genesis() {
    if (seq_ == 0)
      write(genesis_event, {{"id", random_id()}, {"host", host_name()}}, Outcome::ok, Json::object());
    if (fragment_.is_object())
      write("JOURNAL_RECOVERED", std::exchange(fragment_, Json()), Outcome::warning, Json::object());
  }

  void write(std::string_view event, const Json& object, Outcome outcome, const Json& detail) {
    const auto text = line(seq_ + 1, head_, event, object, outcome, detail);
    write_once(text);
    head_ = core::sha256(std::string_view(text).substr(0, text.size() - 1));
    ++seq_;
  }

  [[nodiscard]] bool is_large() const noexcept {
    return circumstances_.rotate_at > 0 && size_ >= circumstances_.rotate_at;
  }

  /// Closes this file under the name of a part and puts another in its place: at any moment the name is that
  /// of the one or of the other. False, and nothing done, where the file system knows no hard links. This
  /// object is of no use afterwards.
  bool rotate() {
    const auto part = journal_part(file_, files_->next_part());
    const auto first = line(seq_ + 1, head_, rotated_event,
                            {{"part", part.filename().string()}, {"lines", seq_}, {"head", head_.hex()}},
                            Outcome::ok, Json::object());
    // One that is there is this very file: a crash came before the other took its name.
    if (::link(file_.c_str(), part.c_str()) != 0 && errno != EEXIST) return false;
    replace_by([&](core::AtomicFile& out) { out.write(first); });
    return true;
  }

  /// One line of the journal, with its only LF.
  [[nodiscard]] std::string line(std::int64_t seq, const core::Sha256& prev, std::string_view event,
                                 const Json& object, Outcome outcome, const Json& detail) const {
    Json json{{"seq", seq},
              {"ts", core::format_instant(clock_.now())},
              {"prev", prev.hex()},
              {"node", node_},
              {"actor", actor(circumstances_.roles)},
              {"event", event},
              {"object", object},
              {"outcome", outcome_name(outcome)},
              {"detail", detail},
              {"tool", "versoir " VERSOIR_VERSION}};
    if (!circumstances_.configuration.empty()) json["configuration"] = circumstances_.configuration;
    if (circumstances_.clock_state) json["clock"] = circumstances_.clock_state();
    auto text = core::canonical_json(json);
    if (text.size() > longest_line)
      throw Error(Exit::unexpected, msg("The event {0} is too large for the journal.", event));
    return text;
  }

  /// The file again: `first`, what it holds from `offset` on, `last`. All or nothing. Whoever waits for the
  /// file opens the new one; this object is of no use afterwards.
  void rewrite(std::string_view first, std::uint64_t offset, std::string_view last) {
    replace_by([&](core::AtomicFile& out) {
      out.write(first);
      std::string piece(64u << 10, '\0');
      for (std::uint64_t at = offset; at < size_;) {
        const auto n = files_->read(piece.data(), std::min<std::uint64_t>(piece.size(), size_ - at), at);
        if (n == 0) throw Error(Exit::disk, msg("{0} was cut while it was read.", file_.string()));
        out.write(std::string_view(piece).substr(0, n));
        at += n;
      }
      out.write(last);
    });
  }

 private:
  template <class Write>
  void replace_by(Write&& write_to) {
    core::AtomicFile out(file_, 0640);
    write_to(out);
    struct stat before {};
    const bool known = ::fstat(fd_.get(), &before) == 0;
    out.commit();
    // Run by the administrator, it stays the file of the service.
    if (known && before.st_uid != ::geteuid() && ::chown(file_.c_str(), before.st_uid, before.st_gid) != 0)
      core::throw_errno("chown", file_.string());
  }
  void open_and_lock(bool create) {
    const int flags = O_RDWR | O_APPEND | O_CLOEXEC | (create ? O_CREAT : 0);
    fd_ = core::UniqueFd(::open(file_.c_str(), flags, 0640));
    if (!fd_ && errno == ENOENT && !create)
      throw Error(Exit::journal_broken, msg("The journal {0} has disappeared.", file_.string()));
    if (!fd_) core::throw_errno("open", file_.string());
    while (::flock(fd_.get(), LOCK_EX) != 0)
      if (errno != EINTR) core::throw_errno("lock", file_.string());
  }
  [[nodiscard]] bool has_the_name() const {
    struct stat ours {
    }, named{};
    if (::fstat(fd_.get(), &ours) != 0) core::throw_errno("stat", file_.string());
    return ::stat(file_.c_str(), &named) == 0 && named.st_ino == ours.st_ino && named.st_dev == ours.st_dev;
  }
  [[nodiscard]] std::uint64_t size() const {
    struct stat st {};
    if (::fstat(fd_.get(), &st) != 0) core::throw_errno("stat", file_.string());
    return static_cast<std::uint64_t>(st.st_size);
  }

  /// Enough of the end to hold the last whole line and what follows it. Lines are short: a little is tried
  /// first, since each event reads this again.
  std::string read_tail() const {
    constexpr std::uint64_t little = 16u << 10;
    const auto all = files_->closed_bytes() + size_;
    auto tail = read_end(std::min(all, little));
    const auto last = tail.rfind('\n');
    const bool whole = tail.size() == all || (last != std::string::npos && last > 0 &&
                                              tail.rfind('\n', last - 1) != std::string::npos);
    return whole ? tail : read_end(std::min<std::uint64_t>(all, 2 * longest_line + 2));
  }
  std::string read_end(std::uint64_t want) const {
    std::string tail(want, '\0');
    const auto begin = files_->closed_bytes() + size_ - want;
    for (std::size_t have = 0; have < want;) {
      const auto n = files_->read(tail.data() + have, want - have, begin + have);
      if (n == 0) throw Error(Exit::disk, msg("{0} was cut while it was read.", file_.string()));
      have += n;
    }
    return tail;
  }

  void take_last(std::string_view line) {
    const auto json = core::parse_json(line, file_.filename().string(), Exit::journal_broken);
    seq_ = core::json_int(json, "seq", file_.filename().string(), Exit::journal_broken);
    head_ = core::sha256(line);
  }

  /// A line cut by a crash would swallow the next one. Its bytes are kept beside the journal and the recovery
  /// is written down: nothing disappears silently.
  void set_aside(const std::string& fragment) {
    if (fragment.size() > size_)  // of a closed part: nothing of it is ever taken away
      throw Error(Exit::journal_broken,
                  msg("The journal {0} has a part that does not end with a line.", file_.string()));
    auto name = file_;
    name += fmt::format(".fragment-{}", seq_ + 1);
    core::write_file(name, fragment, 0640);
    if (::ftruncate(fd_.get(), static_cast<off_t>(size_ - fragment.size())) != 0)
      core::throw_errno("truncate", file_.string());
    size_ -= fragment.size();
    fragment_ = {{"bytes", fragment.size()},
                 {"sha256", core::sha256(fragment).hex()},
                 {"file", name.filename().string()}};
  }

  void write_once(const std::string& text) {
    ssize_t n = -1;
    do n = ::write(fd_.get(), text.data(), text.size());
    while (n < 0 && errno == EINTR);
    if (n == static_cast<ssize_t>(text.size()) && ::fdatasync(fd_.get()) == 0) {
      size_ += text.size();
      return;
    }
    const int reason = n >= 0 && n < static_cast<ssize_t>(text.size()) ? ENOSPC : errno;
    // Still alone with the file: what a full disk let through is taken back.
    if (n > 0 && ::ftruncate(fd_.get(), static_cast<off_t>(size_)) != 0) n = -1;
    errno = reason;
    core::throw_errno("write", file_.string());
  }

  std::filesystem::path file_;
  std::string node_;
  const core::Clock& clock_;
  const Circumstances& circumstances_;
  core::UniqueFd fd_;
  std::optional<JournalFiles> files_;
  std::uint64_t size_ = 0;  ///< of the file that is written
  std::int64_t seq_ = 0;
  core::Sha256 head_{};
  Json fragment_;
};

}  // namespace

Journal::Journal(std::filesystem::path file, std::string node, const core::Clock& clock,
                 Circumstances circumstances)
    : file_(std::move(file)),
      node_(std::move(node)),
      clock_(clock),
      circumstances_(std::move(circumstances)) {
  LockedJournal locked(file_, node_, clock_, circumstances_, true);
  const auto scan = scan_journal(locked.files(), file_);
  if (scan.broken())
    throw Error(Exit::journal_broken,
                msg("The journal is broken at {0}; nothing is added to it.", scan.findings.front().where))
        .because(scan.findings.front().message)
        .hint(msg("Keep it as evidence, compare it with its checkpoints and copies, and restore the last "
                  "good one."));
  locked.find_end();
  locked.ensure_genesis();
}

void Journal::append(std::string_view event, const Json& object, Outcome outcome, const Json& detail) {
  for (bool may_rotate = true;; may_rotate = false) {
    LockedJournal locked(file_, node_, clock_, circumstances_, false);
    locked.find_end();
    locked.ensure_genesis();
    // Others may write in the new file before we have it: what follows which is asked again.
    if (may_rotate && locked.is_large() && locked.rotate()) continue;
    return locked.write(event, object, outcome, detail);
  }
}

namespace {

/// The first lines of a journal that are older than a day.
struct OldLines {
  std::uint64_t count = 0, end = 0;  ///< `end`: offset of the first line that stays
  std::string from, to;
  core::Sha256 head{};
  Json journal = Json::object();  ///< the object of its genesis line
};

OldLines old_lines(const std::filesystem::path& file, const std::string& limit) {
  std::ifstream in(file, std::ios::binary);
  if (!in) core::throw_errno("open", file.string());
  OldLines old;
  std::string text;
  for (bool first = true; std::getline(in, text) && !in.eof(); first = false) {
    const auto json = core::parse_json(text, file.filename().string(), Exit::journal_broken);
    const auto event = json.value("event", std::string());
    if (first && event == purged_event) {
      old.journal = json.at("object").value("journal", Json::object());
      old.from = json.at("object").value("from", std::string());
      old.end += text.size() + 1;
      continue;
    }
    const auto time = json.value("ts", std::string());
    if (time >= limit) break;
    if (first) old.journal = json.value("object", Json::object());
    if (old.from.empty()) old.from = time;
    old.to = time;
    old.head = core::sha256(text);
    old.end += text.size() + 1;
    ++old.count;
  }
  return old;
}

}  // namespace

std::uint64_t Journal::purge_before(core::Instant limit, const Json& decision) {
  LockedJournal locked(file_, node_, clock_, circumstances_, false);
  locked.find_end();
  locked.ensure_genesis();
  const auto scan = scan_journal(locked.files(), file_);
  if (scan.broken())
    throw Error(Exit::journal_broken,
                msg("The journal is broken at {0}; nothing is removed from it.", scan.findings.front().where))
        .because(scan.findings.front().message);
  const auto old = old_lines(file_, core::format_instant(limit));
  if (old.count == 0) return 0;
  const Json what{
      {"lines", scan.purged + old.count}, {"head", old.head.hex()}, {"from", old.from}, {"to", old.to},
      {"journal", old.journal},           {"decision", decision}};
  const auto first = locked.line(static_cast<std::int64_t>(scan.purged + old.count), core::Sha256{},
                                 purged_event, what, Outcome::ok, Json::object());
  const auto digest = core::sha256(std::string_view(first).substr(0, first.size() - 1));
  const auto last = locked.line(locked.seq() + 1, locked.head(), purge_event,
                                {{"first", digest.hex()}, {"removed", old.count}, {"head", old.head.hex()}},
                                Outcome::ok, {{"decision", decision}});
  locked.rewrite(first, old.end, last);
  return old.count;
}

namespace {

/// Where the journals of the other machines of this workspace stand.
Json other_heads(const std::filesystem::path& own) {
  Json heads = Json::array();
  for (const auto& file : journals_beside(own)) {
    if (file.filename() == own.filename()) continue;
    const auto scan = scan_journal(JournalFiles(file), file);
    if (scan.broken()) continue;
    heads.push_back({{"journal", file.filename().string()},
                     {"lines", scan.lines},
                     {"head", scan.head.hex()},
                     {"root", scan.tree.root().hex()}});
  }
  return heads;
}

}  // namespace

void Journal::checkpoint(Signer& signer, TimestampAuthority* tsa) {
  // Without the lock: lines that arrive meanwhile belong to the next checkpoint, and a slow authority blocks
  // nobody.
  const auto scan = scan_journal(JournalFiles(file_), file_);
  if (scan.broken())
    throw Error(Exit::journal_broken,
                msg("The journal is broken at {0}; it gets no checkpoint.", scan.findings.front().where))
        .because(scan.findings.front().message);
  auto path = file_;
  path += fmt::format(".checkpoint-{}.json", scan.lines);
  const auto name = path.filename().string();
  const auto root = scan.tree.root().hex();
  const auto text = core::canonical_json({{"format", "versoir-checkpoint/1"},
                                          {"others", other_heads(file_)},
                                          {"journal", file_.filename().string()},
                                          {"node", node_},
                                          {"lines", scan.lines},
                                          {"head", scan.head.hex()},
                                          {"root", root},
                                          {"time", core::format_instant(clock_.now())}});
  core::write_file(path, text);
  seal_file(path, signer, clock_, tsa);
  append("CHECKPOINT",
         {{"file", name},
          {"sha512", core::sha512(text).hex()},
          {"signature", core::digest_file(seal_path(path)).sha512.hex()},
          {"lines", scan.lines},
          {"root", root},
          {"certificate", signer.certificate().fingerprint().hex()}},
         Outcome::ok);
}

}  // namespace versoir::trust

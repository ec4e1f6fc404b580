// Reading the archive as VITAM does: entries in order, unreadable ones skipped, the last of two equal names
// kept.
#include "check/container.hpp"

#include "check/steps.hpp"
#include "check/values.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/xml.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace versoir::check {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

/// Ours, not VITAM's: an archive of empty entries must not exhaust the memory.
constexpr std::size_t most_entries = 4'000'000;

/// PRONOM knows these zips as documents of their own, and VITAM believes PRONOM.
bool marks_another_format(std::string_view path, std::size_t position) {
  return path == "[Content_Types].xml" ||
         (position == 0 && (path == "mimetype" || path == "META-INF/MANIFEST.MF"));
}

/// The algorithms that a manifest names, as most of them are written: one that hides its own costs a second
/// reading of the archive, no more.
class NamedAlgorithms {
 public:
  void feed(std::string_view piece) {
    tail_ += piece.substr(0, longest);
    look_into(tail_);
    look_into(piece);
    const auto whole = piece.size() < longest ? std::string_view(tail_) : piece;
    tail_ = std::string(whole.substr(whole.size() - std::min(whole.size(), longest)));
  }
  [[nodiscard]] std::vector<DigestName> found() const {
    return found_.empty() ? std::vector{DigestName::sha512} : found_;
  }

 private:
  void look_into(std::string_view text) {
    constexpr std::string_view before = "algorithm=\"";
    for (auto at = text.find(before); at != std::string_view::npos; at = text.find(before, at)) {
      at += before.size();
      const auto name = parse_digest_name(text.substr(at, text.find('"', at) - at));
      if (name != DigestName::absent && name != DigestName::unknown && !std::ranges::count(found_, name))
        found_.push_back(name);
    }
  }
  static constexpr std::size_t longest = 32;  ///< more than the attribute with its value
  std::vector<DigestName> found_;
  std::string tail_;
};

class Scan {
 public:
  using OnManifest = std::function<void(const fs::path&)>;
  Scan(ContainerFacts& facts, fs::path folder, const OnManifest& on_manifest)
      : facts_(facts), folder_(std::move(folder)), on_manifest_(on_manifest) {}

  void run(core::ContainerReader& reader) {
    facts_.accepted = reader.kind() != core::Container::other;
    if (!facts_.accepted) return;
    const bool zip = reader.kind() == core::Container::zip;
    core::Entry entry;
    for (std::size_t position = 0; reader.next(entry); ++position) {
      if (zip && marks_another_format(entry.path, position)) facts_.accepted = false;
      if (position >= most_entries)
        throw Error(Exit::sip_unreadable, msg("The archive holds too many entries."));
      if (entry.directory || !entry.readable) continue;
      take(reader, entry.path);
    }
  }

  /// What was learnt of the content of the files, also when the archive ended badly.
  void finish() { facts_.contents = content_.finish(); }

 private:
  void take(core::ContainerReader& reader, const std::string& path) {
    if (!facts_.unsafe_name && !is_safe_path(path)) facts_.unsafe_name = path;
    if (path.find('/') != std::string::npos) {
      take_file(reader, path);
      return;
    }
    // Two names say as much as a thousand: a second file at the root is a KO.
    if (facts_.root_files.size() < 2 && std::ranges::find(facts_.root_files, path) == facts_.root_files.end())
      facts_.root_files.push_back(path);
    facts_.last_root_file = path;
    if (takes_manifest(facts_.manifest_name, path)) take_manifest(reader);
  }

  void take_manifest(core::ContainerReader& reader) {
    const auto file = folder_ / fmt::format("manifest-{}.xml", ++manifests_);
    NamedAlgorithms algorithms;
    core::AtomicFile copy(file, 0600);
    reader.read(
        [&](std::string_view piece) {
          copy.write(piece);
          algorithms.feed(piece);
        },
        core::XmlLimits{}.bytes);
    copy.commit();
    content_.digest_with(algorithms.found());
    const auto before = std::exchange(facts_.manifest, file);
    if (on_manifest_) on_manifest_(file);
    if (!before.empty()) fs::remove(before);
  }

  void take_file(core::ContainerReader& reader, const std::string& path) {
    const auto number = content_.begin(path);
    std::uint64_t size = 0;
    reader.read([&](std::string_view piece) {
      content_.piece(piece);
      size += piece.size();
    });
    content_.end();
    auto at = facts_.number_of(path);
    if (at == NumberTable::none) {
      at = static_cast<std::uint32_t>(facts_.files.size());
      facts_.by_path.add(name_hash(path), at);
      facts_.files.emplace_back().path = facts_.paths.keep(path);
    }
    auto& file = facts_.files[at];
    facts_.bytes = facts_.bytes - file.size + size;
    file.size = size;
    file.content = static_cast<std::uint32_t>(number);
  }

  ContainerFacts& facts_;
  fs::path folder_;
  const OnManifest& on_manifest_;
  ContentPipeline content_;
  int manifests_ = 0;
};

/// "<algorithm>:<value>", or a SHA-512 value alone.
std::pair<std::string, std::string> split_header(const std::string& header) {
  const auto colon = header.find(':');
  if (colon == std::string::npos) return {"SHA-512", header};
  return {header.substr(0, colon), header.substr(colon + 1)};
}

}  // namespace

std::uint64_t name_hash(std::string_view name) noexcept { return std::hash<std::string_view>{}(name); }

std::uint32_t ContainerFacts::number_of(std::string_view path) const {
  return by_path.find(name_hash(path), [&](std::uint32_t number) { return files[number].path == path; });
}

const FileFacts* ContainerFacts::find(std::string_view path) const {
  const auto number = number_of(path);
  return number == NumberTable::none ? nullptr : &files[number];
}

ContainerFacts read_container(const fs::path& sip, const fs::path& folder,
                              const std::function<void(const fs::path&)>& on_manifest) {
  ContainerFacts facts;
  Scan scan(facts, folder, on_manifest);
  try {
    core::ContainerReader reader(sip);
    scan.run(reader);
  } catch (const Error& e) {
    if (e.code() != Exit::sip_unreadable) throw;
    facts.damage = e.message();
    facts.damaged_before_unsafe = !facts.unsafe_name;
  }
  scan.finish();
  return facts;
}

void reread_container(const fs::path& sip, const std::function<bool(std::string_view)>& wanted,
                      const std::function<void(std::string_view, std::string_view)>& piece,
                      const std::function<void(std::string_view)>& done) {
  core::ContainerReader reader(sip);
  core::Entry entry;
  while (reader.next(entry)) {
    if (entry.directory || !entry.readable || !wanted(entry.path)) continue;
    reader.read([&](std::string_view bytes) { piece(entry.path, bytes); });
    done(entry.path);
  }
}

// SANITY_CHECK_SIP, the antivirus, is the platform's own affair.
void control_container(const Request& request, const ContainerFacts& container, Recorder& out) {
  if (!container.accepted) {
    out.add("CHECK_CONTAINER", Status::ko, msg("The file is not a zip, tar, tar.gz or tar.bz2 archive."));
    return;
  }
  if (!container.manifest_name) {
    if (container.damage) {
      out.add("MANIFEST_FILE_NAME_CHECK", Status::fatal, *container.damage);
    } else {
      out.add("MANIFEST_FILE_NAME_CHECK", Status::ko,
              msg("No file at the root of the archive is named manifest.xml, or prefix_manifest.xml."),
              container.last_root_file);
    }
    return;
  }
  if (!request.manifest_digest_header || container.manifest.empty()) return;
  const auto [algorithm, value] = split_header(*request.manifest_digest_header);
  if (!manifest_digest_matches(container.manifest, algorithm, value))
    out.add("MANIFEST_DIGEST_CHECK", Status::ko,
            msg("The manifest is not the one whose digest was announced."), *container.manifest_name);
}

void control_upload(const ContainerFacts& container, Recorder& out) {
  if (container.unsafe_name && !(container.damage && container.damaged_before_unsafe)) {
    out.add("UPLOAD_SIP", Status::ko,
            msg("The name of an entry holds characters other than letters, digits, - _ @ and single dots."),
            *container.unsafe_name);
    return;
  }
  if (container.damage) out.add("UPLOAD_SIP", Status::fatal, *container.damage);
}

}  // namespace versoir::check

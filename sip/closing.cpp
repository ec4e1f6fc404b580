// closing.json and the removals that it promises.
#include "sip/closing.hpp"

#include "core/file.hpp"
#include "core/json.hpp"

#include <algorithm>
#include <system_error>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::Finding;
using core::Json;
using core::msg;

namespace {

constexpr std::string_view closing_format = "versoir-closing/1";
constexpr std::string_view closing_name = "closing.json";

/// A name of the folder itself: a document from elsewhere must not lead out of it.
bool plain_name(std::string_view name) {
  return !name.empty() && name.find('/') == std::string_view::npos && name != "." && name != "..";
}

/// Of a file that was being written, and never was whole.
bool is_partial(std::string_view name) { return name.ends_with(".partial"); }

[[noreturn]] void bad_closing(const std::string& origin, std::string_view member) {
  throw Error(Exit::evidence_broken,
              msg("{0}: \"{1}\" is missing or not of the expected kind.", origin, member));
}

template <class D>
D digest_in(const Json& object, const char* key, const std::string& origin) {
  const auto digest = D::from_hex(core::json_string(object, key, origin, Exit::evidence_broken));
  if (!digest) bad_closing(origin, key);
  return *digest;
}

std::string name_of(const Json& object, const std::string& origin) {
  auto name = core::json_string(object, "name", origin, Exit::evidence_broken);
  if (!plain_name(name)) bad_closing(origin, "name");
  return name;
}

core::Instant instant_of(const Json& object, const char* key, const std::string& origin) {
  const auto at = core::parse_instant(core::json_string(object, key, origin, Exit::evidence_broken));
  if (!at) bad_closing(origin, key);
  return *at;
}

Closing closing_from_json(const Json& json, const std::string& origin) {
  if (!json.is_object() || core::text_of(json, "format") != closing_format) bad_closing(origin, "format");
  Closing closing;
  closing.versement = core::json_string(json, "versement", origin, Exit::evidence_broken);
  closing.lot = core::json_string(json, "lot", origin, Exit::evidence_broken);
  closing.started = instant_of(json, "started", origin);
  if (const auto t = json.find("transferred"); t != json.end()) {
    if (!t->is_boolean()) bad_closing(origin, "transferred");
    closing.transferred = t->get<bool>();
  }
  if (json.contains("finished")) closing.finished = instant_of(json, "finished", origin);
  for (const auto* list : {"removed", "kept"})
    if (!json.contains(list) || !json.at(list).is_array()) bad_closing(origin, list);
  for (const auto& f : json.at("removed")) {
    const auto size = core::json_int(f, "size", origin, Exit::evidence_broken);
    if (size < 0) bad_closing(origin, "size");
    closing.removed.push_back({name_of(f, origin), digest_in<core::Sha256>(f, "sha256", origin),
                               digest_in<core::Sha512>(f, "sha512", origin),
                               static_cast<std::uint64_t>(size)});
  }
  for (const auto& f : json.at("kept"))
    closing.kept.push_back({name_of(f, origin), digest_in<core::Sha512>(f, "sha512", origin)});
  return closing;
}

}  // namespace

const RemovedFile* Closing::find_removed(std::string_view name) const {
  const auto at = std::find_if(removed.begin(), removed.end(), [&](const auto& f) { return f.name == name; });
  return at == removed.end() ? nullptr : &*at;
}

fs::path closing_file(const fs::path& folder) { return folder / closing_name; }

std::optional<Closing> read_closing(const fs::path& folder) {
  const auto file = closing_file(folder);
  if (!fs::exists(file)) return std::nullopt;
  return closing_from_json(core::read_json(file, Exit::evidence_broken), file.string());
}

std::string closing_text(const Closing& closing) {
  Json removed = Json::array(), kept = Json::array();
  for (const auto& f : closing.removed)
    removed.push_back(
        {{"name", f.name}, {"sha256", f.sha256.hex()}, {"sha512", f.sha512.hex()}, {"size", f.size}});
  for (const auto& f : closing.kept) kept.push_back({{"name", f.name}, {"sha512", f.sha512.hex()}});
  Json json = {{"format", closing_format},
               {"versement", closing.versement},
               {"lot", closing.lot},
               {"started", core::format_instant(closing.started)},
               {"removed", std::move(removed)},
               {"kept", std::move(kept)}};
  if (!closing.transferred) json["transferred"] = false;
  if (closing.finished) json["finished"] = core::format_instant(*closing.finished);
  return core::pretty_json(json);
}

Closing plan_closing(const fs::path& folder, const std::string& versement, const std::string& lot,
                     const std::vector<std::string>& remove, core::Instant now) {
  Closing closing{versement, lot, now, std::nullopt, {}, {}, true};
  if (!fs::exists(folder)) return closing;
  for (const auto& name : remove) {
    const auto digest = core::digest_file(folder / name);
    closing.removed.push_back({name, core::sha256_file(folder / name), digest.sha512, digest.size});
  }
  for (const auto& entry : fs::directory_iterator(folder)) {
    const auto name = entry.path().filename().string();
    if (!entry.is_regular_file() || std::find(remove.begin(), remove.end(), name) != remove.end() ||
        name == closing_name || is_partial(name))
      continue;
    closing.kept.push_back({name, core::digest_file(entry.path()).sha512});
  }
  std::sort(closing.kept.begin(), closing.kept.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return closing;
}

bool has_files_back(const fs::path& folder, const Closing& closing) {
  return std::ranges::any_of(closing.removed, [&](const auto& f) { return fs::exists(folder / f.name); });
}

void remove_closed_files(const fs::path& folder, const Closing& closing) {
  for (const auto& f : closing.removed) {
    const auto file = folder / f.name;
    if (!fs::exists(file)) continue;
    if (core::digest_file(file).sha512 != f.sha512)
      throw Error(Exit::evidence_broken,
                  msg("{0} is no longer the file that was to be removed.", file.string()))
          .hint(msg("Nothing was removed. Put the file back from a copy, or find out who changed it."));
  }
  for (const auto& f : closing.removed) {
    std::error_code ec;
    fs::remove(folder / f.name, ec);
    if (ec)
      throw Error(Exit::disk, msg("{0} cannot be removed: {1}", (folder / f.name).string(), ec.message()));
  }
  core::sync_directory(folder);
}

std::vector<Finding> verify_closing(const fs::path& folder, const Closing& closing) {
  std::vector<Finding> findings;
  const auto defect = [&](const char* code, core::Message m) {
    findings.push_back({core::Severity::error, code, std::move(m), folder.filename().string()});
  };
  for (const auto& f : closing.kept) {
    std::error_code ec;
    if (!fs::exists(folder / f.name, ec))
      defect("closing-missing", msg("{0} was kept when closing, and is missing.", f.name));
    else if (core::digest_file(folder / f.name).sha512 != f.sha512)
      defect("closing-digest", msg("{0} is no longer the file that was kept when closing.", f.name));
  }
  for (const auto& f : closing.removed)
    if (closing.finished && fs::exists(folder / f.name))
      defect("closing-back", msg("{0} was removed when closing, and is there again.", f.name));
  return findings;
}

std::vector<std::string> reports_with_samples(const Versement& versement) {
  std::vector<std::string> names;
  std::error_code ec;
  for (fs::directory_iterator it(versement.folder(), ec), end; !ec && it != end; it.increment(ec)) {
    auto name = it->path().filename().string();
    if (name == "review.html" || (name.starts_with("review-visa-") && name.ends_with(".html")))
      names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::vector<PlannedLot> stray_lots(const Versement& versement, const Plan& plan) {
  std::vector<PlannedLot> lots;
  std::error_code ec;
  for (fs::directory_iterator it(versement.folder() / "lots", ec), end; !ec && it != end; it.increment(ec)) {
    PlannedLot lot{{it->path().filename().string()}, {}, 0, 0};
    if (plan.find(lot.id) || !it->is_directory()) continue;
    if (fs::exists(it->path() / "sip.zip") || fs::exists(closing_file(it->path())))
      lots.push_back(std::move(lot));
  }
  std::ranges::sort(lots, {}, &PlannedLot::id);
  return lots;
}

std::vector<fs::path> leavings(const Versement& versement) {
  std::vector<fs::path> list;
  const auto look = [&](const fs::path& folder) {
    std::error_code ec;
    for (fs::directory_iterator it(folder, ec), end; !ec && it != end; it.increment(ec)) {
      const auto name = it->path().filename().string();
      if (it->is_directory() ? name.starts_with("versoir.") || name == packing_name : is_partial(name))
        list.push_back(it->path());
    }
  };
  look(versement.folder());
  std::error_code ec;
  for (fs::directory_iterator it(versement.folder() / "lots", ec), end; !ec && it != end; it.increment(ec))
    if (it->is_directory()) look(it->path());
  std::ranges::sort(list);
  return list;
}

}  // namespace versoir::sip

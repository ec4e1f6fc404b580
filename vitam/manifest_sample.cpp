// See manifest_sample.hpp.
#include "vitam/manifest_sample.hpp"

#include "core/digest.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "core/xml.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <optional>

namespace versoir::vitam {

namespace {

using core::Exit;
using core::XmlReader;

constexpr std::array<std::string_view, 7> categories{
    "StorageRule", "AppraisalRule",      "AccessRule", "DisseminationRule",
    "ReuseRule",   "ClassificationRule", "HoldRule"};

/// The identifiers whose digests are smallest.
class Draw {
 public:
  Draw(std::string kind, std::uint64_t most, std::uint64_t seed)
      : prefix_(std::to_string(seed) + '/' + kind + '/'), most_(most) {}
  void offer(const std::string& id) {
    drawn_.emplace(core::sha256(prefix_ + id), id);
    if (drawn_.size() > most_) drawn_.erase(std::prev(drawn_.end()));
  }
  [[nodiscard]] std::set<std::string> ids() const {
    std::set<std::string> out;
    for (const auto& [digest, id] : drawn_) out.insert(id);
    return out;
  }

 private:
  std::string prefix_;
  std::uint64_t most_;
  std::map<core::Sha256, std::string> drawn_;
};

struct ReadObject {
  SampledObject object;
  std::string group, algorithm, uri;
};

/// What stands in a unit itself, without the units inside.
struct ReadUnit {
  SampledUnit unit;
  std::string group, object;
  bool attached = false, reference = false, own = false;
  int depth = 0;
};

struct Takers {
  std::function<void(const ReadObject&)> object;
  std::function<void(const ReadUnit&)> unit;
};

class Pass {
 public:
  Pass(const std::filesystem::path& manifest, const Takers& takers)
      : reader_(XmlReader::from_file(manifest, Exit::sip_unreadable)), takers_(takers) {}

  void run() {
    while (reader_.next()) {
      if (reader_.node() == XmlReader::Node::start)
        on_start();
      else if (reader_.node() == XmlReader::Node::end)
        on_end();
    }
  }

 private:
  void on_start() {
    const std::string name(reader_.name());
    const int depth = reader_.depth();
    if (name == "ArchiveUnit") {
      if (!open_.empty()) open_.back().own = true;
      ReadUnit u;
      u.unit.id = reader_.attribute("id").value_or("");
      u.depth = depth;
      open_.push_back(std::move(u));
    } else if (!open_.empty()) {
      inside_unit(name, depth - open_.back().depth);
    } else if (name == "DataObjectGroup") {
      group_ = reader_.attribute("id").value_or("");
    } else if (name == "BinaryDataObject") {
      data_object();
    }
  }

  void on_end() {
    const auto name = reader_.name();
    if (name == "DataObjectGroup") group_.clear();
    if (name != "ArchiveUnit" || open_.empty() || reader_.depth() != open_.back().depth) return;
    const auto unit = std::move(open_.back());
    open_.pop_back();
    if (!unit.reference || unit.own) takers_.unit(unit);
  }

  /// `level`: 1 for Management, Content; 2 for what they hold; 3 for the leaves of a category.
  void inside_unit(const std::string& name, int level) {
    auto& u = open_.back();
    if (level == 1) {
      part_ = name;
      category_.clear();
      u.reference = u.reference || name == "ArchiveUnitRefId";
      u.own = u.own || name != "ArchiveUnitRefId";
    } else if (level == 2 && part_ == "Content") {
      content_leaf(u.unit, name);
    } else if (level == 2 && part_ == "DataObjectReference") {
      auto& to = name == "DataObjectGroupReferenceId" ? u.group : u.object;
      to = core::trim(reader_.element_text());
    } else if (level == 2 && part_ == "Management") {
      u.attached = u.attached || name == "UpdateOperation";
      category_ = std::ranges::find(categories, name) != categories.end() ? name : std::string();
    } else if (level == 3 && part_ == "Management" && !category_.empty() && name == "Rule") {
      u.unit.rules[category_].insert(core::trim(reader_.element_text()));
    }
  }

  void content_leaf(SampledUnit& unit, const std::string& name) {
    const auto take = [&](std::string& to) {
      if (to.empty()) to = core::trim(reader_.element_text());
    };
    if (name == "Title") take(unit.title);
    if (name == "DescriptionLevel") take(unit.level);
    if (name == "StartDate") take(unit.start);
    if (name == "EndDate") take(unit.end);
  }

  void data_object() {
    ReadObject o;
    o.object.id = reader_.attribute("id").value_or("");
    o.group = group_;
    const int depth = reader_.depth();
    while (reader_.next() && !(reader_.node() == XmlReader::Node::end && reader_.depth() == depth)) {
      if (reader_.node() != XmlReader::Node::start || reader_.depth() != depth + 1) continue;
      const std::string name(reader_.name());
      if (name == "DataObjectVersion") {
        set_version(o.object, core::trim(reader_.element_text()));
      } else if (name == "MessageDigest") {
        o.algorithm = reader_.attribute("algorithm").value_or("");
        o.object.sha512 = core::trim(reader_.element_text());
      } else if (name == "Size") {
        const auto text = core::trim(reader_.element_text());
        std::from_chars(text.data(), text.data() + text.size(), o.object.size);
      } else if (name == "Uri") {
        o.uri = core::trim(reader_.element_text());
      } else if (name == "DataObjectGroupId" || name == "DataObjectGroupReferenceId") {
        o.group = core::trim(reader_.element_text());
      }
    }
    takers_.object(o);
  }

  static void set_version(SampledObject& object, const std::string& text) {
    const auto at = text.rfind('_');
    object.usage = text.substr(0, at);
    if (at != std::string::npos)
      std::from_chars(text.data() + at + 1, text.data() + text.size(), object.version);
  }

  XmlReader reader_;
  const Takers& takers_;
  std::vector<ReadUnit> open_;
  std::string group_, part_, category_;
};

bool comparable(const ReadObject& o) { return o.algorithm == "SHA-512" && !o.uri.empty(); }

}  // namespace

ManifestSample sample_manifest(const std::filesystem::path& manifest, std::uint64_t most,
                               std::uint64_t seed) {
  Draw units("unit", most, seed), objects("object", most, seed);
  const Takers offers{[&](const ReadObject& o) {
                        if (comparable(o)) objects.offer(o.object.id);
                      },
                      [&](const ReadUnit& u) {
                        if (!u.attached) units.offer(u.unit.id);
                      }};
  Pass(manifest, offers).run();
  ManifestSample sample;
  std::vector<std::string> groups;
  const auto drawn_units = units.ids(), drawn_objects = objects.ids();
  // Objects come before the units that hold them, in every version of SEDA.
  const auto hold = [&](const ReadUnit& u) {
    for (std::size_t i = 0; i < sample.objects.size(); ++i)
      if (auto& o = sample.objects[i]; o.holder.empty() && ((!u.group.empty() && u.group == groups[i]) ||
                                                            (!u.object.empty() && u.object == o.id)))
        o.holder = u.unit.id;
  };
  const Takers facts{[&](const ReadObject& o) {
                       if (!drawn_objects.contains(o.object.id)) return;
                       sample.objects.push_back(o.object);
                       groups.push_back(o.group);
                     },
                     [&](const ReadUnit& u) {
                       if (u.attached) return;
                       hold(u);
                       if (drawn_units.contains(u.unit.id)) sample.units.push_back(u.unit);
                     }};
  Pass(manifest, facts).run();
  std::erase_if(sample.objects, [](const SampledObject& o) { return o.holder.empty(); });
  return sample;
}

}  // namespace versoir::vitam

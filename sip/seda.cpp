// The manifest writer: items go through the automaton, in two streams that are joined at the end.
#include "sip/seda.hpp"

#include "core/error.hpp"
#include "core/xml.hpp"
#include "sip/seda_elements.hpp"
#include "sip/seda_item.hpp"
#include "sip/seda_machine.hpp"
#include "sip/seda_text.hpp"
#include "sip/seda_unit.hpp"
#include "sip/spool.hpp"

#include <algorithm>

namespace versoir::sip {

namespace fs = std::filesystem;
using core::Error;
using core::Exit;
using core::msg;

namespace {

constexpr const char* xml_namespace = "http://www.w3.org/XML/1998/namespace";

/// One of the two streams of a manifest. Whatever is written goes through the automaton first: what it
/// refuses is not written.
class Stream {
 public:
  /// A whole document.
  Stream(core::ByteSink& sink, const SedaSchema& schema) : out_(sink), schema_(schema), machine_(schema) {}
  /// The children of an element that another stream writes.
  Stream(core::ByteSink& sink, int depth, std::string_view inside, const SedaSchema& schema)
      : out_(sink, depth), schema_(schema), machine_(schema, *schema.structure(inside), inside) {}

  core::XmlWriter& out() { return out_; }
  [[nodiscard]] std::size_t depth() const { return machine_.depth(); }

  void open(std::string_view name, core::XmlWriter::Attributes attributes = {}) {
    std::vector<core::XmlAttribute> seen;
    for (const auto& [key, value] : attributes)
      if (key != "xmlns") seen.push_back({std::string(key), {}, std::string(value)});
    machine_.start(name, seda_namespace(schema_.version()), seen, 0);
    require_valid();
    out_.open(name, attributes);
  }
  void close() {
    machine_.end(0);
    require_valid();
    out_.close();
  }
  /// Opens an element with what it begins with: nothing is written of it unless all that is valid.
  void open(Item item) {
    prepare(item);
    start(item);
    for (const auto& child : item.children) follow(child);
    require_valid();
    open_item(out_, item);
  }
  void put(Item item) {
    if (item.container) prepare(item);
    follow(item);
    require_valid();
    write_item(out_, item);
  }
  /// Orders the children of an element that will be put inside the one that is open.
  void prepare(Item& item) const { prepare(item, machine_.inside()); }
  /// The same for an element of another parent.
  void prepare(Item& item, const SedaStructure* parent) const {
    arrange(item, *particle_of(*parent, item.name, schema_).type, schema_);
  }

 private:
  void start(const Item& item) {
    std::vector<core::XmlAttribute> attributes;
    if (!item.attribute.empty())
      attributes.push_back({std::string(item.attribute), {}, item.attribute_value});
    for (const auto& [name, value] : item.more)
      attributes.push_back({std::string(name), name.starts_with("xml:") ? xml_namespace : "", value});
    machine_.start(item.name, seda_namespace(schema_.version()), attributes, 0);
  }
  void follow(const Item& item) {
    start(item);
    if (!item.container) machine_.text(item.text, 0);
    for (const auto& child : item.children) follow(child);
    machine_.end(0);
  }
  void require_valid() const {
    if (machine_.issue_count() == 0) return;
    const auto& issue = machine_.issues().front();
    throw Error(Exit::unexpected, msg("The manifest would not be valid in SEDA {0}, at {1}.",
                                      seda_name(schema_.version()), issue.path))
        .because(issue.message);
  }

  core::XmlWriter out_;
  const SedaSchema& schema_;
  SedaMachine machine_;
};

/// What VITAM requires in a head: all that is missing is said at once.
void require_head(const MessageHead& head) {
  Error missing(Exit::sip_build, msg("The head of the transfer is incomplete."));
  bool complete = true;
  const auto need = [&](std::string_view value, std::string_view name) {
    if (!token(value).empty()) return;
    complete = false;
    missing = Error(std::move(missing)).because(msg("{0} is empty.", name));
  };
  need(head.message_identifier, "MessageIdentifier");
  need(head.archival_agreement, "ArchivalAgreement");
  need(head.archival_agency, "ArchivalAgency");
  need(head.transferring_agency, "TransferringAgency");
  need(head.originating_agency, "OriginatingAgencyIdentifier");
  if (!head.legal_status.empty() && !is_listed("ManagementMetadata", "LegalStatus", head.legal_status)) {
    complete = false;
    missing = Error(std::move(missing)).because(msg("{0} is not a LegalStatus of SEDA.", head.legal_status));
  }
  if (!complete) throw Error(std::move(missing));
}

// The lists of codes that our values come from. VITAM copies three of them into its reply; the names are
// those that depositing tools use by convention.
Item code_lists() {
  Item lists = Item::node("CodeListVersions");
  lists.add("ReplyCodeListVersion", "ReplyCodeListVersion0");
  lists.add("MessageDigestAlgorithmCodeListVersion", "MessageDigestAlgorithmCodeListVersion0");
  lists.add("FileFormatCodeListVersion", "FileFormatCodeListVersion0");
  return lists;
}

Item management_metadata(const MessageHead& head) {
  Item item = Item::node("ManagementMetadata");
  item.add("ArchivalProfile", token(head.archival_profile));
  item.add("AcquisitionInformation", token(head.acquisition_information));
  item.add("LegalStatus", head.legal_status);
  item.add("OriginatingAgencyIdentifier", token(head.originating_agency));
  item.add("SubmissionAgencyIdentifier", token(head.submission_agency));
  return item;
}

Item binary_object(const DataObject& object) {
  // VITAM takes the first attribute of a data object as its id, of a MessageDigest as its algorithm: there is
  // no other.
  Item item = Item::node("BinaryDataObject");
  item.attribute = "id";
  item.attribute_value = object.id;
  item.add("DataObjectVersion", object.usage + "_1");
  item.add("Uri", object.uri);
  Item digest = Item::leaf("MessageDigest", object.digest.hex());
  digest.attribute = "algorithm";
  digest.attribute_value = "SHA-512";
  item.children.push_back(std::move(digest));
  if (object.size > 0) item.add("Size", std::to_string(object.size));  // xs:positiveInteger

  Item format = Item::node("FormatIdentification");
  format.add("FormatLitteral", token(object.format_name));
  format.add("MimeType", token(object.mime));
  format.add("FormatId", token(object.puid));
  if (!format.children.empty()) item.children.push_back(std::move(format));

  Item info = Item::node("FileInfo");
  const auto name = token(object.file_name);
  info.add("Filename", name.empty() ? fs::path(object.uri).filename().string() : name);
  if (object.last_modified) info.add("LastModified", core::format_instant(*object.last_modified));
  item.children.push_back(std::move(info));
  return item;
}

}  // namespace

struct ManifestWriter::State {
  State(const MessageHead& h, core::ByteSink& s, const fs::path& spool_dir)
      : head(h),
        sink(s),
        schema(h.version, SedaMode::written),
        main(s, schema),
        spool(spool_dir, "manifest-units"),
        units(spool, 3, "DescriptiveMetadata", schema) {}

  /// "OG12" of a declared group → 11.
  [[nodiscard]] std::size_t group_index(std::string_view id) const {
    std::uint64_t number = 0;
    bool good = id.size() > 2 && id.size() < 20 && id.starts_with("OG");
    for (const char c : id.substr(std::min<std::size_t>(2, id.size()))) {
      good = good && c >= '0' && c <= '9';
      if (good) number = number * 10 + static_cast<std::uint64_t>(c - '0');
    }
    if (!good || number == 0 || number > referenced.size())
      throw Error(Exit::unexpected, msg("The object group {0} was not declared.", id));
    return static_cast<std::size_t>(number - 1);
  }

  /// The group that was declared last stays open for what else its unit has to put in it.
  void close_group() {
    if (!open_group.group.empty()) main.close();
    open_group = {};
  }
  std::string open_new_group(std::vector<Item> objects) {
    close_group();
    auto id = "OG" + std::to_string(referenced.size() + 1);
    Item group = Item::node("DataObjectGroup");
    group.attribute = "id";
    group.attribute_value = id;
    group.children = std::move(objects);
    main.open(std::move(group));
    open_group.group = id;
    referenced.push_back(false);
    return id;
  }

  /// The physical objects of a unit that can be written.
  [[nodiscard]] std::vector<Item> physical_objects(const UnitContent& content);
  /// Puts one in the group that a unit refers to, or in a group of its own. The id of the group.
  std::string add_physical(Item object, std::string_view object_group);
  std::string next_unit() { return "AU" + std::to_string(++unit_count); }
  /// What a unit says of its group.
  void refer_to(const std::string& group);
  /// A unit of its own, under the one that is open, for one more physical object.
  void add_physical_unit(Item object);

  MessageHead head;
  core::ByteSink& sink;
  SedaSchema schema;
  UnitReferences open_group;  ///< its id, and its binary object
  std::vector<core::Finding> findings;
  Stream main;
  Spool spool;  ///< the units on their way
  Stream units;
  std::uint64_t unit_count = 0, object_count = 0, physical_count = 0;
  std::vector<bool> referenced;  ///< one bit per group: an orphan group is a KO (CHECK_CONSISTENCY)
  bool finished = false;
};

ManifestWriter::ManifestWriter(const MessageHead& head, core::ByteSink& sink, const fs::path& spool_dir) {
  require_head(head);
  s_ = std::make_unique<State>(head, sink, spool_dir);
  auto& main = s_->main;
  main.out().declaration();
  main.open("ArchiveTransfer", {{"xmlns", seda_namespace(head.version)}});
  if (auto comment = paragraph(head.comment); !comment.empty())
    main.put(Item::leaf("Comment", std::move(comment)));
  main.put(Item::leaf("Date", core::format_instant(head.date)));
  main.put(Item::leaf("MessageIdentifier", token(head.message_identifier)));
  main.put(Item::leaf("ArchivalAgreement", token(head.archival_agreement)));
  main.put(code_lists());
  main.open("DataObjectPackage");
}

ManifestWriter::~ManifestWriter() = default;

std::string ManifestWriter::add_object(DataObject& object, std::string_view extension) {
  return add_group({&object, 1}, {&extension, 1});
}

std::string ManifestWriter::add_group(std::span<DataObject> objects,
                                      std::span<const std::string_view> extensions) {
  if (s_->finished) throw Error(Exit::unexpected, msg("The manifest is finished."));
  std::vector<Item> children;
  for (std::size_t i = 0; i < objects.size(); ++i) {
    auto& object = objects[i];
    object.id = "BDO" + std::to_string(s_->object_count + i + 1);
    object.uri = "content/" + object.id + "." + safe_extension(extensions[i]);
    children.push_back(binary_object(object));
  }
  auto id = s_->open_new_group(std::move(children));
  s_->object_count += objects.size();
  s_->open_group.object = objects.front().id;  // the master
  s_->open_group.digest = objects.front().digest.hex();
  return id;
}

std::vector<Item> ManifestWriter::State::physical_objects(const UnitContent& content) {
  std::vector<Item> objects;
  for (const auto& element : content.described.physical)
    if (auto item = physical_item(element, schema, content.described.title, findings)) {
      item->attribute = "id";
      item->attribute_value = "PDO" + std::to_string(++physical_count);
      objects.push_back(std::move(*item));
    }
  return objects;
}

std::string ManifestWriter::State::add_physical(Item object, std::string_view object_group) {
  if (object_group.empty()) {
    std::vector<Item> alone;
    alone.push_back(std::move(object));
    return open_new_group(std::move(alone));
  }
  // One group for a unit is all that VITAM takes.
  if (open_group.group != object_group)
    throw Error(Exit::unexpected, msg("The object group {0} is written already.", object_group));
  main.put(std::move(object));
  return std::string(object_group);
}

void ManifestWriter::State::refer_to(const std::string& group) {
  referenced[group_index(group)] = true;
  Item reference = Item::node("DataObjectReference");
  reference.add("DataObjectGroupReferenceId", group);
  units.put(std::move(reference));
}

void ManifestWriter::State::add_physical_unit(Item object) {
  Item description = Item::node("Content");
  description.add("DescriptionLevel", "Item");
  for (const auto& child : object.children)
    if (child.name == "PhysicalId") description.add("Title", child.text);
  const auto group = add_physical(std::move(object), {});
  units.open("ArchiveUnit", {{"id", next_unit()}});
  units.put(std::move(description));
  refer_to(group);
  units.close();
}

std::string ManifestWriter::open_unit(const UnitContent& content, std::string_view binary_group) {
  if (s_->finished) throw Error(Exit::unexpected, msg("The manifest is finished."));
  // Everything that can be refused is refused before the first byte of the unit.
  Item rules = management_item(content);
  s_->units.prepare(rules, s_->schema.structure("ArchiveUnit"));
  Item description = content_item(content, !binary_group.empty());
  auto physical = s_->physical_objects(content);
  std::string object_group(binary_group);
  if (!physical.empty()) object_group = s_->add_physical(std::move(physical.front()), binary_group);
  tell_mended(content, s_->findings);
  auto references = s_->open_group;
  if (references.group != object_group) references = {{}, object_group, {}, {}};
  references.unit = "AU" + std::to_string(s_->unit_count + 1);
  add_elements(description, content.described.elements, references, s_->schema, s_->findings);

  auto id = s_->next_unit();
  auto& units = s_->units;
  units.open("ArchiveUnit", {{"id", id}});
  if (!rules.children.empty()) units.put(std::move(rules));
  units.put(std::move(description));
  if (!object_group.empty()) s_->refer_to(object_group);
  // VITAM's guide: one version of a usage in a group of a SIP. Each further object has its own unit.
  for (std::size_t i = 1; i < physical.size(); ++i) s_->add_physical_unit(std::move(physical[i]));
  return id;
}

void ManifestWriter::close_unit() {
  if (s_->finished || s_->units.depth() < 2) throw Error(Exit::unexpected, msg("No unit is open."));
  s_->units.close();
}

void ManifestWriter::finish() {
  if (s_->finished) throw Error(Exit::unexpected, msg("The manifest is finished."));
  if (const auto orphan = std::ranges::find(s_->referenced, false); orphan != s_->referenced.end())
    throw Error(Exit::unexpected,
                msg("No unit refers to the object group OG{0}.", orphan - s_->referenced.begin() + 1));
  while (s_->units.depth() > 1) s_->units.close();
  s_->close_group();
  auto& main = s_->main;
  main.open("DescriptiveMetadata");
  s_->spool.replay(s_->sink);
  main.close();
  main.put(management_metadata(s_->head));
  main.close();
  for (const auto& related : s_->head.related_transfers)
    if (auto id = token(related); !id.empty())
      main.put(Item::leaf("RelatedTransferReference", std::move(id)));
  if (auto reply = token(s_->head.transfer_request_reply); !reply.empty())
    main.put(Item::leaf("TransferRequestReplyIdentifier", std::move(reply)));
  main.put(agency("ArchivalAgency", s_->head.archival_agency));
  main.put(agency("TransferringAgency", s_->head.transferring_agency));
  main.close();
  s_->finished = true;
}

std::uint64_t ManifestWriter::units() const noexcept { return s_->unit_count; }
std::uint64_t ManifestWriter::objects() const noexcept { return s_->object_count + s_->physical_count; }
std::vector<core::Finding> ManifestWriter::take_findings() { return std::exchange(s_->findings, {}); }

}  // namespace versoir::sip

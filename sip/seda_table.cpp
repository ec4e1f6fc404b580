// The element table: order, repetition and versions of the children of every structure that we write.
// Elements that share an order in one parent form a group that repeats or mixes (Rule StartDate; units and
// references).
#include "sip/seda.hpp"

#include <array>

namespace versoir::sip {

namespace {

constexpr bool once = false, many = true;

constexpr ElementRule all(std::string_view parent, std::string_view name, int order, bool repeatable = once) {
  return {parent, name, order, repeatable, true, true, true};
}
constexpr ElementRule since_2_2(std::string_view parent, std::string_view name, int order,
                                bool repeatable = once) {
  return {parent, name, order, repeatable, false, true, true};
}
constexpr ElementRule since_2_3(std::string_view parent, std::string_view name, int order,
                                bool repeatable = once) {
  return {parent, name, order, repeatable, false, false, true};
}

// The published schemas intersected with VITAM's stricter copies: DataObjectPackage holds groups only, a unit
// references groups only, one TextContent. HoldRuleCodeListVersion, not in the copies, is left out.
constexpr std::array table{
    all("ArchiveTransfer", "Comment", 1, many),
    all("ArchiveTransfer", "Date", 2),
    all("ArchiveTransfer", "MessageIdentifier", 3),
    all("ArchiveTransfer", "Signature", 4),
    all("ArchiveTransfer", "ArchivalAgreement", 5),
    all("ArchiveTransfer", "CodeListVersions", 6),
    all("ArchiveTransfer", "DataObjectPackage", 7),
    all("ArchiveTransfer", "RelatedTransferReference", 8, many),
    all("ArchiveTransfer", "TransferRequestReplyIdentifier", 9),
    all("ArchiveTransfer", "ArchivalAgency", 10),
    all("ArchiveTransfer", "TransferringAgency", 11),

    all("CodeListVersions", "ReplyCodeListVersion", 1),
    all("CodeListVersions", "MessageDigestAlgorithmCodeListVersion", 2),
    all("CodeListVersions", "MimeTypeCodeListVersion", 3),
    all("CodeListVersions", "EncodingCodeListVersion", 4),
    all("CodeListVersions", "FileFormatCodeListVersion", 5),
    all("CodeListVersions", "CompressionAlgorithmCodeListVersion", 6),
    all("CodeListVersions", "DataObjectVersionCodeListVersion", 7),
    all("CodeListVersions", "StorageRuleCodeListVersion", 8),
    all("CodeListVersions", "AppraisalRuleCodeListVersion", 9),
    all("CodeListVersions", "AccessRuleCodeListVersion", 10),
    all("CodeListVersions", "DisseminationRuleCodeListVersion", 11),
    all("CodeListVersions", "ReuseRuleCodeListVersion", 12),
    all("CodeListVersions", "ClassificationRuleCodeListVersion", 13),
    all("CodeListVersions", "AcquisitionInformationCodeListVersion", 15),
    all("CodeListVersions", "AuthorizationReasonCodeListVersion", 16),
    all("CodeListVersions", "RelationshipCodeListVersion", 17),

    all("DataObjectPackage", "DataObjectGroup", 1, many),
    all("DataObjectPackage", "DescriptiveMetadata", 2),
    all("DataObjectPackage", "ManagementMetadata", 3),

    all("DataObjectGroup", "BinaryDataObject", 1, many),
    all("DataObjectGroup", "LogBook", 2),

    since_2_2("BinaryDataObject", "DataObjectProfile", 1),
    all("BinaryDataObject", "DataObjectSystemId", 2),
    all("BinaryDataObject", "DataObjectGroupSystemId", 3),
    all("BinaryDataObject", "Relationship", 4, many),
    all("BinaryDataObject", "DataObjectVersion", 6),
    since_2_3("BinaryDataObject", "PersistentIdentifier", 7, many),
    since_2_3("BinaryDataObject", "DataObjectUse", 8),
    since_2_3("BinaryDataObject", "DataObjectNumber", 9),
    all("BinaryDataObject", "Uri", 10),
    all("BinaryDataObject", "MessageDigest", 11),
    all("BinaryDataObject", "Size", 12),
    all("BinaryDataObject", "Compressed", 13),
    all("BinaryDataObject", "FormatIdentification", 14),
    all("BinaryDataObject", "FileInfo", 15),
    all("BinaryDataObject", "Metadata", 16),
    all("BinaryDataObject", "OtherMetadata", 17),

    all("FormatIdentification", "FormatLitteral", 1),
    all("FormatIdentification", "MimeType", 2),
    all("FormatIdentification", "FormatId", 3),
    all("FormatIdentification", "Encoding", 4),

    all("FileInfo", "Filename", 1),
    all("FileInfo", "CreatingApplicationName", 2),
    all("FileInfo", "CreatingApplicationVersion", 3),
    all("FileInfo", "DateCreatedByApplication", 4),
    all("FileInfo", "CreatingOs", 5),
    all("FileInfo", "CreatingOsVersion", 6),
    all("FileInfo", "LastModified", 7),

    all("DescriptiveMetadata", "ArchiveUnit", 1, many),

    all("ArchiveUnit", "ArchiveUnitProfile", 1),
    all("ArchiveUnit", "Management", 2),
    all("ArchiveUnit", "Content", 3),
    all("ArchiveUnit", "ArchiveUnit", 4, many),
    all("ArchiveUnit", "DataObjectReference", 4, many),

    all("DataObjectReference", "DataObjectGroupReferenceId", 1),

    all("Management", "StorageRule", 1),
    all("Management", "AppraisalRule", 2),
    all("Management", "AccessRule", 3),
    all("Management", "DisseminationRule", 4),
    all("Management", "ReuseRule", 5),
    all("Management", "ClassificationRule", 6),
    all("Management", "LogBook", 7),
    all("Management", "NeedAuthorization", 8),
    since_2_2("Management", "HoldRule", 9),
    all("Management", "UpdateOperation", 10),

    // VITAM's own: where the published schemas have an abstract element (OtherManagementAbstract).
    all("UpdateOperation", "SystemId", 1),
    all("UpdateOperation", "ArchiveUnitIdentifierKey", 1),
    all("ArchiveUnitIdentifierKey", "MetadataName", 1),
    all("ArchiveUnitIdentifierKey", "MetadataValue", 2),

    all("StorageRule", "Rule", 1, many),
    all("StorageRule", "StartDate", 1, many),
    all("StorageRule", "PreventInheritance", 2),
    all("StorageRule", "FinalAction", 3),
    all("AppraisalRule", "Rule", 1, many),
    all("AppraisalRule", "StartDate", 1, many),
    all("AppraisalRule", "PreventInheritance", 2),
    all("AppraisalRule", "FinalAction", 3),
    all("AccessRule", "Rule", 1, many),
    all("AccessRule", "StartDate", 1, many),
    all("AccessRule", "PreventInheritance", 2),
    all("DisseminationRule", "Rule", 1, many),
    all("DisseminationRule", "StartDate", 1, many),
    all("DisseminationRule", "PreventInheritance", 2),
    all("ReuseRule", "Rule", 1, many),
    all("ReuseRule", "StartDate", 1, many),
    all("ReuseRule", "PreventInheritance", 2),
    since_2_2("HoldRule", "Rule", 1, many),
    since_2_2("HoldRule", "StartDate", 1, many),
    since_2_2("HoldRule", "PreventInheritance", 2),

    all("Content", "DescriptionLevel", 1),
    all("Content", "Title", 2, many),
    all("Content", "FilePlanPosition", 3, many),
    all("Content", "SystemId", 4, many),
    all("Content", "OriginatingSystemId", 5, many),
    all("Content", "ArchivalAgencyArchiveUnitIdentifier", 6, many),
    all("Content", "OriginatingAgencyArchiveUnitIdentifier", 7, many),
    all("Content", "TransferringAgencyArchiveUnitIdentifier", 8, many),
    all("Content", "Description", 9, many),
    all("Content", "CustodialHistory", 10),
    all("Content", "Type", 11),
    all("Content", "DocumentType", 12),
    all("Content", "Language", 13, many),
    all("Content", "DescriptionLanguage", 14),
    all("Content", "Status", 15),
    all("Content", "Version", 16),
    all("Content", "Tag", 17, many),
    all("Content", "Keyword", 18, many),
    all("Content", "Coverage", 19),
    all("Content", "OriginatingAgency", 20),
    all("Content", "SubmissionAgency", 21),
    since_2_2("Content", "Agent", 22, many),
    all("Content", "AuthorizedAgent", 23, many),
    all("Content", "Writer", 24, many),
    all("Content", "Addressee", 25, many),
    all("Content", "Recipient", 26, many),
    all("Content", "Transmitter", 27, many),
    all("Content", "Sender", 28, many),
    all("Content", "Source", 29),
    all("Content", "RelatedObjectReference", 30),
    all("Content", "CreatedDate", 31),
    all("Content", "TransactedDate", 32),
    all("Content", "AcquiredDate", 33),
    all("Content", "SentDate", 34),
    all("Content", "ReceivedDate", 35),
    all("Content", "RegisteredDate", 36),
    all("Content", "StartDate", 37),
    all("Content", "EndDate", 38),
    since_2_2("Content", "DateLitteral", 39),
    all("Content", "Event", 40, many),
    ElementRule{"Content", "Signature", 41, many, true, true, false},
    since_2_3("Content", "SigningInformation", 41),
    all("Content", "Gps", 42),
    since_2_2("Content", "OriginatingSystemIdReplyTo", 43),
    since_2_2("Content", "TextContent", 44),
    since_2_3("Content", "PersistentIdentifier", 45, many),

    all("Keyword", "KeywordContent", 1),
    all("Keyword", "KeywordReference", 2),
    all("Keyword", "KeywordType", 3),

    all("OriginatingAgency", "Identifier", 1),
    all("ArchivalAgency", "Identifier", 1),
    all("TransferringAgency", "Identifier", 1),

    all("ManagementMetadata", "ArchivalProfile", 1),
    all("ManagementMetadata", "ServiceLevel", 2),
    all("ManagementMetadata", "AcquisitionInformation", 3),
    all("ManagementMetadata", "LegalStatus", 4),
    all("ManagementMetadata", "OriginatingAgencyIdentifier", 5),
    all("ManagementMetadata", "SubmissionAgencyIdentifier", 6),
};

}  // namespace

std::span<const ElementRule> element_table() { return table; }

std::string_view seda_namespace(SedaVersion v) noexcept {
  switch (v) {
    case SedaVersion::v2_1:
      return "fr:gouv:culture:archivesdefrance:seda:v2.1";
    case SedaVersion::v2_2:
      return "fr:gouv:culture:archivesdefrance:seda:v2.2";
    case SedaVersion::v2_3:
      return "fr:gouv:culture:archivesdefrance:seda:v2.3";
  }
  return {};
}

std::string_view seda_name(SedaVersion v) noexcept {
  const auto ns = seda_namespace(v);
  return ns.substr(ns.size() - 3);
}

std::optional<SedaVersion> parse_seda(std::string_view text) {
  for (const auto v : {SedaVersion::v2_1, SedaVersion::v2_2, SedaVersion::v2_3})
    if (text == seda_name(v)) return v;
  return std::nullopt;
}

}  // namespace versoir::sip

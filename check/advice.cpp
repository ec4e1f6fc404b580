// One table, longest prefix first where codes begin alike.
#include "check/advice.hpp"

#include <array>

namespace versoir::check {

namespace {

/// Marks a text of the table for translation (xgettext keyword mark).
constexpr const char* mark(const char* english) { return english; }

struct Advice {
  std::string_view begins;
  const char* text;
};

constexpr std::array table{
    Advice{"CHECK_CONTAINER",
           mark("Make a zip whose first entry is the manifest, without an office document's own "
                "entries.")},
    Advice{"MANIFEST_FILE_NAME_CHECK", mark("Put one file manifest.xml at the root of the archive, not "
                                            "inside a folder, and neither encrypted nor "
                                            "stored with a data descriptor.")},
    Advice{"MANIFEST_DIGEST_CHECK", mark("Announce the digest of the manifest that is in the archive.")},
    Advice{"STP_UPLOAD_SIP",
           mark("Rename the entry, and its Uri in the manifest; an archive that is cut short must be "
                "made again.")},
    Advice{"CHECK_SEDA.CONTAINER_FORMAT.FILE", mark("Leave only the manifest at the root of the archive.")},
    Advice{"CHECK_SEDA.CONTAINER_FORMAT.DIRECTORY", mark("Put every file into the folder content.")},
    Advice{"CHECK_SEDA.UNSUPPORTED_SEDA_VERSION", mark("Write the manifest in SEDA 2.1, 2.2 or 2.3.")},
    Advice{"CHECK_SEDA.NOT_XML_FILE", mark("Correct the XML at this line.")},
    Advice{"CHECK_SEDA.NOT_XSD_VALID",
           mark("Correct the element at this line: its name, its place among the others or its value.")},
    Advice{"CHECK_SEDA",
           mark("Begin the manifest with its root element, in the namespace of SEDA 2.1, 2.2 or 2.3.")},
    Advice{"CHECK_HEADER.CHECK_AGENT",
           mark("Name agencies that are in the platform's referential, or have them added "
                "there.")},
    Advice{"CHECK_HEADER.CHECK_CONTRACT_INGEST", mark("Name an ingest contract that is active and open to "
                                                      "your application, or ask the archives service.")},
    Advice{"CHECK_HEADER.CHECK_IC_AP_RELATION",
           mark("Name one of the archival profiles that the ingest contract lists, and that is active.")},
    Advice{"CHECK_HEADER.CHECK_ARCHIVEPROFILE",
           mark("Follow the archival profile agreed with the archives service, or name another one.")},
    Advice{"CHECK_DATAOBJECTPACKAGE.CHECK_NO_OBJECT",
           mark("Remove the objects: plans and trees hold units only. Or deposit in the default workflow.")},
    Advice{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST_DATAOBJECT_VERSION.INVALIDE_ALGO",
           mark("Write the algorithm as MD5, SHA-1, SHA-256, SHA-384 or SHA-512.")},
    Advice{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST_DATAOBJECT_VERSION.EMPTY_REQUIRED_FIELD",
           mark("Give the Uri of the binary object, the PhysicalId of the physical one.")},
    Advice{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST_DATAOBJECT_VERSION",
           mark("Write DataObjectVersion as a usage, an underscore and a number: BinaryMaster_1, "
                "PhysicalMaster_1.")},
    Advice{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST_OBJECTNUMBER",
           mark("Declare each file of the archive once, with a Uri that is its very path, case included.")},
    Advice{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.EXISTING_OG_NOT_DECLARED",
           mark("Refer to the group with DataObjectGroupReferenceId instead of the object.")},
    Advice{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.ARCHIVEUNIT_REFERENCES_MULTIPLE_OBJECTGROUP",
           mark("Make one unit for each object group.")},
    Advice{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.CHECK_MANIFEST_LOOP",
           mark("Break the circle: a unit cannot be above itself.")},
    Advice{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.EXPECTED_MANDATORY_VERSION_1",
           mark("Begin the versions of the group at 1.")},
    Advice{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.MASTER_MANDATORY_REQUIRED",
           mark("Give a master to each group, or ask for a contract without MasterMandatory.")},
    Advice{
        "CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.INVALID_GUID_ATTACHMENT",
        mark("Give the identifier that the platform gave to the unit or group: 36 lower-case characters.")},
    Advice{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.CHECK_MANIFEST_MALFORMED_DATA",
           mark("Write the reference without blanks, and the event at the date when it happened.")},
    Advice{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST.ATTACHMENT_OBJECTGROUP",
           mark("Ask for a contract that takes this usage, or give the object a group of its own.")},
    Advice{"CHECK_DATAOBJECTPACKAGE.CHECK_MANIFEST",
           mark("Correct the reference or the attachment of this unit or group.")},
    Advice{"CHECK_DATAOBJECTPACKAGE.CHECK_CONSISTENCY",
           mark("Have a unit refer to the group, or remove the group and its files.")},
    Advice{"CHECK_DIGEST",
           mark("Compute the digest of the file again and write it in lower-case hexadecimal; if the "
                "file has changed, take it from its source.")},
    Advice{"CHECK_OBJECT_SIZE", mark("Write the size of the file in bytes, or leave Size out.")},
    Advice{"OG_OBJECTS_FORMAT_CHECK.REJECTED_FORMAT",
           mark("Convert the file to a format of the contract, or have the format added to it.")},
    Advice{
        "OG_OBJECTS_FORMAT_CHECK.FILE_FORMAT.UNKNOWN",
        mark(
            "See that the file is whole; otherwise convert it, or ask for a contract that takes unidentified "
            "formats.")},
    Advice{"OG_OBJECTS_FORMAT_CHECK.UNCHARTED",
           mark("Have the platform's list of formats brought up to date, or convert the file.")},
    Advice{"OG_OBJECTS_FORMAT_CHECK.FILE_FORMAT.UPDATED_FORMAT",
           mark("Declare the identified format, or leave FormatId out.")},
    Advice{"CHECK_OBJECT_GROUP_SCHEMA", mark("Correct the metadata of the object.")},
    Advice{"STP_OG_CHECK_AND_TRANSFORME.OBJECTS_LIST_EMPTY",
           mark("Nothing to mend if the SIP describes units only.")},
    Advice{"CHECK_UNIT_SCHEMA.UNIT_SANITIZE",
           mark("Remove HTML, entities such as &nbsp; and control characters from the text.")},
    Advice{"CHECK_UNIT_SCHEMA.DATE_FORMAT", mark("Write dates as year, month and day: 2004-06-30.")},
    Advice{"CHECK_UNIT_SCHEMA.CONSISTENCY", mark("Put StartDate and EndDate in order.")},
    Advice{"CHECK_UNIT_SCHEMA", mark("Correct the description of the unit.")},
    Advice{"CHECK_ARCHIVE_UNIT_PROFILE",
           mark("Describe the unit as its archive unit profile says, or remove ArchiveUnitProfile.")},
    Advice{"CHECK_CLASSIFICATION_LEVEL", mark("Use one of the platform's classification levels.")},
    Advice{"UNITS_RULES_COMPUTE", mark("Use a rule of the platform's referential, in its own category, with "
                                       "dates that fit its duration.")},
};

}  // namespace

core::Message advice_for(std::string_view name) {
  for (const auto& advice : table)
    if (name.starts_with(advice.begins)) return {advice.text, std::vector<std::string>{}};
  return {};
}

}  // namespace versoir::check

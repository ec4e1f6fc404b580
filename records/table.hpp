// The rows of one node of a record as a table: CSV and its description.
#pragma once
#include "core/file.hpp"
#include "records/record.hpp"
#include "records/rendition.hpp"

#include <string_view>

namespace versoir::records {

/// CSV (RFC 4180: comma, CRLF, header; UTF-8) of the rows of the child `node` of the record's root. A column
/// for each visible field, under its name, with the value as stored; after a code or a flag, a column
/// <name>_libelle with what it means. NULL is nothing, an empty text is "". Byte-stable for the same data.
void write_table_csv(const Record& record, std::string_view node, core::ByteSink& sink);

/// Its description (W3C, Metadata Vocabulary for Tabular Data, 2015): columns, types, labels, provenance. A
/// column has the type of its field when every value is written so, else string: an application may hold
/// anything. `file_name` is that of the CSV.
void write_table_description(const Record& record, std::string_view node, std::string_view file_name,
                             const RecordProvenance& provenance, core::ByteSink& sink);

}  // namespace versoir::records

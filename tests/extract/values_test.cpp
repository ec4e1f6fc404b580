// Declared types and the canonical form of values.
#include "extract/values.hpp"

#include "core/error.hpp"
#include "extract/copy_text.hpp"
#include "extract/pg_conninfo.hpp"

#include <catch2/catch.hpp>

#include <random>

using namespace versoir::extract;

TEST_CASE("declared types are understood as Oracle and the standard write them") {
  const auto [type, kind, storage] = GENERATE(table<std::string, ColumnKind, Storage>({
      {"VARCHAR2(40)", ColumnKind::text, Storage::text},
      {"VARCHAR2(40 CHAR)", ColumnKind::text, Storage::text},
      {"character varying(40)", ColumnKind::text, Storage::text},
      {"CHAR(1)", ColumnKind::text, Storage::text},
      {"CLOB", ColumnKind::text, Storage::text},
      {"", ColumnKind::text, Storage::text},
      {"NUMBER(8)", ColumnKind::integer, Storage::integer},
      {"NUMBER(18,0)", ColumnKind::integer, Storage::integer},
      {"number( 8 , 0 )", ColumnKind::integer, Storage::integer},
      {"NUMBER(19)", ColumnKind::number, Storage::text},
      {"NUMBER(8,2)", ColumnKind::number, Storage::text},
      {"NUMBER(8,-2)", ColumnKind::number, Storage::text},
      {"NUMBER(*,0)", ColumnKind::number, Storage::text},
      {"NUMBER", ColumnKind::number, Storage::text},
      {"DECIMAL(5)", ColumnKind::integer, Storage::integer},
      {"INTEGER", ColumnKind::integer, Storage::integer},
      {"bigint", ColumnKind::integer, Storage::integer},
      {"FLOAT(126)", ColumnKind::number, Storage::text},
      {"DOUBLE PRECISION", ColumnKind::number, Storage::text},
      {"DATE", ColumnKind::date, Storage::text},
      {"TIMESTAMP(6)", ColumnKind::timestamp, Storage::text},
      {"TIMESTAMP(6) WITH TIME ZONE", ColumnKind::timestamp, Storage::text},
      {"BLOB", ColumnKind::binary, Storage::blob},
      {"LONG RAW", ColumnKind::binary, Storage::blob},
      {"RAW(16)", ColumnKind::binary, Storage::blob},
      {"BOOLEAN", ColumnKind::boolean, Storage::integer},
      {"SDO_GEOMETRY", ColumnKind::other, Storage::text},
  }));
  INFO(type);
  const auto column = declared_column("C", type);
  CHECK(column.kind == kind);
  CHECK(storage_of(column) == storage);
  CHECK(column.type == type);
}

TEST_CASE("PostgreSQL's types keep precision, scale and sign of the scale") {
  const auto packed = [](int precision, int scale) { return ((precision << 16) | (scale & 0x7ff)) + 4; };
  CHECK(postgresql_column("c", "numeric(8,0)", "numeric", packed(8, 0)).kind == ColumnKind::integer);
  CHECK(postgresql_column("c", "numeric(18,0)", "numeric", packed(18, 0)).kind == ColumnKind::integer);
  CHECK(postgresql_column("c", "numeric(19,0)", "numeric", packed(19, 0)).kind == ColumnKind::number);
  const auto negative = postgresql_column("c", "numeric(5,-2)", "numeric", packed(5, -2));
  CHECK(negative.kind == ColumnKind::number);
  CHECK(negative.precision == 5);
  CHECK(negative.scale == -2);
  CHECK(postgresql_column("c", "numeric", "numeric", -1).kind == ColumnKind::number);
  CHECK_FALSE(postgresql_column("c", "numeric", "numeric", -1).scale_known);
  CHECK(postgresql_column("c", "interval", "interval", -1).kind == ColumnKind::other);
}

TEST_CASE("numbers have one decimal form") {
  const auto [text, canonical] = GENERATE(table<std::string, std::string>({
      {"0", "0"},
      {"-0", "0"},
      {"-0.00", "0"},
      {"007", "7"},
      {"+5", "5"},
      {"1.50", "1.5"},
      {".5", "0.5"},
      {"5.", "5"},
      {"-.25", "-0.25"},
      {"100", "100"},
      {"1e3", "1000"},
      {"1.5E+2", "150"},
      {"12e-1", "1.2"},
      {"5e-324", "0." + std::string(323, '0') + "5"},
      {"12345678901234567890123456789012345678", "12345678901234567890123456789012345678"},
      {"0.00000000000000000000000000000000000001", "0.00000000000000000000000000000000000001"},
  }));
  INFO(text);
  CHECK(canonical_number(text) == canonical);
  CHECK(canonical_number(canonical) == canonical);
}

TEST_CASE("what is not a number is not taken for one") {
  const auto text = GENERATE(as<std::string>{}, "", "-", ".", "1,5", "12a", "NaN", "Infinity", "1e",
                             "1e9999999999", "1e5000", "0x10", " 1", "1 ", "1e+-3", "--1");
  INFO(text);
  CHECK_FALSE(canonical_number(text));
}

TEST_CASE("integers of 64 bits fit, one more does not") {
  CHECK(fits_integer("9223372036854775807"));
  CHECK(fits_integer("-9223372036854775808"));
  CHECK_FALSE(fits_integer("9223372036854775808"));
  CHECK_FALSE(fits_integer("1.5"));
}

TEST_CASE("dates have one form, and a zone leads to UTC") {
  const auto [text, canonical] = GENERATE(table<std::string, std::string>({
      {"1987-02-03", "1987-02-03T00:00:00"},
      {"1987-02-03 14:05:06", "1987-02-03T14:05:06"},
      {"1987-02-03T14:05:06", "1987-02-03T14:05:06"},
      {"1987-02-03 14:05", "1987-02-03T14:05:00"},
      {"1987-02-03 14:05:06.123400", "1987-02-03T14:05:06.1234"},
      {"1987-02-03 14:05:06.000", "1987-02-03T14:05:06"},
      {"1987-02-03 14:05:06+00", "1987-02-03T14:05:06Z"},
      {"1987-02-03T14:05:06Z", "1987-02-03T14:05:06Z"},
      {"1987-01-01 00:30:00.5+02:00", "1986-12-31T22:30:00.5Z"},
      {"1987-12-31 23:30:00 -0530", "1988-01-01T05:00:00Z"},
      {"0001-01-01", "0001-01-01T00:00:00"},
      {"9999-12-31 23:59:59", "9999-12-31T23:59:59"},
      {"2000-02-29", "2000-02-29T00:00:00"},
  }));
  INFO(text);
  CHECK(canonical_timestamp(text) == canonical);
  CHECK(canonical_timestamp(canonical) == canonical);
}

TEST_CASE("what is not a date is not taken for one") {
  const auto text = GENERATE(
      as<std::string>{}, "", "1987", "1987-02", "1987-02-30", "1900-02-29", "03/02/1987", "0044-03-15 BC",
      "12000-01-01", "infinity", "0000-00-00", "1987-02-03 24:00:00", "1987-02-03 14", "1987-02-03 14:05:60",
      "1987-02-03 14:05:06.", "1987-02-03 14:05:06.12x", "1987-02-03 14:05:06+", "0001-01-01 00:00:00+05",
      "1987-02-03x14:05:06", "1987-02-03 14:05:06 Europe/Paris");
  INFO(text);
  CHECK_FALSE(canonical_timestamp(text));
}

TEST_CASE("a line of COPY gives its fields back") {
  const std::string line = "a\\tb\t\\N\t\t\\\\N\t\\\\.\tl\\nr\\r\\b\\f\\v\t\\101\\x42Z\n";
  CopyLine fields(line);
  std::vector<std::string> out;
  for (std::string_view field; fields.next(field);) {
    out.emplace_back();
    if (is_null(field))
      out.back() = "NULL";
    else
      append_unescaped(out.back(), field);
  }
  CHECK(out == std::vector<std::string>{"a\tb", "NULL", "", "\\N", "\\.", "l\nr\r\b\f\v", "ABZ"});
}

TEST_CASE("binary values come in hexadecimal or not at all") {
  const auto decoded =
      [](std::string_view field) {  // as it stands in a line of COPY: the backslash is doubled
        std::string out;
        append_bytea(out, field);
        return out;
      };
  CHECK(decoded(R"(\\x00ffA0)") == std::string("\x00\xff\xa0", 3));
  CHECK(decoded(R"(\\x)").empty());
  for (const char* bad : {"", "00ff", R"(\x00)", R"(\\x0)", R"(\\x0g)", R"(\\000)"})
    CHECK_THROWS_AS(decoded(bad), versoir::core::Error);
}

TEST_CASE("the short ways give what the careful way gives, or leave it to decide") {
  std::minstd_rand random(7);
  const std::string_view numbers = "0123456789.-+eE 00", dates = "0123456789-: .T19";
  int plain = 0, dated = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text;
    for (auto n = random() % 8; n-- > 0;) text += numbers[random() % numbers.size()];
    for (const auto kind : {ColumnKind::integer, ColumnKind::number, ColumnKind::boolean})
      if (const auto value = plain_value(text, kind)) {
        const auto careful = encode(text, kind);
        INFO(text);
        CHECK(careful.misfit.empty());
        CHECK(careful.value == *value);
        ++plain;
      }
    std::string date = "20" + std::to_string(10 + random() % 90) + "-0" + std::to_string(random() % 10) +
                       "-1" + std::to_string(random() % 10);
    if (random() % 2)
      date += (random() % 2 ? " " : "T") + std::to_string(10 + random() % 20) + ":0" +
              std::to_string(random() % 10) + ":3" + std::to_string(random() % 10);
    if (random() % 3 == 0) date += "." + std::to_string(random() % 1000);
    if (random() % 4 == 0) date[random() % date.size()] = dates[random() % dates.size()];
    std::string out = "x";
    if (append_plain(out, date, ColumnKind::timestamp)) {
      const auto careful = encode(date, ColumnKind::timestamp);
      INFO(date);
      CHECK(careful.misfit.empty());
      CHECK(out == "x" + careful.value);
      ++dated;
    } else {
      CHECK(out == "x");
    }
  }
  CHECK(plain > 10'000);
  CHECK(dated > 10'000);
  for (const char* text : {"0", "7", "-12", "12.5", "0.50", "-0.5", "100"})
    CHECK(plain_value(text, ColumnKind::number));
  for (const char* text : {"", "-", "-0", "007", "1.", ".5", "1.0", "0.0", "1e3", "1,5", "NaN"})
    CHECK_FALSE(plain_value(text, ColumnKind::number));
  CHECK_FALSE(plain_value("12.5", ColumnKind::integer));
  CHECK_FALSE(plain_value("1234567890123456789", ColumnKind::integer));
}

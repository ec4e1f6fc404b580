// The zip that is written as its content comes, and the one that is read through its directory: each by the
// other, and by tools that are not ours.
#include "core/zip_stream.hpp"

#include "core/container.hpp"
#include "core/error.hpp"
#include "core/zip_archive.hpp"
#include "shell.hpp"
#include "test_support.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <map>
#include <string>

using namespace versoir;
using namespace versoir::tests;
namespace fs = std::filesystem;

TEST_CASE("a streamed zip is whole for others and for us", "[zip]") {
  core::TemporaryDirectory folder;
  const auto file = folder.path() / "a.zip";
  const std::string large(3'000'000, 'x');
  core::ZipStream zip(file);
  zip.folder("content/");
  zip.add("content/empty.txt", "");
  zip.begin("content/large.txt");
  for (int i = 0; i < 3; ++i) zip.write(large.substr(0, 1'000'000));
  zip.end();
  const auto covered = zip.position();
  core::StringSink before;
  zip.read_back(before);
  zip.add("header/é.txt", "end");
  CHECK_FALSE(fs::exists(file));
  zip.commit();
  CHECK(before.text == core::read_file(file).substr(0, covered));
  CHECK(exit_code("unzip -tq " + file.string()) == 0);
  CHECK(exit_code("python3 -c 'import sys, zipfile; sys.exit(zipfile.ZipFile(\"" + file.string() +
                  "\").testzip() is not None)'") == 0);
  const core::ZipArchive read(file, core::Exit::source_data);
  REQUIRE(read.entries().size() == 4);
  CHECK(read.find("content/")->folder());
  CHECK(read.read(*read.find("content/large.txt"), 1u << 24) == large);
  CHECK(read.read(*read.find("content/empty.txt"), 10).empty());
  CHECK(read.read(*read.find("header/é.txt"), 10) == "end");
  CHECK(read.find("header/é.txt")->offset == covered);
  CHECK(read.find("absent") == nullptr);
  CHECK_THROWS_AS(read.read(*read.find("content/large.txt"), 100), core::Error);
}

TEST_CASE("entries of a known size are as short as they can be, and streaming readers take stored ones",
          "[zip]") {
  core::TemporaryDirectory folder;
  const auto file = folder.path() / "a.zip", from = folder.path() / "objects";
  const std::string noise = "0123456789", large(700'000, 'y');
  core::write_file(from, noise + large);
  core::ZipStream zip(file);
  zip.add("manifest.xml", "<a/>");
  zip.add_slice("content/stored.bin", from, 4, 6, core::ZipStream::Method::store);
  zip.add_slice("content/large.bin", from, noise.size(), large.size(), core::ZipStream::Method::store);
  zip.add_slice("content/deflated.txt", from, noise.size(), large.size());
  zip.begin("content/of-any-size.txt");
  zip.write(noise);
  zip.end();
  zip.commit();
  CHECK(exit_code("unzip -tq " + file.string()) == 0);
  CHECK(exit_code(
            "python3 -c 'import sys, zipfile\nz = zipfile.ZipFile(\"" + file.string() +
            "\")\nsys.exit([(i.compress_type, i.extract_version, i.flag_bits & 8) for i in z.infolist()] != "
            "[(8, 20, 0), (0, 20, 0), (0, 20, 0), (8, 20, 0), (8, 45, 0)])'") == 0);
  core::ContainerReader read(file);
  std::map<std::string, std::string> found;
  for (core::Entry entry; read.next(entry);) {
    REQUIRE(entry.readable);
    read.read([&](std::string_view bytes) { found[entry.path] += bytes; });
  }
  CHECK(found["content/stored.bin"] == "456789");
  CHECK(found["content/large.bin"] == large);
  CHECK(found["content/deflated.txt"] == large);
  CHECK(found["content/of-any-size.txt"] == noise);
}

TEST_CASE("an entry that is not as long as announced is no entry", "[zip]") {
  core::TemporaryDirectory folder;
  core::write_file(folder.path() / "objects", "0123456789");
  core::ZipStream zip(folder.path() / "a.zip");
  const auto error = [&](auto&& act) {
    try {
      act();
    } catch (const core::Error& e) {
      return e.code();
    }
    return core::Exit::ok;
  };
  CHECK(error([&] { zip.add_slice("content/1", folder.path() / "objects", 4, 7); }) == core::Exit::disk);
  core::ZipStream other(folder.path() / "b.zip");
  other.begin("content/1", core::ZipStream::Method::store, 3);
  other.write("abcd");
  CHECK(error([&] { other.end(); }) == core::Exit::unexpected);
}

TEST_CASE("a zip that is given up leaves nothing", "[zip]") {
  core::TemporaryDirectory folder;
  {
    core::ZipStream zip(folder.path() / "a.zip");
    zip.add("a", "b");
  }
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("more entries than a plain zip can count", "[zip]") {
  core::TemporaryDirectory folder;
  const auto file = folder.path() / "a.zip";
  core::ZipStream zip(file);
  for (int i = 0; i < 65'600; ++i) zip.add("content/f" + std::to_string(i), "x");
  zip.commit();
  const core::ZipArchive read(file, core::Exit::source_data);
  CHECK(read.entries().size() == 65'600);
  CHECK(read.read(*read.find("content/f65599"), 10) == "x");
  CHECK(exit_code("unzip -tq " + file.string()) == 0);
}

// By hand: it takes a while, and only the size differs.
TEST_CASE("entries of more than 4 GiB", "[.][zip64]") {
  core::TemporaryDirectory folder;
  const auto file = folder.path() / "a.zip";
  const std::string piece(1u << 24, '\0');
  core::ZipStream zip(file);
  zip.begin("content/huge");
  for (int i = 0; i < 257; ++i) zip.write(piece);
  zip.end();
  zip.begin("content/stored", core::ZipStream::Method::store, 257ull << 24);
  for (int i = 0; i < 257; ++i) zip.write(piece);
  zip.end();
  zip.add("content/after", "x");
  zip.commit();
  core::ContainerReader streamed(file);
  core::Entry entry;
  for (const std::uint64_t size : {257ull << 24, 257ull << 24, 1ull}) {
    REQUIRE(streamed.next(entry));
    std::uint64_t seen = 0;
    streamed.read([&](std::string_view bytes_) { seen += bytes_.size(); });
    CHECK(seen == size);
  }
  const core::ZipArchive read(file, core::Exit::source_data);
  CHECK(read.find("content/huge")->size == 257ull << 24);
  core::ZipContent content(read, *read.find("content/huge"));
  std::string buffer(1u << 20, '\0');
  std::uint64_t bytes = 0;
  while (const auto n = content.read(buffer.data(), buffer.size())) bytes += n;
  CHECK(bytes == 257ull << 24);
  CHECK(exit_code("unzip -tq " + file.string()) == 0);
}

// Archives made by others, with what VITAM meets in them: awkward sequences, names, damage, tricks.
#include "core/container.hpp"
#include "core/error.hpp"
#include "core/file.hpp"
#include "core/zip_stream.hpp"

#include <catch2/catch.hpp>

#include <clocale>
#include <csignal>
#include <cstdlib>
#include <sys/resource.h>

namespace fs = std::filesystem;
using namespace versoir::core;

namespace {

/// Runs a Python program in `dir`; what it prints goes nowhere.
bool python(const fs::path& dir, std::string_view program) {
  write_file(dir / "make.py", program);
  return std::system(("cd '" + dir.string() + "' && python3 make.py >/dev/null 2>&1").c_str()) == 0;
}

struct Seen {
  std::string path;
  bool readable = false;
  std::size_t bytes = 0;
  bool operator==(const Seen&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Seen& s) {
  return out << s.path << (s.readable ? " readable " : " closed ") << s.bytes;
}

std::vector<Seen> look(const fs::path& path) {
  std::vector<Seen> seen;
  ContainerReader reader(path);
  Entry e;
  while (reader.next(e)) {
    if (e.directory) continue;
    Seen s{e.path, e.readable};
    if (e.readable) reader.read([&](std::string_view bytes) { s.bytes += bytes.size(); });
    seen.push_back(s);
  }
  return seen;
}

Exit code_of(const fs::path& path) {
  try {
    look(path);
  } catch (const Error& e) {
    return e.code();
  }
  return Exit::ok;
}

/// A zip as streaming programs write it: sizes after the content.
constexpr std::string_view streaming = R"(
import io, zipfile
class Pipe(io.RawIOBase):
    def __init__(self): self.bytes = b''
    def writable(self): return True
    def write(self, x): self.bytes += bytes(x); return len(x)
def streamed(name, entries):
    p = Pipe()
    z = zipfile.ZipFile(p, 'w')
    for path, method, data in entries: z.writestr(zipfile.ZipInfo(path), data, compress_type=method)
    z.close()
    open(name, 'wb').write(p.bytes)
STORED, DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED
)";

}  // namespace

TEST_CASE("in a streamed zip each entry is judged by its own header") {
  const TemporaryDirectory dir;
  REQUIRE(python(dir.path(), std::string(streaming) + R"(
streamed('mixed.zip', [('a', DEFLATED, b'A' * 5000), ('b', STORED, b'B' * 300000), ('c', DEFLATED, b'C' * 10),
                       ('d', STORED, b''), ('e', DEFLATED, b'E' * 400000)])
)"));
  CHECK(look(dir.path() / "mixed.zip") ==
        std::vector<Seen>{
            {"a", true, 5000}, {"b", false, 0}, {"c", true, 10}, {"d", false, 0}, {"e", true, 400'000}});
}

TEST_CASE("names are those of the archive, whatever the locale of the process") {
  const TemporaryDirectory dir;
  REQUIRE(python(dir.path(), R"(
import io, tarfile, zipfile
z = zipfile.ZipFile('n.zip', 'w'); z.writestr('content/été œ.txt', 'x'); z.writestr('content\\b', 'y'); z.close()
t = tarfile.open('n.tar', 'w'); i = tarfile.TarInfo('content/été œ.txt'); i.size = 1; t.addfile(i, io.BytesIO(b'x')); t.close()
b = open('n.zip', 'rb').read(); open('latin.zip', 'wb').write(b.replace('été'.encode(), b'\xe9t\xe9ab'))
)"));
  std::setlocale(LC_ALL, "C");
  CHECK(look(dir.path() / "n.zip") ==
        std::vector<Seen>{{"content/été œ.txt", true, 1}, {"content\\b", true, 1}});
  CHECK(look(dir.path() / "n.tar") == std::vector<Seen>{{"content/été œ.txt", true, 1}});
  CHECK(look(dir.path() / "latin.zip").front().path ==
        "content/\xE9t\xE9"
        "ab œ.txt");
}

TEST_CASE("tricks are shown as they are: same name twice, way out, absolute path, link") {
  const TemporaryDirectory dir;
  REQUIRE(python(dir.path(), R"(
import io, tarfile, warnings, zipfile
warnings.simplefilter('ignore')
z = zipfile.ZipFile('t.zip', 'w')
z.writestr('manifest.xml', 'first'); z.writestr('manifest.xml', 'second!'); z.writestr('../out', 'x'); z.close()
t = tarfile.open('t.tar', 'w')
i = tarfile.TarInfo('/etc/passwd'); i.size = 1; t.addfile(i, io.BytesIO(b'x'))
i = tarfile.TarInfo('link'); i.type = tarfile.SYMTYPE; i.linkname = '/etc/passwd'; t.addfile(i)
t.close()
)"));
  CHECK(look(dir.path() / "t.zip") ==
        std::vector<Seen>{{"manifest.xml", true, 5}, {"manifest.xml", true, 7}, {"../out", true, 1}});
  CHECK(look(dir.path() / "t.tar") == std::vector<Seen>{{"/etc/passwd", true, 1}, {"link", false, 0}});
}

TEST_CASE("a content that was cut or changed is never taken for whole") {
  const TemporaryDirectory dir;
  std::string noise;  // does not compress: the content fills the file
  for (unsigned i = 0, x = 1; i < 20'000; ++i)
    noise += static_cast<char>((x = x * 1'103'515'245 + 12'345) >> 16);
  {
    ZipStream zip(dir.path() / "a.zip");
    zip.add("stored", noise, ZipStream::Method::store);
    zip.add("deflated", noise);
    zip.commit();
  }
  const std::string whole = read_file(dir.path() / "a.zip");
  REQUIRE(look(dir.path() / "a.zip").size() == 2);
  const std::size_t content_end = whole.find("PK\x01\x02");  // the central directory
  REQUIRE(content_end != std::string::npos);
  for (std::size_t n = 40; n < content_end; n += 401) {
    CAPTURE(n);
    write_file(dir.path() / "cut.zip", whole.substr(0, n));
    // Cut exactly between two entries it would be a whole shorter archive: 401 never falls there.
    CHECK(code_of(dir.path() / "cut.zip") == Exit::sip_unreadable);
    std::string changed = whole;
    changed[n] = static_cast<char>(changed[n] ^ 0x10);
    write_file(dir.path() / "changed.zip", changed);
    const auto code = code_of(dir.path() / "changed.zip");
    const bool header = n >= 20'036 && n < 20'100;  // a name or a flag: another entry, not another content
    if (!header) CHECK(code == Exit::sip_unreadable);
  }
}

TEST_CASE("a compressed file that holds no tar is refused, an empty archive has no entries") {
  const TemporaryDirectory dir;
  REQUIRE(python(dir.path(), R"(
import bz2, gzip, zipfile
open('x.gz', 'wb').write(gzip.compress(b'just text, longer than a block? ' * 40))
open('x.bz2', 'wb').write(bz2.compress(b'just text, longer than a block? ' * 40))
zipfile.ZipFile('empty.zip', 'w').close()
)"));
  CHECK(code_of(dir.path() / "x.gz") == Exit::sip_unreadable);
  CHECK(code_of(dir.path() / "x.bz2") == Exit::sip_unreadable);
  CHECK(look(dir.path() / "empty.zip").empty());
}

TEST_CASE("a zip that the disk cannot hold is an error of the disk and leaves nothing") {
  const TemporaryDirectory dir;
  const rlimit small{10'000, RLIM_INFINITY};
  rlimit before{};
  REQUIRE(getrlimit(RLIMIT_FSIZE, &before) == 0);
  signal(SIGXFSZ, SIG_IGN);
  Exit code = Exit::ok;
  {
    ZipStream zip(dir.path() / "a.zip");
    zip.add("a", std::string(100'000, 'x'), ZipStream::Method::store);
    REQUIRE(setrlimit(RLIMIT_FSIZE, &small) == 0);
    try {
      zip.commit();
    } catch (const Error& e) {
      code = e.code();
    }
    REQUIRE(setrlimit(RLIMIT_FSIZE, &before) == 0);
  }
  CHECK(code == Exit::disk);
  CHECK(fs::is_empty(dir.path()));
}

TEST_CASE("a slice that goes past the end of its file is refused, not shortened") {
  const TemporaryDirectory dir;
  write_file(dir.path() / "spool", "0123456789");
  Exit code = Exit::ok;
  try {
    ZipStream zip(dir.path() / "a.zip");
    zip.add_slice("a", dir.path() / "spool", 5, 50);
    zip.commit();
  } catch (const Error& e) {
    code = e.code();
  }
  CHECK(code == Exit::disk);
  CHECK_FALSE(fs::exists(dir.path() / "a.zip"));
}

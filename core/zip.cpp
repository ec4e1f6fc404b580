// A reproducible zip writer on libzip.
#include "core/zip.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/handle.hpp"

#include <zip.h>

#include <cerrno>
#include <list>
#include <unistd.h>

namespace versoir::core {

namespace {

// 1 January 1980, 00:00: the first date that a zip can say; a constant makes the archive reproducible.
constexpr zip_uint16_t fixed_date = (0 << 9) | (1 << 5) | 1;
constexpr zip_uint16_t fixed_time = 0;
constexpr zip_uint32_t deflate_level = 6;
// Regular file, rw-r--r--, as if made on Unix.
constexpr zip_uint32_t fixed_attributes = 0100644u << 16;

}  // namespace

struct ZipWriter::State {
  std::filesystem::path path, partial;
  zip_t* zip = nullptr;
  std::list<std::string> buffers;  ///< must outlive zip_close
  std::function<void(double)> progress;

  [[noreturn]] void fail(std::string_view what) const {
    Error e(Exit::sip_build,
            msg("{0}: {1} failed: {2}", path.string(), what, zip ? zip_strerror(zip) : "libzip"));
    if (!zip) throw std::move(e);
    const int kind = zip_error_code_zip(zip_get_error(zip));
    const int number = zip_error_code_system(zip_get_error(zip));
    if (kind == ZIP_ER_WRITE || kind == ZIP_ER_CLOSE || kind == ZIP_ER_RENAME || kind == ZIP_ER_TMPOPEN)
      e = Error(Exit::disk, e.message());
    if (number == ENOSPC || number == EDQUOT)
      e = std::move(e).hint(msg("Make room on this disk, or choose another place."));
    throw std::move(e);
  }

  void add(std::string_view name, zip_source_t* source, Method method) {
    if (!source) fail("zip_source");
    const std::string entry(name);
    const auto index = zip_file_add(zip, entry.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      fail("zip_file_add");
    }
    const auto i = static_cast<zip_uint64_t>(index);
    const auto compression = method == Method::store ? ZIP_CM_STORE : ZIP_CM_DEFLATE;
    if (zip_set_file_compression(zip, i, compression, method == Method::store ? 0 : deflate_level) != 0 ||
        zip_file_set_dostime(zip, i, fixed_time, fixed_date, 0) != 0 ||
        zip_file_set_external_attributes(zip, i, 0, ZIP_OPSYS_UNIX, fixed_attributes) != 0)
      fail("zip_file_add");
  }
};

ZipWriter::ZipWriter(const std::filesystem::path& path) : s_(std::make_unique<State>()) {
  s_->path = path;
  s_->partial = path;
  s_->partial += ".partial";
  std::error_code ec;
  std::filesystem::remove(s_->partial, ec);
  int code = 0;
  s_->zip = zip_open(s_->partial.c_str(), ZIP_CREATE | ZIP_TRUNCATE, &code);
  if (!s_->zip) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string text = zip_error_strerror(&error);
    zip_error_fini(&error);
    throw Error(Exit::disk, msg("{0}: {1} failed: {2}", path.string(), "zip_open", text));
  }
}

ZipWriter::~ZipWriter() {
  if (!s_->zip) return;
  zip_discard(s_->zip);
  std::error_code ec;
  std::filesystem::remove(s_->partial, ec);
}

void ZipWriter::add_slice(std::string_view name, const std::filesystem::path& file, std::uint64_t offset,
                          std::uint64_t length, Method method) {
  if (length == 0) {  // libzip reads length 0 as "to the end of the file"
    add_bytes(name, {}, method);
    return;
  }
  zip_error_t error;
  zip_error_init(&error);
  auto* source = zip_source_file_create(file.c_str(), offset, static_cast<zip_int64_t>(length), &error);
  const std::string why = zip_error_strerror(&error);
  zip_error_fini(&error);
  if (!source) throw Error(Exit::sip_build, msg("{0}: {1} failed: {2}", file.string(), "zip_source", why));
  s_->add(name, source, method);
}

void ZipWriter::add_bytes(std::string_view name, std::string bytes, Method method) {
  s_->buffers.push_back(std::move(bytes));
  const auto& kept = s_->buffers.back();
  s_->add(name, zip_source_buffer(s_->zip, kept.data(), kept.size(), 0), method);
}

void ZipWriter::commit(const std::function<void(double)>& progress) {
  s_->progress = progress;
  if (progress)
    zip_register_progress_callback_with_state(
        s_->zip, 0.01,
        [](zip_t*, double fraction, void* state) { static_cast<State*>(state)->progress(fraction); }, nullptr,
        s_.get());
  if (zip_close(s_->zip) != 0) {
    try {
      s_->fail("zip_close");
    } catch (...) {
      zip_discard(s_->zip);
      s_->zip = nullptr;
      std::error_code ec;
      std::filesystem::remove(s_->partial, ec);
      throw;
    }
  }
  s_->zip = nullptr;
  publish_file(s_->partial, s_->path);
}

}  // namespace versoir::core

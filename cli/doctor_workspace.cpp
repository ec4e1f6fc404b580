// versoir doctor: the workspace, its configuration, its keys and its files.
#include "cli/doctor.hpp"
#include "core/display.hpp"
#include "core/file.hpp"
#include "extract/store.hpp"
#include "sip/versement.hpp"
#include "trust/certificate.hpp"
#include "trust/roles.hpp"

#include <algorithm>
#include <sys/stat.h>
#include <unistd.h>

namespace versoir::cli {

namespace fs = std::filesystem;
using core::Exit;
using core::msg;
using namespace std::chrono_literals;

namespace {

constexpr std::uintmax_t least_room = 200'000'000;  ///< below, hardly a lot can be written
constexpr auto soon = 30 * 24h;                     ///< a certificate takes weeks to be renewed

bool is_secret_readable_by_others(const fs::path& file, bool& exists) {
  struct stat facts {};
  exists = ::stat(file.c_str(), &facts) == 0;
  return exists && (facts.st_mode & (S_IRWXG | S_IRWXO)) != 0;
}

void look_at_secret(const std::string& section, const fs::path& file, Diagnoses& found) {
  const auto check = "secret [" + section + "]";
  bool exists = false;
  if (is_secret_readable_by_others(file, exists))
    found.push_back(
        broken(check, Exit::configuration, msg("{0} can be read by others than its owner.", file.string()),
               msg("chmod 600 {0}; if others had access to the machine, replace the key.", file.string())));
  else if (!exists)
    found.push_back(broken(check, Exit::configuration,
                           msg("{0} of [{1}] is not there.", file.string(), section),
                           msg("Correct the path in versoir.conf, or put the file back.")));
  else
    found.push_back(good(check, msg("{0} is its owner's alone.", file.string())));
}

void look_at_dates(Context& c, const std::string& check, const trust::Certificate& certificate,
                   Diagnoses& found) {
  const auto end = certificate.not_after();
  const auto name = certificate.common_name().empty() ? certificate.subject() : certificate.common_name();
  if (end < c.clock.now())
    found.push_back(broken(check, Exit::configuration,
                           msg("The certificate of {0} expired on {1}.", name, core::show_date(end)),
                           msg("Have it renewed, and name the new one in versoir.conf.")));
  else if (certificate.not_before() > c.clock.now())
    found.push_back(broken(check, Exit::configuration,
                           msg("The certificate of {0} is only valid from {1}.", name,
                               core::show_date(certificate.not_before())),
                           msg("Look at the clock of the machine, or wait for that day.")));
  else if (end < c.clock.now() + soon)
    found.push_back(doubtful(check, msg("The certificate of {0} expires on {1}.", name, core::show_date(end)),
                             msg("Ask for a new one now: renewing takes time.")));
  else
    found.push_back(
        good(check, msg("The certificate of {0} is valid until {1}.", name, core::show_date(end))));
}

/// A PKCS#12 file wants its password: only PEM is looked into.
bool is_pem(const fs::path& file) {
  return core::read_file(file, 1u << 20).find("-----BEGIN CERTIFICATE") != std::string::npos;
}

void look_at_certificates(Context& c, const std::string& check, const fs::path& file, bool first_only,
                          Diagnoses& found) {
  try {
    if (first_only && !is_pem(file)) {
      found.push_back(good(check, msg("{0} is not PEM: its dates are read when it is used.", file.string())));
      return;
    }
    auto list = trust::Certificate::list_from_pem_file(file);
    if (first_only && list.size() > 1) list.erase(list.begin() + 1, list.end());
    for (const auto& certificate : list) look_at_dates(c, check, certificate, found);
  } catch (const core::Error& e) {
    found.push_back(broken(check, e));
  }
}

/// A workspace that only consults, or where others sign, needs none: a doubt, no defect.
void look_at_producer(Context& c, Diagnoses& found) {
  const auto names = c.config().names("signing");
  if (std::ranges::find(names, "producer") != names.end()) return;
  found.push_back(doubtful(
      "signing [producer]",
      msg("There is no [signing.producer]: versoir extract, versoir build and versoir consult purge will "
          "refuse, since they seal what they make with that key."),
      msg("Where this workspace is to extract or build, write in versoir.conf: [signing.producer], with "
          "certificate = FILE.pem and key = FILE.pem, or pkcs12 = FILE.p12 and password_file = FILE, or "
          "certificate, pkcs11 and pkcs11_module for a card.")));
}

void look_at_keys(Context& c, Diagnoses& found) {
  look_at_producer(c, found);
  for (const auto* kind : {"signing", "platform"})
    for (const auto& name : c.config().names(kind)) {
      const auto section = std::string(kind) + "." + name;
      for (const auto* key : {"key", "pkcs12", "password_file"}) {
        const auto typed = c.config().get_or(section, key, "");
        if (!typed.empty() && !typed.starts_with("pkcs11:"))
          look_at_secret(section, *c.config().find_path(section, key), found);
      }
      if (const auto file = c.config().find_path(section, "certificate"))
        look_at_certificates(c, "certificate [" + section + "]", *file, true, found);
    }
}

void look_at_trust(Context& c, Diagnoses& found) {
  for (const auto& [section, key] : {std::pair{"trust", "anchors"}, std::pair{"timestamp", "ca"}})
    if (const auto file = c.config().find_path(section, key))
      look_at_certificates(c, std::string("anchors [") + section + "]", *file, false, found);
  if (const auto file = c.config().find_path("trust", "roles")) try {
      static_cast<void>(trust::RoleRegister::read(*file));  // its signature is judged by versoir roles show
      found.push_back(good("roles", msg("The role register can be read: {0}", file->string())));
    } catch (const core::Error& e) {
      found.push_back(broken("roles", e));
    }
}

bool look_at_configuration(Context& c, Diagnoses& found) {
  if (std::error_code ec; !fs::exists(c.config_file(), ec)) {
    found.push_back(
        good("configuration", msg("There is no workspace here: only the installation was looked at.")));
    return false;
  }
  try {
    static_cast<void>(c.config());
    static_cast<void>(c.journal_node());
    found.push_back(good("configuration",
                         msg("{0} can be read, and every key in it is known.", c.config_file().string())));
    return true;
  } catch (const core::Error& e) {
    found.push_back(broken("configuration", e));
    return false;
  }
}

void look_at_room(Context& c, Diagnoses& found) {
  if (::access(c.workspace().c_str(), W_OK) != 0) {
    found.push_back(broken("disk", Exit::disk,
                           msg("The workspace {0} cannot be written to.", c.workspace().string()),
                           msg("Run as its owner, or give the account the right to write there.")));
    return;
  }
  std::error_code ec;
  const auto room = fs::space(c.workspace(), ec);
  std::uintmax_t largest = 0;
  for (fs::directory_iterator it(c.workspace(), ec), end; !ec && it != end; it.increment(ec))
    if (it->path().extension() == ".extract")
      if (std::error_code missing; it->is_regular_file(missing))
        largest = std::max(largest, it->file_size(missing));
  if (room.available < least_room)
    found.push_back(broken("disk", Exit::disk,
                           msg("{0} are left on the disk.", core::show_size(room.available)),
                           msg("Make room: extracts, lots and their temporary files need it.")));
  else if (room.available < 2 * largest)  // a versement of everything, and its temporary files
    found.push_back(doubtful("disk",
                             msg("{0} are left on the disk, less than twice the largest extract ({1}).",
                                 core::show_size(room.available), core::show_size(largest)),
                             msg("Make room before the next extract or versement.")));
  else
    found.push_back(good("disk", msg("{0} are left on the disk.", core::show_size(room.available))));
}

void look_at_files(Context& c, Diagnoses& found) {
  std::vector<fs::path> extracts;
  std::error_code ec;
  for (fs::directory_iterator it(c.workspace(), ec), end; !ec && it != end; it.increment(ec))
    if (it->path().extension() == ".extract") extracts.push_back(it->path());
  std::sort(extracts.begin(), extracts.end());
  const auto attempt = [&](const std::string& check, const core::Message& well, auto read) {
    try {
      read();
      found.push_back(good(check, well));
    } catch (const core::Error& e) {
      found.push_back(broken(check, e));
    }
  };
  for (const auto& path : extracts)
    attempt("extract " + path.filename().string(),
            msg("{0} can be read by this version.", path.filename().string()),
            [&] { static_cast<void>(extract::Extract::open(path)); });
  for (const auto& id : sip::list_versements(c.workspace()))
    attempt("versement " + id, msg("The versement {0} can be read by this version.", id),
            [&] { static_cast<void>(sip::Versement(c.workspace(), id).plan()); });
}

}  // namespace

void diagnose_workspace(Context& c, Diagnoses& found) {
  if (look_at_configuration(c, found)) {
    look_at_keys(c, found);
    look_at_trust(c, found);
  }
  look_at_room(c, found);
  look_at_files(c, found);
}

void diagnose_timestamp(Context& c, Diagnoses& found) {
  try {
    auto* tsa = c.tsa();
    if (tsa == nullptr) {
      found.push_back(good("timestamp", msg("No time-stamping authority is configured.")));
      return;
    }
    static_cast<void>(tsa->token("versoir doctor"));
    found.push_back(good("timestamp", msg("The time-stamping authority answers, and its token verifies.")));
  } catch (const core::Error& e) {
    found.push_back(broken("timestamp", e));
  }
}

}  // namespace versoir::cli

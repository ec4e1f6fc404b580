// gettext behind Message: translation at the edge, English as the fallback of everything.
#include "core/i18n.hpp"

#include "core/display.hpp"
#include "core/locale_folder.hpp"

#include <fmt/args.h>

#include <clocale>
#include <cstdlib>
#include <filesystem>
#include <libintl.h>

namespace versoir::core {

namespace {

constexpr const char* domain = "versoir";

std::string fill(const std::string& pattern, const std::vector<std::string>& args) {
  fmt::dynamic_format_arg_store<fmt::format_context> store;
  for (const auto& a : args) store.push_back(a);
  return fmt::vformat(pattern, store);
}

/// 2026-11-25T16:14:00Z as people of the language write it. An argument is one or none: what was typed, a
/// name or a sentence stays as it is.
std::string for_people(const std::string& arg) {
  constexpr std::size_t length = std::string_view("2026-11-25T16:14:00Z").size();
  if (arg.size() != length || arg[10] != 'T' || arg.back() != 'Z') return arg;
  const auto instant = parse_instant(arg);
  return instant && language_tag() != "en" ? show_instant(*instant) : arg;
}

/// A bare server has no fr_FR: LANGUAGE works with any UTF-8 locale, C.UTF-8 included, but not with "C".
void choose_utf8_locale() {
  for (const char* name : {"fr_FR.UTF-8", "C.UTF-8"})
    if (std::setlocale(LC_ALL, name)) return;
}

/// "fr" of LANG=fr_FR.UTF-8; the order of the variables is that of POSIX.
std::string environment_language() {
  for (const char* variable : {"LC_ALL", "LC_MESSAGES", "LANG"})
    if (const char* value = std::getenv(variable); value && *value) {
      const std::string name = value;
      return name.substr(0, name.find_first_of("_.@"));
    }
  return {};
}

}  // namespace

std::filesystem::path locale_folder() {
  if (const char* env = std::getenv("VERSOIR_LOCALEDIR")) return env;
  std::error_code ec;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", ec).parent_path();
  const auto beside = program / "locale";
  if (std::filesystem::is_directory(beside, ec)) return beside;
  return program.parent_path() / "share" / "locale";
}

std::string Message::english() const {
  try {
    return fill(many_.empty() || n_ == 1 ? id_ : many_, args_);
  } catch (const std::exception&) {
    return id_;
  }
}

std::string Message::text() const {
  if (id_.empty()) return {};
  try {
    auto args = args_;
    for (auto& arg : args) arg = for_people(arg);
    if (many_.empty()) return fill(dgettext(domain, id_.c_str()), args);
    args.at(0) = show_count(n_);
    return fill(dngettext(domain, id_.c_str(), many_.c_str(), n_), args);
  } catch (const std::exception&) {
    return english();
  }
}

void set_language(std::string_view lang) {
  if (lang.empty()) {
    if (!std::setlocale(LC_ALL, "")) {
      // The locale asked for is not installed here; its language can still be served.
      if (!std::getenv("LANGUAGE"))
        if (const auto wanted = environment_language(); !wanted.empty())
          ::setenv("LANGUAGE", wanted.c_str(), 1);
      choose_utf8_locale();
    }
  } else {
    ::setenv("LANGUAGE", std::string(lang).c_str(), 1);
    choose_utf8_locale();
  }
  std::setlocale(LC_NUMERIC, "C");  // machine formats never follow the user's decimal comma
  bindtextdomain(domain, locale_folder().c_str());
  bind_textdomain_codeset(domain, "UTF-8");
  textdomain(domain);
}

std::string tr(const char* id) { return *id ? dgettext(domain, id) : ""; }

// TRANSLATORS: the BCP 47 code of your language; it also becomes the lang attribute of pages.
std::string language_tag() { return tr("en"); }

std::string ntr(const char* one, const char* many, unsigned long n) {
  const std::vector<std::string> args{show_count(n)};
  try {
    return fill(dngettext(domain, one, many, n), args);
  } catch (const std::exception&) {
    return fill(n == 1 ? one : many, args);
  }
}

}  // namespace versoir::core

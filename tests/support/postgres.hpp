// A PostgreSQL server of its own for one test: plain user, unix socket only, gone with the test.
#pragma once
#include "test_support.hpp"

#include <chrono>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdexcept>
#include <string>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace versoir::tests {

/// Folder of initdb and postgres (Debian keeps them out of PATH), the newest version; empty when not
/// installed.
inline std::filesystem::path postgres_programs() {
  std::filesystem::path found;
  std::error_code ec;
  for (std::filesystem::directory_iterator it("/usr/lib/postgresql", ec), end; !ec && it != end;
       it.increment(ec))
    if (const auto bin = it->path() / "bin"; std::filesystem::exists(bin / "initdb", ec) && bin > found)
      found = bin;
  return found;
}

/// Call at the start of a test that needs a server: see have().
inline bool have_postgres() {
  const auto programs = postgres_programs();
  return have(programs.empty() ? std::filesystem::path("/usr/lib/postgresql/*/bin/initdb")
                               : programs / "initdb");
}

class PostgresServer {
 public:
  PostgresServer() {
    char name[] = "/tmp/versoir-pg-XXXXXX";  // short: the path of a socket has 107 bytes at most
    if (!mkdtemp(name)) throw std::runtime_error("mkdtemp");
    folder_ = name;
    if (geteuid() == 0) {  // initdb refuses root
      const passwd* user = getpwnam("postgres");
      if (!user) user = getpwnam("nobody");
      if (!user) throw std::runtime_error("no plain user to run PostgreSQL as");
      user_ = *user;
      user_name_ = user->pw_name;
      if (chown(name, user_.pw_uid, user_.pw_gid) != 0) throw std::runtime_error("chown");
    }
    const auto programs = postgres_programs();
    const auto data = folder_ / "data";
    run({programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale",
         "--no-sync"});
    begin();
  }
  PostgresServer(const PostgresServer&) = delete;
  PostgresServer& operator=(const PostgresServer&) = delete;
  ~PostgresServer() {
    if (server_ > 0) {
      kill(server_, SIGQUIT);  // immediate: nothing of it is kept
      waitpid(server_, nullptr, 0);
    }
    std::error_code ec;
    std::filesystem::remove_all(folder_, ec);
  }

  /// Ends the server as an administrator does in a hurry, sessions cut, and starts it again.
  void restart() {
    kill(server_, SIGINT);
    waitpid(server_, nullptr, 0);
    begin();
  }
  /// From now on these lines of pg_hba.conf decide who enters; the account postgres still does.
  void admit(const std::string& lines) const {
    std::ofstream(folder_ / "data" / "pg_hba.conf") << "local all postgres trust\n" << lines;
    sql("SELECT pg_reload_conf()");
  }

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::string conninfo(const std::string& database = "postgres",
                                     const std::string& user = "postgres") const {
    return "host=" + folder_.string() + " dbname=" + database + " user=" + user;
  }
  [[nodiscard]] std::string uri(const std::string& database = "postgres",
                                const std::string& user = "postgres") const {
    return "postgresql:" + conninfo(database, user);
  }

  /// Runs SQL through psql; the first error is an exception.
  void sql(const std::string& text, const std::string& database = "postgres") const {
    const auto file = folder_ / "test.sql";
    std::ofstream(file, std::ios::binary) << text;
    const auto command = "psql -X -q -v ON_ERROR_STOP=1 -o /dev/null -f " + file.string() + " \"" +
                         conninfo(database) + "\" >&2";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("psql failed: " + text.substr(0, 200));
  }
  /// The one value that a query gives, as psql prints it.
  [[nodiscard]] std::string value(const std::string& query, const std::string& database = "postgres") const {
    const auto file = folder_ / "value.txt";
    const auto command = "psql -X -q -A -t -v ON_ERROR_STOP=1 -o " + file.string() + " -c \"" + query +
                         "\" \"" + conninfo(database) + "\" >&2";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("psql failed: " + query);
    std::ifstream in(file);
    std::string line;
    std::getline(in, line);
    return line;
  }

 private:
  void begin() {
    const auto data = folder_ / "data";
    server_ =
        start({postgres_programs() / "postgres", "-D", data, "-k", folder_, "-c", "listen_addresses=", "-c",
               "fsync=off", "-c", "full_page_writes=off", "-c", "shared_buffers=16MB"});
    wait_until_ready(data / "postmaster.pid");
  }
  /// Starts a program as the plain user; it dies with this process, even when a test crashes.
  pid_t start(const std::vector<std::string>& arguments) const {
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("fork");
    if (child > 0) return child;
    if (!user_name_.empty() && (initgroups(user_name_.c_str(), user_.pw_gid) != 0 ||
                                setgid(user_.pw_gid) != 0 || setuid(user_.pw_uid) != 0))
      _exit(126);
    prctl(PR_SET_PDEATHSIG, SIGQUIT);
    if (getppid() != parent) _exit(126);
    const int log = open((folder_ / "log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (log < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0 || chdir("/") != 0) _exit(126);
    std::vector<char*> argv;
    for (const auto& a : arguments) argv.push_back(const_cast<char*>(a.c_str()));
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(127);
  }
  void run(const std::vector<std::string>& arguments) const {
    int status = 0;
    if (waitpid(start(arguments), &status, 0) < 0 || status != 0) fail(arguments[0] + " failed");
  }
  void wait_until_ready(const std::filesystem::path& pid_file) const {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < end) {
      std::ifstream in(pid_file);
      std::string line;
      for (int i = 0; i < 8; ++i) std::getline(in, line);  // the eighth line is the state
      if (line.starts_with("ready")) return;
      if (waitpid(server_, nullptr, WNOHANG) != 0) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    fail("PostgreSQL does not start");
  }
  [[noreturn]] void fail(const std::string& what) const {
    std::ifstream in(folder_ / "log");
    throw std::runtime_error(what + ":\n" + std::string(std::istreambuf_iterator<char>(in), {}));
  }

  std::filesystem::path folder_;
  passwd user_{};
  std::string user_name_;
  pid_t server_ = 0;
};

}  // namespace versoir::tests

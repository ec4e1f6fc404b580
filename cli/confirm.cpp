// The terminal that confirms.
#include "cli/confirm.hpp"

#include "core/error.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace versoir::cli {

using core::Error;
using core::Exit;
using core::msg;

void confirm_typed(const core::Message& question, const std::string& expected,
                   const core::Message& nothing_done) {
  core::UniqueFd tty(::open("/dev/tty", O_RDWR | O_CLOEXEC));
  if (!tty)
    throw Error(Exit::usage, nothing_done)
        .because(msg("There is no terminal to confirm on."))
        .hint(msg("Read what stands above, then give the same command again with --confirm {0}", expected));
  const std::string text = question.text() + " ";
  if (::write(tty.get(), text.data(), text.size()) < 0) core::throw_errno("write", "/dev/tty");
  std::string answer;
  char ch = 0;
  while (::read(tty.get(), &ch, 1) == 1 && ch != '\n') answer += ch;
  require_confirmed(core::trim(answer), expected, nothing_done);
}

void require_confirmed(const std::string& given, const std::string& expected,
                       const core::Message& nothing_done) {
  if (given != expected)
    throw Error(Exit::usage, nothing_done).because(msg("'{0}' is not {1}.", given, expected));
}

}  // namespace versoir::cli

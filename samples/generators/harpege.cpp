// sample-harpege: an invented university's Harpège, with the real tables and the awkward facts of real data.
#include "harpege_model.hpp"

namespace {

using namespace versoir::samples;

/// Known people first, then an academic and another agent in turn.
void generate(const Options& options, Output& out) {
  harpege::Context context{out, options.seed};
  harpege::write_nomenclatures(out);
  harpege::write_characters(context);
  for (int n = 0; n < options.people - harpege::characters; ++n) {
    if (n % 2 == 0 && n / 2 < harpege::academics)
      harpege::write_academic(context, n / 2 + 1);
    else
      harpege::write_ordinary(context, static_cast<std::uint64_t>(n));
  }
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc, argv, {"sample-harpege", "harpege", "agents", 60, harpege::characters}, generate);
}

// sample-apogee: an invented university's Apogée, with the real tables and the awkward facts of real data.
#include "apogee_model.hpp"

namespace {

using namespace versoir::samples;

void generate(const Options& options, Output& out) {
  const apogee::Offer offer;
  apogee::Context context{out, offer, options.seed};
  apogee::write_nomenclatures(out);
  apogee::write_offer(out, offer);
  apogee::write_around_offer(out, offer);
  apogee::write_staff(context);
  apogee::write_characters(context);
  for (int n = 0; n < options.people - apogee::characters; ++n)
    apogee::write_student(context, static_cast<std::uint64_t>(n));
  apogee::write_deliberations(context);
  apogee::write_years(context);
}

}  // namespace

int main(int argc, char** argv) {
  return run(argc, argv, {"sample-apogee", "apogee", "students", 200, apogee::characters}, generate);
}

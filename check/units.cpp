// STP_UNIT_CHECK_AND_PROCESS: what the reading of the manifest found in units, action by action.
#include "check/steps.hpp"

namespace versoir::check {

void control_units(const Request& request, const ManifestModel& model, Recorder& out) {
  out.add(model.unit_schema);
  // Holding schemes stop at the schema.
  if (request.workflow == Workflow::holding_scheme) return;
  out.hide_rest_after_ko();
  out.add(model.unit_profiles);  // the one action that does not stop the others
  out.add(model.classification);
  if (model.classification.worst >= Status::ko) out.hide_rest_after_ko();
  out.add(model.rules);
}

}  // namespace versoir::check

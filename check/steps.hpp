// What the steps of a control share: the recorder of events and the facts gathered on the way. Private to
// check.
#pragma once
#include "check/checker.hpp"
#include "check/container.hpp"
#include "check/manifest.hpp"
#include "check/manifest_ahead.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace versoir::check {

/// Writes the events of the steps in order, with the status arithmetic of VITAM: the worst counts.
class Recorder {
 public:
  explicit Recorder(Report& report) : report_(report) {}
  void begin(std::string_view step);
  /// `code` without its status: CHECK_SEDA.NOT_XSD_VALID.
  void add(std::string_view code, Status status, core::Message message, std::string where = {});
  void add(const Defects& defects);
  [[nodiscard]] Status step_status() const noexcept { return status_; }
  /// Writes the event of the step. False: the workflow stops there.
  bool end();
  /// When the step has failed, what follows is hidden by it: kept apart, without effect on any status.
  void hide_rest_after_ko();

 private:
  static constexpr std::size_t most_per_step = 100;
  Report& report_;
  std::string step_;
  Status status_ = Status::ok;
  bool hiding_ = false, step_hidden_ = false;
  std::size_t written_ = 0, dropped_ = 0, hidden_ = 0;
};

struct Request {
  std::filesystem::path sip;
  const Referentials* referentials = nullptr;
  std::optional<std::string> manifest_digest_header;
  Workflow workflow = Workflow::default_workflow;
};

/// Filing and holding schemes: no object.
[[nodiscard]] bool is_scheme(Workflow workflow) noexcept;

/// Each control adds its defects. Inside a step the first action at KO stops the step: what the others find
/// is hidden by it.
void control_container(const Request& request, const ContainerFacts& container,
                       Recorder& out);                                // STP_SANITY_CHECK_SIP
void control_upload(const ContainerFacts& container, Recorder& out);  // STP_UPLOAD_SIP
/// Takes what was read of the manifest. False: it could not be read as SEDA, `model` says nothing.
bool control_seda(const ContainerFacts& container, ManifestAhead& ahead, ManifestModel& model, Recorder& out);
void control_header(const Request& request, const ContainerFacts& container, const ManifestModel& model,
                    Recorder& out);
void control_package(const Request& request, const ContainerFacts& container, ManifestModel& model,
                     Recorder& out);
/// Reads the archive again when the manifest comes after files of which it names another digest than SHA-512.
void control_objects(const Request& request, const ContainerFacts& container, const ManifestModel& model,
                     Recorder& out);
void control_units(const Request& request, const ManifestModel& model, Recorder& out);

}  // namespace versoir::check

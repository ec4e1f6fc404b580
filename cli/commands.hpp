// One function per command file, giving its entries of the command table.
#pragma once
#include "cli/command.hpp"

#include <vector>

namespace versoir::cli {

std::vector<CommandDef> init_commands();
std::vector<CommandDef> doctor_commands();
std::vector<CommandDef> manual_commands();
std::vector<CommandDef> inspect_commands();
std::vector<CommandDef> extract_commands();
std::vector<CommandDef> schedule_commands();
std::vector<CommandDef> plan_commands();
std::vector<CommandDef> build_commands();
std::vector<CommandDef> check_commands();
std::vector<CommandDef> review_commands();
std::vector<CommandDef> roles_commands();
std::vector<CommandDef> visa_commands();
std::vector<CommandDef> send_commands();
std::vector<CommandDef> close_commands();
std::vector<CommandDef> warnings_commands();
std::vector<CommandDef> evidence_commands();
std::vector<CommandDef> eliminate_commands();
std::vector<CommandDef> decommission_commands();
std::vector<CommandDef> status_commands();
std::vector<CommandDef> verify_commands();
std::vector<CommandDef> vitam_commands();
std::vector<CommandDef> sandbox_commands();
std::vector<CommandDef> consult_commands();
std::vector<CommandDef> siard_commands();
std::vector<CommandDef> consult_document_commands();
std::vector<CommandDef> consult_log_commands();
std::vector<CommandDef> consult_serve_commands();
std::vector<CommandDef> consult_list_commands();
std::vector<CommandDef> consult_annotate_commands();
std::vector<CommandDef> consult_person_commands();
std::vector<CommandDef> consult_code_commands();
std::vector<CommandDef> consult_purge_commands();

inline constexpr std::vector<CommandDef> (*command_makers[])() = {
    init_commands,
    doctor_commands,
    status_commands,
    verify_commands,
    inspect_commands,
    extract_commands,
    schedule_commands,
    plan_commands,
    build_commands,
    check_commands,
    review_commands,
    visa_commands,
    send_commands,
    warnings_commands,
    close_commands,
    evidence_commands,
    eliminate_commands,
    decommission_commands,
    roles_commands,
    vitam_commands,
    consult_commands,
    consult_list_commands,
    consult_document_commands,
    consult_person_commands,
    consult_annotate_commands,
    consult_code_commands,
    consult_purge_commands,
    consult_serve_commands,
    consult_log_commands,
    siard_commands,
    sandbox_commands,
    manual_commands,
};

}  // namespace versoir::cli

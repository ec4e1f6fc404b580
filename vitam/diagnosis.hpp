// Whether a platform can be deposited to, said piece by piece: services, certificate, permissions, contracts.
#pragma once
#include "core/clock.hpp"
#include "core/error.hpp"
#include "vitam/client.hpp"

#include <set>
#include <string>
#include <vector>

namespace versoir::vitam {

/// What is right is Severity::info, what will hinder a deposit error, the rest warning; in the order in which
/// a person mends things: network, TLS, tenant and certificate, contracts, logbook. Services that do not
/// answer end it there. `contracts`: ingest contracts that the configuration names. Nothing is sent but
/// questions; only Error(Exit::configuration) is thrown (a certificate or key that cannot be read).
[[nodiscard]] std::vector<core::Finding> diagnose(Client& client, const std::set<std::string>& contracts,
                                                  const core::Clock& clock);

}  // namespace versoir::vitam

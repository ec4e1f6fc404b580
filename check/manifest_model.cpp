// What the reading of a manifest gathers: defects, and identifiers by their hash.
#include "check/container.hpp"
#include "check/manifest.hpp"

#include <algorithm>

namespace versoir::check {

void Defects::add(std::string_view code, Status status, core::Message message, std::string at) {
  ++total;
  worst = std::max(worst, status);
  if (items.size() < 100) items.push_back({std::string(code), status, std::move(message), std::move(at)});
}

void IdTable::declare(std::string_view id, IdFacts facts) { entries_.push_back({name_hash(id), facts}); }

void IdTable::close() { std::ranges::stable_sort(entries_, {}, &Entry::hash); }

std::optional<IdFacts> IdTable::find(std::uint64_t hash) const {
  const auto at = std::ranges::lower_bound(entries_, hash, {}, &Entry::hash);
  return at == entries_.end() || at->hash != hash ? std::nullopt : std::optional(at->facts);
}

}  // namespace versoir::check

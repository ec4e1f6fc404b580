// For the rooms whose sources mostly handle JSON. Apart, because merely knowing the library costs each source
// half a second.
#pragma once
#include <nlohmann/json.hpp>

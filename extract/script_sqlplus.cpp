#include "extract/scripts.hpp"
namespace versoir::extract {
std::string sqlplus_script(const profiles::Application&, const std::string&) { return {}; }
}

# versoir_precompiled(TARGET HEADER...)
#
# Compiles TARGET with the headers of cmake/precompiled/ that are named (common is always there). Targets of one
# combination share one precompiled header; they must have the same compiler options.
option(VERSOIR_PCH "Precompiled headers: a clean build takes a third less" ON)

# The rooms most of whose sources handle JSON.
set(VERSOIR_JSON_ROOMS check cli sip vitam)

function(versoir_precompiled target)
  if(NOT VERSOIR_PCH)
    return()
  endif()
  set(headers common ${ARGN})
  list(JOIN headers _ owner)
  string(PREPEND owner "precompiled_")
  if(NOT TARGET ${owner})
    set(source "${CMAKE_BINARY_DIR}/${owner}.cpp")
    file(CONFIGURE OUTPUT "${source}" CONTENT "")
    add_library(${owner} OBJECT "${source}")
    target_link_libraries(${owner} PRIVATE fmt::fmt nlohmann_json::nlohmann_json)
    if("catch" IN_LIST headers)
      target_link_libraries(${owner} PRIVATE versoir_test_flags)
    else()
      target_link_libraries(${owner} PRIVATE versoir_flags)
    endif()
    list(TRANSFORM headers PREPEND "${CMAKE_SOURCE_DIR}/cmake/precompiled/")
    list(TRANSFORM headers APPEND ".hpp")
    target_precompile_headers(${owner} PRIVATE ${headers})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${owner})
  target_compile_options(${target} PRIVATE -fpch-preprocess) # ccache needs it
endfunction()

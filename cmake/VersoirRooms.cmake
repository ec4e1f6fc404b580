# versoir_room(NAME SOURCES ... LEFT room... LIBS lib...)
#
# One static library per room. The only include directory that a room publishes is a folder that holds
# nothing but a link to itself, so a source can include "core/error.hpp" only if its room links core:
# the direction of the architecture is enforced by the compiler, not by good will.
function(versoir_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LEFT;LIBS" ${ARGN})
  set(gate "${CMAKE_BINARY_DIR}/rooms/${name}")
  file(MAKE_DIRECTORY "${gate}")
  file(CREATE_LINK "${CMAKE_SOURCE_DIR}/${name}" "${gate}/${name}" SYMBOLIC)
  add_library(versoir_${name} STATIC ${ROOM_SOURCES})
  target_include_directories(versoir_${name} PUBLIC "${gate}")
  list(TRANSFORM ROOM_LEFT PREPEND versoir_)
  target_link_libraries(versoir_${name} PUBLIC ${ROOM_LEFT} ${ROOM_LIBS} PRIVATE versoir_flags)
  versoir_precompiled(versoir_${name})
  if(NOT name IN_LIST VERSOIR_ROOMS_OF_EVERY_ROW)
    target_compile_options(versoir_${name} PRIVATE ${VERSOIR_OTHER_ROOMS_OPTIONS})
  endif()
endfunction()

# versoir_embed(TARGET FUNCTION NAMESPACE FILES...): compiles text files into TARGET as
# std::string_view NAMESPACE::FUNCTION(std::string_view file_name), empty when unknown.
function(versoir_embed target function namespace)
  set(out "${CMAKE_CURRENT_BINARY_DIR}/${function}.cpp")
  add_custom_command(OUTPUT "${out}"
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DFUNCTION=${function} -DNAMESPACE=${namespace}
            "-DFILES=${ARGN}" -P "${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake"
    DEPENDS ${ARGN} "${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake" VERBATIM)
  target_sources(${target} PRIVATE "${out}")
endfunction()

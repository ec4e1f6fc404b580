# Compiler settings shared by every target. -O2, not -O3: g++ 12 raises false -Wrestrict alarms at -O3.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_FLAGS_RELEASE "-O2")

option(VERSOIR_WERROR "Treat warnings as errors" ON)
option(VERSOIR_FUZZ "Build the libFuzzer targets instead of the tests (clang)" OFF)
option(VERSOIR_SANITIZE "Address and undefined-behaviour sanitizers" OFF)

# What is built from nothing (a delivered build, sanitizers, fuzz targets) compiles forty-eight sources at once, which halves the
# time: the headers cost more than our own lines. The dev preset, where one works, compiles each alone: quicker after a
# change, and a source that leans on its neighbour's includes or helpers does not compile there.
if(CMAKE_BUILD_TYPE STREQUAL "Release" OR VERSOIR_FUZZ OR VERSOIR_SANITIZE)
  set(CMAKE_UNITY_BUILD ON)
  set(CMAKE_UNITY_BUILD_BATCH_SIZE 48)
  # They take the next source's names for the same source's; the other presets keep them.
  set(VERSOIR_UNITY_OPTIONS -Wno-shadow $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage>)
  # g++ collects its garbage from 128 MB on; so many sources need more than that for good, and an eighth of the time
  # went into looking for what is no longer used. 512 MB is less than such a unit takes anyway.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND VERSOIR_UNITY_OPTIONS "SHELL:--param ggc-min-heapsize=524288" "SHELL:--param ggc-min-expand=100")
    # Of -O2, the passes that took a third of the compiler's time and that our benchmarks do not see (decisions/0047).
    list(APPEND VERSOIR_UNITY_OPTIONS
      -fno-tree-pta -fno-tree-vrp -fno-tree-pre -fno-gcse -fno-code-hoisting -fno-tree-slp-vectorize -fno-ipa-cp -fno-ipa-icf
      -fno-ipa-sra -fno-ipa-modref -fno-inline-functions-called-once -fno-partial-inlining -fno-cse-follow-jumps
      -fno-rerun-cse-after-loop -fno-schedule-insns2 -fira-algorithm=priority)
    # And two that count only in the rooms which every row and byte pass.
    set(VERSOIR_ROOMS_OF_EVERY_ROW core extract)
    set(VERSOIR_OTHER_ROOMS_OPTIONS -fno-inline-functions -fno-tree-loop-optimize)
  endif()
endif()

add_library(versoir_flags INTERFACE)
target_compile_options(versoir_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wimplicit-fallthrough
  -fPIE -fstack-protector-strong $<$<BOOL:${VERSOIR_WERROR}>:-Werror> ${VERSOIR_UNITY_OPTIONS})
target_link_options(versoir_flags INTERFACE -pie)
# A dozen test programs are linked whole: gold, of the same package as ld, takes half the time.
find_program(VERSOIR_GOLD ld.gold)
if(VERSOIR_GOLD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_link_options(versoir_flags INTERFACE -fuse-ld=gold)
endif()
target_compile_definitions(versoir_flags INTERFACE
  $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2> BOOST_ALL_NO_LIB)
if(VERSOIR_FUZZ)
  target_compile_options(versoir_flags INTERFACE -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(versoir_flags INTERFACE -fsanitize=address,undefined)
endif()
if(VERSOIR_SANITIZE)
  # g++ 12 sees uninitialised values in the standard library's <regex> when it instruments it.
  target_compile_options(versoir_flags INTERFACE -Wno-maybe-uninitialized -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(versoir_flags INTERFACE -fsanitize=address,undefined)
endif()

# The program is built with -O2; what tests it need not be, and compiles in less time. Without optimization
# glibc refuses _FORTIFY_SOURCE.
add_library(versoir_test_flags INTERFACE)
target_link_libraries(versoir_test_flags INTERFACE versoir_flags)
target_compile_options(versoir_test_flags INTERFACE $<$<CONFIG:Release>:-O0 -g0 -U_FORTIFY_SOURCE>)
target_compile_definitions(versoir_test_flags INTERFACE CATCH_CONFIG_FAST_COMPILE)

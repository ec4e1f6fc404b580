# What is installed beside the program, and the Debian package. The program finds its profiles and its messages from its own
# place (../share), so that any prefix works.
# No address of ours answers: who publishes a package gives theirs (docs/release.md).
set(VERSOIR_MAINTAINER "Versoir maintainers <maintainers@versoir.invalid>" CACHE STRING "Maintainer of the package: a name and an address")

if(VERSOIR_FUZZ)
  return()
endif()

# Manual pages in both languages and completion: written by the program itself, from its table of commands.
set(manual "${CMAKE_BINARY_DIR}/manual")
set(completion "${manual}/versoir.bash")
add_custom_command(OUTPUT "${completion}"
  COMMAND ${CMAKE_COMMAND} -E rm -rf "${manual}"
  COMMAND ${CMAKE_COMMAND} -E make_directory "${manual}"
  COMMAND versoir manual --quiet --lang en --workspace "${manual}" --write "${manual}/man"
  COMMAND versoir manual --quiet --lang fr --workspace "${manual}" --write "${manual}/man"
  COMMAND gzip -9nr "${manual}/man"
  COMMAND versoir completion > "${completion}"
  DEPENDS versoir translations VERBATIM)
add_custom_target(manual ALL DEPENDS "${completion}")

# The papers of a Debian package.
string(SUBSTRING "${VERSOIR_RELEASE_DATE}" 0 4 VERSOIR_YEAR)
execute_process(COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C date -u -R -d "${VERSOIR_RELEASE_DATE}"
  OUTPUT_VARIABLE VERSOIR_DATE_RFC OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
file(READ "${CMAKE_SOURCE_DIR}/LICENSE" VERSOIR_LICENCE)
string(REGEX REPLACE "\r" "" VERSOIR_LICENCE "${VERSOIR_LICENCE}")
string(REGEX REPLACE "\n+$" "" VERSOIR_LICENCE "${VERSOIR_LICENCE}")
string(REGEX REPLACE "\n[ \t]*\n" "\n.\n" VERSOIR_LICENCE "${VERSOIR_LICENCE}")
string(REGEX REPLACE "\n[ \t]*\n" "\n.\n" VERSOIR_LICENCE "${VERSOIR_LICENCE}")
string(REPLACE "\n" "\n " VERSOIR_LICENCE " ${VERSOIR_LICENCE}")
set(papers "${CMAKE_BINARY_DIR}/packaging")
configure_file("${CMAKE_SOURCE_DIR}/packaging/copyright.in" "${papers}/copyright" @ONLY)
configure_file("${CMAKE_SOURCE_DIR}/packaging/changelog.in" "${papers}/changelog.Debian" @ONLY)
configure_file("${CMAKE_SOURCE_DIR}/CHANGELOG.md" "${papers}/changelog" COPYONLY)
foreach(name IN ITEMS changelog changelog.Debian)
  execute_process(COMMAND gzip -9nkf "${papers}/${name}" COMMAND_ERROR_IS_FATAL ANY)
endforeach()

install(DIRECTORY "${manual}/man/" DESTINATION "${CMAKE_INSTALL_MANDIR}")
install(FILES "${completion}" DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions" RENAME versoir)
install(DIRECTORY "${CMAKE_SOURCE_DIR}/profiles/schemas" DESTINATION "${CMAKE_INSTALL_DATADIR}/versoir")
install(FILES "${CMAKE_SOURCE_DIR}/packaging/versoir-extract@.service" "${CMAKE_SOURCE_DIR}/packaging/versoir-extract@.timer"
  DESTINATION lib/systemd/system)
install(FILES "${CMAKE_SOURCE_DIR}/README.md" "${papers}/copyright" "${papers}/changelog.gz" "${papers}/changelog.Debian.gz"
  DESTINATION "${CMAKE_INSTALL_DOCDIR}")
install(DIRECTORY "${CMAKE_SOURCE_DIR}/docs" DESTINATION "${CMAKE_INSTALL_DOCDIR}" PATTERN "make-pages" EXCLUDE
  PATTERN "check-*" EXCLUDE PATTERN "make-*" EXCLUDE)

# What the guides name under samples/: a configuration, a service, a proxy, a test PKI.
install(FILES "${CMAKE_SOURCE_DIR}/samples/versoir.conf.in" "${CMAKE_SOURCE_DIR}/samples/versoir-consult.service"
  "${CMAKE_SOURCE_DIR}/samples/consult-nginx.conf" DESTINATION "${CMAKE_INSTALL_DOCDIR}/samples")
install(PROGRAMS "${CMAKE_SOURCE_DIR}/samples/pki/make-pki" DESTINATION "${CMAKE_INSTALL_DOCDIR}/samples/pki")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME versoir)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_CONTACT "${VERSOIR_MAINTAINER}")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_PACKAGE_DIRECTORY "${CMAKE_BINARY_DIR}/package")
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
  OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_SECTION database)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# Libraries follow from what the program is linked to; fonts do not.
set(CPACK_DEBIAN_PACKAGE_DEPENDS "adduser, fonts-dejavu-core")
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "odbc-postgresql, bash-completion, man-db")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "${CMAKE_SOURCE_DIR}/packaging/postinst" "${CMAKE_SOURCE_DIR}/packaging/postrm")
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION "archive and consult the data of a retired application
 Versoir copies the database of an application that is switched off into one
 sealed file, builds from it the SIPs (SEDA) that the law wants kept, has the
 archivist sign what is transferred, sends it to a VITAM platform and keeps the
 receipts. What was copied stays searchable and printable for decades, without
 the application. Profiles for Apogée (students) and Harpège (staff) are
 included.")
include(CPack)

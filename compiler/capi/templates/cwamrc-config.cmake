# The targets cwamrc::shared and cwamrc::static; cwamrc::cwamrc is the first.
get_filename_component(_cwamrc_libdir "${CMAKE_CURRENT_LIST_DIR}/../.." ABSOLUTE)
string(REGEX REPLACE "/@LIBDIR@$" "" _cwamrc_prefix "${_cwamrc_libdir}")

if(NOT TARGET cwamrc::shared)
    add_library(cwamrc::shared SHARED IMPORTED)
    set_target_properties(cwamrc::shared PROPERTIES
        IMPORTED_LOCATION "${_cwamrc_libdir}/libcwamrc.so.@VERSION@"
        IMPORTED_SONAME "libcwamrc.so.@INTERFACE@"
        INTERFACE_INCLUDE_DIRECTORIES "${_cwamrc_prefix}/@INCLUDEDIR@")
    add_library(cwamrc::static STATIC IMPORTED)
    set_target_properties(cwamrc::static PROPERTIES
        IMPORTED_LOCATION "${_cwamrc_libdir}/libcwamrc.a"
        INTERFACE_LINK_LIBRARIES "gcc_s;util;rt;pthread;m;dl"
        INTERFACE_INCLUDE_DIRECTORIES "${_cwamrc_prefix}/@INCLUDEDIR@")
    add_library(cwamrc::cwamrc INTERFACE IMPORTED)
    set_target_properties(cwamrc::cwamrc PROPERTIES INTERFACE_LINK_LIBRARIES cwamrc::shared)
endif()
unset(_cwamrc_prefix)
unset(_cwamrc_libdir)

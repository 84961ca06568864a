/* Runs the Lua scripts named on the command line, one after another, in one state. */
#include <stdio.h>
#include <stdlib.h>

#include "lauxlib.h"
#include "lua.h"
#include "lualib.h"

void lua_driver_throw(void)
{
    fflush(stdout);
    fprintf(stderr, "error: a Lua error was thrown\n");
    exit(1);
}

static const luaL_Reg libraries[] = {
    { LUA_GNAME, luaopen_base },          { LUA_TABLIBNAME, luaopen_table },
    { LUA_STRLIBNAME, luaopen_string },   { LUA_MATHLIBNAME, luaopen_math },
    { LUA_UTF8LIBNAME, luaopen_utf8 },    { NULL, NULL },
};

int main(int argc, char **argv)
{
    lua_State *state = luaL_newstate();
    if (state == NULL)
        return 2;
    for (const luaL_Reg *library = libraries; library->func != NULL; library++) {
        luaL_requiref(state, library->name, library->func, 1);
        lua_pop(state, 1);
    }
    for (int i = 1; i < argc; i++) {
        if (luaL_loadfile(state, argv[i]) != LUA_OK) {
            fprintf(stderr, "error: cannot load %s: %s\n", argv[i], lua_tostring(state, -1));
            return 1;
        }
        lua_call(state, 0, 0);
    }
    lua_close(state);
    return 0;
}

/* Lua throws with longjmp, which wasm32-wasi has not. The scripts here raise no error and yield no
 * coroutine, so a throw ends the program, in both builds. */
#ifndef LUA_THROW_H
#define LUA_THROW_H

_Noreturn void lua_driver_throw(void);

#define LUAI_THROW(L, c) lua_driver_throw()
#define LUAI_TRY(L, c, a) { a }
#define luai_jmpbuf int

#endif

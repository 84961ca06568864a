/* ldo.c includes <setjmp.h>, which wasi-libc has not; throw.h leaves nothing of it in use. */

;; A WASI program that prints its arguments as WASI hands them out, each with a NUL behind it, and exits
;; with their number, that of its own name included; 100 more if a directory was opened for it.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_prestat_get"
    (func $fd_prestat_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  ;; 0: an I/O vector; 8: bytes written; 16: number of arguments; 20: their bytes; 1024: pointers;
  ;; 4096: the arguments.
  (memory (export "memory") 1)

  (func (export "_start")
    (drop (call $args_sizes_get (i32.const 16) (i32.const 20)))
    (drop (call $args_get (i32.const 1024) (i32.const 4096)))
    (i32.store (i32.const 0) (i32.const 4096))
    (i32.store (i32.const 4) (i32.load (i32.const 20)))
    (drop (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (call $proc_exit
      (i32.add
        (i32.load (i32.const 16))
        (select
          (i32.const 100)
          (i32.const 0)
          (i32.eqz (call $fd_prestat_get (i32.const 3) (i32.const 24))))))))

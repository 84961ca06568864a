;; A WASI program that does what the first letter of its first argument says: prints its (a)rguments
;; or its (e)nvironment as WASI passes them, copies standard input to standard output (c) or to
;; standard error (s), prints data.txt of the first preopened directory (f), e(x)its with 7,
;; (t)raps.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get"
    (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_sizes_get"
    (func $environ_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read"
    (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write"
    (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  ;; 0: an I/O vector; 8: bytes read or written; 16: number of strings; 20: their bytes; 24: a file;
  ;; 1024: pointers; 4096: strings; 8192: a buffer.
  (memory (export "memory") 1)
  (data (i32.const 32) "data.txt")

  (func $check (param $errno i32)
    (if (local.get $errno) (then (call $proc_exit (i32.const 9)))))

  (func $write (param $file i32) (param $text i32) (param $length i32)
    (i32.store (i32.const 0) (local.get $text))
    (i32.store (i32.const 4) (local.get $length))
    (call $check
      (call $fd_write (local.get $file) (i32.const 0) (i32.const 1) (i32.const 8))))

  (func $copy (param $from i32) (param $to i32)
    (loop $next
      (i32.store (i32.const 0) (i32.const 8192))
      (i32.store (i32.const 4) (i32.const 4096))
      (call $check
        (call $fd_read (local.get $from) (i32.const 0) (i32.const 1) (i32.const 8)))
      (if (i32.load (i32.const 8))
        (then
          (call $write (local.get $to) (i32.const 8192) (i32.load (i32.const 8)))
          (br $next)))))

  (func $letter (result i32)
    (call $check (call $args_sizes_get (i32.const 16) (i32.const 20)))
    (call $check (call $args_get (i32.const 1024) (i32.const 4096)))
    (if (result i32) (i32.lt_u (i32.load (i32.const 16)) (i32.const 2))
      (then (i32.const 0))
      (else (i32.load8_u (i32.load (i32.const 1028))))))

  (func (export "_start")
    (local $letter i32)
    (local.set $letter (call $letter))
    (if (i32.eq (local.get $letter) (i32.const 0x61))
      (then (call $write (i32.const 1) (i32.const 4096) (i32.load (i32.const 20)))))
    (if (i32.eq (local.get $letter) (i32.const 0x65))
      (then
        (call $check (call $environ_sizes_get (i32.const 16) (i32.const 20)))
        (call $check (call $environ_get (i32.const 1024) (i32.const 4096)))
        (call $write (i32.const 1) (i32.const 4096) (i32.load (i32.const 20)))))
    (if (i32.eq (local.get $letter) (i32.const 0x63))
      (then (call $copy (i32.const 0) (i32.const 1))))
    (if (i32.eq (local.get $letter) (i32.const 0x73))
      (then (call $copy (i32.const 0) (i32.const 2))))
    (if (i32.eq (local.get $letter) (i32.const 0x66))
      (then
        ;; Of the rights only fd_read.
        (call $check
          (call $path_open
            (i32.const 3) (i32.const 0) (i32.const 32) (i32.const 8) (i32.const 0)
            (i64.const 2) (i64.const 0) (i32.const 0) (i32.const 24)))
        (call $copy (i32.load (i32.const 24)) (i32.const 1))))
    (if (i32.eq (local.get $letter) (i32.const 0x78))
      (then (call $proc_exit (i32.const 7))))
    (if (i32.eq (local.get $letter) (i32.const 0x74))
      (then (unreachable)))))

;; A WASI program that applies the operation in its first argument to the paths in its second and
;; third argument, relative to the first preopened directory: (o)pens and prints, (c)reates and
;; writes, makes a (s)ymbolic link, (r)enames, (u)nlinks, (l)inks, (m)akes or removes a (d)irectory.
;; (f) tries to read and write every file descriptor from 3 to 63. Exits with 9 if the operation is
;; refused, and with 8 if a descriptor works.
(module
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $args_sizes_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_get" (func $args_get (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_symlink"
    (func $path_symlink (param i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_rename"
    (func $path_rename (param i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_unlink_file"
    (func $path_unlink_file (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_link"
    (func $path_link (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_create_directory"
    (func $path_create_directory (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "path_remove_directory"
    (func $path_remove_directory (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))

  ;; 0: an I/O vector; 8: bytes read or written; 16: number of strings; 20: their bytes; 24: a file;
  ;; 1024: pointers; 4096: strings; 16384: a buffer.
  (memory (export "memory") 1)
  (global $a (mut i32) (i32.const 0))
  (global $b (mut i32) (i32.const 0))

  (func $check (param $errno i32)
    (if (local.get $errno) (then (call $proc_exit (i32.const 9)))))

  (func $length (param $text i32) (result i32) (local $end i32)
    (local.set $end (local.get $text))
    (block $found (loop $next
      (br_if $found (i32.eqz (i32.load8_u (local.get $end))))
      (local.set $end (i32.add (local.get $end) (i32.const 1)))
      (br $next)))
    (i32.sub (local.get $end) (local.get $text)))

  ;; Opens the first path with these flags and rights.
  (func $open (param $flags i32) (param $rights i64)
    (call $check (call $path_open
      (i32.const 3) (i32.const 1) (global.get $a) (call $length (global.get $a)) (local.get $flags)
      (local.get $rights) (i64.const 0) (i32.const 0) (i32.const 24))))

  (func $vector (param $address i32) (param $size i32)
    (i32.store (i32.const 0) (local.get $address))
    (i32.store (i32.const 4) (local.get $size)))

  (func $descriptors (local $fd i32)
    (local.set $fd (i32.const 3))
    (loop $next
      (call $vector (i32.const 16384) (i32.const 1))
      (if (i32.eqz (call $fd_read (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))
        (then (call $proc_exit (i32.const 8))))
      (if (i32.eqz (call $fd_write (local.get $fd) (i32.const 0) (i32.const 1) (i32.const 8)))
        (then (call $proc_exit (i32.const 8))))
      (local.set $fd (i32.add (local.get $fd) (i32.const 1)))
      (br_if $next (i32.lt_u (local.get $fd) (i32.const 64)))))

  (func (export "_start") (local $letter i32)
    (call $check (call $args_sizes_get (i32.const 16) (i32.const 20)))
    (call $check (call $args_get (i32.const 1024) (i32.const 4096)))
    (local.set $letter (i32.load8_u (i32.load (i32.const 1028))))
    (if (i32.gt_u (i32.load (i32.const 16)) (i32.const 2))
      (then (global.set $a (i32.load (i32.const 1032)))))
    (if (i32.gt_u (i32.load (i32.const 16)) (i32.const 3))
      (then (global.set $b (i32.load (i32.const 1036)))))
    (if (i32.eq (local.get $letter) (i32.const 0x6f))
      (then
        (call $open (i32.const 0) (i64.const 2))
        (call $vector (i32.const 16384) (i32.const 4096))
        (call $check
          (call $fd_read (i32.load (i32.const 24)) (i32.const 0) (i32.const 1) (i32.const 8)))
        (call $vector (i32.const 16384) (i32.load (i32.const 8)))
        (call $check (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))))
    (if (i32.eq (local.get $letter) (i32.const 0x63))
      (then
        (call $open (i32.const 1) (i64.const 64))
        (call $vector (i32.const 4096) (i32.const 4))
        (call $check (call $fd_write
          (i32.load (i32.const 24)) (i32.const 0) (i32.const 1) (i32.const 8)))))
    (if (i32.eq (local.get $letter) (i32.const 0x73))
      (then (call $check (call $path_symlink
        (global.get $a) (call $length (global.get $a)) (i32.const 3)
        (global.get $b) (call $length (global.get $b))))))
    (if (i32.eq (local.get $letter) (i32.const 0x72))
      (then (call $check (call $path_rename
        (i32.const 3) (global.get $a) (call $length (global.get $a))
        (i32.const 3) (global.get $b) (call $length (global.get $b))))))
    (if (i32.eq (local.get $letter) (i32.const 0x75))
      (then (call $check (call $path_unlink_file
        (i32.const 3) (global.get $a) (call $length (global.get $a))))))
    (if (i32.eq (local.get $letter) (i32.const 0x6c))
      (then (call $check (call $path_link
        (i32.const 3) (i32.const 1) (global.get $a) (call $length (global.get $a))
        (i32.const 3) (global.get $b) (call $length (global.get $b))))))
    (if (i32.eq (local.get $letter) (i32.const 0x6d))
      (then (call $check (call $path_create_directory
        (i32.const 3) (global.get $a) (call $length (global.get $a))))))
    (if (i32.eq (local.get $letter) (i32.const 0x64))
      (then (call $check (call $path_remove_directory
        (i32.const 3) (global.get $a) (call $length (global.get $a))))))
    (if (i32.eq (local.get $letter) (i32.const 0x66))
      (then (call $descriptors)))))

;; The target info, and one jump for each runtime helper, which is all that the loader patches.
;;! opt-level = 2
;;! target = "aarch64"
;;! show = "inspect"

(module
  (import "env" "log" (func $log (param i32)))
  (memory (export "memory") 1)
  (func $f (export "f") (param i32 f32)
    (call $log (i32.div_s (i32.const 100) (local.get 0)))
    (call $f (local.get 0) (local.get 1))
    (memory.fill (i32.const 0) (i32.const 0) (local.get 0))))

;; WAMR AOT file, version 5, 992 bytes
;;   target    aarch64v8, relocatable (e_machine 183, e_flags 0x0)
;;   runs on   2.4.1, 2.4.2, 2.4.3, 2.4.4, 2.4.5
;;             a runtime of another AOT version reports "unknown binary version": choose it with --wamr-version
;;   features  none
;;
;; Sections, with offset and size (6)
;;   0x00000010         48  target info
;;   0x00000048        140  init data
;;   0x000000dc        516  text
;;   0x000002e8         20  function
;;   0x00000304         30  export
;;   0x0000032c        180  relocation
;;
;; Memories (1)
;;   [0] 1 to 1 pages of 65536, no maximum stated
;;
;; Types (2)
;;   [0] (i32) -> ()
;;   [1] (i32, f32) -> ()
;;
;; Imported functions (1)
;;   [0] env.log  type 0 (i32) -> ()
;;
;; Code: 500 bytes, after 12 bytes of literals
;;
;; Functions, with code offset and size (1)
;;   [1] 0x00000000      500  f  type 1 (i32, f32) -> ()
;;
;; Exports (2)
;;   memory     0  memory
;;   func       1  f
;;
;; Relocations in .rela.text (3)
;;          1  R_AARCH64_JUMP26         aot_invoke_native
;;          1  R_AARCH64_JUMP26         aot_set_exception_with_id
;;          1  R_AARCH64_JUMP26         memset

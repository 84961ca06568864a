;; However many calls and traps there are, the loader patches only one jump for each runtime helper:
;; calls inside the module are already resolved, and there is no data section.
;;! opt-level = 2
;;! show = "inspect"

(module
  (import "env" "log" (func $log (param i32)))
  (memory (export "memory") 1)
  (data (i32.const 16) "bytes")
  (table 2 funcref)
  (elem (i32.const 0) $fib)
  (global $g (mut i32) (i32.const 3))
  (func $fib (export "fib") (param i32) (result i32)
    (if (result i32) (i32.lt_u (local.get 0) (i32.const 2))
      (then (local.get 0))
      (else
        (i32.add
          (call $fib (i32.sub (local.get 0) (i32.const 1)))
          (call $fib (i32.sub (local.get 0) (i32.const 2)))))))
  (func (export "divide") (param f64 i32) (result f64)
    (call $log (local.get 1))
    (call $log (i32.div_s (i32.const 100) (local.get 1)))
    (memory.fill (i32.const 0) (i32.const 0) (local.get 1))
    (f64.mul (local.get 0) (f64.const 3.25))))

;; WAMR AOT file, version 5, 1376 bytes
;;   target    x86_64, relocatable (e_machine 62, e_flags 0x0)
;;   runs on   2.4.1, 2.4.2, 2.4.3, 2.4.4, 2.4.5
;;             a runtime of another AOT version reports "unknown binary version": choose it with --wamr-version
;;   features  none
;;
;; Sections, with offset and size (6)
;;   0x00000010         48  target info
;;   0x00000048        244  init data
;;   0x00000144        757  text
;;   0x00000444         40  function
;;   0x00000474         47  export
;;   0x000004ac        180  relocation
;;
;; Memories (1)
;;   [0] 1 to 1 pages of 65536, no maximum stated
;;
;; Data segments (1)
;;   [0] active memory 0 at i32.const 16, 5 bytes
;;
;; Tables (1)
;;   [0] funcref, 2 to 1024, no maximum stated
;;
;; Element segments (1)
;;   [0] active table 0 at i32.const 0, 1 of funcref
;;
;; Types (3)
;;   [0] (i32) -> ()
;;   [1] (i32) -> (i32)
;;   [2] (f64, i32) -> (f64)
;;
;; Imported functions (1)
;;   [0] env.log  type 0 (i32) -> ()
;;
;; Globals (1)
;;   [0] i32 = i32.const 3, mutable
;;
;; Code: 741 bytes, after 12 bytes of literals
;;
;; Functions, with code offset and size (2)
;;   [1] 0x00000000      112  fib  type 1 (i32) -> (i32)
;;   [2] 0x00000070      629  divide  type 2 (f64, i32) -> (f64)
;;
;; Exports (3)
;;   memory     0  memory
;;   func       1  fib
;;   func       2  divide
;;
;; Relocations in .rela.text (3)
;;          1  R_X86_64_PLT32           aot_invoke_native
;;          1  R_X86_64_PLT32           aot_set_exception_with_id
;;          1  R_X86_64_PLT32           memset

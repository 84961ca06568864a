;; The feature flags are set for what the module uses. They let a runtime without a feature say why
;; it cannot load the file. The imported start function has become function 2.
;;! show = "inspect"

(module
  (import "env" "start" (func $start))
  (memory 0)
  (data "passive")
  (table 1 externref)
  (start $start)
  (func (export "grow") (result i32)
    (table.grow (ref.null extern) (i32.const 1))))

;; WAMR AOT file, version 5, 808 bytes
;;   target    x86_64, relocatable (e_machine 62, e_flags 0x0)
;;   runs on   2.4.1, 2.4.2, 2.4.3, 2.4.4, 2.4.5
;;             a runtime of another AOT version reports "unknown binary version": choose it with --wamr-version
;;   features  bulk-memory, reference-types
;;
;; Sections, with offset and size (6)
;;   0x00000010         48  target info
;;   0x00000048        176  init data
;;   0x00000100        277  text
;;   0x00000220         40  function
;;   0x00000250         17  export
;;   0x0000026c        188  relocation
;;
;; Memories (1)
;;   [0] 0 to 0 pages of 0, no maximum stated
;;
;; Data segments (1)
;;   [0] passive memory 0, 7 bytes
;;
;; Tables (1)
;;   [0] externref, 1 to 1024, no maximum stated, may grow
;;
;; Types (2)
;;   [0] () -> ()
;;   [1] () -> (i32)
;;
;; Imported functions (1)
;;   [0] env.start  type 0 () -> ()
;;
;; Code: 261 bytes, after 12 bytes of literals
;; Start function: 2
;;
;; Functions, with code offset and size (2)
;;   [1] 0x00000000       80  grow  type 1 () -> (i32)
;;   [2] 0x00000050      181  type 0 () -> ()
;;
;; Exports (1)
;;   func       1  grow
;;
;; Relocations in .rela.text (3)
;;          1  R_X86_64_PLT32           aot_invoke_native
;;          1  R_X86_64_PLT32           aot_set_exception_with_id
;;          1  R_X86_64_PLT32           aot_table_grow

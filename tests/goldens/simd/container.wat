;; Vectors in types and globals, with the feature flag for them.
;;! show = "inspect"

(module
  (global i32 (i32.const 1))
  (global (mut v128) (v128.const i32x4 1 2 3 0xffffffff))
  (func (export "f") (param v128 i32) (result v128) (local.get 0)))

;; WAMR AOT file, version 5, 336 bytes
;;   target    x86_64, relocatable (e_machine 62, e_flags 0x0)
;;   runs on   2.4.1, 2.4.2, 2.4.3, 2.4.4, 2.4.5
;;             a runtime of another AOT version reports "unknown binary version": choose it with --wamr-version
;;   features  simd-128bit
;;
;; Sections, with offset and size (6)
;;   0x00000010         48  target info
;;   0x00000048        156  init data
;;   0x000000ec         25  text
;;   0x00000110         20  function
;;   0x0000012c         14  export
;;   0x00000144         12  relocation
;;
;; Memories (1)
;;   [0] 0 to 0 pages of 65536, no maximum stated
;;
;; Types (1)
;;   [0] (v128, i32) -> (v128)
;;
;; Globals (2)
;;   [0] i32 = i32.const 1
;;   [1] v128 = v128.const i128 0xffffffff000000030000000200000001, mutable
;;
;; Code: 9 bytes, after 12 bytes of literals
;;
;; Functions, with code offset and size (1)
;;   [0] 0x00000000        9  f  type 0 (v128, i32) -> (v128)
;;
;; Exports (1)
;;   func       0  f

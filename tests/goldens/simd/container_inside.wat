;; A vector operator inside a function is enough to set the feature flag.
;;! show = "inspect"

(module (memory 1)
  (func (export "f") (param i32)
    (v128.store (local.get 0) (i32x4.splat (local.get 0)))))

;; WAMR AOT file, version 5, 324 bytes
;;   target    x86_64, relocatable (e_machine 62, e_flags 0x0)
;;   runs on   2.4.1, 2.4.2, 2.4.3, 2.4.4, 2.4.5
;;             a runtime of another AOT version reports "unknown binary version": choose it with --wamr-version
;;   features  simd-128bit
;;
;; Sections, with offset and size (6)
;;   0x00000010         48  target info
;;   0x00000048        116  init data
;;   0x000000c4         54  text
;;   0x00000104         20  function
;;   0x00000120         14  export
;;   0x00000138         12  relocation
;;
;; Memories (1)
;;   [0] 1 to 1 pages of 65536, no maximum stated
;;
;; Types (1)
;;   [0] (i32) -> ()
;;
;; Code: 38 bytes, after 12 bytes of literals
;;
;; Functions, with code offset and size (1)
;;   [0] 0x00000000       38  f  type 0 (i32) -> ()
;;
;; Exports (1)
;;   func       0  f

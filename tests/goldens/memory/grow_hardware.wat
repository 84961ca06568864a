;; memory.grow returns the old size or -1. The base does not change, since the runtime has reserved
;; the address space after it. Before the call, the code reads from the stack that the helper may
;; need: if that reaches into the guard pages, wasm code faults, and not the helper.
;;! show = "clif"

(module
  (memory 1)
  (func (export "grow") (param i32) (result i32)
    (i32.store (i32.const 0) (i32.const 1))
    (memory.grow (local.get 0))
    (i32.store (i32.const 4) (memory.size))))

;; function(0) "grow"
;; function u0:0(i64, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;     region1 = 1 "instance"
;;     sig0 = (i64, i32 sext) -> i8 system_v
;;     fn0 = colocated u4:4 sig0 ; aot_enlarge_memory
;;
;; block0(v0: i64, v1: i32):
;;     v5 = load.i64 notrap aligned readonly can_move v0+16
;;     v6 = load.i64 notrap aligned readonly can_move v5+376
;;     v3 = iconst.i32 0
;;     v4 = iconst.i32 1
;;     store region0 v4, v6  ; v4 = 1
;;     v7 = load.i32 notrap region1 v5+360
;;     v8 = get_stack_pointer.i64
;;     v9 = load.i8 v8-4096
;;     v10 = load.i8 v8-8192
;;     v11 = load.i8 v8-0x3000
;;     v12 = load.i8 v8-0x4000
;;     v13 = call fn0(v5, v1)
;;     v14 = iconst.i32 -1
;;     v15 = select v13, v7, v14  ; v14 = -1
;;     v16 = iconst.i32 4
;;     v17 = load.i32 notrap region1 v5+360
;;     store region0 v17, v6+4
;;     return v15
;; }

;;! target = "x86_64"
;;! opt-level = 1
;; The first function that a runtime calls asks it to translate an address outside any memory. A
;; runtime without guard pages raises an exception and returns; one with guard pages answers without
;; checking.

(module
  (memory 1)
  (func (export "_start")
    (i32.store (i32.const 0) (i32.const 1)))
  (func (export "other")
    (i32.store (i32.const 0) (i32.const 2))))

;; function(0) "_start"
;; function u0:0(i64) system_v {
;;     ss0 = explicit_slot 8, align = 8
;;     region0 = 0 "linear memory"
;;     sig0 = (i64, i8 uext, i64, i64, i64) -> i8 system_v
;;     fn0 = colocated u4:5 sig0 ; aot_check_app_addr_and_convert
;;
;; block0(v0: i64):
;;     v4 = load.i64 notrap aligned readonly can_move v0+16
;;     v15 = load.i64 notrap aligned readonly can_move v4+376
;;     v1 = stack_addr.i64 ss0
;;     v2 = iconst.i8 0
;;     v3 = iconst.i64 0xffff_ffff
;;     v5 = get_stack_pointer.i64
;;     v6 = load.i8 v5-4096
;;     v7 = load.i8 v5-8192
;;     v8 = load.i8 v5-0x3000
;;     v9 = load.i8 v5-0x4000
;;     v10 = call fn0(v4, v2, v3, v3, v1)  ; v2 = 0, v3 = 0xffff_ffff, v3 = 0xffff_ffff
;;     v11 = iconst.i8 0
;;     v12 = icmp eq v10, v11  ; v11 = 0
;;     brif v12, block1, block2
;;
;; block2:
;;     v13 = iconst.i32 0
;;     v14 = iconst.i32 1
;;     store region0 v14, v15  ; v14 = 1
;;     return
;;
;; block1 cold:
;;     return
;; }
;;
;; function(1) "other"
;; function u0:1(i64) system_v {
;;     region0 = 0 "linear memory"
;;
;; block0(v0: i64):
;;     v3 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = load.i64 notrap aligned readonly can_move v3+376
;;     v1 = iconst.i32 0
;;     v2 = iconst.i32 2
;;     store region0 v2, v4  ; v2 = 2
;;     return
;; }

;;! show = "clif"

;; A call of a small function is replaced by its body. Its parameters and locals become values of
;; the caller, and what both load from the instance is loaded once.

(module
  (memory 1)
  (func $at (param i32) (result i32) (local i32)
    (local.set 1 (i32.shl (local.get 0) (i32.const 2)))
    (i32.load offset=16 (local.get 1)))
  (func $sum (param i32 i32) (result i32)
    (i32.add (call $at (local.get 0)) (call $at (local.get 1)))))

;; function(0) "at"
;; function u0:0(i64, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;
;; block0(v0: i64, v1: i32):
;;     v6 = load.i64 notrap aligned readonly can_move v0+16
;;     v7 = load.i64 notrap aligned readonly can_move v6+376
;;     v2 = iconst.i32 0
;;     v4 = iconst.i32 2
;;     v5 = ishl v1, v4  ; v4 = 2
;;     v8 = uextend.i64 v5
;;     v9 = iadd v7, v8
;;     v10 = load.i32 region0 v9+16
;;     return v10
;; }
;;
;; function(1) "sum"
;; function u0:1(i64, i32, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     v8 = load.i64 notrap aligned readonly can_move v0+16
;;     v9 = load.i64 notrap aligned readonly can_move v8+376
;;     v4 = iconst.i32 0
;;     v6 = iconst.i32 2
;;     v7 = ishl v1, v6  ; v6 = 2
;;     v10 = uextend.i64 v7
;;     v11 = iadd v9, v10
;;     v12 = load.i32 region0 v11+16
;;     v13 = iconst.i32 0
;;     v15 = iconst.i32 2
;;     v16 = ishl v2, v15  ; v15 = 2
;;     v17 = uextend.i64 v16
;;     v18 = iadd v9, v17
;;     v19 = load.i32 region0 v18+16
;;     v20 = iadd v12, v19
;;     return v20
;; }

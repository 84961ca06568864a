;; Table accesses check the index against the current size and raise "out of bounds table access". A
;; slot has 8 bytes; its low half is the function index. The tables follow each other in the
;; instance: 24 bytes, then the slots. A growing table has as many slots as it may ever need.
;;! opt-level = 2
;;! show = "clif"

(module
  (table $first 2 2 funcref)
  (table $second 10 externref)
  (func (export "get") (param i32) (result externref)
    (table.get $second (local.get 0)))
  (func (export "set") (param i32) (result i32)
    (table.set $first (local.get 0) (ref.null func))
    (ref.is_null (table.get $first (local.get 0))))
  (func (export "size") (result i32)
    (i32.add (table.size $first) (table.size $second))))

;; function(0) "get"
;; function u0:0(i64, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     region1 = 2 "tables"
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:15 sig0 ; trap_thunk(OutOfBoundsTableAccess)
;;
;; block0(v0: i64, v1: i32):
;;     v3 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = load.i32 notrap region0 v3+520
;;     v5 = icmp uge v1, v4
;;     brif v5, block2, block3
;;
;; block3:
;;     v6 = uextend.i64 v1
;;     v7 = iconst.i64 3
;;     v8 = ishl v6, v7  ; v7 = 3
;;     v9 = iadd.i64 v3, v8
;;     v10 = load.i32 notrap region1 v9+528
;;     return v10
;;
;; block2 cold:
;;     call fn0(v0)
;;     trap user1
;; }
;;
;; function(1) "set"
;; function u0:1(i64, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     region1 = 2 "tables"
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:15 sig0 ; trap_thunk(OutOfBoundsTableAccess)
;;
;; block0(v0: i64, v1: i32):
;;     v4 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = iconst.i32 -1
;;     v5 = load.i32 notrap region0 v4+480
;;     v6 = icmp uge v1, v5
;;     brif v6, block2, block3
;;
;; block3:
;;     v7 = uextend.i64 v1
;;     v8 = iconst.i64 3
;;     v9 = ishl v7, v8  ; v8 = 3
;;     v10 = iadd.i64 v4, v9
;;     v11 = uextend.i64 v3  ; v3 = -1
;;     store notrap region1 v11, v10+488
;;     v12 = load.i32 notrap region0 v4+480
;;     v13 = icmp.i32 uge v1, v12
;;     brif v13, block2, block4
;;
;; block4:
;;     v14 = uextend.i64 v1
;;     v15 = iconst.i64 3
;;     v16 = ishl v14, v15  ; v15 = 3
;;     v17 = iadd.i64 v4, v16
;;     v18 = load.i32 notrap region1 v17+488
;;     v19 = iconst.i32 -1
;;     v20 = icmp eq v18, v19  ; v19 = -1
;;     v21 = uextend.i32 v20
;;     return v21
;;
;; block2 cold:
;;     call fn0(v0)
;;     trap user1
;; }
;;
;; function(2) "size"
;; function u0:2(i64) -> i32 system_v {
;;     region0 = 1 "instance"
;;
;; block0(v0: i64):
;;     v2 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = load.i32 notrap region0 v2+480
;;     v4 = load.i32 notrap region0 v2+520
;;     v5 = iadd v3, v4
;;     return v5
;; }

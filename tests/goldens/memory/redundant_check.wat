;; Memory never shrinks, so what lies below a checked address needs no check of its own, as long as
;; control stays in line: one compare for the first three accesses, another for the last, which is
;; beyond them. The call does not matter for the checks, but the base is loaded anew behind it.
;;! opt-level = 2
;;! show = "clif"
;;! bounds-checks = 1
;;! stack-bounds-checks = 0

(module
  (memory 1)
  (func $other)
  (func (export "fields") (param $at i32) (result i32)
    (i32.store offset=12 (local.get $at) (i32.const 1))
    (i32.store offset=8 (local.get $at) (i32.const 2))
    (call $other)
    (i32.load16_u offset=4 (local.get $at))
    (i32.load offset=13 (local.get $at))
    (i32.add)))

;; function(0) "other"
;; function u0:0(i64) system_v {
;; block0(v0: i64):
;;     return
;; }
;;
;; function(1) "fields"
;; function u0:1(i64, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;     region1 = 1 "instance"
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u0:0 sig0 ; function(0)
;;     fn1 = colocated u3:2 sig1 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32):
;;     v7 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = iconst.i32 1
;;     v4 = uextend.i64 v1
;;     v5 = iconst.i64 12
;;     v6 = iadd v4, v5  ; v5 = 12
;;     v8 = load.i64 notrap region1 v7+440
;;     v9 = icmp ugt v6, v8
;;     brif v9, block2, block3
;;
;; block3:
;;     v10 = load.i64 notrap region1 v7+376
;;     v11 = iadd v10, v4
;;     store.i32 notrap region0 v3, v11+12  ; v3 = 1
;;     v12 = iconst.i32 2
;;     v13 = iadd v10, v4
;;     store notrap region0 v12, v13+8  ; v12 = 2
;;     call fn0(v0)
;;     v14 = load.i8 notrap region1 v7+104
;;     brif v14, block4, block5
;;
;; block5:
;;     v15 = load.i64 notrap region1 v7+376
;;     v16 = iadd v15, v4
;;     v17 = uload16.i32 notrap region0 v16+4
;;     v18 = iconst.i64 13
;;     v19 = iadd.i64 v4, v18  ; v18 = 13
;;     v20 = load.i64 notrap region1 v7+440
;;     v21 = icmp ugt v19, v20
;;     brif v21, block2, block6
;;
;; block6:
;;     v22 = iadd.i64 v15, v4
;;     v23 = load.i32 notrap region0 v22+13
;;     v24 = iadd.i32 v17, v23
;;     return v24
;;
;; block2 cold:
;;     call fn1(v0)
;;     v25 = iconst.i32 0
;;     return v25  ; v25 = 0
;;
;; block4 cold:
;;     v26 = iconst.i32 0
;;     return v26  ; v26 = 0
;; }

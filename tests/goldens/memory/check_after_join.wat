;; A check on one way into a block says nothing about the other: behind the end of the `if`, and in
;; the `else`, the address is checked again. In the `then` branch the check before it still holds.
;;! show = "clif"
;;! bounds-checks = 1
;;! stack-bounds-checks = 0

(module
  (memory 1)
  (func (export "dominated") (param $at i32) (param $which i32) (result i32)
    (drop (i32.load (local.get $at)))
    (if (result i32) (local.get $which)
      (then (i32.load8_u (local.get $at)))
      (else (i32.const 0))))
  (func (export "joined") (param $at i32) (param $which i32) (result i32)
    (if (local.get $which)
      (then (drop (i32.load (local.get $at)))))
    (i32.load (local.get $at))))

;; function(0) "dominated"
;; function u0:0(i64, i32, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;     region1 = 1 "instance"
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:2 sig0 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     v5 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = uextend.i64 v1
;;     v6 = load.i64 notrap region1 v5+440
;;     v7 = icmp ugt v4, v6
;;     brif v7, block2, block3
;;
;; block3:
;;     v8 = load.i64 notrap region1 v5+376
;;     v9 = iadd v8, v4
;;     v10 = load.i32 notrap region0 v9
;;     brif.i32 v2, block4, block6
;;
;; block4:
;;     v12 = iadd.i64 v8, v4
;;     v13 = uload8.i32 notrap region0 v12
;;     jump block5(v13)
;;
;; block6:
;;     v14 = iconst.i32 0
;;     jump block5(v14)  ; v14 = 0
;;
;; block5(v11: i32):
;;     return v11
;;
;; block2 cold:
;;     call fn0(v0)
;;     v15 = iconst.i32 0
;;     return v15  ; v15 = 0
;; }
;;
;; function(1) "joined"
;; function u0:1(i64, i32, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;     region1 = 1 "instance"
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:2 sig0 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     v11 -> v1
;;     v5 = load.i64 notrap aligned readonly can_move v0+16
;;     brif v2, block2, block3
;;
;; block2:
;;     v4 = uextend.i64 v1
;;     v6 = load.i64 notrap region1 v5+440
;;     v7 = icmp ugt v4, v6
;;     brif v7, block4, block5
;;
;; block5:
;;     v8 = load.i64 notrap region1 v5+376
;;     v9 = iadd v8, v4
;;     v10 = load.i32 notrap region0 v9
;;     jump block3
;;
;; block3:
;;     v12 = uextend.i64 v1
;;     v13 = load.i64 notrap region1 v5+440
;;     v14 = icmp ugt v12, v13
;;     brif v14, block4, block6
;;
;; block6:
;;     v15 = load.i64 notrap region1 v5+376
;;     v16 = iadd v15, v12
;;     v17 = load.i32 notrap region0 v16
;;     return v17
;;
;; block4 cold:
;;     call fn0(v0)
;;     v18 = iconst.i32 0
;;     return v18  ; v18 = 0
;; }

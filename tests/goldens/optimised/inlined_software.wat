;;! show = "clif"
;;! bounds-checks = 1
;;! functions = ["function(1)"]

;; With software checks, no test of a pending exception follows an inlined body, because a trap in
;; it returns from the caller. An address that the body has checked is not checked again after it.

(module
  (memory 1)
  (func $get (param i32) (result i32)
    (i32.load (local.get 0)))
  (func $twice (param i32) (result i32)
    (i32.add (call $get (local.get 0)) (i32.load (local.get 0)))))

;; function(1) "twice"
;; function u0:1(i64, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     region1 = 0 "linear memory"
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:11 sig0 ; trap_thunk(NativeStackOverflow)
;;     fn1 = colocated u3:2 sig1 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32):
;;     v10 = load.i64 notrap aligned readonly can_move v0+16
;;     v2 = get_stack_pointer.i64
;;     v3 = load.i64 notrap region0 v0+32
;;     v4 = iconst.i64 0x4000
;;     v5 = iadd v3, v4  ; v4 = 0x4000
;;     v6 = icmp ult v2, v5
;;     brif v6, block1, block2
;;
;; block2:
;;     v9 = uextend.i64 v1
;;     v11 = load.i64 notrap region0 v10+440
;;     v12 = icmp ugt v9, v11
;;     brif v12, block5, block6
;;
;; block6:
;;     v13 = load.i64 notrap region0 v10+376
;;     v14 = iadd v13, v9
;;     v15 = load.i32 notrap region1 v14
;;     v16 = iadd v13, v9
;;     v17 = load.i32 notrap region1 v16
;;     v18 = iadd v15, v17
;;     return v18
;;
;; block1 cold:
;;     call fn0(v0)
;;     v19 = iconst.i32 0
;;     return v19  ; v19 = 0
;;
;; block5 cold:
;;     call fn1(v0)
;;     v20 = iconst.i32 0
;;     return v20  ; v20 = 0
;; }

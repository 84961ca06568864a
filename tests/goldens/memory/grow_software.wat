;; The same in software mode: growing may move the memory, so its base (at 376) is loaded anew.
;;! show = "clif"
;;! bounds-checks = 1
;;! stack-bounds-checks = 0

(module
  (memory 1)
  (func (export "grow") (param $at i32) (param $delta i32) (result i32)
    (i32.store (local.get $at) (i32.const 1))
    (memory.grow (local.get $delta))
    (i32.store (local.get $at) (i32.const 2))))

;; function(0) "grow"
;; function u0:0(i64, i32, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;     region1 = 1 "instance"
;;     sig0 = (i64, i32 sext) -> i8 system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u4:4 sig0 ; aot_enlarge_memory
;;     fn1 = colocated u3:2 sig1 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     v6 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = iconst.i32 1
;;     v5 = uextend.i64 v1
;;     v7 = load.i64 notrap region1 v6+440
;;     v8 = icmp ugt v5, v7
;;     brif v8, block2, block3
;;
;; block3:
;;     v9 = load.i64 notrap region1 v6+376
;;     v10 = iadd v9, v5
;;     store.i32 notrap region0 v4, v10  ; v4 = 1
;;     v11 = load.i32 notrap region1 v6+360
;;     v12 = call fn0(v6, v2)
;;     v13 = iconst.i32 -1
;;     v14 = select v12, v11, v13  ; v13 = -1
;;     v15 = iconst.i32 2
;;     v16 = load.i64 notrap region1 v6+376
;;     v17 = iadd v16, v5
;;     store notrap region0 v15, v17  ; v15 = 2
;;     return v14
;;
;; block2 cold:
;;     call fn1(v0)
;;     v18 = iconst.i32 0
;;     return v18  ; v18 = 0
;; }

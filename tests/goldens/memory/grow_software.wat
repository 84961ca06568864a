;; The same in software mode: growing may move the memory, so its base (at 376) is loaded again.
;;! show = "clif"
;;! bounds-checks = 1

(module
  (memory 1)
  (func (export "grow") (param $at i32) (param $delta i32) (result i32)
    (i32.store (local.get $at) (i32.const 1))
    (memory.grow (local.get $delta))
    (i32.store (local.get $at) (i32.const 2))))

;; function(0) "grow"
;; function u0:0(i64, i32, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     region1 = 0 "linear memory"
;;     sig0 = (i64, i32 sext) -> i8 system_v
;;     sig1 = (i64) system_v
;;     sig2 = (i64) system_v
;;     fn0 = colocated u4:4 sig0 ; aot_enlarge_memory
;;     fn1 = colocated u3:11 sig1 ; trap_thunk(NativeStackOverflow)
;;     fn2 = colocated u3:2 sig2 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     v11 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = get_stack_pointer.i64
;;     v4 = load.i64 notrap region0 v0+32
;;     v5 = iconst.i64 0x4000
;;     v6 = iadd v4, v5  ; v5 = 0x4000
;;     v7 = icmp ult v3, v6
;;     brif v7, block1, block2
;;
;; block2:
;;     v9 = iconst.i32 1
;;     v10 = uextend.i64 v1
;;     v12 = load.i64 notrap region0 v11+440
;;     v13 = icmp ugt v10, v12
;;     brif v13, block4, block5
;;
;; block5:
;;     v14 = load.i64 notrap region0 v11+376
;;     v15 = iadd v14, v10
;;     store.i32 notrap region1 v9, v15  ; v9 = 1
;;     v16 = load.i32 notrap region0 v11+360
;;     v17 = call fn0(v11, v2)
;;     v18 = iconst.i32 -1
;;     v19 = select v17, v16, v18  ; v18 = -1
;;     v20 = iconst.i32 2
;;     v21 = load.i64 notrap region0 v11+376
;;     v22 = iadd v21, v10
;;     store notrap region1 v20, v22  ; v20 = 2
;;     return v19
;;
;; block1 cold:
;;     call fn1(v0)
;;     v23 = iconst.i32 0
;;     return v23  ; v23 = 0
;;
;; block4 cold:
;;     call fn2(v0)
;;     v24 = iconst.i32 0
;;     return v24  ; v24 = 0
;; }

;; Memory never shrinks, so addresses below a checked one need no check as long as control flow is
;; straight: one comparison serves the first three accesses, and another one the last, which is
;; beyond them. The call does not invalidate the checks, but the base is loaded again after it.
;;! opt-level = 2
;;! show = "clif"
;;! bounds-checks = 1

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
;;     region0 = 1 "instance"
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:11 sig0 ; trap_thunk(NativeStackOverflow)
;;
;; block0(v0: i64):
;;     v1 = get_stack_pointer.i64
;;     v2 = load.i64 notrap region0 v0+32
;;     v3 = iconst.i64 0x4000
;;     v4 = iadd v2, v3  ; v3 = 0x4000
;;     v5 = icmp ult v1, v4
;;     brif v5, block1, block2
;;
;; block2:
;;     return
;;
;; block1 cold:
;;     call fn0(v0)
;;     return
;; }
;;
;; function(1) "fields"
;; function u0:1(i64, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     region1 = 0 "linear memory"
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     sig2 = (i64) system_v
;;     fn0 = colocated u0:0 sig0 ; function(0)
;;     fn1 = colocated u3:11 sig1 ; trap_thunk(NativeStackOverflow)
;;     fn2 = colocated u3:2 sig2 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32):
;;     v12 = load.i64 notrap aligned readonly can_move v0+16
;;     v2 = get_stack_pointer.i64
;;     v3 = load.i64 notrap region0 v0+32
;;     v4 = iconst.i64 0x4000
;;     v5 = iadd v3, v4  ; v4 = 0x4000
;;     v6 = icmp ult v2, v5
;;     brif v6, block1, block2
;;
;; block2:
;;     v8 = iconst.i32 1
;;     v9 = uextend.i64 v1
;;     v10 = iconst.i64 12
;;     v11 = iadd v9, v10  ; v10 = 12
;;     v13 = load.i64 notrap region0 v12+440
;;     v14 = icmp ugt v11, v13
;;     brif v14, block4, block5
;;
;; block5:
;;     v15 = load.i64 notrap region0 v12+376
;;     v16 = iadd v15, v9
;;     store.i32 notrap region1 v8, v16+12  ; v8 = 1
;;     v17 = iconst.i32 2
;;     v18 = iadd v15, v9
;;     store notrap region1 v17, v18+8  ; v17 = 2
;;     call fn0(v0)
;;     v19 = load.i8 notrap region0 v12+104
;;     brif v19, block6, block7
;;
;; block7:
;;     v20 = load.i64 notrap region0 v12+376
;;     v21 = iadd v20, v9
;;     v22 = uload16.i32 notrap region1 v21+4
;;     v23 = iconst.i64 13
;;     v24 = iadd.i64 v9, v23  ; v23 = 13
;;     v25 = load.i64 notrap region0 v12+440
;;     v26 = icmp ugt v24, v25
;;     brif v26, block4, block8
;;
;; block8:
;;     v27 = iadd.i64 v20, v9
;;     v28 = load.i32 notrap region1 v27+13
;;     v29 = iadd.i32 v22, v28
;;     return v29
;;
;; block1 cold:
;;     call fn1(v0)
;;     v30 = iconst.i32 0
;;     return v30  ; v30 = 0
;;
;; block4 cold:
;;     call fn2(v0)
;;     v31 = iconst.i32 0
;;     return v31  ; v31 = 0
;;
;; block6 cold:
;;     v32 = iconst.i32 0
;;     return v32  ; v32 = 0
;; }

;; A check on one path into a block proves nothing about the other path: the address is checked
;; again after the end of the `if`, and in the `else`. In the `then` branch, the check before the
;; `if` still holds.
;;! show = "clif"
;;! bounds-checks = 1

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
;;     region0 = 1 "instance"
;;     region1 = 0 "linear memory"
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:11 sig0 ; trap_thunk(NativeStackOverflow)
;;     fn1 = colocated u3:2 sig1 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     v10 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = get_stack_pointer.i64
;;     v4 = load.i64 notrap region0 v0+32
;;     v5 = iconst.i64 0x4000
;;     v6 = iadd v4, v5  ; v5 = 0x4000
;;     v7 = icmp ult v3, v6
;;     brif v7, block1, block2
;;
;; block2:
;;     v9 = uextend.i64 v1
;;     v11 = load.i64 notrap region0 v10+440
;;     v12 = icmp ugt v9, v11
;;     brif v12, block4, block5
;;
;; block5:
;;     v13 = load.i64 notrap region0 v10+376
;;     v14 = iadd v13, v9
;;     v15 = load.i32 notrap region1 v14
;;     brif.i32 v2, block6, block8
;;
;; block6:
;;     v17 = iadd.i64 v13, v9
;;     v18 = uload8.i32 notrap region1 v17
;;     jump block7(v18)
;;
;; block8:
;;     v19 = iconst.i32 0
;;     jump block7(v19)  ; v19 = 0
;;
;; block7(v16: i32):
;;     return v16
;;
;; block1 cold:
;;     call fn0(v0)
;;     v20 = iconst.i32 0
;;     return v20  ; v20 = 0
;;
;; block4 cold:
;;     call fn1(v0)
;;     v21 = iconst.i32 0
;;     return v21  ; v21 = 0
;; }
;;
;; function(1) "joined"
;; function u0:1(i64, i32, i32) -> i32 system_v {
;;     region0 = 1 "instance"
;;     region1 = 0 "linear memory"
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:11 sig0 ; trap_thunk(NativeStackOverflow)
;;     fn1 = colocated u3:2 sig1 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     v16 -> v1
;;     v10 = load.i64 notrap aligned readonly can_move v0+16
;;     v3 = get_stack_pointer.i64
;;     v4 = load.i64 notrap region0 v0+32
;;     v5 = iconst.i64 0x4000
;;     v6 = iadd v4, v5  ; v5 = 0x4000
;;     v7 = icmp ult v3, v6
;;     brif v7, block1, block2
;;
;; block2:
;;     brif.i32 v2, block4, block5
;;
;; block4:
;;     v9 = uextend.i64 v1
;;     v11 = load.i64 notrap region0 v10+440
;;     v12 = icmp ugt v9, v11
;;     brif v12, block6, block7
;;
;; block7:
;;     v13 = load.i64 notrap region0 v10+376
;;     v14 = iadd v13, v9
;;     v15 = load.i32 notrap region1 v14
;;     jump block5
;;
;; block5:
;;     v17 = uextend.i64 v1
;;     v18 = load.i64 notrap region0 v10+440
;;     v19 = icmp ugt v17, v18
;;     brif v19, block6, block8
;;
;; block8:
;;     v20 = load.i64 notrap region0 v10+376
;;     v21 = iadd v20, v17
;;     v22 = load.i32 notrap region1 v21
;;     return v22
;;
;; block1 cold:
;;     call fn0(v0)
;;     v23 = iconst.i32 0
;;     return v23  ; v23 = 0
;;
;; block6 cold:
;;     call fn1(v0)
;;     v24 = iconst.i32 0
;;     return v24  ; v24 = 0
;; }

;; In software mode, each access is compared with the bound for its width. A check that already
;; covers an access is not repeated.
;;! show = "clif"
;;! bounds-checks = 1

(module (memory 1)
  (func (export "f") (param $at i32) (param $v v128) (result v128)
    (v128.store (local.get $at) (local.get $v))
    (v128.load64_lane 1 (local.get $at) (local.get $v))))

;; function(0) "f"
;; function u0:0(i64, i32, i8x16) -> i8x16 system_v {
;;     region0 = 1 "instance"
;;     region1 = 0 "linear memory"
;;     sig0 = (i64) system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u3:11 sig0 ; trap_thunk(NativeStackOverflow)
;;     fn1 = colocated u3:2 sig1 ; trap_thunk(OutOfBoundsMemoryAccess)
;;     const0 = 0x00000000000000000000000000000000
;;
;; block0(v0: i64, v1: i32, v2: i8x16):
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
;;     v11 = load.i64 notrap region0 v10+456
;;     v12 = icmp ugt v9, v11
;;     brif v12, block4, block5
;;
;; block5:
;;     v13 = load.i64 notrap region0 v10+376
;;     v14 = iadd v13, v9
;;     store.i8x16 notrap region1 v2, v14
;;     v15 = bitcast.i64x2 little v2
;;     v16 = iadd v13, v9
;;     v17 = load.i64 notrap region1 v16
;;     v18 = insertlane v15, v17, 1
;;     v19 = bitcast.i8x16 little v18
;;     return v19
;;
;; block1 cold:
;;     call fn0(v0)
;;     v20 = vconst.i8x16 const0
;;     return v20  ; v20 = const0
;;
;; block4 cold:
;;     call fn1(v0)
;;     v21 = vconst.i8x16 const0
;;     return v21  ; v21 = const0
;; }

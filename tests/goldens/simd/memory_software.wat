;; In software mode each access is compared with the bound for its width. A check that reached as far
;; is not repeated.
;;! show = "clif"
;;! bounds-checks = 1
;;! stack-bounds-checks = 0

(module (memory 1)
  (func (export "f") (param $at i32) (param $v v128) (result v128)
    (v128.store (local.get $at) (local.get $v))
    (v128.load64_lane 1 (local.get $at) (local.get $v))))

;; function(0) "f"
;; function u0:0(i64, i32, i8x16) -> i8x16 system_v {
;;     region0 = 0 "linear memory"
;;     region1 = 1 "instance"
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:2 sig0 ; trap_thunk(OutOfBoundsMemoryAccess)
;;     const0 = 0x00000000000000000000000000000000
;;
;; block0(v0: i64, v1: i32, v2: i8x16):
;;     v5 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = uextend.i64 v1
;;     v6 = load.i64 notrap region1 v5+456
;;     v7 = icmp ugt v4, v6
;;     brif v7, block2, block3
;;
;; block3:
;;     v8 = load.i64 notrap region1 v5+376
;;     v9 = iadd v8, v4
;;     store.i8x16 notrap region0 v2, v9
;;     v10 = bitcast.i64x2 little v2
;;     v11 = iadd v8, v4
;;     v12 = load.i64 notrap region0 v11
;;     v13 = insertlane v10, v12, 1
;;     v14 = bitcast.i8x16 little v13
;;     return v14
;;
;; block2 cold:
;;     call fn0(v0)
;;     v15 = vconst.i8x16 const0
;;     return v15  ; v15 = const0
;; }

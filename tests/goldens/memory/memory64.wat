;; 64-bit indexes and offsets may wrap; the checks are in software without being asked for.
;;! show = "clif"
;;! stack-bounds-checks = 0

(module
  (memory i64 1)
  (func (param i64) (result i64)
    (drop (i64.load (local.get 0)))
    (drop (i32.load offset=0x1_0000_0000 (local.get 0)))
    (memory.grow (local.get 0))))

;; function(0)
;; function u0:0(i64, i64) -> i64 system_v {
;;     region0 = 0 "linear memory"
;;     region1 = 1 "instance"
;;     sig0 = (i64, i32 sext) -> i8 system_v
;;     sig1 = (i64) system_v
;;     fn0 = colocated u4:4 sig0 ; aot_enlarge_memory
;;     fn1 = colocated u3:2 sig1 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i64):
;;     v3 = load.i64 notrap aligned readonly can_move v0+16
;;     v4 = load.i64 notrap region1 v3+448
;;     v5 = icmp ugt v1, v4
;;     brif v5, block2, block3
;;
;; block3:
;;     v6 = load.i64 notrap region1 v3+376
;;     v7 = iadd v6, v1
;;     v8 = load.i64 notrap region0 v7
;;     v9 = iconst.i64 0x0001_0000_0000
;;     v10 = iadd.i64 v1, v9  ; v9 = 0x0001_0000_0000
;;     v11 = icmp ult v10, v1
;;     brif v11, block2, block4
;;
;; block4:
;;     v12 = load.i64 notrap region1 v3+440
;;     v13 = icmp.i64 ugt v10, v12
;;     brif v13, block2, block5
;;
;; block5:
;;     v14 = iadd.i64 v6, v1
;;     v15 = iconst.i64 0x0001_0000_0000
;;     v16 = iadd v14, v15  ; v15 = 0x0001_0000_0000
;;     v17 = load.i32 notrap region0 v16
;;     v18 = iconst.i64 0xffff_ffff
;;     v19 = icmp.i64 ugt v1, v18  ; v18 = 0xffff_ffff
;;     v20 = iconst.i32 0
;;     v21 = ireduce.i32 v1
;;     v22 = select v19, v20, v21  ; v20 = 0
;;     v23 = load.i32 notrap region1 v3+360
;;     v24 = call fn0(v3, v22)
;;     v25 = iconst.i32 -1
;;     v26 = select v24, v23, v25  ; v25 = -1
;;     v27 = sextend.i64 v26
;;     v28 = iconst.i64 -1
;;     v29 = select v19, v28, v27  ; v28 = -1
;;     return v29
;;
;; block2 cold:
;;     call fn1(v0)
;;     v30 = iconst.i64 0
;;     return v30  ; v30 = 0
;; }

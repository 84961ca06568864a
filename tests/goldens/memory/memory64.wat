;; 64-bit indexes and offsets may wrap around. The checks are always in software, without an option.
;;! show = "clif"

(module
  (memory i64 1)
  (func (param i64) (result i64)
    (drop (i64.load (local.get 0)))
    (drop (i32.load offset=0x1_0000_0000 (local.get 0)))
    (memory.grow (local.get 0))))

;; function(0)
;; function u0:0(i64, i64) -> i64 system_v {
;;     region0 = 1 "instance"
;;     region1 = 0 "linear memory"
;;     sig0 = (i64, i32 sext) -> i8 system_v
;;     sig1 = (i64) system_v
;;     sig2 = (i64) system_v
;;     fn0 = colocated u4:4 sig0 ; aot_enlarge_memory
;;     fn1 = colocated u3:11 sig1 ; trap_thunk(NativeStackOverflow)
;;     fn2 = colocated u3:2 sig2 ; trap_thunk(OutOfBoundsMemoryAccess)
;;
;; block0(v0: i64, v1: i64):
;;     v8 = load.i64 notrap aligned readonly can_move v0+16
;;     v2 = get_stack_pointer.i64
;;     v3 = load.i64 notrap region0 v0+32
;;     v4 = iconst.i64 0x4000
;;     v5 = iadd v3, v4  ; v4 = 0x4000
;;     v6 = icmp ult v2, v5
;;     brif v6, block1, block2
;;
;; block2:
;;     v9 = load.i64 notrap region0 v8+448
;;     v10 = icmp.i64 ugt v1, v9
;;     brif v10, block4, block5
;;
;; block5:
;;     v11 = load.i64 notrap region0 v8+376
;;     v12 = iadd v11, v1
;;     v13 = load.i64 notrap region1 v12
;;     v14 = iconst.i64 0x0001_0000_0000
;;     v15 = iadd.i64 v1, v14  ; v14 = 0x0001_0000_0000
;;     v16 = icmp ult v15, v1
;;     brif v16, block4, block6
;;
;; block6:
;;     v17 = load.i64 notrap region0 v8+440
;;     v18 = icmp.i64 ugt v15, v17
;;     brif v18, block4, block7
;;
;; block7:
;;     v19 = iadd.i64 v11, v1
;;     v20 = iconst.i64 0x0001_0000_0000
;;     v21 = iadd v19, v20  ; v20 = 0x0001_0000_0000
;;     v22 = load.i32 notrap region1 v21
;;     v23 = iconst.i64 0xffff_ffff
;;     v24 = icmp.i64 ugt v1, v23  ; v23 = 0xffff_ffff
;;     v25 = iconst.i32 0
;;     v26 = ireduce.i32 v1
;;     v27 = select v24, v25, v26  ; v25 = 0
;;     v28 = load.i32 notrap region0 v8+360
;;     v29 = call fn0(v8, v27)
;;     v30 = iconst.i32 -1
;;     v31 = select v29, v28, v30  ; v30 = -1
;;     v32 = sextend.i64 v31
;;     v33 = iconst.i64 -1
;;     v34 = select v24, v33, v32  ; v33 = -1
;;     return v34
;;
;; block1 cold:
;;     call fn1(v0)
;;     v35 = iconst.i64 0
;;     return v35  ; v35 = 0
;;
;; block4 cold:
;;     call fn2(v0)
;;     v36 = iconst.i64 0
;;     return v36  ; v36 = 0
;; }

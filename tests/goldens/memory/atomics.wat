;; Atomic accesses are checked for alignment. They use the pointer to the memory that threads share,
;; whose base is loaded once. Narrow values are extended.
;;! show = "clif"

(module
  (memory 1 2 shared)
  (func (param i32 i32) (result i32)
    (i32.atomic.store8 offset=1 (local.get 0) (local.get 1))
    (atomic.fence)
    (drop (i64.atomic.rmw16.cmpxchg_u offset=3 (local.get 0) (i64.const 1) (i64.const 2)))
    (i32.atomic.rmw.add (local.get 0) (local.get 1))))

;; function(0)
;; function u0:0(i64, i32, i32) -> i32 system_v {
;;     region0 = 0 "linear memory"
;;     sig0 = (i64) system_v
;;     fn0 = colocated u3:12 sig0 ; trap_thunk(UnalignedAtomic)
;;
;; block0(v0: i64, v1: i32, v2: i32):
;;     v4 = load.i64 notrap aligned readonly can_move v0+16
;;     v5 = load.i64 notrap aligned readonly can_move v4+8
;;     v6 = load.i64 notrap aligned readonly can_move v5
;;     v7 = load.i64 notrap aligned readonly can_move v6+32
;;     v8 = uextend.i64 v1
;;     v9 = iadd v7, v8
;;     v10 = iconst.i64 1
;;     v11 = iadd v9, v10  ; v10 = 1
;;     v12 = ireduce.i8 v2
;;     atomic_store region0 v12, v11
;;     fence
;;     v13 = iconst.i64 1
;;     v14 = iconst.i64 2
;;     v15 = iconst.i32 1
;;     v16 = iadd v1, v15  ; v15 = 1
;;     v17 = iconst.i32 1
;;     v18 = band v16, v17  ; v17 = 1
;;     brif v18, block2, block3
;;
;; block3:
;;     v19 = iconst.i64 3
;;     v20 = iadd.i64 v9, v19  ; v19 = 3
;;     v21 = ireduce.i16 v13  ; v13 = 1
;;     v22 = ireduce.i16 v14  ; v14 = 2
;;     v23 = atomic_cas v20, v21, v22
;;     v24 = uextend.i64 v23
;;     v25 = iconst.i32 3
;;     v26 = band.i32 v1, v25  ; v25 = 3
;;     brif v26, block2, block4
;;
;; block4:
;;     v27 = atomic_rmw.i32 add v9, v2
;;     return v27
;;
;; block2 cold:
;;     call fn0(v0)
;;     trap user1
;; }

;; With shared memory, loops and calls check whether another thread has asked this one to stop.
;;! opt-level = 2
;;! show = "clif"

(module
  (memory 1 2 shared)
  (func $f (param i32)
    (loop $again
      (call $f (local.get 0))
      (br_if $again (i32.load (local.get 0))))))

;; function(0) "f"
;; function u0:0(i64, i32) system_v {
;;     region0 = 1 "instance"
;;     region1 = 0 "linear memory"
;;     sig0 = (i64, i32) system_v
;;     fn0 = colocated u0:0 sig0 ; function(0)
;;
;; block0(v0: i64, v1: i32):
;;     v7 -> v1
;;     v13 = load.i64 notrap aligned readonly can_move v0+16
;;     v14 = load.i64 notrap aligned readonly can_move v13+8
;;     v15 = load.i64 notrap aligned readonly can_move v14
;;     v16 = load.i64 notrap aligned readonly can_move v15+32
;;     jump block2
;;
;; block2:
;;     v2 = iconst.i64 40
;;     v3 = iadd.i64 v0, v2  ; v2 = 40
;;     v4 = atomic_load.i32 notrap region0 v3
;;     v5 = iconst.i32 1
;;     v6 = band v4, v5  ; v5 = 1
;;     brif v6, block3, block4
;;
;; block4:
;;     call fn0(v0, v7)
;;     v8 = iconst.i64 40
;;     v9 = iadd.i64 v0, v8  ; v8 = 40
;;     v10 = atomic_load.i32 notrap region0 v9
;;     v11 = iconst.i32 1
;;     v12 = band v10, v11  ; v11 = 1
;;     brif v12, block3, block5
;;
;; block5:
;;     v17 = uextend.i64 v7
;;     v18 = iadd.i64 v16, v17
;;     v19 = load.i32 region1 v18
;;     brif v19, block2, block6
;;
;; block6:
;;     return
;;
;; block3 cold:
;;     return
;; }
